//! Literals: numbers, texts with holes, sets, lists, maps and records.
//!
//! The parts of a set, list or map have one type: the least that fits all. A record that is expected by type is
//! compared field by field, so that a misspelt field is named.

use lasp_grammar::Span;
use lasp_grammar::ast::{Expr, Name, TextPart};
use lasp_plan::{Float, Value};

use super::Checker;
use super::names::nearest;
use crate::codes::Code;
use crate::hir::{Hir, HirKind, HirText};
use crate::ty::Ty;

impl Checker<'_> {
    pub(super) fn whole_number(&mut self, magnitude: u64, negative: bool, span: Span, expected: Option<&Ty>) -> Hir {
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

    pub(super) fn text(&mut self, parts: &[TextPart], span: Span) -> Hir {
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
    pub(super) fn alike(&mut self, parts: &[Expr], expected: Option<Ty>) -> (Vec<Hir>, Ty) {
        let mut ty: Option<Ty> = expected.clone();
        let mut read: Vec<Hir> = Vec::new();
        for part in parts {
            let hir = if expected.is_some() { self.infer(part, ty.as_ref()) } else { self.hinted(part, ty.as_ref()) };
            ty = Some(match (&expected, ty) {
                (Some(wanted), _) if self.demanded => {
                    self.fit(&hir, wanted);
                    wanted.clone()
                }
                (Some(_), None) => hir.ty.clone(),
                (None, None) => hir.ty.clone(),
                (_, Some(so_far)) => match self.program.holes.common(&so_far, &hir.ty) {
                    Some(common) => common,
                    // Whole literals beside a float are floats, in whatever order they stand.
                    None if self.head(&hir.ty) == Ty::Float && read.iter().all(is_whole_literal) => {
                        read.iter_mut().for_each(whole_to_float);
                        Ty::Float
                    }
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

    pub(super) fn map_literal(&mut self, entries: &[(Expr, Expr)], expected: Option<Ty>, span: Span) -> Hir {
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

    pub(super) fn record_literal(&mut self, fields: &[(Name, Expr)], expected: Option<Ty>, span: Span) -> Hir {
        let wanted = if let Some(Ty::Record(wanted)) = expected { wanted } else { Vec::new() };
        let mut read: Vec<(String, Hir)> = Vec::new();
        for (name, value) in fields {
            let ty = wanted.iter().find(|(field, _)| *field == name.text).map(|(_, ty)| ty);
            let value = self.infer(value, ty);
            if let (Some(ty), true) = (ty, self.demanded) {
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
        let wanted = if self.demanded { wanted } else { Vec::new() };
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
            let near = nearest(&name.text, missing.iter().copied());
            let known: Vec<String> = wanted.iter().map(|(field, _)| format!("`{field}`")).collect();
            let place = self.at(name.span);
            let diagnostic = self.error(Code::E0104, name.span, format!("no field `{}` is expected here", name.text));
            match near {
                Some(near) => {
                    diagnostic.did_you_mean(place, near);
                }
                None => diagnostic.help.push(format!("its fields are {}", known.join(", "))),
            }
            return false;
        }
        if !missing.is_empty() {
            let names: Vec<String> = missing.iter().map(|field| format!("`{field}`")).collect();
            let (s, are) = if names.len() == 1 { ("", "is") } else { ("s", "are") };
            self.error(Code::E0104, span, format!("the field{s} {} {are} missing", names.join(", "))).primary.text =
                "incomplete".to_string();
            return false;
        }
        true
    }
}

fn is_whole_literal(hir: &Hir) -> bool {
    matches!(hir.kind, HirKind::Const(Value::Int(_)))
}

/// A whole literal as the float it stands for; anything else as it is.
pub(super) fn whole_to_float(hir: &mut Hir) {
    if let HirKind::Const(Value::Int(n)) = hir.kind {
        #[allow(clippy::cast_precision_loss)] // A literal written where a float is wanted.
        let x = n as f64;
        hir.kind = HirKind::Const(Value::Float(Float::new(x)));
        hir.ty = Ty::Float;
    }
}
