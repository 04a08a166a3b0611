//! A hybrid logical clock: as close to the wall clock as causality allows.
//!
//! ```text
//! wall 100  →  (100, 0)
//! wall 100  →  (100, 1)      same microsecond: the counter breaks the tie
//! wall  40  →  (100, 2)      the wall went back, or another node is ahead: what was seen still counts as earlier
//! ```
//!
//! One clock set ten years forward would win every register until then. A *receiver* keeps such a write out: before it
//! joins a delta it asks [`admit`] whether the delta's clocks ([`Lattice::latest`](crate::Lattice::latest)) are within
//! [`DRIFT_MAX_US`] of its own wall. A join never asks: what it does must not depend on when and where it is done, or
//! replicas that know the same would show different things. A replica joins its own writes unasked.
//!
//! ```text
//! wall 100 s   delta with clock 130 s   joined; writes after it count (130 s, 1), (130 s, 2), … until the wall is past
//! wall 100 s   delta with clock 170 s   refused, 70 s ahead; the same delta is welcome from wall 110 s on
//! ```
//!
//! A refusal is therefore a delay, and nothing is lost if the sender offers the delta again. The replica whose clock
//! was wrong does keep its write, and what it writes over it counts on from there: the others refuse both until time
//! has caught up, or until that replica starts afresh from the state of another.
//!
//! Invariants: `after(seen, now) > seen`, always, or there is an answer of `None`; it never goes back. `after` follows
//! a clock that is ahead of the wall by its counter alone, so nobody gets further ahead by writing (but for one
//! microsecond every 2³² writes).
//!
//! Neighbours: [`crate::lww`].
//!
//! Source: Kulkarni et al., "Logical physical clocks", OPODIS 2014: the clock in §3; that it is never further ahead of
//! the wall than the walls are apart (ε) with the properties of the clock, there too; keeping out messages beyond that
//! bound under resilience.

use std::error::Error;
use std::fmt;

/// How far ahead of its own wall clock a receiver lets a clock be: one minute.
///
/// A physical part is always some replica's wall reading, so if any two walls are at most ε apart, no honest clock is
/// more than ε ahead of anybody's (Kulkarni et al. 2014, the theorem on |l − pt|). Whatever is further ahead comes from
/// a clock that is wrong. NTP keeps ε at some tens of milliseconds; a minute is a thousand times that, so it also lets
/// through a host that has not synchronised since it woke, and yet a write let in wins at most a minute longer than it
/// should.
pub const DRIFT_MAX_US: u64 = 60 * 1_000_000;

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

    /// How many microseconds this is ahead of a wall clock, 0 if it is not. O(1).
    pub fn ahead_of(self, now_us: i64) -> u64 {
        if self.physical_us > now_us { self.physical_us.abs_diff(now_us) } else { 0 }
    }
}

/// Whether a receiver whose wall clock says `now_us` may join a delta with this greatest clock (`None`: it has none).
/// O(1).
pub fn admit(latest: Option<Hlc>, now_us: i64) -> Result<(), ClockAhead> {
    let ahead_us = latest.map_or(0, |clock| clock.ahead_of(now_us));
    if ahead_us > DRIFT_MAX_US { Err(ClockAhead { ahead_us, bound_us: DRIFT_MAX_US }) } else { Ok(()) }
}

/// Why a delta is not joined now: a clock in it is too far ahead of the receiver's wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClockAhead {
    /// How far ahead it is.
    pub ahead_us: u64,
    /// How far ahead it may be.
    pub bound_us: u64,
}

impl fmt::Display for ClockAhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ahead_us, bound_us } = self;
        write!(
            f,
            "receiving a delta: a clock in it is {ahead_us} µs ahead of the clock here, and at most {bound_us} µs are \
             taken; set right the clock that is wrong, the writer's or the one here, and offer the delta again once it \
             is within the bound"
        )
    }
}

impl Error for ClockAhead {}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(physical_us: i64, logical: u32) -> Hlc {
        Hlc { physical_us, logical }
    }

    #[test]
    fn never_goes_back() {
        assert_eq!(Hlc::after(None, -5), Some(at(-5, 0)));
        assert_eq!(Hlc::after(Some(at(100, 7)), 101), Some(at(101, 0)));
        assert_eq!(Hlc::after(Some(at(100, 7)), 40), Some(at(100, 8)));
        assert_eq!(Hlc::after(Some(at(100, u32::MAX)), 40), Some(at(101, 0)));
        assert_eq!(Hlc::after(Some(at(i64::MAX, u32::MAX)), 40), None);
    }

    #[test]
    fn ahead_is_a_distance_forward_only() {
        assert_eq!(at(100, 9).ahead_of(100), 0, "the counter is not time");
        assert_eq!(at(100, 0).ahead_of(101), 0);
        assert_eq!(at(100, 0).ahead_of(30), 70);
        assert_eq!(at(5, 0).ahead_of(-5), 10);
        assert_eq!(at(i64::MIN, 0).ahead_of(i64::MAX), 0);
        assert_eq!(at(i64::MAX, 0).ahead_of(i64::MIN), u64::MAX);
    }

    #[test]
    fn a_receiver_takes_what_is_within_the_bound() {
        let bound = DRIFT_MAX_US as i64;
        assert_eq!(admit(None, i64::MIN), Ok(()));
        assert_eq!(admit(Some(at(i64::MIN, 0)), 0), Ok(()), "the past is always welcome");
        assert_eq!(admit(Some(at(bound, u32::MAX)), 0), Ok(()), "the bound itself is within");
        let refused = ClockAhead { ahead_us: DRIFT_MAX_US + 1, bound_us: DRIFT_MAX_US };
        assert_eq!(admit(Some(at(bound + 1, 0)), 0), Err(refused));
        assert_eq!(admit(Some(at(bound + 1, 0)), 1), Ok(()), "a refusal is a delay");
        assert!(admit(Some(at(i64::MAX, 0)), i64::MIN).is_err());
    }

    #[test]
    fn a_writer_does_not_push_a_clock_further_ahead() {
        let mut clock = at(1_000, 0);
        for now_us in [0, 500, 999, 1_000] {
            clock = Hlc::after(Some(clock), now_us).expect("far from the end of time");
        }
        assert_eq!(clock, at(1_000, 4));
    }

    #[test]
    fn a_refusal_names_both_distances_and_what_to_do() {
        let text = ClockAhead { ahead_us: 70_000_000, bound_us: DRIFT_MAX_US }.to_string();
        for part in ["70000000", "60000000", "set right the clock"] {
            assert!(text.contains(part), "{text}");
        }
    }
}
