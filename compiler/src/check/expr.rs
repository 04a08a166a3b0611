//! Expressions: from what was written to the typed tree.
//!
//! Checking is bidirectional: `infer` finds the type of an expression, told what is expected where something is; `want`
//! also insists. What is expected flows into literals (`{}`, `none`, `1` where a float is wanted) and out of nothing
//! else.

use lasp_grammar::Span;
use lasp_grammar::ast::{self, Expr, ExprKind, Name};
use lasp_plan::{Float, Value};

use super::names::nearest;
use super::{Checker, Decl};
use crate::codes::Code;
use crate::diagnostic::{Applicable, Edit};
use crate::hir::{Hir, HirArm, HirKind};
use crate::ty::Ty;

impl Checker<'_> {
    /// The expression, which must fit `wanted`.
    pub(super) fn want(&mut self, expr: &Expr, wanted: &Ty) -> Hir {
        let before = std::mem::replace(&mut self.demanded, true);
        let hir = self.infer(expr, Some(wanted));
        self.demanded = before;
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

    /// The expression and its type, told what its neighbour is: `{}` beside `{1}` is a set of numbers, and `{-1}`
    /// beside it is still a set of ints.
    pub(super) fn hinted(&mut self, expr: &Expr, hint: Option<&Ty>) -> Hir {
        let before = std::mem::replace(&mut self.demanded, false);
        let hir = self.infer(expr, hint);
        self.demanded = before;
        hir
    }

    /// The expression and its type, told what is expected where it stands, if anything.
    pub(super) fn infer(&mut self, expr: &Expr, expected: Option<&Ty>) -> Hir {
        let before = self.demanded;
        self.demanded &= expected.is_some();
        let hir = self.read(expr, expected);
        self.demanded = before;
        hir
    }

    fn read(&mut self, expr: &Expr, expected: Option<&Ty>) -> Hir {
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
                Some(Ty::Record(_)) if parts.iter().all(|part| matches!(part.kind, ExprKind::Name(_))) => {
                    self.shorthand(parts, span)
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
                let otherwise = match &expected {
                    Some(expected) => self.infer(otherwise, Some(expected)),
                    None => self.hinted(otherwise, Some(&then.ty)),
                };
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

    /// `{ room, id }` where a record is wanted: that is a set of two values, and the shorthand of patterns.
    fn shorthand(&mut self, parts: &[Expr], span: Span) -> Hir {
        let names: Vec<&str> = parts
            .iter()
            .filter_map(|part| if let ExprKind::Name(name) = &part.kind { Some(name.text.as_str()) } else { None })
            .collect();
        let fields: Vec<String> = names.iter().map(|name| format!("{name}: {name}")).collect();
        let record = format!("{{ {} }}", fields.join(", "));
        let place = self.at(span);
        let diagnostic = self.error(Code::E0201, span, "a record is expected here, and this is a set of values");
        diagnostic.primary.text = "names alone are a record only in a pattern".to_string();
        diagnostic.help.push(format!("write `{record}`"));
        let edits = vec![Edit { place, text: record.clone() }];
        diagnostic.add_fix(Applicable::Always, format!("write `{record}`"), edits);
        self.wrong(span)
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
                self.program.uses.vars.insert(index);
                let ty = self.program.vars[index].ty.clone();
                self.hir(HirKind::Var(index), ty, span)
            }
            Decl::View(index) => {
                self.program.uses.views.insert(index);
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

    fn field(&mut self, base: &Expr, name: &Name, span: Span) -> Hir {
        if let ExprKind::Name(module) = &base.kind
            && let Some(prefix) = self.module(&module.text)
        {
            return match self.member(&prefix, name, Code::E0101, &format!("name in `{}`", module.text)) {
                Some(decl) => self.declared(decl, &format!("{prefix}{}", name.text), span),
                None => self.wrong(span),
            };
        }
        if let Some(asked) = self.asked(base, name, span) {
            return asked;
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
        let near = nearest(&name.text, known.iter().map(String::as_str));
        let place = self.at(name.span);
        let mut diagnostic = crate::diagnostic::Diagnostic::new(
            Code::E0104,
            place,
            format!("there is no field `{}` in {}", name.text, described(&ty)),
        )
        .label("unknown field")
        .also(base, format!("this is {}", described(&ty)));
        if let Some(near) = near {
            diagnostic.did_you_mean(place, near);
        } else if let Ty::Option(_) = ty {
            diagnostic =
                diagnostic.help("it may be unset: open it with `.or(…)` or `match x { some(v) => …, none => … }`");
        } else if let (Ty::Set(_), None) = (&ty, crate::operators::find(&name.text)) {
            diagnostic = diagnostic.help(format!("of each element: `.map(x => x.{})`", name.text));
        } else if !known.is_empty() {
            let known: Vec<String> = known.iter().map(|field| format!("`{field}`")).collect();
            diagnostic = diagnostic.help(format!("its fields are {}", known.join(", ")));
        }
        if crate::operators::find(&name.text).is_some() {
            let call = if matches!(name.text.as_str(), "is_set" | "count" | "is_empty" | "keys" | "values") {
                "()"
            } else {
                "(…)"
            };
            diagnostic = diagnostic.help(format!("`{0}` is an operation: write `.{0}{call}`", name.text));
        }
        self.report(diagnostic);
        self.wrong(name.span)
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
                let body = match expected {
                    Some(expected) => this.infer(&arm.body, Some(expected)),
                    None => this.hinted(&arm.body, ty.as_ref()),
                };
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

/// A type with an article where it needs one.
pub(super) fn described(ty: &Ty) -> String {
    match ty {
        Ty::Var(_) | Ty::Error => "something unknown".to_string(),
        Ty::Tuple(parts) if parts.is_empty() => "`()`".to_string(),
        ty => format!("`{ty}`"),
    }
}

pub(super) fn conversion(found: &Ty, wanted: &Ty) -> Option<String> {
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
