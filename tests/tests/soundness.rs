//! Random conditions near the border of what stays true: none that the checker accepts is ever seen to go back, and of
//! those that stay true it refuses few.
//!
//! `LASP_SEED=590` shows one case, `LASP_CASES=20000` runs more of them, `LASP_FROM=5000` other ones.

use std::time::Instant;

use lasp_tests::stability::{Tally, caught_after, check, show};

/// How many cases a run without further wishes has.
const CASES: u64 = 2_000;
/// Cases do not depend on each other.
const THREADS: u64 = 2;

/// Rules a checker might get wrong, as what it would take for what.
const MISREADINGS: &[(&str, &str)] = &[
    ("orset<", "gset<"),
    ("rwset<", "gset<"),
    ("twopset<", "gset<"),
    ("ormap<", "gmap<"),
    ("pncounter", "gcounter"),
    ("rcounter", "gcounter"),
    ("bcounter", "gcounter"),
    ("lww<", "max<"),
    ("ivar<", "max<"),
    ("min<", "max<"),
    ("ewflag", "flag"),
    ("dwflag", "flag"),
    ("(not ", "("),
    (".all(", ".any("),
    (".min(", ".max("),
    (".minus(", ".union("),
    (" - ", " + "),
    (" < ", " >= "),
    (" <= ", " > "),
    (".is_empty()", ".contains(1)"),
];

/// How many cases are made to catch one.
const PATIENCE: u64 = 10_000;

#[test]
fn a_wrong_rule_is_caught() {
    let mut missed = Vec::new();
    for (from, to) in MISREADINGS {
        let (caught, asked, made) = caught_after(from, to, PATIENCE);
        match caught {
            true => println!("`{from}` for `{to}`: caught by the {asked}. that it accepts, of {made} made"),
            false => missed.push(format!("`{from}` for `{to}`, {asked} of {made} cases")),
        }
    }
    assert_eq!(missed, Vec::<String>::new(), "a checker with this rule would pass");
}

#[test]
fn what_is_accepted_stays_and_little_else_is_refused() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("LASP_SEED") {
        println!("{}", show(seed));
        return;
    }
    let (from, cases) = (number("LASP_FROM").unwrap_or(0), number("LASP_CASES").unwrap_or(CASES));
    let start = Instant::now();
    let step = usize::try_from(THREADS).unwrap_or(1);
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| std::thread::spawn(move || check((from + thread..from + cases).step_by(step))))
        .collect();
    let mut tally = Tally::default();
    for thread in threads {
        tally.add(thread.join().expect("a thread ended without a result"));
    }
    println!("{tally}\n{} seconds", start.elapsed().as_secs());
    assert!(tally.unsound.is_empty(), "accepted, and seen to go back:\n{}", tally.unsound.join("\n\n"));
    assert!(tally.ours.is_empty(), "the generator makes programs that do not compile:\n{}", tally.ours[0]);
    if cases >= CASES {
        assert_eq!(tally.missing(), Vec::<&str>::new(), "the generator hardly makes these any more");
        assert!(tally.is_test(), "too few of the cases are accepted and seen to change");
        assert!(tally.is_useful(), "too much is refused in vain: {:.1} %", 100.0 * tally.share_needless());
    }
}
