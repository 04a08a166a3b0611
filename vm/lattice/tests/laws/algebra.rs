//! The semilattice laws, over states that three replicas really reach.
//!
//! States are drawn from whole runs: deltas, half-informed replicas, well-informed ones. That matters for dot stores,
//! whose laws hold for states that agree on what a dot means, not for arbitrary trees of dots.

use lasp_lattice::{State, Unobserved};
use proptest::prelude::*;

use crate::generate::{op, schedule};
use crate::runner::{for_every_row, same};
use crate::world::{REPLICAS, World, joined};

#[test]
fn join_is_commutative_associative_idempotent_and_inflationary() {
    for_every_row("semilattice", schedule, |kind, schedule, rng| {
        let pool = World::run(kind, schedule).pool();
        let [a, b, c] = [(); 3].map(|()| rng.pick(&pool));
        let ab = joined(a, b);
        same("a ⊔ b = b ⊔ a", &ab, &joined(b, a))?;
        same("(a ⊔ b) ⊔ c = a ⊔ (b ⊔ c)", &joined(&ab, c), &joined(a, &joined(b, c)))?;
        same("a ⊔ a = a", &joined(a, a), a)?;
        same("⊥ ⊔ a = a", &joined(&State::bottom(kind), a), a)?;
        same("a ⊑ a ⊔ b", &joined(a, &ab), &ab)?;
        same("b ⊑ a ⊔ b", &joined(b, &ab), &ab)?;
        same("a ⊑ b iff a ⊔ b = b", &a.is_below(b), &(ab == **b))?;
        prop_assert!(ab.conforms(kind));
        Ok(())
    });
}

#[test]
fn a_delta_does_what_the_full_state_does() {
    for_every_row("delta", schedule, |kind, schedule, rng| {
        let world = World::run(kind, schedule);
        let pool = world.pool();
        let at = rng.below(REPLICAS);
        let state = &*world.states[at];
        let Some(delta) = op(kind, rng).delta_at(state, kind, at) else { return Ok(()) };
        let full = joined(state, &delta);
        let other = rng.pick(&pool);
        // Whoever holds the state the delta was made from needs the delta alone.
        same("(y ⊔ x) ⊔ δ = y ⊔ (x ⊔ δ)", &joined(&joined(other, state), &delta), &joined(other, &full))?;
        same("δ ⊑ x ⊔ δ", &delta.is_below(&full), &true)?;
        prop_assert!(delta.conforms(kind) && full.conforms(kind));
        prop_assert_eq!(delta.is_bottom(), delta == State::bottom(kind));
        Ok(())
    });
}

#[test]
fn a_join_says_whether_anything_changed() {
    for_every_row("changed", schedule, |kind, schedule, rng| {
        let world = World::run(kind, schedule);
        for join in &world.joins {
            same("changed = (after ≠ before)", &join.changed, &(join.before != join.after))?;
            same("changed = not known before", &join.changed, &!join.delta.is_below(&join.before))?;
        }
        let pool = world.pool();
        let [a, b] = [(); 2].map(|()| rng.pick(&pool));
        let mut both = State::clone(a);
        let changed = both.join(b, &mut Unobserved);
        same("changed = (after ≠ before)", &changed, &(both != **a))
    });
}
