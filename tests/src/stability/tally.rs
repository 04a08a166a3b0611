//! What the cases came to, and what they used.

use std::collections::BTreeMap;
use std::fmt;

use lasp_compiler::operators::OPERATORS;
use lasp_lattice::LATTICES;

use super::case::Case;
use super::verdict::{self, Verdict};
use crate::oracle::tally::{ELSEWHERE, RARE};

/// Less than this share of the cases is no test of a thing.
const SHARE_MIN: f64 = 0.01;
/// The share of refusals that may be needless, of what is in fact stable.
const NEEDLESS_MAX: f64 = 0.15;
/// How many needless refusals are cut down to find their shapes.
const SHRUNK_MAX: usize = 20;
/// Exhaustive exploration to more steps than these is not told apart.
const DEPTHS: usize = 6;
/// The share of cases that must test something: accepted, and seen to change.
const TESTING_MIN: f64 = 0.35;
/// How many cases of unsoundness are kept.
const UNSOUND_MAX: usize = 20;

/// What must come up besides operators and lattices.
const MARKS: &[&str] = &[
    "bind",
    "capture that grows",
    "capture that may do either",
    "capture that shrinks",
    "captured lookup",
    "field of a record",
    "fold into a lattice",
    "fold with a function",
    "for",
    "from",
    "function",
    "function in a function",
    "if",
    "let rec",
    "match",
    "nested map",
    "not",
    "once",
    "product",
    "seal",
    "stable",
    "view",
    "view of a record",
];

/// How many cases came to what.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    cases: usize,
    accepted_and_changing: usize,
    accepted_and_still: usize,
    rightly: usize,
    /// Of those: where nodes disagree for ever about an `ivar`.
    torn: usize,
    needless: usize,
    cannot_tell: usize,
    unfit: usize,
    /// Programs with the schedules that break them.
    pub unsound: Vec<String>,
    /// Programs that do not compile.
    pub ours: Vec<String>,
    uses: BTreeMap<&'static str, usize>,
    /// By shape: how many, and one program.
    shapes: BTreeMap<String, (usize, String)>,
    shrunk: usize,
    /// Of what was accepted and changed: of how many all schedules of one step were tried, of two …
    depths: [usize; DEPTHS],
}

impl Tally {
    pub(super) fn count(&mut self, case: &Case) {
        self.cases += 1;
        match verdict::of(case) {
            Verdict::Accepted { changed: true, depth } => {
                self.accepted_and_changing += 1;
                (0..DEPTHS).filter(|at| depth > *at).for_each(|at| self.depths[at] += 1);
            }
            Verdict::Accepted { changed: false, .. } => self.accepted_and_still += 1,
            Verdict::Rightly { schedule } => {
                self.rightly += 1;
                self.torn += usize::from(schedule.iter().any(|step| step.contains("an `ivar` has two values")));
            }
            Verdict::CannotTell => self.cannot_tell += 1,
            Verdict::Unfit => self.unfit += 1,
            Verdict::Needless => {
                self.needless += 1;
                if self.shrunk < SHRUNK_MAX {
                    self.shrunk += 1;
                    let (small, _) = verdict::shrink(case, |verdict| matches!(verdict, Verdict::Needless));
                    let entry = self.shapes.entry(small.shape()).or_insert((0, small.program()));
                    entry.0 += 1;
                }
            }
            Verdict::Unsound { schedule } => {
                if self.unsound.len() < UNSOUND_MAX {
                    let (small, found) = verdict::shrink(case, |found| matches!(found, Verdict::Unsound { .. }));
                    let schedule = match found {
                        Verdict::Unsound { schedule } => schedule,
                        _ => schedule,
                    };
                    self.unsound.push(format!("LASP_SEED={}\n{}\n{}", case.seed, small.program(), schedule.join("\n")));
                }
            }
            Verdict::Ours(what) => self.ours.push(format!("LASP_SEED={}\n{}\n{what}", case.seed, case.program())),
        }
        self.count_uses(case);
    }

    fn count_uses(&mut self, case: &Case) {
        let text = case.program();
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        for lattice in LATTICES {
            if case.vars.iter().any(|var| var.split(|c| !is_part(c)).any(|word| word == lattice.name)) {
                *self.uses.entry(lattice.name).or_default() += 1;
            }
        }
        if case.vars.iter().any(|var| var.contains("Status")) {
            *self.uses.entry("drawn lattice").or_default() += 1;
        }
        for operator in OPERATORS {
            if [".", "(", " "].iter().any(|before| text.contains(&format!("{before}{}(", operator.name))) {
                *self.uses.entry(operator.name).or_default() += 1;
            }
        }
        if case.vars.iter().any(|var| [": {", ": ("].iter().any(|open| var.contains(open))) {
            *self.uses.entry("product").or_default() += 1;
        }
        for mark in &case.used {
            *self.uses.entry(mark).or_default() += 1;
        }
    }

