//! The search: all short schedules, then random ones that aim.
//!
//! ```text
//! exhaustive   start ─┬ a: s.add(1) ─┬ a: s.remove(1)   …      worlds seen before are not gone through again
//!                     │              └ b hears of a
//!                     └ a: s.add(2) …                          a replica that did nothing acts only if those before it did
//! random       climb until something new holds, then try every update there, then wander on
//! ```
//!
//! Invariant: what it answers depends on the setting, the effort and the seed alone. Neighbours: `world`.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::choices::Choices;
use super::schedule::{Schedule, Step};
use super::world::{Asked, Setting, World};
use super::{Effort, Explored, REPLICAS};

/// How long a random schedule is at most.
const STEPS_MAX: usize = 14;
/// How many updates are tried to get to where the question holds.
const CLIMB_MAX: usize = 10;

pub(super) struct Search<'s, 'q> {
    setting: &'s Setting<'q>,
    choices: Choices,
    /// What may still be tried.
    left: usize,
    nothing_held: bool,
    something_held: bool,
    grew: bool,
}

impl<'s, 'q> Search<'s, 'q> {
    pub(super) fn new(setting: &'s Setting<'q>, seed: u64) -> Search<'s, 'q> {
        let choices = Choices::new(seed);
        Search { setting, choices, left: 0, nothing_held: false, something_held: false, grew: false }
    }

    pub(super) fn run(mut self, effort: Effort) -> Explored {
        let mut start = self.setting.start();
        for at in 0..REPLICAS {
            self.ask(&mut start, at);
        }
        if self.setting.ops.is_empty() {
            return Explored { broken: None, changed: false, depth: usize::MAX };
        }
        self.left = effort.exhaustive;
        let (mut broken, depth) = self.exhaust(start.clone());
        self.left = effort.random;
        while broken.is_none() && self.left > 0 {
            broken = self.wander(start.clone());
        }
        let changed = broken.is_some() || (self.nothing_held && self.something_held) || self.grew;
        Explored { broken: broken.map(|steps| Schedule { steps }), changed, depth }
    }

    /// Asks at a replica; whether something that held has gone.
    fn ask(&mut self, world: &mut World, at: usize) -> Asked {
        self.left = self.left.saturating_sub(1);
        let held_before = !world.replicas[at].held.is_empty();
        let asked = world.replicas[at].ask(self.setting, at);
        if let Asked::Holds { grown } = asked {
            self.grew |= grown && held_before;
            if world.replicas[at].held.is_empty() {
                self.nothing_held = true;
            } else {
                self.something_held = true;
            }
        }
        asked
    }

    /// Makes a step and asks. None if it changes nothing.
    fn step(&mut self, world: &mut World, step: &Step) -> Option<Asked> {
        let changes = match step {
            Step::Update { at, op, now_us } => world.update(self.setting, *at, op, *now_us),
            Step::Hear { at, from } => world.hear(*at, *from),
        };
        if !changes {
            self.left = self.left.saturating_sub(1);
            return None;
        }
        Some(self.ask(world, step.at()))
    }

    /// All schedules, the shortest first: a schedule that breaks, and up to which length all were tried.
    fn exhaust(&mut self, start: World) -> (Option<Vec<Step>>, usize) {
        let mut seen: BTreeSet<Vec<u8>> = BTreeSet::new();
        let mut waiting: VecDeque<(World, Vec<Step>)> = VecDeque::from([(start, Vec::new())]);
        while let Some((world, steps)) = waiting.pop_front() {
            for step in self.possible(&world) {
                if self.left == 0 {
                    return (None, steps.len());
                }
                let mut next = world.clone();
                let Some(asked) = self.step(&mut next, &step) else { continue };
                let steps: Vec<Step> = steps.iter().cloned().chain([step]).collect();
                if asked.is_breach() {
                    let depth = steps.len() - 1;
                    return (Some(steps), depth);
                }
                // Beyond what can still be tried there is no use in keeping worlds.
                if waiting.len() < self.left && seen.insert(next.bytes(self.setting)) {
                    waiting.push_back((next, steps));
                }
            }
        }
        (None, usize::MAX)
    }

