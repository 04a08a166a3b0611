//! W2 in differential dataflow. Union is a concatenation made a set again; the intersection a join of the two sets as
//! keys; the difference the negated intersection added to A. The join is `join_core` of two arrangements.

use differential_dataflow::input::Input as _;
use differential_dataflow::operators::ThresholdTotal;

use super::{Change, Match, Operator};
use crate::differential::{Dataflow, Inputs2, SINGLES_MAX};
use crate::element::Element;
use crate::measure::Machine;

type Both<T> = Dataflow<Inputs2<T>>;

fn put<K: Element>((a, b): &mut Inputs2<(K, i64)>, changes: &[Change<K>]) {
    for change in changes {
        let input = if change.in_a { &mut *a } else { &mut *b };
        input.update((change.key.clone(), change.number), if change.comes { 1 } else { -1 });
    }
}

/// The set operators.
pub struct Sets<K: Element>(Both<(K, i64)>);

impl<K: Element> Sets<K> {
    /// Empty sets.
    pub fn new(operator: Operator) -> Sets<K> {
        Sets(Dataflow::new(|scope| {
            let (in_a, a) = scope.new_collection::<(K, i64), isize>();
            let (in_b, b) = scope.new_collection::<(K, i64), isize>();
            let both = || {
                let a = a.clone().arrange_by_self();
                a.join_core(b.clone().arrange_by_self(), |row, (), ()| Some(row.clone()))
            };
            let result = match operator {
                Operator::Union => a.concat(b).distinct_total(),
                Operator::Intersect => both(),
                Operator::Minus => {
                    let both = both();
                    a.concat(both.negate())
                }
            };
            ((in_a, in_b), result)
        }))
    }
}

impl<K: Element> Machine<Change<K>> for Sets<K> {
    const SINGLES_MAX: usize = SINGLES_MAX;

    fn apply(&mut self, changes: &[Change<K>]) {
        self.0.apply(|inputs| put(inputs, changes));
    }

    fn check(&mut self) -> u64 {
        self.0.check()
    }
}

/// The join.
pub struct Join<M: Match>(Both<(M::Key, i64)>);

impl<M: Match> Join<M> {
    /// Empty sides.
    pub fn new() -> Join<M> {
        Join(Dataflow::new(|scope| {
            let (in_a, a) = scope.new_collection::<(M::Key, i64), isize>();
            let (in_b, b) = scope.new_collection::<(M::Key, i64), isize>();
            let a = a.map(|(key, number)| (M::theirs(&key), (M::kept(&key), number))).arrange_by_key();
            let result = a.join_core(b.arrange_by_key(), |theirs, (kept, a), b| Some((*a, *b, M::key(theirs, kept))));
            ((in_a, in_b), result)
        }))
    }
}

impl<M: Match> Machine<Change<M::Key>> for Join<M> {
    const SINGLES_MAX: usize = SINGLES_MAX;

    fn apply(&mut self, changes: &[Change<M::Key>]) {
        self.0.apply(|inputs| put(inputs, changes));
    }

    fn check(&mut self) -> u64 {
        self.0.check()
    }
}
