//! What is measured, and how: cases, entrants, interleaved runs, medians.
//!
//! ```text
//! Case  W1 · ints, x % 3 == 0, x * 2 · n = 10,000
//!   round 1   hand ─ lasp ─ differential ─ …        every entrant in turn, so that a noisy minute hits all alike
//!   round 2   hand ─ lasp ─ differential ─ …
//!   …                                                median of each phase; checksums against `hand`'s
//! ```
//!
//! Most workloads are a [`Script`] of changes that a [`Machine`] takes in: all of a batch, then everything that
//! follows, up to the sink. [`play`] times it. A system whose single changes are too slow for all of them does as many
//! as it is asked to ([`Machine::SINGLES_MAX`]) and takes the rest in batches, untimed, so that all results can be
//! compared.
//!
//! Invariant: a checksum is taken outside the timed part, and is never that of a run that was not timed.

use std::rc::Rc;

use lasp_gauge::{Watch, settle_allocator};

/// How many changes make a batch.
pub const BATCH: usize = 1_000;

/// Who takes part. The order is that of the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// Rust as one would ship it: the measure of all others.
    Hand,
    /// This project, from text, through its public API.
    Lasp,
    /// The crate `lasp-lattice` alone, where a row is about CRDTs.
    Lattice,
    /// differential-dataflow.
    Differential,
    /// dbsp.
    Dbsp,
    /// dfir_rs.
    Dfir,
    /// The crate crdts.
    Crdts,
}

impl System {
    /// All, in the order of the columns.
    pub const ALL: [System; 7] =
        [System::Hand, System::Lasp, System::Lattice, System::Differential, System::Dbsp, System::Dfir, System::Crdts];

    /// What to call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            System::Hand => "hand-written",
            System::Lasp => "lasp",
            System::Lattice => "lattice",
            System::Differential => "differential",
            System::Dbsp => "dbsp",
            System::Dfir => "dfir",
            System::Crdts => "crdts",
        }
    }
}

/// One timed part of a run.
#[derive(Clone, Debug)]
pub struct Phase {
    /// What was done, as `insert b`.
    pub name: String,
    /// How often.
    pub ops: usize,
    /// How long all of it took this thread.
    pub ns: f64,
    /// The checksum of the result after it.
    pub check: u64,
    /// Bytes sent, for what sends some.
    pub bytes: Option<u64>,
}

impl Phase {
    /// A phase without bytes.
    #[must_use]
    pub fn new(name: impl Into<String>, ops: usize, ns: f64, check: u64) -> Phase {
        Phase { name: name.into(), ops, ns, check, bytes: None }
    }
}

/// Somebody who takes part in a case.
pub struct Entrant {
    /// Who.
    pub system: System,
    /// One run, from nothing.
    pub run: Box<dyn Fn() -> Vec<Phase>>,
}

impl Entrant {
    /// An entrant that runs like this.
    pub fn new(system: System, run: impl Fn() -> Vec<Phase> + 'static) -> Entrant {
        Entrant { system, run: Box::new(run) }
    }

    /// An entrant that plays scripts, one after the other, each on a machine of its own.
    pub fn machine<C: 'static, M: Machine<C>>(
        system: System,
        scripts: &Rc<Vec<Script<C>>>,
        make: impl Fn() -> M + 'static,
    ) -> Entrant {
        let scripts = scripts.clone();
        Entrant::new(system, move || scripts.iter().flat_map(|script| play(script, make())).collect())
    }
}

/// One workload at one size, with all who take part.
pub struct Case {
    /// The row, as `W1`.
    pub row: &'static str,
    /// Types and expressions.
    pub variant: String,
    /// The size.
    pub n: usize,
    /// Makes inputs and entrants, the hand-written one first.
    pub build: Box<dyn Fn() -> Vec<Entrant>>,
    /// How often an entrant runs in its turn, so that small sizes take long enough to be measured.
    pub repeats: usize,
}

impl Case {
    /// A case.
    pub fn new(
        row: &'static str,
        variant: impl Into<String>,
        n: usize,
        build: impl Fn() -> Vec<Entrant> + 'static,
    ) -> Case {
        Case { row, variant: variant.into(), n, build: Box::new(build), repeats: (20_000 / n.max(1)).clamp(1, 20) }
    }
}

impl Case {
    /// The same, run once in each turn: its size says nothing about how long it takes.
    #[must_use]
    pub fn once(mut self) -> Case {
        self.repeats = 1;
        self
    }
}

/// How changes come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// In batches of [`BATCH`]: `b`.
    Batches,
    /// One at a time, each propagated to the sink before the next: `s`.
    Singles,
    /// In batches, and not timed: what has to be there first.
    Before,
}

/// Changes of one kind.
pub struct Step<C> {
    /// What they do.
    pub name: &'static str,
    /// How they come in.
    pub mode: Mode,
    /// In order.
    pub changes: Vec<C>,
    /// Whether they take something out again.
    pub removes: bool,
    /// How many rows of the result one of them moves: what its time is divided by.
    pub rows: usize,
}

impl<C> Step<C> {
    /// Changes that put something in.
    pub fn new(name: &'static str, mode: Mode, changes: Vec<C>) -> Step<C> {
        Step { name, mode, changes, removes: false, rows: 1 }
    }

    /// The same, but they take something out.
    #[must_use]
    pub fn removing(mut self) -> Step<C> {
        self.removes = true;
        self
    }

    /// The same, with the time divided by the rows of the result that move.
    #[must_use]
    pub fn moving(mut self, rows: usize) -> Step<C> {
        self.rows = rows;
        self
    }
}

/// A run: steps in order. Once changes come one at a time, somebody listens, and keeps listening: so singles come last.
pub struct Script<C>(pub Vec<Step<C>>);

/// A system under a workload.
pub trait Machine<C> {
    /// How many single changes a step may time.
    const SINGLES_MAX: usize = usize::MAX;
    /// Whether it can take something out again. One that cannot leaves at the first step that does.
    const CAN_REMOVE: bool = true;

    /// From now on every change comes alone, and is to reach the sink at once.
    fn listen(&mut self) {}

    /// Takes changes in, and brings the result up to date.
    fn apply(&mut self, changes: &[C]);

    /// The checksum of the result.
    fn check(&mut self) -> u64;
}

/// Plays a script.
pub fn play<C, M: Machine<C>>(script: &Script<C>, mut machine: M) -> Vec<Phase> {
    let mut phases = Vec::new();
    let mut listens = false;
    for step in &script.0 {
        if step.removes && !M::CAN_REMOVE {
            break;
        }
        if step.mode == Mode::Singles && !std::mem::replace(&mut listens, true) {
            machine.listen();
        }
        let singles = if step.mode == Mode::Singles { step.changes.len().min(M::SINGLES_MAX) } else { 0 };
        let (alone, together) = step.changes.split_at(singles);
        settle_allocator();
        let watch = Watch::start();
        if step.mode == Mode::Singles {
            alone.iter().for_each(|change| machine.apply(std::slice::from_ref(change)));
        } else {
            together.chunks(BATCH).for_each(|batch| machine.apply(batch));
        }
        let ns = watch.ns();
        if step.mode == Mode::Singles {
            together.chunks(BATCH).for_each(|batch| machine.apply(batch));
        }
        let check = machine.check();
        match step.mode {
            Mode::Before => {}
            Mode::Batches => {
                phases.push(Phase::new(format!("{} b", step.name), step.changes.len() * step.rows, ns, check))
            }
            Mode::Singles => phases.push(Phase::new(format!("{} s", step.name), singles * step.rows, ns, check)),
        }
    }
    phases
}
