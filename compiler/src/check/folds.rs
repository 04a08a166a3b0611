//! Folds: `fold(into: lattice, f)` is written out in other operations, `fold(init, f)` is checked for its order.
//!
//! ```text
//! s.fold(into: max<int>, x => x.price)             s.max(x => x.price)
//! s.fold(into: gset<text>, x => x.tags)            s.flat_map(x => x.tags)
//! s.fold(into: gmap<text, flag>, f)                s.flat_map(f).group(by: key).each(g => g.any(value))
//! s.fold(into: { a: max<int>, b: flag }, f)        { a: s.max(…), b: s.any(…) }
//! s.fold(into: Status, f)                          s.map(f).fold(placed, the join as drawn)
//! ```
//!
//! What the function of a free fold reads besides its arguments is put beside the elements first, so that what is
//! folded is a function of its arguments alone: `s.fold(0, (acc, x) => acc + views[x])` folds `s.map(x => (x,
//! views[x]))`.
//!
//! Neighbours: `crate::fold` decides about the order; `rules` has the other operations.

use lasp_grammar::ast::{Expr, ExprKind};
use lasp_lattice::UserLattice;
use lasp_plan::format::text_of;
use lasp_plan::{BinaryOp, CollOp, Place, Value};
use rustc_hash::{FxHashMap, FxHashSet};

use super::rules::element;
use super::{Call, Checker, Decl};
use crate::codes::Code;
use crate::crdt::Crdt;
use crate::diagnostic::Diagnostic;
use crate::fold::{Disagreement, Fold, Order};
use crate::hir::{Hir, HirArm, HirKind, HirLambda, HirPattern, LocalId};
use crate::ty::Ty;

/// How often the type of what is gathered may widen: `nat`, `int`, and once more to see that it stays.
const WIDENED_MAX: usize = 3;

pub(crate) fn fold(c: &mut Checker<'_>, call: Call<'_>) -> Hir {
    let into = call.args.iter().find(|arg| arg.name.as_ref().is_some_and(|name| name.text == "into"));
    let Some(element) = element(c, &call) else { return c.wrong(call.span) };
    if let Some(into) = into {
        let Some(args) = c.arguments(&call, &[("f", true), ("into", true)]) else { return c.wrong(call.span) };
        let (ExprKind::Type(ty), Some(f)) = (&into.value.kind, args[0]) else { return c.wrong(call.span) };
        let crdt = c.crdt(ty);
        let crdt = c.sound(crdt);
        return c.fold_into(&crdt, call.receiver, &element, f, call.span);
    }
    let Some(args) = c.arguments(&call, &[("init", true), ("f", true)]) else { return c.wrong(call.span) };
    let (Some(init), Some(f)) = (args[0], args[1]) else { return c.wrong(call.span) };
    let init = c.infer(init, None);
    c.free_fold(init, call.receiver, &element, f, call.span)
}

