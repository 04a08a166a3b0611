//! Handlers are atomic: whatever they joined can be taken back, to the last dot.

use lasp_lattice::{State, Undo, Unobserved};

use crate::codec::OneByte;
use crate::generate::{op, schedule};
use crate::rows::visible;
use crate::runner::{for_every_row, same};
use crate::world::{REPLICAS, T, World};

#[test]
fn before_join_restore_is_the_identity() {
    for_every_row("undo", schedule, |kind, schedule, rng| {
        let world = World::run(kind, schedule);
        let pool = world.pool();
        // Each state with the delta it met, and any two that never met.
        let met = world.joins.iter().map(|join| (&join.before, &join.delta));
        let strangers: Vec<_> = (0..4).map(|_| (rng.pick(&pool), rng.pick(&pool))).collect();
        for (before, delta) in met.chain(strangers) {
            let mut state = State::clone(before);
            let undo = state.before(delta);
            state.join(delta, &mut Unobserved);
            state.restore(undo);
            same("the state is back", &state, before)?;
            same("to the byte", &state.encode_body(&OneByte), &before.encode_body(&OneByte))?;
            same("and what is seen of it", &visible(&state), &visible(before))?;
        }
        Ok(())
    });
}

#[test]
fn a_handler_of_several_updates_is_undone_in_reverse() {
    for_every_row("handlers", schedule, |kind, schedule, rng| {
        let at = rng.below(REPLICAS);
        let before = World::run(kind, schedule).states[at].clone();
        let mut state: State<T> = State::clone(&before);
        let mut undos: Vec<Undo<T>> = Vec::new();
        for _ in 0..1 + rng.below(5) {
            if let Some(delta) = op(kind, rng).delta_at(&state, kind, at) {
                undos.push(state.before(&delta));
                state.join(&delta, &mut Unobserved);
            }
        }
        while let Some(undo) = undos.pop() {
            state.restore(undo);
        }
        same("the handler left nothing", &state, &before)?;
        same("and nothing to be seen", &visible(&state), &visible(&before))
    });
}
