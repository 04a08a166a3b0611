//! Patterns: what they bind, whether they fit, and whether a `match` leaves something out.
//!
//! Exhaustiveness is Maranget's usefulness ("Warnings for pattern matching", 2007) in its simplest form: a matrix of
//! patterns, specialised constructor by constructor. Types with infinitely many literals need a name or `_`.

use lasp_grammar::Span;
use lasp_grammar::ast::{Expr, ExprKind, Pattern, PatternKind, TextPart, UnaryOp};
use lasp_plan::{Float, Value};

use super::Checker;
use super::expr::described;
use super::names::nearest;
use crate::codes::Code;
use crate::hir::{HirArm, HirPattern};
use crate::ty::Ty;

impl Checker<'_> {
    /// A pattern for values of `ty`; its names are bound in the innermost scope.
    pub(super) fn pattern(&mut self, pattern: &Pattern, ty: &Ty) -> HirPattern {
        let ty = self.head(ty);
        let span = pattern.span;
        match &pattern.kind {
            PatternKind::Wildcard => HirPattern::Wildcard,
            PatternKind::Name(name) => match self.bare_variant(&name.text, &ty) {
                Some(tag) => HirPattern::Variant(tag, Vec::new()),
                None => HirPattern::Bind(self.bind_local(&name.text, ty)),
            },
            PatternKind::Literal(literal) => self.literal_pattern(literal, &ty),
            PatternKind::Tuple(parts) => match ty {
                Ty::Tuple(types) if types.len() == parts.len() => HirPattern::Slots(
                    parts
                        .iter()
                        .zip(&types)
                        .zip(0..)
                        .map(|((part, ty), slot)| (slot, self.pattern(part, ty)))
                        .collect(),
                ),
                Ty::Var(_) => {
                    let types: Vec<Ty> = parts.iter().map(|_| self.program.holes.fresh()).collect();
                    let tuple = Ty::Tuple(types.clone());
                    self.program.holes.fits(&tuple, &ty);
                    HirPattern::Slots(
                        parts
                            .iter()
                            .zip(&types)
                            .zip(0..)
                            .map(|((part, ty), slot)| (slot, self.pattern(part, ty)))
                            .collect(),
                    )
                }
                other => self.misfit(parts, &other, &format!("a tuple of {}", parts.len()), span),
            },
            PatternKind::Record(fields) => self.record_pattern(fields, &ty, span),
            PatternKind::Variant(name, parts) => match (&ty, name.text.as_str(), parts.as_slice()) {
                (Ty::Option(inner), "some", [part]) => HirPattern::Some(Box::new(self.pattern(part, inner))),
                (Ty::Enum(declared), ..) => {
                    match declared.variants.iter().position(|(variant, _)| *variant == name.text) {
                        Some(tag) => {
                            let fields = declared.variants[tag].1.clone();
                            if fields.len() != parts.len() {
                                self.error(
                                    Code::E0205,
                                    span,
                                    format!(
                                        "`{}` has {} fields, and {} are named here",
                                        name.text,
                                        fields.len(),
                                        parts.len()
                                    ),
                                );
                            }
                            let parts = fields.iter().zip(parts).map(|(ty, part)| self.pattern(part, ty)).collect();
                            HirPattern::Variant(u32::try_from(tag).unwrap_or(u32::MAX), parts)
                        }
                        None => {
                            let known: Vec<String> =
                                declared.variants.iter().map(|(variant, _)| variant.clone()).collect();
                            self.unknown_among(
                                Code::E0205,
                                name,
                                &format!("variant of `{}`", declared.name),
                                &known,
                                "",
                            );
                            self.bind_wrong(parts);
                            HirPattern::Wildcard
                        }
                    }
                }
                _ => self.misfit(parts, &ty, &format!("`{}(…)`", name.text), span),
            },
        }
    }

    fn bare_variant(&self, name: &str, ty: &Ty) -> Option<u32> {
        let Ty::Enum(declared) = ty else { return None };
        let tag = declared.variants.iter().position(|(variant, fields)| variant == name && fields.is_empty())?;
        u32::try_from(tag).ok()
    }

    fn literal_pattern(&mut self, literal: &Expr, ty: &Ty) -> HirPattern {
        let Some((value, found)) = literal_value(literal, ty) else {
            self.error(Code::E0205, literal.span, "this cannot be a pattern");
            return HirPattern::Wildcard;
        };
        let found = if value == Value::None { Ty::option(self.program.holes.fresh()) } else { found };
        let fits = self.program.holes.fits(&found, ty) || (found.is_whole() && ty.is_whole());
        if !fits {
            let ty = self.known(ty);
            self.error(
                Code::E0205,
                literal.span,
                format!("this pattern is of {}, and the value of {}", described(&found), described(&ty)),
            );
        }
        HirPattern::Const(value)
    }

    fn record_pattern(
        &mut self,
        fields: &[(lasp_grammar::ast::Name, Option<Pattern>)],
        ty: &Ty,
        span: Span,
    ) -> HirPattern {
        let Ty::Record(known) = ty else {
            if *ty != Ty::Error {
                let ty = self.known(ty);
                self.error(Code::E0205, span, format!("a record pattern does not fit {}", described(&ty)));
            }
            for (name, pattern) in fields {
                match pattern {
                    Some(pattern) => {
                        self.pattern(pattern, &Ty::Error);
                    }
                    None => {
                        self.bind_local(&name.text, Ty::Error);
                    }
                }
            }
            return HirPattern::Wildcard;
        };
        let mut slots = Vec::new();
        for (name, pattern) in fields {
            let slot = known.iter().position(|(field, _)| *field == name.text);
            let field_ty = slot.map_or(Ty::Error, |slot| known[slot].1.clone());
            if slot.is_none() {
                let near = nearest(&name.text, known.iter().map(|(field, _)| field.as_str()));
                let fields: Vec<String> = known.iter().map(|(field, _)| format!("`{field}`")).collect();
                let place = self.at(name.span);
                let diagnostic = self.error(Code::E0104, name.span, format!("there is no field `{}` here", name.text));
                match near {
                    Some(near) => {
                        diagnostic.did_you_mean(place, near);
                    }
                    None => diagnostic.help.push(format!("its fields are {}", fields.join(", "))),
                }
            }
            let pattern = match pattern {
                Some(pattern) => self.pattern(pattern, &field_ty),
                None => HirPattern::Bind(self.bind_local(&name.text, field_ty)),
            };
            if let Some(slot) = slot {
                slots.push((u32::try_from(slot).unwrap_or(u32::MAX), pattern));
            }
        }
        HirPattern::Slots(slots)
    }

    fn misfit(&mut self, parts: &[Pattern], ty: &Ty, what: &str, span: Span) -> HirPattern {
        if *ty != Ty::Error {
            let ty = self.known(ty);
            let diagnostic = self.error(Code::E0205, span, format!("{what} does not fit {}", described(&ty)));
            if let Ty::Tuple(types) = &ty {
                diagnostic.help.push(format!("it has {} parts", types.len()));
            }
        }
        self.bind_wrong(parts);
        HirPattern::Wildcard
    }

    fn bind_wrong(&mut self, parts: &[Pattern]) {
        for part in parts {
            self.pattern(part, &Ty::Error);
        }
    }

    /// A pattern that must fit every value of `ty`.
    pub(super) fn irrefutable(&mut self, pattern: &Pattern, ty: &Ty) -> HirPattern {
        let read = self.pattern(pattern, ty);
        if !self.covers(ty, std::slice::from_ref(&read)) {
            self.error(Code::E0205, pattern.span, "this pattern does not fit every value that comes here")
                .help
                .push("use a name here, and a `match` where the cases differ".to_string());
        }
        read
    }

    /// Reports a match that leaves something out.
    pub(super) fn exhaustive(&mut self, ty: &Ty, arms: &[HirArm], span: Span) {
        let patterns: Vec<HirPattern> =
            arms.iter().filter(|arm| arm.guard.is_none()).map(|arm| arm.pattern.clone()).collect();
        if self.covers(ty, &patterns) {
            return;
        }
        let example = match self.head(ty) {
            Ty::Enum(declared) => declared
                .variants
                .iter()
                .zip(0u32..)
                .find(|(_, tag)| {
                    !patterns.iter().any(|pattern| matches!(pattern, HirPattern::Variant(t, _) if t == tag))
                })
                .map(|((name, _), _)| format!("`{name}`")),
            Ty::Option(_) if !patterns.iter().any(|pattern| matches!(pattern, HirPattern::Some(_))) => {
                Some("`some(…)`".to_string())
            }
            Ty::Option(_) => Some("`none`".to_string()),
            _ => None,
        };
        let diagnostic = self.error(Code::E0205, span, "this `match` leaves something out");
        match example {
            Some(example) => diagnostic.primary.text = format!("{example} is not always handled"),
            None => diagnostic.primary.text = "no arm fits every value".to_string(),
        }
        diagnostic.help.push("add an arm for it, or a last arm `_ => …`".to_string());
    }

    fn covers(&self, ty: &Ty, patterns: &[HirPattern]) -> bool {
        let rows: Vec<Vec<HirPattern>> = patterns.iter().map(|pattern| vec![pattern.clone()]).collect();
        self.covered(std::slice::from_ref(ty), &rows, &mut 2_000)
    }

    /// Whether every vector of values of `types` fits some row. `fuel` bounds the work on absurd patterns.
    fn covered(&self, types: &[Ty], rows: &[Vec<HirPattern>], fuel: &mut u32) -> bool {
        if *fuel == 0 {
            return true;
        }
        *fuel -= 1;
        let Some((ty, rest)) = types.split_first() else { return !rows.is_empty() };
        let wild = |pattern: &HirPattern| matches!(pattern, HirPattern::Wildcard | HirPattern::Bind(_));
        let ty = self.head(ty);
        if matches!(ty, Ty::Error | Ty::Var(_)) {
            let rows: Vec<Vec<HirPattern>> = rows.iter().map(|row| row[1..].to_vec()).collect();
            return self.covered(rest, &rows, fuel);
        }
        // Each constructor: the types of its fields, and what a row's first pattern says about them.
        type Take<'t> = Box<dyn Fn(&HirPattern) -> Option<Vec<HirPattern>> + 't>;
        let constructors: Vec<(Vec<Ty>, Take)> = match &ty {
            Ty::Tuple(parts) => vec![(parts.clone(), Box::new(slots(parts.len())))],
            Ty::Record(fields) => {
                vec![(fields.iter().map(|(_, ty)| ty.clone()).collect(), Box::new(slots(fields.len())))]
            }
            Ty::Bool => [false, true]
                .into_iter()
                .map(|b| -> (Vec<Ty>, Take) {
                    let take = move |pattern: &HirPattern| {
                        matches!(pattern, HirPattern::Const(Value::Bool(c)) if *c == b).then(Vec::new)
                    };
                    (Vec::new(), Box::new(take))
                })
                .collect(),
            Ty::Option(inner) => vec![
                (
                    Vec::new(),
                    Box::new(|pattern: &HirPattern| matches!(pattern, HirPattern::Const(Value::None)).then(Vec::new)),
                ),
                (
                    vec![(**inner).clone()],
                    Box::new(|pattern: &HirPattern| match pattern {
                        HirPattern::Some(inner) => Some(vec![(**inner).clone()]),
                        _ => None,
                    }),
                ),
            ],
            Ty::Enum(declared) => declared
                .variants
                .iter()
                .zip(0u32..)
                .map(|((_, fields), tag)| -> (Vec<Ty>, Take) {
                    let take = move |pattern: &HirPattern| match pattern {
                        HirPattern::Variant(t, parts) if *t == tag => Some(parts.clone()),
                        _ => None,
                    };
                    (fields.clone(), Box::new(take))
                })
                .collect(),
            _ => {
                let rows: Vec<Vec<HirPattern>> =
                    rows.iter().filter(|row| wild(&row[0])).map(|row| row[1..].to_vec()).collect();
                return self.covered(rest, &rows, fuel);
            }
        };
        constructors.iter().all(|(fields, take)| {
            let types: Vec<Ty> = fields.iter().chain(rest).cloned().collect();
            let rows: Vec<Vec<HirPattern>> = rows
                .iter()
                .filter_map(|row| {
                    let mut head =
                        if wild(&row[0]) { vec![HirPattern::Wildcard; fields.len()] } else { take(&row[0])? };
                    head.resize(fields.len(), HirPattern::Wildcard);
                    head.extend_from_slice(&row[1..]);
                    Some(head)
                })
                .collect();
            self.covered(&types, &rows, fuel)
        })
    }
}

