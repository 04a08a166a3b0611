//! What has places inside it: `gmap`, `ormap`, tuples and records.
//!
//! `m["a"].inc(5)` at replica 0; replica 1, having seen that, removes `"a"` while replica 0 goes on with
//! `m["a"].inc(2)`. In an `ormap` of counters `"a"` is there and reads 2: the removal took what it had seen of it, and
//! not more.
//!
//! Any update below a key counts for its being there, also one that takes something away: after a remove in the set at
//! `m["a"]`, `m` has the key `"a"`.
//!
//! Neighbour: `view` does the removing.

use std::collections::BTreeMap;

use crate::kind::Kind;
use crate::op::{Act, Step};
use crate::value::{Value, value};
use crate::view::View;

/// `gmap`: a key is there once any update below it was made.
pub(crate) fn growing(values: &Kind, view: &View) -> BTreeMap<u8, Value> {
    no_updates_of_its_own(view);
    entries(values, view)
}

/// `ormap`: a key is there iff some update below it survives, and its value is that of the updates that do.
pub(crate) fn shrinking(values: &Kind, view: &View) -> BTreeMap<u8, Value> {
    assert!(values.supports_in_ormap(), "{values:?} cannot be below an ormap");
    for (_, made) in view.here() {
        assert!(matches!(made.op.act, Act::Remove(_) | Act::Clear), "not an update of a map: {:?}", made.op);
    }
    entries(values, view)
}

/// Tuples and records: each part by itself.
pub(crate) fn parts(kinds: &[Kind], view: &View) -> Vec<Value> {
    no_updates_of_its_own(view);
    for step in view.steps() {
        assert!(matches!(step, Step::Part(part) if part < kinds.len()), "no such part: {step:?}");
    }
    kinds.iter().enumerate().map(|(part, kind)| value(kind, &view.under(Step::Part(part)))).collect()
}

fn entries(values: &Kind, view: &View) -> BTreeMap<u8, Value> {
    let mut entries = BTreeMap::new();
    for step in view.steps() {
        let Step::Key(key) = step else { panic!("a map has keys, not parts: {step:?}") };
        let below = view.under(step);
        if !below.is_empty() {
            entries.insert(key, value(values, &below));
        }
    }
    entries
}

fn no_updates_of_its_own(view: &View) {
    assert!(view.here().next().is_none(), "only what is inside it is updated: {:?}", view.here().next());
}
