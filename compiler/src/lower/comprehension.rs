//! `from … where … select`, `join` and `product().filter()`: several sources under one condition.
//!
//! The condition is taken apart at its `and`s. An equality between what is already there and the next source becomes
//! the key of a hash join; what concerns the next source alone filters it before; the rest filters as soon as its names
//! are bound. Order is kept where it can show: a part that can fail is never moved before a part that guards it.
//!
//! ```text
//! from a in ads, c in contracts where a.ad == c.ad and views[a.ad] < c.limit
//!   ads ─┬─ hash join on ad ─ left join views on a.ad ─ filter
//!   contracts ┘
//! ```

use lasp_plan::{BinaryOp, Expr, Place};
use rustc_hash::FxHashSet;

use super::Flow;
use super::direct::{can_fail, columns_read, shift, tuple};
use super::rep::{Coll, Ctx, Rep, columns};
use crate::hir::{Hir, HirKind, HirLambda, HirPattern, LocalId};

/// A part of the condition.
struct Part<'h> {
    hir: &'h Hir,
    names: FxHashSet<LocalId>,
    can_fail: bool,
    done: bool,
}

impl Flow<'_> {
    /// Binds the names of all sources under the condition: the resulting context, and how many of its leading columns
    /// are the surrounding one. `results` are what will be computed there.
    pub(super) fn comprehension(
        &mut self,
        ctx: &Ctx,
        sources: &[(&HirPattern, &Hir)],
        filter: Option<&Hir>,
        results: &[&Hir],
        place: Place,
    ) -> (Ctx, u32) {
        let all = sources.iter().map(|(_, hir)| *hir).chain(filter).chain(results.iter().copied());
        let mut own = FxHashSet::default();
        sources.iter().for_each(|(pattern, _)| {
            pattern.each_bound(&mut |local| {
                own.insert(local);
            })
        });
        let need = all.map(|hir| self.need_except(hir, &own)).max().unwrap_or(0);
        let mut inner = if need == 0 { self.unit() } else { ctx.clone() };
        let base = inner.width;

        let mut parts: Vec<Part<'_>> = Vec::new();
        if let Some(filter) = filter {
            self.conjuncts(filter, &mut parts);
        }
        let mut unbound = own;
        for (pattern, source) in sources {
            let coll = self.coll(&mut inner, source);
            let coll = self.as_set(coll, place);
            let mut names = FxHashSet::default();
            pattern.each_bound(&mut |local| {
                names.insert(local);
            });
            unbound.retain(|name| !names.contains(name));
            self.join_source(&mut inner, coll, pattern, &names, &unbound, &mut parts, place);
            self.apply_parts(&mut inner, &unbound, &mut parts);
        }
        (inner, base)
    }

    /// `orders.filter(o => o.user == u.id)` under a context with `u`: a join of the context with the collection, by key
    /// where the condition has an equality.
    pub(super) fn correlated(&mut self, ctx: &Ctx, coll: Coll, lambda: &HirLambda, place: Place) -> Rep {
        let coll = self.as_set(coll, place);
        let (base, cols) = (ctx.width, coll.cols);
        let elem = shift(coll.elem.clone(), coll.width, i64::from(base) - i64::from(coll.width));
        let mut names = FxHashSet::default();
        lambda.pattern.each_bound(&mut |local| {
            names.insert(local);
        });
        let mut parts = Vec::new();
        self.conjuncts(&lambda.body, &mut parts);
        let mut inner = ctx.clone();
        let unbound = FxHashSet::default();
        self.join_source(&mut inner, coll, &lambda.pattern, &names, &unbound, &mut parts, place);
        self.apply_parts(&mut inner, &unbound, &mut parts);
        let node = self.graph.map(inner.node, columns(0, base + cols, place), place);
        Rep::Coll(Coll { width: base, node, cols, elem, bag: false, of: None })
    }

    fn conjuncts<'h>(&self, filter: &'h Hir, parts: &mut Vec<Part<'h>>) {
        let mut rest = vec![filter];
        while let Some(hir) = rest.pop() {
            if let HirKind::Binary(BinaryOp::And, left, right) = &hir.kind {
                rest.push(right);
                rest.push(left);
            } else {
                let names = self.names(hir);
                parts.push(Part { hir, names, can_fail: can_fail(self.program, hir, 0), done: false });
            }
        }
    }

    /// Whether a part may be computed now: the parts before it are done, or it cannot fail.
    fn in_turn(parts: &[Part<'_>], index: usize) -> bool {
        !parts[index].can_fail || parts[..index].iter().all(|part| part.done)
    }

    /// Whether all parts before it have filtered this very source: done elsewhere, they do not keep its rows away.
    fn leads(parts: &[Part<'_>], index: usize, names: &FxHashSet<LocalId>) -> bool {
        parts[..index].iter().all(|part| part.done && !part.names.is_empty() && part.names.is_subset(names))
    }

    fn apply_parts(&mut self, ctx: &mut Ctx, unbound: &FxHashSet<LocalId>, parts: &mut [Part<'_>]) {
        for index in 0..parts.len() {
            let part = &parts[index];
            if part.done || !part.names.is_disjoint(unbound) || !Self::in_turn(parts, index) {
                continue;
            }
            let condition = self.scalar(ctx, part.hir);
            ctx.node = self.graph.filter(ctx.node, condition);
            ctx.unit = false;
            parts[index].done = true;
        }
    }

    #[allow(clippy::too_many_arguments)] // One step of a loop, with the loop's state.
    fn join_source(
        &mut self,
        ctx: &mut Ctx,
        mut coll: Coll,
        pattern: &HirPattern,
        names: &FxHashSet<LocalId>,
        unbound: &FxHashSet<LocalId>,
        parts: &mut [Part<'_>],
        place: Place,
    ) {
        if ctx.unit || (coll.of == Some(ctx.node) && coll.width == ctx.width) {
            let appended = if ctx.unit { Vec::new() } else { ctx.appended.clone() };
            *ctx = Ctx { node: coll.node, width: coll.width + coll.cols, unit: false, appended };
            self.bind(ctx, pattern, coll.elem);
            return;
        }
        // Parts about this source alone, pure and in turn, filter it before it is joined.
        let simple = only_paths(pattern);
        let mut scratch = Ctx { node: coll.node, width: coll.width + coll.cols, unit: false, appended: Vec::new() };
        if simple {
            self.bind(&mut scratch, pattern, coll.elem.clone());
            for index in 0..parts.len() {
                let part = &parts[index];
                let alone = !part.names.is_empty() && part.names.iter().all(|name| names.contains(name));
                if part.done || !alone || self.is_flow(part.hir) || part.can_fail && !Self::leads(parts, index, names) {
                    continue;
                }
                let condition = self.direct.expr(part.hir);
                coll.node = self.graph.filter(coll.node, condition);
                parts[index].done = true;
            }
        }
        let mut left = columns(0, coll.width, place);
        let mut right = columns(0, coll.width, place);
        let mut joined_at = None;
        if simple {
            for index in 0..parts.len() {
                if parts[index].done || !Self::in_turn(parts, index) {
                    continue;
                }
                if let Some((outer, own)) = self.key(parts[index].hir, names, unbound) {
                    if can_fail(self.program, own, 0) && !Self::leads(parts, index, names) {
                        continue;
                    }
                    // The pattern is bound to columns of the source's rows: its side of the key is read over them.
                    right.push(self.direct.expr(own));
                    left.push(self.direct.expr(outer));
                    joined_at.get_or_insert(parts[index].hir.place);
                    parts[index].done = true;
                }
            }
        }
        let place = joined_at.unwrap_or(place);
        debug_assert!(left.iter().all(|key| columns_read(key) <= ctx.width));
        let joined = self.graph.join([ctx.node, coll.node], left, right, place);
        let mut exprs = columns(0, ctx.width, place);
        let own = ctx.width + coll.width;
        exprs.extend(columns(own, own + coll.cols, place));
        let elem = shift(coll.elem.clone(), coll.width, i64::from(ctx.width) - i64::from(coll.width));
        ctx.node = self.graph.map(joined, exprs, place);
        ctx.width += coll.cols;
        self.bind(ctx, pattern, elem);
    }

    /// The two sides of an equality between what is bound and the new source, both pure.
    fn key<'h>(
        &self,
        hir: &'h Hir,
        names: &FxHashSet<LocalId>,
        unbound: &FxHashSet<LocalId>,
    ) -> Option<(&'h Hir, &'h Hir)> {
        let HirKind::Binary(BinaryOp::Eq, a, b) = &hir.kind else { return None };
        if self.is_flow(a) || self.is_flow(b) {
            return None;
        }
        let own = |hir: &Hir| {
            let used = self.names(hir);
            !used.is_empty() && used.iter().all(|name| names.contains(name))
        };
        let outer = |hir: &Hir| {
            let used = self.names(hir);
            !used.is_empty() && used.iter().all(|name| !names.contains(name) && !unbound.contains(name))
        };
        match (own(a), own(b)) {
            (true, false) if outer(b) => Some((b, a)),
            (false, true) if outer(a) => Some((a, b)),
            _ => None,
        }
    }

    /// Pairs of two sources under a condition on both.
    pub(super) fn pairs(
        &mut self,
        ctx: &mut Ctx,
        sources: [&Hir; 2],
        patterns: [&HirPattern; 2],
        condition: Option<&Hir>,
        place: Place,
    ) -> Rep {
        // Names for the two whole elements, beside the ones of the pattern.
        let whole = [self.fresh(), self.fresh()];
        let bound: Vec<HirPattern> =
            whole.iter().zip(patterns).map(|(name, pattern)| with_whole(*name, pattern)).collect();
        let read: Vec<(&HirPattern, &Hir)> = bound.iter().zip(sources).collect();
        let (inner, base) = self.comprehension(ctx, &read, condition, &[], place);
        let elems: Vec<Expr> = whole.iter().filter_map(|name| self.direct.env.get(name).cloned()).collect();
        let mut exprs = columns(0, base, place);
        exprs.extend(elems);
        let node = self.graph.map(inner.node, exprs, place);
        let elem = tuple(columns(base, base + 2, place), place);
        Rep::Coll(Coll { width: base, node, cols: 2, elem, bag: false, of: None })
    }
}

/// A pattern that also binds the whole value.
fn with_whole(name: LocalId, pattern: &HirPattern) -> HirPattern {
    match pattern {
        HirPattern::Wildcard => HirPattern::Bind(name),
        other => HirPattern::Both(name, Box::new(other.clone())),
    }
}

/// Whether everything a pattern binds is a path of fields.
fn only_paths(pattern: &HirPattern) -> bool {
    match pattern {
        HirPattern::Variant(..) | HirPattern::Some(_) => false,
        HirPattern::Both(_, inner) => only_paths(inner),
        HirPattern::Slots(slots) => slots.iter().all(|(_, part)| only_paths(part)),
        HirPattern::Wildcard | HirPattern::Bind(_) | HirPattern::Const(_) => true,
    }
}
