//! Lattices: `gmap<text, gcounter>` of a variable, and those that a program declares.
//!
//! ```text
//! lattice Status { placed < paid < shipped, placed < cancelled < shipped }     drawn: elements and their order
//! lattice Cart = { items: orset<Item>, status: Status }                        a name for a product
//! ```
//!
//! The elements of a drawn lattice are values: an enum in the order in which they are first named, compared by the
//! drawn order. What is wrong with a drawing (E0602, E0603, E0604) or a combination (E0601) is reported where it
//! stands.
//!
//! Neighbours: `types` for plain types; `lasp_lattice` for which lattices there are and what a drawing needs.

use std::rc::Rc;
use std::sync::Arc;

use lasp_grammar::Span;
use lasp_grammar::ast::{self, LatticeBody, Name, TypeArg, TypeExpr, TypeExprKind};
use lasp_lattice::{KindFlaw, LatticeFlaw, LatticeInfo, ParamKind, UserLattice};
use lasp_plan::Place;

use super::types::{Params, joined};
use super::{Checker, VariantRef};
use crate::codes::Code;
use crate::crdt::Crdt;
use crate::diagnostic::Diagnostic;
use crate::ty::{EnumTy, Ty};

/// A `lattice` of the program.
#[derive(Clone, Debug)]
pub(super) struct LatticeDef<'a> {
    pub decl: &'a ast::LatticeDecl,
    pub unit: usize,
    /// What it is, once read.
    known: Option<Crdt>,
}

/// The row of a lattice that can be written by this name: products and drawn lattices have rows, and other notations.
pub(super) fn written(name: &str) -> Option<&'static LatticeInfo> {
    lasp_lattice::lattice(name).filter(|info| !matches!(info.name, "product" | "lattice"))
}

impl<'a> Checker<'a> {
    /// Enters the name of a lattice, and the elements of a drawn one.
    pub(super) fn enter_lattice(&mut self, decl: &'a ast::LatticeDecl) {
        let qualified = self.qualified(&decl.name.text);
        let place = self.at(decl.name.span);
        if let Some(first) = self.type_place(&qualified) {
            self.twice(&decl.name.text, place, first);
            return;
        }
        if let LatticeBody::Chains(chains) = &decl.body {
            for (tag, name) in elements(chains).into_iter().enumerate() {
                let reference = VariantRef { ty: qualified.clone(), tag: u32::try_from(tag).unwrap_or(u32::MAX) };
                self.variants.entry(name.to_string()).or_default().push(reference);
            }
        }
        self.lattices.insert(qualified, LatticeDef { decl, unit: self.unit, known: None });
    }

    /// Where a type or lattice of this name is declared.
    pub(super) fn type_place(&self, qualified: &str) -> Option<Place> {
        let of_type = self.types.get(qualified).map(|def| (def.unit, def.decl.name.span));
        let of_lattice = || self.lattices.get(qualified).map(|def| (def.unit, def.decl.name.span));
        let (unit, span) = of_type.or_else(of_lattice)?;
        Some(Place { file: u16::try_from(unit).unwrap_or(u16::MAX), start: span.start, end: span.end })
    }

    /// Reads a declaration, also one that nobody uses.
    pub(super) fn check_lattice(&mut self, decl: &ast::LatticeDecl) {
        let qualified = self.qualified(&decl.name.text);
        // Another declaration of this name has been reported.
        if self.lattices.get(&qualified).is_some_and(|def| std::ptr::eq(def.decl, decl)) {
            self.lattice_of(&qualified, decl.name.span);
        }
    }

    /// The lattice of the program that a path names, as it stands at `span`.
    pub(super) fn declared_lattice(&mut self, path: &[Name], span: Span) -> Option<Crdt> {
        let qualified = match path {
            [name] => self.qualified(&name.text),
            [module, name] => format!("{}{}", self.module(&module.text)?, name.text),
            _ => return None,
        };
        let crdt = self.lattice_of(&qualified, span)?;
        Some(crdt.named_at(self.at(span)))
    }

    fn lattice_of(&mut self, qualified: &str, span: Span) -> Option<Crdt> {
        let def = self.lattices.get(qualified)?.clone();
        if let Some(known) = def.known {
            return Some(known);
        }
        if self.types_open.iter().any(|open| open == qualified) {
            self.error(Code::E0207, span, format!("the lattice `{qualified}` contains itself")).why =
                Some("a state is finite; what goes on without end is a map".to_string());
            return Some(Crdt::Error);
        }
        self.types_open.push(qualified.to_string());
        let crdt = self.elsewhere(def.unit, |this| {
            let place = this.at(def.decl.name.span);
            match &def.decl.body {
                LatticeBody::Record(fields) => this.lattice_record(fields, place),
                LatticeBody::Chains(chains) => this.drawn(qualified, chains, place),
            }
        });
        self.types_open.pop();
        let crdt = self.sound(crdt);
        if let Some(def) = self.lattices.get_mut(qualified) {
            def.known = Some(crdt.clone());
        }
        Some(crdt)
    }

