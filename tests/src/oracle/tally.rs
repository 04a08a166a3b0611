//! What the cases used, in shares: a generator that no longer makes something would otherwise pass for ever.

use std::collections::BTreeMap;

use lasp_compiler::operators::OPERATORS;
use lasp_lattice::LATTICES;

use super::case::Case;
use super::recursion;
use super::run::Seen;

/// Less than this share of the cases is no test of a thing.
const SHARE_MIN: f64 = 0.01;

/// Operators that are tested well enough elsewhere: functions of one scalar.
pub(crate) const RARE: &[&str] = &[
    "abs",
    "float",
    "int",
    "nat",
    "clamp",
    "round",
    "floor",
    "ceil",
    "sqrt",
    "length",
    "upper",
    "lower",
    "trim",
    "starts_with",
    "ends_with",
    "replace",
    "split",
    "slice",
    "to_int",
    "to_float",
    "time",
    "year",
    "month",
    "day",
    "weekday",
    "hour",
    "minute",
    "second",
    "days",
    "hours",
    "minutes",
    "seconds",
    "milliseconds",
];

/// Operators that are not made here: what a seal gives is a variable like others once it is there, and its coming takes
/// a role and a condition (`tests/programs`, `tests/replay`).
pub(crate) const ELSEWHERE: &[&str] = &["sealed", "late"];

/// What else must come up.
const MARKS: &[&str] = &[
    "bare division",
    "branches with sets",
    "captured collection",
    "captured lookup, partial",
    "captured lookup, total",
    "captured scalar",
    "key that went",
    "product",
    "correlated",
    "dependent source",
    "division by zero",
    "failed view",
    "fold by hand",
    "fold into a lattice",
    "fold into a record",
    "fold with a function",
    "from 1",
    "from 2",
    "from 3",
    "function that reads variables",
    "guarded by `and`, `or`",
    "guarded division",
    "handler that reads",
    "handler undone",
    "let rec that shrank",
    "let rec with elements",
    "out of range",
    "part of a looked-up product",
    "set equality",
    "several events in a step",
    "top without a function",
    "view recovered",
    "view that shrank",
    "view with elements",
    "watch told a removal",
    "when fired",
];

/// How many cases used what.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    cases: usize,
    too_large: usize,
    operators: BTreeMap<&'static str, usize>,
    others: BTreeMap<&'static str, usize>,
}

impl Tally {
    pub(super) fn count(&mut self, case: &Case, seen: &Seen) {
        self.cases += 1;
        if seen.too_large {
            self.too_large += 1;
            return;
        }
        let text = case.program();
        for lattice in LATTICES {
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            if case.vars.iter().any(|var| var.text.split(|c| !is_part(c)).any(|word| word == lattice.name)) {
                *self.others.entry(lattice.name).or_default() += 1;
            }
        }
        for operator in OPERATORS {
            let name = operator.name;
            if [".", "(", " "].iter().any(|before| text.contains(&format!("{before}{name}("))) {
                *self.operators.entry(name).or_default() += 1;
            }
        }
        if case.vars.iter().any(|var| [": {", ": ("].iter().any(|open| var.text.contains(open))) {
            *self.others.entry("product").or_default() += 1;
        }
        for mark in case.used.iter().chain(&seen.marks) {
            *self.others.entry(mark).or_default() += 1;
        }
    }

    /// What hardly came up, though it should have.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let share = |n: Option<&usize>| n.copied().unwrap_or(0) as f64 / self.cases.max(1) as f64;
        let mut missing = Vec::new();
        for operator in OPERATORS.iter().filter(|operator| !ELSEWHERE.contains(&operator.name)) {
            let least = if RARE.contains(&operator.name) { 0.0 } else { SHARE_MIN };
            let found = share(self.operators.get(operator.name));
            if found <= 0.0 || found < least {
                missing.push(operator.name.to_string());
            }
        }
        // Products and drawn lattices have other notations.
        let written =
            LATTICES.iter().map(|lattice| lattice.name).filter(|name| !matches!(*name, "product" | "lattice"));
        missing.extend(written.filter(|name| share(self.others.get(name)) < SHARE_MIN).map(str::to_string));
        let marks = || MARKS.iter().chain(recursion::forms());
        missing.extend(marks().filter(|mark| share(self.others.get(**mark)) < SHARE_MIN).map(|mark| (*mark).into()));
        if self.too_large * 50 > self.cases {
            missing.push("programs small enough to run".into());
        }
        missing
    }

    /// Takes over what another has counted.
    pub fn add(&mut self, other: &Tally) {
        self.cases += other.cases;
        self.too_large += other.too_large;
        for (name, n) in &other.operators {
            *self.operators.entry(name).or_default() += n;
        }
        for (name, n) in &other.others {
            *self.others.entry(name).or_default() += n;
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "{} cases, {} of them too large to run or with a fold that is not proved",
            self.cases, self.too_large
        )?;
        for (name, n) in self.operators.iter().chain(&self.others) {
            writeln!(f, "{:>6.1} %  {name}", 100.0 * *n as f64 / self.cases.max(1) as f64)?;
        }
        Ok(())
    }
}
