//! The judgement of expressions, form by form.
//!
//! Each form gives the moves of its value from those of its parts; what is known of the type, and of the conditions
//! that must hold for the expression to be reached, narrows the range. Neighbours: see the parent module.

use lasp_plan::{BinaryOp, Func, Place, UnaryOp, Value};

use super::Judge;
use super::moves::{Moves, range_of};
use super::range::Range;
use super::same::same;
use super::sources::of_var;
use super::tones::{Leaf, Source, Why};
use crate::check::scalars::rising;
use crate::hir::{Hir, HirKind};
use crate::ty::Ty;

impl Judge<'_> {
    pub(super) fn moves(&mut self, hir: &Hir) -> Moves {
        if self.fuel == 0 {
            return Moves::Leaf(Leaf::unknown(hir.place));
        }
        self.fuel -= 1;
        let moves = self.form(hir);
        self.narrowed(hir, moves)
    }

    /// With what the type and the conditions around it tell of its size.
    fn narrowed(&self, hir: &Hir, moves: Moves) -> Moves {
        let mut known = range_of(&self.program.holes.head(&hir.ty));
        for (what, range) in &self.facts {
            if same(what, hir) {
                known = known.meet(*range);
            }
        }
        match moves {
            // A collection of which nothing is known has no size here: a leaf's range is that of a value.
            Moves::Leaf(leaf) if matches!(self.program.holes.head(&hir.ty), Ty::Set(_) | Ty::List(_) | Ty::Map(..)) => {
                Moves::Leaf(leaf)
            }
            Moves::Leaf(leaf) => {
                let range = leaf.range.meet(known);
                Moves::Leaf(if range == leaf.range { leaf } else { leaf.within(range) })
            }
            Moves::Set(members, element) => {
                let range = members.range.meet(known);
                Moves::Set(members.of_size(range), element)
            }
            Moves::Map(keys, key, value) => {
                let range = keys.range.meet(known);
                Moves::Map(keys.of_size(range), key, value)
            }
            other => other,
        }
    }

    fn form(&mut self, hir: &Hir) -> Moves {
        let (program, place) = (self.program, hir.place);
        match &hir.kind {
            HirKind::Const(value @ (Value::Set(_) | Value::List(_))) => {
                Moves::Set(Leaf::constant(Range::of_value(value)), Box::new(Moves::constant()))
            }
            HirKind::Const(value @ Value::Map(_)) => {
                let fixed = || Box::new(Moves::constant());
                Moves::Map(Leaf::constant(Range::of_value(value)), fixed(), fixed())
            }
            HirKind::Const(value) => Moves::Leaf(Leaf::constant(Range::of_value(value))),
            HirKind::Unstable(inner, _) => {
                // The user says that it does not go back: what it reads counts as growing.
                let Moves::Leaf(leaf) = self.moves(inner) else { return Moves::constant() };
                let fixed = || Box::new(Moves::constant());
                match program.holes.head(&inner.ty) {
                    Ty::Set(_) | Ty::List(_) => Moves::Set(leaf.trusted().of_size(Range::NAT), fixed()),
                    Ty::Map(..) => Moves::Map(leaf.trusted().of_size(Range::NAT), fixed(), fixed()),
                    _ => Moves::Leaf(leaf.trusted()),
                }
            }
            HirKind::Error | HirKind::Rights(..) => Moves::Leaf(Leaf::unknown(place)),
            HirKind::Local(local) => self.local(*local),
            HirKind::Var(index) | HirKind::Raw(index) => {
                let var = &program.vars[*index];
                let raw = matches!(hir.kind, HirKind::Raw(_));
                of_var(*index, var, place, raw)
            }
            HirKind::View(index) => {
                let own = Source::own(*index);
                self.view(*index).each_leaf(&mut |leaf| leaf.seen_at(own, place))
            }
            HirKind::Field(base, name) => {
                let slot = crate::lower::field_slot(&program.holes.full(&base.ty), name);
                let base = self.moves(base);
                base.part(slot as usize, place).each_leaf(&mut |leaf| leaf.read_at(place))
            }
            HirKind::Tuple(parts) => Moves::Parts(parts.iter().map(|part| self.moves(part)).collect()),
            HirKind::Record(fields) => Moves::Parts(fields.iter().map(|(_, part)| self.moves(part)).collect()),
            HirKind::List(parts) => self.literal(parts, place),
            HirKind::Set(parts) => {
                let literal = self.literal(parts, place);
                // Two elements of a set may be the same.
                match literal {
                    Moves::Set(members, element) => {
                        let range = Range { lo: members.range.lo.min(1.0), ..members.range };
                        Moves::Set(members.of_size(range), element)
                    }
                    other => other,
                }
            }
            HirKind::Variant(_, parts) => {
                let all = parts.iter().fold(Leaf::default(), |all, part| all.with(&self.moves(part).whole()));
                Moves::Leaf(all.any(place, Why::Whole))
            }
            HirKind::Map(entries) => {
                let keys: Leaf = entries.iter().fold(Leaf::default(), |all, (key, _)| {
                    let key = self.moves(key).any(key.place, Why::Key);
                    all.with(&key)
                });
                let value = self.one_of(entries.iter().map(|(_, value)| value), place);
                let value = match keys.is_const() {
                    true => value,
                    false => Moves::Leaf(value.whole().with(&keys).any(place, Why::Key)),
                };
                let hi = Range::size(entries.len());
                let keys = keys.of_size(Range { lo: hi.lo.min(1.0), ..hi });
                Moves::Map(keys, Box::new(Moves::constant()), Box::new(value))
            }
            HirKind::Text(_) => {
                let mut all = Leaf::default();
                hir.each_part(&mut |part| all = all.with(&self.moves(part).whole()));
                Moves::Leaf(all.any(place, Why::Function))
            }
            HirKind::Some(inner) => Moves::Opt(Leaf::constant(Range::TRUE), Box::new(self.moves(inner))),
            HirKind::Unary(UnaryOp::Not, inner) => {
                let inner = self.moves(inner).ordered(place);
                let range = Range { lo: 1.0 - inner.range.hi.min(1.0), hi: 1.0 - inner.range.lo.max(0.0) };
                Moves::Leaf(inner.flip(place, Why::Not).within(range))
            }
            HirKind::Unary(UnaryOp::Neg, inner) => {
                let inner = self.moves(inner).ordered(place);
                Moves::Leaf(inner.flip(place, Why::Negated).within(inner.range.neg()))
            }
            // Inside a tuple, elements of a drawn lattice are compared by where they were declared.
            HirKind::Binary(op, a, b) if compares(*op) && has_drawn(&program.holes.full(&a.ty)) => {
                let all = self.moves(a).whole().with(&self.moves(b).whole());
                Moves::Leaf(all.any(place, Why::Whole).within(Range::BOOL))
            }
            HirKind::Binary(op, a, b) => Moves::Leaf(self.binary(*op, a, b, place)),
            HirKind::CompareSet(op, a, b) => Moves::Leaf(self.compare_set(*op, a, b, place)),
            HirKind::CompareDrawn(op, a, b, _) => {
                let optional = |hir: &Hir| matches!(program.holes.head(&hir.ty), Ty::Option(_));
                Moves::Leaf(match optional(a) == optional(b) {
                    true => self.binary(*op, a, b, place),
                    false => self.compare_set(*op, a, b, place),
                })
            }
            HirKind::If(condition, then, otherwise) => self.choice(condition, then, otherwise, place),
            HirKind::Match(value, arms) => self.matched(value, arms, place),
            HirKind::Lookup(map, key) => self.lookup(map, key, place),
            HirKind::Call(func, args) => self.call(*func, args, place),
            HirKind::Apply(index, args) => {
                let function = &program.fns[*index];
                let args: Vec<Moves> = args.iter().map(|arg| self.moves(arg)).collect();
                if let Some(known) = self.applied.get(&(*index, args.clone())) {
                    return known.clone();
                }
                for ((_, local), arg) in function.params.iter().zip(&args) {
                    self.locals.insert(*local, arg.clone());
                }
                let facts = std::mem::take(&mut self.facts);
                let moves = self.moves(&function.body);
                self.facts = facts;
                if self.fuel > 0 {
                    self.applied.insert((*index, args), moves.clone());
                }
                moves
            }
            HirKind::From { sources, filter, select } => {
                let mut members = Leaf::default();
                for (pattern, source) in sources {
                    let moves = self.moves(source);
                    self.bind_element(pattern, &moves, source.place);
                    members = members.with(&moves.elements(source.place).0);
                }
                let facts = self.facts.len();
                if let Some(filter) = filter {
                    let filtered = self.moves(filter).ordered(filter.place);
                    members = members.with(&filtered);
                    self.assume(filter, true);
                }
                let element = self.moves(select);
                self.facts.truncate(facts);
                Moves::Set(members, Box::new(element))
            }
            HirKind::Coll(op, source, args, lambda) => self.coll(hir, *op, source, args, lambda.as_deref()),
        }
    }

    /// A collection of so many elements, each of which may move.
    fn literal(&mut self, parts: &[Hir], place: Place) -> Moves {
        let element = self.one_of(parts.iter(), place);
        Moves::Set(Leaf::constant(Range::size(parts.len())), Box::new(element))
    }

    /// What is common to all of them.
    fn one_of<'h>(&mut self, parts: impl Iterator<Item = &'h Hir>, place: Place) -> Moves {
        let mut all: Option<Moves> = None;
        for part in parts {
            let moves = self.moves(part);
            all = Some(match all {
                None => moves,
                Some(before) => before.either(&moves, place),
            });
        }
        all.unwrap_or_else(Moves::constant)
    }

    fn lookup(&mut self, map: &Hir, key: &Hir, place: Place) -> Moves {
        let total = matches!(self.program.holes.head(&map.ty), Ty::Map(_, _, true));
        let keys_moves = self.moves(key);
        let found = match self.moves(map) {
            Moves::Map(_, _, value) if total => *value,
            Moves::Map(keys, _, value) => Moves::Opt(keys.within(Range::BOOL), value),
            other => Moves::Leaf(other.any(place, Why::Whole)),
        };
        match keys_moves.is_const() {
            true => found.each_leaf(&mut |leaf| leaf.read_at(place)),
            false => Moves::Leaf(found.whole().with(&keys_moves.whole()).any(key.place, Why::Key)),
        }
    }

    fn call(&mut self, func: Func, args: &[Hir], place: Place) -> Moves {
        let ty = |hir: &Hir| self.program.holes.head(&hir.ty);
        match (func, args) {
            (Func::AtLeast | Func::AtMost, [value, bound]) => {
                let op = if func == Func::AtLeast { BinaryOp::Ge } else { BinaryOp::Le };
                Moves::Leaf(match ty(value) {
                    Ty::Option(_) => self.compare_set(op, value, bound, place),
                    _ => self.binary(op, value, bound, place),
                })
            }
            (Func::IsSet, [value]) => Moves::Leaf(self.moves(value).option(place).0),
            (Func::Or, [value, default]) => {
                let (set, content) = self.moves(value).option(place);
                let default = self.moves(default);
                super::choose::chosen(&set, &content, &default, (false, false), place, Why::Default)
            }
            (Func::ToFloat, [value]) => {
                let moves = self.moves(value).ordered(place);
                let range = moves.range.to_float();
                Moves::Leaf(moves.within(range))
            }
            (Func::ToInt, [value]) => {
                let moves = self.moves(value).ordered(place);
                let range = moves.range.truncated();
                Moves::Leaf(moves.within(range))
            }
            (Func::Round | Func::Floor | Func::Ceil, [value]) => {
                let moves = self.moves(value).ordered(place);
                let Range { lo, hi } = moves.range;
                Moves::Leaf(moves.within(Range { lo: lo.floor(), hi: hi.ceil() }))
            }
            (func, [value, rest @ ..]) if rising(func) => {
                let rest = rest.iter().fold(Leaf::default(), |all, arg| all.with(&self.moves(arg).whole()));
                Moves::Leaf(self.moves(value).ordered(place).with(&rest.any(place, Why::Function)))
            }
            (Func::Sqrt, [value]) => {
                let moves = self.moves(value).ordered(place);
                // Of a negative number it is NaN, which is above all numbers.
                let positive = moves.range.lo >= 0.0;
                Moves::Leaf(if positive { moves.within(Range::ALL) } else { moves.any(place, Why::Signs) })
            }
            (Func::Min | Func::Max | Func::Clamp, [first, rest @ ..]) => {
                let mut all = self.moves(first).ordered(place);
                for (at, arg) in rest.iter().enumerate() {
                    let (one, other) = (all.range, self.moves(arg).ordered(place));
                    let lesser = func == Func::Min || (func == Func::Clamp && at == 1);
                    let pick = if lesser { f64::min } else { f64::max };
                    let range = Range { lo: pick(one.lo, other.range.lo), hi: pick(one.hi, other.range.hi) };
                    all = all.with(&other).within(range);
                }
                Moves::Leaf(all)
            }
            (Func::Abs, [value]) => {
                let moves = self.moves(value).ordered(place);
                let range = moves.range;
                Moves::Leaf(if range.lo >= 0.0 {
                    moves
                } else if range.hi <= 0.0 {
                    moves.flip(place, Why::Negated).within(range.neg())
                } else {
                    moves.any(place, Why::Signs).within(Range::ALL)
                })
            }
            _ => {
                let all = args.iter().fold(Leaf::default(), |all, arg| all.with(&self.moves(arg).whole()));
                Moves::Leaf(all.any(place, Why::Function))
            }
        }
    }
}

fn compares(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Ge | BinaryOp::Gt | BinaryOp::Le | BinaryOp::Lt)
}

/// Whether elements of a drawn lattice are in values of this type.
pub(super) fn has_drawn(ty: &Ty) -> bool {
    ty.drawn().is_some() || (!matches!(ty, Ty::Enum(_)) && ty.parts().into_iter().any(has_drawn))
}
