//! Cuts a failing case down.
//!
//! Greedy: whatever can go (events, views, functions, variables, parts of expressions) and leaves a case that is still
//! wrong, goes. A candidate that does not compile is no case.

use std::time::{Duration, Instant};

use super::case::Case;
use super::run::{Wrong, run};

/// Long enough for a small case, short enough to wait for.
const TIME_MAX: Duration = Duration::from_secs(20);

/// The smallest case found, and what is wrong with it.
pub(super) fn shrink(case: Case, wrong: Wrong) -> (Case, Wrong) {
    let (mut best, mut wrong) = (case, wrong);
    let start = Instant::now();
    loop {
        let smaller = candidates(&best).into_iter().find_map(|candidate| {
            if start.elapsed() > TIME_MAX {
                return None;
            }
            match run(&candidate) {
                Err(found) if !found.is_ours => Some((candidate, found)),
                _ => None,
            }
        });
        match smaller {
            Some(found) => (best, wrong) = found,
            None => return (best, wrong),
        }
    }
}

fn candidates(case: &Case) -> Vec<Case> {
    let mut made = Vec::new();
    let mut with = |change: &dyn Fn(&mut Case)| {
        let mut copy = case.clone();
        change(&mut copy);
        made.push(copy);
    };
    if case.trace.len() > 3 {
        let half = case.trace.len() / 2;
        with(&|case| drop(case.trace.drain(..half)));
        with(&|case| case.trace.truncate(half));
    }
    for at in (0..case.reactions.len()).rev() {
        with(&|case| drop(case.reactions.remove(at)));
    }
    for at in (0..case.lets.len()).rev() {
        if case.lets[at].shown && case.lets.iter().filter(|view| view.shown).count() > 1 {
            with(&|case| case.lets[at].shown = false);
        }
        if case.reactions.iter().all(|reaction| reaction.view() < at) {
            with(&|case| drop(case.lets.remove(at)));
        }
    }
    for at in (0..case.trace.len()).rev() {
        with(&|case| drop(case.trace.remove(at)));
    }
    for at in (0..case.events.len()).rev() {
        with(&|case| drop(case.events.remove(at)));
    }
    for at in (0..case.funs.len()).rev() {
        with(&|case| drop(case.funs.remove(at)));
    }
    for at in (0..case.vars.len()).rev() {
        with(&|case| drop(case.vars.remove(at)));
    }
    if case.every > 1 {
        with(&|case| case.every = 1);
    }
    for at in 0..case.lets.len() {
        for body in case.lets[at].body.simpler() {
            with(&|case| case.lets[at].body = body.clone());
        }
    }
    for at in 0..case.funs.len() {
        for body in case.funs[at].body.simpler() {
            with(&|case| case.funs[at].body = body.clone());
        }
    }
    made
}
