//! Operations on the model's lattices, each beside the same operation on what is seen.
//!
//! `relabel` is `map` with dots kept; `pairs` is a product with the dots of both sides; `carry` puts the counters that
//! a condition asks for beside the rows, and leaves the condition to the reader.

use std::collections::{BTreeMap, BTreeSet};

use super::state::{Line, Row, Shown, Slots, State};

fn parts(state: &State) -> (&BTreeSet<Line>, &BTreeSet<super::state::Dot>, &BTreeMap<i64, Slots>) {
    match state {
        State::Rows { lines, dead, beside } => (lines, dead, beside),
        other => panic!("{other:?} has no rows"),
    }
}

fn with_lines(state: &State, lines: BTreeSet<Line>) -> State {
    let (_, dead, beside) = parts(state);
    State::Rows { lines, dead: dead.clone(), beside: beside.clone() }
}

/// `map`: the label changes, what it rests on does not.
pub fn relabel(state: &State, f: impl Fn(&Row) -> Row) -> State {
    let line = |line: &Line| Line { label: f(&line.label), ..line.clone() };
    with_lines(state, parts(state).0.iter().map(line).collect())
}

/// `filter` by something that never changes.
pub fn keep(state: &State, p: impl Fn(&Row) -> bool) -> State {
    with_lines(state, parts(state).0.iter().filter(|line| p(&line.label)).cloned().collect())
}

/// `flat_map`: the key tells the results of one row apart.
pub fn spread(state: &State, f: impl Fn(&Row) -> Vec<Row>) -> State {
    let mut lines = BTreeSet::new();
    for line in parts(state).0 {
        for (i, label) in (0..).zip(f(&line.label)) {
            let key = [line.key.clone(), vec![i]].concat();
            lines.insert(Line { key, label, ..line.clone() });
        }
    }
    with_lines(state, lines)
}

/// `union`: keys are tagged with the side they come from.
pub fn either(a: &State, b: &State) -> State {
    let tagged = |state: &State, port: i64| {
        let line = |line: &Line| Line { key: [vec![port], line.key.clone()].concat(), ..line.clone() };
        with_lines(state, parts(state).0.iter().map(line).collect())
    };
    tagged(a, 0).join(&tagged(b, 1))
}

/// `product` and its kin: pairs that fit, with the dots of both; what is dead on either side is dead.
pub fn pairs(a: &State, b: &State, f: impl Fn(&Row, &Row) -> Option<Row>) -> State {
    let mut lines = BTreeSet::new();
    for x in parts(a).0 {
        for y in parts(b).0 {
            if let Some(label) = f(&x.label, &y.label) {
                // Lengths keep keys apart that only together look alike.
                let key = [vec![i64::try_from(x.key.len()).unwrap_or(0)], x.key.clone(), y.key.clone()].concat();
                lines.insert(Line {
                    key,
                    label,
                    dots: &x.dots | &y.dots,
                    negative: x.negative || y.negative,
                    needs: &x.needs | &y.needs,
                });
            }
        }
    }
    let sides = with_lines(a, BTreeSet::new()).join(&with_lines(b, BTreeSet::new()));
    with_lines(&sides, lines)
}

/// A filter by a counter of a map: the rows with the counters that they ask for.
pub fn carry(rows: &State, counters: &State, bound: i64, reached: bool) -> State {
    let State::Map(map) = counters else { panic!("{counters:?} is not a map") };
    let (lines, dead, beside) = parts(rows);
    let mut beside = beside.clone();
    let mut carried = BTreeSet::new();
    for line in lines {
        let key = line.label[0];
        if let Some(State::Slots(slots)) = map.get(&vec![key]) {
            beside.insert(key, slots.clone());
        }
        let mut needs = line.needs.clone();
        needs.insert((key, bound, reached));
        carried.insert(Line { needs, ..line.clone() });
    }
    State::Rows { lines: carried, dead: dead.clone(), beside }
}

/// Of a map of rows: the set of rows below each key.
pub fn grouped(state: &State, key: impl Fn(&Row) -> i64) -> State {
    let mut map = BTreeMap::new();
    for line in parts(state).0 {
        let group = map.entry(vec![key(&line.label)]).or_insert(State::Set(BTreeSet::new()));
        *group = group.join(&State::Set([line.label.clone()].into()));
    }
    State::Map(map)
}

/// Slots times a number.
pub fn scaled(slots: &Slots, k: i64) -> Slots {
    slots.iter().map(|(writer, n)| (*writer, n * k)).collect()
}

/// A sketch: per bucket the greatest rank of what fell into it. Joins by the greater rank, like HyperLogLog.
pub fn sketch(rows: &BTreeSet<Row>) -> State {
    let mut slots = Slots::new();
    for row in rows {
        let hash = row[0].wrapping_mul(0x9e37_79b9) >> 3;
        let slot = slots.entry(hash.rem_euclid(4)).or_default();
        *slot = (*slot).max(1 + i64::from((hash.rem_euclid(64) | 64).trailing_zeros()));
    }
    State::Slots(slots)
}

/// The pairs reachable over pairs: element 5a + b stands for the edge from a % 3 to b.
#[must_use]
pub fn closure(rows: &BTreeSet<Row>) -> BTreeSet<Row> {
    let mut reached: BTreeSet<Row> = rows.iter().map(|row| vec![row[0] % 3, (row[0] + 1 + row[0] / 3) % 3]).collect();
    loop {
        let mut next = reached.clone();
        for a in &reached {
            next.extend(reached.iter().filter(|b| a[1] == b[0]).map(|b| vec![a[0], b[1]]));
        }
        if next == reached {
            return reached;
        }
        reached = next;
    }
}

/// A function of each row that is seen.
pub fn each_shown(shown: &Shown, f: impl Fn(&Row) -> Vec<Row>) -> Shown {
    Shown::Rows(shown.rows().iter().flat_map(f).collect())
}
