//! The typed tree: names resolved, operators chosen, every node with its type and place.
//!
//! `views[a.ad] < c.limit` is `Binary(Lt, Lookup(Var(views), Field(Local(a), "ad")), Field(Local(c), "limit"))`.
//!
//! Invariants: a [`LocalId`] is bound at one place of the program, so no name shadows another here; functions are still
//! calls (lowering unfolds them); a node of type [`Ty::Error`] has been reported. Neighbours: `check` builds it,
//! `stability` judges it, `lower` turns it into a plan.

use std::sync::Arc;

use lasp_lattice::UserLattice;
use lasp_plan::{BinaryOp, CollOp, Func, Place, UnaryOp, Value};

use crate::ty::Ty;

/// A name bound by a pattern: lambda, `from`, `match`, handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalId(pub u32);

/// A typed expression.
#[derive(Clone, Debug)]
pub struct Hir {
    /// Which.
    pub kind: HirKind,
    /// Its type.
    pub ty: Ty,
    /// Where it was written.
    pub place: Place,
}

/// The forms of a typed expression.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // As in `lasp_plan::ExprKind`; what differs is documented.
pub enum HirKind {
    Const(Value),
    Local(LocalId),
    /// A variable, by position.
    Var(usize),
    /// A variable to ask of an `ivar` in it whether it is set, which it is also where two values are in conflict.
    Raw(usize),
    /// A view, by position.
    View(usize),
    /// `quota[ad].rights`: inside stands the place in a variable.
    Rights(Box<Hir>),
    Field(Box<Hir>, String),
    Tuple(Vec<Hir>),
    /// Fields sorted by name.
    Record(Vec<(String, Hir)>),
    Set(Vec<Hir>),
    List(Vec<Hir>),
    Map(Vec<(Hir, Hir)>),
    Variant(u32, Vec<Hir>),
    Some(Box<Hir>),
    Text(Vec<HirText>),
    Unary(UnaryOp, Box<Hir>),
    Binary(BinaryOp, Box<Hir>, Box<Hir>),
    CompareSet(BinaryOp, Box<Hir>, Box<Hir>),
    CompareDrawn(BinaryOp, Box<Hir>, Box<Hir>, Arc<UserLattice>),
    If(Box<Hir>, Box<Hir>, Box<Hir>),
    Match(Box<Hir>, Vec<HirArm>),
    /// Of a total map the value, else an option.
    Lookup(Box<Hir>, Box<Hir>),
    Call(Func, Vec<Hir>),
    Coll(CollOp, Box<Hir>, Vec<Hir>, Option<Box<HirLambda>>),
    /// A function of the program, by position.
    Apply(usize, Vec<Hir>),
    From {
        sources: Vec<(HirPattern, Hir)>,
        filter: Option<Box<Hir>>,
        select: Box<Hir>,
    },
    /// `unstable(e, because: "…")`: the user takes the responsibility.
    Unstable(Box<Hir>, String),
    Error,
}

/// A part of a text with holes.
#[derive(Clone, Debug)]
pub enum HirText {
    /// As it is.
    Literal(String),
    /// An expression, printed by its type.
    Hole(Hir),
}

/// A function literal.
#[derive(Clone, Debug)]
pub struct HirLambda {
    /// What the argument is bound to.
    pub pattern: HirPattern,
    /// The body.
    pub body: Hir,
}

/// An arm of a match.
#[derive(Clone, Debug)]
pub struct HirArm {
    /// What it fits.
    pub pattern: HirPattern,
    /// Further condition.
    pub guard: Option<Hir>,
    /// Result.
    pub body: Hir,
}

/// A pattern.
#[derive(Clone, Debug)]
pub enum HirPattern {
    /// Fits everything.
    Wildcard,
    /// Fits everything and binds it.
    Bind(LocalId),
    /// Fits one value.
    Const(Value),
    /// A tuple or some fields of a record, by slot.
    Slots(Vec<(u32, HirPattern)>),
    /// An enum variant.
    Variant(u32, Vec<HirPattern>),
    /// A set option.
    Some(Box<HirPattern>),
    /// Binds the whole value and fits the inner pattern; made by lowering, never written.
    Both(LocalId, Box<HirPattern>),
}

impl HirPattern {
    /// Calls `f` for each name it binds.
    pub fn each_bound(&self, f: &mut impl FnMut(LocalId)) {
        match self {
            HirPattern::Wildcard | HirPattern::Const(_) => {}
            HirPattern::Bind(local) => f(*local),
            HirPattern::Slots(slots) => slots.iter().for_each(|(_, pattern)| pattern.each_bound(f)),
            HirPattern::Variant(_, fields) => fields.iter().for_each(|pattern| pattern.each_bound(f)),
            HirPattern::Some(inner) => inner.each_bound(f),
            HirPattern::Both(local, inner) => {
                f(*local);
                inner.each_bound(f);
            }
        }
    }
}

