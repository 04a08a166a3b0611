//! A case: a program with one place that needs a result that stays, near the border, made from a seed.
//!
//! ```text
//! var m0: gmap<text, gcounter>          two to four variables of any type
//! fn f0(p0: int) -> bool = p0 >= 2      now and then functions, the later ones calling the earlier
//! let v0 = { a: m0["a"], b: f0(1) }     and views, records and recursive ones too
//! when f0(v0.a) { emit fired { } }      or another of the `places`
//! ```
//!
//! Neighbours: `border` makes the expressions, `verdict` asks the checker and the explorer.

use super::border::{Border, Fun};
use super::places::{Place, Reaction};
use super::reads::{self, Read, Way};
use super::verdict;
use crate::oracle::exp::Exp;
use crate::oracle::generator::{Gen, Global};
use crate::oracle::rng::Rng;
use crate::oracle::ty::{SHAPE, STATUS, Ty};
use crate::oracle::vars;

/// How often a case that does not move is drawn again.
const DRAWN_MAX: u64 = 5;
/// How far down a shape is told apart.
const SHAPE_DEPTH: usize = 2;

/// A function as declared.
#[derive(Clone, Debug)]
pub(super) struct FunText {
    name: String,
    params: Vec<(String, Ty)>,
    pub(super) body: Exp,
}

/// A program.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) seed: u64,
    pub(super) vars: Vec<String>,
    pub(super) funs: Vec<FunText>,
    pub(super) lets: Vec<(String, Exp)>,
    pub(super) place: Place,
    /// The name and source of a `for`.
    pub(super) binding: Option<(String, Exp)>,
    pub(super) condition: Exp,
    pub(super) used: Vec<&'static str>,
}

/// The case of a seed: what never changes says nothing, so it is drawn again a few times.
pub(super) fn generate(seed: u64) -> Case {
    let mut case = drawn(seed, 0);
    for again in 1..DRAWN_MAX {
        if verdict::is_moving(&case) {
            break;
        }
        case = drawn(seed, again);
    }
    case
}

/// As it is drawn, whether it moves or not.
pub(super) fn drawn(seed: u64, again: u64) -> Case {
    let mut g = Gen::new(Rng::new(seed ^ 0x57ab_1e00 ^ (again << 40)));
    g.narrow = true;
    // What is answered for goes back all the same.
    g.sketches = false;
    let mistakes = [0, 4, 20][g.rng.below(3)];
    let mut border = Border { g, reads: Vec::new(), mistakes, funs: Vec::new() };
    let (mut declared, mut names) = (Vec::new(), Vec::new());
    for n in 0..2 + border.g.rng.below(2) {
        let (mut var, mut lattice) = vars::declared(&mut border.g.rng, n);
        // Where nothing goes one way there is no border.
        for _ in 0..if n == 0 { 8 } else { 1 } {
            if reads::of(&var.name, &lattice, &var.ty).iter().any(|read| read.way != Way::Any) {
                break;
            }
            (var, lattice) = vars::declared(&mut border.g.rng, n);
        }
        // What has passed its bounds from the start does not move.
        if let Some((bare, _)) = var.text.split_once(" = ")
            && border.g.rng.chance(70)
        {
            (var.text, var.ty) = (bare.to_string(), lattice.read());
        }
        border.g.globals.push(Global { name: var.name.clone(), ty: var.ty.clone(), cost: 1, size: 6 });
        border.reads.extend(reads::of(&var.name, &lattice, &var.ty));
        declared.push(var.text);
        names.push(var.name);
    }
    let mut funs = Vec::new();
    for n in 0..border.g.rng.weighted(&[55, 25, 20]) {
        funs.push(function(&mut border, n));
    }
    let mut lets = Vec::new();
    for n in 0..border.g.rng.weighted(&[55, 30, 15]) {
        lets.push(view(&mut border, n));
    }
    let Reaction { mut place, mut binding, mut condition } = border.reaction();
    // What depends on no variable says nothing.
    for _ in 0..6 {
        let text =
            format!("{} {}", condition.text(), binding.as_ref().map_or(String::new(), |(_, source)| source.text()));
        if depends(&text, &names, &funs, &lets) {
            break;
        }
        Reaction { place, binding, condition } = border.reaction();
    }
    let used = border.g.used.iter().copied().collect();
    Case { seed, vars: declared, funs, lets, place, binding, condition, used }
}

