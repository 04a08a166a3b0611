//! W2: two sets, half of each shared: union, intersect, minus, and a join on a key with one or eight matches.
//!
//! ```text
//! A ──┐                          phases: load b (A and B alternating), then rows of A go and come back:
//!     ├─ union … join ─► sum     change b: 1,000 go in a batch, and come back in the next
//! B ──┘                                     change s: one goes, and comes back
//! ```
//!
//! A row is a key and a number. For the set operators it counts as a whole; the join is on the key, or on a key
//! computed from it.

#[cfg(feature = "dbsp")]
mod dbsp;
#[cfg(feature = "differential")]
mod differential;
mod hand;

use std::rc::Rc;
use std::sync::Arc;

use compact_str::CompactString;
use lasp_plan::Plan;

use super::Sizes;
use crate::element::Element;
use crate::measure::{BATCH, Case, Entrant, Machine, Mode, Script, Step, System};
use crate::ours::{self, Lasp};
use lasp_gauge::{elems, perm};

/// A row of A (`true`) or B that comes (`true`) or goes.
pub struct Change<K> {
    /// Whose.
    pub in_a: bool,
    /// Its key.
    pub key: K,
    /// What distinguishes rows of one key.
    pub number: i64,
    /// Whether it comes.
    pub comes: bool,
}

/// Which operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// In A or B.
    Union,
    /// In A and B.
    Intersect,
    /// In A and not in B.
    Minus,
}

impl Operator {
    fn name(self) -> &'static str {
        match self {
            Operator::Union => "union",
            Operator::Intersect => "intersect",
            Operator::Minus => "minus",
        }
    }
}

/// How A's keys find B's, in Rust and in Lasp.
pub trait Match: 'static {
    /// The type of keys.
    type Key: Element;
    /// What is to be kept of A's key beside B's.
    type Kept: serde::Serialize
        + for<'de> serde::Deserialize<'de>
        + Clone
        + Ord
        + std::fmt::Debug
        + Send
        + Sync
        + 'static;
    /// The condition over `a` and `b`.
    const LASP: &'static str;
    /// The key of B's rows that A's key matches.
    fn theirs(key: &Self::Key) -> Self::Key;
    /// What is kept.
    fn kept(key: &Self::Key) -> Self::Kept;
    /// A's key again.
    fn key(theirs: &Self::Key, kept: &Self::Kept) -> Self::Key;
    /// DBSP, where it can hold the keys.
    #[cfg(feature = "dbsp")]
    fn dbsp(_: &Rc<Vec<Script<Change<Self::Key>>>>) -> Option<Entrant> {
        None
    }
}

/// Equal integers.
pub struct Equal;

impl Match for Equal {
    type Key = i64;
    type Kept = ();
    const LASP: &'static str = "a.k == b.k";

    fn theirs(key: &i64) -> i64 {
        *key
    }

    fn kept(_: &i64) {}

    fn key(theirs: &i64, (): &()) -> i64 {
        *theirs
    }

    #[cfg(feature = "dbsp")]
    fn dbsp(scripts: &Rc<Vec<Script<Change<i64>>>>) -> Option<Entrant> {
        Some(Entrant::machine(System::Dbsp, scripts, dbsp::Join::<Equal>::new))
    }
}

/// A computed key.
pub struct Halved;

impl Match for Halved {
    type Key = i64;
    type Kept = i64;
    const LASP: &'static str = "a.k / 2 == b.k";

    fn theirs(key: &i64) -> i64 {
        key / 2
    }

    fn kept(key: &i64) -> i64 {
        *key
    }

    fn key(_: &i64, kept: &i64) -> i64 {
        *kept
    }

    #[cfg(feature = "dbsp")]
    fn dbsp(scripts: &Rc<Vec<Script<Change<i64>>>>) -> Option<Entrant> {
        Some(Entrant::machine(System::Dbsp, scripts, dbsp::Join::<Halved>::new))
    }
}

/// Equal texts.
pub struct EqualText;

impl Match for EqualText {
    type Key = CompactString;
    type Kept = ();
    const LASP: &'static str = "a.k == b.k";

    fn theirs(key: &CompactString) -> CompactString {
        key.clone()
    }

    fn kept(_: &CompactString) {}

    fn key(theirs: &CompactString, (): &()) -> CompactString {
        theirs.clone()
    }
}

struct Ours {
    lasp: Lasp,
    /// By `in_a` and `comes`.
    events: [[u32; 2]; 2],
}

impl Ours {
    fn plan(key: &str, result: &str) -> Arc<Plan> {
        ours::plan(&format!(
            "type R = {{ k: {key}, v: int }}
             var a: orset<R>
             var b: orset<R>
             event add_a {{ k: {key}, v: int }}
             event add_b {{ k: {key}, v: int }}
             event remove_a {{ k: {key}, v: int }}
             event remove_b {{ k: {key}, v: int }}
             on add_a({{ k, v }}) {{ a.add({{ k: k, v: v }}) }}
             on add_b({{ k, v }}) {{ b.add({{ k: k, v: v }}) }}
             on remove_a({{ k, v }}) {{ a.remove({{ k: k, v: v }}) }}
             on remove_b({{ k, v }}) {{ b.remove({{ k: k, v: v }}) }}
             let result = {result}
             show result"
        ))
    }

