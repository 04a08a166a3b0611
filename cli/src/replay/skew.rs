//! By how much a clock is wrong: `10y`, `-5m`, `+1y2h`, `0s`.
//!
//! A duration of the language, with a sign and with years before it. Invariant: what is taken is far from the ends of
//! time.

use lasp_plan::decode::duration;

/// No calendar is meant.
const DAYS_A_YEAR: i64 = 365;

/// Microseconds of a duration that may begin with a sign and with years.
pub(super) fn skew_us(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (years, rest) = match text.split_once('y') {
        Some((years, rest)) => (years.parse::<u32>().ok()?, rest),
        None => (0, text),
    };
    let rest_us = match rest {
        "" if text.ends_with('y') => 0,
        rest if rest.starts_with('-') => return None,
        rest => duration(rest)?,
    };
    let years_us = i64::from(years).checked_mul(DAYS_A_YEAR * 86_400_000_000)?;
    // Far from the ends of time, so that nothing overflows where clocks are read.
    years_us.checked_add(rest_us).filter(|us| *us <= i64::MAX / 4).map(|us| sign * us)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skews_are_durations_with_signs_and_years() {
        let year = DAYS_A_YEAR * 86_400_000_000;
        for (text, expected) in [
            ("10y", Some(10 * year)),
            ("-5m", Some(-300_000_000)),
            ("+1y2h", Some(year + 7_200_000_000)),
            ("0s", Some(0)),
            ("", None),
            ("y", None),
            ("-", None),
            ("--5m", None),
            ("5", None),
            ("99999999999y", None),
            ("4000000000y", None),
        ] {
            assert_eq!(skew_us(text), expected, "{text}");
        }
    }
}
