//! Values from outside: JSON, and the cells of a CSV file. Total: any input gives a value of the type, or an error that
//! says in plain words what was expected and what was found.
//!
//! ```text
//! from_cell("12",    nat)          Int(12)
//! from_cell("-1",    nat)          expected a whole number from 0 up (`nat`), found `-1`
//! from_cell("",      option<int>)  None
//! from_json([1, {}], list<int>)    expected a whole number (`int`) at `[1]`, found an object
//! ```
//!
//! A cell holds a plain value as people write it; a list, set, map, record or tuple in a cell is JSON. An empty cell is
//! `none` for an option and the empty text for a text; for any other type it is an error.
//!
//! Invariants: floats are finite, a `nat` is not negative, times and durations are inside their range, nothing is
//! dropped but the members of an object that its record does not have. Neighbour: `format` writes what is read here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value as Json;

use crate::format::DURATION_UNITS;
use crate::{EnumType, Float, Type, Value};

/// How deep a value may be nested. Types of programs are far below this; it bounds the stack whatever the type.
pub const DEPTH_MAX: usize = 128;

/// How much of an offending input is quoted, in characters.
const QUOTE_CHARS_MAX: usize = 60;

/// An input that is no value of the type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// What would have been right: "a whole number from 0 up (`nat`)".
    pub expected: String,
    /// What was there instead: "`-1`", "nothing", "an object".
    pub found: String,
    /// Where inside a composed value: `items[3].price`; empty at the top.
    pub path: String,
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "expected {}", self.expected)?;
        if !self.path.is_empty() {
            write!(f, " at `{}`", self.path)?;
        }
        write!(f, ", found {}", self.found)
    }
}

impl std::error::Error for DecodeError {}

impl DecodeError {
    fn new(expected: impl Into<String>, found: impl Into<String>) -> DecodeError {
        DecodeError { expected: expected.into(), found: found.into(), path: String::new() }
    }

    // The error of a part, seen from the whole.
    fn under(mut self, step: &str) -> DecodeError {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{step}{dot}{}", self.path);
        self
    }
}

type Decoded = Result<Value, DecodeError>;

/// A value of `ty` from JSON, in the form that [`format::to_json`](crate::format::to_json) writes.
///
/// A text-keyed map may also be an array of pairs. Members of an object that its record does not have are passed over;
/// a missing member is unset if it is an option, else an error.
///
/// # Errors
/// When the JSON is no value of the type.
pub fn from_json(json: &Json, ty: &Type) -> Decoded {
    value(json, ty, 0)
}

/// A value of `ty` from a cell of a table.
///
/// # Errors
/// When the text is no value of the type.
pub fn from_cell(cell: &str, ty: &Type) -> Decoded {
    match ty {
        Type::Text => Ok(Value::text(cell)),
        Type::Option(_) if cell.is_empty() => Ok(Value::None),
        Type::Option(inner) => from_cell(cell, inner).map(Value::some),
        // White space around a number is a habit of those who align their columns; in a text it is content.
        _ => match cell.trim() {
            "" => Err(DecodeError::new(
                words(ty),
                if cell.is_empty() { "an empty cell" } else { "a cell of white space" },
            )),
            trimmed => full_cell(trimmed, ty),
        },
    }
}

fn full_cell(cell: &str, ty: &Type) -> Decoded {
    match ty {
        Type::Int | Type::Nat => whole(cell, ty),
        Type::Float => float(cell),
        Type::Bool => match cell {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(DecodeError::new(words(ty), quoted(cell))),
        },
        Type::Bytes | Type::Time | Type::Duration => written(cell, ty),
        Type::Enum(declared) if !cell.starts_with('{') => plain_variant(cell, declared),
        Type::Text | Type::Option(_) => from_cell(cell, ty),
        Type::Enum(_) | Type::Tuple(_) | Type::Record(_) | Type::List(_) | Type::Set(_) | Type::Map(..) => {
            let json = serde_json::from_str(cell)
                .map_err(|_| DecodeError::new(format!("{} as JSON", words(ty)), quoted(cell)))?;
            from_json(&json, ty)
        }
    }
}

