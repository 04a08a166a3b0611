//! Whole views, composed of cells: what the checker calls `through` or `meet` equals itself computed from split inputs
//! and joined.
//!
//! `a.filter(x => m[x] >= 2).product(o)` is generated as a tree that prints as a program, computes on the model's
//! lattices, and computes on what is seen. The checker judges the program; the lattices must keep its word. Each place
//! where a variable is read is an input of its own: in `s.product(s)` it is the two reads that must meet.
//!
//! Neighbours: `ops` has the operations, `verdict` does the same for single cells.

use std::collections::BTreeMap;

use lasp_compiler::{NoFiles, compile};

use super::ops::{carry, each_shown, either, keep, pairs, relabel, spread};
use super::state::{Row, Shown, State, cut};
use super::world::{Source, Variable};
use crate::oracle::rng::Rng;

/// The variables, by name.
const VARS: &[(&str, &str, Source)] = &[
    ("a", "gset<int>", Source::GSet),
    ("b", "gset<int>", Source::GSet),
    ("o", "orset<int>", Source::OrSet),
    ("r", "rwset<int>", Source::RwSet),
    ("t", "twopset<int>", Source::TwoPSet),
    ("m", "gmap<int, gcounter>", Source::CounterMap),
];
/// The position of the map among them.
const MAP: usize = 5;

/// A set of numbers. A leaf is a place where a variable is read: the number of the place.
#[derive(Clone, Debug)]
enum View {
    Leaf(usize),
    Map(Box<View>),
    FlatMap(Box<View>),
    Filter(Box<View>, i64),
    Without(Box<View>),
    Minus(Box<View>, Box<View>),
    Captured(Box<View>, usize, bool),
    Union(Box<View>, Box<View>),
    Intersect(Box<View>, Box<View>),
    Product(Box<View>, Box<View>),
    Join(Box<View>, Box<View>),
}

/// What is asked of a set in the end.
#[derive(Clone, Copy, Debug)]
enum Asked {
    Rows,
    Count,
    Reached,
    Empty,
    Any,
    Max,
    Contains,
    Top,
}

fn paired(x: &Row, y: &Row) -> Row {
    vec![x[0] * 3 + y[0]]
}

fn squared(row: &Row) -> Row {
    vec![row[0] * row[0] % 4]
}

fn next(row: &Row) -> Vec<Row> {
    vec![row.clone(), vec![row[0] + 1]]
}

fn fits(x: &Row, y: &Row) -> bool {
    x[0] % 2 == y[0] % 2
}

impl View {
    fn random(rng: &mut Rng, depth: usize, reads: &mut Vec<usize>) -> View {
        if depth == 0 || rng.chance(15) {
            reads.push(rng.below(MAP));
            return View::Leaf(reads.len() - 1);
        }
        let one = |rng: &mut Rng, reads: &mut Vec<usize>| Box::new(View::random(rng, depth - 1, reads));
        match rng.below(11) {
            0 => View::Map(one(rng, reads)),
            1 => View::FlatMap(one(rng, reads)),
            2 | 3 => View::Filter(one(rng, reads), rng.between(0, 4)),
            4 => View::Without(one(rng, reads)),
            5 if rng.chance(30) => View::Minus(one(rng, reads), one(rng, reads)),
            5 | 6 => {
                let rows = one(rng, reads);
                reads.push(MAP);
                View::Captured(rows, reads.len() - 1, rng.chance(60))
            }
            7 => View::Union(one(rng, reads), one(rng, reads)),
            8 => View::Intersect(one(rng, reads), one(rng, reads)),
            9 => View::Product(one(rng, reads), one(rng, reads)),
            _ => View::Join(one(rng, reads), one(rng, reads)),
        }
    }