    /// The share of what is stable, as far as explored, that is refused.
    #[must_use]
    pub fn share_needless(&self) -> f64 {
        self.needless as f64 / (self.accepted_and_changing + self.needless).max(1) as f64
    }

    /// Whether too much is refused in vain.
    #[must_use]
    pub fn is_useful(&self) -> bool {
        self.share_needless() <= NEEDLESS_MAX
    }

    /// Whether enough of the cases are a test: accepted, and seen to change.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.accepted_and_changing as f64 >= TESTING_MIN * self.cases as f64
    }

    /// What hardly came up, though it should have.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let is_here = |name: &str| !RARE.contains(&name) && !ELSEWHERE.contains(&name);
        let operators = OPERATORS.iter().filter(|operator| is_here(operator.name));
        let lattices = LATTICES.iter().map(|lattice| lattice.name);
        // Products and drawn lattices have other notations.
        let lattices = lattices.filter(|name| !matches!(*name, "product" | "lattice")).chain(["drawn lattice"]);
        let all = operators.map(|operator| operator.name).chain(lattices).chain(MARKS.iter().copied());
        let share = |name: &str| self.uses.get(name).copied().unwrap_or(0) as f64 / self.cases.max(1) as f64;
        all.filter(|name| share(name) < SHARE_MIN).collect()
    }

    /// Takes over what another has counted.
    pub fn add(&mut self, other: Tally) {
        self.cases += other.cases;
        self.accepted_and_changing += other.accepted_and_changing;
        self.accepted_and_still += other.accepted_and_still;
        self.rightly += other.rightly;
        self.torn += other.torn;
        self.needless += other.needless;
        self.cannot_tell += other.cannot_tell;
        self.unfit += other.unfit;
        self.shrunk += other.shrunk;
        self.depths.iter_mut().zip(other.depths).for_each(|(all, more)| *all += more);
        self.unsound.extend(other.unsound);
        self.ours.extend(other.ours);
        for (name, n) in other.uses {
            *self.uses.entry(name).or_default() += n;
        }
        for (shape, (n, program)) in other.shapes {
            self.shapes.entry(shape).or_insert((0, program)).0 += n;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>7} cases, {} of them unfit", self.cases, self.unfit)?;
        writeln!(
            f,
            "{:>7} accepted and seen to change, {} never seen to",
            self.accepted_and_changing, self.accepted_and_still
        )?;
        write!(f, "        of those that change, all schedules were tried of at least")?;
        for (steps, n) in (1..).zip(self.depths).filter(|(steps, _)| *steps > 1) {
            let share = 100.0 * n as f64 / self.accepted_and_changing.max(1) as f64;
            write!(f, "{} {steps} steps: {share:.1} %", if steps == 2 { "" } else { "," })?;
        }
        writeln!(f)?;
        writeln!(f, "{:>7} accepted and seen to go back", self.unsound.len())?;
        writeln!(
            f,
            "{:>7} refused and seen to go back, {} of them by two values of an `ivar`",
            self.rightly, self.torn
        )?;
        writeln!(f, "{:>7} refused, seen to change and never to go back", self.needless)?;
        writeln!(f, "{:>7} refused and never seen to change: nothing is known", self.cannot_tell)?;
        writeln!(f, "needless: {:.1} % of what stays true, as far as explored\n", 100.0 * self.share_needless())?;
        for (name, n) in &self.uses {
            writeln!(f, "{:>6.1} %  {name}", 100.0 * *n as f64 / self.cases.max(1) as f64)?;
        }
        let mut shapes: Vec<_> = self.shapes.iter().collect();
        shapes.sort_by_key(|(shape, (n, _))| (std::cmp::Reverse(*n), shape.len()));
        writeln!(f, "\nthe commonest shapes of needless refusals, of {} cut down", self.shrunk)?;
        for (shape, (n, program)) in shapes.into_iter().take(10) {
            let program: Vec<&str> = program
                .lines()
                .filter(|line| ["var ", "fn ", "let ", "when ", "for "].iter().any(|word| line.starts_with(word)))
                .collect();
            writeln!(f, "{n:>6}  {shape}\n          {}", program.join("\n          "))?;
        }
        Ok(())
    }
}