    fn start(plan: &Arc<Plan>) -> Ours {
        let event = |name| ours::event_of(plan, name);
        let events = [[event("remove_b"), event("add_b")], [event("remove_a"), event("add_a")]];
        Ours { lasp: Lasp::start(plan), events }
    }
}

impl<K: Element> Machine<Change<K>> for Ours {
    fn listen(&mut self) {
        self.lasp.listen();
    }

    fn apply(&mut self, changes: &[Change<K>]) {
        let events = &self.events;
        self.lasp.apply(changes.iter().map(|change| {
            let event = events[usize::from(change.in_a)][usize::from(change.comes)];
            (event, [change.key.value(), change.number.value()])
        }));
    }

    fn check(&mut self) -> u64 {
        self.lasp.check()
    }
}

/// How many single changes are timed, and how many in batches.
const SINGLES: usize = 10_000;
const CHANGES: usize = 100_000;

/// Rows of A are `(key(i), number(i))` for i < n, of B the same for n/2 ≤ i < 3n/2: half is shared.
fn script<K: Element>(n: usize, row: impl Fn(usize) -> (K, i64), theirs: impl Fn(&K) -> K) -> Script<Change<K>> {
    let mut load = Vec::with_capacity(2 * n);
    for i in 0..n {
        let (key, number) = row(i);
        load.push(Change { in_a: true, key, number, comes: true });
        let (key, number) = row(i + n / 2);
        load.push(Change { in_a: false, key: theirs(&key), number, comes: true });
    }
    let order = perm(n, 2);
    // Rows that go and come back in one batch would cancel out: `group` rows go before the first of them comes back.
    let changes = |count: usize, group: usize| {
        let touched: Vec<usize> = order.iter().copied().cycle().take(count / 2).collect();
        let change = |i: &usize, comes| {
            let (key, number) = row(*i);
            Change { in_a: true, key, number, comes }
        };
        let both = |rows: &[usize]| {
            let go = rows.iter().map(|i| change(i, false));
            go.chain(rows.iter().map(|i| change(i, true))).collect::<Vec<_>>()
        };
        touched.chunks(group).flat_map(both).collect::<Vec<_>>()
    };
    Script(vec![
        Step::new("load", Mode::Batches, load),
        Step::new("change", Mode::Batches, changes(CHANGES.min(10 * n), BATCH)).removing(),
        Step::new("change", Mode::Singles, changes(SINGLES, 1)).removing(),
    ])
}

fn sets<K: Element>(n: usize, operator: Operator) -> Case {
    let name = operator.name();
    Case::new("W2", format!("{name}; {}", K::NAME), n, move || {
        let words = elems(n + n / 2, 3);
        let scripts = Rc::new(vec![script(n, |i| (K::of(words[i]), i as i64 % 7), Clone::clone)]);
        let plan = Ours::plan(K::LASP, &format!("a.{name}(b)"));
        vec![
            Entrant::machine(System::Hand, &scripts, move || hand::Sets::<K>::new(n, operator)),
            Entrant::machine(System::Lasp, &scripts, move || Ours::start(&plan)),
            #[cfg(feature = "differential")]
            Entrant::machine(System::Differential, &scripts, move || differential::Sets::<K>::new(operator)),
        ]
    })
}

fn join<M: Match>(n: usize, matches: usize) -> Case {
    Case::new("W2", format!("join, {matches} a key; {}; {}", M::Key::NAME, M::LASP), n, move || {
        let words = elems(n + n / 2, 3);
        let row = |i: usize| (M::Key::of(words[i / matches]), i as i64);
        let scripts = Rc::new(vec![script(n, row, M::theirs)]);
        let select = "{ a: a.v, b: b.v, k: a.k }";
        let plan = Ours::plan(M::Key::LASP, &format!("from a in a, b in b where {} select {select}", M::LASP));
        #[cfg(feature = "dbsp")]
        let dbsp = M::dbsp(&scripts);
        #[cfg(not(feature = "dbsp"))]
        let dbsp = None;
        let others = vec![
            Entrant::machine(System::Hand, &scripts, move || hand::Join::<M>::new(n / matches)),
            Entrant::machine(System::Lasp, &scripts, move || Ours::start(&plan)),
            #[cfg(feature = "differential")]
            Entrant::machine(System::Differential, &scripts, differential::Join::<M>::new),
        ];
        others.into_iter().chain(dbsp).collect()
    })
}

/// See the module.
#[must_use]
pub fn cases(sizes: Sizes) -> Vec<Case> {
    let mut cases = Vec::new();
    for &n in sizes.growth() {
        for operator in [Operator::Union, Operator::Intersect, Operator::Minus] {
            cases.push(sets::<i64>(n, operator));
            cases.push(sets::<CompactString>(n, operator));
        }
        cases.extend([join::<Equal>(n, 1), join::<Halved>(n, 1), join::<EqualText>(n, 1)]);
        cases.extend([join::<Equal>(n, 8), join::<EqualText>(n, 8)]);
    }
    cases
}
