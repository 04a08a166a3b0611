//! W4's counter in DBSP: a weighted count; integers.

use dbsp::ZSetHandle;
use dbsp::utils::Tup2;

use crate::dbsp::{Circuit, SINGLES_MAX, append};
use crate::measure::Machine;

/// See the module.
pub struct Counter {
    circuit: Circuit<ZSetHandle<i64>>,
    by: i64,
}

impl Counter {
    /// None yet.
    pub fn new(by: i64) -> Counter {
        let circuit = Circuit::new(|circuit| {
            let (events, input) = circuit.add_input_zset::<i64>();
            (input, events.weighted_count().map(|(key, count)| Tup2(*key, *count)))
        });
        Counter { circuit, by }
    }
}

impl Machine<i64> for Counter {
    const SINGLES_MAX: usize = SINGLES_MAX;

    fn apply(&mut self, keys: &[i64]) {
        let by = self.by;
        self.circuit.apply(|input| append(input, keys.iter().map(|key| (*key, by))));
    }

    fn check(&mut self) -> u64 {
        self.circuit.check()
    }
}
