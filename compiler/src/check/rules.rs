//! How each operation is typed: one function per family of rows in the operator table.
//!
//! A rule reads the arguments that are left, with what the receiver's type says about them, and builds the typed node.
//! Neighbours: `operators` (the rows that name these functions), `calls` (argument lists, function literals).

use lasp_grammar::ast::{Arg, Expr, ExprKind};
use lasp_plan::{BinaryOp, CollOp, Func, Value};

use super::expr::described;
use super::scalars::is_measure;
use super::{Call, Checker};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::hir::{Hir, HirKind, HirLambda};
use crate::ty::Ty;

pub(crate) use super::folds::fold;
pub(crate) use super::greatest::top;
pub(crate) use super::scalars::{chosen, scalar};
pub(crate) use super::seals::{late as late_of, sealed as sealed_of};

type C<'a> = Checker<'a>;

pub(super) fn coll(c: &C<'_>, call: Call<'_>, op: CollOp, args: Vec<Hir>, lambda: Option<HirLambda>, ty: Ty) -> Hir {
    let kind = HirKind::Coll(op, Box::new(call.receiver), args, lambda.map(Box::new));
    c.hir(kind, ty, call.span)
}

fn one_lambda(c: &mut C<'_>, call: &Call<'_>, name: &str, param: &Ty, result: Option<&Ty>) -> Option<HirLambda> {
    let args = c.arguments(call, &[(name, true)])?;
    args[0].map(|arg| c.lambda(arg, param, result))
}

/// The element type of the receiver, or the end of the call: the arguments are still read, for what is wrong in them.
pub(super) fn element(c: &mut C<'_>, call: &Call<'_>) -> Option<Ty> {
    let ty = c.element(&call.receiver);
    if ty == Ty::Error {
        for arg in call.args {
            match &arg.value.kind {
                ExprKind::Lambda(..) => drop(c.lambda(&arg.value, &Ty::Error, None)),
                _ => drop(c.infer(&arg.value, None)),
            }
        }
        return None;
    }
    Some(ty)
}

pub(crate) fn map(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let Some(element) = element(c, &call) else { return c.wrong(call.span) };
    let Some(lambda) = one_lambda(c, &call, "f", &element, None) else { return c.wrong(call.span) };
    let ty = Ty::set(lambda.body.ty.clone());
    coll(c, call, CollOp::Map, Vec::new(), Some(lambda), ty)
}

pub(crate) fn filter(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let Some(element) = element(c, &call) else { return c.wrong(call.span) };
    let Some(lambda) = one_lambda(c, &call, "p", &element, Some(&Ty::Bool)) else { return c.wrong(call.span) };
    let ty = match c.head(&call.receiver.ty) {
        Ty::Map(key, value, _) => Ty::Map(key, value, false),
        other => other,
    };
    coll(c, call, CollOp::Filter, Vec::new(), Some(lambda), ty)
}

pub(crate) fn flat_map(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let Some(element) = element(c, &call) else { return c.wrong(call.span) };
    let Some(lambda) = one_lambda(c, &call, "f", &element, None) else { return c.wrong(call.span) };
    let inner = c.element(&lambda.body);
    coll(c, call, CollOp::FlatMap, Vec::new(), Some(lambda), Ty::set(inner))
}

fn set_of(c: &mut C<'_>, hir: &Hir) -> Option<Ty> {
    match c.head(&hir.ty) {
        Ty::Set(inner) => Some(*inner),
        Ty::Error => None,
        other => {
            let other = c.known(&other);
            let place = hir.place;
            let mut diagnostic =
                Diagnostic::new(Code::E0201, place, format!("expected a set, found {}", described(&other)))
                    .label(format!("this is {}", described(&other)));
            diagnostic = match other {
                Ty::List(_) | Ty::Map(..) => diagnostic.help("make it a set with `.to_set()`"),
                _ => diagnostic,
            };
            c.report(diagnostic);
            None
        }
    }
}