// What a value of the type looks like, for people.
fn words(ty: &Type) -> String {
    let what = match ty {
        Type::Int => "a whole number",
        Type::Nat => "a whole number from 0 up",
        Type::Float => "a finite number",
        Type::Bool => "`true` or `false`",
        Type::Text => "a text",
        Type::Bytes => "bytes in base64",
        Type::Time => "a time such as `2024-05-01T12:30:00Z` or a date",
        Type::Duration => "a duration such as `1h30m` or `250ms`",
        Type::Tuple(types) => return format!("an array of {} values (`{ty}`)", types.len()),
        Type::Record(_) => "an object",
        Type::Option(inner) => return format!("{}, or nothing", words(inner)),
        Type::List(_) | Type::Set(_) => "an array",
        Type::Map(key, _) if **key == Type::Text => "an object",
        Type::Map(..) => "an array of pairs",
        Type::Enum(declared) => return one_of(declared),
    };
    match ty {
        Type::Bool => what.to_string(),
        _ => format!("{what} (`{ty}`)"),
    }
}

/// How many variants of an enum a message lists.
const VARIANTS_LISTED_MAX: usize = 8;

fn one_of(declared: &EnumType) -> String {
    let mut names: Vec<String> =
        declared.variants.iter().take(VARIANTS_LISTED_MAX).map(|(name, _)| format!("`{name}`")).collect();
    if declared.variants.len() > VARIANTS_LISTED_MAX {
        names.push("…".to_string());
    }
    format!("one of {} (`{}`)", names.join(", "), declared.name)
}

fn quoted(text: &str) -> String {
    let mut shown: String =
        text.chars().take(QUOTE_CHARS_MAX).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if shown.len() < text.len() && text.chars().count() > QUOTE_CHARS_MAX {
        shown.push('…');
    }
    format!("`{shown}`")
}

fn found(json: &Json) -> String {
    match json {
        Json::Null => "null".to_string(),
        Json::Bool(b) => format!("`{b}`"),
        Json::Number(n) => format!("`{n}`"),
        Json::String(text) => format!("the text {}", quoted(text)),
        Json::Array(elements) => match elements.len() {
            1 => "an array of one element".to_string(),
            n => format!("an array of {n} elements"),
        },
        Json::Object(_) => "an object".to_string(),
    }
}

fn whole(cell: &str, ty: &Type) -> Decoded {
    match cell.parse::<i64>() {
        Ok(n) if n >= 0 || *ty != Type::Nat => Ok(Value::Int(n)),
        Ok(_) => Err(DecodeError::new(words(ty), quoted(cell))),
        Err(error) => {
            use std::num::IntErrorKind::{NegOverflow, PosOverflow};
            let out_of_range = matches!(error.kind(), PosOverflow | NegOverflow);
            let expected = if out_of_range { within(ty) } else { words(ty) };
            Err(DecodeError::new(expected, quoted(cell)))
        }
    }
}

fn within(ty: &Type) -> String {
    let least = if *ty == Type::Nat { 0 } else { i64::MIN };
    format!("a whole number from {least} to {} (`{ty}`)", i64::MAX)
}

fn float(cell: &str) -> Decoded {
    match cell.parse::<f64>() {
        Ok(x) if x.is_finite() => Ok(Value::Float(Float::new(x))),
        _ => Err(DecodeError::new(words(&Type::Float), quoted(cell))),
    }
}

// The types that are texts in JSON and bare in a cell.
fn written(text: &str, ty: &Type) -> Decoded {
    let value = match ty {
        Type::Bytes => BASE64.decode(text).ok().map(|bytes| Value::Bytes(bytes.into())),
        Type::Time => time(text).map(Value::Time),
        Type::Duration => duration(text).map(Value::Duration),
        _ => None,
    };
    value.ok_or_else(|| DecodeError::new(words(ty), quoted(text)))
}

