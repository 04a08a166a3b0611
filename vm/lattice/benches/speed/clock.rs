//! Time of this thread, and medians of sides that take turns.

use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds this thread has run.
pub fn now_ns() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    #[allow(clippy::cast_precision_loss)] // Hours of nanoseconds fit.
    let ns = time.tv_sec as f64 * 1e9 + time.tv_nsec as f64;
    ns
}

/// How long something takes, in nanoseconds.
pub fn timed<R>(run: impl FnOnce() -> R) -> (f64, R) {
    let start = now_ns();
    let result = std::hint::black_box(run());
    (now_ns() - start, result)
}

/// The medians of what the sides return, round by round: each side measures several things.
pub fn medians<const N: usize>(rounds: usize, sides: &mut [&mut dyn FnMut() -> [f64; N]]) -> Vec<[f64; N]> {
    let mut all: Vec<Vec<[f64; N]>> = vec![Vec::new(); sides.len()];
    for _ in 0..rounds {
        for (side, found) in sides.iter_mut().zip(&mut all) {
            found.push(side());
        }
    }
    let median = |found: &Vec<[f64; N]>| {
        std::array::from_fn(|at| {
            let mut column: Vec<f64> = found.iter().map(|row| row[at]).collect();
            column.sort_by(f64::total_cmp);
            column[column.len() / 2]
        })
    };
    all.iter().map(median).collect()
}

/// A count as a divisor.
#[allow(clippy::cast_precision_loss)] // Millions.
pub fn of(n: usize) -> f64 {
    n as f64
}