impl Checker<'_> {
    fn free_fold(&mut self, init: Hir, source: Hir, element: &Ty, f: &Expr, span: lasp_grammar::Span) -> Hir {
        let mut gathered = init.ty.clone();
        let mut lambda;
        let mut round = 0;
        loop {
            round += 1;
            let before = self.diagnostics.len();
            lambda = self.gathering(f, &gathered, element);
            let Some(wider) = self.program.holes.common(&gathered, &lambda.body.ty) else {
                self.fit(&lambda.body, &gathered);
                return self.hir(HirKind::Error, gathered, span);
            };
            let found = &self.diagnostics[before..];
            if found.iter().any(|diagnostic| diagnostic.severity == crate::diagnostic::Severity::Error) {
                return self.hir(HirKind::Error, wider, span);
            }
            if self.known(&wider) == self.known(&gathered) || round == WIDENED_MAX {
                break;
            }
            self.diagnostics.truncate(before);
            gathered = wider;
        }
        let (gathered, element) = (self.known(&gathered), self.known(element));
        if !matches!(self.head(&source.ty), Ty::List(_)) {
            let keyed = matches!(self.head(&source.ty), Ty::Map(..));
            let folded = Fold { init: &init, lambda: &lambda, gathered: &gathered, element: &element };
            let order = folded.order(&self.program, keyed);
            if order != Order::Same {
                self.order_matters(&order, &init, &lambda, [&gathered, &element], span);
                return self.hir(HirKind::Error, gathered, span);
            }
        }
        let Some((source, lambda)) = self.apart(source, lambda, &element) else {
            return self.hir(HirKind::Error, gathered, span);
        };
        self.hir(HirKind::Coll(CollOp::Fold, Box::new(source), vec![init], Some(Box::new(lambda))), gathered, span)
    }

    /// The function of a free fold: of the pair of what is gathered and an element.
    fn gathering(&mut self, f: &Expr, gathered: &Ty, element: &Ty) -> HirLambda {
        let pair = Ty::Tuple(vec![gathered.clone(), element.clone()]);
        if let ExprKind::Name(name) = &f.kind
            && let Some(Decl::Fn(index)) = self.value(&name.text)
            && self.need_fn(index, name.span)
            && let [first, second] = self.program.fns[index].params.as_slice()
        {
            let wanted = [first.1, second.1].map(|param| self.program.locals[param.0 as usize].clone());
            return self.scoped(|this| {
                let locals = [gathered, element].map(|ty| this.bind_local("", ty.clone()));
                let mut args = Vec::new();
                for ((local, ty), wanted) in locals.into_iter().zip([gathered, element]).zip(&wanted) {
                    let arg = this.hir(HirKind::Local(local), ty.clone(), name.span);
                    this.fit(&arg, wanted);
                    args.push(arg);
                }
                let ty = this.program.fns[index].result.clone();
                let body = this.hir(HirKind::Apply(index, args), ty, name.span);
                let slots = vec![(0, HirPattern::Bind(locals[0])), (1, HirPattern::Bind(locals[1]))];
                HirLambda { pattern: HirPattern::Slots(slots), body }
            });
        }
        self.lambda(f, &pair, None)
    }

    fn order_matters(
        &mut self,
        order: &Order,
        init: &Hir,
        lambda: &HirLambda,
        [gathered, element]: [&Ty; 2],
        span: lasp_grammar::Span,
    ) {
        let ways_out = "let a lattice join the elements, in any order:  fold(into: max<…>, x => …)";
        let others = "or use what needs no order:  `sum`, `count`, `min`, `max`, `any`, `all`";
        let place = lambda.body.place;
        let diagnostic = match order {
            Order::Differs(found) => {
                let (set, orders) = told(found, gathered, element);
                let start = match &init.kind {
                    HirKind::Const(value) => text_of(value, &gathered.closed()),
                    _ => "the start".to_string(),
                };
                Diagnostic::new(Code::E0305, place, "the result of this fold depends on the order of the elements")
                    .label(orders)
                    .also(self.at(span), format!("over {set}, from {start}"))
                    .why("a set has no order: two nodes with the same elements would read different results")
            }
            _ => Diagnostic::new(
                Code::E0305,
                place,
                "it cannot be seen from its body that this fold gives the same in every order",
            )
            .label("no two orders were found that disagree, and no proof that none do")
            .why("a set has no order: two nodes with the same elements must read the same result"),
        };
        self.report(diagnostic.help(ways_out).help(others));
    }

    /// The source with what the function reads beside its elements, and the function of both.
    fn apart(&mut self, source: Hir, mut lambda: HirLambda, element: &Ty) -> Option<(Hir, HirLambda)> {
        let (mut gathered, mut inner) = (FxHashSet::default(), FxHashSet::default());
        let HirPattern::Slots(slots) = &lambda.pattern else {
            // The pair has one name: nothing is told apart.
            lambda.pattern.each_bound(&mut |local| {
                gathered.insert(local);
            });
            let mut reads = Reads { gathered, inner, own: FxHashSet::default(), found: Vec::new() };
            reads.enter(&lambda.body);
            return match reads.any_read(self, &lambda.body) {
                false => Some((source, lambda)),
                true => self.cannot_be_apart(&lambda.body),
            };
        };
        let mut own = FxHashSet::default();
        let any = HirPattern::Wildcard;
        let part = |wanted: u32| slots.iter().find(|(slot, _)| *slot == wanted).map_or(&any, |(_, part)| part).clone();
        let (first, second) = (part(0), part(1));
        first.each_bound(&mut |local| {
            gathered.insert(local);
        });
        second.each_bound(&mut |local| {
            own.insert(local);
        });
        inner.extend(gathered.iter().copied());
        let mut reads = Reads { gathered, inner, own, found: Vec::new() };
        reads.enter(&lambda.body);
        let beside = self.bind_hidden(Ty::Error);
        if !reads.take(self, &mut lambda.body, beside) {
            return self.cannot_be_apart(&lambda.body);
        }
        if reads.found.is_empty() {
            return Some((source, lambda));
        }
        if matches!(self.head(&source.ty), Ty::List(_)) {
            return self.cannot_be_apart(&lambda.body);
        }
        let place = source.place;
        let whole = self.bind_hidden(element.clone());
        let mut types = vec![element.clone()];
        types.extend(reads.found.iter().map(|found| found.ty.clone()));
        let both = Ty::Tuple(types);
        self.program.locals[beside.0 as usize] = both.clone();
        let mut parts = vec![Hir { kind: HirKind::Local(whole), ty: element.clone(), place }];
        parts.extend(reads.found);
        let body = Hir { kind: HirKind::Tuple(parts), ty: both.clone(), place };
        let beside_elements = HirLambda { pattern: HirPattern::Both(whole, Box::new(second.clone())), body };
        let kind = HirKind::Coll(CollOp::Map, Box::new(source), Vec::new(), Some(Box::new(beside_elements)));
        // The names of the element belong to the function that reads; the fold has its own.
        let mut renamed = FxHashMap::default();
        second.each_bound(&mut |local| {
            renamed.insert(local, LocalId(0));
        });
        let mut named: Vec<LocalId> = renamed.keys().copied().collect();
        named.sort_unstable();
        for local in named {
            let ty = self.program.locals[local.0 as usize].clone();
            renamed.insert(local, self.bind_hidden(ty));
        }
        let second = rename(&second, &renamed);
        rename_in(&mut lambda.body, &renamed);
        let second = HirPattern::Both(beside, Box::new(HirPattern::Slots(vec![(0, second)])));
        let pattern = HirPattern::Slots(vec![(0, first), (1, second)]);
        Some((Hir { kind, ty: Ty::set(both), place }, HirLambda { pattern, body: lambda.body }))
    }

    fn bind_hidden(&mut self, ty: Ty) -> LocalId {
        self.scoped(|this| this.bind_local("", ty))
    }

    fn cannot_be_apart<T>(&mut self, body: &Hir) -> Option<T> {
        let place = body.place;
        self.report(
            Diagnostic::new(Code::E0801, place, "this fold reads something that cannot be put beside its elements")
                .label("cannot run yet")
                .why("what it reads is looked up before it starts, for each element of a set: not of a list, nor for what it gathers"),
        );
        None
    }

    fn fold_into(&mut self, crdt: &Crdt, source: Hir, element: &Ty, f: &Expr, span: lasp_grammar::Span) -> Hir {
        let refused = not_joined(crdt).map(|(part, why)| (part.called(), part.place(), why));
        let genesis = crdt.genesis().unwrap_or(Ty::Error);
        let lambda = self.lambda(f, element, Some(&genesis));
        if let Some((called, place, why)) = refused {
            let place = place.unwrap_or_else(|| self.at(span));
            self.report(
                Diagnostic::new(Code::E0305, place, format!("elements cannot be folded into {called}"))
                    .label(why)
                    .why("a fold joins what its function gives: each element counts, in any order, and never twice")
                    .help("what can be folded into: `max`, `min`, `flag`, `gset`, a drawn lattice, a `gmap` or record of these")
                    .help("to add numbers up:  `.sum(x => …)`, or `.group(by: x => …).each(g => g.sum(x => …))`"),
            );
            return self.hir(HirKind::Error, crdt.read(false), span);
        }
        self.joined_into(crdt, source, lambda, self.at(span))
    }

    fn joined_into(&mut self, crdt: &Crdt, source: Hir, lambda: HirLambda, place: Place) -> Hir {
        let ty = crdt.read(false);
        let coll = |op, source, lambda, ty| {
            let kind = HirKind::Coll(op, Box::new(source), Vec::new(), Some(Box::new(lambda)));
            Hir { kind, ty, place }
        };
        match crdt {
            Crdt::Named { info, elements, inner, .. } => match info.name {
                "max" => coll(CollOp::Max, source, lambda, ty),
                "min" => coll(CollOp::Min, source, lambda, ty),
                "flag" => coll(CollOp::Any, source, lambda, ty),
                "gset" => coll(CollOp::FlatMap, source, lambda, ty),
                _ => {
                    let (Some(key), Some(value)) = (elements.first(), inner.first()) else { return self.bad(place) };
                    let entry = Ty::Tuple(vec![key.clone(), value.genesis().unwrap_or(Ty::Error)]);
                    let entries = HirKind::Coll(CollOp::ToSet, Box::new(lambda.body), Vec::new(), None);
                    let entries = Hir { kind: entries, ty: Ty::set(entry.clone()), place };
                    let lambda = HirLambda { pattern: lambda.pattern, body: entries };
                    let entries = coll(CollOp::FlatMap, source, lambda, Ty::set(entry.clone()));
                    let by = self.slot_of(0, key.clone(), place);
                    let groups = Ty::map(key.clone(), Ty::set(entry.clone()), false);
                    let groups = coll(CollOp::Group, entries, by, groups);
                    let group = self.bind_hidden(Ty::set(entry.clone()));
                    let of = Hir { kind: HirKind::Local(group), ty: Ty::set(entry.clone()), place };
                    let under = self.slot_of(1, entry.parts()[1].clone(), place);
                    let body = self.joined_into(value, of, under, place);
                    coll(CollOp::Each, groups, HirLambda { pattern: HirPattern::Bind(group), body }, ty)
                }
            },
            Crdt::Record(fields, _) => {
                let (source, lambdas) = self.by_part(source, lambda, fields.iter().map(|(name, _)| name.clone()));
                let parts = fields.iter().zip(lambdas);
                let parts = parts.map(|((name, crdt), lambda)| {
                    (name.clone(), self.joined_into(crdt, source.clone(), lambda, place))
                });
                Hir { kind: HirKind::Record(parts.collect()), ty, place }
            }
            Crdt::Tuple(crdts, _) => {
                let (source, lambdas) = self.by_part(source, lambda, (0..crdts.len()).map(|at| at.to_string()));
                let parts = crdts.iter().zip(lambdas);
                let parts = parts.map(|(crdt, lambda)| self.joined_into(crdt, source.clone(), lambda, place));
                Hir { kind: HirKind::Tuple(parts.collect()), ty, place }
            }
            Crdt::Drawn(drawn, ..) => {
                let elements = coll(CollOp::Map, source, lambda, Ty::set(ty.clone()));
                let least = Value::Variant(u32::from(drawn.least()), [].into());
                let init = Hir { kind: HirKind::Const(least), ty: ty.clone(), place };
                let join = self.drawn_join(drawn, &ty, place);
                Hir {
                    kind: HirKind::Coll(CollOp::Fold, Box::new(elements), vec![init], Some(Box::new(join))),
                    ty,
                    place,
                }
            }
            Crdt::Error => self.bad(place),
        }
    }

    fn bad(&self, place: Place) -> Hir {
        Hir { kind: HirKind::Error, ty: Ty::Error, place }
    }

    /// `(a, b) => a` or `(a, b) => b`.
    fn slot_of(&mut self, slot: u32, ty: Ty, place: Place) -> HirLambda {
        let local = self.bind_hidden(ty.clone());
        let body = Hir { kind: HirKind::Local(local), ty, place };
        HirLambda { pattern: HirPattern::Slots(vec![(slot, HirPattern::Bind(local))]), body }
    }

    /// One function per part of what a function gives. If it does not put the parts together itself, it is mapped
    /// first.
    fn by_part(
        &mut self,
        source: Hir,
        lambda: HirLambda,
        names: impl Iterator<Item = String>,
    ) -> (Hir, Vec<HirLambda>) {
        let place = lambda.body.place;
        let of = |body: &Hir| HirLambda { pattern: lambda.pattern.clone(), body: body.clone() };
        match &lambda.body.kind {
            HirKind::Record(fields) => return (source, fields.iter().map(|(_, part)| of(part)).collect()),
            HirKind::Tuple(parts) => return (source, parts.iter().map(of).collect()),
            _ => {}
        }
        let ty = self.known(&lambda.body.ty);
        let types: Vec<Ty> = ty.parts().into_iter().cloned().collect();
        let kind = HirKind::Coll(CollOp::Map, Box::new(source), Vec::new(), Some(Box::new(lambda)));
        let mut parts = Vec::new();
        for (name, part) in names.zip(types) {
            let local = self.bind_hidden(ty.clone());
            let of = Hir { kind: HirKind::Local(local), ty: ty.clone(), place };
            let body = Hir { kind: HirKind::Field(Box::new(of), name), ty: part, place };
            parts.push(HirLambda { pattern: HirPattern::Bind(local), body });
        }
        (Hir { kind, ty: Ty::set(ty), place }, parts)
    }

    /// `(acc, x) => if acc >= x then acc else if x >= acc then x else` what is drawn above both.
    fn drawn_join(&mut self, drawn: &std::sync::Arc<UserLattice>, ty: &Ty, place: Place) -> HirLambda {
        let [acc, x] = [(); 2].map(|()| self.bind_hidden(ty.clone()));
        let node = |kind, ty: &Ty| Hir { kind, ty: ty.clone(), place };
        let read = |local| node(HirKind::Local(local), ty);
        let above = |a, b| {
            let kind = HirKind::CompareDrawn(BinaryOp::Ge, Box::new(read(a)), Box::new(read(b)), drawn.clone());
            Box::new(node(kind, &Ty::Bool))
        };
        let count = u16::try_from(drawn.elements().len()).unwrap_or(u16::MAX);
        let element = |rank: u16| Value::Variant(u32::from(rank), [].into());
        let mut arms = Vec::new();
        for a in 0..count {
            for b in (0..count).filter(|b| !drawn.le(a, *b) && !drawn.le(*b, a)) {
                let slots = vec![(0, HirPattern::Const(element(a))), (1, HirPattern::Const(element(b)))];
                let body = node(HirKind::Const(element(drawn.join(a, b))), ty);
                arms.push(HirArm { pattern: HirPattern::Slots(slots), guard: None, body });
            }
        }
        let mut otherwise = read(x);
        if !arms.is_empty() {
            arms.push(HirArm { pattern: HirPattern::Wildcard, guard: None, body: read(acc) });
            let both = node(HirKind::Tuple(vec![read(acc), read(x)]), &Ty::Tuple(vec![ty.clone(), ty.clone()]));
            let apart = node(HirKind::Match(Box::new(both), arms), ty);
            otherwise = node(HirKind::If(above(x, acc), Box::new(read(x)), Box::new(apart)), ty);
        }
        let body = node(HirKind::If(above(acc, x), Box::new(read(acc)), Box::new(otherwise)), ty);
        let slots = vec![(0, HirPattern::Bind(acc)), (1, HirPattern::Bind(x))];
        HirLambda { pattern: HirPattern::Slots(slots), body }
    }
}

