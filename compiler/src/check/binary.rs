//! Prefix and infix operators: which types they join, and what to write where they do not.
//!
//! Numbers widen (`nat - nat` is `int`), a whole literal beside a float is a float, an option is compared with a bound
//! by "unset is false". Chains of infix operators are read without recursion along the chain.

use lasp_grammar::Span;
use lasp_grammar::ast::{self, Expr, ExprKind};
use lasp_plan::{BinaryOp, UnaryOp};

use super::Checker;
use super::expr::{conversion, described};
use super::literals::whole_to_float;
use crate::codes::Code;
use crate::hir::{Hir, HirKind};
use crate::ty::Ty;

impl Checker<'_> {
    pub(super) fn unary(&mut self, op: ast::UnaryOp, inner: &Expr, expected: Option<&Ty>, span: Span) -> Hir {
        match (op, &inner.kind) {
            (ast::UnaryOp::Neg, ExprKind::Int(magnitude)) => self.whole_number(*magnitude, true, span, expected),
            (ast::UnaryOp::Not, _) => {
                let inner = self.want(inner, &Ty::Bool);
                self.hir(HirKind::Unary(UnaryOp::Not, Box::new(inner)), Ty::Bool, span)
            }
            (ast::UnaryOp::Neg, _) => {
                let inner = self.infer(inner, expected);
                let ty = match self.head(&inner.ty) {
                    Ty::Nat | Ty::Int => Ty::Int,
                    ty @ (Ty::Float | Ty::Duration | Ty::Error) => ty,
                    other => {
                        let other = self.known(&other);
                        self.error(Code::E0203, span, format!("`-` does not work on {}", described(&other)));
                        Ty::Error
                    }
                };
                self.hir(HirKind::Unary(UnaryOp::Neg, Box::new(inner)), ty, span)
            }
        }
    }

    /// A chain of infix operators, from the left, without recursion along it: chains may be long.
    pub(super) fn binary_spine(&mut self, expr: &Expr, expected: Option<&Ty>) -> Hir {
        let mut spine = Vec::new();
        let mut first = expr;
        while let ExprKind::Binary(op, op_span, left, right) = &first.kind {
            spine.push((*op, *op_span, right, first.span));
            first = left;
        }
        let wanted = |op: ast::BinaryOp| match op {
            ast::BinaryOp::And | ast::BinaryOp::Or => Some(Ty::Bool),
            ast::BinaryOp::Add | ast::BinaryOp::Sub | ast::BinaryOp::Mul | ast::BinaryOp::Div | ast::BinaryOp::Rem => {
                expected.filter(|ty| matches!(ty, Ty::Float)).cloned()
            }
            _ => None,
        };
        let lowest = spine.last().and_then(|(op, ..)| wanted(*op));
        let mut left = self.hinted(first, lowest.as_ref());
        while let Some((op, op_span, right, span)) = spine.pop() {
            left = self.binary(op, op_span, left, right, span);
        }
        left
    }

    fn binary(&mut self, op: ast::BinaryOp, op_span: Span, left: Hir, right: &Expr, span: Span) -> Hir {
        use ast::BinaryOp as A;
        if matches!(op, A::And | A::Or) {
            self.fit(&left, &Ty::Bool);
            let right = self.want(right, &Ty::Bool);
            return self.hir(HirKind::Binary(plan_op(op), Box::new(left), Box::new(right)), Ty::Bool, span);
        }
        let left_ty = self.head(&left.ty);
        let hint = match (&left_ty, op) {
            (Ty::Float | Ty::Enum(_) | Ty::Set(_) | Ty::List(_), _) => Some(left_ty.clone()),
            (_, A::Eq | A::Ne) => Some(left_ty.clone()),
            _ => None,
        };
        let right = self.hinted(right, hint.as_ref());
        let (left, right) = self.adapt(left, right);
        match op {
            A::Eq | A::Ne | A::Lt | A::Le | A::Gt | A::Ge => self.comparison(op, op_span, left, right, span),
            _ => {
                let ty = self.arithmetic(op, op_span, &left, &right);
                self.hir(HirKind::Binary(plan_op(op), Box::new(left), Box::new(right)), ty, span)
            }
        }
    }

    /// A whole literal beside a float is a float.
    fn adapt(&self, mut left: Hir, mut right: Hir) -> (Hir, Hir) {
        let is_float = |ty: Ty| match ty {
            Ty::Float => true,
            Ty::Option(inner) => *inner == Ty::Float,
            _ => false,
        };
        if is_float(self.known(&left.ty)) {
            whole_to_float(&mut right);
        } else if is_float(self.known(&right.ty)) {
            whole_to_float(&mut left);
        }
        (left, right)
    }

    fn comparison(&mut self, op: ast::BinaryOp, op_span: Span, left: Hir, right: Hir, span: Span) -> Hir {
        use ast::BinaryOp as A;
        let (a, b) = (self.head(&left.ty), self.head(&right.ty));
        let ordering = !matches!(op, A::Eq | A::Ne);
        let bound = match (&a, &b) {
            (Ty::Option(_), Ty::Option(_)) => None,
            (Ty::Option(inner), bound) | (bound, Ty::Option(inner)) if ordering => Some((inner.clone(), bound.clone())),
            _ => None,
        };
        if ordering
            && let (Some(order), Some(other)) = (self.known(&a).drawn(), self.known(&b).drawn())
            && order == other
        {
            let kind = HirKind::CompareDrawn(plan_op(op), Box::new(left), Box::new(right), order.clone());
            return self.hir(kind, Ty::Bool, span);
        }
        if let Some((inner, bound)) = bound
            && self.program.holes.common(&inner, &bound).is_some()
        {
            return self.hir(HirKind::CompareSet(plan_op(op), Box::new(left), Box::new(right)), Ty::Bool, span);
        }
        if ordering && (a.is_relation() || b.is_relation()) {
            let ty = self.known(if a.is_relation() { &a } else { &b });
            self.error(Code::E0203, op_span, format!("`{}` does not order {}", sign(op), described(&ty)))
                .help
                .push("compare sizes with `a.count() < b.count()`, or ask `a.minus(b).is_empty()`".to_string());
            return self.hir(HirKind::Error, Ty::Bool, span);
        }
        if self.program.holes.common(&a, &b).is_none() {
            let (a, b) = (self.known(&a), self.known(&b));
            let at = self.at(op_span);
            let (left_place, right_place) = (left.place, right.place);
            let mut diagnostic = crate::diagnostic::Diagnostic::new(
                Code::E0203,
                at,
                format!(
                    "`{}` compares two values of one type, and these are {} and {}",
                    sign(op),
                    described(&a),
                    described(&b)
                ),
            )
            .also(left_place, format!("this is {}", described(&a)))
            .also(right_place, format!("this is {}", described(&b)));
            if matches!((&a, &b), (Ty::Option(_), _) | (_, Ty::Option(_))) {
                diagnostic = diagnostic.help("an option is compared with `some(…)` or `none`, or opened with `.or(…)`");
            } else if let Some(help) = conversion(&b, &a) {
                diagnostic = diagnostic.help(help);
            }
            self.report(diagnostic);
            return self.hir(HirKind::Error, Ty::Bool, span);
        }
        self.hir(HirKind::Binary(plan_op(op), Box::new(left), Box::new(right)), Ty::Bool, span)
    }

    fn arithmetic(&mut self, op: ast::BinaryOp, op_span: Span, left: &Hir, right: &Hir) -> Ty {
        use ast::BinaryOp as A;
        let (mut a, mut b) = (self.head(&left.ty), self.head(&right.ty));
        match (&a, &b) {
            (Ty::Var(_), Ty::Var(_)) => {
                self.error(Code::E0204, op_span, format!("the types on both sides of `{}` are unknown", sign(op)))
                    .help
                    .push("write the type of the parameter: `fn f(x: int) = …`".to_string());
                return Ty::Error;
            }
            (Ty::Var(_), known) | (known, Ty::Var(_)) => {
                let wanted = if *known == Ty::Nat { Ty::Int } else { known.clone() };
                self.program.holes.fits(&a, &wanted);
                self.program.holes.fits(&b, &wanted);
                a = self.head(&a);
                b = self.head(&b);
            }
            _ => {}
        }
        match (op, &a, &b) {
            (_, Ty::Error, _) | (_, _, Ty::Error) => Ty::Error,
            (A::Sub, a, b) if a.is_whole() && b.is_whole() => Ty::Int,
            (_, Ty::Nat, Ty::Nat) => Ty::Nat,
            (_, a, b) if a.is_whole() && b.is_whole() => Ty::Int,
            (A::Rem, Ty::Float, Ty::Float) | (_, Ty::Float, Ty::Float) => Ty::Float,
            (A::Sub, Ty::Time, Ty::Time) => Ty::Duration,
            (A::Add | A::Sub, Ty::Time, Ty::Duration) => Ty::Time,
            (A::Add, Ty::Duration, Ty::Time) => Ty::Time,
            (A::Add | A::Sub, Ty::Duration, Ty::Duration) => Ty::Duration,
            (A::Mul, Ty::Duration, n) if n.is_whole() => Ty::Duration,
            (A::Mul, n, Ty::Duration) if n.is_whole() => Ty::Duration,
            (A::Div, Ty::Duration, n) if n.is_whole() => Ty::Duration,
            _ => {
                let (a, b) = (self.known(&a), self.known(&b));
                let (left, right) = (left.place, right.place);
                let at = self.at(op_span);
                let mut diagnostic = crate::diagnostic::Diagnostic::new(
                    Code::E0203,
                    at,
                    format!("`{}` does not work on {} and {}", sign(op), described(&a), described(&b)),
                )
                .also(left, format!("this is {}", described(&a)))
                .also(right, format!("this is {}", described(&b)));
                diagnostic = match (&a, &b) {
                    (Ty::Text, _) | (_, Ty::Text) => diagnostic.help("texts are put together inside one: `\"{a}{b}\"`"),
                    (Ty::Option(_), _) | (_, Ty::Option(_)) => {
                        diagnostic.help("it may be unset: say what then, with `.or(0)` or a `match`")
                    }
                    (Ty::Set(_), Ty::Set(_)) => diagnostic.help("sets have `union`, `minus` and `intersect`"),
                    (Ty::Float, n) | (n, Ty::Float) if n.is_whole() => diagnostic.help("convert with `float(…)`"),
                    _ => diagnostic,
                };
                self.report(diagnostic);
                Ty::Error
            }
        }
    }
}

