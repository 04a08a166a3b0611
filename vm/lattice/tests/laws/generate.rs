//! Kinds, updates and schedules, generated from the registry alone.
//!
//! An update is drawn from a row's methods and their parameters, and the way to it from [`Kind::at`], so a new type
//! needs nothing here unless it takes a new sort of parameter. Elements and keys come from a handful, so that updates
//! meet.

use std::sync::Arc;

use lasp_lattice::{Arg, Kind, KindParam, LATTICES, LatticeInfo, MethodInfo, MethodParam, ParamKind, UserLattice};

use crate::world::{Op, REPLICAS, Step, T, Way, replica};

/// The most nested kinds of one row: enough for every pairing of two types, few enough that each is drawn often.
const NESTED_MOST: usize = 120;

/// A small stream of numbers (splitmix64): the same seed gives the same case on every machine, and a case costs less to
/// draw than to run.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than `n`.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// `n` times in `of`.
    pub fn chance(&mut self, n: usize, of: usize) -> bool {
        self.below(of) < n
    }

    pub fn pick<'a, V>(&mut self, among: &'a [V]) -> &'a V {
        &among[self.below(among.len())]
    }

    pub fn shuffle<V>(&mut self, items: &mut [V]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

/// The kinds of one row.
pub struct Variants {
    /// Without a lattice inside, or with lattices that have none inside.
    pub flat: Vec<Kind>,
    /// With composed lattices inside.
    pub nested: Vec<Kind>,
}

impl Variants {
    /// As often a nested one as a flat one, where there are any.
    pub fn draw(&self, rng: &mut Rng) -> &Kind {
        match self.nested.is_empty() || rng.chance(1, 2) {
            true => rng.pick(&self.flat),
            false => rng.pick(&self.nested),
        }
    }

    pub fn all(&self) -> impl Iterator<Item = &Kind> {
        self.flat.iter().chain(&self.nested)
    }
}

/// Every kind to be tested.
pub fn kinds() -> Vec<Kind> {
    LATTICES.iter().flat_map(|row| variants(row).all().cloned().collect::<Vec<_>>()).collect()
}

/// The kinds of one row: with every type as its parameter, and with every type in every composed type as its parameter.
pub fn variants(row: &LatticeInfo) -> Variants {
    if inner_count(row) == 0 {
        return Variants { flat: simple(row), nested: Vec::new() };
    }
    let plain: Vec<Kind> = LATTICES.iter().filter(|row| inner_count(row) == 0).flat_map(simple).collect();
    let composed: Vec<Kind> =
        LATTICES.iter().filter(|row| inner_count(row) > 0).flat_map(|row| thinned(compose(row, &plain), 60)).collect();
    Variants { flat: compose(row, &plain), nested: thinned(compose(row, &composed), NESTED_MOST) }
}

fn inner_count(row: &LatticeInfo) -> usize {
    row.params.iter().filter(|param| **param == ParamKind::Lattice).count()
}

/// The kinds of a row that has no lattice inside.
fn simple(row: &LatticeInfo) -> Vec<Kind> {
    if row.params.contains(&ParamKind::Int) {
        return [1, 2].into_iter().filter_map(|n| Kind::of(row.name, &[KindParam::Int(n)])).collect();
    }
    match Kind::of(row.name, &[]) {
        Some(kind) => vec![kind],
        None => drawn().into_iter().filter_map(|drawn| Kind::of(row.name, &[KindParam::Drawn(drawn)])).collect(),
    }
}

/// The kinds of a row with these inside, without those that make no sense.
fn compose(row: &LatticeInfo, values: &[Kind]) -> Vec<Kind> {
    let of = |inner: &[&Kind]| {
        let params: Vec<KindParam> = inner.iter().map(|kind| KindParam::Lattice((*kind).clone())).collect();
        Kind::of(row.name, &params).filter(|kind| kind.flaw().is_none())
    };
    if inner_count(row) == 1 {
        return values.iter().filter_map(|value| of(&[value])).collect();
    }
    let all = values.iter().flat_map(|a| values.iter().map(move |b| (a, b)));
    let all: Vec<Kind> = all.filter_map(|(a, b)| of(&[a, b])).collect();
    if all.len() < values.len() * values.len() / 2 {
        return all;
    }
    // Where everything goes with everything: each with the next, and by threes if the type takes them.
    let next = |at: usize| &values[at % values.len()];
    let twos = (0..values.len()).filter_map(|at| of(&[next(at), next(at + 1)]));
    let threes = (0..values.len()).step_by(3).filter_map(|at| of(&[next(at), next(at + 2), next(at + 7)]));
    twos.chain(threes).collect()
}

/// Evenly fewer of them.
fn thinned(kinds: Vec<Kind>, most: usize) -> Vec<Kind> {
    let len = kinds.len();
    let keep = |at: usize| len <= most || (at * most) / len != ((at + 1) * most) / len;
    kinds.into_iter().enumerate().filter(|(at, _)| keep(*at)).map(|(_, kind)| kind).collect()
}

/// Lattices as a program would draw them: a line, two ways round, and ways of different length.
fn drawn() -> Vec<Arc<UserLattice>> {
    let draw = |name: &str, elements: &str, below: &[(u16, u16)]| {
        let elements = elements.split(' ').map(str::to_owned).collect();
        Arc::new(UserLattice::new(name, elements, below).expect("a lattice"))
    };
    vec![
        draw("Level", "low mid high", &[(0, 1), (1, 2)]),
        draw("Diamond", "none left right both", &[(0, 1), (0, 2), (1, 3), (2, 3)]),
        draw("Status", "placed paid shipped returned cancelled", &[(0, 1), (1, 2), (2, 3), (0, 4), (4, 3)]),
    ]
}

/// The places one step further down.
pub fn ways_down(kind: &Kind) -> Vec<Way> {
    let keys = (0..2).map(Way::Key).filter(|way| kind.at(way).is_some());
    let parts = (0..).map(Way::Part).take_while(|way| kind.at(way).is_some());
    keys.chain(parts).collect()
}

/// The kind at the end of a path.
pub fn kind_at<'k>(kind: &'k Kind, path: &[Way]) -> &'k Kind {
    path.iter().fold(kind, |kind, step| kind.at(step).expect("a place of the kind"))
}

