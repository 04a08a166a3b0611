//! How a fold moves: up over a growing set if its function never gives less than it gets.
//!
//! `s.fold(0, (acc, x) => if x > 10 then acc + 1 else acc)` rises with a `gset`. The paths through the function say so
//! (`crate::fold`); over a list, with a start that moves or a function that reads what moves, a fold may go any way.
//!
//! Neighbours: `coll` judges the other combinators.

use super::Judge;
use super::moves::Moves;
use super::range::Range;
use super::tones::{Leaf, Why};
use crate::fold::{Fold, Way};
use crate::hir::{Hir, HirKind, HirLambda};
use crate::ty::Ty;

impl Judge<'_> {
    /// `source_moves`: how the collection moves.
    pub(super) fn folded(
        &mut self,
        hir: &Hir,
        source: &Hir,
        source_moves: &Moves,
        lambda: Option<&HirLambda>,
    ) -> Moves {
        let place = hir.place;
        let (members, element) = source_moves.elements(place);
        let (HirKind::Coll(_, _, args, _), Some(lambda)) = (&hir.kind, lambda) else {
            return Moves::Leaf(Leaf::unknown(place));
        };
        let mut rest = element.whole();
        for arg in args {
            rest = rest.with(&self.moves(arg).whole());
        }
        // What the function reads beside what it is given.
        self.bind(&lambda.pattern, &Moves::constant(), source.place);
        rest = rest.with(&self.moves(&lambda.body).whole());
        let program = self.program;
        let element = match program.holes.full(&source.ty) {
            Ty::Set(element) => Some(*element),
            Ty::Map(key, value, _) => Some(Ty::Tuple(vec![*key, *value])),
            // The elements of a list come in its order, and a new one may come anywhere.
            _ => None,
        };
        match (args.as_slice(), element) {
            _ if members.is_const() && rest.is_const() => Moves::constant(),
            ([init], Some(element)) if rest.is_const() => {
                let gathered = program.holes.full(&hir.ty);
                let way = Fold { init, lambda, gathered: &gathered, element: &element }.way(program);
                moves(&way, &members.within(Range::ALL), place)
            }
            _ => Moves::Leaf(members.with(&rest).any(place, Why::Function)),
        }
    }
}

fn moves(way: &Way, members: &Leaf, place: lasp_plan::Place) -> Moves {
    match way {
        Way::Up => Moves::Leaf(members.clone()),
        Way::Down => Moves::Leaf(members.flip(place, Why::Function)),
        Way::Unknown => Moves::Leaf(members.any(place, Why::Function)),
        Way::Parts(parts) => Moves::Parts(parts.iter().map(|part| moves(part, members, place)).collect()),
    }
}
