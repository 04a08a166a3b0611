//! A schedule that was found: replayed, cut down, and in the words of the program.
//!
//! ```text
//! a: cart.add_all({1, 2})                 `cart.count() >= 2` is true at a
//! b, having heard of a: cart.remove(1)
//! a hears of b                            `cart.count() >= 2` is false at a
//! ```
//!
//! Invariant: a shrunk schedule breaks the question too; it ends with the step that does. Neighbours: `world` carries
//! out the steps.

use super::REPLICAS;
use super::ops::Op;
use super::world::{Asked, Setting};
use lasp_plan::format::{text_of, untyped_text_of};
use lasp_plan::{Type, Value};

/// Steps, of which the last one breaks the question.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// In order.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// A replica makes an update when its wall clock says `now_us`.
    Update {
        /// Which replica, by position.
        at: usize,
        /// What it does.
        op: Op,
        /// Its clock.
        now_us: i64,
    },
    /// A replica joins the state of another.
    Hear {
        /// Which replica.
        at: usize,
        /// Whose state.
        from: usize,
    },
}

impl Step {
    /// At which replica.
    #[must_use]
    pub fn at(&self) -> usize {
        match self {
            Step::Update { at, .. } | Step::Hear { at, .. } => *at,
        }
    }
}

/// A breach: a row, since when it has been there, and the step after which it has gone.
struct Breach {
    row: Value,
    /// What is there instead.
    left: Vec<Value>,
    since: usize,
    until: usize,
    /// Whether it cannot be said any more, rather than being false.
    torn: bool,
}

/// Carries the steps out and asks at every replica. Steps that change nothing are left out of account.
fn replay(setting: &Setting<'_>, steps: &[Step]) -> Option<Breach> {
    follow(setting, steps, &|_| true)
}

/// Carries the steps out and asks at some replicas.
fn follow(setting: &Setting<'_>, steps: &[Step], asks: &dyn Fn(usize) -> bool) -> Option<Breach> {
    let mut world = setting.start();
    (0..REPLICAS).for_each(|at| {
        world.replicas[at].ask(setting, at);
    });
    // Since when each row has been held anywhere: the first step, or the start.
    let mut first: Vec<(Value, usize)> = world.replicas[0].held.iter().map(|row| (row.clone(), 0)).collect();
    for (n, step) in (1..).zip(steps) {
        let changes = match step {
            Step::Update { at, op, now_us } => world.update(setting, *at, op, *now_us),
            Step::Hear { at, from } => world.hear(*at, *from),
        };
        if !changes || !asks(step.at()) {
            continue;
        }
        match world.replicas[step.at()].ask(setting, step.at()) {
            asked @ (Asked::Broken(_) | Asked::Torn(_)) => {
                let torn = matches!(asked, Asked::Torn(_));
                let (Asked::Broken(row) | Asked::Torn(row)) = asked else { continue };
                let since = first.iter().find(|(held, _)| *held == row).map_or(0, |(_, since)| *since);
                let left = world.replicas[step.at()].rows(setting, step.at()).unwrap_or_default();
                return Some(Breach { row, left, since, until: n, torn });
            }
            Asked::Holds { grown: true } => {
                for row in world.replicas[step.at()].held.iter() {
                    if !first.iter().any(|(held, _)| held == row) {
                        first.push((row.clone(), n));
                    }
                }
            }
            _ => {}
        }
    }
    None
}

/// Fewer steps, fewer replicas, simpler updates, as long as it still breaks.
pub(super) fn shrink(setting: &Setting<'_>, found: &Schedule) -> Schedule {
    let mut best = found.steps.clone();
    loop {
        let smaller = candidates(setting, &best).into_iter().find_map(|mut steps| {
            let breach = replay(setting, &steps)?;
            steps.truncate(breach.until);
            Some(steps)
        });
        match smaller {
            Some(steps) => best = steps,
            None => return Schedule { steps: best },
        }
    }
}