impl Hir {
    /// Calls `f` for each direct part, bodies of lambdas and arms included.
    pub fn each_part<'a>(&'a self, f: &mut impl FnMut(&'a Hir)) {
        match &self.kind {
            HirKind::Const(_)
            | HirKind::Local(_)
            | HirKind::Var(_)
            | HirKind::Raw(_)
            | HirKind::View(_)
            | HirKind::Error => {}
            HirKind::Field(part, _)
            | HirKind::Some(part)
            | HirKind::Unary(_, part)
            | HirKind::Rights(part)
            | HirKind::Unstable(part, _) => f(part),
            HirKind::Binary(_, a, b)
            | HirKind::CompareSet(_, a, b)
            | HirKind::CompareDrawn(_, a, b, _)
            | HirKind::Lookup(a, b) => {
                f(a);
                f(b);
            }
            HirKind::If(a, b, c) => {
                f(a);
                f(b);
                f(c);
            }
            HirKind::Tuple(parts)
            | HirKind::Set(parts)
            | HirKind::List(parts)
            | HirKind::Variant(_, parts)
            | HirKind::Call(_, parts)
            | HirKind::Apply(_, parts) => parts.iter().for_each(f),
            HirKind::Record(fields) => fields.iter().for_each(|(_, part)| f(part)),
            HirKind::Map(entries) => entries.iter().for_each(|(key, value)| {
                f(key);
                f(value);
            }),
            HirKind::Text(parts) => parts.iter().for_each(|part| {
                if let HirText::Hole(part) = part {
                    f(part);
                }
            }),
            HirKind::Match(value, arms) => {
                f(value);
                for arm in arms {
                    if let Some(guard) = &arm.guard {
                        f(guard);
                    }
                    f(&arm.body);
                }
            }
            HirKind::Coll(_, source, args, lambda) => {
                f(source);
                for arg in args {
                    f(arg);
                }
                if let Some(lambda) = lambda {
                    f(&lambda.body);
                }
            }
            HirKind::From { sources, filter, select } => {
                for (_, source) in sources {
                    f(source);
                }
                if let Some(filter) = filter {
                    f(filter);
                }
                f(select);
            }
        }
    }

    /// [`each_part`](Hir::each_part), to change them.
    pub fn each_part_mut(&mut self, f: &mut impl FnMut(&mut Hir)) {
        match &mut self.kind {
            HirKind::Const(_)
            | HirKind::Local(_)
            | HirKind::Var(_)
            | HirKind::Raw(_)
            | HirKind::View(_)
            | HirKind::Error => {}
            HirKind::Field(part, _)
            | HirKind::Some(part)
            | HirKind::Unary(_, part)
            | HirKind::Rights(part)
            | HirKind::Unstable(part, _) => f(part),
            HirKind::Binary(_, a, b)
            | HirKind::CompareSet(_, a, b)
            | HirKind::CompareDrawn(_, a, b, _)
            | HirKind::Lookup(a, b) => [a, b].into_iter().for_each(|part| f(part)),
            HirKind::If(a, b, c) => [a, b, c].into_iter().for_each(|part| f(part)),
            HirKind::Tuple(parts)
            | HirKind::Set(parts)
            | HirKind::List(parts)
            | HirKind::Variant(_, parts)
            | HirKind::Call(_, parts)
            | HirKind::Apply(_, parts) => parts.iter_mut().for_each(f),
            HirKind::Record(fields) => fields.iter_mut().for_each(|(_, part)| f(part)),
            HirKind::Map(entries) => entries.iter_mut().flat_map(|(key, value)| [key, value]).for_each(f),
            HirKind::Text(parts) => parts.iter_mut().for_each(|part| {
                if let HirText::Hole(part) = part {
                    f(part);
                }
            }),
            HirKind::Match(value, arms) => {
                f(value);
                for arm in arms {
                    arm.guard.iter_mut().for_each(&mut *f);
                    f(&mut arm.body);
                }
            }
            HirKind::Coll(_, source, args, lambda) => {
                f(source);
                args.iter_mut().for_each(&mut *f);
                lambda.iter_mut().for_each(|lambda| f(&mut lambda.body));
            }
            HirKind::From { sources, filter, select } => {
                sources.iter_mut().for_each(|(_, source)| f(source));
                filter.iter_mut().for_each(|filter| f(filter));
                f(select);
            }
        }
    }

    /// Calls `f` for this node and every one below it.
    pub fn each(&self, f: &mut impl FnMut(&Hir)) {
        f(self);
        self.each_part(&mut |part| part.each(f));
    }

    /// Whether `test` holds of this node or of any below it.
    #[must_use]
    pub fn any(&self, test: &mut impl FnMut(&Hir) -> bool) -> bool {
        if test(self) {
            return true;
        }
        let mut found = false;
        self.each_part(&mut |part| found = found || part.any(test));
        found
    }
}

/// A statement.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // As in `lasp_plan::Stmt`.
pub enum HirStmt {
    Update(HirUpdate),
    LetUpdate(HirPattern, HirUpdate),
    Let(HirPattern, Hir),
    If(Hir, Vec<HirStmt>, Vec<HirStmt>),
    IfUpdate(HirUpdate, Vec<HirStmt>, Vec<HirStmt>),
    For(HirPattern, Hir, Vec<HirStmt>),
    Emit(HirEmit),
}

/// An update of a variable.
#[derive(Clone, Debug)]
pub struct HirUpdate {
    /// Which variable, by position.
    pub var: usize,
    /// The way from the variable to what is updated.
    pub path: Vec<HirStep>,
    /// The method.
    pub method: &'static lasp_lattice::MethodInfo,
    /// Its arguments.
    pub args: Vec<Hir>,
    /// Where.
    pub place: Place,
}

/// One step on the way.
#[derive(Clone, Debug)]
pub enum HirStep {
    /// To the value under a key.
    Key(Hir),
    /// To a part of a product, by position.
    Part(u32),
}

/// An emit.
#[derive(Clone, Debug)]
pub struct HirEmit {
    /// The name.
    pub name: String,
    /// The event, by position, if it is one's.
    pub event: Option<usize>,
    /// The record.
    pub value: Hir,
    /// Where.
    pub place: Place,
}
