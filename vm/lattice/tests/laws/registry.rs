//! The list is whole and tells the truth.

use std::collections::BTreeSet;

use lasp_lattice::{Answer, Arg, Kind, LATTICES, State, Unobserved, UpdateError, lattice};
use proptest::prelude::*;

use crate::generate::{Rng, call, kind_at, kinds, op, schedule, variants};
use crate::rows::{End, visible};
use crate::runner::for_every_row;
use crate::world::{REPLICAS, T, Way, World, is_legitimate};

#[test]
fn every_type_of_the_language_has_one_row() {
    let names: Vec<&str> = LATTICES.iter().map(|row| row.name).collect();
    let distinct: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), distinct.len(), "two rows share a name");
    let expected = "bcounter dwflag ewflag flag gcounter gmap gset ivar lattice lex lww max min mv orset ormap pncounter \
                    product rcounter rwset topk twopset vclock";
    assert_eq!(distinct, expected.split_whitespace().collect());
    for row in LATTICES {
        assert_eq!(lattice(row.name), Some(row));
        assert!(!row.summary.is_empty() && !row.which_count.is_empty() && !row.source.is_empty(), "{}", row.name);
        for method in row.methods {
            assert!(method.required <= method.params.len() && !method.summary.is_empty());
        }
    }
}

#[test]
fn there_are_sound_kinds_of_every_row() {
    for row in LATTICES {
        let variants = variants(row);
        assert!(!variants.flat.is_empty(), "{}", row.name);
        assert!(variants.all().all(|kind| kind.name() == row.name && kind.info() == *row && kind.flaw().is_none()));
        let distinct: BTreeSet<String> = variants.all().map(|kind| format!("{kind:?}")).collect();
        assert_eq!(distinct.len(), variants.all().count(), "{}: the same kind twice", row.name);
    }
}

#[test]
fn every_method_of_a_row_is_understood() {
    for kind in kinds() {
        let rng = &mut Rng::new(1);
        for method in kind.info().methods {
            let mut wrote = false;
            for _ in 0..100 {
                // What the update is made on: something that a few updates have happened to.
                let state = World::run(&kind, &schedule(&kind, rng)).states[0].clone();
                match call(&kind, method, rng).made_at(&state, &kind, 0) {
                    Ok((delta, _)) => wrote |= !delta.is_bottom(),
                    Err(error) => assert!(is_legitimate(&error), "{kind:?}: {error}"),
                }
            }
            assert!(wrote, "{kind:?}: no {} ever wrote anything", method.name);
        }
    }
}

#[test]
fn what_a_row_says_of_its_methods_is_so() {
    for_every_row("methods", schedule, |kind, schedule, rng| {
        let at = rng.below(REPLICAS);
        let mut state = State::clone(&World::run(kind, schedule).states[at]);
        let before = visible(&state);
        let op = op(kind, rng);
        let Ok((delta, answer)) = op.made_at(&state, kind, at) else { return Ok(()) };
        let info = *kind_at(kind, &op.path).info().method(op.method).expect("drawn from the row");
        prop_assert_eq!(info.answers, matches!(answer, Answer::Bool(_)));
        prop_assert!(answer != Answer::Bool(false) || delta.is_bottom(), "a refused update wrote something");
        state.join(&delta, &mut Unobserved);
        let once = visible(&state);
        if info.idempotent {
            let (again, _) = op.made_at(&state, kind, at).expect("it could be done once");
            state.join(&again, &mut Unobserved);
            prop_assert_eq!(visible(&state), once.clone(), "twice is not once");
        }
        if !info.removes {
            let gone = before.keys().find(|row| !matches!(row.end, End::Leaf(_)) && !once.contains_key(row));
            prop_assert_eq!(gone, None, "not a removal, and it took a row");
        }
        Ok(())
    });
}

#[test]
fn other_calls_are_refused_with_a_reason() {
    let stamp = lasp_lattice::Stamp { replica: crate::world::replica(0), now_us: 0 };
    for kind in kinds() {
        let bottom: State<T> = State::bottom(&kind);
        let refused = |path: &[Way], method: &str, args: &[Arg<T>]| {
            bottom.mutate(&kind, path, method, args, &stamp).expect_err("must be refused")
        };
        let error = refused(&[], "frobnicate", &[]);
        assert!(matches!(&error, UpdateError::NoSuchMethod { lattice, .. } if *lattice == kind.name()), "{error}");
        for method in kind.info().methods {
            let too_many = vec![Arg::Element(1); method.params.len() + 1];
            let error = refused(&[], method.name, &too_many);
            assert!(matches!(&error, UpdateError::WrongArgs { takes, .. } if *takes == method.params), "{error}");
        }
        for path in [vec![Way::Key(0); 9], vec![Way::Part(9)]] {
            let error = refused(&path, "add", &[]);
            assert!(matches!(error, UpdateError::NoWayDown { .. }), "{kind:?}: {error}");
            assert!(error.to_string().starts_with("walking to the value"));
        }
    }
}

#[test]
fn a_state_conforms_to_its_own_kind_and_to_no_other() {
    let kinds = kinds();
    let rng = &mut Rng::new(2);
    for mine in &kinds {
        // Sooner or later everything is written, down to the last part of the last key.
        let mut state: State<T> = State::bottom(mine);
        for _ in 0..40 {
            if let Some(delta) = op(mine, rng).delta_at(&state, mine, 0) {
                state.join(&delta, &mut Unobserved);
            }
        }
        assert!(state.conforms(mine), "{state:?} as its own {mine:?}");
        for other in kinds.iter().filter(|other| *other != mine && !shares_its_states(mine, other)) {
            assert!(!state.conforms(other), "{state:?} of {mine:?} as {other:?}");
        }
    }
}

/// Inside an `ormap` some types are kept in the same way, and a map may have lost all its keys.
fn shares_its_states(mine: &Kind, other: &Kind) -> bool {
    let has_ormap = |kind: &Kind| format!("{kind:?}").contains("OrMap");
    has_ormap(mine) || has_ormap(other)
}
