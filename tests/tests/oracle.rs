//! Random programs on random traces: incremental equals from scratch.

use lasp_tests::oracle::check;

#[test]
fn views_equal_their_recomputation() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("LASP_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("LASP_CASES").unwrap_or(2_000),
    };
    match check(seeds) {
        Ok(tally) => println!("{tally}"),
        Err(wrong) => panic!("{wrong}"),
    }
}