/// Microseconds since the epoch of an RFC 3339 time, a time without zone (then UTC) or a date (then its midnight).
#[must_use]
pub fn time(text: &str) -> Option<i64> {
    // A name of a time zone in brackets would be passed over by the civil parser, and the time be wrong by hours.
    if text.contains('[') {
        return None;
    }
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.as_microsecond());
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok()?;
    // `2024-05-01T12:00+02` is no timestamp to the parser above, and must not become 12:00 UTC here.
    let clock = text.find(['T', 't', ' ']).map_or("", |at| &text[at..]);
    if clock.contains(['+', '-', 'Z', 'z']) {
        return None;
    }
    civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_microsecond())
}

/// Microseconds of a duration as the language writes it: a sign, then whole numbers with units.
#[must_use]
pub fn duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut total: i128 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let unit = &rest[..letters];
        let size = match unit {
            "w" => 7 * DURATION_UNITS[0].1,
            _ => DURATION_UNITS.iter().find(|(name, _)| *name == unit)?.1,
        };
        total = total.checked_add(i128::from(count) * i128::from(size))?;
        rest = &rest[letters..];
    }
    i64::try_from(if negative { -total } else { total }).ok()
}

fn plain_variant(name: &str, declared: &EnumType) -> Decoded {
    let position = declared.variants.iter().position(|(each, _)| each == name);
    let index = position.and_then(|at| u32::try_from(at).ok().map(|index| (index, declared.variants[at].1.len())));
    match index {
        Some((index, 0)) => Ok(Value::Variant(index, [].into())),
        Some((_, fields)) => Err(DecodeError::new(
            format!("`{{\"{name}\":[…]}}` with {fields} value{}", if fields == 1 { "" } else { "s" }),
            format!("`{name}` alone"),
        )),
        None => Err(DecodeError::new(one_of(declared), quoted(name))),
    }
}

fn value(json: &Json, ty: &Type, depth: usize) -> Decoded {
    if depth > DEPTH_MAX {
        return Err(DecodeError::new(format!("at most {DEPTH_MAX} levels of nesting"), "more"));
    }
    let wrong = || DecodeError::new(words(ty), found(json));
    match (ty, json) {
        (Type::Option(_), Json::Null) => Ok(Value::None),
        (Type::Option(inner), _) => value(json, inner, depth + 1).map(Value::some),
        (Type::Int | Type::Nat, Json::Number(n)) => match n.as_i64() {
            Some(n) if n >= 0 || *ty == Type::Int => Ok(Value::Int(n)),
            None if n.is_u64() || n.as_f64().is_some_and(|x| x.abs() >= i64::MAX as f64) => {
                Err(DecodeError::new(within(ty), found(json)))
            }
            _ => Err(wrong()),
        },
        (Type::Float, Json::Number(n)) => match n.as_f64() {
            Some(x) if x.is_finite() => Ok(Value::Float(Float::new(x))),
            _ => Err(wrong()),
        },
        (Type::Bool, Json::Bool(b)) => Ok(Value::Bool(*b)),
        (Type::Text, Json::String(text)) => Ok(Value::text(text)),
        (Type::Bytes | Type::Time | Type::Duration, Json::String(text)) => written(text, ty),
        (Type::Enum(declared), Json::String(name)) => plain_variant(name, declared),
        (Type::Enum(declared), Json::Object(object)) => variant(object, declared, depth).ok_or_else(wrong)?,
        (Type::Tuple(types), Json::Array(elements)) if types.len() == elements.len() => elements
            .iter()
            .zip(types)
            .enumerate()
            .map(|(i, (json, ty))| at_index(i, json, ty, depth))
            .collect::<Result<Vec<_>, _>>()
            .map(Value::tuple),
        (Type::Record(fields), Json::Object(object)) => {
            let slots = fields.iter().map(|(name, ty)| member(object, name, ty, depth));
            slots.collect::<Result<Vec<_>, _>>().map(Value::tuple)
        }
        (Type::List(of), Json::Array(_)) => array(json, of, depth).map(|elements| Value::List(elements.into())),
        (Type::Set(of), Json::Array(_)) => array(json, of, depth).map(Value::set),
        (Type::Map(key, of), Json::Object(object)) if **key == Type::Text => object
            .iter()
            .map(|(name, json)| Ok((Value::text(name), value(json, of, depth + 1).map_err(|e| e.under(name))?)))
            .collect::<Result<Vec<_>, _>>()
            .map(Value::map),
        (Type::Map(key, of), Json::Array(elements)) => pairs(elements, key, of, depth),
        _ => Err(wrong()),
    }
}

