//! Expressions: from what was written to the typed tree.
//!
//! Checking is bidirectional: `infer` finds the type of an expression, told what is expected where something is; `want`
//! also insists. What is expected flows into literals (`{}`, `none`, `1` where a float is wanted) and out of nothing else.

use lasp_grammar::Span;
use lasp_grammar::ast::{self, Expr, ExprKind, Name, TextPart};
use lasp_plan::{BinaryOp, Float, UnaryOp, Value};

use super::names::nearest;
use super::{Checker, Decl};
use crate::codes::Code;
use crate::hir::{Hir, HirArm, HirKind, HirText};
use crate::program::Crdt;
use crate::ty::Ty;

impl Checker<'_> {
    /// The expression, which must fit `wanted`.
    pub(super) fn want(&mut self, expr: &Expr, wanted: &Ty) -> Hir {
        let hir = self.infer(expr, Some(wanted));
        self.fit(&hir, wanted);
        hir
    }

    /// Reports `hir` unless it fits `wanted`.
    pub(super) fn fit(&mut self, hir: &Hir, wanted: &Ty) -> bool {
        if self.program.holes.fits(&hir.ty, wanted) {
            return true;
        }
        let (found, wanted) = (self.known(&hir.ty), self.known(wanted));
        let place = hir.place;
        let mut diagnostic = crate::diagnostic::Diagnostic::new(
            Code::E0201,
            place,
            format!("expected {}, found {}", described(&wanted), described(&found)),
        )
        .label(format!("this is {}", described(&found)));
        if let Some(help) = conversion(&found, &wanted) {
            diagnostic = diagnostic.help(help);
        }
        self.report(diagnostic);
        false
    }

    /// The expression and its type.
    pub(super) fn infer(&mut self, expr: &Expr, expected: Option<&Ty>) -> Hir {
        let expected = expected.map(|ty| self.head(ty));
        let span = expr.span;
        match &expr.kind {
            ExprKind::Error => self.wrong(span),
            ExprKind::Int(magnitude) => self.whole_number(*magnitude, false, span, expected.as_ref()),
            ExprKind::Float(x) => self.hir(HirKind::Const(Value::Float(Float::new(*x))), Ty::Float, span),
            ExprKind::Bool(b) => self.hir(HirKind::Const(Value::Bool(*b)), Ty::Bool, span),
            ExprKind::Duration(us) => self.hir(HirKind::Const(Value::Duration(*us)), Ty::Duration, span),
            ExprKind::Text(parts) => self.text(parts, span),
            ExprKind::None => {
                let inner = match expected {
                    Some(Ty::Option(inner)) => *inner,
                    _ => self.program.holes.fresh(),
                };
                self.hir(HirKind::Const(Value::None), Ty::option(inner), span)
            }
            ExprKind::Name(name) => self.name(name, expected.as_ref()),
            ExprKind::Set(parts) => match &expected {
                Some(Ty::Record(fields)) if parts.is_empty() && fields.is_empty() => {
                    self.hir(HirKind::Record(Vec::new()), Ty::Record(Vec::new()), span)
                }
                Some(Ty::Map(key, value, _)) if parts.is_empty() => {
                    self.hir(HirKind::Map(Vec::new()), Ty::map((**key).clone(), (**value).clone(), false), span)
                }
                _ => {
                    let inner = if let Some(Ty::Set(inner)) = expected { Some(*inner) } else { None };
                    let (parts, ty) = self.alike(parts, inner);
                    self.hir(HirKind::Set(parts), Ty::set(ty), span)
                }
            },
            ExprKind::List(parts) => {
                let inner = if let Some(Ty::List(inner)) = expected { Some(*inner) } else { None };
                let (parts, ty) = self.alike(parts, inner);
                self.hir(HirKind::List(parts), Ty::list(ty), span)
            }
            ExprKind::Map(entries) => self.map_literal(entries, expected, span),
            ExprKind::Record(fields) => self.record_literal(fields, expected, span),
            ExprKind::Tuple(parts) => {
                let wanted = match &expected {
                    Some(Ty::Tuple(types)) if types.len() == parts.len() => types.iter().map(Some).collect(),
                    _ => vec![None; parts.len()],
                };
                let parts: Vec<Hir> = parts.iter().zip(wanted).map(|(part, wanted)| self.infer(part, wanted)).collect();
                let ty = Ty::Tuple(parts.iter().map(|part| part.ty.clone()).collect());
                self.hir(HirKind::Tuple(parts), ty, span)
            }
            ExprKind::Unary(op, inner) => self.unary(*op, inner, expected.as_ref(), span),
            ExprKind::Binary(..) => self.binary_spine(expr, expected.as_ref()),
            ExprKind::Field(base, name) => self.field(base, name, span),
            ExprKind::Index(base, key) => self.index(base, key, span),
            ExprKind::Call(name, args) => self.call(name, args, expected.as_ref(), span),
            ExprKind::Method(receiver, name, args) => self.method(receiver, name, args, span),
            ExprKind::Type(_) => {
                self.error(Code::E0202, span, "a type stands only after `into:`");
                self.wrong(span)
            }
            ExprKind::Lambda(..) => {
                self.error(Code::E0202, span, "a function literal stands only as an argument").help.push(
                    "give it to an operation, as in `s.map(x => x * 2)`, or declare `fn name(x: int) = …`".to_string(),
                );
                self.wrong(span)
            }
            ExprKind::If(condition, then, otherwise) => {
                let condition = self.want(condition, &Ty::Bool);
                let then = self.infer(then, expected.as_ref());
                let otherwise = self.infer(otherwise, expected.as_ref().or(Some(&then.ty)));
                let ty = self.joined(&then, &otherwise, "the two branches of an `if`");
                self.hir(HirKind::If(Box::new(condition), Box::new(then), Box::new(otherwise)), ty, span)
            }
            ExprKind::Match(value, arms) => self.match_expr(value, arms, expected.as_ref(), span),
            ExprKind::From { sources, filter, select } => self.scoped(|this| {
                let mut read = Vec::new();
                for (pattern, source) in sources {
                    let source = this.infer(source, None);
                    let element = this.element(&source);
                    let pattern = this.irrefutable(pattern, &element);
                    read.push((pattern, source));
                }
                let filter = filter.as_ref().map(|filter| Box::new(this.want(filter, &Ty::Bool)));
                let inner = if let Some(Ty::Set(inner)) = &expected { Some((**inner).clone()) } else { None };
                let select = this.infer(select, inner.as_ref());
                let ty = Ty::set(select.ty.clone());
                this.hir(HirKind::From { sources: read, filter, select: Box::new(select) }, ty, span)
            }),
        }
    }

    fn whole_number(&mut self, magnitude: u64, negative: bool, span: Span, expected: Option<&Ty>) -> Hir {
        if let Some(Ty::Float) = expected {
            #[allow(clippy::cast_precision_loss)] // A literal written where a float is wanted.
            let x = if negative { -(magnitude as f64) } else { magnitude as f64 };
            return self.hir(HirKind::Const(Value::Float(Float::new(x))), Ty::Float, span);
        }
        let signed = if negative { -i128::from(magnitude) } else { i128::from(magnitude) };
        match i64::try_from(signed) {
            Ok(value) => {
                let ty = if negative { Ty::Int } else { Ty::Nat };
                self.hir(HirKind::Const(Value::Int(value)), ty, span)
            }
            Err(_) => {
                let diagnostic = self.error(Code::E0004, span, format!("{signed} is outside the range of `int`"));
                diagnostic.primary.text = format!("`int` goes from {} to {}", i64::MIN, i64::MAX);
                diagnostic.help.push("write it as a float: add `.0`".to_string());
                self.wrong(span)
            }
        }
    }

    fn text(&mut self, parts: &[TextPart], span: Span) -> Hir {
        if let [] | [TextPart::Literal(_)] = parts {
            let text = if let [TextPart::Literal(text)] = parts { text.as_str() } else { "" };
            return self.hir(HirKind::Const(Value::text(text)), Ty::Text, span);
        }
        let parts = parts
            .iter()
            .map(|part| match part {
                TextPart::Literal(text) => HirText::Literal(text.clone()),
                TextPart::Expr(expr) => HirText::Hole(self.infer(expr, None)),
            })
            .collect();
        self.hir(HirKind::Text(parts), Ty::Text, span)
    }

    /// Expressions that must have one type.
    fn alike(&mut self, parts: &[Expr], expected: Option<Ty>) -> (Vec<Hir>, Ty) {
        let mut ty: Option<Ty> = expected.clone();
        let mut read: Vec<Hir> = Vec::new();
        for part in parts {
            let hir = self.infer(part, ty.as_ref());
            ty = Some(match (&expected, ty) {
                (Some(wanted), _) => {
                    self.fit(&hir, wanted);
                    wanted.clone()
                }
                (None, None) => hir.ty.clone(),
                (None, Some(so_far)) => match self.program.holes.common(&so_far, &hir.ty) {
                    Some(common) => common,
                    None => {
                        self.fit(&hir, &so_far);
                        so_far
                    }
                },
            });
            read.push(hir);
        }
        let ty = ty.unwrap_or_else(|| self.program.holes.fresh());
        (read, ty)
    }

    /// The common type of two expressions.
    pub(super) fn joined(&mut self, first: &Hir, second: &Hir, what: &str) -> Ty {
        if let Some(ty) = self.program.holes.common(&first.ty, &second.ty) {
            return ty;
        }
        let (a, b) = (self.known(&first.ty), self.known(&second.ty));
        let (first, second) = (first.place, second.place);
        self.report(
            crate::diagnostic::Diagnostic::new(
                Code::E0201,
                second,
                format!("{what} must have one type, and these are {} and {}", described(&a), described(&b)),
            )
            .label(format!("this is {}", described(&b)))
            .also(first, format!("this is {}", described(&a))),
        );
        Ty::Error
    }

    fn map_literal(&mut self, entries: &[(Expr, Expr)], expected: Option<Ty>, span: Span) -> Hir {
        let (key, value) = match expected {
            Some(Ty::Map(key, value, _)) => (Some(*key), Some(*value)),
            _ => (None, None),
        };
        let keys: Vec<Expr> = entries.iter().map(|(key, _)| key.clone()).collect();
        let values: Vec<Expr> = entries.iter().map(|(_, value)| value.clone()).collect();
        let (keys, key) = self.alike(&keys, key);
        let (values, value) = self.alike(&values, value);
        self.hir(HirKind::Map(keys.into_iter().zip(values).collect()), Ty::map(key, value, false), span)
    }

    fn record_literal(&mut self, fields: &[(Name, Expr)], expected: Option<Ty>, span: Span) -> Hir {
        let wanted = if let Some(Ty::Record(wanted)) = expected { wanted } else { Vec::new() };
        let mut read: Vec<(String, Hir)> = Vec::new();
        for (name, value) in fields {
            let ty = wanted.iter().find(|(field, _)| *field == name.text).map(|(_, ty)| ty);
            let value = self.infer(value, ty);
            if let Some(ty) = ty {
                self.fit(&value, ty);
            }
            if read.iter().any(|(other, _)| *other == name.text) {
                self.error(Code::E0102, name.span, format!("the field `{}` is given twice", name.text));
            } else {
                read.push((name.text.clone(), value));
            }
        }
        read.sort_by(|a, b| a.0.cmp(&b.0));
        let mut ty: Vec<(String, Ty)> = read.iter().map(|(name, value)| (name.clone(), value.ty.clone())).collect();
        if !wanted.is_empty() && !self.same_fields(&wanted, fields, span) {
            return self.wrong(span);
        }
        // A field that was reported against its wanted type is that type from here on.
        for ((_, ty), (_, wanted)) in ty.iter_mut().zip(&wanted) {
            if !self.program.holes.fits(&ty.clone(), wanted) {
                *ty = wanted.clone();
            }
        }
        self.hir(HirKind::Record(read), Ty::Record(ty), span)
    }

    fn same_fields(&mut self, wanted: &[(String, Ty)], given: &[(Name, Expr)], span: Span) -> bool {
        let missing: Vec<&str> = wanted
            .iter()
            .filter(|(field, _)| !given.iter().any(|(name, _)| name.text == *field))
            .map(|(field, _)| field.as_str())
            .collect();
        let extra: Vec<&Name> = given
            .iter()
            .map(|(name, _)| name)
            .filter(|name| !wanted.iter().any(|(field, _)| *field == name.text))
            .collect();
        if let Some(name) = extra.first() {
            let near = nearest(&name.text, missing.iter().copied()).map(str::to_string);
            let known: Vec<String> = wanted.iter().map(|(field, _)| format!("`{field}`")).collect();
            let place = self.at(name.span);
            let diagnostic = self.error(Code::E0104, name.span, format!("no field `{}` is expected here", name.text));
            match near {
                Some(near) => {
                    diagnostic.help.push(format!("did you mean `{near}`?"));
                    diagnostic
                        .fixes
                        .push(crate::diagnostic::Fix { title: format!("write `{near}`"), edits: vec![(place, near)] });
                }
                None => diagnostic.help.push(format!("its fields are {}", known.join(", "))),
            }
            return false;
        }
        if !missing.is_empty() {
            let names: Vec<String> = missing.iter().map(|field| format!("`{field}`")).collect();
            self.error(Code::E0104, span, format!("the field{} {} missing", plural(&names), names.join(", ")));
            return false;
        }
        true
    }

    fn name(&mut self, name: &Name, expected: Option<&Ty>) -> Hir {
        if let Some(local) = self.local(&name.text) {
            let ty = self.program.locals[local.0 as usize].clone();
            return self.hir(HirKind::Local(local), ty, name.span);
        }
        if self.value(&name.text).is_some() {
            return self.reference(name);
        }
        if self.variants.contains_key(&name.text) {
            return self.variant(name, &[], expected, name.span);
        }
        if let Some(Ty::Enum(declared)) = expected
            && let Some(tag) = declared.variants.iter().position(|(variant, _)| *variant == name.text)
        {
            let tag = u32::try_from(tag).unwrap_or(u32::MAX);
            return self.hir(HirKind::Variant(tag, Vec::new()), Ty::Enum(declared.clone()), name.span);
        }
        if self.module(&name.text).is_some() {
            self.error(Code::E0201, name.span, format!("`{}` is a module, not a value", name.text))
                .help
                .push(format!("name something in it: `{}.…`", name.text));
            return self.wrong(name.span);
        }
        self.unknown_value(name);
        self.wrong(name.span)
    }

    /// A variable or view by its name.
    pub(super) fn reference(&mut self, name: &Name) -> Hir {
        match self.value(&name.text) {
            Some(decl) => self.declared(decl, &name.text, name.span),
            None => self.wrong(name.span),
        }
    }

    fn declared(&mut self, decl: Decl, name: &str, span: Span) -> Hir {
        match decl {
            Decl::Var(index) => {
                let ty = self.program.vars[index].ty.clone();
                self.hir(HirKind::Var(index), ty, span)
            }
            Decl::View(index) => {
                let ty = self.need_view(index, span);
                self.hir(HirKind::View(index), ty, span)
            }
            Decl::Fn(_) => {
                self.error(Code::E0202, span, format!("`{name}` is a function and needs its arguments"))
                    .help
                    .push(format!("call it: `{name}(…)`"));
                self.wrong(span)
            }
        }
    }

    fn unary(&mut self, op: ast::UnaryOp, inner: &Expr, expected: Option<&Ty>, span: Span) -> Hir {
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
    fn binary_spine(&mut self, expr: &Expr, expected: Option<&Ty>) -> Hir {
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
        let mut left = self.infer(first, lowest.as_ref());
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
        let right = self.infer(right, hint.as_ref());
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
        let as_float = |hir: &mut Hir| {
            if let HirKind::Const(Value::Int(n)) = hir.kind {
                #[allow(clippy::cast_precision_loss)] // A literal written where a float is wanted.
                let x = n as f64;
                hir.kind = HirKind::Const(Value::Float(Float::new(x)));
                hir.ty = Ty::Float;
            }
        };
        match (self.head(&left.ty), self.head(&right.ty)) {
            (Ty::Float, _) => as_float(&mut right),
            (_, Ty::Float) => as_float(&mut left),
            _ => {}
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
        if let Some((inner, bound)) = bound {
            if self.program.holes.common(&inner, &bound).is_some() {
                return self.hir(HirKind::CompareSet(plan_op(op), Box::new(left), Box::new(right)), Ty::Bool, span);
            }
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

    fn field(&mut self, base: &Expr, name: &Name, span: Span) -> Hir {
        if let ExprKind::Name(module) = &base.kind
            && let Some(prefix) = self.module(&module.text)
        {
            let qualified = format!("{prefix}{}", name.text);
            return match self.values.get(&qualified) {
                Some((decl, _)) => {
                    let decl = *decl;
                    self.declared(decl, &qualified, span)
                }
                None => {
                    let known: Vec<String> = self
                        .values
                        .keys()
                        .filter_map(|value| value.strip_prefix(&prefix))
                        .map(str::to_string)
                        .collect();
                    self.unknown_among(Code::E0101, name, &format!("name in `{}`", module.text), &known, "");
                    self.wrong(span)
                }
            };
        }
        if let Some(rights) = self.rights(base, name, span) {
            return rights;
        }
        let base = self.infer(base, None);
        let ty = match self.head(&base.ty) {
            Ty::Error => return self.wrong(span),
            Ty::Record(fields) => match fields.iter().find(|(field, _)| *field == name.text) {
                Some((_, ty)) => ty.clone(),
                None => {
                    let known: Vec<String> = fields.iter().map(|(field, _)| field.clone()).collect();
                    return self.no_field(name, &known, &base);
                }
            },
            Ty::Tuple(parts) => match name.text.parse::<usize>().ok().and_then(|index| parts.get(index).cloned()) {
                Some(ty) => ty,
                None => {
                    let known: Vec<String> = (0..parts.len()).map(|index| index.to_string()).collect();
                    return self.no_field(name, &known, &base);
                }
            },
            Ty::Var(_) => {
                self.error(Code::E0204, span, format!("the type of what has the field `{}` is unknown", name.text))
                    .help
                    .push("write the type of the parameter: `fn f(x: Ad) = …`".to_string());
                return self.wrong(span);
            }
            _ => return self.no_field(name, &[], &base),
        };
        self.hir(HirKind::Field(Box::new(base), name.text.clone()), ty, span)
    }

    fn no_field(&mut self, name: &Name, known: &[String], base: &Hir) -> Hir {
        let ty = self.known(&base.ty);
        let base = base.place;
        let near = nearest(&name.text, known.iter().map(String::as_str)).map(str::to_string);
        let place = self.at(name.span);
        let mut diagnostic = crate::diagnostic::Diagnostic::new(
            Code::E0104,
            place,
            format!("there is no field `{}` in {}", name.text, described(&ty)),
        )
        .label("unknown field")
        .also(base, format!("this is {}", described(&ty)));
        if let Some(near) = near {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), place, near);
        } else if let Ty::Option(_) = ty {
            diagnostic =
                diagnostic.help("it may be unset: open it with `.or(…)` or `match x { some(v) => …, none => … }`");
        } else if let Ty::Set(_) | Ty::Map(..) = ty {
            diagnostic = diagnostic.help(format!("of each element: `.map(x => x.{})`", name.text));
        } else if !known.is_empty() {
            let known: Vec<String> = known.iter().map(|field| format!("`{field}`")).collect();
            diagnostic = diagnostic.help(format!("its fields are {}", known.join(", ")));
        }
        if crate::operators::find(&name.text).is_some() {
            diagnostic = diagnostic.help(format!("`{0}` is an operation: write `.{0}(…)`", name.text));
        }
        self.report(diagnostic);
        self.wrong(name.span)
    }

    /// `quota[ad].rights`.
    fn rights(&mut self, base: &Expr, name: &Name, span: Span) -> Option<Hir> {
        let (var, keys) = self.var_path(base)?;
        let crdt = self.crdt_at(var, keys.len())?;
        let Crdt::Named { info, .. } = &crdt else { return None };
        let member = info.members.iter().find(|member| member.name == name.text)?;
        let _ = member;
        let keys = self.path_keys(var, &keys);
        if !self.in_handler {
            self.not_yet(span, "reading `.rights` outside a handler");
        }
        Some(self.hir(HirKind::Rights(var, keys), Ty::Nat, span))
    }

    fn index(&mut self, base: &Expr, key: &Expr, span: Span) -> Hir {
        let base = self.infer(base, None);
        let base_ty = self.head(&base.ty);
        match base_ty {
            Ty::Map(key_ty, value, total) => {
                let key = self.want(key, &key_ty);
                let ty = if total { *value } else { Ty::option(*value) };
                self.hir(HirKind::Lookup(Box::new(base), Box::new(key)), ty, span)
            }
            Ty::Error => {
                self.infer(key, None);
                self.wrong(span)
            }
            other => {
                let other = self.known(&other);
                let base = base.place;
                self.infer(key, None);
                self.error(
                    Code::E0203,
                    span,
                    format!("only a map is read with `[…]`, and this is {}", described(&other)),
                )
                .labels
                .push(crate::diagnostic::Label { place: base, text: format!("this is {}", described(&other)) });
                self.wrong(span)
            }
        }
    }

    fn match_expr(&mut self, value: &Expr, arms: &[ast::MatchArm], expected: Option<&Ty>, span: Span) -> Hir {
        let value = self.infer(value, None);
        let mut read: Vec<HirArm> = Vec::new();
        let mut ty: Option<Ty> = None;
        for arm in arms {
            let arm = self.scoped(|this| {
                let pattern = this.pattern(&arm.pattern, &value.ty);
                let guard = arm.guard.as_ref().map(|guard| this.want(guard, &Ty::Bool));
                let body = this.infer(&arm.body, expected.or(ty.as_ref()));
                HirArm { pattern, guard, body }
            });
            ty = Some(match (&ty, read.first()) {
                (Some(so_far), Some(first)) => match self.program.holes.common(so_far, &arm.body.ty) {
                    Some(common) => common,
                    None => self.joined(&first.body.clone(), &arm.body, "the arms of a `match`"),
                },
                _ => arm.body.ty.clone(),
            });
            read.push(arm);
        }
        self.exhaustive(&value.ty, &read, span);
        self.hir(HirKind::Match(Box::new(value), read), ty.unwrap_or(Ty::Error), span)
    }

    /// The type of an element of something that has elements; entries of maps are pairs.
    pub(super) fn element(&mut self, source: &Hir) -> Ty {
        match self.head(&source.ty) {
            Ty::Set(inner) | Ty::List(inner) => *inner,
            Ty::Map(key, value, _) => Ty::Tuple(vec![*key, *value]),
            Ty::Error => Ty::Error,
            other => {
                let other = self.known(&other);
                let place = source.place;
                let mut diagnostic = crate::diagnostic::Diagnostic::new(
                    Code::E0201,
                    place,
                    format!("expected a set, list or map, found {}", described(&other)),
                )
                .label("has no elements");
                if let Ty::Option(_) = other {
                    diagnostic = diagnostic.help("open the option first, with `.or(…)` or a `match`");
                }
                self.report(diagnostic);
                Ty::Error
            }
        }
    }
}

fn plural<T>(of: &[T]) -> &'static str {
    if of.len() == 1 { " is" } else { "s are" }
}

