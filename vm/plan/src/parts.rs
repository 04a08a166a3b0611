//! The expressions an expression is made of: one walk, to read and to change.
//!
//! `a + f(b)` is made of `a` and `f(b)`, and that of `b`. Neighbour: `expr` says what forms there are.

use crate::{Expr, ExprKind, TextPart};

/// The expressions an expression is made of.
#[must_use]
pub fn parts(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Const(_) | ExprKind::Local(_) | ExprKind::Var(_) | ExprKind::View(_) => Vec::new(),
        ExprKind::Rights(of)
        | ExprKind::Field(of, _)
        | ExprKind::Some(of)
        | ExprKind::Unary(_, of)
        | ExprKind::Fix(_, of) => {
            vec![of]
        }
        ExprKind::Tuple(parts)
        | ExprKind::Set(parts)
        | ExprKind::List(parts)
        | ExprKind::Variant(_, parts)
        | ExprKind::Call(_, parts) => parts.iter().collect(),
        ExprKind::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
        ExprKind::Text(parts) => parts
            .iter()
            .filter_map(|part| match part {
                TextPart::Hole(of, _) => Some(of),
                TextPart::Literal(_) => None,
            })
            .collect(),
        ExprKind::Binary(_, a, b)
        | ExprKind::CompareSet(_, a, b)
        | ExprKind::CompareDrawn(_, a, b, _)
        | ExprKind::Let(_, a, b)
        | ExprKind::Lookup(a, b, _) => {
            vec![a, b]
        }
        ExprKind::If(a, b, c) => vec![a, b, c],
        ExprKind::Match(value, arms) => {
            let arms = arms.iter().flat_map(|arm| arm.guard.iter().chain([&arm.body]));
            [&**value].into_iter().chain(arms).collect()
        }
        ExprKind::Coll(_, source, args, lambda) => {
            let body = lambda.iter().map(|lambda| &*lambda.body);
            [&**source].into_iter().chain(args).chain(body).collect()
        }
    }
}

/// The same, to be changed.
pub fn parts_mut(expr: &mut Expr) -> Vec<&mut Expr> {
    match &mut expr.kind {
        ExprKind::Const(_) | ExprKind::Local(_) | ExprKind::Var(_) | ExprKind::View(_) => Vec::new(),
        ExprKind::Rights(of)
        | ExprKind::Field(of, _)
        | ExprKind::Some(of)
        | ExprKind::Unary(_, of)
        | ExprKind::Fix(_, of) => {
            vec![of]
        }
        ExprKind::Tuple(parts)
        | ExprKind::Set(parts)
        | ExprKind::List(parts)
        | ExprKind::Variant(_, parts)
        | ExprKind::Call(_, parts) => parts.iter_mut().collect(),
        ExprKind::Map(entries) => entries.iter_mut().flat_map(|(key, value)| [key, value]).collect(),
        ExprKind::Text(parts) => parts
            .iter_mut()
            .filter_map(|part| match part {
                TextPart::Hole(of, _) => Some(of),
                TextPart::Literal(_) => None,
            })
            .collect(),
        ExprKind::Binary(_, a, b)
        | ExprKind::CompareSet(_, a, b)
        | ExprKind::CompareDrawn(_, a, b, _)
        | ExprKind::Let(_, a, b)
        | ExprKind::Lookup(a, b, _) => {
            vec![a, b]
        }
        ExprKind::If(a, b, c) => vec![a, b, c],
        ExprKind::Match(value, arms) => {
            let arms = arms.iter_mut().flat_map(|arm| arm.guard.iter_mut().chain([&mut arm.body]));
            [&mut **value].into_iter().chain(arms).collect()
        }
        ExprKind::Coll(_, source, args, lambda) => {
            let body = lambda.iter_mut().map(|lambda| &mut *lambda.body);
            [&mut **source].into_iter().chain(args).chain(body).collect()
        }
    }
}
