//! Collections in the dataflow: each combinator becomes operators over relations.
//!
//! What has no operator of its own (a `match` that gives sets, a set literal of looked-up values) is computed as one
//! value per row of the context and taken apart again: right, and recomputed per change. Neighbours: `comprehension`
//! for `from`, `join` and `product().filter()`; `scalar` for aggregates.

use lasp_plan::{CollOp, Expr, ExprKind, Func, Op, Place};

use super::Flow;
use super::direct::{can_fail, field, local, not};
use super::rep::{Coll, Ctx, MapRep, Rep, ValueRep, columns};
use crate::hir::{Hir, HirKind, HirLambda, HirPattern};
use crate::ty::Ty;

impl Flow<'_> {
    /// The elements of a set, list or map (entries as pairs).
    pub(super) fn coll(&mut self, ctx: &mut Ctx, hir: &Hir) -> Coll {
        let rep = self.rep(ctx, hir);
        self.elements_of(rep, hir.place)
    }

    pub(super) fn elements_of(&mut self, rep: Rep, place: Place) -> Coll {
        match rep {
            Rep::Coll(coll) => coll,
            Rep::Map(map) => self.entries(&map, place),
            Rep::Parts(..) => unreachable!("the checker asks only sets, lists and maps for their elements"),
            // A list may repeat an element.
            Rep::Scalar(width, node) => {
                let under = Ctx { node, width: width + 1, unit: false, appended: Vec::new() };
                let coll = self.unnested(&under, places(local(width, place)), false);
                let mut exprs = columns(0, width, place);
                exprs.push(coll.elem);
                let node = self.graph.map(coll.node, exprs, place);
                Coll { width, node, cols: 1, elem: field(local(width, place), 1, place), bag: false, of: None }
            }
        }
    }

    /// The relation of something that has elements.
    pub(super) fn rep(&mut self, ctx: &mut Ctx, hir: &Hir) -> Rep {
        let place = hir.place;
        if !self.is_flow(hir) {
            return self.pure_rep(ctx, hir);
        }
        match &hir.kind {
            HirKind::Var(index) => self.var_rep(*index, false),
            HirKind::Raw(index) => self.var_rep(*index, true),
            HirKind::Field(base, name) if self.is_parted(base) => self.part_rep(ctx, base, name),
            HirKind::Field(base, name) => match self.written_part(ctx, base, name) {
                Some(part) => self.rep(ctx, part),
                None => self.apart(ctx, hir),
            },
            HirKind::View(index) => self.view_rep(*index),
            HirKind::Local(local) => match self.reps.get(local).cloned() {
                Some(rep) => rep,
                None => self.apart(ctx, hir),
            },
            HirKind::Unstable(inner, _) => self.rep(ctx, inner),
            HirKind::Apply(index, args) => {
                self.bind_params(ctx, *index, args);
                let program = self.program;
                self.rep(ctx, &program.fns[*index].body)
            }
            HirKind::From { sources, filter, select } => {
                let sources: Vec<(&HirPattern, &Hir)> = sources.iter().map(|(pattern, hir)| (pattern, hir)).collect();
                let (mut inner, base) = self.comprehension(ctx, &sources, filter.as_deref(), &[select], place);
                let elem = self.scalar(&mut inner, select);
                self.selected(&inner, base, elem)
            }
            HirKind::If(condition, then, otherwise) if matches!(self.program.holes.head(&hir.ty), Ty::Set(_)) => {
                let condition = self.scalar(ctx, condition);
                let condition = self.column_of(ctx, condition);
                let mut branches = Vec::new();
                for (test, branch) in [(condition.clone(), then), (not(condition), otherwise)] {
                    let node = self.graph.filter(ctx.node, test);
                    let mut taken = Ctx { node, width: ctx.width, unit: false, appended: ctx.appended.clone() };
                    let outer = taken.clone();
                    let coll = self.coll(&mut taken, branch);
                    // Under the rows that take this branch, also where the collection does not depend on them.
                    let Rep::Coll(coll) = self.lifted(&taken, coll, place) else { continue };
                    let Rep::Coll(coll) = self.fitted(&outer, Rep::Coll(coll), place) else { continue };
                    branches.push(coll);
                }
                self.concat(branches, ctx.width, place)
            }
            HirKind::Lookup(map, key) if self.direct.absent(&map.ty).is_some() && self.is_flow(map) => {
                let rep = self.map_rep(ctx, map);
                let ValueRep::Rep(inner) = rep.value else { return self.apart(ctx, hir) };
                let key = self.scalar(ctx, key);
                let key = self.column_of(ctx, key);
                let mut keys = columns(0, rep.width, place);
                keys.push(key);
                self.looked_up(ctx, &inner, &keys, &hir.ty, place)
            }
            HirKind::Coll(op, source, args, lambda) => self.combined(ctx, hir, *op, source, args, lambda.as_deref()),
            _ => self.apart(ctx, hir),
        }
    }

    /// A collection that mentions no variable.
    fn pure_rep(&mut self, ctx: &mut Ctx, hir: &Hir) -> Rep {
        let need = self.need(hir);
        let expr = self.direct.expr(hir);
        // What can fail is computed under the rows that take the branch it stands in, and no others.
        let alone = need == 0 && !can_fail(self.program, hir, 0);
        let under = if alone { self.unit() } else { ctx.clone() };
        self.taken_apart(&under, expr, hir)
    }

    /// A collection computed as one value per row, and taken apart.
    fn apart(&mut self, ctx: &mut Ctx, hir: &Hir) -> Rep {
        let expr = self.scalar(ctx, hir);
        let under = ctx.clone();
        self.taken_apart(&under, expr, hir)
    }

    fn taken_apart(&mut self, ctx: &Ctx, expr: Expr, hir: &Hir) -> Rep {
        let place = hir.place;
        // Contexts have each row once, and a list may hold an element twice: with their places they differ.
        let is_list = matches!(self.program.holes.head(&hir.ty), Ty::List(_));
        let mut coll = self.unnested(ctx, if is_list { places(expr) } else { expr }, false);
        if is_list {
            coll.elem = field(coll.elem, 1, place);
        }
        if ctx.unit {
            coll.of = None;
        }
        if let Ty::Map(..) = self.program.holes.head(&hir.ty) {
            let width = ctx.width;
            let mut exprs = columns(0, width, place);
            exprs.push(field(local(width, place), 0, place));
            exprs.push(field(local(width, place), 1, place));
            let node = self.graph.map(coll.node, exprs, place);
            return Rep::Map(self.column_map(width, node, place));
        }
        Rep::Coll(coll)
    }

    /// Rows (base…, elem) as a collection that may repeat.
    fn selected(&mut self, inner: &Ctx, base: u32, elem: Expr) -> Rep {
        let place = elem.place;
        let mut exprs = columns(0, base, place);
        exprs.push(elem);
        let node = self.graph.map(inner.node, exprs, place);
        Rep::Coll(Coll { width: base, node, cols: 1, elem: local(base, place), bag: true, of: None })
    }

    fn concat(&mut self, parts: Vec<Coll>, width: u32, place: Place) -> Rep {
        let bag = true;
        let nodes = parts.into_iter().map(|part| self.plain(part, place).node).collect();
        let node = self.graph.add(Op::Concat, nodes, width + 1, place);
        Rep::Coll(Coll { width, node, cols: 1, elem: local(width, place), bag, of: None })
    }

    fn combined(
        &mut self,
        ctx: &mut Ctx,
        hir: &Hir,
        op: CollOp,
        source: &Hir,
        args: &[Hir],
        lambda: Option<&HirLambda>,
    ) -> Rep {
        let place = hir.place;
        match (op, lambda, args) {
            (CollOp::Map, Some(lambda), _) => {
                let coll = self.coll(ctx, source);
                let (mut inner, base, elem) = self.open(ctx, coll, lambda, place);
                self.bind(&mut inner, &lambda.pattern, elem);
                let result = self.scalar(&mut inner, &lambda.body);
                self.selected(&inner, base, result)
            }
            (CollOp::FlatMap, Some(lambda), _) => {
                let coll = self.coll(ctx, source);
                let (mut inner, base, elem) = self.open(ctx, coll, lambda, place);
                self.bind(&mut inner, &lambda.pattern, elem);
                let found = self.coll(&mut inner, &lambda.body);
                let Rep::Coll(found) = self.lifted(&inner, found, place) else { return self.apart(ctx, hir) };
                let inner =
                    Ctx { node: found.node, width: found.width + found.cols, unit: false, appended: Vec::new() };
                self.selected(&inner, base, found.elem)
            }
            (CollOp::Filter, Some(lambda), _) => self.filter_rep(ctx, hir, source, lambda),
            (CollOp::Product, _, [other]) => {
                let any = HirPattern::Wildcard;
                self.pairs(ctx, [source, other], [&any, &any], None, place)
            }
            (CollOp::Join, Some(lambda), [other]) => self.join_rep(ctx, [source, other], lambda, place),
            (CollOp::Union, _, [other]) => {
                let (left, right) = (self.coll(ctx, source), self.coll(ctx, other));
                let (left, right) = self.same_width(ctx, left, right, place);
                let width = left.width;
                self.concat(vec![left, right], width, place)
            }
            (CollOp::Intersect | CollOp::Minus, _, [other]) => {
                let (left, right) = (self.coll(ctx, source), self.coll(ctx, other));
                let left = if right.width > left.width {
                    match self.lifted(ctx, left, place) {
                        Rep::Coll(lifted) => lifted,
                        _ => return self.apart(ctx, hir),
                    }
                } else {
                    left
                };
                let key = |coll: &Coll, width: u32| {
                    let mut key = columns(0, width, place);
                    key.push(coll.elem.clone());
                    key
                };
                let (left_key, right_key) = (key(&left, right.width), key(&right, right.width));
                let keep = op == CollOp::Intersect;
                let columns = left.width + left.cols;
                let op = Op::Semi { left: left_key, right: right_key, keep };
                let node = self.graph.add(op, vec![left.node, right.node], columns, place);
                Rep::Coll(Coll { node, of: None, ..left })
            }
            (CollOp::Group, Some(lambda), _) => {
                let coll = self.coll(ctx, source);
                let coll = self.as_set(coll, place);
                let (mut inner, base, elem) = self.open(ctx, coll, lambda, place);
                self.bind(&mut inner, &lambda.pattern, elem.clone());
                let key = self.scalar(&mut inner, &lambda.body);
                let mut exprs = columns(0, base, place);
                exprs.push(key);
                exprs.push(elem);
                let node = self.graph.map(inner.node, exprs, place);
                let keys = self.graph.map(node, columns(0, base + 1, place), place);
                let keys = self.graph.distinct(keys, place);
                let elem = local(base + 1, place);
                let group = Coll { width: base + 1, node, cols: 1, elem, bag: false, of: None };
                Rep::Map(MapRep { width: base, keys, value: ValueRep::Rep(Box::new(Rep::Coll(group))) })
            }
            (CollOp::Each, Some(lambda), _) => self.each_rep(ctx, source, lambda, place),
            (CollOp::Keys, ..) => {
                let map = self.map_rep(ctx, source);
                let elem = local(map.width, place);
                Rep::Coll(Coll { width: map.width, node: map.keys, cols: 1, elem, bag: false, of: None })
            }
            (CollOp::Values, ..) => {
                let map = self.map_rep(ctx, source);
                let node = self.map_column(&map, place);
                let inner = Ctx { node, width: map.width + 2, unit: false, appended: Vec::new() };
                self.selected(&inner, map.width, local(map.width + 1, place))
            }
            (CollOp::ToSet, ..) => {
                let coll = self.coll(ctx, source);
                Rep::Coll(Coll { bag: true, ..coll })
            }
            _ => self.apart(ctx, hir),
        }
    }

    fn same_width(&mut self, ctx: &Ctx, left: Coll, right: Coll, place: Place) -> (Coll, Coll) {
        if left.width == right.width {
            return (left, right);
        }
        match (self.lifted(ctx, left.clone(), place), self.lifted(ctx, right.clone(), place)) {
            (Rep::Coll(left), Rep::Coll(right)) => (left, right),
            _ => (left, right),
        }
    }

    fn filter_rep(&mut self, ctx: &mut Ctx, hir: &Hir, source: &Hir, lambda: &HirLambda) -> Rep {
        let place = hir.place;
        // A filtered product is a join.
        if let HirKind::Coll(CollOp::Product, left, other, _) = &source.kind
            && let [right] = other.as_slice()
        {
            return self.join_rep(ctx, [left, right], lambda, place);
        }
        let is_map = matches!(self.program.holes.head(&source.ty), Ty::Map(..));
        let coll = self.coll(ctx, source);
        if self.need_of(lambda) > coll.width {
            let found = self.correlated(ctx, coll, lambda, place);
            return match found {
                Rep::Coll(found) if is_map => Rep::Map(self.column_map(found.width, found.node, place)),
                found => found,
            };
        }
        let (cols, bag) = (coll.cols, coll.bag);
        let (mut inner, base, elem) = self.open(ctx, coll, lambda, place);
        let bag = bag && !self.is_flow(&lambda.body);
        self.bind(&mut inner, &lambda.pattern, elem.clone());
        let condition = self.scalar(&mut inner, &lambda.body);
        let kept = self.graph.filter(inner.node, condition);
        let node = self.graph.map(kept, columns(0, base + cols, place), place);
        if is_map {
            return Rep::Map(self.column_map(base, node, place));
        }
        Rep::Coll(Coll { width: base, node, cols, elem, bag, of: None })
    }

    fn join_rep(&mut self, ctx: &mut Ctx, sources: [&Hir; 2], lambda: &HirLambda, place: Place) -> Rep {
        if let HirPattern::Slots(slots) = &lambda.pattern {
            let any = HirPattern::Wildcard;
            let side = |wanted: u32| slots.iter().find(|(slot, _)| *slot == wanted).map_or(&any, |(_, part)| part);
            return self.pairs(ctx, sources, [side(0), side(1)], Some(&lambda.body), place);
        }
        // One name for the pair: no equality can be split between the sides.
        let any = HirPattern::Wildcard;
        let Rep::Coll(pairs) = self.pairs(ctx, sources, [&any, &any], None, place) else {
            return self.pairs(ctx, sources, [&any, &any], None, place);
        };
        let (cols, bag) = (pairs.cols, pairs.bag);
        let (mut inner, base, elem) = self.open(ctx, pairs, lambda, place);
        self.bind(&mut inner, &lambda.pattern, elem.clone());
        let condition = self.scalar(&mut inner, &lambda.body);
        let kept = self.graph.filter(inner.node, condition);
        let node = self.graph.map(kept, columns(0, base + cols, place), place);
        Rep::Coll(Coll { width: base, node, cols, elem, bag, of: None })
    }

    fn each_rep(&mut self, ctx: &mut Ctx, source: &Hir, lambda: &HirLambda, place: Place) -> Rep {
        let map = self.map_rep(ctx, source);
        let map = if self.need_of(lambda) > map.width {
            let keys = columns(0, map.width, place);
            match self.under(ctx, &Rep::Map(map.clone()), &keys, place) {
                Rep::Map(lifted) => lifted,
                _ => map,
            }
        } else {
            map
        };
        let width = map.width;
        let relation = self.program.holes.head(&lambda.body.ty).is_relation();
        let outer;
        let mut inner;
        match &map.value {
            ValueRep::Rep(rep) => {
                outer = Ctx { node: map.keys, width: width + 1, unit: false, appended: Vec::new() };
                inner = outer.clone();
                match &lambda.pattern {
                    HirPattern::Bind(name) => {
                        self.direct.env.remove(name);
                        self.reps.insert(*name, (**rep).clone());
                    }
                    pattern => {
                        let whole = self.whole(&mut inner, rep, place);
                        self.bind(&mut inner, pattern, whole);
                    }
                }
            }
            ValueRep::Column(node) => {
                outer = Ctx { node: *node, width: width + 2, unit: false, appended: Vec::new() };
                inner = outer.clone();
                self.bind(&mut inner, &lambda.pattern, local(width + 1, place));
            }
        }
        if relation && outer.width == width + 1 {
            let value = self.rep(&mut inner, &lambda.body);
            let value = self.fitted(&outer, value, place);
            return Rep::Map(MapRep { width, keys: map.keys, value: ValueRep::Rep(Box::new(value)) });
        }
        let value = self.scalar(&mut inner, &lambda.body);
        let mut exprs = columns(0, width + 1, place);
        exprs.push(value);
        let node = self.graph.map(inner.node, exprs, place);
        Rep::Map(self.column_map(width, node, place))
    }
}

/// The elements of a list, set or map with their places.
fn places(expr: Expr) -> Expr {
    let place = expr.place;
    Expr { kind: ExprKind::Call(Func::Places, vec![expr]), place }
}
