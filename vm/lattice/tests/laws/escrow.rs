//! The bounded counter's promise: nobody ever sees less than zero, and no right is spent twice, whatever is lost, doubled
//! or overtaken on the way.
//!
//! Deltas are delivered in any order here, so replicas know even less of each other than `semantics` lets them.

use lasp_lattice::{Answer, Kind, Leaf, State, Unobserved};
use proptest::prelude::*;

use crate::generate::{runner, schedule};
use crate::spec::amount;
use crate::world::{REPLICAS, Step, T, World, replica};

#[test]
fn never_below_zero_on_any_replica() {
    let kind = Kind::BCounter;
    let outcome = runner(file!()).run(&schedule(&kind), |schedule| {
        for join in World::run(&kind, &schedule).joins {
            let Some(Leaf::Count(n)) = join.after.leaf() else { panic!("a bcounter is a count") };
            prop_assert!(n >= 0);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn what_is_granted_in_all_was_there_in_all() {
    let kind = Kind::BCounter;
    let outcome = runner(file!()).run(&schedule(&kind), |schedule| {
        let mut states: Vec<State<T>> = vec![State::bottom(&kind); REPLICAS];
        let mut deltas: Vec<State<T>> = Vec::new();
        // The account an observer outside would keep.
        let mut left: i128 = 0;
        for step in schedule {
            match step {
                Step::Update { at, op } => {
                    if let Ok((delta, answer)) = op.made_at(&states[at], &kind, at) {
                        left += match (op.method, answer) {
                            ("inc", _) => amount(&op),
                            ("spend", Answer::Bool(true)) => -amount(&op),
                            _ => 0,
                        };
                        states[at].join(&delta, &mut Unobserved);
                        deltas.push(delta);
                    }
                }
                Step::Deliver { to, which } if !deltas.is_empty() => {
                    states[to].join(which.get(&deltas), &mut Unobserved);
                }
                Step::Pull { to, from } => {
                    let theirs = states[from].clone();
                    states[to].join(&theirs, &mut Unobserved);
                }
                _ => {}
            }
            prop_assert!(left >= 0, "spent what was not there");
            // Rights as their holders see them: a transfer under way is held by nobody, so at most what is left.
            let held: i128 =
                (0..REPLICAS).map(|at| states[at].rights(replica(at)).expect("a bcounter has rights")).sum();
            prop_assert!(held <= left, "{held} rights are held, {left} are left");
        }
        let mut all = State::bottom(&kind);
        for delta in &deltas {
            all.join(delta, &mut Unobserved);
        }
        prop_assert_eq!(all.leaf(), Some(Leaf::Count(left)));
        let held: i128 = (0..REPLICAS).filter_map(|at| all.rights(replica(at))).sum();
        prop_assert_eq!(held, left, "with everything known, every unit left is somebody's");
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