/// The first part that is not joined from values alone, and why.
fn not_joined(crdt: &Crdt) -> Option<(&Crdt, &'static str)> {
    match crdt {
        Crdt::Named { info, inner, .. } => match info.name {
            "max" | "min" | "flag" | "gset" => None,
            "gmap" => inner.iter().find_map(not_joined),
            "gcounter" | "pncounter" | "rcounter" | "bcounter" | "vclock" => {
                Some((crdt, "this counts, and an element that two nodes fold would be counted twice"))
            }
            "lww" | "mv" | "ivar" | "lex" | "topk" => {
                Some((crdt, "what this keeps depends on more than the values: who wrote them, when, or how many"))
            }
            _ => Some((crdt, "this also takes back, and a fold only ever adds")),
        },
        Crdt::Record(fields, _) => fields.iter().find_map(|(_, part)| not_joined(part)),
        Crdt::Tuple(parts, _) => parts.iter().find_map(not_joined),
        Crdt::Drawn(..) | Crdt::Error => None,
    }
}

/// A disagreement in the program's words: the set, and what its orders give.
fn told(found: &Disagreement, gathered: &Ty, element: &Ty) -> (String, String) {
    let text = |value: &Value| text_of(value, &element.closed());
    let result = |value: &Value| text_of(value, &gathered.closed());
    let mut all: Vec<&Value> = found.before.iter().chain(&found.pair).collect();
    let order = |pair: [&Value; 2]| {
        let words: Vec<String> = found.before.iter().chain(pair).map(text).collect();
        words.join(" then ")
    };
    let [x, y] = &found.pair;
    let orders = format!(
        "{} gives {}, {} gives {}",
        order([x, y]),
        result(&found.results[0]),
        order([y, x]),
        result(&found.results[1])
    );
    all.sort();
    (format!("{{{}}}", all.into_iter().map(text).collect::<Vec<_>>().join(", ")), orders)
}

