//! The explorer of schedules: looks for updates and one-way syncs after which something that held no longer holds.
//!
//! ```text
//! question   cart.count() >= 2           a: cart.add_all({1, 2})     it is true at a
//! found                                  a: cart.remove(1)           it is false at a
//! ```
//!
//! A question is a pure expression over the variables. A truth value must not turn false again; of a set (what `for x
//! in e when c` has fired for: `e.filter(x => c)`) no element may go again: at the replica where it held, or at one
//! that has since joined that replica's state. An expression that fails is neither true nor false. Where it held and
//! now fails because an `ivar` was set to two values, nodes disagree for ever about what held: a reason to refuse, so
//! [`Explorer::torn`] counts it as a breach; it is not a going back. A value of any type ([`Explorer::of_value`]) must
//! not go back in its growth order: a number not fall, a set not lose an element.
//!
//! A value that is to move one way ([`Explorer::along`]) must never be seen to go against its order, in the same sense.
//!
//! First all schedules, shortest first, as far as the effort goes; then random ones, which climb towards where the
//! question holds and from there try every single update. What is not found is not there *as far as explored*, nothing
//! more.
//!
//! Invariants: pure, and the same seed gives the same answer. Updates are those the types allow, by any replica (roles
//! are not looked at; `transfer` of rights is left out, since a replica may as well make the rights it spends); an
//! update that a lattice refuses does not happen.
//!
//! Code map: `alphabet` values to try, `ops` updates, `world` replicas, `search`, `schedule` what was found, cut down
//! and in words, `order` when a value goes back, `choices` seeded choices. Neighbours: [`crate::eval`] says what an
//! expression is worth.

mod alphabet;
mod choices;
mod ops;
mod order;
mod schedule;
mod search;
mod world;

pub use ops::Op;
pub use schedule::{Schedule, Step, Told};

use lasp_plan::{Expr, Order, Type, VarPlan};

use order::{Growth, Way};
use search::Search;
use world::Setting;

/// How many replicas take part.
pub const REPLICAS: usize = 3;

/// How much is tried. One unit is one update or sync with the evaluation that follows.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// On all schedules, the shortest first.
    pub exhaustive: usize,
    /// On random ones.
    pub random: usize,
}

impl Default for Effort {
    /// A tenth of a second or so.
    fn default() -> Effort {
        Effort { exhaustive: 5_000, random: 20_000 }
    }
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Explored {
    /// A schedule that breaks it, if one was found; as it was found ([`Explorer::shrink`] makes it short).
    pub broken: Option<Schedule>,
    /// Whether the question had two different answers in the course of it.
    pub changed: bool,
    /// Up to how many steps every schedule was tried.
    pub depth: usize,
}

/// Explores one question about the variables of one program.
pub struct Explorer<'q> {
    setting: Setting<'q>,
}

impl<'q> Explorer<'q> {
    /// Gets ready. The initial values of the variables hold everywhere from the start.
    #[must_use]
    pub fn new(vars: &'q [VarPlan], question: &'q Expr) -> Explorer<'q> {
        Explorer { setting: Setting::new(vars, question) }
    }

    /// About a value of this type that must not go back in its order, instead of a truth or of rows.
    #[must_use]
    pub fn of_value(vars: &'q [VarPlan], value: &'q Expr, ty: &'q Type) -> Explorer<'q> {
        let mut setting = Setting::new(vars, value);
        setting.way = Some(Way::Growth(Growth::new(ty, vars)));
        Explorer { setting }
    }

    /// Counts it as a breach where something held and now nothing can be said, because an `ivar` has two values.
    #[must_use]
    pub fn torn(mut self) -> Explorer<'q> {
        self.setting.torn = true;
        self
    }

    /// About a value that must not go against what is claimed of it, instead of a truth or of rows.
    #[must_use]
    pub fn along(mut self, order: Order) -> Explorer<'q> {
        self.setting.way = Some(Way::Claim(order));
        self
    }

    /// Looks for a schedule that breaks it, until one is found or the effort is spent.
    #[must_use]
    pub fn explore(&self, effort: Effort, seed: u64) -> Explored {
        Search::new(&self.setting, seed).run(effort)
    }

    /// The same breach with as few steps, replicas and elements as can be found.
    #[must_use]
    pub fn shrink(&self, found: &Schedule) -> Schedule {
        schedule::shrink(&self.setting, found)
    }

    /// The same breach with two replicas, if it was found at one: the last update is made by another replica that knew
    /// all, and the first one goes back when it hears of it. None if that does not break it.
    #[must_use]
    pub fn elsewhere(&self, found: &Schedule) -> Option<Schedule> {
        schedule::elsewhere(&self.setting, found)
    }

    /// In the words of the program, a step each; `condition` is what the program calls the question, `rows` the type of
    /// the rows of a set, where it is known.
    #[must_use]
    pub fn told(&self, found: &Schedule, condition: &str, rows: Option<&Type>) -> Vec<Told> {
        schedule::told(&self.setting, found, condition, rows)
    }

    /// The same as text, a step a line.
    #[must_use]
    pub fn words(&self, found: &Schedule, condition: &str) -> Vec<String> {
        let told = self.told(found, condition, None);
        let width = told.iter().map(|step| step.does.chars().count()).max().unwrap_or(0);
        told.into_iter().map(|Told { does, then }| format!("{does:<width$}    {then}").trim_end().to_string()).collect()
    }
}
