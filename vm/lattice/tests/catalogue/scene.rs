//! What is shown of each type: a typical instance, where two replicas start, and what they then do.
//!
//! A type without a scene of its own gets one from its row, with `x` and small numbers for arguments; so a new type is
//! in the catalogue at once, and may be shown better later.

use lasp_lattice::{LATTICES, LatticeInfo, MethodInfo, MethodParam, ParamKind};

use crate::written::{Type, Update};

/// A type, two replicas of it that have heard the same, and what they do.
pub struct Scene {
    pub of: Type,
    /// What both have heard: who did what.
    pub start: Vec<(char, Update)>,
    /// What A may do, and B in its place. Every two of these are tried together.
    pub calls: Vec<(Update, Update)>,
    /// Further pairs.
    pub also: Vec<(Update, Update)>,
    /// What costs are measured on, done a thousand times: `#` is another element each time.
    pub thousand: String,
}

/// Type; start; calls (`A's | B's`, or one for both); further pairs; what is done a thousand times.
type Draft<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

const DRAFTS: &[Draft<'static>] = &[
    ("gset<text>", "", "add(x)", "add(x) | add(y)", "add(#)"),
    ("orset<text>", "A: add(x)", "add(x); remove(x); clear()", "add(y) | clear()", "add(#)"),
    ("rwset<text>", "A: add(x)", "add(x); remove(x); clear()", "add(y) | clear()", "add(#)"),
    ("twopset<text>", "A: add(x)", "add(x); remove(x)", "add(y) | remove(y)", "add(#)"),
    ("gcounter", "A: inc(5)", "inc(2) | inc(3)", "", "inc(1)"),
    ("pncounter", "A: inc(5)", "inc(2) | inc(3); dec(1) | dec(4)", "", "inc(1)"),
    ("rcounter", "A: inc(5)", "inc(2) | inc(3); dec(1) | dec(4); reset()", "", "inc(1)"),
    (
        "bcounter",
        "A: inc(10); A: transfer(4, B)",
        "inc(2) | inc(3); spend(6) | spend(4); transfer(6, B) | transfer(4, A)",
        "spend(7) | spend(1); spend(6) | spend(5)",
        "inc(1)",
    ),
    ("max<nat>", "A: set(5)", "set(4) | set(7)", "set(6) | set(7)", "set(#)"),
    ("min<nat>", "A: set(5)", "set(6) | set(3)", "set(4) | set(3)", "set(#)"),
    ("flag", "", "enable()", "", "enable()"),
    ("ewflag", "A: enable()", "enable(); disable(); clear()", "", "enable()"),
    ("dwflag", "A: enable()", "enable(); disable(); clear()", "", "enable()"),
    ("lww<text>", "A: set(w) @1", "set(x) @8 | set(y) @9", "set(x) @9 | set(y) @8; set(x) @9 | set(y) @9", "set(#)"),
    ("mv<text>", "A: set(w)", "set(x) | set(y); clear()", "set(x) | set(x)", "set(#)"),
    ("ivar<text>", "", "set(x)", "set(x) | set(y)", "set(x)"),
    ("gmap<text, gcounter>", "A: m[k].inc(5)", "m[k].inc(2) | m[k].inc(3)", "m[k].inc(2) | m[j].inc(1)", "m[#].inc(1)"),
    (
        "ormap<text, gcounter>",
        "A: m[k].inc(5)",
        "m[k].inc(2) | m[k].inc(3); m.remove(k); m.clear()",
        "m[j].inc(1) | m.clear()",
        "m[#].inc(1)",
    ),
    (
        "ormap<text, orset<text>>",
        "A: m[k].add(x)",
        "m[k].add(y) | m[k].add(x); m[k].remove(x); m.remove(k)",
        "",
        "m[#].add(x)",
    ),
    (
        "{ n: gcounter, tags: orset<text> }",
        "A: p.n.inc(5); A: p.tags.add(x)",
        "p.n.inc(2) | p.n.inc(3); p.tags.remove(x)",
        "p.tags.add(x) | p.tags.remove(x)",
        "p.tags.add(#)",
    ),
    (
        "lex<max<nat>, lww<text>>",
        "A: set((1, w)) @1",
        "set((2, x)) @8 | set((2, y)) @9",
        "set((3, x)) @8 | set((2, y)) @9; set((1, x)) @9 | set((2, y)) @8",
        "set((1, #))",
    ),
    ("topk<nat, 2>", "A: add(5); A: add(7)", "add(6) | add(9)", "add(8) | add(9); add(4) | add(3)", "add(#)"),
    ("vclock", "A: tick()", "tick()", "", "tick()"),
    ("Status", "A: set(paid)", "set(cancelled) | set(shipped)", "set(shipped) | set(returned)", "set(paid)"),
];