    /// The type of the elements of a drawn lattice, by its qualified name.
    pub(super) fn drawn_ty(&mut self, qualified: &str) -> Option<Rc<EnumTy>> {
        let span = self.lattices.get(qualified)?.decl.name.span;
        match self.lattice_of(qualified, span)? {
            Crdt::Drawn(_, Ty::Enum(ty), _) => Some(ty),
            _ => None,
        }
    }

    /// The lattice, or an error and a report if it is a combination that makes no sense.
    pub(super) fn sound(&mut self, crdt: Crdt) -> Crdt {
        let Some((flaw, place)) = crdt.flaw() else { return crdt };
        let (label, help) = match flaw {
            KindFlaw::RightsRemoved => (
                "holds rights, and its keys can be removed",
                "keep the counter in a `gmap`, whose keys stay, or use a `pncounter`, which has no rights",
            ),
            KindFlaw::FirstNotTotal => (
                "its first half may have two values of which neither is the greater",
                "put what decides first: `lex<max<int>, …>`",
            ),
            KindFlaw::HalfNotRegister => (
                "one half is not set as a whole",
                "beside each other and independent: `(L1, L2)` or `{ a: L1, b: L2 }`",
            ),
            KindFlaw::TopOfNone => ("always empty", "say how many: `topk<int, 10>`"),
        };
        self.report(Diagnostic::new(Code::E0601, place, flaw.to_string()).label(label).help(help));
        Crdt::Error
    }

    fn lattice_record(&mut self, fields: &[(Name, TypeExpr)], place: Place) -> Crdt {
        let mut parts: Vec<(String, Crdt)> = Vec::new();
        for (name, ty) in fields {
            let crdt = self.crdt(ty);
            if parts.iter().any(|(other, _)| *other == name.text) {
                self.error(Code::E0102, name.span, format!("the field `{}` is declared twice", name.text));
            } else {
                parts.push((name.text.clone(), crdt));
            }
        }
        parts.sort_by(|a, b| a.0.cmp(&b.0));
        Crdt::Record(parts, place)
    }

    /// A drawn lattice, if it is one.
    fn drawn(&mut self, qualified: &str, chains: &[Vec<Name>], place: Place) -> Crdt {
        let names = elements(chains);
        let rank = |name: &Name| {
            let at = names.iter().position(|other| *other == name.text);
            at.and_then(|at| u16::try_from(at).ok()).unwrap_or(u16::MAX)
        };
        let edges: Vec<(u16, u16)> =
            chains.iter().flat_map(|chain| chain.windows(2)).map(|pair| (rank(&pair[0]), rank(&pair[1]))).collect();
        let names: Vec<String> = names.iter().map(|name| (*name).to_string()).collect();
        match UserLattice::new(qualified, names.clone(), &edges) {
            Ok(drawn) => {
                let drawn = Arc::new(drawn);
                let variants = names.into_iter().map(|name| (name, Vec::new())).collect();
                let ty = EnumTy { name: qualified.to_string(), variants, drawn: Some(drawn.clone()) };
                Crdt::Drawn(drawn, Ty::Enum(Rc::new(ty)), place)
            }
            Err(flaw) => {
                self.not_a_lattice(qualified, &flaw, &names, chains, place);
                Crdt::Error
            }
        }
    }

    fn not_a_lattice(
        &mut self,
        qualified: &str,
        flaw: &LatticeFlaw,
        names: &[String],
        chains: &[Vec<Name>],
        place: Place,
    ) {
        let (code, concerned, what): (Code, Vec<u16>, &str) = match flaw {
            LatticeFlaw::Cycle { elements } => (Code::E0602, elements.clone(), "on the way round"),
            LatticeFlaw::NoLeast { minimal } => (Code::E0603, minimal.clone(), "nothing is below this one"),
            LatticeFlaw::NoJoin { a, b, .. } => (Code::E0604, vec![*a, *b], "one of the two"),
            _ => (Code::E0210, Vec::new(), ""),
        };
        let message = format!("`{qualified}` is not a lattice: {}", flaw.describe(names));
        let mut diagnostic = Diagnostic::new(code, place, message);
        let name = |rank: &u16| names.get(usize::from(*rank)).map_or("", String::as_str);
        for rank in concerned.iter().take(4) {
            if let Some(written) = chains.iter().flatten().find(|written| written.text == name(rank)) {
                diagnostic = diagnostic.also(self.at(written.span), what);
            }
        }
        let drawn = |pairs: Vec<(&str, &str)>| {
            let pairs: Vec<String> = pairs.into_iter().map(|(lower, upper)| format!("`{lower} < {upper}`")).collect();
            pairs.join(", ")
        };
        const TOGETHER: &str = "two nodes may set them at the same time, and must then agree on what both together are";
        diagnostic = match flaw {
            LatticeFlaw::Cycle { .. } => diagnostic
                .label("goes round")
                .why("a node that has merged one of them with the next could never tell which came later"),
            LatticeFlaw::NoLeast { minimal } => diagnostic
                .label("has no beginning")
                .why("a variable that nobody has set reads as the least element")
                .help(format!(
                    "put one below all: {}",
                    drawn(minimal.iter().map(|rank| ("none_yet", name(rank))).collect())
                )),
            LatticeFlaw::NoJoin { candidates, .. } if candidates.is_empty() => {
                let is_below =
                    |name: &str| chains.iter().any(|chain| chain.iter().rev().skip(1).any(|lower| lower.text == name));
                let highest = names.iter().map(String::as_str).filter(|name| !is_below(name));
                diagnostic
                    .label("has two elements that do not merge")
                    .why(TOGETHER)
                    .help(format!("put one above all: {}", drawn(highest.map(|name| (name, "conflicting")).collect())))
            }
            LatticeFlaw::NoJoin { a, b, candidates } => {
                let mut pairs = vec![(name(a), "both"), (name(b), "both")];
                pairs.extend(candidates.iter().map(|rank| ("both", name(rank))));
                diagnostic
                    .label("has two elements that do not merge")
                    .why(TOGETHER)
                    .help(format!("put one between: {}", drawn(pairs)))
            }
            _ => diagnostic.label("too large"),
        };
        self.report(diagnostic);
    }