    fn text(&self, reads: &[usize]) -> String {
        let inner = |view: &View| view.text(reads);
        match self {
            View::Leaf(place) => VARS[reads[*place]].0.to_string(),
            View::Map(v) => format!("{}.map(x => x * x % 4)", inner(v)),
            View::FlatMap(v) => format!("{}.flat_map(x => {{x, x + 1}})", inner(v)),
            View::Filter(v, bound) => format!("{}.filter(x => x > {bound})", inner(v)),
            View::Without(v) => format!("{}.minus({{1, 2}})", inner(v)),
            View::Minus(a, b) => format!("{}.minus({})", inner(a), inner(b)),
            View::Captured(v, _, true) => format!("{}.filter(x => m[x] >= 2)", inner(v)),
            View::Captured(v, _, false) => format!("{}.filter(x => m[x] < 2)", inner(v)),
            View::Union(a, b) => format!("{}.union({})", inner(a), inner(b)),
            View::Intersect(a, b) => format!("{}.intersect({})", inner(a), inner(b)),
            View::Product(a, b) => format!("{}.product({}).map((x, y) => x * 3 + y)", inner(a), inner(b)),
            View::Join(a, b) => {
                format!("{}.join({}, on: (x, y) => x % 2 == y % 2).map((x, y) => x * 3 + y)", inner(a), inner(b))
            }
        }
    }

    /// On lattices; none for what has no function of lattices.
    fn lattice(&self, inputs: &[State]) -> Option<State> {
        let inner = |view: &View| view.lattice(inputs);
        Some(match self {
            View::Leaf(place) => inputs[*place].clone(),
            View::Map(v) => relabel(&inner(v)?, squared),
            View::FlatMap(v) => spread(&inner(v)?, next),
            View::Filter(v, bound) => keep(&inner(v)?, |row| row[0] > *bound),
            View::Without(v) => keep(&inner(v)?, |row| !(1..=2).contains(&row[0])),
            View::Minus(..) => return None,
            View::Captured(v, place, reached) => carry(&inner(v)?, &inputs[*place], 2, *reached),
            View::Union(a, b) => either(&inner(a)?, &inner(b)?),
            View::Intersect(a, b) => pairs(&inner(a)?, &inner(b)?, |x, y| (x == y).then(|| x.clone())),
            View::Product(a, b) => pairs(&inner(a)?, &inner(b)?, |x, y| Some(paired(x, y))),
            View::Join(a, b) => pairs(&inner(a)?, &inner(b)?, |x, y| fits(x, y).then(|| paired(x, y))),
        })
    }

    /// On what is seen.
    fn plain(&self, inputs: &[Shown]) -> Shown {
        let inner = |view: &View| view.plain(inputs);
        let when = |holds: bool, row: &Row| if holds { vec![row.clone()] } else { vec![] };
        match self {
            View::Leaf(place) => inputs[*place].clone(),
            View::Map(v) => each_shown(&inner(v), |row| vec![squared(row)]),
            View::FlatMap(v) => each_shown(&inner(v), next),
            View::Filter(v, bound) => each_shown(&inner(v), |row| when(row[0] > *bound, row)),
            View::Without(v) => each_shown(&inner(v), |row| when(!(1..=2).contains(&row[0]), row)),
            View::Minus(a, b) => Shown::Rows(inner(a).rows() - inner(b).rows()),
            View::Captured(v, place, reached) => {
                let counted = |key: i64| inputs[*place].rows().iter().find(|row| row[0] == key).map_or(0, |row| row[1]);
                each_shown(&inner(v), |row| when((counted(row[0]) >= 2) == *reached, row))
            }
            View::Union(a, b) => Shown::Rows(inner(a).rows() | inner(b).rows()),
            View::Intersect(a, b) => Shown::Rows(inner(a).rows() & inner(b).rows()),
            View::Product(a, b) | View::Join(a, b) => {
                let (a, b) = (inner(a), inner(b));
                let all = matches!(self, View::Product(..));
                each_shown(&a, |x| b.rows().iter().filter(|y| all || fits(x, y)).map(|y| paired(x, y)).collect())
            }
        }
    }
}

impl Asked {
    const ALL: [Asked; 11] = [
        Asked::Rows,
        Asked::Rows,
        Asked::Rows,
        Asked::Rows,
        Asked::Count,
        Asked::Reached,
        Asked::Empty,
        Asked::Any,
        Asked::Max,
        Asked::Contains,
        Asked::Top,
    ];

