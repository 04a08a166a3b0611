//! `bind g <- e`: what flows into a variable for ever, joined.
//!
//! ```text
//! bind seen <- cart.map(x => x.id)        gset: each element that comes is added
//! bind best <- scores.max(s => s.n)       max, min: the number is set, once it is set
//! bind by   <- n.each(c => c + 1)         gmap<text, max<int>>: each entry under its key
//! ```
//!
//! A join can be repeated: on every node, after a restart, with what has flowed before. So nothing is counted, and a
//! counter is no target. Each `bind` becomes a `when` that is made for it and fires for each row anew; where the
//! variable is writable by some roles, there only.
//!
//! Neighbours: `stability::required` asks that what flows only goes the way of the lattice.

use lasp_grammar::ast;
use lasp_plan::{Place, Value};

use super::expr::described;
use super::{Checker, Decl};
use crate::codes::Code;
use crate::crdt::Crdt;
use crate::diagnostic::Diagnostic;
use crate::hir::{Hir, HirArm, HirKind, HirPattern, HirStep, HirStmt, HirUpdate};
use crate::program::{BindDef, MadeFor, Program, WhenDef};
use crate::ty::Ty;

impl Checker<'_> {
    pub(super) fn check_bind(&mut self, decl: &ast::BindDecl) {
        let what = match self.value(&decl.name.text) {
            Some(Decl::Var(var)) => {
                self.program.uses.written.insert(var);
                return self.bind_variable(decl, var);
            }
            Some(Decl::View(_)) => "a view",
            Some(Decl::Fn(_)) => "a function",
            None => {
                self.unknown_value(&decl.name);
                self.infer(&decl.value, None);
                return;
            }
        };
        self.infer(&decl.value, None);
        let name = decl.name.text.clone();
        let diagnostic = self.error(
            Code::E0306,
            decl.name.span,
            format!("`{name}` is {what}, and things flow only into a variable"),
        );
        diagnostic.primary.text = format!("this is {what}");
        diagnostic.help.push(format!("declare a variable for it: `var {name}_seen: gset<…>`, and bind that"));
    }

    fn bind_variable(&mut self, decl: &ast::BindDecl, var: usize) {
        let crdt = self.program.vars[var].crdt.clone();
        let wanted = takes(&crdt);
        let value = self.infer(&decl.value, wanted.as_ref());
        let ty = self.known(&value.ty);
        if matches!(crdt, Crdt::Error) || ty == Ty::Error {
            return;
        }
        let place = self.at(decl.name.span);
        let Some(wanted) = wanted else { return self.takes_nothing(decl, &crdt, &ty) };
        if !self.flows(&ty, &crdt) {
            let declared = self.program.vars[var].type_place;
            let message =
                format!("into `{}` flows {}, and this is {}", decl.name.text, described(&wanted), described(&ty));
            let mut diagnostic = Diagnostic::new(Code::E0306, value.place, message)
                .label(format!("this is {}", described(&ty)))
                .also(declared, format!("of type `{crdt}`"));
            diagnostic = match (&wanted, &ty) {
                (Ty::Set(_), Ty::Map(..) | Ty::List(_)) => {
                    diagnostic.help("make it a set with `.to_set()` or `.keys()`")
                }
                (Ty::Set(_), ty) if ty.is_number() => diagnostic.help(format!(
                    "joined, never counted: a number flows only into a `max` or a `min`: `var {}: max<{ty}>`",
                    decl.name.text
                )),
                _ => diagnostic,
            };
            self.report(diagnostic);
            return;
        }
        self.carry(var, &crdt, &value, place);
        self.program.binds.push(BindDef { var, value, place });
    }

    /// Into a lattice that takes nothing back, or counts, nothing flows.
    fn takes_nothing(&mut self, decl: &ast::BindDecl, crdt: &Crdt, ty: &Ty) {
        let name = &decl.name.text;
        let place = self.at(decl.name.span);
        let inner = innermost(crdt);
        let lattice = inner.lattice_name();
        let diagnostic =
            Diagnostic::new(Code::E0306, place, format!("nothing can flow into `{name}`, which is declared `{crdt}`"));
        let written = |from: &str, to: &str| format!("`var {name}: {}`", crdt.to_string().replacen(from, to, 1));
        let diagnostic = match lattice {
            "gcounter" | "pncounter" | "rcounter" | "bcounter" => diagnostic
                .label("this counts")
                .why("what flows is joined, never counted: the same number may come again, from another node or after a restart, and a number flows only into `max` or `min`")
                .help(format!("if it only rises: {}", written(lattice, &format!("max<{}>", if ty.is_number() { ty.to_string() } else { "int".to_string() })))),
            "orset" | "twopset" | "rwset" => diagnostic
                .label("what is in it can be removed")
                .why("what flows in stays for ever, and a removal here would be undone by the next join")
                .help(format!("make it grow-only: {}", written(lattice, "gset"))),
            _ => diagnostic
                .label("this is not joined value by value")
                .why("what flows in is joined again and again, on every node, so the variable must be one that keeps the join of its values")
                .help("things flow into a `gset`, a `max` or `min` of numbers, a `flag`, a drawn lattice, or a `gmap` of those"),
        };
        self.report(diagnostic);
    }

    /// Whether values of this type can be joined into the lattice.
    fn flows(&mut self, ty: &Ty, crdt: &Crdt) -> bool {
        let Some(wanted) = takes(crdt) else { return false };
        match (crdt.values(), self.head(ty)) {
            (Some(values), Ty::Map(key, value, _)) => {
                let Ty::Map(wanted, ..) = wanted else { return false };
                self.program.holes.fits(&key, &wanted) && self.flows(&value, values)
            }
            (Some(_), _) => false,
            (None, Ty::Option(content)) if matches!(crdt.lattice_name(), "max" | "min") => {
                self.program.holes.fits(&content, &wanted)
            }
            (None, ty) => self.program.holes.fits(&ty, &wanted),
        }
    }

    /// The reactions that carry what flows into the variable.
    fn carry(&mut self, var: usize, crdt: &Crdt, value: &Hir, place: Place) {
        let roles: Vec<Option<String>> = match &self.program.vars[var].writable_by[..] {
            [] => vec![None],
            roles => roles.iter().cloned().map(Some).collect(),
        };
        for role in roles {
            let source = value.clone();
            let (binding, body) = match self.known(&value.ty) {
                Ty::Set(element) => {
                    let (local, one) = self.carried(*element, place);
                    let add = self.joins(var, crdt, Vec::new(), "add", one);
                    ((HirPattern::Bind(local), source), add)
                }
                Ty::Map(key, entry, _) => {
                    let (at, key) = self.carried(*key, place);
                    let (of, entry) = self.carried(*entry, place);
                    let pattern = HirPattern::Slots(vec![(0, HirPattern::Bind(at)), (1, HirPattern::Bind(of))]);
                    let values = crdt.values().cloned().unwrap_or(Crdt::Error);
                    ((pattern, source), self.join_stmts(var, &values, vec![HirStep::Key(key)], entry))
                }
                ty => {
                    let (local, whole) = self.carried(ty.clone(), place);
                    let source = Hir { kind: HirKind::Set(vec![source]), ty: Ty::set(ty), place: value.place };
                    ((HirPattern::Bind(local), source), self.join_stmts(var, crdt, Vec::new(), whole))
                }
            };
            let condition = Hir { kind: HirKind::Const(Value::Bool(true)), ty: Ty::Bool, place: value.place };
            self.program.whens.push(WhenDef {
                once: false,
                done: None,
                made_for: Some(MadeFor::Bind(var)),
                role,
                binding: Some(binding),
                condition,
                body,
                place,
                whole: place,
                pattern: None,
            });
        }
    }

    /// A name for something on its way.
    fn carried(&mut self, ty: Ty, place: Place) -> (crate::hir::LocalId, Hir) {
        let local = self.bind_local("", ty.clone());
        (local, Hir { kind: HirKind::Local(local), ty, place })
    }

    /// What joins a value into the lattice at the end of `path`.
    fn join_stmts(&mut self, var: usize, crdt: &Crdt, path: Vec<HirStep>, value: Hir) -> Vec<HirStmt> {
        let place = value.place;
        if let (Some(values), Ty::Map(key, entry, _)) = (crdt.values(), self.known(&value.ty)) {
            let (at, key) = self.carried(*key, place);
            let (of, entry) = self.carried(*entry, place);
            let pattern = HirPattern::Slots(vec![(0, HirPattern::Bind(at)), (1, HirPattern::Bind(of))]);
            let below = path.into_iter().chain([HirStep::Key(key)]).collect();
            return vec![HirStmt::For(pattern, value, self.join_stmts(var, values, below, entry))];
        }
        match (crdt.lattice_name(), self.known(&value.ty)) {
            ("gset", _) => self.joins(var, crdt, path, "add_all", value),
            ("flag", _) => {
                let Some(enable) = crdt.method("enable") else { return Vec::new() };
                let update = HirUpdate { var, path, method: enable, args: Vec::new(), place };
                vec![HirStmt::If(value, vec![HirStmt::Update(update)], Vec::new())]
            }
            // While it is unset nothing flows.
            (_, Ty::Option(content)) => {
                let (inner, of_inner) = self.carried((*content).clone(), place);
                let (local, one) = self.carried((*content).clone(), place);
                let set = |parts| Hir { kind: HirKind::Set(parts), ty: Ty::Set(content.clone()), place };
                let arm = |pattern, body| HirArm { pattern, guard: None, body };
                let arms = vec![
                    arm(HirPattern::Some(Box::new(HirPattern::Bind(inner))), set(vec![of_inner])),
                    arm(HirPattern::Wildcard, set(Vec::new())),
                ];
                let kind = HirKind::Match(Box::new(value), arms);
                let content = Hir { kind, ty: Ty::Set(content.clone()), place };
                vec![HirStmt::For(HirPattern::Bind(local), content, self.joins(var, crdt, path, "set", one))]
            }
            _ => self.joins(var, crdt, path, "set", value),
        }
    }

    fn joins(&self, var: usize, crdt: &Crdt, path: Vec<HirStep>, method: &str, value: Hir) -> Vec<HirStmt> {
        let Some(method) = crdt.method(method) else { return Vec::new() };
        let place = value.place;
        vec![HirStmt::Update(HirUpdate { var, path, method, args: vec![value], place })]
    }

    /// Reports what flows into itself, which would go on for ever.
    pub(super) fn check_bind_circles(&mut self) {
        let program = &self.program;
        let edges: Vec<(usize, Vec<usize>)> = program
            .binds
            .iter()
            .map(|bind| {
                let mut read = Reads { program, vars: Vec::new(), views: Vec::new(), fns: Vec::new() };
                read.visit(&bind.value);
                (bind.var, read.vars)
            })
            .collect();
        let mut found: Vec<Diagnostic> = Vec::new();
        let mut told: Vec<usize> = Vec::new();
        for (at, (start, _)) in edges.iter().enumerate() {
            let Some(way) = circle(&edges, at) else { continue };
            if way.iter().any(|var| told.contains(var)) {
                continue;
            }
            told.extend(&way);
            let name = &program.vars[*start].name;
            let through: Vec<String> =
                way.iter().filter(|var| *var != start).map(|var| format!("`{}`", program.vars[*var].name)).collect();
            let through = if through.is_empty() { String::new() } else { format!(" through {}", through.join(", ")) };
            let bind = &program.binds[at];
            found.push(
                Diagnostic::new(Code::E0207, bind.value.place, format!("`{name}` flows into itself{through}"))
                    .label("what it gives comes back here")
                    .also(bind.place, "into this")
                    .why("each thing that arrives would make the next one, and it need never end")
                    .help("what follows from itself is a view: the least fixed point is written `let rec … = …`"),
            );
        }
        self.diagnostics.extend(found);
    }
}