/// A type with an article where it needs one.
pub(super) fn described(ty: &Ty) -> String {
    match ty {
        Ty::Var(_) | Ty::Error => "something unknown".to_string(),
        Ty::Tuple(parts) if parts.is_empty() => "`()`".to_string(),
        ty => format!("`{ty}`"),
    }
}

fn conversion(found: &Ty, wanted: &Ty) -> Option<String> {
    Some(match (found, wanted) {
        (Ty::Int, Ty::Nat) => "an `int` may be negative: `nat(x)` converts, and fails when it is".to_string(),
        (n, Ty::Float) if n.is_whole() => "convert with `float(x)`".to_string(),
        (Ty::Float, n) if n.is_whole() => "convert with `int(x)`, which cuts off the fraction".to_string(),
        (Ty::Option(inner), wanted) if **inner == *wanted => {
            "it may be unset: say what then, with `.or(…)` or a `match`".to_string()
        }
        (found, Ty::Option(inner)) if *found == **inner => "wrap it: `some(…)`".to_string(),
        (_, Ty::Text) => "write it into a text: `\"{x}\"`".to_string(),
        (Ty::List(_), Ty::Set(_)) => "a set is written `{…}`, a list `[…]`".to_string(),
        (Ty::Set(inner), Ty::Map(..)) if matches!(**inner, Ty::Var(_)) => "the empty map is `[:]`".to_string(),
        _ => return None,
    })
}

pub(super) fn plan_op(op: ast::BinaryOp) -> BinaryOp {
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

pub(super) fn sign(op: ast::BinaryOp) -> &'static str {
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
