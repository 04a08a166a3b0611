//! W4's counter in DFIR: a `scan` with the counts for its state.

// What `dfir_syntax!` expands to has unsafe blocks.
#![allow(unsafe_code)]

use dfir_rs::dfir_syntax;
use dfir_rs::util::unbounded_channel;

use crate::dfir::{Flow, Sink};
use crate::element::{Element, Map, map, slot};
use crate::measure::Machine;

/// See the module.
pub struct Counter<K: Element>(Flow<K>);

impl<K: Element> Counter<K> {
    /// None yet, with room.
    pub fn new(groups: usize, by: i64) -> Counter<K> {
        let (send, receive) = unbounded_channel::<Vec<K>>();
        let sink = Sink::default();
        let told = sink.clone();
        let mut flow = dfir_syntax! {
            source_stream(receive)
                -> flatten()
                -> scan::<'static>(|| map::<K, i64>(groups), |counts: &mut Map<K, i64>, key: K| {
                    let count = slot(counts, &key, 0);
                    let was = *count;
                    *count += by;
                    Some((key, was, *count))
                })
                -> for_each(|(key, was, now): (K, i64, i64)| {
                    if was > 0 {
                        told.tell(&(key.clone(), was), -1);
                    }
                    told.tell(&(key, now), 1);
                });
        };
        Counter(Flow::new(sink, move |batch| {
            send.send(batch).expect("the flow listens");
            flow.run_available_sync();
        }))
    }
}

impl<K: Element> Machine<K> for Counter<K> {
    fn apply(&mut self, keys: &[K]) {
        self.0.apply(keys.iter().cloned());
    }

    fn check(&mut self) -> u64 {
        self.0.check()
    }
}
