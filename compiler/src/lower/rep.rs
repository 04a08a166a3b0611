//! How a value lives in the dataflow: as relations under a context.
//!
//! A *context* is a relation whose rows are the bindings under which an expression is evaluated, all at once: the body
//! of `ads.filter(a => …)` has the context `(a)`. What an expression gives there is
//!
//! ```text
//! a scalar      (context…, value)          one row per row of the context
//! a set         (context…, element)
//! a map         (context…, key) for the keys, and its values under the context (context…, key)
//! ```
//!
//! A collection that does not depend on the innermost bindings keeps only the leading columns it depends on (its
//! *width*); it meets the rest of the context in a join, as late as possible.
//!
//! Invariants: a context only grows to the right, so columns keep their meaning; contexts have each row once.
//! Neighbours: `ports` brings variables in, `scalar` computes values, `coll` collections, `comprehension` joins.

use lasp_plan::{Agg, Expr, NodeId, Op, Place, Value};

use super::Flow;
use super::direct::{field, local, position, shift, tuple};
use crate::hir::Hir;

/// The rows under which something is evaluated.
#[derive(Clone, Debug)]
pub(super) struct Ctx {
    pub node: NodeId,
    pub width: u32,
    /// The top level: one row, no columns.
    pub unit: bool,
    /// Columns that were appended for an operator and a key, so that the same lookup is one join.
    pub appended: Vec<(String, u32)>,
}

/// A collection: rows of `width` context columns and `cols` of its own, from which `elem` makes the element.
#[derive(Clone, Debug)]
pub(super) struct Coll {
    pub width: u32,
    pub node: NodeId,
    pub cols: u32,
    pub elem: Expr,
    /// Whether an element may come more than once and must not count so.
    pub bag: bool,
    /// The context whose rows these extend: they need not be joined with it again.
    pub of: Option<NodeId>,
}

/// A map.
#[derive(Clone, Debug)]
pub(super) struct MapRep {
    pub width: u32,
    /// Rows (context…, key).
    pub keys: NodeId,
    pub value: ValueRep,
}

/// The values of a map.
#[derive(Clone, Debug)]
pub(super) enum ValueRep {
    /// Rows (context…, key, value).
    Column(NodeId),
    /// A collection under (context…, key).
    Rep(Box<Rep>),
}

/// A value in the dataflow.
#[derive(Clone, Debug)]
pub(super) enum Rep {
    /// Rows (context…, value).
    Scalar(u32, NodeId),
    Coll(Coll),
    Map(MapRep),
    /// A product of lattices: its parts, all of one width. It is put together only where it is asked for as a whole.
    Parts(u32, Vec<Rep>),
}

impl Rep {
    pub fn width(&self) -> u32 {
        match self {
            Rep::Scalar(width, _) | Rep::Parts(width, _) => *width,
            Rep::Coll(coll) => coll.width,
            Rep::Map(map) => map.width,
        }
    }
}

/// Columns `from..to` as expressions.
pub(super) fn columns(from: u32, to: u32, place: Place) -> Vec<Expr> {
    (from..to).map(|column| local(column, place)).collect()
}

