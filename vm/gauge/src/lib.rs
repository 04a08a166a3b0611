//! What benchmarks measure with: the time of a thread, and numbers that are the same everywhere.
//!
//! ```
//! use lasp_gauge::{Watch, elems};
//!
//! let numbers = elems(1_000, 7);
//! let watch = Watch::start();
//! let sum = numbers.iter().fold(0i64, |sum, n| sum.wrapping_add(*n));
//! println!("{sum} in {} ns", watch.ns());
//! ```
//!
//! `lasp bench`, the side-by-side benchmarks of `bench/` and those of the crates measure alike by this. Neighbours:
//! none; it knows nothing of Lasp.

mod clock;
mod numbers;

pub use clock::{CLOCK, Watch};
pub use numbers::{drawn, elem, elems, mix, perm};

/// Lets the allocator put together what was freed before the clock starts: glibc leaves millions of small pieces lying
/// until the next large request, which would otherwise be somebody's single change.
pub fn settle_allocator() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(100_000)));
}

/// The median of some numbers, which are sorted by it; not a number if there are none.
#[must_use]
pub fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    match numbers.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => numbers[n / 2],
        n => f64::midpoint(numbers[n / 2 - 1], numbers[n / 2]),
    }
}
