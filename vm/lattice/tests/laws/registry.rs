//! The list is whole and tells the truth.

use std::collections::BTreeSet;

use lasp_lattice::{Answer, Arg, Kind, LATTICES, State, Unobserved, UpdateError, lattice};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::generate::{call, for_every_kind, kinds, kinds_of, op, schedule};
use crate::rows::visible;
use crate::world::{REPLICAS, T, World};

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
fn a_row_runs_iff_there_are_kinds_of_it() {
    for row in LATTICES {
        let kinds = kinds_of(row);
        assert_eq!(row.runs, !kinds.is_empty(), "{} is said to run: {}", row.name, row.runs);
        assert!(kinds.iter().all(|kind| kind.name() == row.name && kind.info() == *row));
    }
}

#[test]
fn every_method_of_a_running_row_is_understood() {
    let mut runner = TestRunner::deterministic();
    for kind in kinds() {
        for method in kind.info().methods {
            let mut wrote = false;
            for _ in 0..200 {
                // What the update is made on: something that a few updates have happened to.
                let schedule = schedule(&kind).new_tree(&mut runner).unwrap().current();
                let state = World::run(&kind, &schedule).states[0].clone();
                let op = call(method).new_tree(&mut runner).unwrap().current();
                match op.made_at(&state, &kind, 0) {
                    Ok((delta, _)) => wrote |= !delta.is_bottom(),
                    Err(UpdateError::RightsShort { .. }) => {}
                    Err(error) => panic!("{kind:?}: {error}"),
                }
            }
            assert!(wrote, "{kind:?}: no {} ever wrote anything", method.name);
        }
    }
}

#[test]
fn what_a_row_says_of_its_methods_is_so() {
    for_every_kind(
        file!(),
        |kind| (schedule(kind), op(kind), 0..REPLICAS),
        |kind, (schedule, op, at)| {
            let mut state = World::run(kind, &schedule).states[at].clone();
            let before = visible(&state);
            let Ok((delta, answer)) = op.made_at(&state, kind, at) else { return Ok(()) };
            let inner = innermost(kind);
            let info = *inner.info().method(op.method).expect("drawn from the row");
            prop_assert_eq!(info.answers, matches!(answer, Answer::Bool(_)));
            state.join(&delta, &mut Unobserved);
            let once = visible(&state);
            if info.idempotent {
                let (again, _) = op.made_at(&state, kind, at).expect("it could be done once");
                state.join(&again, &mut Unobserved);
                prop_assert_eq!(visible(&state), once.clone(), "twice is not once");
            }
            if info.removes {
                prop_assert!(once.len() <= before.len() + op.path.len(), "a removal added rows");
            }
            Ok(())
        },
    );
}

fn innermost(kind: &Kind) -> &Kind {
    match kind {
        Kind::GMap(values) => innermost(values),
        other => other,
    }
}

#[test]
fn other_calls_are_refused_with_a_reason() {
    let stamp = lasp_lattice::Stamp { replica: crate::world::replica(0), now_us: 0 };
    for kind in kinds() {
        let bottom: State<T> = State::bottom(&kind);
        let refused = |path: &[T], method: &str, args: &[Arg<T>]| {
            bottom.mutate(&kind, path, method, args, &stamp).expect_err("must be refused")
        };
        let error = refused(&[], "frobnicate", &[]);
        assert!(matches!(&error, UpdateError::NoSuchMethod { lattice, .. } if *lattice == kind.name()), "{error}");
        for method in kind.info().methods {
            let too_many = vec![Arg::Element(1); method.params.len() + 1];
            let error = refused(&[], method.name, &too_many);
            assert!(matches!(&error, UpdateError::WrongArgs { takes, .. } if *takes == method.params), "{error}");
        }
        let error = refused(&[0; 9], "add", &[]);
        assert!(matches!(error, UpdateError::NotAMap { .. }), "{error}");
        assert!(error.to_string().starts_with("walking to the value"));
    }
}

#[test]
fn a_state_conforms_to_its_own_kind_and_to_no_other() {
    let mut runner = TestRunner::deterministic();
    for mine in kinds() {
        let update = op(&mine).new_tree(&mut runner).unwrap().current();
        let Ok((state, Answer::None)) = update.made_at(&State::bottom(&mine), &mine, 0) else { continue };
        for other in kinds() {
            assert_eq!(state.conforms(&other), mine == other, "{state:?} as {other:?}");
        }
    }
}
