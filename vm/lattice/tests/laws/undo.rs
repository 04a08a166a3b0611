//! Handlers are atomic: whatever they joined can be taken back, to the last dot.

use lasp_lattice::{State, Undo, Unobserved};
use proptest::prelude::*;

use crate::generate::{for_every_kind, op, same, schedule};
use crate::rows::visible;
use crate::world::{REPLICAS, T, World};

#[test]
fn before_join_restore_is_the_identity() {
    for_every_kind(file!(), schedule, |kind, schedule| {
        let world = World::run(kind, &schedule);
        let deltas = world.joins.iter().map(|join| &join.delta);
        // Each state with the delta it met, and the final states with every delta.
        let met = world.joins.iter().map(|join| (&join.before, &join.delta));
        let all = world.states.iter().flat_map(|state| deltas.clone().map(move |delta| (state, delta)));
        for (before, delta) in met.chain(all) {
            let mut state = before.clone();
            let undo = state.before(delta);
            state.join(delta, &mut Unobserved);
            state.restore(undo);
            same("the state is back", &state, before)?;
            same("and what is seen of it", &visible(&state), &visible(before))?;
        }
        Ok(())
    });
}

#[test]
fn a_handler_of_several_updates_is_undone_in_reverse() {
    for_every_kind(
        file!(),
        |kind| (schedule(kind), 0..REPLICAS, prop::collection::vec(op(kind), 1..6)),
        |kind, (schedule, at, ops)| {
            let before = World::run(kind, &schedule).states[at].clone();
            let mut state: State<T> = before.clone();
            let mut undos: Vec<Undo<T>> = Vec::new();
            for op in ops {
                if let Ok((delta, _)) = op.made_at(&state, kind, at) {
                    undos.push(state.before(&delta));
                    state.join(&delta, &mut Unobserved);
                }
            }
            while let Some(undo) = undos.pop() {
                state.restore(undo);
            }
            same("the handler left nothing", &state, &before)?;
            same("and nothing to be seen", &visible(&state), &visible(&before))
        },
    );
}