/// `union`, `intersect`, `minus`.
pub(crate) fn union(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let op = match call.name.text.as_str() {
        "union" => CollOp::Union,
        "intersect" => CollOp::Intersect,
        _ => CollOp::Minus,
    };
    let Some(args) = c.arguments(&call, &[("other", true)]) else { return c.wrong(call.span) };
    let receiver_ty = call.receiver.ty.clone();
    let Some(other) = args[0].map(|arg| c.hinted(arg, Some(&receiver_ty))) else { return c.wrong(call.span) };
    let (Some(_), Some(_)) = (set_of(c, &call.receiver), set_of(c, &other)) else { return c.wrong(call.span) };
    let ty = c.joined(&call.receiver, &other, "the two sides");
    coll(c, call, op, vec![other], None, ty)
}

fn pairs(c: &mut C<'_>, call: &Call<'_>, other: &Expr) -> Option<(Hir, Ty)> {
    let left = c.element(&call.receiver);
    let other = c.infer(other, None);
    let right = c.element(&other);
    (left != Ty::Error && right != Ty::Error).then_some((other, Ty::Tuple(vec![left, right])))
}

pub(crate) fn product(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let Some(args) = c.arguments(&call, &[("other", true)]) else { return c.wrong(call.span) };
    let Some((other, pair)) = args[0].and_then(|arg| pairs(c, &call, arg)) else { return c.wrong(call.span) };
    coll(c, call, CollOp::Product, vec![other], None, Ty::set(pair))
}

pub(crate) fn join(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let between = |arg: &Arg| arg.name.as_ref().is_none_or(|name| name.text != "on");
    if matches!(c.head(&call.receiver.ty), Ty::List(of) if c.head(&of) == Ty::Text) && call.args.iter().all(between) {
        return scalar(c, call);
    }
    let Some(args) = c.arguments(&call, &[("other", true), ("on", true)]) else { return c.wrong(call.span) };
    let (Some(other), Some(on)) = (args[0], args[1]) else { return c.wrong(call.span) };
    let Some((other, pair)) = pairs(c, &call, other) else { return c.wrong(call.span) };
    let lambda = c.lambda(on, &pair, Some(&Ty::Bool));
    coll(c, call, CollOp::Join, vec![other], Some(lambda), Ty::set(pair))
}

pub(crate) fn group(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let Some(element) = element(c, &call) else { return c.wrong(call.span) };
    let Some(lambda) = one_lambda(c, &call, "by", &element, None) else { return c.wrong(call.span) };
    let ty = Ty::map(lambda.body.ty.clone(), Ty::set(element), false);
    coll(c, call, CollOp::Group, Vec::new(), Some(lambda), ty)
}

fn map_of(c: &mut C<'_>, call: &Call<'_>) -> Option<(Ty, Ty)> {
    match c.head(&call.receiver.ty) {
        Ty::Map(key, value, _) => Some((*key, *value)),
        Ty::Error => None,
        other => {
            let other = c.known(&other);
            let (place, name) = (call.receiver.place, call.name.text.clone());
            let mut diagnostic = Diagnostic::new(
                Code::E0201,
                place,
                format!("`{name}` works on a map, and this is {}", described(&other)),
            )
            .label(format!("this is {}", described(&other)));
            if let (Ty::Set(_), "each") = (&other, name.as_str()) {
                diagnostic =
                    diagnostic.help("`map` works on each element of a set; `group(by: …)` makes a map of sets");
            }
            c.report(diagnostic);
            None
        }
    }
}

pub(crate) fn each(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let Some((key, value)) = map_of(c, &call) else { return c.wrong(call.span) };
    let Some(lambda) = one_lambda(c, &call, "f", &value, None) else { return c.wrong(call.span) };
    let ty = Ty::map(key, lambda.body.ty.clone(), false);
    coll(c, call, CollOp::Each, Vec::new(), Some(lambda), ty)
}

fn no_arguments(c: &mut C<'_>, call: &Call<'_>) -> bool {
    c.arguments(call, &[]).is_some()
}

pub(crate) fn count(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let (Some(_), true) = (element(c, &call), no_arguments(c, &call)) else {
        return c.hir(HirKind::Error, Ty::Nat, call.span);
    };
    coll(c, call, CollOp::Count, Vec::new(), None, Ty::Nat)
}

pub(crate) fn approx_count(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let (Some(_), true) = (element(c, &call), no_arguments(c, &call)) else {
        return c.hir(HirKind::Error, Ty::Nat, call.span);
    };
    coll(c, call, CollOp::ApproxCount, Vec::new(), None, Ty::Nat)
}