impl Flow<'_> {
    pub(super) fn unit(&mut self) -> Ctx {
        Ctx { node: self.graph.unit(), width: 0, unit: true, appended: Vec::new() }
    }

    pub(super) fn view_rep(&mut self, index: usize) -> Rep {
        if let Some(known) = self.views.get(&index) {
            return known.clone();
        }
        let program = self.program;
        let view = &program.views[index];
        let rep = if view.rec { self.fixed_point(index) } else { self.closed(&view.value) };
        self.views.insert(index, rep.clone());
        rep
    }

    /// A set that is computed from itself: in its definition its name stands for the set as found so far.
    fn fixed_point(&mut self, index: usize) -> Rep {
        let program = self.program;
        let view = &program.views[index];
        let place = view.place;
        let whole = |node, bag| Coll { width: 0, node, cols: 1, elem: local(0, place), bag, of: None };
        let own = self.graph.add(Op::Port(position(index)), Vec::new(), 1, place);
        self.views.insert(index, Rep::Coll(whole(own, false)));
        let round = self.closed(&view.value);
        let round = self.elements_of(round, view.value.place);
        let round = self.plain(round, view.value.place);
        match self.graph.fix(own, round.node, place) {
            Some(node) => Rep::Coll(whole(node, false)),
            // It does not mention itself.
            None => Rep::Coll(round),
        }
    }

    /// A value of the top level: width 0.
    pub(super) fn closed(&mut self, hir: &Hir) -> Rep {
        let outer = std::mem::take(&mut self.direct.env);
        let outer_reps = std::mem::take(&mut self.reps);
        let unit = self.unit();
        let rep = self.value_in(&unit, hir);
        self.direct.env = outer;
        self.reps = outer_reps;
        rep
    }

    /// A value under exactly the columns of `ctx`.
    pub(super) fn value_in(&mut self, ctx: &Ctx, hir: &Hir) -> Rep {
        let mut inner = ctx.clone();
        if self.program.holes.head(&hir.ty).is_relation() || self.is_parted(hir) {
            let rep = self.rep(&mut inner, hir);
            return self.fitted(ctx, rep, hir.place);
        }
        let expr = self.scalar(&mut inner, hir);
        let mut exprs = columns(0, ctx.width, hir.place);
        exprs.push(expr);
        Rep::Scalar(ctx.width, self.graph.map(inner.node, exprs, hir.place))
    }

    /// The same value with exactly the columns of `ctx` in front: fewer are joined, more are dropped (they are
    /// functions of the context's columns).
    pub(super) fn fitted(&mut self, ctx: &Ctx, rep: Rep, place: Place) -> Rep {
        if rep.width() == ctx.width {
            return rep;
        }
        if rep.width() < ctx.width {
            let keys = columns(0, rep.width(), place);
            return self.under(ctx, &rep, &keys, place);
        }
        let width = ctx.width;
        match rep {
            Rep::Scalar(wide, node) => {
                let mut exprs = columns(0, width, place);
                exprs.push(local(wide, place));
                Rep::Scalar(width, self.graph.map(node, exprs, place))
            }
            Rep::Coll(coll) => {
                let mut exprs = columns(0, width, place);
                exprs.push(coll.elem);
                let node = self.graph.map(coll.node, exprs, place);
                Rep::Coll(Coll { width, node, cols: 1, elem: local(width, place), bag: coll.bag, of: None })
            }
            Rep::Map(map) => {
                let wide = map.width;
                let column = self.map_column(&map, place);
                let mut exprs = columns(0, width, place);
                exprs.extend(columns(wide, wide + 2, place));
                let node = self.graph.map(column, exprs, place);
                Rep::Map(self.column_map(width, node, place))
            }
            Rep::Parts(_, parts) => {
                Rep::Parts(width, parts.into_iter().map(|part| self.fitted(ctx, part, place)).collect())
            }
        }
    }

    /// A value whose leading columns are equal to `keys` over the context: joined with it.
    pub(super) fn under(&mut self, ctx: &Ctx, rep: &Rep, keys: &[Expr], place: Place) -> Rep {
        let width = ctx.width;
        match rep {
            Rep::Scalar(narrow, node) => {
                let node = self.joined_with(ctx, *node, *narrow, 1, keys, place);
                Rep::Scalar(width, node)
            }
            Rep::Coll(coll) => {
                let node = self.joined_with(ctx, coll.node, coll.width, coll.cols, keys, place);
                let elem = shift(coll.elem.clone(), coll.width, i64::from(width) - i64::from(coll.width));
                Rep::Coll(Coll { width, node, cols: coll.cols, elem, bag: coll.bag, of: Some(ctx.node) })
            }
            Rep::Map(map) => {
                let keys_node = self.joined_with(ctx, map.keys, map.width, 1, keys, place);
                let value = match &map.value {
                    ValueRep::Column(node) => ValueRep::Column(self.joined_with(ctx, *node, map.width, 2, keys, place)),
                    ValueRep::Rep(inner) => {
                        let keyed = Ctx { node: keys_node, width: width + 1, unit: false, appended: Vec::new() };
                        let mut keys = keys.to_vec();
                        keys.push(local(width, place));
                        ValueRep::Rep(Box::new(self.under(&keyed, inner, &keys, place)))
                    }
                };
                Rep::Map(MapRep { width, keys: keys_node, value })
            }
            Rep::Parts(_, parts) => {
                Rep::Parts(width, parts.iter().map(|part| self.under(ctx, part, keys, place)).collect())
            }
        }
    }

    /// Rows (context…, own…) from rows (narrow…, own…) whose leading columns equal `keys`.
    fn joined_with(&mut self, ctx: &Ctx, node: NodeId, narrow: u32, own: u32, keys: &[Expr], place: Place) -> NodeId {
        if ctx.unit && narrow == 0 {
            return node;
        }
        let joined = self.graph.join([ctx.node, node], keys.to_vec(), columns(0, narrow, place), place);
        let mut exprs = columns(0, ctx.width, place);
        exprs.extend(columns(ctx.width + narrow, ctx.width + narrow + own, place));
        self.graph.map(joined, exprs, place)
    }

    /// The collection with each element once.
    pub(super) fn as_set(&mut self, coll: Coll, place: Place) -> Coll {
        if !coll.bag {
            return coll;
        }
        let plain = self.plain(coll, place);
        let node = self.graph.distinct(plain.node, place);
        Coll { node, bag: false, ..plain }
    }

    /// The collection with its element as the only column of its own.
    pub(super) fn plain(&mut self, coll: Coll, place: Place) -> Coll {
        let mut exprs = columns(0, coll.width, place);
        exprs.push(coll.elem);
        let node = self.graph.map(coll.node, exprs, place);
        let of = coll.of.filter(|_| node == coll.node);
        Coll { width: coll.width, node, cols: 1, elem: local(coll.width, place), bag: coll.bag, of }
    }

    /// The map with rows (context…, key, value) as `column`.
    pub(super) fn column_map(&mut self, width: u32, column: NodeId, place: Place) -> MapRep {
        let keys = self.graph.map(column, columns(0, width + 1, place), place);
        MapRep { width, keys, value: ValueRep::Column(column) }
    }

    /// Rows (context…, key, value), values of nested collections put together.
    pub(super) fn map_column(&mut self, map: &MapRep, place: Place) -> NodeId {
        match &map.value {
            ValueRep::Column(node) => *node,
            ValueRep::Rep(inner) => {
                let mut keyed = Ctx { node: map.keys, width: map.width + 1, unit: false, appended: Vec::new() };
                let value = self.whole(&mut keyed, inner, place);
                let mut exprs = columns(0, map.width + 1, place);
                exprs.push(value);
                self.graph.map(keyed.node, exprs, place)
            }
        }
    }

    /// The entries of a map as a collection of pairs.
    pub(super) fn entries(&mut self, map: &MapRep, place: Place) -> Coll {
        let node = self.map_column(map, place);
        let (key, value) = (local(map.width, place), local(map.width + 1, place));
        Coll { width: map.width, node, cols: 2, elem: tuple(vec![key, value], place), bag: false, of: None }
    }

    /// A value in the dataflow as one value per row of the context.
    pub(super) fn whole(&mut self, ctx: &mut Ctx, rep: &Rep, place: Place) -> Expr {
        match rep {
            Rep::Scalar(width, node) => {
                if ctx.unit && *width == 0 {
                    *ctx = Ctx { node: *node, width: 1, unit: false, appended: Vec::new() };
                    return local(0, place);
                }
                // A scalar has a row for each row of its context, so no default can show; where its computation failed,
                // the failing row is missing, and so is everything computed from it.
                let key = format!("{node:?} scalar");
                if let Some((_, column)) = ctx.appended.iter().find(|(known, _)| *known == key) {
                    return local(*column, place);
                }
                let column = ctx.width;
                ctx.node = self.joined_with(ctx, *node, *width, 1, &columns(0, *width, place), place);
                ctx.width += 1;
                ctx.unit = false;
                ctx.appended.push((key, column));
                local(column, place)
            }
            Rep::Coll(coll) => {
                let set = self.as_set(coll.clone(), place);
                let op = Op::Reduce { key: set.width, agg: Agg::Set, arg: set.elem };
                let node = self.graph.add(op, vec![set.node], set.width + 1, place);
                self.append(ctx, node, columns(0, set.width, place), set.width, Value::set(Vec::new()), place)
            }
            Rep::Map(map) => {
                let node = self.map_column(map, place);
                let pair = tuple(columns(map.width, map.width + 2, place), place);
                let op = Op::Reduce { key: map.width, agg: Agg::Map, arg: pair };
                let node = self.graph.add(op, vec![node], map.width + 1, place);
                self.append(ctx, node, columns(0, map.width, place), map.width, Value::map(Vec::new()), place)
            }
            Rep::Parts(_, parts) => {
                let parts = parts.iter().map(|part| self.whole(ctx, part, place)).collect();
                tuple(parts, place)
            }
        }
    }

    /// Appends to the context the column behind the key columns of `node`, or `default` where there is no such row.
    pub(super) fn append(
        &mut self,
        ctx: &mut Ctx,
        node: NodeId,
        left: Vec<Expr>,
        right_key: u32,
        default: Value,
        place: Place,
    ) -> Expr {
        let left: Vec<Expr> = left.into_iter().map(|expr| super::direct::settle(expr, ctx.width)).collect();
        let shape: Vec<Expr> = left.iter().map(super::without_places).collect();
        let key = format!("{node:?} {shape:?} {default:?}");
        if let Some((_, column)) = ctx.appended.iter().find(|(known, _)| *known == key) {
            return local(*column, place);
        }
        let column = ctx.width;
        let op = Op::LeftJoin { left, right_key, default: vec![default] };
        ctx.node = self.graph.add(op, vec![ctx.node, node], column + 1, place);
        ctx.width += 1;
        ctx.unit = false;
        ctx.appended.push((key, column));
        local(column, place)
    }

    /// `elem.slot`, for collections of tuples.
    pub(super) fn part(elem: &Expr, slot: u32) -> Expr {
        let place = elem.place;
        field(elem.clone(), slot, place)
    }
}
