//! Random programs on random traces: every view kept up to date by deltas is what one would compute from scratch.
//!
//! `LASP_SEED=590` replays one case, `LASP_CASES=20000` runs more of them, `LASP_FROM=5000` other ones.

use std::sync::mpsc;

use lasp_tests::oracle::{Tally, check};

/// How many cases a run without further wishes has.
const CASES: u64 = 2_000;
/// Cases do not depend on each other.
const THREADS: u64 = 2;

#[test]
fn views_equal_their_recomputation() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("LASP_SEED") {
        println!("{}", check([seed]).unwrap_or_else(|wrong| panic!("{wrong}")));
        return;
    }
    let (from, cases) = (number("LASP_FROM").unwrap_or(0), number("LASP_CASES").unwrap_or(CASES));
    let (tell, told) = mpsc::channel();
    for thread in 0..THREADS {
        let tell = tell.clone();
        std::thread::spawn(move || {
            let step = usize::try_from(THREADS).unwrap_or(1);
            // Nobody listens any more once another thread has found something.
            let _ = tell.send(check((from + thread..from + cases).step_by(step)));
        });
    }
    drop(tell);
    let mut tally = Tally::default();
    let mut threads = 0;
    for result in told {
        threads += 1;
        tally.add(&result.unwrap_or_else(|wrong| panic!("{wrong}")));
    }
    assert_eq!(threads, THREADS, "a thread ended without a result");
    println!("{tally}");
    if cases >= CASES {
        assert_eq!(tally.missing(), Vec::<String>::new(), "the generator hardly makes these any more");
    }
}
