//! Values as text: JSON for programs, the language's own notation for people.
//!
//! ```text
//! { ad: "13", limit: 300 }   text_of    {"ad":"13","limit":300}   to_json
//! some(5), none              5, none                              5, null
//! 90 minutes                 1h30m                                "1h30m"
//! ```
//!
//! What a value looks like depends on its [`Type`] alone, never on a hash order: fields follow the type, sets and maps
//! the order of their elements. Invariants: every function here is total. A value that does not have the type it is
//! printed by is printed as what it is (a record as a tuple), so that a report about a defect can still be written.
//! Neighbour: `decode` reads back what [`to_json`] writes, but for not-finite floats and options of options.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value as Json;

use crate::{Type, Value};

/// The value as JSON.
///
/// Sets and lists are arrays, records and text-keyed maps objects, other maps arrays of pairs, tuples arrays; an unset
/// option is null and a set one its content; `bytes` are base64, a `time` is RFC 3339 in UTC, a `duration` is the
/// language's literal; an enum value without fields is its name, one with fields `{"name":[…]}`; `NaN`, `inf` and
/// `-inf`, which JSON has no numbers for, are texts.
#[must_use]
pub fn to_json(value: &Value, ty: &Type) -> Json {
    json(value, Some(ty))
}

/// The value in the language's own notation: `{ ad: "13", left: 2 }`, `{1, 2}`, `["a": 1]`. A set option is written as
/// its content, an unset one as `none`.
#[must_use]
pub fn text_of(value: &Value, ty: &Type) -> String {
    let mut out = String::new();
    text(&mut out, value, Some(ty));
    out
}

/// Like [`text_of`], but a text stands without quotes: what a hole in a text is filled with, and what a cell of a
/// table shows.
#[must_use]
pub fn plain_of(value: &Value, ty: &Type) -> String {
    match bare(value) {
        Value::Text(content) => content.to_string(),
        _ => text_of(value, ty),
    }
}

/// Like [`text_of`] for a value whose type is not at hand: records appear as tuples, enum values as `#0(…)`.
#[must_use]
pub fn untyped_text_of(value: &Value) -> String {
    let mut out = String::new();
    text(&mut out, value, None);
    out
}

/// A `time` as RFC 3339 in UTC, with as many digits of a second as it needs. A time beyond the years -9999 to 9999 is
/// written as a number of microseconds.
#[must_use]
pub fn time_of(micros: i64) -> String {
    match jiff::Timestamp::from_microsecond(micros) {
        Ok(time) => time.to_string(),
        Err(_) => format!("{micros}us after 1970-01-01T00:00:00Z"),
    }
}

/// A `duration` as the language writes it, from days down to microseconds: `1h30m`, `250ms`, `0s`, `-1s500ms`.
#[must_use]
pub fn duration_of(micros: i64) -> String {
    if micros == 0 {
        return "0s".to_string();
    }
    let mut out = String::new();
    if micros < 0 {
        out.push('-');
    }
    let mut rest = micros.unsigned_abs();
    for (unit, size) in DURATION_UNITS {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            push(&mut out, format_args!("{count}{unit}"));
        }
    }
    out
}

/// The units of a duration literal in microseconds, largest first.
pub(crate) const DURATION_UNITS: [(&str, u64); 6] =
    [("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1_000), ("us", 1)];

/// What an option shows: the content, however often it is wrapped.
fn bare(value: &Value) -> &Value {
    let mut value = value;
    while let Value::Some(inner) = value {
        value = inner;
    }
    value
}

// The type of a slot, where type and value agree; otherwise nothing is known about it.
fn field_type(ty: Option<&Type>, slot: usize) -> Option<&Type> {
    match ty? {
        Type::Tuple(types) => types.get(slot),
        Type::Record(fields) => fields.get(slot).map(|(_, ty)| ty),
        Type::List(ty) | Type::Set(ty) | Type::Option(ty) => Some(ty),
        _ => None,
    }
}

fn entry_types(ty: Option<&Type>) -> (Option<&Type>, Option<&Type>) {
    match ty {
        Some(Type::Map(key, value)) => (Some(key), Some(value)),
        _ => (None, None),
    }
}

fn record_fields<'t>(ty: Option<&'t Type>, slots: &[Value]) -> Option<&'t [(String, Type)]> {
    match ty {
        Some(Type::Record(fields)) if fields.len() == slots.len() => Some(fields),
        _ => None,
    }
}

