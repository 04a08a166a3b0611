//! W4: something per group, told whenever it changes.
//!
//! ```text
//! counter          event k ─► n[k] + 1                          n: gmap<K, gcounter>
//! count, sum, …    set of {g, id, v} ─► group by g ─► aggregate  rows come, and are taken away again
//! top 10           set of {g, id, v} ─► the ten greatest v
//! ```
//!
//! Phases: `event b` and `event s` for the counter; for the rest `insert b`, `remove b` (half of the rows, which takes
//! the least and the greatest of groups away too), and `insert s`, `remove s` on what is left.

#[cfg(feature = "dbsp")]
mod dbsp;
#[cfg(feature = "dfir")]
mod dfir;
#[cfg(feature = "differential")]
mod differential;
mod hand;

use std::rc::Rc;
use std::sync::Arc;

use compact_str::CompactString;
use lasp_plan::{Plan, Value};

use super::Sizes;
use crate::element::Element;
use crate::measure::{Case, Entrant, Machine, Mode, Script, Step, System};
use crate::ours::{self, Lasp};
use lasp_gauge::{elem, elems, mix};

/// A row of a group that comes or goes.
#[derive(Clone)]
pub struct Change<K> {
    /// Its group.
    pub group: K,
    /// What distinguishes it.
    pub id: i64,
    /// Its value.
    pub value: i64,
    /// Whether it comes.
    pub comes: bool,
}

/// What is computed of each group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// How many rows.
    Count,
    /// The sum of values.
    Sum,
    /// The sum of another expression: v * 3 + 1.
    SumOf,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
}

impl Aggregate {
    fn lasp(self) -> &'static str {
        match self {
            Aggregate::Count => "g.count()",
            Aggregate::Sum => "g.sum(r => r.v)",
            Aggregate::SumOf => "g.sum(r => r.v * 3 + 1)",
            Aggregate::Min => "g.min(r => r.v)",
            Aggregate::Max => "g.max(r => r.v)",
        }
    }
}

/// The ten greatest of all rows, by value and then by row.
pub const TOP: usize = 10;

struct Counter {
    lasp: Lasp,
    event: u32,
}

impl Counter {
    fn plan(key: &str, by: &str) -> Arc<Plan> {
        ours::plan(&format!(
            "var n: gmap<{key}, gcounter>
             event hit {{ k: {key} }}
             on hit({{ k }}) {{ n[k].inc({by}) }}
             show n"
        ))
    }

    fn start(plan: &Arc<Plan>) -> Counter {
        Counter { lasp: Lasp::start(plan), event: ours::event_of(plan, "hit") }
    }
}

impl<K: Element> Machine<K> for Counter {
    fn listen(&mut self) {
        self.lasp.listen();
    }

    fn apply(&mut self, keys: &[K]) {
        let event = self.event;
        self.lasp.apply(keys.iter().map(|key| (event, [key.value()])));
    }

    fn check(&mut self) -> u64 {
        self.lasp.check()
    }
}

struct Groups {
    lasp: Lasp,
    add: u32,
    remove: u32,
}

impl Groups {
    fn text(key: &str, result: &str) -> String {
        format!(
            "type R = {{ g: {key}, id: int, v: int }}
             var log: orset<R>
             event add {{ g: {key}, id: int, v: int }}
             event remove {{ g: {key}, id: int, v: int }}
             on add({{ g, id, v }}) {{ log.add({{ g: g, id: id, v: v }}) }}
             on remove({{ g, id, v }}) {{ log.remove({{ g: g, id: id, v: v }}) }}
             let result = {result}
             show result"
        )
    }

    fn start(plan: &Arc<Plan>) -> Groups {
        Groups { lasp: Lasp::start(plan), add: ours::event_of(plan, "add"), remove: ours::event_of(plan, "remove") }
    }
}

impl<K: Element> Machine<Change<K>> for Groups {
    fn listen(&mut self) {
        self.lasp.listen();
    }

    fn apply(&mut self, changes: &[Change<K>]) {
        let (add, remove) = (self.add, self.remove);
        self.lasp.apply(changes.iter().map(|change| {
            let fields = [change.group.value(), Value::Int(change.id), Value::Int(change.value)];
            (if change.comes { add } else { remove }, fields)
        }));
    }

    fn check(&mut self) -> u64 {
        self.lasp.check()
    }
}

/// Who takes part besides the others, with this increment.
type Joins<K> = fn(&Rc<Vec<Script<K>>>, i64) -> Option<Entrant>;

fn nobody<K>(_: &Rc<Vec<Script<K>>>, _: i64) -> Option<Entrant> {
    None
}

#[cfg(feature = "dbsp")]
fn dbsp_counter(scripts: &Rc<Vec<Script<i64>>>, by: i64) -> Option<Entrant> {
    Some(Entrant::machine(System::Dbsp, scripts, move || dbsp::Counter::new(by)))
}

#[cfg(not(feature = "dbsp"))]
use nobody as dbsp_counter;

/// How many single changes are timed.
const SINGLES: usize = 10_000;

