//! The generator of expressions: what is in scope, and the choice between forms.
//!
//! [`Gen::exp`] makes an expression that fits a type: a literal, something in scope, or a form over smaller ones. Which
//! forms there are for a type is in the neighbours: `scalars`, `logic`, `sets`, `maps`, `ranked`.
//!
//! Invariants: every expression made here checks. Nothing costs more than [`COST_MAX`] to compute from scratch.

use std::collections::BTreeSet;

use super::exp::Exp;
use super::rng::Rng;
use super::ty::{ELEMENTS, Ty};

/// What an expression may cost from scratch, about in evaluated parts: 10,000 of them take a millisecond.
pub(crate) const COST_MAX: u64 = 12_000;
/// How many elements a collection may have.
pub(crate) const SIZE_MAX: u64 = 400;

/// A name of the top level.
#[derive(Clone, Debug)]
pub(crate) struct Global {
    pub(crate) name: String,
    pub(crate) ty: Ty,
    pub(crate) cost: u64,
    pub(crate) size: u64,
}

/// A function of the program.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) params: Vec<Ty>,
    pub(crate) result: Ty,
    pub(crate) cost: u64,
}

/// The generator at work.
pub(crate) struct Gen {
    pub(crate) rng: Rng,
    pub(crate) globals: Vec<Global>,
    pub(crate) functions: Vec<Function>,
    /// Names bound around the place in hand, with about how many elements each has.
    pub(crate) locals: Vec<(String, Ty, u64)>,
    /// What was used, beyond what can be read off the text.
    pub(crate) used: BTreeSet<&'static str>,
    /// Whether constants come from so few that what programs do meets.
    pub(crate) narrow: bool,
    /// Whether what may shrink is counted by sketches, which has to be answered for.
    pub(crate) sketches: bool,
    names: usize,
}

impl Gen {
    pub(crate) fn new(rng: Rng) -> Gen {
        let used = BTreeSet::new();
        let (globals, functions, locals) = (Vec::new(), Vec::new(), Vec::new());
        Gen { rng, globals, functions, locals, used, narrow: false, sketches: true, names: 0 }
    }

    /// An expression that fits `ty`.
    pub(crate) fn exp(&mut self, ty: &Ty, depth: usize) -> Exp {
        for _ in 0..4 {
            let exp = self.attempt(ty, depth);
            if exp.cost <= COST_MAX && exp.size <= SIZE_MAX {
                debug_assert!(exp.ty.fits(ty), "{} is {:?}, not {ty:?}", exp.text(), exp.ty);
                return exp;
            }
        }
        self.literal(ty)
    }

    fn attempt(&mut self, ty: &Ty, depth: usize) -> Exp {
        if depth == 0 {
            return match self.in_scope(ty) {
                Some(exp) if self.rng.chance(85) => exp,
                // A bare truth value says little.
                _ if *ty == Ty::Bool => self.comparison(0),
                // A function of what there is says more than a literal.
                _ => match ty {
                    Ty::Set(of) if self.rng.chance(60) => self.mapped(of, 0),
                    Ty::Int if self.rng.chance(30) => self.counted(0),
                    _ => self.literal(ty),
                },
            };
        }
        let choice = self.rng.below(100);
        if choice < 30
            && let Some(exp) = self.in_scope(ty)
        {
            return exp;
        }
        if choice < 38
            && let Some(exp) = self.applied(ty, depth)
        {
            return exp;
        }
        if choice < 45 && depth > 1 {
            return self.branching(ty, depth);
        }
        if choice < 50
            && let Some(exp) = self.folded(ty, depth - 1)
        {
            return exp;
        }
        match ty {
            Ty::Int | Ty::Nat => self.number(ty, depth),
            Ty::Float => self.float(depth),
            Ty::Bool => self.logic(depth),
            Ty::Text => self.words(depth),
            Ty::Opt(of) => self.option(of, depth),
            Ty::Set(of) => self.set(of, depth),
            Ty::Map(key, value, total) => self.map(key, value, *total, depth),
            Ty::List(of) if self.rng.chance(70) => self.listed_by_rank(of, depth - 1),
            Ty::Status if self.rng.chance(60) => self.looked_up(ty, depth - 1),
            Ty::Shape | Ty::Status | Ty::Tuple(_) | Ty::Record(_) | Ty::List(_) => self.built(ty, depth),
        }
    }