fn variant(ty: Option<&Type>, index: u32) -> Option<&(String, Vec<Type>)> {
    match ty {
        Some(Type::Enum(declared)) => declared.variants.get(index as usize),
        _ => None,
    }
}

fn json(value: &Value, ty: Option<&Type>) -> Json {
    let list = |elements: &[Value]| Json::Array(elements.iter().map(|e| json(e, field_type(ty, 0))).collect());
    match value {
        Value::None => Json::Null,
        Value::Some(inner) => json(inner, field_type(ty, 0)),
        Value::Bool(b) => Json::Bool(*b),
        Value::Int(n) => Json::from(*n),
        Value::Float(x) => {
            serde_json::Number::from_f64(x.get()).map_or_else(|| Json::from(not_finite(x.get())), Json::Number)
        }
        Value::Text(content) => Json::from(&**content),
        Value::Bytes(bytes) => Json::from(BASE64.encode(bytes)),
        Value::Time(micros) => Json::from(time_of(*micros)),
        Value::Duration(micros) => Json::from(duration_of(*micros)),
        Value::Tuple(slots) => match record_fields(ty, slots) {
            Some(fields) => Json::Object(
                fields
                    .iter()
                    .zip(slots.iter())
                    .map(|((name, ty), slot)| (name.clone(), json(slot, Some(ty))))
                    .collect(),
            ),
            None => Json::Array(slots.iter().enumerate().map(|(i, slot)| json(slot, field_type(ty, i))).collect()),
        },
        Value::List(elements) | Value::Set(elements) => list(elements),
        Value::Map(entries) => {
            let (key_ty, value_ty) = entry_types(ty);
            // The type decides, not the entries: an empty map must not change its form once it is filled.
            if matches!(key_ty, Some(Type::Text)) {
                let key = |key: &Value| match key {
                    Value::Text(content) => content.to_string(),
                    other => untyped_text_of(other),
                };
                Json::Object(entries.iter().map(|(k, v)| (key(k), json(v, value_ty))).collect())
            } else {
                let pair = |(k, v): &(Value, Value)| Json::Array(vec![json(k, key_ty), json(v, value_ty)]);
                Json::Array(entries.iter().map(pair).collect())
            }
        }
        Value::Variant(index, fields) => {
            let known = variant(ty, *index);
            let name = known.map_or_else(|| format!("#{index}"), |(name, _)| name.clone());
            if fields.is_empty() {
                return Json::from(name);
            }
            let field = |(i, v)| json(v, known.and_then(|(_, types)| types.get(i)));
            let mut object = serde_json::Map::new();
            object.insert(name, Json::Array(fields.iter().enumerate().map(field).collect()));
            Json::Object(object)
        }
    }
}

