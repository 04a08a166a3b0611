//! Places in variables: `carts[u].items` is a variable, a key, a part.
//!
//! The same words read a place in an expression and name it in an update. What a lattice can be asked by name besides
//! its value (`quota[ad].rights`, `winner.is_set`) is asked of a place; a part of a product of that name comes first.
//!
//! Neighbours: `updates` changes what stands at a place, `expr` reads it.

use lasp_grammar::Span;
use lasp_grammar::ast::{Expr, ExprKind, Name};
use lasp_plan::Func;

use super::{Checker, Decl};
use crate::codes::Code;
use crate::crdt::Crdt;
use crate::hir::{Hir, HirKind, HirStep};
use crate::ty::Ty;

/// A place in a variable, as written.
pub(super) struct Way<'e> {
    pub var: usize,
    pub steps: Vec<WayStep<'e>>,
}

pub(super) enum WayStep<'e> {
    Key(&'e Expr),
    Part(&'e Name),
}

impl Checker<'_> {
    /// The place that an expression names, if it has the form of one.
    pub(super) fn var_path<'e>(&self, expr: &'e Expr) -> Option<Way<'e>> {
        let mut steps = Vec::new();
        let mut base = expr;
        loop {
            base = match &base.kind {
                ExprKind::Index(inner, key) => {
                    steps.push(WayStep::Key(key));
                    inner
                }
                ExprKind::Field(inner, name) => {
                    steps.push(WayStep::Part(name));
                    inner
                }
                ExprKind::Name(name) if self.local(&name.text).is_none() => {
                    let Some(Decl::Var(var)) = self.value(&name.text) else { return None };
                    steps.reverse();
                    return Some(Way { var, steps });
                }
                _ => return None,
            }
        }
    }

    /// The lattice at a place, if there is such a place.
    pub(super) fn crdt_at(&self, way: &Way<'_>) -> Option<Crdt> {
        let mut crdt = &self.program.vars.get(way.var)?.crdt;
        for step in &way.steps {
            crdt = match step {
                WayStep::Key(_) => crdt.values()?,
                WayStep::Part(name) => crdt.part(&name.text)?.1,
            };
        }
        Some(crdt.clone())
    }

    /// Reads the keys of a place. The lattice there is none if there is no such place, which is reported.
    pub(super) fn walk(&mut self, way: &Way<'_>) -> (Vec<HirStep>, Option<Crdt>) {
        let mut crdt = self.program.vars[way.var].crdt.clone();
        let mut path = Vec::new();
        for step in &way.steps {
            let next = match step {
                WayStep::Key(key) => {
                    let ty = match &crdt {
                        Crdt::Named { elements, .. } => elements.first().cloned().unwrap_or(Ty::Error),
                        _ => Ty::Error,
                    };
                    path.push(HirStep::Key(self.want(key, &ty)));
                    crdt.values().cloned()
                }
                WayStep::Part(name) => crdt.part(&name.text).map(|(at, part)| {
                    path.push(HirStep::Part(u32::try_from(at).unwrap_or(u32::MAX)));
                    part.clone()
                }),
            };
            let Some(next) = next else {
                if !matches!(crdt, Crdt::Error) {
                    self.no_way_down(&crdt, step);
                }
                return (path, None);
            };
            crdt = next;
        }
        let known = !matches!(crdt, Crdt::Error);
        (path, known.then_some(crdt))
    }

    fn no_way_down(&mut self, crdt: &Crdt, step: &WayStep<'_>) {
        match step {
            WayStep::Key(key) => {
                let diagnostic = self.error(Code::E0206, key.span, format!("{} has no keys", crdt.called()));
                diagnostic.primary.text = "used as a key".to_string();
            }
            WayStep::Part(name) => {
                let known: Vec<String> = match crdt {
                    Crdt::Record(fields, _) => fields.iter().map(|(field, _)| field.clone()).collect(),
                    Crdt::Tuple(parts, _) => (0..parts.len()).map(|part| part.to_string()).collect(),
                    _ => Vec::new(),
                };
                let near = super::names::nearest(&name.text, known.iter().map(String::as_str));
                let place = self.at(name.span);
                let message = format!("{} has no part `{}`", crdt.called(), name.text);
                let diagnostic = self.error(Code::E0104, name.span, message);
                diagnostic.primary.text = "unknown part".to_string();
                if let Some(near) = near {
                    diagnostic.did_you_mean(place, near);
                } else if !known.is_empty() {
                    let known: Vec<String> = known.iter().map(|part| format!("`{part}`")).collect();
                    diagnostic.help.push(format!("its parts are {}", known.join(", ")));
                }
            }
        }
    }

    /// `quota[ad].rights`, `winner.is_set`: what a lattice is asked by name.
    pub(super) fn asked(&mut self, base: &Expr, name: &Name, span: Span) -> Option<Hir> {
        let way = self.var_path(base)?;
        let Crdt::Named { info, .. } = self.crdt_at(&way)? else { return None };
        let member = info.members.iter().find(|member| member.name == name.text)?;
        let place = self.infer(base, None);
        Some(match member.read {
            lasp_lattice::Read::Bool => self.is_set(place, span),
            _ => {
                if !self.in_handler {
                    self.not_yet(span, "reading `.rights` outside a handler");
                }
                self.hir(HirKind::Rights(Box::new(place)), Ty::Nat, span)
            }
        })
    }

    /// Whether an option is set. An `ivar` is also set where its values are in conflict.
    pub(super) fn is_set(&mut self, of: Hir, span: Span) -> Hir {
        let of = match self.place_of(&of) {
            Some(Crdt::Named { info, .. }) if info.name == "ivar" => raw(of),
            _ => of,
        };
        self.hir(HirKind::Call(Func::IsSet, vec![of]), Ty::Bool, span)
    }

    /// The lattice that an expression reads, if it reads a place in a variable.
    fn place_of(&self, hir: &Hir) -> Option<Crdt> {
        match &hir.kind {
            HirKind::Var(var) => Some(self.program.vars[*var].crdt.clone()),
            HirKind::Lookup(map, _) => self.place_of(map)?.values().cloned(),
            HirKind::Field(base, name) => self.place_of(base)?.part(name).map(|(_, part)| part.clone()),
            _ => None,
        }
    }
}

/// The same place with conflicts left in.
fn raw(hir: Hir) -> Hir {
    let kind = match hir.kind {
        HirKind::Var(var) => HirKind::Raw(var),
        HirKind::Lookup(map, key) => HirKind::Lookup(Box::new(raw(*map)), key),
        HirKind::Field(base, name) => HirKind::Field(Box::new(raw(*base)), name),
        other => other,
    };
    Hir { kind, ..hir }
}