/// What a schedule is measured by: each candidate has less of it, so shrinking ends.
fn candidates(setting: &Setting<'_>, steps: &[Step]) -> Vec<Vec<Step>> {
    let mut made = Vec::new();
    for at in (0..steps.len()).rev() {
        let mut fewer = steps.to_vec();
        fewer.remove(at);
        made.push(fewer);
    }
    for (from, to) in [(2, 1), (2, 0), (1, 0)] {
        if steps.iter().any(|step| step.at() == from) {
            let renamed = |at: usize| if at == from { to } else { at };
            let mut fewer: Vec<Step> = steps.to_vec();
            for step in &mut fewer {
                match step {
                    Step::Update { at, .. } => *at = renamed(*at),
                    Step::Hear { at, from } => (*at, *from) = (renamed(*at), renamed(*from)),
                }
            }
            fewer.retain(|step| !matches!(step, Step::Hear { at, from } if at == from));
            made.push(fewer);
        }
    }
    for (n, step) in steps.iter().enumerate() {
        let Step::Update { at, op, now_us } = step else { continue };
        let Some(ops) = setting.ops.iter().find(|ops| ops.first().is_some_and(|first| first.var == op.var)) else {
            continue;
        };
        // Fewer elements first, then what comes first in the list: each replacement has less of one or the other.
        let own = (op.weight(), ops.iter().position(|other| other == op).unwrap_or(ops.len()));
        for (at_list, simpler) in ops.iter().enumerate() {
            if (simpler.weight(), at_list) < own {
                let mut other = steps.to_vec();
                other[n] = Step::Update { at: *at, op: simpler.clone(), now_us: *now_us };
                made.push(other);
            }
        }
        for fewer in op.with_fewer() {
            let mut other = steps.to_vec();
            other[n] = Step::Update { at: *at, op: fewer, now_us: *now_us };
            made.push(other);
        }
        if *now_us != 0 {
            let mut other = steps.to_vec();
            other[n] = Step::Update { at: *at, op: op.clone(), now_us: 0 };
            made.push(other);
        }
    }
    made
}

/// The last update made by another replica that had heard of everything.
pub(super) fn elsewhere(setting: &Setting<'_>, found: &Schedule) -> Option<Schedule> {
    let (last, before) = found.steps.split_last()?;
    let Step::Update { at, op, now_us } = last else { return None };
    let here = *at;
    if before.iter().any(|step| step.at() != here) {
        return None;
    }
    let other = (0..REPLICAS).find(|other| *other != here)?;
    let mut steps = before.to_vec();
    if !before.is_empty() {
        steps.push(Step::Hear { at: other, from: here });
    }
    steps.push(Step::Update { at: other, op: op.clone(), now_us: *now_us });
    steps.push(Step::Hear { at: here, from: other });
    let moved = Schedule { steps };
    // At the first replica it goes back with the last step, and not before.
    (follow(setting, &moved.steps, &|at| at == here)?.until == moved.steps.len()).then_some(moved)
}

/// A step in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Who does what: `a: cart.add(1)`.
    pub does: String,
    /// What holds after it, if it is told: `` `cart.count() >= 1` is true at a``.
    pub then: String,
}

/// In words.
pub(super) fn told(setting: &Setting<'_>, found: &Schedule, condition: &str, rows: Option<&Type>) -> Vec<Told> {
    let name = |at: usize| ["a", "b", "c"].get(at).copied().unwrap_or("?");
    let breach = match replay(setting, &found.steps) {
        Some(breach) if breach.until < found.steps.len() => {
            // It was carried elsewhere: told from where the last step is, which is where it was seen before.
            let end = found.steps.last().map_or(0, Step::at);
            follow(setting, &found.steps, &|at| at == end).unwrap_or(breach)
        }
        Some(breach) => breach,
        None => return Vec::new(),
    };
    let row = || rows.map_or_else(|| untyped_text_of(&breach.row), |ty| text_of(&breach.row, ty));
    let (before, after) = match &setting.way {
        Some(way) => {
            let is = |value: &Value| format!("is {}", way.text(value));
            (is(&breach.row), breach.left.iter().map(is).collect::<String>())
        }
        None if breach.row == Value::unit() => ("is true".to_string(), "is false".to_string()),
        None => (format!("holds for {}", row()), format!("no longer holds for {}", row())),
    };
    let mut lines: Vec<Told> = Vec::new();
    if breach.since == 0 {
        lines.push(Told { does: "at the start".to_string(), then: format!("`{condition}` {before}") });
    }
    let steps = &found.steps[..breach.until.min(found.steps.len())];
    let mut heard: Option<(usize, usize)> = None;
    for (n, step) in (1..).zip(steps) {
        let at = name(step.at());
        let then = match n {
            n if n == breach.until && breach.torn => {
                format!("`{condition}` fails at {at}: an `ivar` has two values")
            }
            n if n == breach.until => format!("`{condition}` {after} at {at}"),
            n if n == breach.since => format!("`{condition}` {before} at {at}"),
            _ => String::new(),
        };
        let does = match step {
            Step::Hear { at, from } => {
                let acts_next = matches!(steps.get(n), Some(Step::Update { at: next, .. }) if next == at);
                if then.is_empty() && acts_next && heard.is_none() {
                    heard = Some((*at, *from));
                    continue;
                }
                format!("{} hears of {}", name(*at), name(*from))
            }
            Step::Update { op, .. } => match heard.take() {
                Some((_, from)) => format!("{at}, having heard of {}: {}", name(from), op.text(setting.vars)),
                None => format!("{at}: {}", op.text(setting.vars)),
            },
        };
        lines.push(Told { does, then });
    }
    lines
}
