//! A case: a program and a trace, made from a seed, that can be read and cut down.

use lasp_compiler::codes::Code;
use lasp_compiler::diagnostic::Severity;
use lasp_compiler::{NoFiles, compile};
use lasp_plan::Plan;
use lasp_plan::Value;
use lasp_plan::format::text_of;

use super::exp::Exp;
use super::gathered::{self, Probe};
use super::generator::{Function, Gen, Global};
use super::reactions::{self, Reaction};
use super::rng::Rng;
use super::ty::{SHAPE, STATUS, Ty};
use super::vars;

/// A variable.
#[derive(Clone, Debug)]
pub(crate) struct Var {
    pub(crate) name: String,
    /// What an expression sees.
    pub(crate) ty: Ty,
    pub(crate) text: String,
    /// Whether what is read only grows.
    pub(crate) is_monotone: bool,
}

/// An event with its handler.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) fields: Vec<(String, Ty)>,
    pub(crate) body: Vec<String>,
    pub(crate) weight: usize,
}

/// A function.
#[derive(Clone, Debug)]
pub(super) struct Fun {
    name: String,
    params: Vec<(String, Ty)>,
    result: Ty,
    pub(super) body: Exp,
}

/// A view.
#[derive(Clone, Debug)]
pub(super) struct Let {
    pub(super) name: String,
    pub(super) body: Exp,
    /// Of a `let rec`: its type as written, if it is.
    pub(super) rec: Option<String>,
    pub(super) shown: bool,
}

/// A program and a trace.
#[derive(Clone, Debug, Default)]
pub(super) struct Case {
    pub(super) seed: u64,
    pub(super) vars: Vec<Var>,
    pub(super) events: Vec<Event>,
    pub(super) funs: Vec<Fun>,
    pub(super) lets: Vec<Let>,
    pub(super) reactions: Vec<Reaction>,
    /// Folds to be computed by hand.
    pub(super) probes: Vec<Probe>,
    pub(super) trace: Vec<(String, Vec<Value>)>,
    /// Views are compared after this many events: several may share one step of the dataflow.
    pub(super) every: usize,
    pub(super) used: Vec<&'static str>,
}

const DEPTH: usize = 4;

/// The case of a seed.
pub(super) fn generate(seed: u64) -> Case {
    let mut g = Gen::new(Rng::new(seed));
    let (mut declared, mut events) = (Vec::new(), Vec::new());
    for n in 0..2 + g.rng.below(4) {
        let (var, of) = vars::variable(&mut g.rng, n);
        let scalar = var.ty.element().is_none() && !matches!(var.ty, Ty::Record(_) | Ty::Tuple(_));
        let size = if scalar { 1 } else { 8 };
        g.globals.push(Global { name: var.name.clone(), ty: var.ty.clone(), cost: 1, size });
        declared.push(var);
        events.extend(of);
    }
    let mut funs = Vec::new();
    for n in 0..g.rng.below(3) {
        let fun = function(&mut g, n);
        let probe = Let { name: "v0".into(), body: Exp::leaf(Ty::Int, "1"), rec: None, shown: true };
        if fun.params.is_empty()
            || !is_admitted(&declared, &[&funs[..], std::slice::from_ref(&fun)].concat(), &[], probe)
        {
            continue;
        }
        let params = fun.params.iter().map(|(_, ty)| ty.clone()).collect();
        let function = Function { name: fun.name.clone(), params, result: fun.result.clone(), cost: fun.body.cost };
        g.functions.push(function);
        funs.push(fun);
    }
    let mut lets = Vec::new();
    for n in 0..3 + g.rng.below(4) {
        let name = format!("v{n}");
        let mut tries = 0;
        let (body, rec) = loop {
            let ty = view_type(&mut g);
            let turns = tries < 8 && g.rng.chance(14);
            let body = match tries {
                8 => g.literal(&Ty::Int),
                _ if turns => g.fixed_point(&name),
                _ => g.exp(&ty, DEPTH),
            };
            let written = || format!(": {}", body.ty.text());
            // Of numbers the checker may find that they are never negative.
            let is_told = |body: &Exp| body.is_plain() && !body.ty.text().contains("int");
            let rec = turns.then(|| if g.rng.chance(50) || !is_told(&body) { written() } else { String::new() });
            let candidate = Let { name: name.clone(), body: body.clone(), rec: rec.clone(), shown: true };
            if tries == 8 || is_small(&candidate) || is_admitted(&declared, &funs, &lets, candidate) {
                break (body, rec);
            }
            tries += 1;
        };
        let global = Global { name: name.clone(), ty: body.ty.clone(), cost: body.cost, size: body.size };
        g.globals.push(global);
        lets.push(Let { name, body, rec, shown: true });
    }
    for at in 0..lets.len() {
        lets[at].shown = at + 1 == lets.len() || g.rng.chance(85);
    }
    events.extend(compound(&mut g, &events));
    events.extend(reading(&mut g, &declared, &funs, &lets));
    let reactions = reactions::generate(&mut g, &declared, &mut lets);
    let probes = probed(&mut g, &declared, &funs, &mut lets);
    let mut weights: Vec<usize> = events.iter().map(|event| event.weight).collect();
    weights.push(1);
    let mut trace = Vec::new();
    for _ in 0..6 + g.rng.below(14) {
        let at = g.rng.weighted(&weights);
        // The last weight: the event before comes again.
        match (events.get(at), trace.last().cloned()) {
            (Some(event), _) => {
                let fields = event.fields.iter().map(|(_, ty)| ty.value(&mut g.rng)).collect();
                trace.push((event.name.clone(), fields));
            }
            (None, Some(last)) => trace.push(last),
            (None, None) => {}
        }
    }
    let every = if g.rng.chance(80) { 1 } else { 2 + g.rng.below(4) };
    if every > 1 {
        g.used.insert("several events in a step");
    }
    let used = g.used.iter().copied().collect();
    Case { seed, vars: declared, events, funs, lets, reactions, probes, trace, every, used }
}

