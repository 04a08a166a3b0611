//! A hybrid logical clock: as close to the wall clock as causality allows.
//!
//! ```text
//! wall 100  →  (100, 0)
//! wall 100  →  (100, 1)      same microsecond: the counter breaks the tie
//! wall  40  →  (100, 2)      the wall went back, or another node is ahead: what was seen still counts as earlier
//! ```
//!
//! Not yet here: a bound on how far ahead a reading may pull everybody (a clock set ten years forward wins until then).
//! It belongs to the receiver, which knows its own wall clock, and comes with the validation of received deltas.
//!
//! Invariant: `after(seen, now) > seen`, always, or there is an answer of `None`; it never goes back.
//!
//! Neighbours: [`crate::lww`].
//!
//! Source: Kulkarni et al., "Logical physical clocks", OPODIS 2014, §3.

/// A reading: physical part first, then the counter of events within it. Ordered by both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hlc {
    /// The greatest wall clock seen, in microseconds since 1970 UTC.
    pub physical_us: i64,
    /// Events since the physical part last moved.
    pub logical: u32,
}

impl Hlc {
    /// The reading for an event at wall time `now_us` that has seen `seen`. `None` at the end of time. O(1).
    pub fn after(seen: Option<Hlc>, now_us: i64) -> Option<Hlc> {
        match seen {
            Some(seen) if seen.physical_us >= now_us => match seen.logical.checked_add(1) {
                Some(logical) => Some(Hlc { logical, ..seen }),
                None => Some(Hlc { physical_us: seen.physical_us.checked_add(1)?, logical: 0 }),
            },
            _ => Some(Hlc { physical_us: now_us, logical: 0 }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_goes_back() {
        let at = |physical_us, logical| Hlc { physical_us, logical };
        assert_eq!(Hlc::after(None, -5), Some(at(-5, 0)));
        assert_eq!(Hlc::after(Some(at(100, 7)), 101), Some(at(101, 0)));
        assert_eq!(Hlc::after(Some(at(100, 7)), 40), Some(at(100, 8)));
        assert_eq!(Hlc::after(Some(at(100, u32::MAX)), 40), Some(at(101, 0)));
        assert_eq!(Hlc::after(Some(at(i64::MAX, u32::MAX)), 40), None);
    }
}
