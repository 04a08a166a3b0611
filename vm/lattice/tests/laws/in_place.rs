//! The two ways of an update, side by side: in place, and by a delta that is joined.
//!
//! Every kind is run that has a way in place, alone and under the keys of a `gmap`; the others say that they have none.

use lasp_lattice::gmap::GMap;
use lasp_lattice::{Answer, Arg, Back, Counted, Kind, Quick, State, Unobserved};

use crate::codec::OneByte;
use crate::generate::{op, schedule};
use crate::runner::{for_every_row, same};
use crate::world::{Op, REPLICAS, T, Way, World, replica};

/// What was done in place, to be taken back.
enum Done {
    /// The value was there before.
    Changed(u32, Change),
    /// The entry is new.
    Made,
}

enum Change {
    Count(Quick, u64),
    Put(Back<T>),
}

/// The update of a value in place: what it changed and its answer, if it is not refused.
fn applied(state: &mut State<T>, quick: Quick, op: &Op, at: usize) -> Option<(Option<Change>, Answer)> {
    if !quick.counts() {
        let element = match &op.args[..] {
            [Arg::Element(x)] => Some(x),
            _ => None,
        };
        let back = state.put(quick, element).expect("there is a way");
        return Some((back.map(Change::Put), Answer::None));
    }
    // An amount left out is 1.
    let n = if let [Arg::Amount(n)] = op.args[..] { n } else { 1 };
    let answer = |done| if quick == Quick::Spend { Answer::Bool(done) } else { Answer::None };
    match state.count(quick, n, replica(at)) {
        Counted::Unfit => None,
        Counted::Short => Some((None, answer(false))),
        Counted::Same => Some((None, answer(true))),
        Counted::From(old) => Some((Some(Change::Count(quick, old)), answer(true))),
    }
}

/// The same, alone or under a key, if there is a way in place.
fn in_place(state: &mut State<T>, kind: &Kind, op: &Op, at: usize) -> Option<Option<(Option<Done>, Answer)>> {
    match (state, kind, &op.path[..]) {
        (State::GMap(map), Kind::GMap(values), [Way::Key(key)]) => {
            let quick = Quick::of(values, op.method)?;
            if let Some(entry) = map.position(GMap::hash(key), key) {
                let done = applied(map.entry_mut(entry), quick, op, at);
                return Some(done.map(|(change, answer)| (change.map(|change| Done::Changed(entry, change)), answer)));
            }
            let mut value = State::bottom(values);
            let done = applied(&mut value, quick, op, at);
            let made = done.as_ref().is_some_and(|(_, answer)| *answer != Answer::Bool(false));
            if made {
                map.push(key, value);
            }
            Some(done.map(|(_, answer)| (made.then_some(Done::Made), answer)))
        }
        (state, kind, []) => {
            let done = applied(state, Quick::of(kind, op.method)?, op, at);
            Some(done.map(|(change, answer)| (change.map(|change| Done::Changed(0, change)), answer)))
        }
        _ => None,
    }
}

fn take_back(state: &mut State<T>, done: Done, at: usize) {
    let (state, change) = match (state, done) {
        (State::GMap(map), Done::Changed(entry, change)) => (map.entry_mut(entry), change),
        (State::GMap(map), Done::Made) => return map.pop(),
        (state, Done::Changed(_, change)) => (state, change),
        (_, Done::Made) => unreachable!("only a map has entries"),
    };
    match change {
        Change::Count(quick, old) => state.count_back(quick, old, replica(at)),
        Change::Put(back) => state.put_back(back),
    }
}

#[test]
fn an_update_in_place_is_the_join_of_its_delta() {
    let made = std::cell::Cell::new(0);
    for_every_row("in_place", schedule, |kind, schedule, rng| {
        let at = rng.below(REPLICAS);
        let before = State::clone(&World::run(kind, schedule).states[at]);
        let (mut state, mut model) = (before.clone(), before.clone());
        let mut done = Vec::new();
        for _ in 0..1 + rng.below(6) {
            let op = op(kind, rng);
            let Some(applied) = in_place(&mut state, kind, &op, at) else { continue };
            made.set(made.get() + 1);
            match (applied, op.made_at(&model, kind, at)) {
                (Some((step, answer)), Ok((delta, expected))) => {
                    same("the answers", &answer, &expected)?;
                    model.join(&delta, &mut Unobserved);
                    done.extend(step);
                }
                (None, Err(_)) => {}
                (applied, made) => {
                    panic!("{op:?}: {:?} in place, {made:?} by a delta", applied.map(|(_, answer)| answer))
                }
            }
            same("the states", &state, &model)?;
            same("to the byte", &state.encode_body(&OneByte), &model.encode_body(&OneByte))?;
        }
        while let Some(step) = done.pop() {
            take_back(&mut state, step, at);
        }
        same("taken back", &state, &before)?;
        same("to the byte", &state.encode_body(&OneByte), &before.encode_body(&OneByte))
    });
    assert!(made.get() > 1_000, "only {} updates had a way in place", made.get());
}

#[test]
fn a_full_slot_is_refused_and_nothing_has_changed() {
    let most = i64::MAX.unsigned_abs();
    for (kind, quick) in [(Kind::GCounter, Quick::Inc), (Kind::PnCounter, Quick::Dec), (Kind::BCounter, Quick::Inc)] {
        let mut state: State<T> = State::bottom(&kind);
        assert_eq!(state.count(quick, most + 1, replica(0)), Counted::Unfit);
        assert!(state.is_bottom());
        assert_eq!(state.count(quick, most, replica(0)), Counted::From(0));
        let full = state.clone();
        assert_eq!(state.count(quick, 1, replica(0)), Counted::Unfit);
        assert_eq!(state, full);
        assert_eq!(state.count(quick, 1, replica(1)), Counted::From(0), "another slot has room");
    }
}
