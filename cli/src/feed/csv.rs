//! Feeds in CSV: a header, columns by name, a record per row.
//!
//! ```text
//! ad,advertiser,limit
//! 13,rovio,300            Row { line: 2, fields: ["13", "rovio", 300] }
//! ```
//!
//! Quoted fields may hold line breaks; lines end with `\n` or `\r\n`; a byte-order mark is passed over. Columns that
//! nobody asked for are ignored; one that is missing is an error of the whole feed, found before any row is applied.

use std::io::{Chain, Read};
use std::sync::Arc;

use ::csv::{ByteRecord, Reader, ReaderBuilder};
use lasp_plan::Type;
use lasp_plan::decode::{DecodeError, from_cell};

use super::columns::Wanted;
use super::lines::{Lines, Watched};
use super::{BadRow, Counts, FeedError, Item, Row, Rows, excerpt};
use crate::names::{listed, nearest};

/// Put behind the end of the input: it comes back as a record of its own, unless a quote was never closed and it is
/// part of a field. A control character and a name that no data has.
const END: &str = "\n\u{1}end of the feed\u{1}\n";

/// A column that is read: its position, its name and its type.
#[derive(Clone, Debug)]
struct Column {
    at: usize,
    name: String,
    ty: Type,
}

/// The records of a CSV file.
pub struct CsvRows<R> {
    reader: Reader<Watched<Chain<R, &'static [u8]>>>,
    lines: Lines,
    record: ByteRecord,
    file: Arc<str>,
    width: usize,
    fields: Vec<Column>,
    time: Option<Column>,
    src: Option<Column>,
    seq: Option<Column>,
    own_src: Arc<str>,
    done: bool,
}

impl<R: Read + Send> CsvRows<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// When there is none, or a column that is wanted is missing or there twice.
    pub fn open(input: R, wanted: &Wanted) -> Result<CsvRows<R>, FeedError> {
        let (watched, lines) = Watched::new(input.chain(END.as_bytes()));
        // `flexible`: a record of another length is a bad row with a place, not the end of the file.
        let mut reader = ReaderBuilder::new().has_headers(true).flexible(true).from_reader(watched);
        let header = reader.byte_headers().map_err(|error| unreadable(&wanted.file, &error.to_string()))?;
        let names: Vec<String> = header.iter().map(|name| String::from_utf8_lossy(name).trim().to_string()).collect();
        if names.iter().any(|name| name != END.trim_matches('\n') && name.contains(END.trim_matches('\n'))) {
            return Err(FeedError {
                message: format!("the header of `{}` has a quote that is never closed", wanted.file),
                help: Some("close it, or write `\"\"` for a quote inside a quoted field".to_string()),
            });
        }
        if names.iter().all(|name| name.is_empty() || name == END.trim_matches('\n')) {
            return Err(FeedError {
                message: format!("`{}` is empty", wanted.file),
                help: Some("the first line of a CSV file names its columns".to_string()),
            });
        }
        for (name, option) in wanted.required() {
            check_column(name, option, &names, &wanted.file)?;
        }
        let column = |name: &str, ty: Type| {
            let at = names.iter().position(|each| each == name).unwrap_or(usize::MAX);
            Column { at, name: name.to_string(), ty }
        };
        let optional = |name: &Option<String>, ty: Type| name.as_ref().map(|name| column(name, ty));
        Ok(CsvRows {
            width: names.len(),
            fields: wanted.fields.iter().map(|(name, ty)| column(name, ty.clone())).collect(),
            time: optional(&wanted.time, Type::Time),
            src: optional(&wanted.src, Type::Text),
            seq: optional(&wanted.seq, Type::Nat),
            file: Arc::clone(&wanted.file),
            own_src: Arc::clone(&wanted.own_src),
            record: ByteRecord::new(),
            reader,
            lines,
            done: false,
        })
    }

    fn decode(&self, line: u64) -> Result<Row, Box<BadRow>> {
        if self.record.len() != self.width {
            let counted = |n: usize| format!("{n} field{}", if n == 1 { "" } else { "s" });
            let column = self.record.len().min(self.width) + 1;
            let error = (format!("{} as in the header", counted(self.width)), counted(self.record.len()));
            return Err(self.bad(line, Some(column), None, error));
        }
        let fields = self.fields.iter().map(|column| self.cell(line, column)).collect::<Result<_, _>>()?;
        let at_us = match &self.time {
            Some(column) => match self.cell(line, column)? {
                lasp_plan::Value::Time(micros) => Some(micros),
                _ => None,
            },
            None => None,
        };
        Ok(Row { line, at_us, pair: self.pair(line)?, fields })
    }

    fn pair(&self, line: u64) -> Result<Option<(Arc<str>, i64)>, Box<BadRow>> {
        if self.src.is_none() && self.seq.is_none() {
            return Ok(None);
        }
        let src = match self.src.as_ref().map(|column| self.cell(line, column)).transpose()? {
            Some(lasp_plan::Value::Text(src)) => src,
            _ => Arc::clone(&self.own_src),
        };
        let seq = match self.seq.as_ref().map(|column| self.cell(line, column)).transpose()? {
            Some(lasp_plan::Value::Int(seq)) => seq,
            _ => i64::try_from(line).unwrap_or(i64::MAX),
        };
        Ok(Some((src, seq)))
    }

    fn cell(&self, line: u64, column: &Column) -> Result<lasp_plan::Value, Box<BadRow>> {
        let bad = |error| self.bad(line, Some(column.at + 1), Some(&column.name), error);
        let bytes = self.record.get(column.at).unwrap_or_default();
        let text = std::str::from_utf8(bytes)
            .map_err(|_| bad(("text in UTF-8".to_string(), format!("`{}`", String::from_utf8_lossy(bytes)))))?;
        from_cell(text, &column.ty).map_err(|error| bad(in_words(&error)))
    }

    fn bad(
        &self,
        line: u64,
        column: Option<usize>,
        field: Option<&str>,
        (expected, found): (String, String),
    ) -> Box<BadRow> {
        let cells: Vec<_> = self.record.iter().map(String::from_utf8_lossy).collect();
        Box::new(BadRow {
            file: Arc::clone(&self.file),
            line,
            column: column.map(|column| column as u64),
            field: field.map(ToString::to_string),
            expected,
            found,
            excerpt: excerpt(&cells.join(",").replace(END, "")),
            counts: Counts::Fields,
        })
    }
}