/// An update of a kind, as deep as it goes.
pub fn op(kind: &Kind, rng: &mut Rng) -> Op {
    let mut path = Vec::new();
    let mut here = kind;
    loop {
        let ways = ways_down(here);
        // A map's own methods remove, so mostly on.
        if ways.is_empty() || !here.info().methods.is_empty() && rng.chance(1, 4) {
            break;
        }
        let way = rng.pick(&ways).clone();
        here = here.at(&way).expect("a way down");
        path.push(way);
    }
    let method = rng.pick(here.info().methods);
    Op { path, ..call(here, method, rng) }
}

/// A call of a method, with some of the parameters that may be left out left out.
pub fn call(kind: &Kind, method: &'static MethodInfo, rng: &mut Rng) -> Op {
    let given = method.required + rng.below(method.params.len() - method.required + 1);
    let args = method.params[..given].iter().map(|param| arg(*param, kind, rng)).collect();
    Op { path: Vec::new(), method: method.name, args, now_us: now_us(rng) }
}

fn arg(param: MethodParam, kind: &Kind, rng: &mut Rng) -> Arg<T> {
    match param {
        MethodParam::Element => Arg::Element(element(rng)),
        MethodParam::ElementSet => Arg::Elements((0..rng.below(4)).map(|_| element(rng)).collect()),
        MethodParam::Amount => Arg::Amount(rng.below(5) as u64),
        MethodParam::Node => Arg::Node(replica(rng.below(REPLICAS))),
        MethodParam::Rank => match kind {
            Kind::User(drawn) => Arg::Rank(rng.below(drawn.elements().len()) as u16),
            other => panic!("a {} takes an element of a drawn lattice", other.name()),
        },
        // Each half is set as its own kind is.
        MethodParam::Pair => match kind.inner()[..] {
            [first, second] => {
                let mut half = |kind: &Kind| arg(kind.info().methods[0].params[0], kind, rng);
                Arg::Pair(Box::new([half(first), half(second)]))
            }
            _ => panic!("a {} takes a pair and has not two halves", kind.name()),
        },
    }
}

