//! Functions of single values: which way a result goes, and what that makes of its flow.
//!
//! `m + 1` of a `max` is again a `max`; `1 - m` is a `min`; `n >= 3` of a counter has to see the whole counter, for two
//! nodes that have each counted 2 know nothing of the 4 that is there; `m % 2` can only be recomputed.
//!
//! Neighbours: the parent module; `rows` for collections.

use lasp_plan::{BinaryOp, Func, Value};

use super::shape::Shape;
use super::{Carried, Flow, Flows};
use crate::check::scalars::rising;
use crate::hir::{Hir, HirKind};
use crate::operators::table::{Column, Condition, Row, flow};
use crate::ty::Ty;

use Condition::{Falling, Mixed, Rising};

/// Which ways a comparison goes.
fn sides(op: BinaryOp) -> (Condition, Condition) {
    match op {
        BinaryOp::Ge | BinaryOp::Gt => (Rising, Falling),
        BinaryOp::Le | BinaryOp::Lt => (Falling, Rising),
        _ => (Mixed, Mixed),
    }
}

impl Flows<'_> {
    /// A function that goes any way.
    pub(super) fn mixed(args: Vec<Carried>) -> Carried {
        Self::apply(args.into_iter().map(|arg| (arg, Mixed)).collect())
    }

    /// A function of some values, with the way it goes in each.
    pub(super) fn apply(args: Vec<(Carried, Condition)>) -> Carried {
        let flows = args.iter().map(|(arg, _)| arg.flow).max().unwrap_or(Flow::Through);
        let mut changing = args.into_iter().filter(|(arg, _)| arg.shape != Shape::Const);
        let Some((first, way)) = changing.next() else { return Carried::new(flows, Shape::Const) };
        let rest: Vec<_> = changing.collect();
        if first.shape == Shape::Whole && rest.is_empty() {
            return Carried::new(flows.max(flow(Row::Map, Column::Register, Condition::Whole)), Shape::Whole);
        }
        let several = !rest.is_empty();
        let mut all = flows;
        let mut up = None;
        for (arg, way) in [(first, way)].into_iter().chain(rest) {
            let (rises, cell) = match arg.shape {
                Shape::Chain(rises) => (rises, flow(Row::Map, Column::Choice, way)),
                Shape::Drawn(chain) if way != Mixed => {
                    let when = if chain { Condition::Chain } else { Condition::Branching };
                    (true, flow(Row::AtLeast, Column::Choice, when))
                }
                Shape::Counter => (true, flow(Row::Map, Column::Counter, way)),
                _ => return Carried::owned(),
            };
            let this = rises == (way == Rising);
            if *up.get_or_insert(this) != this {
                return Carried::owned();
            }
            all = all.max(cell);
        }
        if several {
            all = all.max(flow(Row::And, Column::Choice, Condition::Always));
        }
        Carried::new(all, Shape::Chain(up.unwrap_or(true)))
    }

    /// `not` and `-`.
    pub(super) fn falling(&mut self, inner: &Hir) -> Carried {
        let way = if self.is_unset_below(inner) { Mixed } else { Falling };
        Self::apply(vec![(self.carried(inner), way)])
    }

    /// Whether it is an option: unset is below every set one, so its first value moves even a minimum up.
    fn is_unset_below(&self, hir: &Hir) -> bool {
        matches!(self.program.holes.head(&hir.ty), Ty::Option(_))
    }

    /// The way of a function in an argument, where unset does not spoil it.
    fn way(&self, hir: &Hir, carried: &Carried, way: Condition) -> Condition {
        if carried.shape == Shape::Chain(false) && self.is_unset_below(hir) { Mixed } else { way }
    }

    pub(super) fn binary(&mut self, op: BinaryOp, a: &Hir, b: &Hir) -> Carried {
        let (left, right) = (self.carried(a), self.carried(b));
        let all = left.flow.max(right.flow);
        let holes = &self.program.holes;
        let is = |ty: Ty| holes.head(&a.ty) == ty;
        let (x, y) = (&left.shape, &right.shape);
        let linear = |shape: &Shape| match shape {
            Shape::Vector => Carried::new(all.max(flow(Row::Map, Column::Register, Condition::Linear)), Shape::Vector),
            _ => Carried::new(all.max(flow(Row::Map, Column::Counter, Condition::Linear)), Shape::Counter),
        };
        match op {
            BinaryOp::Or | BinaryOp::And if x == y && *x == Shape::Chain(op == BinaryOp::Or) => {
                Carried::new(all.max(flow(Row::Union, Column::Choice, Condition::Always)), x.clone())
            }
            BinaryOp::Add => match (x, y) {
                (Shape::Vector, Shape::Vector | Shape::Counter | Shape::Const)
                | (Shape::Counter | Shape::Const, Shape::Vector) => linear(&Shape::Vector),
                (Shape::Counter, Shape::Counter | Shape::Const) | (Shape::Const, Shape::Counter) => {
                    linear(&Shape::Counter)
                }
                // At the infinities `+` gives NaN, which is above all else: no order holds there.
                _ if is(Ty::Float) => Self::mixed(vec![left, right]),
                _ => self.ways(a, left, Rising, b, right, Rising),
            },
            BinaryOp::Sub => match (x, y) {
                (Shape::Vector | Shape::Counter, Shape::Const) => linear(x),
                _ if is(Ty::Float) => Self::mixed(vec![left, right]),
                _ => self.ways(a, left, Rising, b, right, Falling),
            },
            BinaryOp::Mul => {
                let sign = |hir: &Hir| match &hir.kind {
                    HirKind::Const(Value::Int(n)) => Some(*n >= 0),
                    _ => None,
                };
                match (x, y, sign(a), sign(b)) {
                    (Shape::Vector, _, _, Some(_)) | (_, Shape::Vector, Some(_), _) => linear(&Shape::Vector),
                    (Shape::Counter, _, _, Some(true)) | (_, Shape::Counter, Some(true), _) => linear(&Shape::Counter),
                    (_, _, Some(true), _) | (_, _, _, Some(true)) if !is(Ty::Float) => {
                        self.ways(a, left, Rising, b, right, Rising)
                    }
                    (_, _, Some(false), _) | (_, _, _, Some(false)) if !is(Ty::Float) => {
                        self.ways(a, left, Falling, b, right, Falling)
                    }
                    _ if is(Ty::Nat) && holes.head(&b.ty) == Ty::Nat => self.ways(a, left, Rising, b, right, Rising),
                    _ => Self::mixed(vec![left, right]),
                }
            }
            BinaryOp::Div => match &b.kind {
                HirKind::Const(Value::Int(n)) if *n > 0 => self.ways(a, left, Rising, b, right, Mixed),
                _ => Self::mixed(vec![left, right]),
            },
            BinaryOp::Rem | BinaryOp::Eq | BinaryOp::Ne => Self::mixed(vec![left, right]),
            BinaryOp::And | BinaryOp::Or => self.ways(a, left, Rising, b, right, Rising),
            BinaryOp::Ge | BinaryOp::Gt | BinaryOp::Le | BinaryOp::Lt => {
                let (first, second) = sides(op);
                self.ways(a, left, first, b, right, second)
            }
        }
    }

    fn ways(&self, a: &Hir, left: Carried, l: Condition, b: &Hir, right: Carried, r: Condition) -> Carried {
        let (l, r) = (self.way(a, &left, l), self.way(b, &right, r));
        Self::apply(vec![(left, l), (right, r)])
    }

    /// Unset is false, so only "a maximum has reached" and "a minimum is down to" go one way.
    pub(super) fn compare_set(&mut self, op: BinaryOp, a: &Hir, b: &Hir) -> Carried {
        let (first, second) = sides(op);
        let args = [(a, first), (b, second)].map(|(hir, way)| {
            let carried = self.carried(hir);
            let towards = carried.shape == Shape::Chain(way == Rising) || carried.shape == Shape::Const;
            let way = if self.is_unset_below(hir) && !towards { Mixed } else { way };
            (carried, way)
        });
        Self::apply(args.into())
    }

    /// The drawn order; other chains over the same elements have another one.
    pub(super) fn compare_drawn(&mut self, op: BinaryOp, a: &Hir, b: &Hir) -> Carried {
        let (first, second) = sides(op);
        let args = [(a, first), (b, second)].map(|(hir, way)| {
            let carried = self.carried(hir);
            let drawn = matches!(carried.shape, Shape::Drawn(_) | Shape::Const);
            (carried, if drawn { way } else { Mixed })
        });
        Self::apply(args.into())
    }

    pub(super) fn call(&mut self, func: Func, args: &[Hir]) -> Carried {
        match (func, args) {
            (Func::AtLeast | Func::AtMost, [value, bound]) => {
                let op = if func == Func::AtLeast { BinaryOp::Ge } else { BinaryOp::Le };
                if self.is_unset_below(value) {
                    self.compare_set(op, value, bound)
                } else {
                    self.binary(op, value, bound)
                }
            }
            // A maximum or minimum once set stays set.
            (Func::IsSet, [value]) => match self.carried(value) {
                Carried { flow, shape: Shape::Chain(_) } => Carried::new(flow, Shape::Chain(true)),
                other => Self::mixed(vec![other]),
            },
            (func, [value, rest @ ..]) if rising(func) => {
                let carried = self.carried(value);
                let way = self.way(value, &carried, Rising);
                let rest = rest.iter().map(|arg| (self.carried(arg), Mixed));
                let rest: Vec<_> = rest.collect();
                Self::apply([(carried, way)].into_iter().chain(rest).collect())
            }
            (Func::Min | Func::Max | Func::Clamp, args) => {
                let args = args.iter().map(|arg| {
                    let carried = self.carried(arg);
                    let way = self.way(arg, &carried, Rising);
                    (carried, way)
                });
                Self::apply(args.collect())
            }
            _ => {
                let args = args.iter().map(|arg| self.carried(arg)).collect();
                Self::mixed(args)
            }
        }
    }
}