/// Two views whose second can be computed from the first by hand, in some cases.
fn probed(g: &mut Gen, declared: &[Var], funs: &[Fun], lets: &mut Vec<Let>) -> Vec<Probe> {
    if g.rng.chance(65) {
        return Vec::new();
    }
    let (mut probe, bodies) = gathered::probe(g);
    for (body, told) in bodies.into_iter().zip([&mut probe.given, &mut probe.folded]) {
        let view = Let { name: format!("v{}", lets.len()), body, rec: None, shown: true };
        if !is_small(&view) && !is_admitted(declared, funs, lets, view.clone()) {
            return Vec::new();
        }
        told.0.clone_from(&view.name);
        lets.push(view);
    }
    vec![probe]
}

/// Whether a view is certainly admitted: what unfolds large costs much.
fn is_small(view: &Let) -> bool {
    view.body.cost < 5_000
}

/// Whether the compiler admits the view: it refuses what unfolds too large.
fn is_admitted(vars: &[Var], funs: &[Fun], lets: &[Let], candidate: Let) -> bool {
    let lets = [lets, &[candidate]].concat();
    let (vars, funs) = (vars.to_vec(), funs.to_vec());
    let case = Case { vars, funs, lets, ..Case::default() };
    let compiled = compile("case.lasp", &case.program(), &mut NoFiles);
    !compiled.diagnostics.iter().any(|found| found.severity == Severity::Error && found.code == Code::E0210)
}

fn view_type(g: &mut Gen) -> Ty {
    match g.rng.weighted(&[50, 18, 8, 8, 4, 12]) {
        0 => Ty::set(g.element_type()),
        1 => {
            let key = if g.rng.chance(60) { Ty::Text } else { Ty::Int };
            let value = if g.rng.chance(50) { Ty::set(g.scalar_type()) } else { g.element_type() };
            Ty::map(key, value, false)
        }
        2 => Ty::Int,
        3 => Ty::Bool,
        4 => Ty::opt(g.scalar_type()),
        _ => g.scalar_type(),
    }
}

/// A function of scalars and sets. Its parameters are all it sees, but for variables now and then.
fn function(g: &mut Gen, n: usize) -> Fun {
    let mut params = Vec::new();
    for i in 0..1 + g.rng.below(2) {
        let ty = match g.rng.below(3) {
            0 => Ty::set(if g.rng.chance(60) { Ty::Int } else { Ty::item() }),
            1 => Ty::Int,
            _ => g.scalar_type(),
        };
        params.push((format!("p{i}"), ty));
    }
    let wanted = match g.rng.below(4) {
        0 => Ty::set(Ty::Int),
        1 => Ty::Bool,
        2 => Ty::Int,
        _ => g.scalar_type(),
    };
    let globals = if g.rng.chance(70) { std::mem::take(&mut g.globals) } else { Vec::new() };
    let names: Vec<_> = params.iter().map(|(name, ty)| (name.as_str(), ty, 12)).collect();
    let body = g.with(&names, |g| g.exp(&wanted, 2));
    if !globals.is_empty() {
        g.globals = globals;
    } else if g.globals.iter().any(|global| body.text().contains(global.name.as_str())) {
        g.used.insert("function that reads variables");
    }
    // What no result depends on is not computed, and so cannot fail: an argument that is not used.
    let text = body.text();
    params.retain(|(name, _)| text.contains(name.as_str()));
    Fun { name: format!("f{n}"), params, result: body.ty.clone(), body }
}