    /// A name in scope, or a part of what it names, that fits.
    pub(crate) fn in_scope(&mut self, ty: &Ty) -> Option<Exp> {
        let mut found = Vec::new();
        for (name, of, size) in &self.locals {
            paths(name, of, *size, ty, &mut found);
        }
        let locals = found.len();
        // Inside a function of elements its argument is what matters; a captured view is the exception.
        if locals == 0 || self.rng.chance(15) {
            for global in &self.globals {
                let before = found.len();
                paths(&global.name, &global.ty, global.size, ty, &mut found);
                found[before..].iter_mut().for_each(|exp| exp.cost = global.cost.max(1));
            }
        }
        if found.is_empty() {
            return None;
        }
        let at = self.rng.below(found.len());
        if at >= locals && !self.locals.is_empty() {
            let scalar = found[at].ty.element().is_none();
            self.used.insert(if scalar { "captured scalar" } else { "captured collection" });
        }
        Some(found.swap_remove(at))
    }

    /// A call of one of the program's functions.
    fn applied(&mut self, ty: &Ty, depth: usize) -> Option<Exp> {
        let fitting: Vec<Function> =
            self.functions.iter().filter(|function| function.result.fits(ty)).cloned().collect();
        if fitting.is_empty() {
            return None;
        }
        let function = self.rng.pick(&fitting).clone();
        let args: Vec<Exp> = function.params.iter().map(|param| self.exp(param, depth - 1)).collect();
        let marks = vec!["$"; args.len()].join(", ");
        let most = args.iter().map(|arg| arg.size).max().unwrap_or(1);
        let call = Exp::new(function.result.clone(), &format!("{}({marks})", function.name), args);
        let cost = call.cost.saturating_add(function.cost.saturating_mul(most));
        Some(call.costing(cost).sized(12))
    }

    /// `if` and `match`, with parts of any type in the condition.
    fn branching(&mut self, ty: &Ty, depth: usize) -> Exp {
        match self.rng.weighted(&[50, 30, 20]) {
            0 => {
                let condition = self.exp(&Ty::Bool, depth - 1);
                let (then, other) = (self.exp(ty, depth - 1), self.exp(ty, depth - 1));
                self.joined(ty, "(if $ then $ else $)", vec![condition, then, other], 1)
            }
            1 => {
                let of = self.scalar_type();
                let value = self.exp(&Ty::opt(of), depth - 1);
                let Ty::Opt(of) = value.ty.clone() else { return self.literal(ty) };
                if value.text().starts_with("some(") {
                    return self.exp(ty, depth - 1);
                }
                let name = self.fresh();
                let some = self.with(&[(&name, &of, value.size)], |this| this.exp(ty, depth - 1));
                let none = self.exp(ty, depth - 1);
                let guarded = self.rng.chance(30);
                if guarded {
                    let guard = self.with(&[(&name, &of, value.size)], |this| this.exp(&Ty::Bool, depth - 1));
                    let template = format!("(match $ {{ some({name}) if $ => $, _ => $ }})");
                    return self.joined(ty, &template, vec![value, guard, some, none], 2);
                }
                self.joined(ty, &format!("(match $ {{ some({name}) => $, none => $ }})"), vec![value, some, none], 1)
            }
            _ => {
                let value = self.exp(&Ty::Shape, depth - 1);
                let (n, t) = (self.fresh(), self.fresh());
                let dot = self.exp(ty, depth - 1);
                let line = self.with(&[(&n, &Ty::Int, 1)], |this| this.exp(ty, depth - 1));
                let boxed = self.with(&[(&n, &Ty::Int, 1), (&t, &Ty::Text, 1)], |this| this.exp(ty, depth - 1));
                let template = format!("(match $ {{ dot => $, line({n}) => $, box({n}, {t}) => $ }})");
                self.joined(ty, &template, vec![value, dot, line, boxed], 1)
            }
        }
    }

    /// A form whose branches are the parts from `first` on.
    fn joined(&mut self, ty: &Ty, template: &str, parts: Vec<Exp>, first: usize) -> Exp {
        let joined = parts[first..].iter().map(|part| Some(part.ty.clone())).reduce(|a, b| a?.common(&b?)).flatten();
        match joined {
            Some(joined) => {
                self.used.insert(if joined.element().is_some() { "branches with sets" } else { "branches" });
                Exp::new(joined, template, parts)
            }
            None => self.literal(ty),
        }
    }

