//! What operators did in a run, as it is written on the drawing; and which of them stand out.
//!
//! ```text
//! time   40 ms  25 ms  9 ms  9 ms  9 ms  8 ms
//!        ▶      ▶                              the fewest that took half of the time, and at most three
//! ```
//!
//! Where every operator takes as much as the next, marking half of them would say nothing: hence at most three. Of a
//! run in which no time was spent, none stands out.
//!
//! Invariants: an operator's time and room include those of what converts its inputs; its rows do not, or they would be
//! counted twice. Shares are of all time spent, so those of the drawing add up to at most 1.

use std::collections::BTreeMap;

use lasp_plan::{Op, Plan};

use crate::names::{counted, grouped};
use crate::profile::Profile;

/// How many operators stand out at most.
const DEAREST_MAX: usize = 3;

/// What an operator did.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// How often it had something to do.
    pub batches: u64,
    /// Rows that came or went at its inputs.
    pub rows_in: u64,
    /// Rows that it told its readers of.
    pub rows_out: u64,
    /// Rows that it holds to answer the next change.
    pub rows_kept: u64,
    /// Their bytes, without those of texts and nested values.
    pub bytes_kept: u64,
    /// Of a source: how many bytes the variable takes on a disk.
    pub bytes_stored: Option<u64>,
    /// Time.
    pub seconds: f64,
    /// The part of all time: 0 to 1.
    pub share: f64,
    /// Whether it stands out.
    pub is_dearest: bool,
}

/// What the run took as a whole.
#[derive(Clone, Debug)]
pub struct Spent {
    /// Time of all operators.
    pub seconds: f64,
    /// The part of it that those that stand out took together: 0 to 1.
    pub dearest_share: f64,
    /// Variables, and how many bytes each takes on a disk.
    pub stored: Vec<(String, u64)>,
}

impl Spent {
    /// What a profile says, by operator of the plan.
    #[must_use]
    pub fn of(plan: &Plan, profile: &Profile) -> (Spent, BTreeMap<u32, Figures>) {
        let mut figures: BTreeMap<u32, Figures> = BTreeMap::new();
        for line in &profile.operators {
            let of = figures.entry(line.number).or_default();
            of.seconds += line.seconds;
            of.rows_kept += line.rows_kept as u64;
            of.bytes_kept += line.bytes_kept as u64;
            if !line.converts {
                (of.batches, of.rows_in, of.rows_out) = (line.batches, line.rows_in, line.rows_out);
            }
        }
        let seconds = figures.values().map(|figures| figures.seconds).sum();
        let mut order: Vec<(u32, f64)> = figures.iter().map(|(number, figures)| (*number, figures.seconds)).collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let dearest = dearest(order.iter().map(|(_, seconds)| *seconds), seconds);
        for (number, _) in order.iter().take(dearest) {
            if let Some(figures) = figures.get_mut(number) {
                figures.is_dearest = true;
            }
        }
        for (number, figures) in &mut figures {
            figures.share = if seconds > 0.0 { figures.seconds / seconds } else { 0.0 };
            if let Some(Op::Source(var, _)) = plan.graph.nodes.get(*number as usize).map(|node| &node.op) {
                figures.bytes_stored = profile.variables.get(var.0 as usize).map(|line| line.bytes as u64);
            }
        }
        let dearest_share = figures.values().filter(|figures| figures.is_dearest).map(|figures| figures.share).sum();
        let stored = profile.variables.iter().map(|line| (line.name.clone(), line.bytes as u64)).collect();
        (Spent { seconds, dearest_share, stored }, figures)
    }
}

/// How many, from the dearest on, it takes to have half of the sum.
fn dearest(seconds: impl Iterator<Item = f64>, sum: f64) -> usize {
    let mut so_far = 0.0;
    let needed = seconds.take(DEAREST_MAX).take_while(|seconds| {
        let is_needed = so_far < sum / 2.0;
        so_far += seconds;
        is_needed
    });
    needed.count()
}

impl Figures {
    /// The figures as lines of a label: `5,418 rows in, 5,462 out` …
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{} in, {} out", counted(self.rows_in, "row"), grouped(self.rows_out))];
        if self.rows_kept > 0 {
            lines.push(format!("keeps {}, {}", counted(self.rows_kept, "row"), counted(self.bytes_kept, "byte")));
        }
        if let Some(bytes) = self.bytes_stored {
            lines.push(format!("{} as stored", counted(bytes, "byte")));
        }
        let mark = if self.is_dearest { "▶ " } else { "" };
        lines.push(format!("{mark}{}, {}", percent(self.share), millis(self.seconds)));
        lines
    }
}

/// `41 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// `1.941 ms`.
#[must_use]
pub fn millis(seconds: f64) -> String {
    format!("{:.3} ms", seconds * 1e3)
}

#[cfg(test)]
mod tests {
    use super::dearest;

    #[test]
    fn the_fewest_that_took_half_stand_out() {
        let of = |seconds: &[f64]| dearest(seconds.iter().copied(), seconds.iter().sum());
        assert_eq!(of(&[40.0, 25.0, 9.0, 9.0, 9.0, 8.0]), 2);
        assert_eq!(of(&[90.0, 10.0]), 1);
        assert_eq!(of(&[1.0; 10]), 3);
        assert_eq!(of(&[0.0, 0.0]), 0);
        assert_eq!(of(&[]), 0);
    }
}
