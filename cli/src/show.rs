//! Values for people and programs: shown names, emits, changes.
//!
//! ```text
//! total = 42                          a value that fits on a line
//! active = {                          a larger set in a pipe: an element per line
//!   { ad: "13", left: 2 },
//! }
//! ┌────┬──────┐                       sets of records and maps on a terminal: a table
//! │ ad │ left │
//! ```

use comfy_table::{ContentArrangement, Table, presets};
use lasp_plan::format::{plain_of, text_of, to_json};
use lasp_plan::{Type, Value};
use lasp_vm::Failure;

use crate::json::{ChangeLine, EmitLine, FailedLine, ShowFailedLine, ShowLine};
use crate::names::counted;
use crate::output::{BOLD, GREY, Output, PLAIN};

/// The longest value, in characters, that stands on one line.
const LINE_CHARS_MAX: usize = 100;
/// How many rows a table on a terminal has; the rest is counted. Pipes and JSON get everything.
const TABLE_ROWS_MAX: usize = 200;

/// Prints an output of the program.
///
/// # Errors
/// When stdout cannot be written.
pub fn emit(output: &mut Output, name: &str, id: &str, value: &Value, ty: &Type) -> std::io::Result<()> {
    if output.is_json() {
        return output.json(&EmitLine { emit: name, id, data: to_json(value, ty) });
    }
    output.line(&format!("{BOLD}{name}{PLAIN} {}", text_of(value, ty)))
}

/// Prints what came and went.
///
/// # Errors
/// When stdout cannot be written.
pub fn change(output: &mut Output, name: &str, ty: &Type, added: &[Value], removed: &[Value]) -> std::io::Result<()> {
    if output.is_json() {
        let json = |values: &[Value]| values.iter().map(|value| to_json(value, ty)).collect();
        return output.json(&ChangeLine { change: name, added: json(added), removed: json(removed) });
    }
    for (sign, values) in [('-', removed), ('+', added)] {
        for value in values {
            output.line(&format!("{BOLD}{name}{PLAIN} {sign} {}", text_of(value, ty)))?;
        }
    }
    Ok(())
}

/// Prints a shown name and its value.
///
/// # Errors
/// When stdout cannot be written.
pub fn value(output: &mut Output, name: &str, value: &Value, ty: &Type) -> std::io::Result<()> {
    if output.is_json() {
        return output.json(&ShowLine { show: name, value: to_json(value, ty) });
    }
    let text = text_of(value, ty);
    let rows = rows(value, ty);
    if let (Some((header, rows)), true) = (&rows, output.stdout_is_terminal()) {
        return output.line(&table(name, header, rows));
    }
    if text.chars().count() <= LINE_CHARS_MAX {
        return output.line(&format!("{BOLD}{name}{PLAIN} = {text}"));
    }
    output.line(&format!("{BOLD}{name}{PLAIN} = {}", spread(value, ty)))
}

/// Prints a shown name that has no value.
///
/// # Errors
/// When stdout cannot be written.
pub fn failed(output: &mut Output, name: &str, failure: &Failure) -> std::io::Result<()> {
    if output.is_json() {
        let error = FailedLine { code: failure.code, message: &failure.message, row: failure.row.as_deref() };
        return output.json(&ShowFailedLine { show: name, error });
    }
    output.line(&format!("{BOLD}{name}{PLAIN} has no value: {}", failure.message))
}

// A large collection, an element per line; commas as in a literal, so that it can be copied into a program.
fn spread(value: &Value, ty: &Type) -> String {
    let (open, close, lines): (_, _, Vec<String>) = match (value, ty) {
        (Value::Set(elements), Type::Set(of)) => ("{", "}", elements.iter().map(|each| text_of(each, of)).collect()),
        (Value::List(elements), Type::List(of)) => ("[", "]", elements.iter().map(|each| text_of(each, of)).collect()),
        (Value::Map(entries), Type::Map(key, of)) => {
            ("[", "]", entries.iter().map(|(k, v)| format!("{}: {}", text_of(k, key), text_of(v, of))).collect())
        }
        _ => return text_of(value, ty),
    };
    format!("{open}\n  {}\n{close}", lines.join(",\n  "))
}

type Rows = (Vec<String>, Vec<Vec<String>>);

// Header and cells of what reads best as a table: a set or list of records, a map.
fn rows(value: &Value, ty: &Type) -> Option<Rows> {
    match (value, ty) {
        (Value::Set(elements), Type::Set(of)) | (Value::List(elements), Type::List(of)) if !elements.is_empty() => {
            let Type::Record(_) = **of else { return None };
            let mut header = Vec::new();
            push_header(&mut header, of, "");
            Some((header, elements.iter().map(|element| cells(element, of)).collect()))
        }
        (Value::Map(entries), Type::Map(key, of)) if !entries.is_empty() => {
            let mut header = Vec::new();
            push_header(&mut header, key, "key");
            push_header(&mut header, of, "value");
            let row = |(k, v): &(Value, Value)| cells(k, key).into_iter().chain(cells(v, of)).collect();
            Some((header, entries.iter().map(row).collect()))
        }
        _ => None,
    }
}

fn push_header(header: &mut Vec<String>, ty: &Type, otherwise: &str) {
    match ty {
        Type::Record(fields) if !fields.is_empty() => header.extend(fields.iter().map(|(name, _)| name.clone())),
        _ => header.push(otherwise.to_string()),
    }
}

fn cells(value: &Value, ty: &Type) -> Vec<String> {
    match (value, ty) {
        (Value::Tuple(slots), Type::Record(fields)) if !fields.is_empty() => {
            slots.iter().zip(fields).map(|(slot, (_, ty))| plain_of(slot, ty)).collect()
        }
        _ => vec![plain_of(value, ty)],
    }
}

fn table(name: &str, header: &[String], rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header);
    for row in rows.iter().take(TABLE_ROWS_MAX) {
        table.add_row(row);
    }
    let count = rows.len() as u64;
    let mut text = format!("{BOLD}{name}{PLAIN} {GREY}({}){PLAIN}\n{table}", counted(count, "row"));
    if rows.len() > TABLE_ROWS_MAX {
        let more = (rows.len() - TABLE_ROWS_MAX) as u64;
        text.push_str(&format!("\n{GREY}… and {}; in a pipe all are shown{PLAIN}", counted(more, "more row")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_maps_become_tables() {
        let ad = Type::Record(vec![("ad".into(), Type::Text), ("left".into(), Type::Nat)]);
        let row = Value::tuple([Value::text("13"), Value::Int(2)]);
        let set = Value::set(vec![row.clone()]);
        let cells = |row: &[&str]| row.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            rows(&set, &Type::Set(Box::new(ad.clone()))),
            Some((cells(&["ad", "left"]), vec![cells(&["13", "2"])]))
        );
        let map = Value::map(vec![(Value::text("a"), row)]);
        assert_eq!(
            rows(&map, &Type::Map(Box::new(Type::Text), Box::new(ad))),
            Some((cells(&["key", "ad", "left"]), vec![cells(&["a", "13", "2"])]))
        );
        assert_eq!(rows(&Value::set(vec![Value::Int(1)]), &Type::Set(Box::new(Type::Int))), None);
    }

    #[test]
    fn large_collections_have_an_element_per_line() {
        let set = Value::set(vec![Value::Int(2), Value::Int(1)]);
        assert_eq!(spread(&set, &Type::Set(Box::new(Type::Int))), "{\n  1,\n  2\n}");
    }
}
