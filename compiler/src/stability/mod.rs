//! Stability: may one act on a result and never take it back? (`language.md` §5, first judgement.)
//!
//! Until the full checker exists this is a conservative rule: it answers `Up` or `Down` only where it knows, and
//! `eventual` otherwise. About the order of the *visible* value: truth by false ≤ true, numbers by ≤, sets by ⊆, options
//! by unset ≤ set. `views[c.ad] >= c.limit` grows because `views` is a map of grow-only counters, `c` is a fixed element
//! and `>=` is monotone on its left; `<` is antitone there, and an `orset` is eventual whatever one does with it.
//!
//! Neighbours: `whens` needs `Up` (E0301) and `causes` says what it rests on, `guards` warns of reads that another node may
//! overtake (W0501); `lasp check --table` prints the judgement of every name.

mod causes;
mod moves;
mod whens;

use lasp_plan::{BinaryOp, CollOp, Func, UnaryOp, Value};
use rustc_hash::FxHashMap;

use crate::hir::{Hir, HirKind, HirLambda, HirPattern, LocalId};
use crate::program::Program;
use crate::ty::Ty;

pub(crate) use moves::{Moves, of_crdt};
use moves::{constant_or_eventual, moves_of, scalar};
pub(crate) use whens::check_whens;

/// How many nodes one judgement may visit: functions are unfolded where they are called. What is left is eventual.
const FUEL: u32 = 100_000;

/// Judges expressions of one program.
pub(crate) struct Judge<'p> {
    program: &'p Program,
    locals: FxHashMap<LocalId, Moves>,
    views: FxHashMap<usize, Moves>,
    /// Bounds the unfolding of functions; what is left is eventual.
    fuel: u32,
}