/// What the function of a fold reads besides its arguments.
struct Reads {
    /// Names of what is gathered.
    gathered: FxHashSet<LocalId>,
    /// Names bound in the body, and those of what is gathered.
    inner: FxHashSet<LocalId>,
    /// Names of the element.
    own: FxHashSet<LocalId>,
    found: Vec<Hir>,
}

impl Reads {
    /// Notes the names that a body binds.
    fn enter(&mut self, body: &Hir) {
        body.each(&mut |part| {
            let mut bind = |pattern: &HirPattern| {
                pattern.each_bound(&mut |local| {
                    self.inner.insert(local);
                })
            };
            match &part.kind {
                HirKind::Coll(_, _, _, Some(lambda)) => bind(&lambda.pattern),
                HirKind::Match(_, arms) => arms.iter().for_each(|arm| bind(&arm.pattern)),
                HirKind::From { sources, .. } => sources.iter().for_each(|(pattern, _)| bind(pattern)),
                _ => {}
            }
        });
    }

    /// Whether something outside the arguments is read.
    fn any_read(&self, c: &Checker<'_>, body: &Hir) -> bool {
        body.any(&mut |part| match &part.kind {
            HirKind::Local(local) => !self.inner.contains(local) && !self.gathered.contains(local),
            HirKind::Apply(index, _) => reads_variables(c, &c.program.fns[*index].body, 0),
            _ => is_read(part),
        })
    }

