//! Strong eventual consistency: who has joined the same deltas has the same state, whatever the order, the grouping and
//! the repetitions.

use std::rc::Rc;

use lasp_lattice::{State, Unobserved};

use crate::generate::{Rng, schedule};
use crate::rows::visible;
use crate::runner::{for_every_row, same};
use crate::world::{T, World, joined};

/// Joins all deltas in some order, some of them twice, in groups cut anywhere.
fn receive(bottom: &State<T>, deltas: &[Rc<State<T>>], rng: &mut Rng) -> State<T> {
    let mut order: Vec<&State<T>> = deltas.iter().map(|delta| &**delta).collect();
    for _ in 0..order.len().min(3) {
        order.push(&**rng.pick(deltas));
    }
    rng.shuffle(&mut order);
    let (mut state, mut group) = (bottom.clone(), bottom.clone());
    for delta in order {
        group.join(delta, &mut Unobserved);
        if rng.chance(1, 2) {
            state.join(&group, &mut Unobserved);
            group = bottom.clone();
        }
    }
    joined(&state, &group)
}

#[test]
fn all_deltas_in_any_order_give_one_state() {
    for_every_row("convergence", schedule, |kind, schedule, rng| {
        let world = World::run(kind, schedule);
        let deltas: Vec<Rc<State<T>>> = world.made.iter().map(|update| update.delta.clone()).collect();
        let (bottom, all) = (State::bottom(kind), world.whole());
        for _ in 0..2 {
            let received = receive(&bottom, &deltas, rng);
            same("joined deltas = joined states", &received, &all)?;
            same("and the same is seen", &visible(&received), &visible(&all))?;
        }
        Ok(())
    });
}