fn text(out: &mut String, value: &Value, ty: Option<&Type>) {
    match value {
        Value::None => out.push_str("none"),
        Value::Some(inner) => text(out, inner, field_type(ty, 0)),
        Value::Bool(b) => push(out, format_args!("{b}")),
        Value::Int(n) => push(out, format_args!("{n}")),
        Value::Float(x) if x.get().is_finite() => push(out, format_args!("{:?}", x.get())),
        Value::Float(x) => out.push_str(not_finite(x.get())),
        Value::Text(content) => quote(out, content),
        Value::Bytes(bytes) => push(out, format_args!("bytes(\"{}\")", BASE64.encode(bytes))),
        Value::Time(micros) => out.push_str(&time_of(*micros)),
        Value::Duration(micros) => out.push_str(&duration_of(*micros)),
        Value::Tuple(slots) => match record_fields(ty, slots) {
            Some([]) => out.push_str("{ }"),
            Some(fields) => sequence(out, ("{ ", " }"), fields.iter().zip(slots.iter()), |out, ((name, ty), slot)| {
                push(out, format_args!("{name}: "));
                text(out, slot, Some(ty));
            }),
            None => sequence(out, ("(", ")"), slots.iter().enumerate(), |out, (i, slot)| {
                text(out, slot, field_type(ty, i));
            }),
        },
        Value::List(elements) => {
            sequence(out, ("[", "]"), elements.iter(), |out, element| text(out, element, field_type(ty, 0)));
        }
        Value::Set(elements) => {
            sequence(out, ("{", "}"), elements.iter(), |out, element| text(out, element, field_type(ty, 0)));
        }
        Value::Map(entries) if entries.is_empty() => out.push_str("[:]"),
        Value::Map(entries) => {
            let (key_ty, value_ty) = entry_types(ty);
            sequence(out, ("[", "]"), entries.iter(), |out, (key, value)| {
                text(out, key, key_ty);
                out.push_str(": ");
                text(out, value, value_ty);
            });
        }
        Value::Variant(index, fields) => {
            let known = variant(ty, *index);
            match known {
                Some((name, _)) => out.push_str(name),
                None => push(out, format_args!("#{index}")),
            }
            if !fields.is_empty() {
                sequence(out, ("(", ")"), fields.iter().enumerate(), |out, (i, field)| {
                    text(out, field, known.and_then(|(_, types)| types.get(i)));
                });
            }
        }
    }
}

fn sequence<T>(
    out: &mut String,
    (open, close): (&str, &str),
    items: impl Iterator<Item = T>,
    mut item: impl FnMut(&mut String, T),
) {
    out.push_str(open);
    for (i, each) in items.enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        item(out, each);
    }
    out.push_str(close);
}

