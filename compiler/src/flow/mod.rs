//! Flow: may copies that were computed apart, from different or partial inputs, be merged? (`language.md` §5, second
//! judgement.)
//!
//! ```text
//! let big   = s.filter(x => x > 2)      through: on deltas, on parts, anywhere
//! let pairs = big.product(t)            meet:    both inputs at one place
//! let n     = pairs.count()             gather:  the whole input, several places may be joined
//! let rest  = s.minus(t)                owned:   recomputed where the inputs are, or by one owner
//! ```
//!
//! About the *lattice*, where stability is about the visible value: an `orset` filtered is `through` and eventual. The
//! answers come from the operator table; what is here says which cell an expression stands in (`shape`). Operators that
//! are fused take the greatest flow among them. Nothing is shipped between views yet, so the flow of a view is that of
//! the whole way from the variables: a view that it is computed from is fused into it.
//!
//! What a function of a row reads of variables (`views[a.ad]`) is *carried* beside the row, as the lattice value it is,
//! and the function is applied where the row is read. That is why `ads.filter(a => views[a.ad] < 3)` can be merged at
//! all: what is shipped is each ad with its counter. Only an aggregate over such rows has to read them first.
//!
//! Invariants: no answer is less than the truth; what is not known is `owned`. Neighbours: `operators::table` has the
//! cells, `rows` the collections, `values` the functions of single values, `place` where a name is computed.

mod place;
mod rows;
mod shape;
mod values;

use lasp_plan::UnaryOp;
use rustc_hash::FxHashMap;

use crate::hir::{Hir, HirKind, HirPattern, LocalId};
use crate::operators::table::{Column, Condition, Row, flow};
use crate::program::{Program, WhenDef};
use crate::ty::Ty;

pub(crate) use place::{Places, coordination_of_var, coordination_of_view, place_of_var};
use shape::{Shape, of_crdt};

/// How results that were computed apart may be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flow {
    /// A join-morphism: on deltas, on parts of the input, anywhere.
    Through,
    /// A bimorphism: both inputs must meet, or be divided by the same key.
    Meet,
    /// Monotone: the whole input at one place; several such places may be joined.
    Gather,
    /// None of these: recomputed where the inputs are, or by one owner.
    Owned,
}

impl std::fmt::Display for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Flow::Through => "through",
            Flow::Meet => "meet",
            Flow::Gather => "gather",
            Flow::Owned => "owned",
        })
    }
}

/// How many nodes one judgement may visit: functions are unfolded where they are called. What is left is owned.
const FUEL: u32 = 100_000;

/// The flow of an expression and the lattice its result is in.
#[derive(Clone, Debug)]
struct Carried {
    flow: Flow,
    shape: Shape,
}

impl Carried {
    fn new(flow: Flow, shape: Shape) -> Carried {
        // What one owner computes has no lattice of its own that somebody downstream could use.
        Carried { flow, shape: if flow == Flow::Owned { Shape::Loose } else { shape } }
    }

    fn fixed() -> Carried {
        Carried::new(Flow::Through, Shape::Const)
    }

    fn owned() -> Carried {
        Carried::new(Flow::Owned, Shape::Loose)
    }

    fn at_least(self, flow: Flow) -> Carried {
        Carried::new(self.flow.max(flow), self.shape)
    }
}

/// Judges the flow of expressions of one program.
pub(crate) struct Flows<'p> {
    program: &'p Program,
    locals: FxHashMap<LocalId, Shape>,
    views: FxHashMap<usize, Carried>,
    /// How often something that changes was read, to tell whether a function captures any.
    reads: u32,
    fuel: u32,
}

