//! `seal`, `sealed(x)`, `late(x)`, and what a `once` remembers: hidden variables, and what is done with them.
//!
//! ```text
//! seal votes at server when closed          a hidden `ivar` called `sealed(votes)`, and at server, when closed:
//!                                             if it is not set yet, set it to the value of `votes`
//! sealed(votes)                             reads it: unset, then that value for ever
//! late(votes)                               of what `votes` reads as now, what is not in it
//! ```
//!
//! A total map is sealed as a plain one: under a key that was not there at the cut there is nothing, not the bottom of
//! a lattice. Sealing stops no update: what comes later is late, kept and listed.
//!
//! Invariant: hidden variables stand among the others in the order of the text, so that positions only grow when text
//! is appended. Neighbours: `stability::whens` asks that the condition stays true, `operators` lists `sealed` and
//! `late`.

use lasp_grammar::Span;
use lasp_grammar::ast;
use lasp_plan::{BinaryOp, CollOp, Func, UnaryOp, Value};

use super::expr::described;
use super::{Call, Checker, Decl};
use crate::codes::Code;
use crate::crdt::Crdt;
use crate::diagnostic::Diagnostic;
use crate::hir::{Hir, HirArm, HirKind, HirLambda, HirPattern, HirStmt, HirUpdate};
use crate::program::{Hidden, MadeFor, VarDef, WhenDef};
use crate::ty::Ty;

/// A `seal` as written.
#[derive(Clone, Copy)]
pub(super) struct Seal<'a> {
    unit: usize,
    decl: &'a ast::SealDecl,
    /// The position of its hidden variable.
    hidden: usize,
}

impl<'a> Checker<'a> {
    /// Makes room for what a `seal` keeps.
    pub(super) fn enter_seal(&mut self, decl: &'a ast::SealDecl) {
        let hidden = self.program.vars.len();
        self.seals.push(Seal { unit: self.unit, decl, hidden });
        // Which variable it seals is looked up when all are known.
        let name = format!("sealed({})", self.qualified(&decl.name.text));
        self.enter_hidden(name, decl.name.span, Hidden::SealOf(hidden));
    }

    /// Makes room for what a `once` remembers.
    pub(super) fn enter_once(&mut self, decl: &ast::WhenDecl) {
        if let Some(once) = decl.once {
            let name = format!("done({})", self.program.vars.len());
            self.enter_hidden(name, once, Hidden::DoneOnce);
        }
    }

    fn enter_hidden(&mut self, name: String, span: Span, hidden: Hidden) {
        let place = self.at(span);
        self.program.vars.push(VarDef {
            name,
            crdt: Crdt::Error,
            ty: Ty::Error,
            init: None,
            writable_by: Vec::new(),
            place,
            type_place: place,
            hidden: Some(hidden),
        });
    }

    /// The hidden variable of the `once` that stands here: it holds the elements of `source` that it was done for, the
    /// keys of a map.
    pub(super) fn remembered(&mut self, once: Span, source: Option<&Hir>) -> Option<usize> {
        let place = self.at(once);
        let is_it = |var: &VarDef| var.hidden == Some(Hidden::DoneOnce) && var.place == place;
        let at = self.program.vars.iter().position(is_it)?;
        let element = match source.map(|source| (self.head(&source.ty), source)) {
            None => Ty::unit(),
            Some((Ty::Map(key, ..), _)) => *key,
            Some((_, source)) => self.element(source),
        };
        self.program.vars[at].ty = Ty::set(element.clone());
        self.program.vars[at].crdt = self.lattice("gset", element, at);
        Some(at)
    }

    /// A lattice of one argument for a hidden variable.
    fn lattice(&self, name: &str, element: Ty, at: usize) -> Crdt {
        let info = lasp_lattice::lattice(name);
        let place = self.program.vars[at].place;
        info.map_or(Crdt::Error, |info| Crdt::Named {
            info,
            elements: vec![element],
            inner: Vec::new(),
            sizes: Vec::new(),
            place,
        })
    }

    /// Finds what each `seal` seals, once the types of all variables are known.
    pub(super) fn find_sealed(&mut self) {
        for Seal { unit, decl, hidden } in self.seals.clone() {
            let Some(var) = self.elsewhere(unit, |this| this.sealable(decl)) else { continue };
            if let Some(first) = self.seal_of(var) {
                let (place, first) = (self.program.vars[hidden].place, self.program.vars[first].place);
                self.report(
                    Diagnostic::new(Code::E0102, place, format!("`{}` is sealed twice", decl.name.text))
                        .label("sealed again here")
                        .also(first, "first sealed here")
                        .why("a seal keeps the value at one cut, and two could differ")
                        .help("join the conditions with `or` in one `seal`"),
                );
                continue;
            }
            let ty = frozen(&self.program.vars[var].ty);
            let broken = matches!(self.program.vars[var].crdt, Crdt::Error);
            let crdt = if broken { Crdt::Error } else { self.lattice("ivar", ty.clone(), hidden) };
            let kept = &mut self.program.vars[hidden];
            kept.ty = if broken { Ty::Error } else { Ty::option(ty) };
            kept.crdt = crdt;
            kept.hidden = Some(Hidden::SealOf(var));
        }
    }