    /// The lattice of a variable.
    pub(super) fn crdt(&mut self, ty: &TypeExpr) -> Crdt {
        let place = self.at(ty.span);
        match &ty.kind {
            TypeExprKind::Error => Crdt::Error,
            TypeExprKind::Record(fields) => self.lattice_record(fields, place),
            TypeExprKind::Tuple(parts) => Crdt::Tuple(parts.iter().map(|part| self.crdt(part)).collect(), place),
            TypeExprKind::Named { path, args } => {
                let name = joined(path);
                if let Some(info) = written(&name) {
                    return self.registered(info, args, ty.span);
                }
                if let Some(crdt) = self.declared_lattice(path, ty.span) {
                    self.expect_args(&name, args, 0, ty.span);
                    return crdt;
                }
                let plain = self.plain(ty);
                if plain != Ty::Error {
                    self.plain_variable(&plain, ty.span);
                }
                Crdt::Error
            }
        }
    }

    fn plain_variable(&mut self, plain: &Ty, span: Span) {
        let advice = match plain {
            Ty::Set(of) => format!("`gset<{of}>` only grows, `orset<{of}>` can also shrink"),
            Ty::Int => {
                "`pncounter` counts up and down, `max<int>` keeps the greatest, `lww<int>` the latest".to_string()
            }
            Ty::Nat => "`gcounter` counts up, `max<nat>` keeps the greatest, `lww<nat>` the latest".to_string(),
            Ty::Bool => "`flag` once set stays set, `lww<bool>` keeps the latest".to_string(),
            Ty::Map(key, ..) => format!("`gmap<{key}, …>` maps keys to lattices"),
            other => format!("`lww<{other}>` keeps the latest value written"),
        };
        let diagnostic =
            self.error(Code::E0201, span, format!("a variable needs a lattice, and `{plain}` is a plain type"));
        diagnostic.primary.text = "two nodes could not merge what they wrote here".to_string();
        diagnostic.help.push(advice);
    }

    fn registered(&mut self, info: &'static LatticeInfo, args: &[TypeArg], span: Span) -> Crdt {
        let place = self.at(span);
        if args.len() != info.params.len() {
            self.expect_args(info.name, args, info.params.len(), span);
            return Crdt::Error;
        }
        let (mut elements, mut inner, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
        for (param, arg) in info.params.iter().zip(args) {
            match (param, arg) {
                (ParamKind::Element, arg) => {
                    let ty = self.plain_arg(arg, &Params::default());
                    elements.push(ty);
                }
                (ParamKind::Lattice, TypeArg::Type(ty)) => {
                    let crdt = self.crdt(ty);
                    inner.push(crdt);
                }
                (ParamKind::Int, TypeArg::Int(size, _)) => sizes.push(*size),
                (ParamKind::Lattice, TypeArg::Int(_, span)) => {
                    self.error(Code::E0201, *span, "a lattice is needed here, not a number");
                    inner.push(Crdt::Error);
                }
                (ParamKind::Int, TypeArg::Type(ty)) => {
                    self.error(Code::E0201, ty.span, "a whole number is needed here");
                    return Crdt::Error;
                }
            }
        }
        Crdt::Named { info, elements, inner, sizes, place }
    }
}

/// The elements of a drawing, in the order in which they are first named.
fn elements(chains: &[Vec<Name>]) -> Vec<&str> {
    let mut elements: Vec<&str> = Vec::new();
    for name in chains.iter().flatten() {
        if !elements.contains(&name.text.as_str()) {
            elements.push(&name.text);
        }
    }
    elements
}