impl<'p> Judge<'p> {
    pub(crate) fn new(program: &'p Program) -> Judge<'p> {
        Judge { program, locals: FxHashMap::default(), views: FxHashMap::default(), fuel: FUEL }
    }

    /// How the value of a closed expression moves.
    pub(crate) fn judge(&mut self, hir: &Hir) -> Moves {
        self.fuel = FUEL;
        self.moves(hir)
    }

    pub(crate) fn view(&mut self, index: usize) -> Moves {
        if let Some(known) = self.views.get(&index) {
            return known.clone();
        }
        self.views.insert(index, Moves::Eventual);
        // A view is judged once, whoever asks first.
        self.fuel = self.fuel.max(FUEL / 10);
        let program = self.program;
        let moves = self.moves(&program.views[index].value);
        self.views.insert(index, moves.clone());
        moves
    }

    /// Binds the names of a pattern to something that moves so, or to parts of it.
    fn bind(&mut self, pattern: &HirPattern, moves: &Moves) {
        match pattern {
            HirPattern::Bind(local) => {
                self.locals.insert(*local, moves.clone());
            }
            HirPattern::Both(local, inner) => {
                self.locals.insert(*local, moves.clone());
                self.bind(inner, moves);
            }
            HirPattern::Slots(slots) => {
                slots.iter().for_each(|(slot, part)| self.bind(part, &moves.part(*slot as usize)));
            }
            HirPattern::Variant(..) | HirPattern::Some(_) => {
                let moves = constant_or_eventual(moves.clone());
                let locals = &mut self.locals;
                pattern.each_bound(&mut |local| {
                    locals.insert(local, moves.clone());
                });
            }
            HirPattern::Wildcard | HirPattern::Const(_) => {}
        }
    }

    /// How what a name stands for moves.
    pub(crate) fn local(&self, local: LocalId) -> Moves {
        self.locals.get(&local).cloned().unwrap_or(Moves::Eventual)
    }

    /// An element of a collection that moves so. Elements of a set are values: they come or go, they do not change. The
    /// entry of a map changes with its value.
    pub(crate) fn bind_element(&mut self, pattern: &HirPattern, source: &Moves) {
        match (source, pattern) {
            (Moves::Map(value), HirPattern::Slots(slots)) => {
                for (slot, part) in slots {
                    let moves = if *slot == 0 { Moves::Const } else { (**value).clone() };
                    self.bind(part, &moves);
                }
            }
            (Moves::Map(value), pattern) => {
                let moves = if **value == Moves::Const { Moves::Const } else { Moves::Eventual };
                self.bind(pattern, &moves);
            }
            _ => self.bind(pattern, &Moves::Const),
        }
    }

    /// Whether a collection only gains elements (of a map: keys).
    fn gains(source: &Moves) -> Moves {
        match source {
            Moves::Map(_) => Moves::Up,
            other => other.clone(),
        }
    }

    pub(crate) fn moves(&mut self, hir: &Hir) -> Moves {
        if self.fuel == 0 {
            return Moves::Eventual;
        }
        self.fuel -= 1;
        let program = self.program;
        match &hir.kind {
            HirKind::Const(_) => Moves::Const,
            HirKind::Unstable(..) => Moves::Up,
            HirKind::Error | HirKind::Rights(..) => Moves::Eventual,
            HirKind::Local(local) => self.local(*local),
            HirKind::Var(index) => of_crdt(&program.vars[*index].crdt),
            HirKind::Raw(index) => moves_of(&program.vars[*index].crdt, true),
            HirKind::View(index) => self.view(*index),
            HirKind::Field(base, name) => {
                let slot = crate::lower::field_slot(&program.holes.full(&base.ty), name);
                self.moves(base).part(slot as usize)
            }
            HirKind::Tuple(parts) | HirKind::List(parts) | HirKind::Variant(_, parts) => self.all_constant(parts),
            HirKind::Set(parts) => self.all_constant(parts),
            HirKind::Record(fields) => {
                let all = fields.iter().map(|(_, part)| self.moves(part)).fold(Moves::Const, Moves::with);
                constant_or_eventual(all)
            }
            HirKind::Map(entries) => {
                let all =
                    entries.iter().map(|(k, v)| self.moves(k).with(self.moves(v))).fold(Moves::Const, Moves::with);
                constant_or_eventual(all)
            }
            HirKind::Text(_) => {
                let mut all = Moves::Const;
                hir.each_part(&mut |part| {
                    let moves = self.moves(part);
                    all = std::mem::replace(&mut all, Moves::Const).with(moves);
                });
                constant_or_eventual(all)
            }
            HirKind::Some(inner) => self.moves(inner),
            HirKind::Unary(UnaryOp::Not | UnaryOp::Neg, inner) => self.moves(inner).flip(),
            HirKind::Binary(op, a, b) => self.binary(*op, a, b),
            HirKind::CompareSet(op, a, b) => self.compare_set(*op, a, b),
            HirKind::CompareDrawn(op, a, b, _) => {
                let optional = |hir: &Hir| matches!(program.holes.head(&hir.ty), Ty::Option(_));
                if optional(a) == optional(b) { self.binary(*op, a, b) } else { self.compare_set(*op, a, b) }
            }
            HirKind::If(condition, then, otherwise) => match self.moves(condition) {
                Moves::Const => self.moves(then).with(self.moves(otherwise)),
                _ => Moves::Eventual,
            },
            HirKind::Match(value, arms) => {
                if self.moves(value) != Moves::Const {
                    return Moves::Eventual;
                }
                let mut all = Moves::Const;
                for arm in arms {
                    self.bind(&arm.pattern, &Moves::Const);
                    if arm.guard.as_ref().is_some_and(|guard| self.moves(guard) != Moves::Const) {
                        return Moves::Eventual;
                    }
                    all = all.with(self.moves(&arm.body));
                }
                all
            }
            HirKind::Lookup(map, key) => {
                if self.moves(key) != Moves::Const {
                    return Moves::Eventual;
                }
                match (self.moves(map), &program.holes.head(&map.ty)) {
                    (Moves::Const, _) => Moves::Const,
                    (Moves::Map(value), Ty::Map(_, _, true)) => *value,
                    _ => Moves::Eventual,
                }
            }
            HirKind::Call(func, args) => self.call(*func, args),
            HirKind::Apply(index, args) => {
                let function = &program.fns[*index];
                for ((_, local), arg) in function.params.iter().zip(args) {
                    let moves = self.moves(arg);
                    self.locals.insert(*local, moves);
                }
                self.moves(&function.body)
            }
            HirKind::From { sources, filter, select } => {
                let mut all = Moves::Const;
                for (pattern, source) in sources {
                    let moves = self.moves(source);
                    self.bind_element(pattern, &moves);
                    all = all.with(Self::gains(&moves));
                }
                if let Some(filter) = filter {
                    let moves = self.moves(filter);
                    all = all.with(moves);
                }
                match self.moves(select) {
                    Moves::Const => all,
                    _ => Moves::Eventual,
                }
            }
            HirKind::Coll(op, source, args, lambda) => self.coll(hir, *op, source, args, lambda.as_deref()),
        }
    }

    fn all_constant(&mut self, parts: &[Hir]) -> Moves {
        let all = parts.iter().map(|part| self.moves(part)).fold(Moves::Const, Moves::with);
        constant_or_eventual(all)
    }

    fn binary(&mut self, op: BinaryOp, a: &Hir, b: &Hir) -> Moves {
        let (left, right) = (self.moves(a), self.moves(b));
        // An unset minimum is below every set one, so its first value moves it up and the next ones down.
        let optional = |hir: &Hir| matches!(self.program.holes.head(&hir.ty), Ty::Option(_));
        let left = if optional(a) && left == Moves::Down { Moves::Eventual } else { left };
        let right = if optional(b) && right == Moves::Down { Moves::Eventual } else { right };
        let holes = &self.program.holes;
        match op {
            BinaryOp::And | BinaryOp::Or => left.with(right),
            // At the infinities `+` and `-` give NaN, which is above all else: no order holds there.
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul if holes.head(&a.ty) == Ty::Float => {
                constant_or_eventual(left.with(right))
            }
            BinaryOp::Add => left.with(right),
            BinaryOp::Sub => left.with(right.flip()),
            BinaryOp::Ge | BinaryOp::Gt => scalar(left).with(scalar(right).flip()),
            BinaryOp::Le | BinaryOp::Lt => scalar(left).flip().with(scalar(right)),
            BinaryOp::Eq | BinaryOp::Ne => constant_or_eventual(left.with(right)),
            BinaryOp::Mul => match (&a.kind, &b.kind) {
                _ if holes.head(&a.ty) == Ty::Nat && holes.head(&b.ty) == Ty::Nat => left.with(right),
                (HirKind::Const(Value::Int(n)), _) => {
                    if *n >= 0 {
                        right
                    } else {
                        right.flip()
                    }
                }
                (_, HirKind::Const(Value::Int(n))) => {
                    if *n >= 0 {
                        left
                    } else {
                        left.flip()
                    }
                }
                _ => constant_or_eventual(left.with(right)),
            },
            BinaryOp::Div => match &b.kind {
                HirKind::Const(Value::Int(n)) if *n > 0 => left,
                _ => constant_or_eventual(left.with(right)),
            },
            BinaryOp::Rem => constant_or_eventual(left.with(right)),
        }
    }

    /// Unset is false: a `max` only rises towards a bound, a `min` only falls towards one.
    fn compare_set(&mut self, op: BinaryOp, a: &Hir, b: &Hir) -> Moves {
        let is_option = |hir: &Hir| matches!(self.program.holes.head(&hir.ty), Ty::Option(_));
        let (option, bound, upward) = match (is_option(a), op) {
            (true, BinaryOp::Ge | BinaryOp::Gt) => (a, b, true),
            (true, _) => (a, b, false),
            (false, BinaryOp::Le | BinaryOp::Lt) => (b, a, true),
            (false, _) => (b, a, false),
        };
        match (self.moves(option), self.moves(bound), upward) {
            (Moves::Const, Moves::Const, _) => Moves::Const,
            (Moves::Const | Moves::Up, Moves::Const | Moves::Down, true) => Moves::Up,
            (Moves::Const | Moves::Down, Moves::Const | Moves::Up, false) => Moves::Up,
            _ => Moves::Eventual,
        }
    }

    fn call(&mut self, func: Func, args: &[Hir]) -> Moves {
        let moves: Vec<Moves> = args.iter().map(|arg| self.moves(arg)).collect();
        if moves.iter().all(|moves| *moves == Moves::Const) {
            return Moves::Const;
        }
        match (func, args) {
            (Func::AtLeast | Func::AtMost, [value, bound]) => {
                let op = if func == Func::AtLeast { BinaryOp::Ge } else { BinaryOp::Le };
                match self.program.holes.head(&value.ty) {
                    Ty::Option(_) => self.compare_set(op, value, bound),
                    _ => self.binary(op, value, bound),
                }
            }
            // A maximum or minimum once set stays set.
            (Func::IsSet, [value]) => match (&value.kind, &moves[0]) {
                (
                    HirKind::Var(_) | HirKind::Raw(_) | HirKind::Lookup(..) | HirKind::Field(..),
                    Moves::Up | Moves::Down,
                ) => Moves::Up,
                _ => Moves::Eventual,
            },
            (Func::ToFloat | Func::ToInt | Func::ToNat, [_]) => moves[0].clone(),
            _ => Moves::Eventual,
        }
    }

    fn coll(&mut self, hir: &Hir, op: CollOp, source: &Hir, args: &[Hir], lambda: Option<&HirLambda>) -> Moves {
        let moves = self.moves(source);
        let args: Vec<Moves> = args.iter().map(|arg| self.moves(arg)).collect();
        if op == CollOp::Each {
            let Some(lambda) = lambda else { return Moves::Eventual };
            return match moves {
                Moves::Map(value) => {
                    self.bind(&lambda.pattern, &value);
                    Moves::Map(Box::new(self.moves(&lambda.body)))
                }
                Moves::Const => {
                    self.bind(&lambda.pattern, &Moves::Const);
                    self.moves(&lambda.body)
                }
                _ => Moves::Eventual,
            };
        }
        let body = match lambda {
            Some(lambda) => {
                match (op, lambda.pattern.clone(), args.first()) {
                    (CollOp::Join, HirPattern::Slots(slots), Some(other)) => {
                        for (slot, part) in &slots {
                            let side = if *slot == 0 { &moves } else { other };
                            self.bind_element(part, side);
                        }
                    }
                    _ => self.bind_element(&lambda.pattern, &moves),
                }
                self.moves(&lambda.body)
            }
            None => Moves::Const,
        };
        let entries_fixed = !matches!(&moves, Moves::Map(value) if **value != Moves::Const);
        let gains = Self::gains(&moves);
        let result_is = |ty: &Ty| self.program.holes.head(&hir.ty) == *ty;
        match op {
            CollOp::Map | CollOp::FlatMap => match body {
                Moves::Const => gains,
                Moves::Up if op == CollOp::FlatMap => gains.with(Moves::Up),
                _ => Moves::Eventual,
            },
            CollOp::Filter if entries_fixed => gains.with(body),
            // Entries that pass go on passing; what they hold goes on growing.
            CollOp::Filter => match body {
                Moves::Const | Moves::Up => moves,
                _ => Moves::Eventual,
            },
            CollOp::Union | CollOp::Intersect => args.into_iter().fold(gains, Moves::with),
            CollOp::Product | CollOp::Join if entries_fixed => {
                args.iter().map(Self::gains).fold(gains, Moves::with).with(body)
            }
            CollOp::Product | CollOp::Join => Moves::Eventual,
            CollOp::Minus => args.into_iter().fold(gains, |all, other| all.with(other.flip())),
            CollOp::Group => match (body, gains) {
                (Moves::Const, Moves::Const) => Moves::Const,
                (Moves::Const, Moves::Up) => Moves::Map(Box::new(Moves::Up)),
                _ => Moves::Eventual,
            },
            CollOp::Count => gains,
            CollOp::IsEmpty => gains.flip(),
            CollOp::Sum => match body {
                Moves::Const | Moves::Up if result_is(&Ty::Nat) && lambda.is_some() => gains.with(body),
                Moves::Const if result_is(&Ty::Nat) && entries_fixed => gains,
                _ => constant_or_eventual(gains.with(body)),
            },
            CollOp::Avg => constant_or_eventual(gains.with(body)),
            // Among elements of a drawn lattice the greatest is the last declared.
            CollOp::Max | CollOp::Min if self.program.holes.full(&hir.ty).drawn().is_some() => {
                constant_or_eventual(gains.with(body))
            }
            CollOp::Max if entries_fixed || lambda.is_some() => match body {
                Moves::Const | Moves::Up => gains.with(body),
                _ => Moves::Eventual,
            },
            // As an option: unset, then a number that falls. Comparing with a bound knows that.
            CollOp::Min if entries_fixed => match (body, gains) {
                (Moves::Const, Moves::Up) => Moves::Down,
                (Moves::Const, other) => constant_or_eventual(other),
                _ => Moves::Eventual,
            },
            CollOp::Max | CollOp::Min => Moves::Eventual,
            CollOp::Any => match body {
                Moves::Const | Moves::Up => gains.with(body),
                _ => Moves::Eventual,
            },
            CollOp::All => match body {
                Moves::Const | Moves::Down => gains.flip().with(body),
                _ => Moves::Eventual,
            },
            CollOp::Contains => match args.first() {
                Some(Moves::Const) => gains,
                _ => Moves::Eventual,
            },
            CollOp::Keys => gains,
            CollOp::Values | CollOp::ToSet if entries_fixed => gains,
            CollOp::Values | CollOp::ToSet => Moves::Eventual,
            CollOp::Each => Moves::Eventual,
        }
    }
}