/// The lesser ones more often.
fn element(rng: &mut Rng) -> T {
    rng.below(4).min(rng.below(4)) as T
}

/// Wall clocks that stand still, go back, and are ten years off.
fn now_us(rng: &mut Rng) -> i64 {
    const TEN_YEARS: i64 = 315_576_000_000_000;
    match rng.below(6) {
        0 => TEN_YEARS,
        1 => -TEN_YEARS,
        _ => rng.below(4) as i64,
    }
}

/// Updates anywhere, pulls of whole states, and deltas delivered in any order, again and again. Left to chance, few
/// places would see an addition, its removal and a second addition, so every other schedule has such a story woven in.
pub fn schedule(kind: &Kind, rng: &mut Rng) -> Vec<Step> {
    let mut story = if rng.chance(1, 2) { story(kind, rng) } else { Vec::new() }.into_iter().peekable();
    let mut steps = Vec::new();
    let mut left = 4 + rng.below(13);
    while left > 0 {
        left -= 1;
        if rng.below(left + 1) < story.len() {
            steps.extend(story.next());
            continue;
        }
        steps.push(match rng.below(9) {
            0..5 => Step::Update { at: rng.below(REPLICAS), op: op(kind, rng) },
            5 => Step::Pull { to: rng.below(REPLICAS), from: rng.below(REPLICAS) },
            _ => Step::Deliver { to: rng.below(REPLICAS), which: rng.below(64) },
        });
    }
    steps.extend(story);
    steps
}

/// An addition, a removal by one who has heard of it, an addition by one who has heard of that. Empty where nothing
/// removes.
fn story(kind: &Kind, rng: &mut Rng) -> Vec<Step> {
    let removes = |op: &Op| kind_at(kind, &op.path).info().method(op.method).expect("drawn").removes;
    let drawn: Vec<Op> = (0..4).map(|_| op(kind, rng)).collect();
    let first = drawn.iter().find(|op| !removes(op)).unwrap_or(&drawn[0]).clone();
    let again = now_us(rng);
    let removals = removals(kind, &first, rng);
    if removals.is_empty() {
        return Vec::new();
    }
    let [a, b, c] = [(); 3].map(|()| rng.below(REPLICAS));
    let removal = rng.pick(&removals).clone();
    vec![
        Step::Update { at: a, op: first.clone() },
        Step::Pull { to: b, from: a },
        Step::Update { at: b, op: removal },
        Step::Pull { to: c, from: b },
        Step::Update { at: c, op: Op { now_us: again, ..first } },
    ]
}

/// What takes an update back, at its place or above.
fn removals(kind: &Kind, op: &Op, rng: &mut Rng) -> Vec<Op> {
    let mut removals = Vec::new();
    for depth in 0..=op.path.len() {
        let (above, below) = op.path.split_at(depth);
        let here = kind_at(kind, above);
        for method in here.info().methods.iter().filter(|method| method.removes) {
            let args = match (method.params, below.first(), &op.args[..]) {
                ([MethodParam::Element], Some(Way::Key(key)), _) => vec![Arg::Element(*key)],
                (params, None, [arg]) if params == [MethodParam::Element] && matches!(arg, Arg::Element(_)) => {
                    op.args.clone()
                }
                (params, None, [Arg::Elements(_)]) if params == [MethodParam::ElementSet] => op.args.clone(),
                _ => call(here, method, rng).args,
            };
            removals.push(Op { path: above.to_vec(), method: method.name, args, now_us: op.now_us });
        }
    }
    removals
}
