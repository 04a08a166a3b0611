//! W7 A in differential dataflow: views counted per ad, filtered by the limit, made a set.
//!
//! The limit is one for all ads, so the filter needs no join with the contracts: in its favour.

use differential_dataflow::input::Input as _;
use differential_dataflow::operators::{CountTotal, ThresholdTotal};

use super::{Impression, Worth, ads};
use crate::differential::{Dataflow, Input, SINGLES_MAX};
use crate::element::Element;
use crate::measure::Machine;

/// See the module.
pub struct Ads<K: Element> {
    dataflow: Dataflow<Input<K>>,
    by: isize,
}

impl<K: Element> Ads<K> {
    /// All ads signed, none seen. Every ad counts one view more than it has, so that one that was never seen has a
    /// count.
    pub fn new(worth: Worth, limit: i64) -> Ads<K> {
        let mut dataflow = Dataflow::new(|scope| {
            let (input, views) = scope.new_collection::<K, isize>();
            let counts = views.count_total().map(|(ad, count)| (ad, count as i64 - 1));
            (input, counts.filter(move |(_, views)| worth.reading(*views) < limit).map(|(ad, _)| ad).distinct_total())
        });
        dataflow.apply(|input| ads::<K>().into_iter().for_each(|ad| input.insert(ad)));
        Ads { dataflow, by: worth.by() as isize }
    }
}

impl<K: Element> Machine<Impression<K>> for Ads<K> {
    const SINGLES_MAX: usize = SINGLES_MAX;

    fn apply(&mut self, changes: &[Impression<K>]) {
        let by = self.by;
        self.dataflow.apply(|input| changes.iter().for_each(|it| input.update(it.ad.clone(), by)));
    }

    fn check(&mut self) -> u64 {
        self.dataflow.check()
    }
}