fn at_index(index: usize, json: &Json, ty: &Type, depth: usize) -> Decoded {
    value(json, ty, depth + 1).map_err(|error| error.under(&format!("[{index}]")))
}

fn array(json: &Json, of: &Type, depth: usize) -> Result<Vec<Value>, DecodeError> {
    let elements = json.as_array().map(Vec::as_slice).unwrap_or_default();
    elements.iter().enumerate().map(|(i, json)| at_index(i, json, of, depth)).collect()
}

fn member(object: &serde_json::Map<String, Json>, name: &str, ty: &Type, depth: usize) -> Decoded {
    match (object.get(name), ty) {
        (Some(json), _) => value(json, ty, depth + 1).map_err(|error| error.under(name)),
        (None, Type::Option(_)) => Ok(Value::None),
        (None, _) => Err(DecodeError::new(words(ty), "nothing").under(name)),
    }
}

fn pairs(elements: &[Json], key_ty: &Type, value_ty: &Type, depth: usize) -> Decoded {
    let mut entries = Vec::with_capacity(elements.len());
    for (i, element) in elements.iter().enumerate() {
        let Some([key, of]) = element.as_array().map(Vec::as_slice) else {
            return Err(DecodeError::new("a pair of key and value", found(element)).under(&format!("[{i}]")));
        };
        let key = at_index(0, key, key_ty, depth).map_err(|error| error.under(&format!("[{i}]")))?;
        let of = at_index(1, of, value_ty, depth).map_err(|error| error.under(&format!("[{i}]")))?;
        entries.push((key, of));
    }
    let count = entries.len();
    let map = Value::map(entries);
    match &map {
        Value::Map(kept) if kept.len() < count => Err(DecodeError::new("each key once", "a key twice")),
        _ => Ok(map),
    }
}

