//! The two ways of an update, side by side: in place, and by a delta that is joined.
//!
//! Every kind is run that has a way in place, alone and under the keys of a `gmap`; the others say that they have none.

use lasp_lattice::gmap::{Cell, GMap};
use lasp_lattice::{Answer, Arg, Back, Given, Kind, Quick, State, Unfit, Unobserved};

use crate::codec::OneByte;
use crate::generate::{op, schedule};
use crate::runner::{for_every_row, same};
use crate::world::{Op, REPLICAS, T, Way, World, replica};

/// What was done in place.
enum Done {
    Whole(Back<T>),
    Under(Cell<T>),
}

/// The update in place, if there is such a way.
fn in_place(state: &mut State<T>, kind: &Kind, op: &Op, at: usize) -> Option<Result<(Done, Answer), Unfit>> {
    let given = match &op.args[..] {
        [] => Given::Nothing,
        [Arg::Amount(n)] => Given::Amount(*n),
        [Arg::Element(x)] => Given::Element(x),
        _ => return None,
    };
    // An amount left out is 1.
    let given = |quick: Quick| match given {
        Given::Nothing if quick.takes_amount() => Given::Amount(1),
        given => given,
    };
    match (state, kind, &op.path[..]) {
        (State::GMap(map), Kind::GMap(values), [Way::Key(key)]) => {
            let quick = Quick::of(values, op.method)?;
            let done = map.apply(values, (GMap::hash(key), key), (quick, given(quick)), replica(at), |_, _| ());
            Some(done.map(|(cell, answer)| (Done::Under(cell), answer)))
        }
        (state, kind, []) => {
            let quick = Quick::of(kind, op.method)?;
            let done = state.apply(quick, given(quick), replica(at));
            Some(done.map(|(back, answer)| (Done::Whole(back), answer)))
        }
        _ => None,
    }
}

fn take_back(state: &mut State<T>, done: Done, at: usize) {
    match (state, done) {
        (state, Done::Whole(back)) => state.take_back(back, replica(at)),
        (State::GMap(map), Done::Under(cell)) => map.take_back(cell, replica(at)),
        _ => unreachable!("only a map has cells"),
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
                (Ok((step, answer)), Ok((delta, expected))) => {
                    same("the answers", &answer, &expected)?;
                    model.join(&delta, &mut Unobserved);
                    done.push(step);
                }
                (Err(Unfit), Err(_)) => {}
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
        assert_eq!(state.apply(quick, Given::Amount(most + 1), replica(0)), Err(Unfit));
        assert!(state.is_bottom());
        state.apply(quick, Given::Amount(most), replica(0)).expect("it fits");
        let full = state.clone();
        assert_eq!(state.apply(quick, Given::Amount(1), replica(0)), Err(Unfit));
        assert_eq!(state, full);
        state.apply(quick, Given::Amount(1), replica(1)).expect("another slot has room");
    }
}