    /// A constant.
    pub(crate) fn literal(&mut self, ty: &Ty) -> Exp {
        match ty {
            Ty::Int if !self.narrow && self.rng.chance(1) => Exp::leaf(Ty::Nat, i64::MAX.to_string()),
            Ty::Int => {
                let n = if self.narrow { self.rng.between(-2, 3) } else { self.rng.between(-4, 4) };
                let ty = if n < 0 { Ty::Int } else { Ty::Nat };
                Exp::leaf(ty, if n < 0 { format!("({n})") } else { n.to_string() })
            }
            Ty::Nat => Exp::leaf(Ty::Nat, self.rng.between(0, if self.narrow { 3 } else { 4 }).to_string()),
            Ty::Float => Exp::leaf(Ty::Float, *self.rng.pick(&["0.5", "2.0", "0.1", "1.5e3", "0.0"])),
            Ty::Bool => Exp::leaf(Ty::Bool, if self.rng.chance(70) { "true" } else { "false" }),
            Ty::Text => {
                let texts = &["a", "b", "c", "d"][..if self.narrow { 2 } else { 4 }];
                Exp::leaf(Ty::Text, format!("\"{}\"", self.rng.pick(texts)))
            }
            // A bare `none` has a type only where one is wanted.
            Ty::Opt(of) => {
                let inner = self.literal(of);
                Exp::new(Ty::opt(inner.ty.clone()), "some($)", [inner])
            }
            Ty::Set(of) => {
                let parts: Vec<Exp> = (0..=self.rng.below(3)).map(|_| self.literal(of)).collect();
                self.listed(parts, "{", "}", Ty::set)
            }
            Ty::List(of) => {
                let parts: Vec<Exp> = (0..=self.rng.below(3)).map(|_| self.literal(of)).collect();
                self.listed(parts, "[", "]", |of| Ty::List(Box::new(of)))
            }
            Ty::Map(key, value, _) => {
                let (key, value) = (self.literal(key), self.literal(value));
                Exp::new(Ty::map(key.ty.clone(), value.ty.clone(), false), "[$: $]", [key, value])
            }
            Ty::Shape | Ty::Status | Ty::Tuple(_) | Ty::Record(_) => self.built(ty, 0),
        }
    }

    /// A set or list literal.
    pub(crate) fn listed(&mut self, parts: Vec<Exp>, open: &str, close: &str, of: impl Fn(Ty) -> Ty) -> Exp {
        let ty = parts.iter().map(|part| part.ty.clone()).reduce(|a, b| a.common(&b).unwrap_or(a));
        let marks = vec!["$"; parts.len()].join(", ");
        let size = parts.len() as u64;
        Exp::new(of(ty.unwrap_or(Ty::Int)), &format!("{open}{marks}{close}"), parts).sized(size)
    }

    /// A value put together from its parts.
    fn built(&mut self, ty: &Ty, depth: usize) -> Exp {
        let below = depth.saturating_sub(1);
        let part = |this: &mut Gen, ty: &Ty| if depth == 0 { this.literal(ty) } else { this.exp(ty, below) };
        match ty {
            Ty::Tuple(types) => {
                let parts: Vec<Exp> = types.iter().map(|ty| part(self, ty)).collect();
                let ty = Ty::Tuple(parts.iter().map(|part| part.ty.clone()).collect());
                Exp::new(ty, &format!("({})", vec!["$"; parts.len()].join(", ")), parts)
            }
            Ty::Record(fields) => {
                let parts: Vec<Exp> = fields.iter().map(|(_, ty)| part(self, ty)).collect();
                let names = || fields.iter().map(|(name, _)| name);
                let ty = Ty::Record(names().cloned().zip(parts.iter().map(|part| part.ty.clone())).collect());
                let marks: Vec<String> = names().map(|name| format!("{name}: $")).collect();
                Exp::new(ty, &format!("{{ {} }}", marks.join(", ")), parts)
            }
            Ty::List(of) => {
                let parts: Vec<Exp> = (0..=self.rng.below(3)).map(|_| part(self, of)).collect();
                self.listed(parts, "[", "]", |of| Ty::List(Box::new(of)))
            }
            Ty::Status => Exp::leaf(Ty::Status, *self.rng.pick(&ELEMENTS)),
            _ => match self.rng.below(3) {
                0 => Exp::leaf(Ty::Shape, "dot"),
                1 => {
                    let n = part(self, &Ty::Int);
                    Exp::new(Ty::Shape, "line($)", [n])
                }
                _ => {
                    let (n, t) = (part(self, &Ty::Int), part(self, &Ty::Text));
                    Exp::new(Ty::Shape, "box($, $)", [n, t])
                }
            },
        }
    }

