//! W2's join in DBSP; integers.

use std::marker::PhantomData;

use dbsp::ZSetHandle;
use dbsp::utils::{Tup2, Tup3};

use super::{Change, Match};
use crate::dbsp::{Circuit, SINGLES_MAX, append};
use crate::measure::Machine;

type Input = ZSetHandle<Tup2<i64, i64>>;

/// See the module.
pub struct Join<M>(Circuit<(Input, Input)>, PhantomData<M>);

impl<M: Match<Key = i64>> Join<M> {
    /// Empty sides.
    pub fn new() -> Join<M> {
        let circuit = Circuit::new(|circuit| {
            let (a, in_a) = circuit.add_input_zset::<Tup2<i64, i64>>();
            let (b, in_b) = circuit.add_input_zset::<Tup2<i64, i64>>();
            let a = a.map_index(|Tup2(key, number)| (M::theirs(key), Tup2(*key, *number)));
            let b = b.map_index(|Tup2(key, number)| (*key, *number));
            ((in_a, in_b), a.join(&b, |_, Tup2(key, a), b| Tup3(*a, *b, *key)))
        });
        Join(circuit, PhantomData)
    }
}

impl<M: Match<Key = i64>> Machine<Change<i64>> for Join<M> {
    const SINGLES_MAX: usize = SINGLES_MAX;

    fn apply(&mut self, changes: &[Change<i64>]) {
        let of = |in_a: bool| {
            let own = changes.iter().filter(move |change| change.in_a == in_a);
            own.map(|change| (Tup2(change.key, change.number), if change.comes { 1 } else { -1 }))
        };
        self.0.apply(|(a, b)| {
            append(a, of(true));
            append(b, of(false));
        });
    }

    fn check(&mut self) -> u64 {
        self.0.check()
    }
}