    /// What can be done next. Replicas that have done nothing are alike, so only the first of them acts.
    fn possible(&self, world: &World) -> Vec<Step> {
        let untouched = |at: &usize| world.replicas[*at].is_untouched(self.setting);
        let acting = (0..REPLICAS).find(untouched).map_or(REPLICAS, |first| first + 1);
        let mut steps = Vec::new();
        for at in 0..acting {
            let ops = self.setting.ops.iter().flatten();
            steps.extend(ops.map(|op| Step::Update { at, op: op.clone(), now_us: 0 }));
        }
        for at in 0..acting {
            steps.extend((0..acting).filter(|from| *from != at).map(|from| Step::Hear { at, from }));
        }
        steps
    }

    /// One random schedule.
    fn wander(&mut self, mut world: World) -> Option<Vec<Step>> {
        let mut steps: Vec<Step> = Vec::new();
        let replicas = 1 + self.choices.below(REPLICAS);
        let length = 3 + self.choices.below(STEPS_MAX - 2);
        while steps.len() < length && self.left > 0 {
            let at = self.choices.below(replicas);
            let held = Arc::clone(&world.replicas[at].held);
            if replicas > 1 && self.choices.chance(25) {
                let step = Step::Hear { at, from: (at + 1 + self.choices.below(replicas - 1)) % replicas };
                if let Some(asked) = self.step(&mut world, &step) {
                    steps.push(step);
                    if asked.is_breach() {
                        return Some(steps);
                    }
                }
            } else {
                // A value has nothing to climb to.
                let aims = held.is_empty() && self.setting.way.is_none() && self.choices.chance(60);
                for _ in 0..if aims { CLIMB_MAX } else { 1 } {
                    let step = self.random_update(at);
                    let mut next = world.clone();
                    let Some(asked) = self.step(&mut next, &step) else { continue };
                    if asked.is_breach() {
                        steps.push(step);
                        return Some(steps);
                    }
                    // The last one is taken wherever it leads.
                    if !aims || matches!(asked, Asked::Holds { grown: true }) || self.choices.chance(100 / CLIMB_MAX) {
                        world = next;
                        steps.push(step);
                        break;
                    }
                }
            }
            if world.replicas[at].held != held
                && let Some(last) = self.look_around(&world, at)
            {
                steps.extend(last);
                return Some(steps);
            }
        }
        None
    }

    fn random_update(&mut self, at: usize) -> Step {
        let of = self.choices.below(self.setting.ops.len());
        let ops = &self.setting.ops[of];
        let op = ops[self.choices.below(ops.len())].clone();
        Step::Update { at, op, now_us: self.choices.below(4) as i64 }
    }

    /// Every single step at a replica where something new holds, and every single update elsewhere that is then heard
    /// of: one that breaks it.
    fn look_around(&mut self, world: &World, at: usize) -> Option<Vec<Step>> {
        let updates = |at: usize| {
            let ops = self.setting.ops.iter().flatten();
            ops.map(move |op| Step::Update { at, op: op.clone(), now_us: 4 })
        };
        let others = (0..REPLICAS).filter(|from| *from != at).map(|from| Step::Hear { at, from });
        let alone: Vec<Step> = updates(at).chain(others).collect();
        let elsewhere = (at + 1) % REPLICAS;
        // What is done apart counts where conflicts do; else the budget is better spent on other schedules.
        let apart: Vec<Step> = if self.setting.torn { updates(elsewhere).collect() } else { Vec::new() };
        for step in alone {
            let mut next = world.clone();
            if self.step(&mut next, &step).is_some_and(|asked| asked.is_breach()) {
                return Some(vec![step]);
            }
        }
        for step in apart {
            let mut next = world.clone();
            let Some(asked) = self.step(&mut next, &step) else { continue };
            if asked.is_breach() {
                return Some(vec![step]);
            }
            let hear = Step::Hear { at, from: elsewhere };
            if self.step(&mut next, &hear).is_some_and(|asked| asked.is_breach()) {
                return Some(vec![step, hear]);
            }
        }
        None
    }
}