#[allow(clippy::cast_possible_truncation)] // A position in a list.
fn drawn(i: usize, of: usize) -> usize {
    (mix(i as u64 ^ (7 << 40)) % of as u64) as usize
}

/// `events` events over `groups` keys.
///
/// DBSP takes part through `dbsp`, where it can hold the keys.
fn counter<K: Element>(events: usize, groups: usize, by: i64, dbsp: Joins<K>) -> Case {
    let variant = format!("counter, inc({by}); {}; {events} events", K::NAME);
    Case::new("W4", variant, groups, move || {
        let keys: Vec<K> = elems(groups, 4).into_iter().map(K::of).collect();
        let hits = |from: usize, count: usize| {
            (from..from + count).map(|i| keys[drawn(i, groups)].clone()).collect::<Vec<_>>()
        };
        let scripts = Rc::new(vec![Script(vec![
            Step::new("event", Mode::Batches, hits(0, events)),
            Step::new("event", Mode::Singles, hits(events, SINGLES)),
        ])]);
        let plan = Counter::plan(K::LASP, &by.to_string());
        let others = vec![
            Entrant::machine(System::Hand, &scripts, move || hand::Counter::<K>::new(groups, by)),
            Entrant::machine(System::Lasp, &scripts, move || Counter::start(&plan)),
            #[cfg(feature = "differential")]
            Entrant::machine(System::Differential, &scripts, move || differential::Counter::<K>::new(by)),
            #[cfg(feature = "dfir")]
            Entrant::machine(System::Dfir, &scripts, move || dfir::Counter::<K>::new(groups, by)),
        ];
        others.into_iter().chain(dbsp(&scripts, by)).collect()
    })
}

/// Rows of random groups, values of 32 bits: all in, half of them out, then single changes.
fn script<K: Element>(rows: usize, groups: usize) -> Script<Change<K>> {
    let keys: Vec<K> = elems(groups, 4).into_iter().map(K::of).collect();
    let singles = SINGLES.min(rows);
    let row =
        |i: usize| Change { group: keys[drawn(i, groups)].clone(), id: i as i64, value: elem(i, 5) >> 30, comes: true };
    let goes = |i: usize| Change { comes: false, ..row(i) };
    Script(vec![
        Step::new("insert", Mode::Batches, (0..rows).map(row).collect()),
        Step::new("remove", Mode::Batches, (0..rows / 2).map(goes).collect()).removing(),
        Step::new("insert", Mode::Singles, (0..rows / 2).take(singles).map(row).collect()),
        Step::new("remove", Mode::Singles, (rows / 2..rows).take(singles).map(goes).collect()).removing(),
    ])
}

fn grouped<K: Element>(rows: usize, groups: usize, aggregate: Aggregate) -> Case {
    let expression = aggregate.lasp();
    Case::new("W4", format!("group, {expression}; {}; {rows} rows", K::NAME), groups, move || {
        let scripts = Rc::new(vec![script::<K>(rows, groups)]);
        let plan = ours::plan(&Groups::text(K::LASP, &format!("log.group(by: r => r.g).each(g => {expression})")));
        vec![
            hand::grouped::<K>(&scripts, rows, groups, aggregate),
            Entrant::machine(System::Lasp, &scripts, move || Groups::start(&plan)),
            #[cfg(feature = "differential")]
            Entrant::machine(System::Differential, &scripts, move || differential::Grouped::<K>::new(aggregate)),
        ]
    })
}

fn top<K: Element>(rows: usize) -> Case {
    Case::new("W4", format!("top {TOP} by v; {}", K::NAME), rows, move || {
        let scripts = Rc::new(vec![script::<K>(rows, 1_000.min(rows))]);
        let mut entrants = vec![Entrant::machine(System::Hand, &scripts, move || hand::Top::<K>::new(rows))];
        let text = Groups::text(K::LASP, &format!("log.top({TOP}, by: r => r.v)"));
        if let Some(plan) = ours::plan_if_possible(&text) {
            entrants.push(Entrant::machine(System::Lasp, &scripts, move || Groups::start(&plan)));
        }
        entrants
    })
}

/// See the module.
#[must_use]
pub fn cases(sizes: Sizes) -> Vec<Case> {
    let mut cases = Vec::new();
    let events = sizes.choose(100_000, 1_000_000);
    for &groups in sizes.growth() {
        cases.push(counter::<i64>(events, groups, 1, dbsp_counter));
        cases.push(counter::<CompactString>(events, groups, 1, nobody));
        cases.push(counter::<(i64, i64)>(events, groups, 3, nobody));
    }
    for &groups in sizes.growth() {
        cases.push(grouped::<i64>(events, groups, Aggregate::Count));
        cases.push(grouped::<CompactString>(events, groups, Aggregate::Count));
    }
    let groups = 10_000;
    for aggregate in [Aggregate::Sum, Aggregate::SumOf, Aggregate::Min, Aggregate::Max] {
        cases.push(grouped::<i64>(events, groups, aggregate));
        cases.push(grouped::<CompactString>(events, groups, aggregate));
    }
    for &rows in sizes.growth() {
        cases.push(top::<i64>(rows));
        cases.push(top::<CompactString>(rows));
    }
    cases
}
