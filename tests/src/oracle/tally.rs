//! What the cases used, in shares: a generator that no longer makes something would otherwise pass for ever.

use std::collections::BTreeMap;

use lasp_compiler::operators::OPERATORS;

use super::case::Case;
use super::run::Seen;

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
        for operator in OPERATORS.iter().filter(|operator| operator.runs) {
            let name = operator.name;
            if [".", "(", " "].iter().any(|before| text.contains(&format!("{before}{name}("))) {
                *self.operators.entry(name).or_default() += 1;
            }
        }
        for mark in case.used.iter().chain(&seen.marks) {
            *self.others.entry(mark).or_default() += 1;
        }
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
        writeln!(f, "{} cases, {} of them too large to run", self.cases, self.too_large)?;
        for (name, n) in self.operators.iter().chain(&self.others) {
            writeln!(f, "{:>6.1} %  {name}", 100.0 * *n as f64 / self.cases.max(1) as f64)?;
        }
        Ok(())
    }
}