/// Whether a text leads to a variable.
fn depends(text: &str, names: &[String], funs: &[FunText], lets: &[(String, Exp)]) -> bool {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let has = |name: &str| words.contains(&name);
    names.iter().any(|name| has(name))
        // A view reads those before it, and a recursive one itself.
        || (0..).zip(lets).any(|(at, (name, body))| has(name) && depends(&body.text(), names, funs, &lets[..at]))
        || funs.iter().any(|fun| has(&fun.name) && depends(&fun.body.text(), names, funs, lets))
}

/// A function that reads its parameters, variables now and then, and functions before it.
fn function(border: &mut Border, n: usize) -> FunText {
    let mut params = Vec::new();
    for at in 0..1 + border.g.rng.below(2) {
        let ty = match border.g.rng.below(6) {
            0 => Ty::set(Ty::Int),
            1 => Ty::Bool,
            2 => Ty::opt(Ty::Int),
            _ => Ty::Int,
        };
        let way = if border.g.rng.chance(70) { Way::Up } else { Way::Down };
        params.push((format!("p{at}"), ty, way));
    }
    let own =
        params.iter().map(|(name, ty, way)| Read { text: name.clone(), keys: Vec::new(), ty: ty.clone(), way: *way });
    let own: Vec<Read> = own.collect();
    let reads_variables = border.g.rng.chance(25);
    let outer = border.reads.clone();
    let globals = if reads_variables { Vec::new() } else { std::mem::take(&mut border.g.globals) };
    border.reads = if reads_variables { own.into_iter().chain(outer.clone()).collect() } else { own };
    // What the oracle's generator makes in here sees the parameters as names of its own.
    let before = border.g.locals.len();
    let result = if border.g.rng.chance(60) { Ty::Bool } else { Ty::Int };
    let called =
        if border.funs.is_empty() || border.g.rng.chance(40) { None } else { border.call(&result, Way::Up, 1) };
    let body = match called {
        Some(call) => {
            border.g.used.insert("function in a function");
            call
        }
        None => border.part(&result, Way::Up, 1),
    };
    border.g.locals.truncate(before);
    border.reads = outer;
    if !reads_variables {
        border.g.globals = globals;
    }
    let name = format!("f{n}");
    let of = params.iter().map(|(_, ty, way)| (ty.clone(), *way)).collect();
    border.funs.push(Fun { name: name.clone(), params: of, result: body.ty.clone() });
    FunText { name, params: params.into_iter().map(|(name, ty, _)| (name, ty)).collect(), body }
}

/// A view; a record of two parts now and then.
fn view(border: &mut Border, n: usize) -> (String, Exp) {
    let name = format!("v{n}");
    let way = if border.g.rng.chance(75) { Way::Up } else { Way::Down };
    let part = |border: &mut Border, way: Way| {
        let ty = match border.g.rng.below(4) {
            0 => Ty::Bool,
            1 => Ty::set(Ty::Int),
            2 => Ty::opt(Ty::Int),
            _ => Ty::Int,
        };
        border.part(&ty, way, 2)
    };
    let body = if border.g.rng.chance(12) {
        let body = border.fixed_point(&name, way);
        border.reads.push(Read { text: name.clone(), keys: Vec::new(), ty: body.ty.clone(), way });
        body
    } else if border.g.rng.chance(35) {
        border.g.used.insert("view of a record");
        let (a, b) = (part(border, way), part(border, way.flip()));
        let read = |field: &str, of: &Exp, way| Read {
            text: format!("{name}.{field}"),
            keys: Vec::new(),
            ty: of.ty.clone(),
            way,
        };
        border.reads.extend([read("a", &a, way), read("b", &b, way.flip())]);
        let ty = Ty::Record(vec![("a".into(), a.ty.clone()), ("b".into(), b.ty.clone())]);
        Exp::new(ty, "{ a: $, b: $ }", [a, b])
    } else {
        let body = part(border, way);
        border.reads.push(Read { text: name.clone(), keys: Vec::new(), ty: body.ty.clone(), way });
        body
    };
    border.g.used.insert("view");
    (name, body)
}