fn slots(count: usize) -> impl Fn(&HirPattern) -> Option<Vec<HirPattern>> {
    move |pattern| match pattern {
        HirPattern::Slots(named) => {
            let mut all = vec![HirPattern::Wildcard; count];
            for (slot, pattern) in named {
                if let Some(place) = all.get_mut(*slot as usize) {
                    *place = pattern.clone();
                }
            }
            Some(all)
        }
        _ => None,
    }
}

/// The value and type of a literal pattern.
fn literal_value(literal: &Expr, wanted: &Ty) -> Option<(Value, Ty)> {
    Some(match &literal.kind {
        ExprKind::Int(n) => return whole(i128::from(*n), wanted),
        ExprKind::Unary(UnaryOp::Neg, inner) => match &inner.kind {
            ExprKind::Int(n) => return whole(-i128::from(*n), wanted),
            ExprKind::Float(x) => (Value::Float(Float::new(-x)), Ty::Float),
            ExprKind::Duration(us) => (Value::Duration(us.checked_neg()?), Ty::Duration),
            _ => return None,
        },
        ExprKind::Float(x) => (Value::Float(Float::new(*x)), Ty::Float),
        ExprKind::Bool(b) => (Value::Bool(*b), Ty::Bool),
        ExprKind::Duration(us) => (Value::Duration(*us), Ty::Duration),
        ExprKind::Text(parts) => match parts.as_slice() {
            [] => (Value::text(""), Ty::Text),
            [TextPart::Literal(text)] => (Value::text(text), Ty::Text),
            _ => return None,
        },
        ExprKind::None => (Value::None, Ty::Error),
        _ => return None,
    })
}

fn whole(n: i128, wanted: &Ty) -> Option<(Value, Ty)> {
    let n = i64::try_from(n).ok()?;
    if *wanted == Ty::Float {
        #[allow(clippy::cast_precision_loss)] // A literal written where a float is matched.
        return Some((Value::Float(Float::new(n as f64)), Ty::Float));
    }
    Some((Value::Int(n), if n < 0 { Ty::Int } else { Ty::Nat }))
}
