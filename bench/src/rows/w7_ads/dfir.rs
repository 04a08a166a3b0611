//! W7 A in DFIR: a `scan` with the views for its state, that tells an ad when it is exhausted.

// What `dfir_syntax!` expands to has unsafe blocks.
#![allow(unsafe_code)]

use dfir_rs::dfir_syntax;
use dfir_rs::util::unbounded_channel;

use super::{ADS, Impression, Worth, ads};
use crate::dfir::{Flow, Sink};
use crate::element::{Element, Map, map, slot};
use crate::measure::Machine;

/// See the module.
pub struct Ads<K: Element>(Flow<K>);

impl<K: Element> Ads<K> {
    /// All ads signed, none seen.
    pub fn new(worth: Worth, limit: i64) -> Ads<K> {
        let (send, receive) = unbounded_channel::<Vec<K>>();
        let sink = Sink::default();
        ads::<K>().iter().for_each(|ad| sink.tell(ad, 1));
        let told = sink.clone();
        let mut flow = dfir_syntax! {
            source_stream(receive)
                -> flatten()
                -> scan::<'static>(|| map::<K, i64>(ADS), |counts: &mut Map<K, i64>, ad: K| {
                    let count = slot(counts, &ad, 0);
                    let was = worth.reading(*count) < limit;
                    *count += worth.by();
                    Some((ad, was && worth.reading(*count) >= limit))
                })
                -> filter(|(_, is_over): &(K, bool)| *is_over)
                -> for_each(|(ad, _): (K, bool)| told.tell(&ad, -1));
        };
        Ads(Flow::new(sink, move |batch| {
            send.send(batch).expect("the flow listens");
            flow.run_available_sync();
        }))
    }
}

impl<K: Element> Machine<Impression<K>> for Ads<K> {
    fn apply(&mut self, changes: &[Impression<K>]) {
        self.0.apply(changes.iter().map(|it| it.ad.clone()));
    }

    fn check(&mut self) -> u64 {
        self.0.check()
    }
}
