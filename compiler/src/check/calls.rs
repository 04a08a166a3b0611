//! Calls: which operation, function, variant or module function a name with arguments means.
//!
//! `f(x, a)` and `x.f(a)` are the same call. A function of the program comes before an operation of the same name.
//! Neighbours: `operators` lists the operations, `rules` types each.

use lasp_grammar::Span;
use lasp_grammar::ast::{Arg, Expr, ExprKind, Name};

use super::expr::described;
use super::names::{Near, nearest};
use super::{Checker, Decl};
use crate::codes::Code;
use crate::hir::{Hir, HirKind, HirLambda};
use crate::operators::{OPERATORS, find};
use crate::ty::Ty;

/// A call of an operation: its first argument read, the others as written.
pub(crate) struct Call<'c> {
    pub name: &'c Name,
    pub receiver: Hir,
    pub args: &'c [Arg],
    pub span: Span,
}

impl Checker<'_> {
    pub(super) fn call(&mut self, name: &Name, args: &[Arg], expected: Option<&Ty>, span: Span) -> Hir {
        if self.local(&name.text).is_some() {
            self.error(Code::E0105, name.span, format!("`{}` is a value and cannot be called", name.text));
            return self.wrong(span);
        }
        if let Some(decl) = self.value(&name.text) {
            return self.call_declared(decl, name, None, args, span);
        }
        if self.variants.contains_key(&name.text) {
            let values: Vec<&Expr> = args.iter().map(|arg| &arg.value).collect();
            return self.variant(name, &values, expected, span);
        }
        match name.text.as_str() {
            "some" => return self.some(args, expected, span),
            "unstable" => return self.unstable(args, span),
            _ => {}
        }
        let Some(operator) = find(&name.text) else {
            return self.unknown_call(name, None, args, span);
        };
        let Some((first, rest)) = args.split_first() else {
            self.error(Code::E0202, span, format!("`{}` needs something to work on", name.text))
                .help
                .push(operator.signature.to_string());
            return self.wrong(span);
        };
        let receiver = self.infer(&first.value, None);
        (operator.rule)(self, Call { name, receiver, args: rest, span })
    }

    pub(super) fn method(&mut self, receiver: &Expr, name: &Name, args: &[Arg], span: Span) -> Hir {
        if let ExprKind::Name(module) = &receiver.kind
            && let Some(prefix) = self.module(&module.text)
        {
            return match self.member(&prefix, name, Code::E0105, &format!("function in `{}`", module.text)) {
                Some(decl) => self.call_declared(decl, name, None, args, span),
                None => self.wrong(span),
            };
        }
        if let Some(decl @ Decl::Fn(_)) = self.value(&name.text) {
            return self.call_declared(decl, name, Some(receiver), args, span);
        }
        if find(&name.text).is_none() && self.update_in_expression(receiver, name) {
            return self.wrong(span);
        }
        let receiver = self.infer(receiver, None);
        match find(&name.text) {
            Some(operator) => (operator.rule)(self, Call { name, receiver, args, span }),
            None => self.unknown_call(name, Some(&receiver), args, span),
        }
    }

    /// `ads.add(x)` where a value is wanted.
    fn update_in_expression(&mut self, receiver: &Expr, name: &Name) -> bool {
        let found = self.var_path(receiver).and_then(|way| self.crdt_at(&way));
        let Some(method) = found.and_then(|crdt| crdt.method(&name.text)) else { return false };
        let answers = method.answers;
        let diagnostic =
            self.error(Code::E0206, name.span, format!("`{}` is an update, and a value is needed here", name.text));
        diagnostic.primary.text = "updates stand in handlers, as statements".to_string();
        diagnostic.help.push(if answers {
            format!("an update that answers is the whole condition of an `if`, or the whole right side of a `let`: `if x.{}(…) {{ … }}`", name.text)
        } else {
            format!("write it on a line of its own in an `on … {{ }}`: `x.{}(…)`", name.text)
        });
        true
    }

    fn unknown_call(&mut self, name: &Name, receiver: Option<&Hir>, args: &[Arg], span: Span) -> Hir {
        for arg in args {
            if !matches!(arg.value.kind, ExprKind::Lambda(..)) {
                self.infer(&arg.value, None);
            }
        }
        if let Some(receiver) = receiver
            && self.head(&receiver.ty) == Ty::Error
        {
            return self.wrong(span);
        }
        if !self.unknown.insert(format!("call {}", name.text)) {
            return self.wrong(span);
        }
        let on_text = receiver.is_some_and(|receiver| self.head(&receiver.ty) == Ty::Text);
        let habit = match name.text.as_str() {
            "len" | "size" if on_text => Some("length"),
            "size" | "len" => Some("count"),
            "where" | "select" => Some("filter"),
            "flatmap" | "bind" | "and_then" => Some("flat_map"),
            "exists" | "some" => Some("any"),
            "forall" | "every" => Some("all"),
            "average" | "mean" => Some("avg"),
            "difference" | "except" => Some("minus"),
            "intersection" => Some("intersect"),
            "group_by" | "groupBy" => Some("group"),
            "unwrap_or" | "or_else" => Some("or"),
            "includes" | "has" => Some("contains"),
            "take" | "limit" | "first" | "head" => Some("top"),
            "substring" | "substr" => Some("slice"),
            "uppercase" | "to_upper" => Some("upper"),
            "lowercase" | "to_lower" => Some("lower"),
            "strip" => Some("trim"),
            "day_of_week" | "dayofweek" => Some("weekday"),
            "date_trunc" | "truncate" | "trunc" => Some("floor"),
            "parse" | "parse_int" => Some("to_int"),
            "parse_float" => Some("to_float"),
            _ => None,
        };
        let mut candidates: Vec<&str> = OPERATORS.iter().map(|operator| operator.name).collect();
        let prefix = self.prefix().to_string();
        candidates.extend(self.program.fns.iter().filter_map(|function| function.name.strip_prefix(&prefix)));
        let near = habit.map(Near::habit).or_else(|| nearest(&name.text, candidates));
        let on = receiver.map(|receiver| format!(" on {}", described(&self.known(&receiver.ty)))).unwrap_or_default();
        let place = self.at(name.span);
        let diagnostic =
            self.error(Code::E0105, name.span, format!("there is no function or operation `{}`{on}", name.text));
        diagnostic.primary.text = "unknown".to_string();
        let advice = match name.text.as_str() {
            "now" | "today" => Some("views never read a clock; every event has its time: `on e({ at: t, … })`"),
            "reduce" | "foldl" | "inject" => Some("`sum`, `min`, `max`, `count`, `any` and `all` put a set together"),
            "text" | "to_text" | "to_string" | "str" => Some("write it into a text: `\"{x}\"`"),
            "sort" | "order_by" | "sorted" => {
                Some("sets have no order; `top(10, by: x => …)` gives the greatest of one as a list")
            }
            "print" | "println" | "log" => Some("`show` names what is printed at the end, `emit` tells as it happens"),
            _ => None,
        };
        match (advice, near) {
            (Some(advice), _) => diagnostic.help.push(advice.to_string()),
            (None, Some(near)) => {
                diagnostic.did_you_mean(place, near);
            }
            (None, None) => diagnostic.help.push(format!("declare it: `fn {}(…) = …`", name.text)),
        }
        self.wrong(span)
    }

    fn call_declared(&mut self, decl: Decl, name: &Name, receiver: Option<&Expr>, args: &[Arg], span: Span) -> Hir {
        let Decl::Fn(index) = decl else {
            self.error(Code::E0105, name.span, format!("`{}` is not a function", name.text))
                .help
                .push(format!("a variable or view is read by its name alone: `{}`", name.text));
            return self.wrong(span);
        };
        if !self.need_fn(index, name.span) {
            return self.wrong(span);
        }
        let params = self.program.fns[index].params.clone();
        let mut given: Vec<Option<&Expr>> = vec![None; params.len()];
        let mut position = 0;
        let all = receiver.map(|receiver| (None, receiver)).into_iter();
        for (arg_name, value) in all.chain(args.iter().map(|arg| (arg.name.as_ref(), &arg.value))) {
            let slot = match arg_name {
                Some(arg_name) => match params.iter().position(|(param, _)| *param == arg_name.text) {
                    Some(slot) => slot,
                    None => {
                        let known: Vec<String> = params.iter().map(|(param, _)| param.clone()).collect();
                        self.unknown_among(Code::E0202, arg_name, "parameter", &known, "");
                        continue;
                    }
                },
                None => {
                    position += 1;
                    position - 1
                }
            };
            match given.get_mut(slot) {
                Some(place @ None) => *place = Some(value),
                _ => {
                    self.error(
                        Code::E0202,
                        value.span,
                        format!("`{}` takes {} arguments, and this is one too many", name.text, params.len()),
                    );
                    return self.wrong(span);
                }
            }
        }
        let mut read = Vec::new();
        for ((param, local), value) in params.iter().zip(given) {
            let Some(value) = value else {
                self.error(Code::E0202, span, format!("`{}` needs its argument `{param}`", name.text));
                return self.wrong(span);
            };
            let ty = self.program.locals[local.0 as usize].clone();
            read.push(self.want(value, &ty));
        }
        let ty = self.program.fns[index].result.clone();
        self.hir(HirKind::Apply(index, read), ty, span)
    }

    /// An enum value.
    pub(super) fn variant(&mut self, name: &Name, args: &[&Expr], expected: Option<&Ty>, span: Span) -> Hir {
        let candidates = self.variants.get(&name.text).cloned().unwrap_or_default();
        let wanted = match expected {
            Some(Ty::Enum(declared)) => candidates.iter().find(|candidate| {
                declared.name == candidate.ty || declared.name.starts_with(&format!("{}<", candidate.ty))
            }),
            _ => None,
        };
        let chosen = match (wanted, candidates.as_slice()) {
            (Some(wanted), _) => wanted.clone(),
            (None, [only]) => only.clone(),
            _ => {
                let types: Vec<String> = candidates.iter().map(|candidate| format!("`{}`", candidate.ty)).collect();
                self.error(
                    Code::E0204,
                    span,
                    format!(
                        "`{}` is a variant of {}, and it cannot be told which is meant",
                        name.text,
                        types.join(" and ")
                    ),
                );
                return self.wrong(span);
            }
        };
        let declared = match expected {
            Some(Ty::Enum(declared)) if wanted.is_some() => declared.clone(),
            _ => match self.enum_ty(&chosen.ty) {
                Some(declared) => declared,
                None => return self.wrong(span),
            },
        };
        let fields = declared.variants.get(chosen.tag as usize).map(|(_, fields)| fields.clone()).unwrap_or_default();
        if fields.len() != args.len() {
            self.error(
                Code::E0202,
                span,
                format!("`{}` has {} fields, and {} are given", name.text, fields.len(), args.len()),
            );
            return self.hir(HirKind::Error, Ty::Enum(declared), span);
        }
        let args = fields.iter().zip(args).map(|(ty, arg)| self.want(arg, ty)).collect();
        self.hir(HirKind::Variant(chosen.tag, args), Ty::Enum(declared), span)
    }

    fn some(&mut self, args: &[Arg], expected: Option<&Ty>, span: Span) -> Hir {
        let [arg] = args else {
            self.error(Code::E0202, span, "`some` takes one argument");
            return self.wrong(span);
        };
        let inner = if let Some(Ty::Option(inner)) = expected { Some((**inner).clone()) } else { None };
        let value = self.infer(&arg.value, inner.as_ref());
        let ty = Ty::option(value.ty.clone());
        self.hir(HirKind::Some(Box::new(value)), ty, span)
    }

    fn unstable(&mut self, args: &[Arg], span: Span) -> Hir {
        let value = args.iter().find(|arg| arg.name.is_none());
        let because = args.iter().find(|arg| arg.name.as_ref().is_some_and(|name| name.text == "because"));
        let (Some(value), Some(because), 2) = (value, because, args.len()) else {
            self.error(Code::E0202, span, "`unstable` takes an expression and a reason")
                .help
                .push("write `unstable(e, because: \"…\")`".to_string());
            return self.wrong(span);
        };
        let reason = match self.want(&because.value, &Ty::Text).kind {
            HirKind::Const(lasp_plan::Value::Text(reason)) => reason.to_string(),
            _ => String::new(),
        };
        if reason.trim().is_empty() {
            self.error(Code::E0202, because.value.span, "the reason must be a text that says something");
        }
        let value = self.infer(&value.value, None);
        let ty = value.ty.clone();
        self.hir(HirKind::Unstable(Box::new(value), reason), ty, span)
    }

    /// The arguments of a call by parameter: `("by", required)`. None if something was reported.
    pub(super) fn arguments<'c>(&mut self, call: &Call<'c>, params: &[(&str, bool)]) -> Option<Vec<Option<&'c Expr>>> {
        let mut given: Vec<Option<&Expr>> = vec![None; params.len()];
        let mut position = 0;
        let signature = find(&call.name.text).map_or("", |operator| operator.signature);
        for arg in call.args {
            let slot = match &arg.name {
                Some(name) => params.iter().position(|(param, _)| *param == name.text),
                None => {
                    position += 1;
                    Some(position - 1)
                }
            };
            match slot.and_then(|slot| given.get_mut(slot)) {
                Some(place @ None) => *place = Some(&arg.value),
                _ => {
                    let span = arg.name.as_ref().map_or(arg.value.span, |name| name.span.to(arg.value.span));
                    self.error(Code::E0202, span, format!("`{}` does not take this argument", call.name.text))
                        .help
                        .push(signature.to_string());
                    return None;
                }
            }
        }
        for ((param, required), value) in params.iter().zip(&given) {
            if *required && value.is_none() {
                self.error(Code::E0202, call.span, format!("`{}` needs its argument `{param}`", call.name.text))
                    .help
                    .push(signature.to_string());
                return None;
            }
        }
        Some(given)
    }

    /// A function literal whose argument is of type `param`; also the name of a function of the program.
    pub(super) fn lambda(&mut self, expr: &Expr, param: &Ty, result: Option<&Ty>) -> HirLambda {
        match &expr.kind {
            ExprKind::Lambda(pattern, body) => self.scoped(|this| {
                let pattern = this.irrefutable(pattern, param);
                let body = match result {
                    Some(result) => this.want(body, result),
                    None => this.infer(body, None),
                };
                HirLambda { pattern, body }
            }),
            ExprKind::Name(name) if matches!(self.value(&name.text), Some(Decl::Fn(_))) => {
                self.named_lambda(name, param, result)
            }
            _ => {
                if !matches!(expr.kind, ExprKind::Error) {
                    self.error(Code::E0202, expr.span, "a function literal is needed here")
                        .help
                        .push("write `x => …`".to_string());
                }
                HirLambda { pattern: crate::hir::HirPattern::Wildcard, body: self.wrong(expr.span) }
            }
        }
    }

    fn named_lambda(&mut self, name: &Name, param: &Ty, result: Option<&Ty>) -> HirLambda {
        let Some(Decl::Fn(index)) = self.value(&name.text) else {
            return HirLambda { pattern: crate::hir::HirPattern::Wildcard, body: self.wrong(name.span) };
        };
        self.scoped(|this| {
            let local = this.bind_local("", param.clone());
            let argument = this.hir(HirKind::Local(local), param.clone(), name.span);
            let body = if this.need_fn(index, name.span) {
                match this.program.fns[index].params.as_slice() {
                    [(_, wanted)] => {
                        let wanted = this.program.locals[wanted.0 as usize].clone();
                        this.fit(&argument, &wanted);
                        let ty = this.program.fns[index].result.clone();
                        this.hir(HirKind::Apply(index, vec![argument]), ty, name.span)
                    }
                    params => {
                        let count = params.len();
                        this.error(
                            Code::E0202,
                            name.span,
                            format!("`{}` takes {count} arguments, and is given one here", name.text),
                        );
                        this.wrong(name.span)
                    }
                }
            } else {
                this.wrong(name.span)
            };
            if let Some(result) = result {
                this.fit(&body, result);
            }
            HirLambda { pattern: crate::hir::HirPattern::Bind(local), body }
        })
    }
}
