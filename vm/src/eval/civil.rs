//! Times and durations taken apart, in UTC.
//!
//! ```text
//! t = 2024-05-01T12:30:45Z    t.year() 2024    t.weekday() 3 (Wednesday)    t.floor(1h) 2024-05-01T12:00:00Z
//! ```
//!
//! A time is any `int` of microseconds, some 292,000 years to either side, and the calendar library ends with the year
//! 9999. The Gregorian calendar repeats after 400 years, which are a whole number of weeks: a time is moved by so many
//! of them that it falls between 1970 and 2370, and its year is moved back.
//!
//! Invariant: total but for a step of 0 (R0702) and a multiple that is before all times (R0701). Neighbour: `func`.

use lasp_plan::{Func, Place, Value};

use super::arith::{number_of, outside};
use super::mismatch;
use crate::Failure;

/// In microseconds.
pub(super) const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 60 * 60 * SECOND;
/// 400 years of the Gregorian calendar.
const CYCLE: i64 = 146_097 * DAY;
const CYCLE_YEARS: i64 = 400;

/// A part of a time: `t.year()`.
pub(super) fn field(func: Func, micros: i64) -> i64 {
    let of_day = micros.rem_euclid(DAY);
    match func {
        Func::Hour => return of_day / (3_600 * SECOND),
        Func::Minute => return of_day / (60 * SECOND) % 60,
        Func::Second => return of_day / SECOND % 60,
        _ => {}
    }
    let date = jiff::Timestamp::from_microsecond(micros.rem_euclid(CYCLE))
        .expect("the years 1970 to 2370 are dates")
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    match func {
        Func::Year => i64::from(date.year()) + micros.div_euclid(CYCLE) * CYCLE_YEARS,
        Func::Month => i64::from(date.month()),
        Func::Day => i64::from(date.day()),
        Func::Weekday => i64::from(date.weekday().to_monday_one_offset()),
        func => panic!("the evaluator has no {func:?} of a time"),
    }
}

/// How many whole units a duration has, truncated: `d.minutes()`.
pub(super) fn whole(func: Func, micros: i64) -> i64 {
    micros
        / match func {
            Func::Milliseconds => SECOND / 1_000,
            Func::Seconds => SECOND,
            Func::Minutes => 60 * SECOND,
            Func::Hours => 3_600 * SECOND,
            Func::Days => DAY,
            func => panic!("the evaluator has no {func:?} of a duration"),
        }
}

/// Down to a multiple of a step, counted from 1970 or from 0. A step and its negative have the same multiples.
pub(super) fn floor(of: &Value, step: &Value, place: Place) -> Result<Value, Failure> {
    let (micros, ty) = match of {
        Value::Time(micros) => (*micros, "time"),
        Value::Duration(micros) => (*micros, "duration"),
        other => mismatch("a time or a duration", other),
    };
    let Value::Duration(by) = step else { mismatch("a duration", step) };
    let text = || format!("{}.floor({})", number_of(of), number_of(step));
    let (wide, by) = (i128::from(micros), i128::from(*by).abs());
    if by == 0 {
        return Err(Failure::new("R0702", format!("{} divides by zero", text()), place));
    }
    let Ok(floored) = i64::try_from(wide.div_euclid(by) * by) else { return Err(outside(&text(), ty, place)) };
    Ok(if ty == "time" { Value::Time(floored) } else { Value::Duration(floored) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [Func; 4] = [Func::Year, Func::Month, Func::Day, Func::Weekday];

    /// The calendar by counting days, one after the other.
    #[test]
    fn dates_are_those_that_are_counted() {
        let (mut year, mut month, mut day, mut weekday) = (1969, 12, 28, 7);
        for at in -4i64..200_000 {
            let found = FIELDS.map(|func| field(func, at * DAY + DAY / 2));
            assert_eq!(found, [year, month, day, weekday], "day {at}");
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let days = match month {
                4 | 6 | 9 | 11 => 30,
                2 => 28 + i64::from(leap),
                _ => 31,
            };
            weekday = weekday % 7 + 1;
            day += 1;
            if day > days {
                (day, month) = (1, month + 1);
            }
            if month > 12 {
                (month, year) = (1, year + 1);
            }
        }
    }

    #[test]
    fn the_ends_of_time_are_dates_too() {
        assert_eq!(FIELDS.map(|func| field(func, i64::MAX)), [294_247, 1, 10, 7]);
        assert_eq!(FIELDS.map(|func| field(func, i64::MIN)), [-290_308, 12, 21, 7]);
        assert_eq!([Func::Hour, Func::Minute, Func::Second].map(|func| field(func, -1)), [23, 59, 59]);
    }

    #[test]
    fn floors_are_multiples_not_above() {
        let place = Place::default();
        let hour = Value::Duration(3_600 * SECOND);
        let floor_of = |micros| floor(&Value::Time(micros), &hour, place);
        assert_eq!(floor_of(3_600 * SECOND + 1), Ok(Value::Time(3_600 * SECOND)));
        assert_eq!(floor_of(-1), Ok(Value::Time(-3_600 * SECOND)));
        assert_eq!(floor_of(i64::MIN).map_err(|failure| failure.code), Err("R0701"));
        let by = |step| floor(&Value::Duration(-5), &Value::Duration(step), place);
        assert_eq!([by(2), by(-2)], [Ok(Value::Duration(-6)), Ok(Value::Duration(-6))]);
        assert_eq!(by(0).map_err(|failure| failure.code), Err("R0702"));
        assert_eq!(by(i64::MIN).map_err(|failure| failure.code), Ok(Value::Duration(i64::MIN)));
    }
}
