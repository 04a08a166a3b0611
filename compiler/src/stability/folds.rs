//! How a fold moves: up over a growing set if its function never gives less than it gets.
//!
//! `s.fold(0, (acc, x) => if x > 10 then acc + 1 else acc)` rises with a `gset`. The paths through the function say so
//! (`crate::fold`); over what shrinks, or with a function of what changes, a fold is eventual.

use super::Judge;
use super::moves::{Moves, constant_or_eventual};
use crate::fold::{Fold, Way};
use crate::hir::{Hir, HirKind, HirLambda};
use crate::ty::Ty;

impl Judge<'_> {
    /// `all`: how the elements and what the function and the start read move.
    pub(super) fn folded(
        &mut self,
        hir: &Hir,
        source: &Hir,
        all: &Moves,
        entries_fixed: bool,
        lambda: Option<&HirLambda>,
    ) -> Moves {
        let (HirKind::Coll(_, _, args, _), Some(lambda)) = (&hir.kind, lambda) else { return Moves::Eventual };
        let [init] = args.as_slice() else { return Moves::Eventual };
        let program = self.program;
        let all = self.moves(init).with(all.clone());
        let element = match program.holes.full(&source.ty) {
            Ty::Set(element) => *element,
            Ty::Map(key, value, _) => Ty::Tuple(vec![*key, *value]),
            // The elements of a list come in its order, and a new one may come anywhere.
            _ => return constant_or_eventual(all),
        };
        if all != Moves::Up || !entries_fixed {
            return constant_or_eventual(all);
        }
        let gathered = program.holes.full(&hir.ty);
        moves(&Fold { init, lambda, gathered: &gathered, element: &element }.way(program))
    }
}

fn moves(way: &Way) -> Moves {
    match way {
        Way::Up => Moves::Up,
        Way::Down => Moves::Down,
        Way::Unknown => Moves::Eventual,
        Way::Parts(parts) => Moves::Parts(parts.iter().map(moves).collect()),
    }
}
