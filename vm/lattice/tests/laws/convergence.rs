//! Strong eventual consistency: who has joined the same deltas has the same state, whatever the order, the grouping and
//! the repetitions.

use proptest::prelude::*;
use proptest::sample::Index;

use lasp_lattice::{State, Unobserved};

use crate::generate::{for_every_kind, same, schedule};
use crate::rows::visible;
use crate::world::{T, World, joined};

/// How one replica receives: sort keys that make a permutation, repetitions, and where groups are cut.
type Delivery = (Vec<u16>, Vec<Index>, Vec<bool>);

fn delivery() -> impl Strategy<Value = Delivery> {
    let keys = prop::collection::vec(any::<u16>(), 16);
    let again = prop::collection::vec(any::<Index>(), 0..4);
    (keys, again, prop::collection::vec(any::<bool>(), 16))
}

/// Joins all deltas in the order and the groups of a delivery.
fn receive(bottom: &State<T>, deltas: &[State<T>], (keys, again, cut): &Delivery) -> State<T> {
    let mut order: Vec<usize> = (0..deltas.len()).collect();
    order.sort_by_key(|at| keys[at % keys.len()]);
    if !deltas.is_empty() {
        order.extend(again.iter().map(|pick| pick.index(deltas.len())));
    }
    let (mut state, mut group) = (bottom.clone(), bottom.clone());
    for (at, which) in order.into_iter().enumerate() {
        group.join(&deltas[which], &mut Unobserved);
        if cut[at % cut.len()] {
            state.join(&group, &mut Unobserved);
            group = bottom.clone();
        }
    }
    joined(&state, &group)
}

#[test]
fn all_deltas_in_any_order_give_one_state() {
    for_every_kind(
        file!(),
        |kind| (schedule(kind), [delivery(), delivery(), delivery()]),
        |kind, (schedule, deliveries)| {
            let world = World::run(kind, &schedule);
            let bottom = State::bottom(kind);
            let all = world.states.iter().fold(bottom.clone(), |all, state| joined(&all, state));
            for delivery in &deliveries {
                let received = receive(&bottom, &world.made, delivery);
                same("joined deltas = joined states", &received, &all)?;
                same("and the same is seen", &visible(&received), &visible(&all))?;
            }
            Ok(())
        },
    );
}
