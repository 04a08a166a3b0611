//! How a fold moves: up over a growing set if its function never gives less than it gets.
//!
//! `s.fold(0, (acc, x) => if x > 10 then acc + 1 else acc)` rises with a `gset`. The paths through the function say so
//! (`crate::fold`); over a list, with a start that moves or a function that reads what moves, a fold may go any way,
//! but for `or` and `and`, which are `any` and `all`.
//!
//! Neighbours: `coll` judges the other combinators.

use lasp_plan::{BinaryOp, Value};

use super::Judge;
use super::moves::Moves;
use super::range::Range;
use super::tones::{Leaf, Why};
use crate::fold::{Fold, Way};
use crate::hir::{Hir, HirKind, HirLambda, HirPattern};
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
        if let Some(truth) = self.gathered_truth(&members, &element, args, lambda, place) {
            return Moves::Leaf(truth);
        }
        // Entries of a map are told apart by their keys, so what the function does not read of them does not matter.
        // Two elements of a set that change may become one.
        let is_map = matches!(source_moves, Moves::Map(..));
        let mut rest = if is_map { Leaf::default() } else { element.whole() };
        for arg in args {
            rest = rest.with(&self.moves(arg).whole());
        }
        // What the function reads beside what it is given.
        let given = Moves::Parts(vec![Moves::constant(), if is_map { element } else { Moves::constant() }]);
        self.bind(&lambda.pattern, &given, source.place);
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

    /// `fold(false, (acc, x) => acc or p)` is `any(x => p)`, with `true` and `and` it is `all`: what `p` reads may
    /// move.
    fn gathered_truth(
        &mut self,
        members: &Leaf,
        element: &Moves,
        args: &[Hir],
        lambda: &HirLambda,
        place: lasp_plan::Place,
    ) -> Option<Leaf> {
        let [Hir { kind: HirKind::Const(Value::Bool(start)), .. }] = args else { return None };
        let HirPattern::Slots(slots) = &lambda.pattern else { return None };
        let acc = slots.iter().find_map(|(slot, pattern)| match pattern {
            HirPattern::Bind(local) if *slot == 0 => Some(*local),
            _ => None,
        })?;
        let HirKind::Binary(op, left, right) = &lambda.body.kind else { return None };
        let is_acc = |hir: &Hir| matches!(hir.kind, HirKind::Local(local) if local == acc);
        let condition = match (is_acc(left), is_acc(right)) {
            (true, false) => right,
            (false, true) => left,
            _ => return None,
        };
        let asks_itself = condition.any(&mut |part| is_acc(part));
        if !matches!((op, start), (BinaryOp::Or, false) | (BinaryOp::And, true)) || asks_itself {
            return None;
        }
        let given = Moves::Parts(vec![Moves::constant(), element.clone()]);
        self.bind(&lambda.pattern, &given, place);
        let so = self.moves(condition).ordered(place);
        let members = if *start { members.flip(place, Why::All) } else { members.clone() };
        Some(members.with(&so).within(Range::BOOL))
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
