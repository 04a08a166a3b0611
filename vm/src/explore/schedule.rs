//! A schedule that was found: replayed, cut down, and in the words of the program.
//!
//! ```text
//! a: cart.add_all({1, 2})
//! b hears of a               `cart.count() >= 2` is true at b
//! b: cart.remove(1)          `cart.count() >= 2` is false at b
//! ```
//!
//! Invariant: a shrunk schedule breaks the question too; it ends with the step that does. Neighbours: `world` carries out
//! the steps.

use super::REPLICAS;
use super::ops::Op;
use super::world::{Asked, Setting};
use lasp_plan::Value;
use lasp_plan::format::untyped_text_of;

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

/// A breach: a row, since when it has been there and where, and the step after which it has gone.
struct Breach {
    row: Value,
    since: usize,
    until: usize,
    /// Whether it cannot be said any more, rather than being false.
    torn: bool,
}

/// Carries the steps out. Steps that change nothing are left out of account.
fn replay(setting: &Setting<'_>, steps: &[Step]) -> Option<Breach> {
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
        if !changes {
            continue;
        }
        match world.replicas[step.at()].ask(setting, step.at()) {
            asked @ (Asked::Broken(_) | Asked::Torn(_)) => {
                let torn = matches!(asked, Asked::Torn(_));
                let (Asked::Broken(row) | Asked::Torn(row)) = asked else { continue };
                let since = first.iter().find(|(held, _)| *held == row).map_or(0, |(_, since)| *since);
                return Some(Breach { row, since, until: n, torn });
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
        let own = ops.iter().position(|other| other == op).unwrap_or(ops.len());
        for simpler in &ops[..own] {
            let mut other = steps.to_vec();
            other[n] = Step::Update { at: *at, op: simpler.clone(), now_us: *now_us };
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

/// In words, a step a line.
pub(super) fn words(setting: &Setting<'_>, found: &Schedule, condition: &str) -> Vec<String> {
    let name = |at: usize| ["a", "b", "c"].get(at).copied().unwrap_or("?");
    let Some(breach) = replay(setting, &found.steps) else { return Vec::new() };
    let row = untyped_text_of(&breach.row);
    let is_value = setting.order.is_some();
    let whose = if is_value || breach.row == Value::unit() { String::new() } else { format!(" for {row}") };
    let (before, after) = match is_value {
        true => (format!("is {row}"), format!("has gone back from {row}")),
        false => ("is true".to_string(), "is false".to_string()),
    };
    let mut lines: Vec<(String, String)> = Vec::new();
    if breach.since == 0 {
        lines.push(("at the start".to_string(), format!("`{condition}` {before}{whose}")));
    }
    for (n, step) in (1..).zip(&found.steps[..breach.until.min(found.steps.len())]) {
        let what = match step {
            Step::Update { at, op, .. } => format!("{}: {}", name(*at), op.text(setting.vars)),
            Step::Hear { at, from } => format!("{} hears of {}", name(*at), name(*from)),
        };
        let then = match n {
            n if n == breach.until && breach.torn => {
                format!("`{condition}` fails at {}{whose}: an `ivar` has two values", name(step.at()))
            }
            n if n == breach.until => format!("`{condition}` {after} at {}{whose}", name(step.at())),
            n if n == breach.since => format!("`{condition}` {before} at {}{whose}", name(step.at())),
            _ => String::new(),
        };
        lines.push((what, then));
    }
    let width = lines.iter().map(|(what, _)| what.chars().count()).max().unwrap_or(0);
    lines.into_iter().map(|(what, then)| format!("{what:<width$}    {then}").trim_end().to_string()).collect()
}
