//! What a literal means: `1_000`, `1.5e3`, `1h30m`, `"\u{e9}"`.
//!
//! The lexer calls these to find out whether a literal is in range, the tree to get its value. Invariants: total, no
//! rounding in whole numbers and durations; a float is finite. Neighbours: `lexer`, `tree`.

use crate::error::SyntaxError;
use crate::span::Span;

/// The units of a duration in microseconds, the longer names first where one begins with another.
const UNITS: [(&str, u64); 7] = [
    ("us", 1),
    ("ms", 1_000),
    ("s", 1_000_000),
    ("m", 60 * 1_000_000),
    ("h", 3_600 * 1_000_000),
    ("d", 24 * 3_600 * 1_000_000),
    ("w", 7 * 24 * 3_600 * 1_000_000),
];

/// A whole number; `None` if it needs more than 64 bits.
pub(crate) fn int(text: &str) -> Option<u64> {
    digits(text)
}

/// A float; `None` if it is out of range.
pub(crate) fn float(text: &str) -> Option<f64> {
    let text: String = text.chars().filter(|c| *c != '_').collect();
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// A duration in microseconds; `None` if it needs more than 63 bits.
pub(crate) fn duration(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| c.is_ascii_lowercase())?;
        let number = digits(&rest[..unit_at])?;
        rest = &rest[unit_at..];
        let unit_len = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
        let (_, us) = UNITS.iter().find(|(name, _)| *name == &rest[..unit_len])?;
        total = total.checked_add(number.checked_mul(*us)?)?;
        rest = &rest[unit_len..];
    }
    i64::try_from(total).ok()
}

fn digits(text: &str) -> Option<u64> {
    text.bytes()
        .filter(|b| *b != b'_')
        .try_fold(0_u64, |sum, b| sum.checked_mul(10)?.checked_add(u64::from(b.checked_sub(b'0')?)))
}

/// What is wrong with a number that no unit and no notation explains.
pub(crate) fn bad_number(text: &str, span: Span) -> SyntaxError {
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, rest) = text.split_at(split);
    let number = number.trim_end_matches(['_', '.']);
    let error = SyntaxError::new("E0001", span, format!("`{text}` is neither a number nor a duration"));
    if number == "0" && rest.starts_with(['x', 'b', 'o']) {
        return error.label("numbers are written in decimal").help("write it in decimal, for example `255`");
    }
    if number.contains('.') && UNITS.iter().any(|(unit, _)| *unit == rest) {
        return error
            .label("a duration is made of whole numbers")
            .help("write it in smaller units, for example `1h30m` instead of `1.5h`");
    }
    let full = match rest {
        "min" | "mins" | "minute" | "minutes" => "m",
        "sec" | "secs" | "second" | "seconds" => "s",
        "hour" | "hours" | "hr" | "hrs" => "h",
        "day" | "days" => "d",
        "week" | "weeks" => "w",
        "msec" | "millis" => "ms",
        "usec" | "micros" => "us",
        _ => {
            return error
                .label("a name cannot begin with a digit")
                .help("the units of a duration are `us`, `ms`, `s`, `m`, `h`, `d` and `w`, as in `1h30m`");
        }
    };
    error.label(format!("`{rest}` is not a unit")).help(format!("write `{number}{full}`"))
}

/// The characters of a text literal between its quotes and braces, with escapes resolved.
///
/// # Errors
///
/// The first escape that means nothing: its range inside `raw`, what is wrong with it, and what to write.
pub(crate) fn unescape(raw: &str) -> Result<String, BadEscape> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let start = raw.len() - rest.len() + at;
        rest = &rest[at + 1..];
        let Some(letter) = rest.chars().next() else {
            return Err(BadEscape { start, end: raw.len(), message: "`\\` escapes nothing here".into() });
        };
        let mut end = start + 1 + letter.len_utf8();
        out.push(match letter {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            '"' | '\\' | '{' | '}' => letter,
            'u' => {
                let hex = rest.strip_prefix("u{").and_then(|hex| hex.split_once('}')).map(|(hex, _)| hex);
                let Some(hex) = hex else {
                    let message = "`\\u` is followed by the character's number in braces".into();
                    return Err(BadEscape { start, end, message });
                };
                end += hex.len() + 2;
                let valid = !hex.is_empty() && hex.len() <= 6 && hex.bytes().all(|b| b.is_ascii_hexdigit());
                let code = u32::from_str_radix(hex, 16).ok().filter(|_| valid);
                let Some(c) = code.and_then(char::from_u32) else {
                    let message = format!("there is no character with the number `{hex}`");
                    return Err(BadEscape { start, end, message });
                };
                c
            }
            _ => {
                let message = format!("`\\{letter}` is not an escape");
                return Err(BadEscape { start, end, message });
            }
        });
        rest = &raw[end..];
    }
    out.push_str(rest);
    Ok(out)
}

/// An escape that means nothing, by its place inside the literal.
pub(crate) struct BadEscape {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_add_their_units() {
        assert_eq!(duration("1h30m"), Some(5_400_000_000));
        assert_eq!(duration("250ms"), Some(250_000));
        assert_eq!(duration("10us"), Some(10));
        assert_eq!(duration("2d"), Some(172_800_000_000));
        assert_eq!(duration("1w"), Some(604_800_000_000));
        assert_eq!(duration("1_0s"), Some(10_000_000));
        assert_eq!(duration("9223372036854775807us"), Some(i64::MAX));
        assert_eq!(duration("9223372036854775808us"), None);
        assert_eq!(duration("99999999999w"), None);
    }

    #[test]
    fn numbers_end_where_64_bits_end() {
        assert_eq!(int("18_446_744_073_709_551_615"), Some(u64::MAX));
        assert_eq!(int("18446744073709551616"), None);
        assert_eq!(float("1_0.5e3"), Some(10_500.0));
        assert_eq!(float("1e309"), None);
    }

    #[test]
    fn escapes_are_resolved_or_named() {
        assert_eq!(unescape(r#"a\n\t\r\"\\\{\}\u{e9}é"#).ok().as_deref(), Some("a\n\t\r\"\\{}éé"));
        assert!(unescape(r"\q").is_err());
        assert!(unescape(r"\u{d800}").is_err());
        assert!(unescape(r"\u{+41}").is_err());
        assert!(unescape(r"\u41").is_err());
    }
}
