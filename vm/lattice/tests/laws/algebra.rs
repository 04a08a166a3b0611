//! The semilattice laws, over states that three replicas really reach.
//!
//! States are drawn from whole runs: deltas, half-informed replicas, well-informed ones. That matters for dot stores,
//! whose laws hold for states that agree on what a dot means, not for arbitrary trees of dots.

use proptest::prelude::*;
use proptest::sample::Index;

use crate::generate::{for_every_kind, same, schedule};
use crate::world::{World, joined};

#[test]
fn join_is_commutative_associative_idempotent_and_inflationary() {
    let picks = || (any::<Index>(), any::<Index>(), any::<Index>());
    for_every_kind(
        file!(),
        |kind| (schedule(kind), picks()),
        |kind, (schedule, (a, b, c))| {
            let pool = World::run(kind, &schedule).pool();
            let [a, b, c] = [a, b, c].map(|pick| pick.get(&pool));
            let ab = joined(a, b);
            same("a ⊔ b = b ⊔ a", &ab, &joined(b, a))?;
            same("(a ⊔ b) ⊔ c = a ⊔ (b ⊔ c)", &joined(&ab, c), &joined(a, &joined(b, c)))?;
            same("a ⊔ a = a", &joined(a, a), a)?;
            same("⊥ ⊔ a = a", &joined(&lasp_lattice::State::bottom(kind), a), a)?;
            same("a ⊑ a ⊔ b", &joined(a, &ab), &ab)?;
            same("b ⊑ a ⊔ b", &joined(b, &ab), &ab)
        },
    );
}

#[test]
fn a_delta_does_what_the_full_state_does() {
    for_every_kind(
        file!(),
        |kind| (schedule(kind), crate::generate::op(kind), 0..crate::world::REPLICAS, any::<Index>()),
        |kind, (schedule, op, at, other)| {
            let world = World::run(kind, &schedule);
            let (pool, state) = (world.pool(), &world.states[at]);
            let Ok((delta, _)) = op.made_at(state, kind, at) else { return Ok(()) };
            let full = joined(state, &delta);
            let other = other.get(&pool);
            // Whoever holds the state the delta was made from needs the delta alone.
            same("(y ⊔ x) ⊔ δ = y ⊔ (x ⊔ δ)", &joined(&joined(other, state), &delta), &joined(other, &full))?;
            prop_assert!(delta.conforms(kind) && full.conforms(kind));
            prop_assert_eq!(delta.is_bottom(), delta == lasp_lattice::State::bottom(kind));
            Ok(())
        },
    );
}