fn plan_op(op: ast::BinaryOp) -> BinaryOp {
    match op {
        ast::BinaryOp::Or => BinaryOp::Or,
        ast::BinaryOp::And => BinaryOp::And,
        ast::BinaryOp::Eq => BinaryOp::Eq,
        ast::BinaryOp::Ne => BinaryOp::Ne,
        ast::BinaryOp::Lt => BinaryOp::Lt,
        ast::BinaryOp::Le => BinaryOp::Le,
        ast::BinaryOp::Gt => BinaryOp::Gt,
        ast::BinaryOp::Ge => BinaryOp::Ge,
        ast::BinaryOp::Add => BinaryOp::Add,
        ast::BinaryOp::Sub => BinaryOp::Sub,
        ast::BinaryOp::Mul => BinaryOp::Mul,
        ast::BinaryOp::Div => BinaryOp::Div,
        ast::BinaryOp::Rem => BinaryOp::Rem,
    }
}

fn sign(op: ast::BinaryOp) -> &'static str {
    match op {
        ast::BinaryOp::Or => "or",
        ast::BinaryOp::And => "and",
        ast::BinaryOp::Eq => "==",
        ast::BinaryOp::Ne => "!=",
        ast::BinaryOp::Lt => "<",
        ast::BinaryOp::Le => "<=",
        ast::BinaryOp::Gt => ">",
        ast::BinaryOp::Ge => ">=",
        ast::BinaryOp::Add => "+",
        ast::BinaryOp::Sub => "-",
        ast::BinaryOp::Mul => "*",
        ast::BinaryOp::Div => "/",
        ast::BinaryOp::Rem => "%",
    }
}