    /// Works with more names in scope.
    pub(crate) fn with<T>(&mut self, names: &[(&str, &Ty, u64)], work: impl FnOnce(&mut Gen) -> T) -> T {
        let before = self.locals.len();
        self.locals.extend(names.iter().map(|(name, ty, size)| ((*name).to_string(), (*ty).clone(), *size)));
        let result = work(self);
        self.locals.truncate(before);
        result
    }

    /// A pattern for an element, and its names: the whole, or its parts.
    pub(crate) fn pattern(&mut self, ty: &Ty, size: u64) -> (String, Vec<(String, Ty, u64)>) {
        match ty {
            Ty::Tuple(types) if self.rng.chance(65) => {
                let names: Vec<_> = types.iter().map(|ty| (self.fresh(), ty.clone(), size)).collect();
                let text: Vec<_> = names.iter().map(|(name, ..)| name.as_str()).collect();
                (format!("({})", text.join(", ")), names)
            }
            Ty::Record(fields) if self.rng.chance(20) => {
                let names: Vec<_> = fields.iter().map(|(_, ty)| (self.fresh(), ty.clone(), size)).collect();
                let text: Vec<_> =
                    fields.iter().zip(&names).map(|((field, _), (name, ..))| format!("{field}: {name}")).collect();
                (format!("{{ {} }}", text.join(", ")), names)
            }
            _ => {
                let name = self.fresh();
                (name.clone(), vec![(name, ty.clone(), size)])
            }
        }
    }

    /// A function of the elements of `source`: its text with a mark for the body, and the body.
    pub(crate) fn lambda(&mut self, source: &Exp, element: &Ty, body: impl FnOnce(&mut Gen) -> Exp) -> (String, Exp) {
        let (pattern, names) = self.pattern(element, source.size);
        let names: Vec<(&str, &Ty, u64)> = names.iter().map(|(name, ty, size)| (name.as_str(), ty, *size)).collect();
        let body = self.with(&names, body);
        (format!("{pattern} => $"), body)
    }

    pub(crate) fn fresh(&mut self) -> String {
        self.names += 1;
        format!("x{}", self.names)
    }

    /// A type without collections.
    pub(crate) fn scalar_type(&mut self) -> Ty {
        match self.rng.weighted(&[40, 24, 3, 5, 15, 3, 6, 4]) {
            0 => Ty::Int,
            1 => Ty::Text,
            2 => Ty::Bool,
            3 => Ty::Float,
            4 => Ty::item(),
            5 => Ty::Shape,
            6 => Ty::pair(Ty::Text, Ty::Int),
            _ => Ty::Status,
        }
    }

    /// A type that elements of sets have.
    pub(crate) fn element_type(&mut self) -> Ty {
        // What is there already can meet.
        let known: Vec<Ty> = self
            .globals
            .iter()
            .filter_map(|global| match &global.ty {
                Ty::Map(_, value, _) => value.element().or(Some((**value).clone())),
                ty => ty.element(),
            })
            .filter(|ty| !matches!(ty, Ty::Map(..)) && !ty.has_total())
            .collect();
        if !known.is_empty() && self.rng.chance(50) {
            return self.rng.pick(&known).clone();
        }
        match self.rng.weighted(&[70, 6, 6, 15, 3]) {
            0 => self.scalar_type(),
            1 => Ty::opt(self.scalar_type()),
            2 => Ty::set(self.scalar_type()),
            3 => Ty::pair(self.scalar_type(), self.scalar_type()),
            _ => Ty::List(Box::new(self.scalar_type())),
        }
    }
}

/// Everything that can be reached from a name by fields and fits.
fn paths(name: &str, of: &Ty, size: u64, wanted: &Ty, found: &mut Vec<Exp>) {
    if of.fits(wanted) {
        found.push(Exp::leaf(of.clone(), name).sized(size));
    }
    match of {
        Ty::Record(fields) => {
            for (field, ty) in fields {
                paths(&format!("{name}.{field}"), ty, size, wanted, found);
            }
        }
        Ty::Tuple(types) => {
            for (i, ty) in types.iter().enumerate() {
                paths(&format!("{name}.{i}"), ty, size, wanted, found);
            }
        }
        _ => {}
    }
}