pub(crate) fn is_empty(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let (Some(_), true) = (element(c, &call), no_arguments(c, &call)) else {
        return c.hir(HirKind::Error, Ty::Bool, call.span);
    };
    coll(c, call, CollOp::IsEmpty, Vec::new(), None, Ty::Bool)
}

/// The function of an aggregate that may be left out, and the type it gives.
fn measured(c: &mut C<'_>, call: &Call<'_>) -> Option<(Option<HirLambda>, Ty)> {
    let element = element(c, call)?;
    let args = c.arguments(call, &[("f", false)])?;
    Some(match args[0] {
        Some(arg) => {
            let lambda = c.lambda(arg, &element, None);
            let ty = lambda.body.ty.clone();
            (Some(lambda), ty)
        }
        None => (None, element),
    })
}

pub(crate) fn sum(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let Some((lambda, ty)) = measured(c, &call) else { return c.wrong(call.span) };
    let (zero, ty) = match c.head(&ty) {
        ty @ (Ty::Int | Ty::Nat) => (Value::Int(0), ty),
        Ty::Float => (Value::Float(0.0.into()), Ty::Float),
        Ty::Duration => (Value::Duration(0), Ty::Duration),
        Ty::Var(_) => (Value::Int(0), Ty::Int),
        Ty::Error => return c.wrong(call.span),
        other => {
            not_numbers(c, &call, &lambda, &other);
            return c.wrong(call.span);
        }
    };
    warn_lost_equals(c, &call, &lambda);
    let zero = Hir { kind: HirKind::Const(zero), ty: ty.clone(), place: call.receiver.place };
    coll(c, call, CollOp::Sum, vec![zero], lambda, ty)
}

fn not_numbers(c: &mut C<'_>, call: &Call<'_>, lambda: &Option<HirLambda>, ty: &Ty) {
    let ty = c.known(ty);
    let place = lambda.as_ref().map_or(call.receiver.place, |lambda| lambda.body.place);
    let mut diagnostic = Diagnostic::new(
        Code::E0203,
        place,
        format!("`{}` needs numbers, and these are {}", call.name.text, described(&ty)),
    )
    .label(format!("each is {}", described(&ty)));
    diagnostic = match &ty {
        Ty::Record(fields) => match fields.iter().find(|(_, ty)| ty.is_number()) {
            Some((field, _)) => diagnostic.help(format!("say of what: `.{}(x => x.{field})`", call.name.text)),
            None => diagnostic,
        },
        Ty::Tuple(_) => diagnostic.help(format!("say of what: `.{}((k, v) => v)`", call.name.text)),
        Ty::Option(_) => diagnostic.help("say what an unset one counts as: `.or(0)`"),
        _ => diagnostic,
    };
    c.report(diagnostic);
}

/// `orders.map(o => o.price).sum()`: views are sets, and equal prices are one.
fn warn_lost_equals(c: &mut C<'_>, call: &Call<'_>, lambda: &Option<HirLambda>) {
    let (lost, how) = match &call.receiver.kind {
        HirKind::Coll(CollOp::Map, _, _, Some(inner)) if lambda.is_none() && !injective(inner) => {
            (call.receiver.place, "map")
        }
        HirKind::Coll(CollOp::Values, ..) => (call.receiver.place, "values"),
        _ => return,
    };
    let name = call.name.text.clone();
    let place = c.at(call.span);
    let help = match how {
        "map" => format!("sum over the elements themselves: `.{name}(x => …)` in place of `.map(x => …).{name}()`"),
        _ => format!("sum over the entries: `.{name}((k, v) => v)` in place of `.values().{name}()`"),
    };
    c.report(
        Diagnostic::new(Code::W0502, place, format!("equal values are one before `{name}` sees them"))
            .label("adds each distinct value once")
            .also(lost, "a view is a set: two elements that give the same value are one here")
            .why("two elements that both give 5 would count 5, not 10")
            .help(help),
    );
}

/// Whether different elements certainly give different values: the whole element, alone or in a record or tuple.
fn injective(lambda: &HirLambda) -> bool {
    let crate::hir::HirPattern::Bind(param) = &lambda.pattern else { return false };
    let whole = |hir: &Hir| matches!(&hir.kind, HirKind::Local(local) if local == param);
    match &lambda.body.kind {
        HirKind::Tuple(parts) => parts.iter().any(whole),
        HirKind::Record(fields) => fields.iter().any(|(_, part)| whole(part)),
        _ => whole(&lambda.body),
    }
}