/// What a lattice takes from a `bind`; none if nothing can flow into it.
fn takes(crdt: &Crdt) -> Option<Ty> {
    let Crdt::Named { info, elements, inner, .. } = crdt else {
        return if let Crdt::Drawn(_, ty, _) = crdt { Some(ty.clone()) } else { None };
    };
    let element = elements.first().cloned();
    match info.name {
        "gset" => element.map(Ty::set),
        // Sets, lists and elements of drawn lattices have an order of their own, which is not that of a `max`.
        "max" | "min" => element.filter(|ty| {
            matches!(ty, Ty::Int | Ty::Nat | Ty::Float | Ty::Bool | Ty::Text | Ty::Bytes | Ty::Time | Ty::Duration)
        }),
        "flag" => Some(Ty::Bool),
        "gmap" => Some(Ty::map(element?, takes(inner.first()?)?, false)),
        _ => None,
    }
}

/// At the end of the maps.
fn innermost(crdt: &Crdt) -> &Crdt {
    crdt.values().map_or(crdt, innermost)
}

/// The variables that an expression reads, also through views and functions. What is sealed does not go on growing.
struct Reads<'p> {
    program: &'p Program,
    vars: Vec<usize>,
    views: Vec<usize>,
    fns: Vec<usize>,
}

impl<'p> Reads<'p> {
    fn visit(&mut self, hir: &'p Hir) {
        match &hir.kind {
            HirKind::Var(var) | HirKind::Raw(var) if !self.program.vars[*var].is_seal() => note(&mut self.vars, *var),
            HirKind::View(view) if !self.views.contains(view) => {
                self.views.push(*view);
                self.visit(&self.program.views[*view].value);
                return;
            }
            HirKind::Apply(index, _) if !self.fns.contains(index) => {
                self.fns.push(*index);
                self.visit(&self.program.fns[*index].body);
            }
            _ => {}
        }
        hir.each_part(&mut |part| self.visit(part));
    }
}

fn note(all: &mut Vec<usize>, one: usize) {
    if !all.contains(&one) {
        all.push(one);
    }
}

/// The variables on a way from the bind at this position back to its own variable, if there is one.
fn circle(edges: &[(usize, Vec<usize>)], at: usize) -> Option<Vec<usize>> {
    let (start, sources) = &edges[at];
    // Each variable reached, with the one that it flows into.
    let mut reached: Vec<(usize, Option<usize>)> = sources.iter().map(|var| (*var, None)).collect();
    let mut next = 0;
    while let Some(&(var, _)) = reached.get(next) {
        if var == *start {
            let mut way = Vec::new();
            let mut step = Some(next);
            while let Some(at) = step {
                way.push(reached[at].0);
                step = reached[at].1;
            }
            return Some(way);
        }
        for (_, sources) in edges.iter().filter(|(target, _)| *target == var) {
            for source in sources {
                if !reached.iter().any(|(known, _)| known == source) {
                    reached.push((*source, Some(next)));
                }
            }
        }
        next += 1;
    }
    None
}