impl<R: Read + Send> Rows for CsvRows<R> {
    fn next_item(&mut self) -> Option<Item> {
        if self.done {
            return None;
        }
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) if self.record.len() == 1 && self.record.get(0) == Some(END.trim_matches('\n').as_bytes()) => {
                self.done = true;
                None
            }
            Ok(true) => {
                let start = self.record.position().map_or(0, ::csv::Position::byte);
                let line = self.lines.of_record(start);
                if let Some(open) = self.record.iter().position(ends_the_feed) {
                    self.done = true;
                    let found = "the end of the file: all behind the quote is part of it".to_string();
                    return Some(Item::Bad(self.bad(
                        line,
                        Some(open + 1),
                        None,
                        ("a closing quote".to_string(), found),
                    )));
                }
                Some(self.decode(line).map_or_else(Item::Bad, Item::Row))
            }
            Ok(false) => {
                self.done = true;
                None
            }
            Err(error) => {
                self.done = true;
                Some(Item::Broken(unreadable(&self.file, &error.to_string()).message))
            }
        }
    }

    fn bytes(&self) -> u64 {
        self.reader.position().byte()
    }
}

fn check_column(name: &str, option: Option<&str>, names: &[String], file: &str) -> Result<(), FeedError> {
    let there = || names.iter().map(String::as_str);
    match there().filter(|each| *each == name).count() {
        1 => Ok(()),
        0 => {
            let role = option.map_or_else(String::new, |option| format!(", which the feed reads as its {option}"));
            let nearest = nearest(name, there()).map(|near| format!("did you mean `{near}`?"));
            Err(FeedError {
                message: format!("`{file}` has no column `{name}`{role}; its columns are {}", listed(there())),
                help: nearest.or_else(|| Some("the first line of a CSV file names its columns".to_string())),
            })
        }
        n => Err(FeedError {
            message: format!("`{file}` has the column `{name}` {n} times"),
            help: Some("rename or remove all but one".to_string()),
        }),
    }
}

/// Whether a field runs past the end of the input.
fn ends_the_feed(field: &[u8]) -> bool {
    field.trim_ascii_end().ends_with(END.trim_matches('\n').as_bytes())
}

fn unreadable(file: &str, reason: &str) -> FeedError {
    FeedError { message: format!("`{file}` cannot be read: {reason}"), help: None }
}

pub(super) fn in_words(error: &DecodeError) -> (String, String) {
    let at = if error.path.is_empty() { String::new() } else { format!(" at `{}`", error.path) };
    (format!("{}{at}", error.expected), error.found.clone())
}