pub(crate) fn avg(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let Some((lambda, ty)) = measured(c, &call) else { return c.wrong(call.span) };
    match c.head(&ty) {
        Ty::Int | Ty::Nat | Ty::Float | Ty::Var(_) | Ty::Error => {}
        other => {
            not_numbers(c, &call, &lambda, &other);
            return c.wrong(call.span);
        }
    }
    warn_lost_equals(c, &call, &lambda);
    coll(c, call, CollOp::Avg, Vec::new(), lambda, Ty::option(Ty::Float))
}

/// `min`, `max`.
pub(crate) fn extreme(c: &mut C<'_>, call: Call<'_>) -> Hir {
    if is_measure(&c.head(&call.receiver.ty)) {
        return chosen(c, call);
    }
    let op = if call.name.text == "min" { CollOp::Min } else { CollOp::Max };
    let Some((lambda, ty)) = measured(c, &call) else { return c.wrong(call.span) };
    coll(c, call, op, Vec::new(), lambda, Ty::option(ty))
}

/// `any`, `all`.
pub(crate) fn any(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let op = if call.name.text == "any" { CollOp::Any } else { CollOp::All };
    let Some(element) = element(c, &call) else { return c.hir(HirKind::Error, Ty::Bool, call.span) };
    let Some(lambda) = one_lambda(c, &call, "p", &element, Some(&Ty::Bool)) else {
        return c.hir(HirKind::Error, Ty::Bool, call.span);
    };
    coll(c, call, op, Vec::new(), Some(lambda), Ty::Bool)
}

pub(crate) fn contains(c: &mut C<'_>, call: Call<'_>) -> Hir {
    if c.head(&call.receiver.ty) == Ty::Text {
        return scalar(c, call);
    }
    let Some(element) = element(c, &call) else { return c.hir(HirKind::Error, Ty::Bool, call.span) };
    let wanted = match c.head(&call.receiver.ty) {
        Ty::Map(key, ..) => *key,
        _ => element,
    };
    let Some(args) = c.arguments(&call, &[("x", true)]) else { return c.hir(HirKind::Error, Ty::Bool, call.span) };
    // Of a set of nats, whether it contains an int may be asked; so of sets of them, and of pairs with one.
    let wanted = c.program.holes.widest(&wanted);
    let args = args.into_iter().flatten().map(|arg| c.want(arg, &wanted)).collect();
    coll(c, call, CollOp::Contains, args, None, Ty::Bool)
}

pub(crate) fn keys(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let (Some((key, _)), true) = (map_of(c, &call), no_arguments(c, &call)) else { return c.wrong(call.span) };
    coll(c, call, CollOp::Keys, Vec::new(), None, Ty::set(key))
}

pub(crate) fn values(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let (Some((_, value)), true) = (map_of(c, &call), no_arguments(c, &call)) else { return c.wrong(call.span) };
    coll(c, call, CollOp::Values, Vec::new(), None, Ty::set(value))
}

pub(crate) fn to_set(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let (Some(element), true) = (element(c, &call), no_arguments(c, &call)) else { return c.wrong(call.span) };
    coll(c, call, CollOp::ToSet, Vec::new(), None, Ty::set(element))
}

/// An option in any case: the map is read as one that is not total. Of a list by its place.
pub(crate) fn get(c: &mut C<'_>, call: Call<'_>) -> Hir {
    if let Ty::List(element) = c.head(&call.receiver.ty) {
        let Some(args) = c.arguments(&call, &[("place", true)]) else { return c.wrong(call.span) };
        let Some(place) = args[0].map(|arg| c.want(arg, &Ty::Int)) else { return c.wrong(call.span) };
        return c.hir(HirKind::Call(Func::ItemAt, vec![call.receiver, place]), Ty::option(*element), call.span);
    }
    let Some((key, value)) = map_of(c, &call) else { return c.wrong(call.span) };
    let Some(args) = c.arguments(&call, &[("key", true)]) else { return c.wrong(call.span) };
    let Some(found) = args[0].map(|arg| c.want(arg, &key)) else { return c.wrong(call.span) };
    let partial = Hir { ty: Ty::map(key, value.clone(), false), ..call.receiver };
    c.hir(HirKind::Lookup(Box::new(partial), Box::new(found)), Ty::option(value), call.span)
}