    /// Puts a slot of `beside` in the place of each read; false if one depends on what is gathered.
    fn take(&mut self, c: &Checker<'_>, hir: &mut Hir, beside: LocalId) -> bool {
        let reads = match &hir.kind {
            HirKind::Local(local) => !self.inner.contains(local) && !self.own.contains(local),
            HirKind::Field(..) => false,
            HirKind::Coll(..) | HirKind::From { .. } | HirKind::Lookup(..) => self.any_read_but_own(c, hir),
            HirKind::Apply(index, _) => reads_variables(c, &c.program.fns[*index].body, 0),
            _ => is_read(hir),
        };
        if reads {
            let depends = self.depends(hir);
            if !depends {
                let of = Hir { kind: HirKind::Local(beside), ty: Ty::Error, place: hir.place };
                let slot = self.found.len() + 1;
                let field = HirKind::Field(Box::new(of), slot.to_string());
                let place = hir.place;
                let read = std::mem::replace(hir, Hir { kind: field, ty: Ty::Error, place });
                hir.ty = read.ty.clone();
                self.found.push(read);
                return true;
            }
            if matches!(hir.kind, HirKind::Apply(..) | HirKind::Var(_) | HirKind::View(_) | HirKind::Raw(_)) {
                return false;
            }
        }
        let mut all = true;
        hir.each_part_mut(&mut |part| all &= self.take(c, part, beside));
        all
    }