impl<'p> Flows<'p> {
    pub(crate) fn new(program: &'p Program) -> Flows<'p> {
        Flows { program, locals: FxHashMap::default(), views: FxHashMap::default(), reads: 0, fuel: FUEL }
    }

    /// The flow of a view, from the variables on.
    pub(crate) fn view(&mut self, index: usize) -> Flow {
        self.fuel = FUEL;
        self.view_carried(index).flow
    }

    /// The flow of the condition of a `when`, of all that it is asked for.
    pub(crate) fn condition(&mut self, when: &WhenDef) -> Flow {
        self.fuel = FUEL;
        match &when.binding {
            None => self.carried(&when.condition).flow,
            Some((pattern, source)) => self.of_each(pattern, source, &when.condition),
        }
    }

    /// The flow of an expression.
    pub(crate) fn value(&mut self, hir: &Hir) -> Flow {
        self.fuel = FUEL;
        self.carried(hir).flow
    }

    fn view_carried(&mut self, index: usize) -> Carried {
        if let Some(known) = self.views.get(&index) {
            return known.clone();
        }
        let program = self.program;
        let is_recursive = program.views[index].rec;
        // What a recursive view has found so far only grows; any other view that reaches itself has been reported.
        let found = Carried::new(Flow::Through, Shape::rows(Column::Grow));
        self.views.insert(index, if is_recursive { found } else { Carried::owned() });
        self.fuel = self.fuel.max(FUEL / 10);
        let mut carried = self.carried(&program.views[index].value);
        if is_recursive {
            // Each round needs all that was found before; what may go again is found anew from whole inputs.
            carried = match &carried.shape {
                Shape::Const | Shape::Rows { column: Column::Grow, .. } => carried.at_least(Flow::Gather),
                _ => Carried::owned(),
            };
        }
        self.views.insert(index, carried.clone());
        carried
    }

    fn bind(&mut self, pattern: &HirPattern, shape: &Shape) {
        match pattern {
            HirPattern::Bind(local) => {
                self.locals.insert(*local, shape.clone());
            }
            HirPattern::Both(local, inner) => {
                self.locals.insert(*local, shape.clone());
                self.bind(inner, shape);
            }
            HirPattern::Slots(slots) => {
                slots.iter().for_each(|(slot, part)| self.bind(part, &shape.part(*slot as usize)));
            }
            HirPattern::Variant(..) | HirPattern::Some(_) => {
                let inside = if *shape == Shape::Const { Shape::Const } else { Shape::Loose };
                let locals = &mut self.locals;
                pattern.each_bound(&mut |local| {
                    locals.insert(local, inside.clone());
                });
            }
            HirPattern::Wildcard | HirPattern::Const(_) => {}
        }
    }

    fn carried(&mut self, hir: &Hir) -> Carried {
        if self.fuel == 0 {
            return Carried::owned();
        }
        self.fuel -= 1;
        let program = self.program;
        match &hir.kind {
            HirKind::Const(_) => Carried::fixed(),
            HirKind::Unstable(inner, _) => self.carried(inner),
            HirKind::Local(local) => {
                Carried::new(Flow::Through, self.locals.get(local).cloned().unwrap_or(Shape::Loose))
            }
            HirKind::Var(index) | HirKind::Raw(index) => {
                self.reads += 1;
                let raw = matches!(hir.kind, HirKind::Raw(_));
                Carried::new(Flow::Through, of_crdt(&program.vars[*index].crdt, raw))
            }
            HirKind::View(index) => {
                let carried = self.view_carried(*index);
                self.reads += u32::from(carried.shape != Shape::Const);
                carried
            }
            HirKind::Field(base, name) => {
                let slot = crate::lower::field_slot(&program.holes.full(&base.ty), name);
                let base = self.carried(base);
                match base.shape {
                    // A function of the whole, which goes with the write.
                    Shape::Whole => base,
                    shape => Carried::new(base.flow, shape.part(slot as usize)),
                }
            }
            HirKind::Tuple(parts) => self.side_by_side(parts.iter()),
            HirKind::Record(fields) => self.side_by_side(fields.iter().map(|(_, part)| part)),
            HirKind::Some(inner) => self.carried(inner),
            HirKind::Unary(UnaryOp::Not | UnaryOp::Neg, inner) => self.falling(inner),
            HirKind::Binary(op, a, b) => self.binary(*op, a, b),
            HirKind::CompareSet(op, a, b) => self.compare_set(*op, a, b),
            HirKind::CompareDrawn(op, a, b, _) => self.compare_drawn(*op, a, b),
            HirKind::If(condition, then, otherwise) => {
                let chosen = self.carried(condition);
                let sides = [self.carried(then), self.carried(otherwise)];
                Self::choice(chosen, sides.into())
            }
            HirKind::Match(value, arms) => {
                let chosen = self.carried(value);
                let mut sides = Vec::new();
                for arm in arms {
                    self.bind(&arm.pattern, &chosen.shape);
                    if let Some(guard) = &arm.guard {
                        let guard = self.carried(guard);
                        if guard.shape != Shape::Const {
                            sides.push(Carried::owned());
                        }
                    }
                    sides.push(self.carried(&arm.body));
                }
                Self::choice(chosen, sides)
            }
            HirKind::Lookup(map, key) => self.lookup(map, key),
            HirKind::Call(func, args) => self.call(*func, args),
            HirKind::Apply(index, args) => {
                let function = &program.fns[*index];
                let mut all = Flow::Through;
                for ((_, local), arg) in function.params.iter().zip(args) {
                    let arg = self.carried(arg);
                    all = all.max(arg.flow);
                    self.locals.insert(*local, arg.shape);
                }
                self.carried(&function.body).at_least(all)
            }
            HirKind::From { sources, filter, select } => self.from(sources, filter.as_deref(), select),
            HirKind::Coll(op, source, args, lambda) => self.coll(hir, *op, source, args, lambda.as_deref()),
            // What is put together as one value is recomputed as one value.
            _ => {
                let mut parts = Vec::new();
                hir.each_part(&mut |part| parts.push(part));
                let parts = parts.into_iter().map(|part| self.carried(part)).collect();
                let known = !matches!(hir.kind, HirKind::Error | HirKind::Rights(_));
                if known { Self::mixed(parts) } else { Carried::owned() }
            }
        }
    }

    fn side_by_side<'a>(&mut self, parts: impl Iterator<Item = &'a Hir>) -> Carried {
        let parts: Vec<Carried> = parts.map(|part| self.carried(part)).collect();
        let flow = parts.iter().map(|part| part.flow).max().unwrap_or(Flow::Through);
        if parts.iter().all(|part| part.shape == Shape::Const) {
            return Carried::new(flow, Shape::Const);
        }
        Carried::new(flow, Shape::Parts(parts.into_iter().map(|part| part.shape).collect()))
    }

