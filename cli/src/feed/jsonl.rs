//! Feeds in JSON lines: one object per line, fields by name.
//!
//! ```text
//! {"ad":"13","advertiser":"rovio","limit":300}
//! ```
//!
//! Blank lines are passed over; members nobody asked for are ignored; a missing member is unset if its field is an
//! option, else a bad row. A line longer than [`LINE_BYTES_MAX`] ends the feed: it is surely no row.

use std::io::{BufRead, Read};
use std::sync::Arc;

use lasp_plan::decode::from_json;
use lasp_plan::{Type, Value};
use serde_json::Value as Json;

use super::columns::Wanted;
use super::csv::in_words;
use super::{BadRow, Counts, Item, Row, Rows, excerpt};

/// The longest line that is read.
pub const LINE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The lines of a JSON file.
pub struct JsonRows<R> {
    input: R,
    wanted: Wanted,
    line: u64,
    bytes: u64,
    buffer: Vec<u8>,
    done: bool,
}

impl<R: BufRead + Send> JsonRows<R> {
    /// Reads what is wanted of each line.
    pub fn new(input: R, wanted: Wanted) -> JsonRows<R> {
        JsonRows { input, wanted, line: 0, bytes: 0, buffer: Vec::new(), done: false }
    }

    fn decode(&self) -> Result<Row, Box<BadRow>> {
        let text = std::str::from_utf8(&self.buffer).map_err(|error| {
            let column = String::from_utf8_lossy(&self.buffer[..error.valid_up_to()]).chars().count() + 1;
            self.bad(Some(column), None, ("text in UTF-8".to_string(), "other bytes".to_string()))
        })?;
        // Some programs begin their files with a byte-order mark.
        let text = if self.line == 1 { text.trim_start_matches('\u{feff}') } else { text };
        let json: Json = serde_json::from_str(text).map_err(|error| {
            let column = characters_before(text, error.column()) + 1;
            let reason = error.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default().to_string();
            self.bad(Some(column), None, ("a JSON object on one line".to_string(), reason))
        })?;
        let Json::Object(object) = json else {
            let found = match json {
                Json::Array(_) => "an array",
                _ => "a bare value",
            };
            return Err(self.bad(Some(1), None, ("a JSON object on one line".to_string(), found.to_string())));
        };
        let fields = self.wanted.fields.iter().map(|(name, ty)| self.member(&object, name, ty));
        let fields = fields.collect::<Result<_, _>>()?;
        if let Some(node) = &self.wanted.node {
            self.present(&object, node)?;
        }
        let at_us = match self.wanted.time.as_ref().map(|name| self.member(&object, name, &Type::Time)).transpose()? {
            Some(Value::Time(micros)) => Some(micros),
            _ => None,
        };
        Ok(Row { line: self.line, at_us, pair: self.pair(&object)?, fields })
    }

    fn pair(&self, object: &serde_json::Map<String, Json>) -> Result<Option<(Arc<str>, i64)>, Box<BadRow>> {
        if !self.wanted.has_pairs() {
            return Ok(None);
        }
        let src: Arc<str> = match &self.wanted.src {
            Some(name) => match self.present(object, name)? {
                Json::String(text) => text.as_str().into(),
                other => other.to_string().into(),
            },
            None => Arc::clone(&self.wanted.own_src),
        };
        let seq = match self.wanted.seq.as_ref().map(|name| self.member(object, name, &Type::Nat)).transpose()? {
            Some(Value::Int(seq)) => seq,
            _ => i64::try_from(self.line).unwrap_or(i64::MAX),
        };
        Ok(Some((src, seq)))
    }

    fn present<'o>(&self, object: &'o serde_json::Map<String, Json>, name: &str) -> Result<&'o Json, Box<BadRow>> {
        object.get(name).ok_or_else(|| self.bad(None, Some(name), ("a value".to_string(), "nothing".to_string())))
    }

    fn member(&self, object: &serde_json::Map<String, Json>, name: &str, ty: &Type) -> Result<Value, Box<BadRow>> {
        match (object.get(name), ty) {
            (None, Type::Option(_)) => Ok(Value::None),
            (None, _) => {
                let expected = format!("a member `{name}` (`{ty}`)");
                Err(self.bad(None, Some(name), (expected, "none".to_string())))
            }
            (Some(json), _) => from_json(json, ty).map_err(|error| self.bad(None, Some(name), in_words(&error))),
        }
    }

    fn bad(&self, column: Option<usize>, field: Option<&str>, (expected, found): (String, String)) -> Box<BadRow> {
        Box::new(BadRow {
            file: Arc::clone(&self.wanted.file),
            line: self.line,
            column: column.map(|column| column as u64),
            field: field.map(ToString::to_string),
            expected,
            found,
            excerpt: excerpt(&String::from_utf8_lossy(&self.buffer)),
            counts: Counts::Characters,
        })
    }

    fn broken(&mut self, reason: &str) -> Option<Item> {
        self.done = true;
        Some(Item::Broken(format!("`{}` cannot be read: {reason}", self.wanted.file)))
    }
}

impl<R: BufRead + Send> Rows for JsonRows<R> {
    fn next_item(&mut self) -> Option<Item> {
        while !self.done {
            self.buffer.clear();
            let read = (&mut self.input).take(LINE_BYTES_MAX + 1).read_until(b'\n', &mut self.buffer);
            match read {
                Ok(0) => self.done = true,
                Ok(count) if count as u64 > LINE_BYTES_MAX => {
                    let reason = format!("line {} is longer than {} MiB", self.line + 1, LINE_BYTES_MAX >> 20);
                    return self.broken(&reason);
                }
                Ok(count) => {
                    self.bytes += count as u64;
                    self.line += 1;
                    self.buffer.truncate(self.buffer.trim_ascii_end().len());
                    if !self.buffer.is_empty() && self.buffer != b"\xef\xbb\xbf" {
                        return Some(self.decode().map_or_else(Item::Bad, Item::Row));
                    }
                }
                Err(error) => return self.broken(&error.to_string()),
            }
        }
        None
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }
}

// serde_json counts bytes, from 1 for the byte in hand; an error at the end of the line is behind the last one.
fn characters_before(text: &str, column: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at + 1 < column).count()
}