/// Events that update two variables at once.
fn compound(g: &mut Gen, events: &[Event]) -> Vec<Event> {
    let mut made = Vec::new();
    for n in 0..g.rng.below(2) {
        let (a, b) = (g.rng.pick(events).clone(), g.rng.pick(events).clone());
        if a.fields.iter().any(|(field, ty)| b.fields.iter().any(|(other, of)| field == other && ty != of)) {
            continue;
        }
        let mut fields = a.fields.clone();
        fields.extend(b.fields.iter().filter(|field| !a.fields.contains(field)).cloned());
        made.push(Event { name: format!("both_{n}"), fields, body: [a.body, b.body].concat(), weight: 6 });
    }
    made
}

/// Events whose handlers read: an element goes, or everything, where a condition on views and variables holds.
fn reading(g: &mut Gen, declared: &[Var], funs: &[Fun], lets: &[Let]) -> Vec<Event> {
    let mut made = Vec::new();
    for var in declared {
        if !["orset", "rwset"].iter().any(|set| var.text.starts_with(&format!("var {}: {set}", var.name)))
            || g.rng.chance(50)
        {
            continue;
        }
        let Some(element) = var.ty.element() else { continue };
        let name = &var.name;
        let x = g.fresh();
        let condition = g.with(&[(&x, &element, 8)], |g| g.exp(&Ty::Bool, 2)).text();
        let probe = Exp::leaf(var.ty.clone(), format!("{name}.filter({x} => {condition})"));
        if !is_admitted(declared, funs, lets, Let { name: "probe".into(), body: probe, rec: None, shown: true }) {
            continue;
        }
        let body = format!("for {x} in {name} {{ if {condition} {{ {name}.remove({x}) }} }}");
        made.push(Event { name: format!("purge_{name}"), fields: Vec::new(), body: vec![body], weight: 2 });
        g.used.insert("handler that reads");
    }
    made
}

impl Case {
    /// The program.
    pub(super) fn program(&self) -> String {
        let mut out = format!("//! Case {}.\n\n{SHAPE}\n{STATUS}\n\n", self.seed);
        for var in &self.vars {
            out.push_str(&format!("{}\n", var.text));
        }
        out.push('\n');
        for event in &self.events {
            let fields: Vec<_> = event.fields.iter().map(|(name, ty)| format!("{name}: {}", ty.text())).collect();
            let names: Vec<_> = event.fields.iter().map(|(name, _)| name.as_str()).collect();
            let (name, fields, names) = (&event.name, braced(&fields.join(", ")), braced(&names.join(", ")));
            out.push_str(&format!("event {name} {fields}\non {name}({names}) {{ {} }}\n", event.body.join("\n  ")));
        }
        out.push('\n');
        for fun in &self.funs {
            let params: Vec<_> = fun.params.iter().map(|(name, ty)| format!("{name}: {}", ty.text())).collect();
            let (name, result, body) = (&fun.name, fun.result.text(), fun.body.bare());
            out.push_str(&format!("fn {name}({}) -> {result} = {body}\n", params.join(", ")));
        }
        for view in &self.lets {
            let (name, body) = (&view.name, view.body.bare());
            match &view.rec {
                Some(ty) => out.push_str(&format!("let rec {name}{ty} = {body}\n")),
                None => out.push_str(&format!("let {name} = {body}\n")),
            }
        }
        for reaction in &self.reactions {
            out.push_str(&reaction.text(&self.lets));
        }
        let shown: Vec<_> = self.lets.iter().filter(|view| view.shown).map(|view| view.name.as_str()).collect();
        if !shown.is_empty() {
            out.push_str(&format!("\nshow {}\n", shown.join(", ")));
        }
        out
    }

    /// The trace, one event a line, as a program would emit it.
    pub(super) fn trace_text(&self, plan: &Plan) -> String {
        let mut out = String::new();
        for (name, values) in &self.trace {
            let Some(event) = plan.events.iter().find(|event| event.name == *name) else { continue };
            let fields: Vec<_> = event
                .fields
                .iter()
                .zip(values)
                .map(|((field, ty), value)| format!("{field}: {}", text_of(value, ty)))
                .collect();
            out.push_str(&format!("{name} {}\n", braced(&fields.join(", "))));
        }
        out
    }
}

fn braced(inner: &str) -> String {
    if inner.is_empty() { "{ }".into() } else { format!("{{ {inner} }}") }
}