// A brace opens a hole in a text literal, so an opening one is escaped too.
fn quote(out: &mut String, content: &str) {
    out.push('"');
    for c in content.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '{' => out.push_str("\\{"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => push(out, format_args!("\\u{{{:x}}}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn not_finite(x: f64) -> &'static str {
    if x.is_nan() {
        "NaN"
    } else if x > 0.0 {
        "inf"
    } else {
        "-inf"
    }
}

fn push(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing into a `String` cannot fail.
    let _ = out.write_fmt(arguments);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EnumType, Float};

    fn record(fields: &[(&str, Type)]) -> Type {
        Type::Record(fields.iter().map(|(name, ty)| ((*name).to_string(), ty.clone())).collect())
    }

    fn shape() -> Type {
        Type::Enum(EnumType {
            name: "Shape".into(),
            variants: vec![("dot".into(), vec![]), ("rect".into(), vec![Type::Float, Type::Float])],
        })
    }

    #[test]
    fn each_type_has_its_notation() {
        let float = |x: f64| Value::Float(Float::new(x));
        let option = |ty| Type::Option(Box::new(ty));
        let ad = record(&[("ad", Type::Text), ("left", Type::Nat)]);
        let row = |ad: &str, left| Value::tuple([Value::text(ad), Value::Int(left)]);
        let text_map = Type::Map(Box::new(Type::Text), Box::new(Type::Nat));
        let int_map = Type::Map(Box::new(Type::Int), Box::new(Type::Bool));
        let cases: Vec<(Value, Type, &str, &str)> = vec![
            (Value::Int(-7), Type::Int, "-7", "-7"),
            (Value::Bool(true), Type::Bool, "true", "true"),
            (float(1.0), Type::Float, "1.0", "1.0"),
            (float(0.1), Type::Float, "0.1", "0.1"),
            (float(f64::NAN), Type::Float, "NaN", "\"NaN\""),
            (float(f64::INFINITY), Type::Float, "inf", "\"inf\""),
            (float(f64::NEG_INFINITY), Type::Float, "-inf", "\"-inf\""),
            (Value::text("a\"{b}\n\u{1}é"), Type::Text, r#""a\"\{b}\n\u{1}é""#, r#""a\"{b}\n\u0001é""#),
            (Value::Bytes(vec![0, 255].into()), Type::Bytes, "bytes(\"AP8=\")", "\"AP8=\""),
            (Value::Time(0), Type::Time, "1970-01-01T00:00:00Z", "\"1970-01-01T00:00:00Z\""),
            (Value::Time(1_500_000), Type::Time, "1970-01-01T00:00:01.5Z", "\"1970-01-01T00:00:01.5Z\""),
            (Value::Duration(5_400_000_000), Type::Duration, "1h30m", "\"1h30m\""),
            (Value::Duration(-250_001), Type::Duration, "-250ms1us", "\"-250ms1us\""),
            (Value::Duration(0), Type::Duration, "0s", "\"0s\""),
            (row("13", 2), ad.clone(), "{ ad: \"13\", left: 2 }", r#"{"ad":"13","left":2}"#),
            (Value::unit(), record(&[]), "{ }", "{}"),
            (Value::unit(), Type::Tuple(vec![]), "()", "[]"),
            (row("a", 1), Type::Tuple(vec![Type::Text, Type::Int]), "(\"a\", 1)", r#"["a",1]"#),
            (Value::None, option(Type::Int), "none", "null"),
            (Value::some(Value::Int(5)), option(Type::Int), "5", "5"),
            (
                Value::set(vec![row("b", 1), row("a", 2)]),
                Type::Set(Box::new(ad)),
                "{{ ad: \"a\", left: 2 }, { ad: \"b\", left: 1 }}",
                r#"[{"ad":"a","left":2},{"ad":"b","left":1}]"#,
            ),
            (Value::set(vec![]), Type::Set(Box::new(Type::Int)), "{}", "[]"),
            (
                Value::List(vec![Value::Int(2), Value::Int(1)].into()),
                Type::List(Box::new(Type::Int)),
                "[2, 1]",
                "[2,1]",
            ),
            (Value::map(vec![(Value::text("a"), Value::Int(1))]), text_map.clone(), "[\"a\": 1]", r#"{"a":1}"#),
            (Value::map(vec![]), text_map, "[:]", "{}"),
            (Value::map(vec![(Value::Int(1), Value::Bool(false))]), int_map.clone(), "[1: false]", "[[1,false]]"),
            (Value::map(vec![]), int_map, "[:]", "[]"),
            (Value::Variant(0, [].into()), shape(), "dot", "\"dot\""),
            (Value::Variant(1, [float(1.0), float(2.5)].into()), shape(), "rect(1.0, 2.5)", r#"{"rect":[1.0,2.5]}"#),
        ];
        for (value, ty, expected_text, expected_json) in cases {
            assert_eq!(text_of(&value, &ty), expected_text, "{ty}");
            assert_eq!(to_json(&value, &ty).to_string(), expected_json, "{ty}");
        }
    }

    #[test]
    fn plain_text_has_no_quotes_at_the_top_only() {
        let option = Type::Option(Box::new(Type::Text));
        assert_eq!(plain_of(&Value::text("a {b}"), &Type::Text), "a {b}");
        assert_eq!(plain_of(&Value::some(Value::text("a")), &option), "a");
        assert_eq!(plain_of(&Value::set(vec![Value::text("a")]), &Type::Set(Box::new(Type::Text))), "{\"a\"}");
    }

    #[test]
    fn nothing_panics_at_the_ends_of_the_ranges() {
        for n in [i64::MIN, i64::MAX] {
            assert!(!time_of(n).is_empty());
            assert!(!duration_of(n).is_empty());
        }
        assert_eq!(duration_of(i64::MIN), "-106751991d4h54s775ms808us");
    }

    #[test]
    fn a_value_of_another_type_is_printed_as_what_it_is() {
        let value = Value::tuple([Value::Int(1), Value::Variant(3, [Value::None].into())]);
        assert_eq!(text_of(&value, &Type::Int), "(1, #3(none))");
        assert_eq!(to_json(&value, &Type::Bool).to_string(), r##"[1,{"#3":[null]}]"##);
        assert_eq!(untyped_text_of(&value), "(1, #3(none))");
    }
}