fn option_of(c: &mut C<'_>, call: &Call<'_>) -> Option<Ty> {
    match c.head(&call.receiver.ty) {
        Ty::Option(inner) => Some(*inner),
        Ty::Error => None,
        other => {
            let other = c.known(&other);
            let place = call.receiver.place;
            c.report(
                Diagnostic::new(
                    Code::E0201,
                    place,
                    format!("`{}` works on an option, and this is {}", call.name.text, described(&other)),
                )
                .label("this is always set"),
            );
            None
        }
    }
}

pub(crate) fn or(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let Some(inner) = option_of(c, &call) else { return c.wrong(call.span) };
    let Some(args) = c.arguments(&call, &[("default", true)]) else { return c.wrong(call.span) };
    let Some(default) = args[0].map(|arg| c.hinted(arg, Some(&inner))) else { return c.wrong(call.span) };
    let ty = match c.program.holes.common(&inner, &default.ty) {
        Some(ty) => ty,
        None => {
            c.fit(&default, &inner);
            inner
        }
    };
    c.hir(HirKind::Call(Func::Or, vec![call.receiver, default]), ty, call.span)
}

pub(crate) fn is_set(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let (Some(_), true) = (option_of(c, &call), no_arguments(c, &call)) else {
        return c.hir(HirKind::Error, Ty::Bool, call.span);
    };
    c.is_set(call.receiver, call.span)
}

/// `at_least`, `at_most`.
pub(crate) fn at_least(c: &mut C<'_>, call: Call<'_>) -> Hir {
    let func = if call.name.text == "at_least" { Func::AtLeast } else { Func::AtMost };
    let wanted = match c.head(&call.receiver.ty) {
        Ty::Option(inner) => *inner,
        ty @ (Ty::Set(_) | Ty::Map(..) | Ty::List(_)) => {
            let ty = c.known(&ty);
            let place = call.receiver.place;
            c.report(
                Diagnostic::new(
                    Code::E0201,
                    place,
                    format!("`{}` compares a number with a bound, and this is {}", call.name.text, described(&ty)),
                )
                .help(format!("of its size: `.count().{}(…)`", call.name.text)),
            );
            return c.hir(HirKind::Error, Ty::Bool, call.span);
        }
        other => other,
    };
    let wanted = if wanted == Ty::Nat { Ty::Int } else { wanted };
    let Some(args) = c.arguments(&call, &[("bound", true)]) else { return c.hir(HirKind::Error, Ty::Bool, call.span) };
    let mut parts = vec![call.receiver];
    parts.extend(args.into_iter().flatten().map(|arg| c.want(arg, &wanted)));
    if let (Some(order), [value, bound]) = (wanted.drawn().cloned(), parts.as_slice()) {
        let op = if func == Func::AtLeast { BinaryOp::Ge } else { BinaryOp::Le };
        let kind = HirKind::CompareDrawn(op, Box::new(value.clone()), Box::new(bound.clone()), order);
        return c.hir(kind, Ty::Bool, call.span);
    }
    c.hir(HirKind::Call(func, parts), Ty::Bool, call.span)
}

pub(crate) fn abs(c: &mut C<'_>, call: Call<'_>) -> Hir {
    no_arguments(c, &call);
    let ty = match c.head(&call.receiver.ty) {
        Ty::Float => Ty::Float,
        Ty::Duration => Ty::Duration,
        _ => {
            c.fit(&call.receiver, &Ty::Int);
            Ty::Nat
        }
    };
    c.hir(HirKind::Call(Func::Abs, vec![call.receiver]), ty, call.span)
}

/// `float`, `int`, `nat`.
pub(crate) fn convert(c: &mut C<'_>, call: Call<'_>) -> Hir {
    no_arguments(c, &call);
    let (func, ty) = match call.name.text.as_str() {
        "float" => (Func::ToFloat, Ty::Float),
        "int" => (Func::ToInt, Ty::Int),
        _ => (Func::ToNat, Ty::Nat),
    };
    let found = c.head(&call.receiver.ty);
    if !found.is_number() && found != Ty::Error {
        let wanted = if func == Func::ToInt { Ty::Float } else { Ty::Int };
        c.fit(&call.receiver, &wanted);
    }
    c.hir(HirKind::Call(func, vec![call.receiver]), ty, call.span)
}