    /// The variable that a `seal` names; anything else is reported.
    fn sealable(&mut self, decl: &ast::SealDecl) -> Option<usize> {
        let what = match self.value(&decl.name.text) {
            Some(Decl::Var(var)) => return Some(var),
            Some(Decl::View(_)) => "a view",
            Some(Decl::Fn(_)) => "a function",
            None => {
                self.unknown_value(&decl.name);
                return None;
            }
        };
        let name = decl.name.text.clone();
        let diagnostic =
            self.error(Code::E0307, decl.name.span, format!("`{name}` is {what}, and a `seal` is put on a variable"));
        diagnostic.primary.text = format!("this is {what}");
        diagnostic.why = Some("what comes after the seal is kept in the variable, as late".to_string());
        diagnostic.help.push(format!(
            "seal the variable that it is computed from, and compute from `sealed(…)`: `let {name} = match sealed(x) {{ some(v) => …, none => … }}`"
        ));
        None
    }

    /// The hidden variable that holds the sealed value of this one.
    fn seal_of(&self, var: usize) -> Option<usize> {
        let is_it = |(at, kept): (usize, &VarDef)| kept.hidden == Some(Hidden::SealOf(var)) && at != var;
        self.program.vars.iter().enumerate().position(is_it)
    }

    pub(super) fn check_seal(&mut self, decl: &'a ast::SealDecl) {
        let role_known = self.known_role(&decl.at);
        let condition = self.want(&decl.condition, &Ty::Bool);
        let place = self.at(decl.name.span);
        let Some(hidden) = self.program.vars.iter().position(|var| var.is_seal() && var.place == place) else { return };
        let Some(Hidden::SealOf(var)) = self.program.vars[hidden].hidden else { return };
        let Some(set) = self.program.vars[hidden].crdt.method("set").filter(|_| role_known) else { return };
        let node = |kind, ty| Hir { kind, ty, place };
        // One that has heard of the seal does not seal again: it may have heard of more votes since.
        let kept = node(HirKind::Raw(hidden), self.program.vars[hidden].ty.clone());
        let is_set = node(HirKind::Call(Func::IsSet, vec![kept]), Ty::Bool);
        let open = node(HirKind::Unary(UnaryOp::Not, Box::new(is_set)), Ty::Bool);
        let now = node(HirKind::Var(var), self.program.vars[var].ty.clone());
        let keep = HirUpdate { var: hidden, path: Vec::new(), method: set, args: vec![now], place };
        self.program.whens.push(WhenDef {
            once: false,
            done: None,
            made_for: Some(MadeFor::Seal(var)),
            role: Some(decl.at.text.clone()),
            binding: None,
            condition,
            body: vec![HirStmt::If(open, vec![HirStmt::Update(keep)], Vec::new())],
            place,
            whole: place,
            pattern: None,
        });
    }

    /// The variable that is asked, and where its sealed value is kept.
    fn asked_of_seal(&mut self, call: &Call<'_>) -> Option<(usize, usize)> {
        self.arguments(call, &[])?;
        let name = &call.name.text;
        let HirKind::Var(var) = call.receiver.kind else {
            if self.head(&call.receiver.ty) != Ty::Error {
                let ty = self.known(&call.receiver.ty);
                let what = match call.receiver.kind {
                    HirKind::View(_) => "a view".to_string(),
                    HirKind::Lookup(..) | HirKind::Field(..) => "a part of one".to_string(),
                    _ => described(&ty),
                };
                let place = call.receiver.place;
                self.report(
                    Diagnostic::new(Code::E0307, place, format!("`{name}` is asked of a variable, and this is {what}"))
                        .label(format!("this is {what}"))
                        .why("a variable is sealed as a whole")
                        .help(if name == "late" {
                            "ask the whole variable, and take the part out of what is late: `late(x)`"
                        } else {
                            "take the part out of the whole: `match sealed(x) { some(v) => …, none => … }`"
                        }),
                );
            }
            return None;
        };
        if let Some(hidden) = self.seal_of(var) {
            return Some((var, hidden));
        }
        let (declared, of) = (self.program.vars[var].place, self.program.vars[var].name.clone());
        let role = self.program.roles.first().map_or("server", String::as_str).to_string();
        let mut diagnostic = Diagnostic::new(Code::E0307, call.receiver.place, format!("nobody seals `{of}`"))
            .label(format!("so there is nothing for `{name}` to read"))
            .also(declared, "declared here")
            .help(format!("say at which role it is sealed, and when: `seal {of} at {role} when …`"));
        if self.program.roles.is_empty() {
            diagnostic = diagnostic.help("and declare the role: `role server`");
        }
        self.report(diagnostic);
        None
    }