impl Case {
    /// The program.
    pub(super) fn program(&self) -> String {
        let mut out = format!("//! Case {}.\n\n{SHAPE}\n{STATUS}\n\n", self.seed);
        for var in &self.vars {
            out.push_str(&format!("{var}\n"));
        }
        for fun in &self.funs {
            let params: Vec<_> = fun.params.iter().map(|(name, ty)| format!("{name}: {}", ty.text())).collect();
            out.push_str(&format!(
                "fn {}({}) -> {} = {}\n",
                fun.name,
                params.join(", "),
                fun.body.ty.text(),
                fun.body.bare()
            ));
        }
        for (name, body) in &self.lets {
            let body = body.bare();
            // A view that names itself.
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            let rec = if body.split(|c| !is_part(c)).any(|word| word == name) { "rec " } else { "" };
            let ty = if rec.is_empty() { "" } else { ": set<int>" };
            out.push_str(&format!("let {rec}{name}{ty} = {body}\n"));
        }
        out.push_str(&format!("\n{}\n", self.place.text(self.binding.as_ref(), &self.condition)));
        out
    }

    /// The skeleton: its outer operators, names and constants blanked, variables as their types, what lies deeper as
    /// `·`.
    pub(super) fn shape(&self) -> String {
        let blank = |word: &str| match self.vars.iter().find(|var| var.starts_with(&format!("var {word}:"))) {
            Some(var) => var.split([':', '<', '=']).nth(1).unwrap_or(word).trim().to_string(),
            None => word.to_string(),
        };
        let mut shape = self.condition.skeleton(SHAPE_DEPTH, &blank);
        match &self.place {
            Place::When => {}
            Place::Once => shape = format!("once {shape}"),
            Place::Seal => shape = format!("seal {shape}"),
            Place::Stable => shape = format!("stable {shape}"),
            Place::Bind(of) => shape = format!("bind {of} {shape}"),
        }
        if let Some((_, source)) = &self.binding {
            shape = format!("for x in {} when {shape}", source.skeleton(SHAPE_DEPTH - 1, &blank));
        }
        for (name, body) in &self.lets {
            shape.push_str(&format!("  let {name} = {}", body.skeleton(SHAPE_DEPTH - 1, &blank)));
        }
        for fun in &self.funs {
            shape.push_str(&format!("  fn {} = {}", fun.name, fun.body.skeleton(SHAPE_DEPTH - 1, &blank)));
        }
        shape
    }

    /// Simpler cases. Some do not compile.
    pub(super) fn simpler(&self) -> Vec<Case> {
        let mut made = Vec::new();
        let mut with = |change: &dyn Fn(&mut Case)| {
            let mut copy = self.clone();
            change(&mut copy);
            made.push(copy);
        };
        if self.binding.is_some() {
            with(&|case| case.binding = None);
        }
        if matches!(self.place, Place::Once | Place::Seal) {
            with(&|case| case.place = Place::When);
        }
        (0..self.lets.len()).for_each(|at| with(&|case| drop(case.lets.remove(at))));
        (0..self.funs.len()).for_each(|at| with(&|case| drop(case.funs.remove(at))));
        (0..self.vars.len()).for_each(|at| with(&|case| drop(case.vars.remove(at))));
        self.condition.simpler().into_iter().for_each(|simpler| with(&|case| case.condition = simpler.clone()));
        for at in 0..self.lets.len() {
            self.lets[at].1.simpler().into_iter().for_each(|simpler| with(&|case| case.lets[at].1 = simpler.clone()));
        }
        for at in 0..self.funs.len() {
            self.funs[at]
                .body
                .simpler()
                .into_iter()
                .for_each(|simpler| with(&|case| case.funs[at].body = simpler.clone()));
        }
        if let Some((_, source)) = &self.binding {
            for simpler in source.simpler() {
                with(&|case| {
                    if let Some((_, source)) = &mut case.binding {
                        *source = simpler.clone();
                    }
                });
            }
        }
        made
    }
}