    /// One of several results, chosen by a value.
    fn choice(chosen: Carried, sides: Vec<Carried>) -> Carried {
        let same = sides.windows(2).all(|pair| pair[0].shape == pair[1].shape);
        if chosen.shape != Shape::Const || !same {
            return Self::mixed(sides.into_iter().chain([chosen]).collect());
        }
        let flow = sides.iter().map(|side| side.flow).max().unwrap_or(Flow::Through);
        Carried::new(flow, sides.into_iter().next().map_or(Shape::Loose, |side| side.shape))
    }

    fn lookup(&mut self, map: &Hir, key: &Hir) -> Carried {
        let (carried, key) = (self.carried(map), self.carried(key));
        match (carried.shape, key.shape) {
            (Shape::Const, Shape::Const) => Carried::new(carried.flow.max(key.flow), Shape::Const),
            (Shape::Rows { column, read, value: Some(value) }, Shape::Const) => {
                let total = matches!(self.program.holes.head(&map.ty), Ty::Map(_, _, true));
                // A value that was there and is unset again, or the other way round.
                let fits = total || matches!(*value, Shape::Rows { .. } | Shape::Whole);
                let shape = if fits { *value } else { Shape::Loose };
                Carried::new(carried.flow.max(read).max(flow(Row::Lookup, column, Condition::Always)), shape)
            }
            _ => Carried::owned(),
        }
    }
}