    /// Whether the value is sealed and `then` holds of it and the sealed one.
    fn if_sealed(&mut self, hidden: usize, span: Span, then: impl FnOnce(&Self, Hir) -> Hir) -> Hir {
        let ty = self.program.vars[hidden].ty.clone();
        let inner = if let Ty::Option(inner) = &ty { (**inner).clone() } else { Ty::Error };
        let local = self.bind_local("", inner.clone());
        let sealed = self.hir(HirKind::Local(local), inner, span);
        let yes = HirArm {
            pattern: HirPattern::Some(Box::new(HirPattern::Bind(local))),
            guard: None,
            body: then(self, sealed),
        };
        let no = self.hir(HirKind::Const(Value::Bool(false)), Ty::Bool, span);
        let no = HirArm { pattern: HirPattern::Wildcard, guard: None, body: no };
        let kept = self.hir(HirKind::Var(hidden), ty, span);
        self.hir(HirKind::Match(Box::new(kept), vec![yes, no]), Ty::Bool, span)
    }
}

/// `sealed(votes)`.
pub(crate) fn sealed(c: &mut Checker<'_>, call: Call<'_>) -> Hir {
    let Some((_, hidden)) = c.asked_of_seal(&call) else { return c.wrong(call.span) };
    let ty = c.program.vars[hidden].ty.clone();
    c.hir(HirKind::Var(hidden), ty, call.span)
}

/// `late(votes)`: of a set the elements, of a map the entries, of anything else the value, if it is not what was
/// sealed.
pub(crate) fn late(c: &mut Checker<'_>, call: Call<'_>) -> Hir {
    let Some((var, hidden)) = c.asked_of_seal(&call) else { return c.wrong(call.span) };
    let (span, ty) = (call.span, c.program.vars[var].ty.clone());
    match &ty {
        Ty::Set(element) => {
            let local = c.bind_local("", (**element).clone());
            let element = c.hir(HirKind::Local(local), (**element).clone(), span);
            let body = c.if_sealed(hidden, span, |c, sealed| {
                let known = HirKind::Coll(CollOp::Contains, Box::new(sealed), vec![element], None);
                let known = c.hir(known, Ty::Bool, span);
                c.hir(HirKind::Unary(UnaryOp::Not, Box::new(known)), Ty::Bool, span)
            });
            let lambda = HirLambda { pattern: HirPattern::Bind(local), body };
            c.hir(HirKind::Coll(CollOp::Filter, Box::new(call.receiver), Vec::new(), Some(Box::new(lambda))), ty, span)
        }
        Ty::Map(key, value, _) => {
            let (key, value) = ((**key).clone(), (**value).clone());
            let (at, of) = (c.bind_local("", key.clone()), c.bind_local("", value.clone()));
            let body = c.if_sealed(hidden, span, |c, sealed| {
                let key = c.hir(HirKind::Local(at), key.clone(), span);
                let option = Ty::option(value.clone());
                let before = c.hir(HirKind::Lookup(Box::new(sealed), Box::new(key)), option.clone(), span);
                let now = c.hir(HirKind::Local(of), value.clone(), span);
                let now = c.hir(HirKind::Some(Box::new(now)), option, span);
                c.hir(HirKind::Binary(BinaryOp::Ne, Box::new(before), Box::new(now)), Ty::Bool, span)
            });
            let pattern = HirPattern::Slots(vec![(0, HirPattern::Bind(at)), (1, HirPattern::Bind(of))]);
            let lambda = HirLambda { pattern, body };
            let kind = HirKind::Coll(CollOp::Filter, Box::new(call.receiver), Vec::new(), Some(Box::new(lambda)));
            c.hir(kind, Ty::map(key, value, false), span)
        }
        _ => {
            let now = call.receiver;
            let other = now.clone();
            let differs = c.if_sealed(hidden, span, |c, sealed| {
                c.hir(HirKind::Binary(BinaryOp::Ne, Box::new(other), Box::new(sealed)), Ty::Bool, span)
            });
            let option = Ty::option(ty);
            let some = c.hir(HirKind::Some(Box::new(now)), option.clone(), span);
            let none = c.hir(HirKind::Const(Value::None), option.clone(), span);
            c.hir(HirKind::If(Box::new(differs), Box::new(some), Box::new(none)), option, span)
        }
    }
}

/// The type of a value that is kept: a total map is a plain one, whose absent keys are absent.
fn frozen(ty: &Ty) -> Ty {
    match ty {
        Ty::Map(key, value, _) => Ty::map((**key).clone(), frozen(value), false),
        Ty::Record(fields) => Ty::Record(fields.iter().map(|(name, ty)| (name.clone(), frozen(ty))).collect()),
        Ty::Tuple(parts) => Ty::Tuple(parts.iter().map(frozen).collect()),
        Ty::Option(inner) => Ty::option(frozen(inner)),
        other => other.clone(),
    }
}