    fn any_read_but_own(&self, c: &Checker<'_>, hir: &Hir) -> bool {
        hir.any(&mut |part| match &part.kind {
            HirKind::Local(local) => !self.inner.contains(local) && !self.own.contains(local),
            HirKind::Apply(index, _) => reads_variables(c, &c.program.fns[*index].body, 0),
            _ => is_read(part),
        })
    }

    /// Whether it uses a name that has no value before the fold starts: free in it, and not the element's.
    fn depends(&self, hir: &Hir) -> bool {
        let mut bound = Reads {
            gathered: FxHashSet::default(),
            inner: FxHashSet::default(),
            own: FxHashSet::default(),
            found: Vec::new(),
        };
        bound.enter(hir);
        hir.any(&mut |part| match &part.kind {
            HirKind::Local(local) => self.inner.contains(local) && !bound.inner.contains(local),
            _ => false,
        })
    }
}

fn is_read(hir: &Hir) -> bool {
    matches!(hir.kind, HirKind::Var(_) | HirKind::Raw(_) | HirKind::View(_) | HirKind::Rights(_))
}

fn reads_variables(c: &Checker<'_>, body: &Hir, depth: u32) -> bool {
    depth > 40
        || body.any(&mut |part| match &part.kind {
            HirKind::Apply(index, _) => reads_variables(c, &c.program.fns[*index].body, depth + 1),
            _ => is_read(part),
        })
}

fn rename(pattern: &HirPattern, names: &FxHashMap<LocalId, LocalId>) -> HirPattern {
    let named = |local: &LocalId| names.get(local).copied().unwrap_or(*local);
    match pattern {
        HirPattern::Wildcard | HirPattern::Const(_) => pattern.clone(),
        HirPattern::Bind(local) => HirPattern::Bind(named(local)),
        HirPattern::Slots(slots) => {
            HirPattern::Slots(slots.iter().map(|(slot, part)| (*slot, rename(part, names))).collect())
        }
        HirPattern::Variant(tag, parts) => {
            HirPattern::Variant(*tag, parts.iter().map(|part| rename(part, names)).collect())
        }
        HirPattern::Some(part) => HirPattern::Some(Box::new(rename(part, names))),
        HirPattern::Both(local, part) => HirPattern::Both(named(local), Box::new(rename(part, names))),
    }
}

fn rename_in(hir: &mut Hir, names: &FxHashMap<LocalId, LocalId>) {
    if let HirKind::Local(local) = &mut hir.kind {
        *local = names.get(local).copied().unwrap_or(*local);
    }
    hir.each_part_mut(&mut |part| rename_in(part, names));
}
