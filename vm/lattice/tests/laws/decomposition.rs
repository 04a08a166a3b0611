//! The pieces of a state rejoin to it and none of them can be left out; Δ(x, y) is the pieces that y lacks and no
//! others.
//!
//! Source: Enes, Almeida, Baquero, Leitão 2019, §III (irredundant join decompositions, Δ as their difference).

use lasp_lattice::{Kind, State, Unobserved};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use crate::generate::schedule;
use crate::runner::{for_every_row, same};
use crate::world::{T, World, joined};

/// Leaving out each piece in turn costs the square of their number.
const LEFT_OUT_MOST: usize = 12;

fn pieces(state: &State<T>) -> Vec<State<T>> {
    let mut pieces = Vec::new();
    state.decompose(&mut |piece| pieces.push(piece));
    pieces
}

fn joined_all<'a>(kind: &Kind, pieces: impl IntoIterator<Item = &'a State<T>>) -> State<T> {
    let mut all = State::bottom(kind);
    for piece in pieces {
        all.join(piece, &mut Unobserved);
    }
    all
}

/// All of them but one, for each of the first few.
fn all_but_one(kind: &Kind, pieces: &[State<T>]) -> Vec<State<T>> {
    let but = |left_out: usize| {
        joined_all(kind, pieces.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, piece)| piece))
    };
    (0..pieces.len().min(LEFT_OUT_MOST)).map(but).collect()
}

#[test]
fn pieces_rejoin_to_the_whole_and_none_can_be_left_out() {
    for_every_row("pieces", schedule, |kind, schedule, rng| {
        let world = World::run(kind, schedule);
        let pool = world.pool();
        for state in [rng.pick(&pool), rng.pick(&pool), &world.whole().into()] {
            let pieces = pieces(state);
            same("⨆ ⇓x = x", &joined_all(kind, &pieces), &**state)?;
            same("⊥ alone has no pieces", &pieces.is_empty(), &state.is_bottom())?;
            for rest in all_but_one(kind, &pieces) {
                prop_assert!(rest != **state, "a piece can be left out of {:?}:\n {:?}", state, pieces);
            }
            for piece in &pieces {
                are_irreducible(piece, kind)?;
            }
        }
        Ok(())
    });
}

fn are_irreducible(piece: &State<T>, kind: &Kind) -> TestCaseResult {
    prop_assert!(!piece.is_bottom() && piece.conforms(kind));
    same("⇓ of a piece is that piece", &pieces(piece), &vec![piece.clone()])
}

#[test]
fn what_is_novel_is_what_is_missing_and_no_more() {
    for_every_row("novel", schedule, |kind, schedule, rng| {
        let world = World::run(kind, schedule);
        let pool = world.pool();
        let whole = world.whole().into();
        for (state, local) in [
            (rng.pick(&pool), rng.pick(&pool)),
            (&world.states[0], &world.states[1]),
            (&whole, rng.pick(&pool)),
            (rng.pick(&pool), &whole),
        ] {
            let novel = state.novel(local);
            let both = joined(local, state);
            same("y ⊔ Δ(x, y) = y ⊔ x", &joined(local, &novel), &both)?;
            prop_assert!(novel.conforms(kind));
            same("Δ(x, y) = ⊥ iff x ⊑ y", &novel.is_bottom(), &(both == **local))?;
            same("Δ(x, x) = ⊥", &state.novel(state), &State::bottom(kind))?;
            same("Δ(x, ⊥) = x", &state.novel(&State::bottom(kind)), &**state)?;
            // Together with the next: in a distributive lattice, all the pieces that y lacks; in `topk`, where a piece
            // may be pushed out by another, those of them that count.
            let (whole, parts) = (pieces(state), pieces(&novel));
            let lacked = |piece: &State<T>| whole.contains(piece) && joined(local, piece) != **local;
            prop_assert!(parts.iter().all(lacked), "⇓Δ ⊆ {{ p ∈ ⇓x | p ⋢ y }}:\n {:?}\n {:?}", parts, whole);
            for rest in all_but_one(kind, &parts) {
                prop_assert!(joined(local, &rest) != both, "a piece of Δ {:?} is known to {:?}", novel, local);
            }
        }
        Ok(())
    });
}