/// All scenes, in the order of the registry.
pub fn scenes() -> Vec<Scene> {
    let mut all: Vec<Scene> = DRAFTS.iter().map(Scene::of).collect();
    let undrawn = |row: &&LatticeInfo| !all.iter().any(|scene| scene.row() == **row);
    let plain: Vec<Scene> = LATTICES.iter().filter(undrawn).map(Scene::of_row).collect();
    all.extend(plain);
    all.sort_by_key(|scene| LATTICES.iter().position(|row| *row == scene.row()));
    all
}

impl Scene {
    pub fn row(&self) -> LatticeInfo {
        self.of.kind.info()
    }

    /// Whether a method does to each element of a set what another does to one.
    pub fn is_plural(&self, method: &MethodInfo) -> bool {
        let single = method.name.strip_suffix("_all").and_then(|name| self.row().method(name));
        single.is_some() && method.params == [MethodParam::ElementSet]
    }

    /// Whether a method is among the calls.
    pub fn shows(&self, method: &str) -> bool {
        self.calls.iter().chain(&self.also).any(|(a, b)| a.method == method || b.method == method)
    }

    fn of((text, start, calls, also, thousand): &Draft<'_>) -> Self {
        let of = Type::read(text);
        let update = |text: &str| Update::read(text, &of);
        let beginning = |text: &str| {
            let (who, what) = text.split_once(": ").expect("who does what");
            (who.parse().expect("a letter"), update(what))
        };
        let pair = |text: &str| {
            let (a, b) = text.split_once(" | ").unwrap_or((text, text));
            (update(a), update(b))
        };
        Self {
            start: listed(start).map(beginning).collect(),
            calls: listed(calls).map(pair).collect(),
            also: listed(also).map(pair).collect(),
            thousand: (*thousand).to_owned(),
            of,
        }
    }

    /// Of a row nobody has drawn a scene for.
    fn of_row(row: &LatticeInfo) -> Self {
        let params: Vec<&str> = row
            .params
            .iter()
            .map(|param| match param {
                ParamKind::Element => "text",
                ParamKind::Lattice => "gcounter",
                ParamKind::Int => "2",
            })
            .collect();
        let text = if params.is_empty() { row.name.to_owned() } else { format!("{}<{}>", row.name, params.join(", ")) };
        let call = |method: &MethodInfo, element: &str| {
            let arg = |param: &MethodParam| match param {
                MethodParam::ElementSet => format!("{{{element}}}"),
                MethodParam::Amount => "2".to_owned(),
                MethodParam::Node => "B".to_owned(),
                _ => element.to_owned(),
            };
            format!("{}({})", method.name, method.params.iter().map(arg).collect::<Vec<_>>().join(", "))
        };
        let calls: Vec<String> = row.methods.iter().map(|method| call(method, "x")).collect();
        let thousand = row.methods.first().map_or_else(String::new, |method| call(method, "#"));
        Self::of(&(&text, "", &calls.join("; "), "", &thousand))
    }
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split("; ").filter(|item| !item.is_empty())
}
