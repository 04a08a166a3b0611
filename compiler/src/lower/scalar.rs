//! Scalars in the dataflow: an expression over the columns of its context, which grows by what the expression looks up.
//!
//! `views[a.ad] < c.limit` under the context `(a, c)` appends the column `views[a.ad]` (a left join that follows the
//! map) and is then a pure expression over `(a, c, n)`. Aggregates are computed per row of the context and appended
//! likewise.
//!
//! A branch of `if`, `and`, `or` or `match` that looks something up and can fail is computed only for the rows that
//! take it: the context is split, and put together again.

use lasp_plan::{Agg, Arm, BinaryOp, CollOp, Expr, ExprKind, Func, NodeId, Op, Pattern, Place, TextPart, Value};

use super::Flow;
use super::direct::{can_fail, constant, field, field_slot, local, not, settle, tuple};
use super::monoid::aggregates;
use super::rep::{Coll, Ctx, MapRep, Rep, ValueRep, columns};
use crate::hir::{Hir, HirArm, HirKind, HirLambda, HirPattern, HirText};
use crate::ty::Ty;

impl<'p> Flow<'p> {
    /// The expression over the columns of `ctx`, which is extended as needed.
    pub(super) fn scalar(&mut self, ctx: &mut Ctx, hir: &Hir) -> Expr {
        if !self.is_flow(hir) {
            return self.direct.expr(hir);
        }
        let place = hir.place;
        let kind = match &hir.kind {
            HirKind::Local(local) => {
                let rep = self.reps.get(local).cloned();
                return match rep {
                    Some(rep) => self.whole(ctx, &rep, place),
                    None => self.direct.expr(hir),
                };
            }
            HirKind::Var(_) | HirKind::Raw(_) => {
                let rep = self.rep(ctx, hir);
                return self.whole(ctx, &rep, place);
            }
            HirKind::View(index) => {
                let rep = self.view_rep(*index);
                return self.whole(ctx, &rep, place);
            }
            HirKind::Field(base, name) if self.is_parted(base) => {
                let rep = self.part_rep(ctx, base, name);
                return self.whole(ctx, &rep, place);
            }
            HirKind::Field(base, name) => {
                if let Some(part) = self.written_part(ctx, base, name) {
                    return self.scalar(ctx, part);
                }
                let slot = field_slot(&self.program.holes.full(&base.ty), name);
                let base = self.scalar(ctx, base);
                return field(base, slot, place);
            }
            HirKind::Unstable(inner, _) => return self.scalar(ctx, inner),
            HirKind::Tuple(parts) => ExprKind::Tuple(self.scalars(ctx, parts)),
            HirKind::Record(fields) => ExprKind::Tuple(fields.iter().map(|(_, part)| self.scalar(ctx, part)).collect()),
            HirKind::Set(parts) => ExprKind::Set(self.scalars(ctx, parts)),
            HirKind::List(parts) => ExprKind::List(self.scalars(ctx, parts)),
            HirKind::Variant(tag, parts) => ExprKind::Variant(*tag, self.scalars(ctx, parts)),
            HirKind::Call(Func::Or, parts) if parts.len() == 2 && self.must_split(&parts[1]) => {
                let value = self.scalar(ctx, &parts[0]);
                let value = self.column_of(ctx, value);
                let call = |func, args| Expr { kind: ExprKind::Call(func, args), place };
                let content = Branch::Known(call(Func::Or, vec![value.clone(), value.clone()]));
                return self.split(ctx, not(call(Func::IsSet, vec![value])), &parts[1], &content, place);
            }
            HirKind::Call(func, parts) => ExprKind::Call(*func, self.scalars(ctx, parts)),
            HirKind::Map(entries) => ExprKind::Map(
                entries.iter().map(|(key, value)| (self.scalar(ctx, key), self.scalar(ctx, value))).collect(),
            ),
            HirKind::Some(inner) => ExprKind::Some(Box::new(self.scalar(ctx, inner))),
            HirKind::Text(parts) => ExprKind::Text(
                parts
                    .iter()
                    .map(|part| match part {
                        HirText::Literal(text) => TextPart::Literal(text.clone()),
                        HirText::Hole(hole) => {
                            let ty = self.program.holes.full(&hole.ty).closed();
                            TextPart::Hole(self.scalar(ctx, hole), ty)
                        }
                    })
                    .collect(),
            ),
            HirKind::Unary(op, inner) => ExprKind::Unary(*op, Box::new(self.scalar(ctx, inner))),
            HirKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), a, b) => {
                let left = self.scalar(ctx, a);
                if self.must_split(b) {
                    let decided = constant(Value::Bool(*op == BinaryOp::Or), place);
                    let condition = if *op == BinaryOp::And { left } else { not(left) };
                    return self.split(ctx, condition, b, &Branch::Known(decided), place);
                }
                ExprKind::Binary(*op, Box::new(left), Box::new(self.scalar(ctx, b)))
            }
            HirKind::Binary(op, a, b) => {
                ExprKind::Binary(*op, Box::new(self.scalar(ctx, a)), Box::new(self.scalar(ctx, b)))
            }
            HirKind::CompareSet(op, a, b) => {
                ExprKind::CompareSet(*op, Box::new(self.scalar(ctx, a)), Box::new(self.scalar(ctx, b)))
            }
            HirKind::CompareDrawn(op, a, b, order) => {
                let (left, right) = (self.scalar(ctx, a), self.scalar(ctx, b));
                ExprKind::CompareDrawn(*op, Box::new(left), Box::new(right), order.clone())
            }
            HirKind::If(condition, then, otherwise) => {
                let condition = self.scalar(ctx, condition);
                if self.must_split(then) || self.must_split(otherwise) {
                    return self.split(ctx, condition, then, &Branch::Hir(otherwise), place);
                }
                let then = self.scalar(ctx, then);
                let otherwise = self.scalar(ctx, otherwise);
                ExprKind::If(Box::new(condition), Box::new(then), Box::new(otherwise))
            }
            HirKind::Match(value, arms) => return self.split_match(ctx, value, arms, place),
            HirKind::Lookup(map, key) => return self.lookup(ctx, hir, map, key),
            HirKind::Coll(op, source, args, lambda) => {
                return self.aggregate(ctx, hir, *op, source, args, lambda.as_deref());
            }
            HirKind::From { .. } => {
                let rep = self.rep(ctx, hir);
                return self.whole(ctx, &rep, place);
            }
            HirKind::Apply(index, args) => {
                self.bind_params(ctx, *index, args);
                let program = self.program;
                return self.scalar(ctx, &program.fns[*index].body);
            }
            HirKind::Const(_) | HirKind::Rights(..) | HirKind::Error => return self.direct.expr(hir),
        };
        Expr { kind, place }
    }

    fn scalars(&mut self, ctx: &mut Ctx, parts: &[Hir]) -> Vec<Expr> {
        parts.iter().map(|part| self.scalar(ctx, part)).collect()
    }

    /// The part of a record or tuple that is written out where it is taken apart. The other parts are then no part of
    /// the dataflow, as they are none of the expression (`direct::field`): what nobody looks at cannot fail.
    pub(super) fn written_part<'h>(&mut self, ctx: &mut Ctx, base: &'h Hir, name: &str) -> Option<&'h Hir>
    where
        'p: 'h,
    {
        let slot = field_slot(&self.program.holes.full(&base.ty), name) as usize;
        match &base.kind {
            HirKind::Tuple(parts) => parts.get(slot),
            HirKind::Record(fields) => fields.get(slot).map(|(_, part)| part),
            HirKind::Unstable(inner, _) => self.written_part(ctx, inner, name),
            HirKind::Field(outer, of) => {
                let whole = self.written_part(ctx, outer, of)?;
                self.written_part(ctx, whole, name)
            }
            HirKind::Apply(index, args) => {
                let program = self.program;
                let body = &program.fns[*index].body;
                if !matches!(body.kind, HirKind::Tuple(_) | HirKind::Record(_)) {
                    return None;
                }
                self.bind_params(ctx, *index, args);
                self.written_part(ctx, body, name)
            }
            _ => None,
        }
    }

    /// Binds a function's parameters: collections as relations, scalars as expressions, computed once.
    pub(super) fn bind_params(&mut self, ctx: &mut Ctx, index: usize, args: &[Hir]) {
        let program = self.program;
        let mut bound = Vec::new();
        for arg in args {
            let relation = program.holes.head(&arg.ty).is_relation() || self.is_parted(arg);
            if relation && self.is_flow(arg) {
                bound.push(Err(self.rep(ctx, arg)));
            } else {
                let expr = self.scalar(ctx, arg);
                bound.push(Ok(self.column_of(ctx, expr)));
            }
        }
        for ((_, param), value) in program.fns[index].params.iter().zip(bound) {
            match value {
                Ok(expr) => {
                    self.reps.remove(param);
                    self.direct.env.insert(*param, expr);
                }
                Err(rep) => {
                    self.direct.env.remove(param);
                    self.reps.insert(*param, rep);
                }
            }
        }
    }

    /// An expression that may stand in several places: itself if it only names something, else a new column.
    pub(super) fn column_of(&mut self, ctx: &mut Ctx, expr: Expr) -> Expr {
        if super::direct::is_path(&expr) {
            return expr;
        }
        let place = expr.place;
        ctx.node = self.graph.extend(ctx.node, expr);
        ctx.width += 1;
        ctx.unit = false;
        local(ctx.width - 1, place)
    }

    /// Whether computing it for rows that do not need it could make a failure that nobody wrote.
    fn must_split(&self, hir: &Hir) -> bool {
        self.is_flow(hir) && can_fail(self.program, hir, 0)
    }

    /// `if condition then … else …`, each branch under the rows that take it.
    fn split(&mut self, ctx: &mut Ctx, condition: Expr, then: &Hir, otherwise: &Branch<'_>, place: Place) -> Expr {
        let condition = self.column_of(ctx, condition);
        let mut results = Vec::new();
        for taken in [true, false] {
            let test = if taken { condition.clone() } else { not(condition.clone()) };
            let mut branch = self.filtered(ctx, test);
            let value = match (taken, otherwise) {
                (true, _) => self.scalar(&mut branch, then),
                (false, Branch::Hir(hir)) => self.scalar(&mut branch, hir),
                (false, Branch::Known(expr)) => expr.clone(),
            };
            results.push(self.result_rows(ctx, &branch, value, place));
        }
        self.put_together(ctx, results, place)
    }

    fn filtered(&mut self, ctx: &Ctx, test: Expr) -> Ctx {
        let node = self.graph.filter(ctx.node, test);
        Ctx { node, width: ctx.width, unit: false, appended: ctx.appended.clone() }
    }

    fn result_rows(&mut self, ctx: &Ctx, branch: &Ctx, value: Expr, place: Place) -> NodeId {
        let mut exprs = columns(0, ctx.width, place);
        exprs.push(value);
        self.graph.map(branch.node, exprs, place)
    }

    fn put_together(&mut self, ctx: &mut Ctx, results: Vec<NodeId>, place: Place) -> Expr {
        let column = ctx.width;
        ctx.node = self.graph.add(Op::Concat, results, column + 1, place);
        ctx.width += 1;
        ctx.unit = false;
        local(column, place)
    }

    /// `match`, each arm under the rows that take it, with the names of its pattern as columns.
    fn split_match(&mut self, ctx: &mut Ctx, value: &Hir, arms: &[HirArm], place: Place) -> Expr {
        let value = self.scalar(ctx, value);
        let value = self.column_of(ctx, value);
        let mut rest = ctx.clone();
        let mut results = Vec::new();
        for arm in arms {
            let test = self.fits(&arm.pattern, &value, place);
            let mut taken = self.filtered(&rest, test.clone());
            let left_over = self.filtered(&rest, not(test)).node;
            let mut left_overs = vec![left_over];
            self.pattern_columns(&mut taken, &arm.pattern, &value, place);
            if let Some(guard) = &arm.guard {
                let guard = self.scalar(&mut taken, guard);
                let guard = self.column_of(&mut taken, guard);
                let refused = self.filtered(&taken, not(guard.clone())).node;
                left_overs.push(self.graph.map(refused, columns(0, ctx.width, place), place));
                taken = self.filtered(&taken, guard);
            }
            let body = self.scalar(&mut taken, &arm.body);
            results.push(self.result_rows(ctx, &taken, body, place));
            if left_overs.len() > 1 {
                rest.node = self.graph.add(Op::Concat, left_overs, ctx.width, place);
            } else {
                rest.node = left_over;
            }
        }
        self.put_together(ctx, results, place)
    }

    /// Whether a pattern fits, as an expression.
    fn fits(&mut self, pattern: &HirPattern, value: &Expr, place: Place) -> Expr {
        let before = self.direct.next;
        let pattern = self.direct.pattern(pattern);
        self.direct.next = before;
        let arm = |pattern, fits| Arm { pattern, guard: None, body: constant(Value::Bool(fits), place) };
        let arms = vec![arm(pattern, true), arm(Pattern::Wildcard, false)];
        Expr { kind: ExprKind::Match(Box::new(value.clone()), arms), place }
    }

    /// Appends a column for each name of a pattern that is known to fit.
    fn pattern_columns(&mut self, ctx: &mut Ctx, pattern: &HirPattern, value: &Expr, place: Place) {
        let mut names = Vec::new();
        pattern.each_bound(&mut |local| names.push(local));
        let mut bound = Vec::new();
        for name in &names {
            let before = self.direct.next;
            let slots = self.direct.pattern(pattern);
            let body = self.direct.env.get(name).cloned().unwrap_or_else(|| constant(Value::None, place));
            self.direct.next = before;
            let otherwise = Arm { pattern: Pattern::Wildcard, guard: None, body: constant(Value::None, place) };
            let arms = vec![Arm { pattern: slots, guard: None, body }, otherwise];
            let part = Expr { kind: ExprKind::Match(Box::new(value.clone()), arms), place };
            ctx.node = self.graph.extend(ctx.node, part);
            ctx.width += 1;
            ctx.unit = false;
            bound.push((*name, local(ctx.width - 1, place)));
        }
        for (name, column) in bound {
            self.reps.remove(&name);
            self.direct.env.insert(name, column);
        }
    }

    fn lookup(&mut self, ctx: &mut Ctx, hir: &Hir, map: &Hir, key: &Hir) -> Expr {
        let place = hir.place;
        let absent = self.direct.absent(&map.ty);
        if !self.is_flow(map) {
            let map = self.direct.expr(map);
            let key = self.scalar(ctx, key);
            let default = absent.map(Box::new);
            return Expr { kind: ExprKind::Lookup(Box::new(map), Box::new(key), default), place };
        }
        let rep = self.map_rep(ctx, map);
        let key = self.scalar(ctx, key);
        if let (ValueRep::Rep(inner), Some(_)) = (&rep.value, &absent) {
            let key = self.column_of(ctx, key);
            let mut keys = columns(0, rep.width, place);
            keys.push(key);
            let inner = self.looked_up(ctx, inner, &keys, &hir.ty, place);
            return self.whole(ctx, &inner, place);
        }
        let mut left = columns(0, rep.width, place);
        left.push(key);
        let column = self.map_column(&rep, place);
        match absent {
            Some(default) => self.append(ctx, column, left, rep.width + 1, default, place),
            None => {
                let mut exprs = columns(0, rep.width + 1, place);
                exprs.push(Expr { kind: ExprKind::Some(Box::new(local(rep.width + 1, place))), place });
                let some = self.graph.map(column, exprs, place);
                self.append(ctx, some, left, rep.width + 1, Value::None, place)
            }
        }
    }

    pub(super) fn map_rep(&mut self, ctx: &mut Ctx, hir: &Hir) -> MapRep {
        match self.rep(ctx, hir) {
            Rep::Map(map) => map,
            Rep::Coll(coll) => {
                let coll = self.plain(coll, hir.place);
                self.column_map(coll.width, coll.node, hir.place)
            }
            // One value per row: its entries are taken out.
            Rep::Scalar(width, node) => {
                let under = Ctx { node, width: width + 1, unit: false, appended: Vec::new() };
                let coll = self.unnested(&under, local(width, hir.place), false);
                let mut exprs = columns(0, width, hir.place);
                exprs.extend([0, 1].map(|slot| field(coll.elem.clone(), slot, hir.place)));
                let node = self.graph.map(coll.node, exprs, hir.place);
                self.column_map(width, node, hir.place)
            }
            Rep::Parts(..) => unreachable!("the checker asks only maps for their keys"),
        }
    }

    fn aggregate(
        &mut self,
        ctx: &mut Ctx,
        hir: &Hir,
        op: CollOp,
        source: &Hir,
        args: &[Hir],
        lambda: Option<&HirLambda>,
    ) -> Expr {
        let place = hir.place;
        let agg = match op {
            CollOp::Count | CollOp::IsEmpty => Agg::Count,
            CollOp::Sum => Agg::Sum,
            CollOp::Avg => Agg::Avg,
            CollOp::Min => Agg::Min,
            CollOp::Max => Agg::Max,
            CollOp::Any => Agg::Any,
            CollOp::All => Agg::All,
            CollOp::ApproxCount => Agg::ApproxCount,
            CollOp::Top => Agg::Top(most(args)),
            CollOp::Contains => return self.contains(ctx, source, args, place),
            CollOp::Fold => {
                return match aggregates(self.program, hir) {
                    Some(same) => self.scalar(ctx, &same),
                    None => self.fold(ctx, source, args, lambda, place),
                };
            }
            _ => {
                let rep = self.rep(ctx, hir);
                return self.whole(ctx, &rep, place);
            }
        };
        let is_map = matches!(self.program.holes.head(&source.ty), Ty::Map(..));
        let coll = match op {
            // The values of a map are replaced, and a sketch would remember each of them.
            CollOp::ApproxCount if is_map => {
                let map = self.map_rep(ctx, source);
                let elem = local(map.width, place);
                Coll { width: map.width, node: map.keys, cols: 1, elem, bag: false, of: None }
            }
            _ => self.coll(ctx, source),
        };
        // A sketch does not mind how often an element comes, and need not keep all of them to know.
        let coll = if op == CollOp::ApproxCount { coll } else { self.as_set(coll, place) };
        let (mut inner, base, elem) = match lambda {
            Some(lambda) => self.open(ctx, coll, lambda, place),
            None => {
                let width = coll.width;
                let inner = Ctx { node: coll.node, width: width + coll.cols, unit: false, appended: Vec::new() };
                (inner, width, coll.elem)
            }
        };
        let element = elem.clone();
        let arg = match lambda {
            Some(lambda) => {
                self.bind(&mut inner, &lambda.pattern, elem);
                self.scalar(&mut inner, &lambda.body)
            }
            // Without a function what can fail is the aggregate itself, and the elements themselves decide.
            None if op == CollOp::Top => constant(Value::None, place),
            None => Expr { place, ..elem },
        };
        let arg = if op == CollOp::Top { tuple(vec![arg, element], place) } else { arg };
        let arg = settle(arg, inner.width);
        let node = self.graph.add(Op::Reduce { key: base, agg, arg }, vec![inner.node], base + 1, place);
        let left = columns(0, base, place);
        let optional = |this: &mut Self, node| {
            let mut exprs = columns(0, base, place);
            exprs.push(Expr { kind: ExprKind::Some(Box::new(local(base, place))), place });
            this.graph.map(node, exprs, place)
        };
        match op {
            CollOp::Count | CollOp::ApproxCount => self.append(ctx, node, left, base, Value::Int(0), place),
            CollOp::Top => self.append(ctx, node, left, base, Value::List([].into()), place),
            CollOp::IsEmpty => {
                let count = self.append(ctx, node, left, base, Value::Int(0), place);
                let zero = constant(Value::Int(0), place);
                Expr { kind: ExprKind::Binary(BinaryOp::Eq, Box::new(count), Box::new(zero)), place }
            }
            CollOp::Sum => {
                let zero = match args.first().map(|arg| &arg.kind) {
                    Some(HirKind::Const(zero)) => zero.clone(),
                    _ => Value::Int(0),
                };
                self.append(ctx, node, left, base, zero, place)
            }
            CollOp::Any => self.append(ctx, node, left, base, Value::Bool(false), place),
            CollOp::All => self.append(ctx, node, left, base, Value::Bool(true), place),
            _ => {
                let node = optional(self, node);
                self.append(ctx, node, left, base, Value::None, place)
            }
        }
    }

    fn contains(&mut self, ctx: &mut Ctx, source: &Hir, args: &[Hir], place: Place) -> Expr {
        let Some(sought) = args.first() else { return constant(Value::Bool(false), place) };
        let sought = self.scalar(ctx, sought);
        let (width, node, elem) = match self.rep(ctx, source) {
            Rep::Map(map) => (map.width, map.keys, local(map.width, place)),
            other => {
                // A list may hold it twice.
                let is_list = matches!(other, Rep::Scalar(..));
                let coll = self.elements_of(other, place);
                let coll = self.as_set(Coll { bag: coll.bag || is_list, ..coll }, place);
                (coll.width, coll.node, coll.elem)
            }
        };
        let mut exprs = columns(0, width, place);
        exprs.push(elem);
        exprs.push(constant(Value::Bool(true), place));
        let node = self.graph.map(node, exprs, place);
        let mut left = columns(0, width, place);
        left.push(sought);
        self.append(ctx, node, left, width + 1, Value::Bool(false), place)
    }

    /// Opens a collection for a function of its elements: the context of the function's body, how many of its leading
    /// columns are the surrounding context, and the element.
    pub(super) fn open(&mut self, ctx: &Ctx, coll: Coll, lambda: &HirLambda, place: Place) -> (Ctx, u32, Expr) {
        let coll = if self.is_flow(&lambda.body) { self.as_set(coll, place) } else { coll };
        if self.need_of(lambda) <= coll.width {
            let inner = Ctx { node: coll.node, width: coll.width + coll.cols, unit: false, appended: Vec::new() };
            return (inner, coll.width, coll.elem);
        }
        let Rep::Coll(lifted) = self.lifted(ctx, coll, place) else {
            return (ctx.clone(), ctx.width, constant(Value::None, place));
        };
        let width = lifted.width + lifted.cols;
        let appended = ctx.appended.clone();
        (Ctx { node: lifted.node, width, unit: false, appended }, lifted.width, lifted.elem)
    }

    /// The collection under all columns of the context.
    pub(super) fn lifted(&mut self, ctx: &Ctx, coll: Coll, place: Place) -> Rep {
        if coll.of == Some(ctx.node) && coll.width == ctx.width {
            return Rep::Coll(coll);
        }
        let keys = columns(0, coll.width, place);
        self.under(ctx, &Rep::Coll(coll), &keys, place)
    }

    /// Binds the names of an irrefutable pattern to parts of an element.
    pub(super) fn bind(&mut self, ctx: &mut Ctx, pattern: &HirPattern, elem: Expr) {
        match pattern {
            HirPattern::Variant(..) | HirPattern::Some(_) => {
                let place = elem.place;
                let elem = self.column_of(ctx, elem);
                self.pattern_columns(ctx, pattern, &elem, place);
            }
            HirPattern::Slots(slots) => {
                for (slot, part) in slots {
                    self.bind(ctx, part, Self::part(&elem, *slot));
                }
            }
            HirPattern::Bind(local) => {
                self.reps.remove(local);
                self.direct.env.insert(*local, elem);
            }
            HirPattern::Both(local, inner) => {
                let elem = self.column_of(ctx, elem);
                self.reps.remove(local);
                self.direct.env.insert(*local, elem.clone());
                self.bind(ctx, inner, elem);
            }
            HirPattern::Wildcard | HirPattern::Const(_) => {}
        }
    }

    /// For each row of the context the elements of a set, list or map that an expression gives.
    pub(super) fn unnested(&mut self, ctx: &Ctx, expr: Expr, bag: bool) -> Coll {
        let place = expr.place;
        let node = self.graph.unnest(ctx.node, expr);
        Coll { width: ctx.width, node, cols: 1, elem: local(ctx.width, place), bag, of: Some(ctx.node) }
    }
}

/// How many `top` gives.
fn most(args: &[Hir]) -> u32 {
    match args.first().map(|arg| &arg.kind) {
        Some(HirKind::Const(Value::Int(most))) => u32::try_from(*most).unwrap_or(u32::MAX),
        _ => unreachable!("the checker wants a number that is written down"),
    }
}

/// The second branch of a split.
enum Branch<'h> {
    Hir(&'h Hir),
    Known(Expr),
}
