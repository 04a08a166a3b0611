//! Random numbers from a seed, and how many cases to run.
//!
//! Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014 (SplitMix64).

/// A stream of random numbers.
pub struct Random(u64);

impl Random {
    /// The stream of a case: the same for the same name and number, and others for another `LASP_SEED`.
    pub fn of(name: &str, case: u64) -> Self {
        let start = setting("LASP_SEED").unwrap_or(0) ^ case.wrapping_mul(0xd134_2543_de82_ef95);
        let named = name.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self(named)
    }

    /// Any number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number less than `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of these.
    pub fn pick<'a, V>(&mut self, from: &'a [V]) -> &'a V {
        &from[self.below(from.len())]
    }
}

/// How many cases are run per type and test unless `LASP_TRACES` says otherwise.
pub fn cases() -> u64 {
    setting("LASP_TRACES").unwrap_or(1_000)
}

fn setting(name: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "a number of cases from outside; it changes how long, not what")]
    let asked = std::env::var(name);
    asked.ok().and_then(|asked| asked.parse().ok())
}