// `{"circle":[1.5]}`; `None` when the object does not have this form at all.
fn variant(object: &serde_json::Map<String, Json>, declared: &EnumType, depth: usize) -> Option<Decoded> {
    let (name, fields) = object.iter().next().filter(|_| object.len() == 1)?;
    let at = declared.variants.iter().position(|(each, _)| each == name)?;
    let types = &declared.variants[at].1;
    let index = u32::try_from(at).ok()?;
    let elements = fields.as_array().filter(|elements| elements.len() == types.len());
    let Some(elements) = elements else {
        let many = if types.len() == 1 { "" } else { "s" };
        let expected = format!("an array of {} value{many}", types.len());
        return Some(Err(DecodeError::new(expected, found(fields)).under(name)));
    };
    let values = elements.iter().zip(types).enumerate().map(|(i, (json, ty))| at_index(i, json, ty, depth));
    let values: Result<Vec<_>, _> = values.collect();
    Some(values.map(|values| Value::Variant(index, values.into())).map_err(|error| error.under(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{duration_of, to_json};

    fn option(ty: Type) -> Type {
        Type::Option(Box::new(ty))
    }

    fn list(ty: Type) -> Type {
        Type::List(Box::new(ty))
    }

    fn shape() -> Type {
        Type::Enum(EnumType {
            name: "Shape".into(),
            variants: vec![("dot".into(), vec![]), ("rect".into(), vec![Type::Float, Type::Float])],
        })
    }

    fn ad() -> Type {
        Type::Record(vec![("ad".into(), Type::Text), ("note".into(), option(Type::Text))])
    }

    #[test]
    fn cells_of_each_type() {
        let ten = Value::Int(10);
        let cases: Vec<(&str, Type, Value)> = vec![
            ("10", Type::Int, ten.clone()),
            (" -10 ", Type::Int, Value::Int(-10)),
            ("+10", Type::Nat, ten.clone()),
            ("9223372036854775807", Type::Nat, Value::Int(i64::MAX)),
            ("-9223372036854775808", Type::Int, Value::Int(i64::MIN)),
            ("1e3", Type::Float, Value::Float(Float::new(1000.0))),
            ("-0", Type::Float, Value::Float(Float::new(0.0))),
            ("true", Type::Bool, Value::Bool(true)),
            (" a ", Type::Text, Value::text(" a ")),
            ("", Type::Text, Value::text("")),
            ("", option(Type::Text), Value::None),
            ("", option(Type::Int), Value::None),
            ("10", option(Type::Int), Value::some(ten.clone())),
            ("AP8=", Type::Bytes, Value::Bytes(vec![0, 255].into())),
            ("1970-01-02", Type::Time, Value::Time(86_400_000_000)),
            ("1970-01-01T00:00:01.5", Type::Time, Value::Time(1_500_000)),
            ("1970-01-01 00:00:01", Type::Time, Value::Time(1_000_000)),
            ("1970-01-01T01:00:00+01:00", Type::Time, Value::Time(0)),
            ("1969-12-31T23:59:59.999999Z", Type::Time, Value::Time(-1)),
            ("1h30m", Type::Duration, Value::Duration(5_400_000_000)),
            ("-250ms", Type::Duration, Value::Duration(-250_000)),
            ("dot", shape(), Value::Variant(0, [].into())),
            ("[10]", list(Type::Int), Value::List([ten.clone()].into())),
            ("[10,9,10]", Type::Set(Box::new(Type::Int)), Value::set(vec![Value::Int(9), ten])),
            (r#"{"ad":"x"}"#, ad(), Value::tuple([Value::text("x"), Value::None])),
        ];
        for (cell, ty, expected) in cases {
            assert_eq!(from_cell(cell, &ty), Ok(expected), "`{cell}` as {ty}");
        }
    }

    #[test]
    fn cells_that_are_refused() {
        let cases = [
            ("ten", Type::Int, "expected a whole number (`int`), found `ten`"),
            ("1.0", Type::Int, "expected a whole number (`int`), found `1.0`"),
            ("-1", Type::Nat, "expected a whole number from 0 up (`nat`), found `-1`"),
            (
                "9223372036854775808",
                Type::Nat,
                "expected a whole number from 0 to 9223372036854775807 (`nat`), found `9223372036854775808`",
            ),
            ("", Type::Int, "expected a whole number (`int`), found an empty cell"),
            ("  ", Type::Int, "expected a whole number (`int`), found a cell of white space"),
            ("nan", Type::Float, "expected a finite number (`float`), found `nan`"),
            ("1e999", Type::Float, "expected a finite number (`float`), found `1e999`"),
            ("True", Type::Bool, "expected `true` or `false`, found `True`"),
            ("box", shape(), "expected one of `dot`, `rect` (`Shape`), found `box`"),
            ("rect", shape(), "expected `{\"rect\":[…]}` with 2 values, found `rect` alone"),
            ("{\"rect\":[1]}", shape(), "expected an array of 2 values at `rect`, found an array of one element"),
            ("[1", list(Type::Int), "expected an array (`list<int>`) as JSON, found `[1`"),
            ("[1,{}]", list(Type::Int), "expected a whole number (`int`) at `[1]`, found an object"),
            (r#"[{"ad":1}]"#, list(ad()), "expected a text (`text`) at `[0].ad`, found `1`"),
            ("[{}]", list(ad()), "expected a text (`text`) at `[0].ad`, found nothing"),
        ];
        for (cell, ty, expected) in cases {
            assert_eq!(from_cell(cell, &ty).map_err(|error| error.to_string()), Err(expected.to_string()));
        }
    }

    #[test]
    fn times_that_would_be_wrong_by_hours_are_refused() {
        for text in [
            "2024-05-01T12:00:00[America/New_York]",
            "2024-05-01T12:00:00+02:00[Europe/Paris]",
            "noon",
            "2024-13-01",
            "2024-02-30",
            "2024-05-01T25:00:00Z",
            "99999-01-01",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn durations_have_one_form() {
        for text in ["", "-", "5", "m", "5x", "5M", "1.5h", "9999999999999999999s", "106751992d", "+5m", "5 m"] {
            assert_eq!(duration(text), None, "{text}");
        }
        assert_eq!(duration("1w30m1h"), duration("7d1h30m"));
        for micros in [0, 1, -1, 1_001, 86_399_999_999, i64::MAX, i64::MIN] {
            assert_eq!(duration(&duration_of(micros)), Some(micros));
        }
    }

    #[test]
    fn json_that_is_refused() {
        let map = Type::Map(Box::new(Type::Int), Box::new(Type::Int));
        let cases = [
            ("1.5", Type::Int, "expected a whole number (`int`), found `1.5`"),
            ("-1", Type::Nat, "expected a whole number from 0 up (`nat`), found `-1`"),
            (
                "18446744073709551615",
                Type::Int,
                "expected a whole number from -9223372036854775808 to 9223372036854775807 (`int`), \
                 found `18446744073709551615`",
            ),
            ("\"1\"", Type::Int, "expected a whole number (`int`), found the text `1`"),
            ("null", Type::Int, "expected a whole number (`int`), found null"),
            (
                "[1]",
                Type::Tuple(vec![Type::Int; 2]),
                "expected an array of 2 values (`(int, int)`), found an array of one element",
            ),
            ("[[1,2],[1,3]]", map.clone(), "expected each key once, found a key twice"),
            ("[[1]]", map, "expected a pair of key and value at `[0]`, found an array of one element"),
        ];
        for (text, ty, expected) in cases {
            let json: Json = serde_json::from_str(text).unwrap();
            assert_eq!(from_json(&json, &ty).map_err(|error| error.to_string()), Err(expected.to_string()));
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let map = Type::Map(Box::new(Type::Int), Box::new(ad()));
        let row = Value::tuple([Value::text("é\"\n"), Value::some(Value::text(""))]);
        let cases = [
            (Value::map(vec![(Value::Int(2), row.clone()), (Value::Int(1), row)]), map),
            (Value::Time(-1), Type::Time),
            (Value::Float(Float::new(0.1)), Type::Float),
            (Value::Bytes(vec![1, 2, 3].into()), Type::Bytes),
            (Value::Variant(1, [Value::Float(Float::new(1.0)), Value::Float(Float::new(2.0))].into()), shape()),
            (
                Value::map(vec![(Value::text("a"), Value::None)]),
                Type::Map(Box::new(Type::Text), Box::new(option(Type::Nat))),
            ),
        ];
        for (value, ty) in cases {
            assert_eq!(from_json(&to_json(&value, &ty), &ty), Ok(value));
        }
    }

    #[test]
    fn deep_nesting_ends_in_an_error() {
        let (mut ty, mut json) = (Type::Int, Json::from(1));
        for _ in 0..=DEPTH_MAX {
            ty = list(ty);
            json = Json::Array(vec![json]);
        }
        assert!(from_json(&json, &ty).unwrap_err().to_string().contains("levels of nesting"));
        let text = "[".repeat(100_000);
        assert!(from_cell(&text, &list(Type::Int)).is_err());
    }
}
