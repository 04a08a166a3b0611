//! Runs a law over many cases of every row, shrinks what fails, and remembers its seed.
//!
//! A case is a kind of the row, a schedule, and a stream of numbers for whatever else the law draws; all three follow
//! from the seed. A failing schedule is shrunk by leaving out steps, one at a time, as long as it fails.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use lasp_lattice::{Kind, LATTICES};
use proptest::test_runner::{TestCaseError, TestCaseResult};

use crate::generate::{Rng, variants};
use crate::world::Step;

/// Cases per law and row unless `LASP_LAW_CASES` says otherwise.
const CASES: u64 = 1_000;

/// From here on a row says when it is done.
const CASES_LONG: u64 = 10_000;

/// Seeds that failed once, run first: `law row seed`, one per line.
const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/laws/seeds.txt");

/// How a schedule is drawn.
pub type Draw = fn(&Kind, &mut Rng) -> Vec<Step>;

/// Checks a law on every row in turn.
pub fn for_every_row(law: &str, draw: Draw, check: impl Fn(&Kind, &[Step], &mut Rng) -> TestCaseResult) {
    let kept = kept_seeds(law);
    for row in LATTICES {
        let variants = variants(row);
        let kept = kept.iter().filter(|(name, _)| *name == row.name).map(|(_, seed)| *seed);
        let fresh = (0..cases()).map(|case| Rng::new(name_hash(row.name) ^ case).next());
        let started = now();
        for seed in kept.chain(fresh) {
            let mut rng = Rng::new(seed);
            let kind = variants.draw(&mut rng);
            let schedule = draw(kind, &mut rng);
            let run = |schedule: &[Step]| outcome(|| check(kind, schedule, &mut rng.clone()));
            if run(&schedule).is_err() {
                keep_seed(law, row.name, seed);
                let (schedule, failure) = shrunk(schedule, run);
                let steps: Vec<String> = schedule.iter().map(|step| format!("  {step:?}")).collect();
                panic!("{law} {}, seed {seed:#x}, {kind:?}\n{}\n{failure}", row.name, steps.join("\n"));
            }
        }
        progress(law, row.name, started);
    }
}

/// Equality of two states, as a property: says both when it fails.
pub fn same<V: PartialEq + std::fmt::Debug>(law: &str, left: &V, right: &V) -> TestCaseResult {
    if left == right {
        return Ok(());
    }
    Err(TestCaseError::fail(format!("{law}:\n  left  {left:?}\n  right {right:?}")))
}

/// Cases per law and row.
pub fn cases() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a number of cases from outside; it changes how long, not what")]
    let asked = std::env::var("LASP_LAW_CASES").ok();
    asked.map_or(CASES, |cases| cases.replace('_', "").parse().expect("LASP_LAW_CASES is a number"))
}

/// What a check comes to; a panic is a failure like any other.
fn outcome(check: impl FnOnce() -> TestCaseResult) -> Result<(), String> {
    match catch_unwind(AssertUnwindSafe(check)) {
        Ok(result) => result.map_err(|failure| failure.to_string()),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            Err(text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default())
        }
    }
}

/// The schedule without the steps that the failure does not need, and the failure.
fn shrunk(mut schedule: Vec<Step>, run: impl Fn(&[Step]) -> Result<(), String>) -> (Vec<Step>, String) {
    let mut failure = run(&schedule).err().unwrap_or_default();
    let mut at = 0;
    let mut since_progress = 0;
    while since_progress < schedule.len() {
        at %= schedule.len();
        let mut fewer = schedule.clone();
        fewer.remove(at);
        match run(&fewer) {
            Err(smaller) => {
                (schedule, failure) = (fewer, smaller);
                since_progress = 0;
            }
            Ok(()) => {
                at += 1;
                since_progress += 1;
            }
        }
    }
    (schedule, failure)
}

fn name_hash(name: &str) -> u64 {
    name.bytes().fold(0, |hash, byte| Rng::new(hash ^ u64::from(byte)).next())
}

fn kept_seeds(law: &str) -> Vec<(String, u64)> {
    #[expect(clippy::disallowed_methods, reason = "a test reads what failed before")]
    let text = std::fs::read_to_string(SEEDS).unwrap_or_default();
    let line = |line: &str| match line.split_whitespace().collect::<Vec<_>>()[..] {
        [of, row, seed] if of == law => {
            Some((row.to_owned(), u64::from_str_radix(seed.trim_start_matches("0x"), 16).expect("a seed")))
        }
        _ => None,
    };
    text.lines().filter(|line| !line.starts_with('#')).filter_map(line).collect()
}

#[expect(clippy::disallowed_methods, reason = "a test writes down what failed")]
fn keep_seed(law: &str, row: &str, seed: u64) {
    static FILE: Mutex<()> = Mutex::new(());
    let _held = FILE.lock();
    let mut text = std::fs::read_to_string(SEEDS).unwrap_or_default();
    let line = format!("{law} {row} {seed:#x}\n");
    if !text.contains(&line) {
        text.push_str(&line);
        if let Err(error) = std::fs::write(SEEDS, text) {
            eprintln!("keep this in {SEEDS} ({error}): {line}");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "tells how long a row took, which changes nothing")]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

fn progress(law: &str, row: &str, started: std::time::Instant) {
    if cases() >= CASES_LONG {
        #[expect(clippy::disallowed_methods, reason = "tells how long a row took, which changes nothing")]
        let seconds = started.elapsed().as_secs_f64();
        // Not `eprintln`, which is held back until the test fails.
        drop(writeln!(std::io::stderr(), "{law:14} {row:10} {} cases {seconds:6.1} s", cases()));
    }
}