    fn text(self) -> &'static str {
        match self {
            Asked::Rows => "",
            Asked::Count => ".count()",
            Asked::Reached => ".count() >= 2",
            Asked::Empty => ".is_empty()",
            Asked::Any => ".any(x => x > 2)",
            Asked::Max => ".max(x => x)",
            Asked::Contains => ".contains(2)",
            Asked::Top => ".top(2)",
        }
    }

    fn of(self, shown: Shown) -> Shown {
        let rows = shown.rows();
        let count = i64::try_from(rows.len()).unwrap_or(0);
        match self {
            Asked::Rows => shown,
            Asked::Count => Shown::Number(Some(count)),
            Asked::Reached => Shown::Truth(count >= 2),
            Asked::Empty => Shown::Truth(count == 0),
            Asked::Any => Shown::Truth(rows.iter().any(|row| row[0] > 2)),
            Asked::Max => Shown::Number(rows.iter().next_back().map(|row| row[0])),
            Asked::Contains => Shown::Truth(rows.contains(&vec![2])),
            Asked::Top => Shown::Rows(cut(rows.clone())),
        }
    }

    /// The answer as a lattice.
    fn lattice(self, shown: Shown) -> State {
        match (self, self.of(shown)) {
            (Asked::Top, Shown::Rows(rows)) => State::Top(rows),
            (_, answer) => answer.natural(!matches!(self, Asked::Empty)),
        }
    }
}

/// Generates a view, asks the checker for its flow and tries what it says. Answers the flow.
///
/// # Errors
/// The program and the states for which it does not hold.
pub fn try_view(seed: u64) -> Result<String, String> {
    let mut rng = Rng::new(seed);
    let mut reads = Vec::new();
    let depth = 1 + rng.below(3);
    let view = View::random(&mut rng, depth, &mut reads);
    let asked = *rng.pick(&Asked::ALL);
    let declared: String = VARS.iter().map(|(name, ty, _)| format!("var {name}: {ty}\n")).collect();
    let program = format!("{declared}let v = {}{}\nshow v\n", view.text(&reads), asked.text());
    let compiled = compile("view.lasp", &program, &mut NoFiles);
    if compiled.plan.is_none() {
        return Err(format!("seed {seed}: does not check: {program}{:?}", compiled.diagnostics));
    }
    let flow = compiled.table.iter().find(|row| row.name == "v").map_or(String::new(), |row| row.flow.clone());
    let vars: Vec<Variable> =
        (0..).zip(VARS).map(|(port, (_, _, source))| Variable::random(*source, port, &mut rng)).collect();
    let inputs = |cut: &[usize]| -> Vec<State> { reads.iter().map(|var| vars[*var].state(cut)).collect() };
    let apply = |inputs: &[State]| match (asked, view.lattice(inputs)) {
        (Asked::Rows, Some(rows)) => Some(rows),
        (_, rows) => Some(asked.lattice(rows?.shown())),
    };
    let (a, b, both) = (inputs(&[0]), inputs(&[1]), inputs(&[0, 1]));
    let broken = |text: &str| Err(format!("seed {seed}: {flow}, and {text}\n{program}a = {a:?}\nb = {b:?}"));
    let (Some(fa), Some(fb), Some(whole)) = (apply(&a), apply(&b), apply(&both)) else {
        return if flow == "owned" { Ok(flow) } else { broken("something in it can only be owned") };
    };
    let specified: Vec<Shown> = reads.iter().map(|var| vars[*var].specified(&[0, 1])).collect();
    let (found, wanted) = (whole.shown(), asked.of(view.plain(&specified)));
    if found != wanted {
        return broken(&format!("reads {found} instead of {wanted}"));
    }
    match flow.as_str() {
        "through" if fa.join(&fb) != whole => return broken("its parts, joined, are not the whole"),
        "meet" => {
            for place in 0..reads.len() {
                let with = |state: &State| {
                    let mut inputs = both.clone();
                    inputs[place] = state.clone();
                    apply(&inputs)
                };
                if let (Some(one), Some(other)) = (with(&a[place]), with(&b[place]))
                    && one.join(&other) != whole
                {
                    return broken(&format!("its parts, split at read {place}, are not the whole"));
                }
            }
        }
        "gather" if !fa.is_below(&whole) || !fb.is_below(&whole) => return broken("it is not monotone"),
        _ => {}
    }
    Ok(flow)
}

/// Tries many views; how many of each flow there were.
///
/// # Errors
/// The first view that does not hold.
pub fn try_views(seeds: std::ops::Range<u64>) -> Result<BTreeMap<String, u64>, String> {
    let mut tally = BTreeMap::new();
    for seed in seeds {
        *tally.entry(try_view(seed)?).or_default() += 1;
    }
    Ok(tally)
}
