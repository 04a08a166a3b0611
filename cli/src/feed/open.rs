//! Opens feeds: finds the file, tells its format, checks its header.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use lasp_plan::Plan;

use super::choose::{From, Spec};
use super::columns::Wanted;
use super::csv::CsvRows;
use super::jsonl::JsonRows;
use super::{FeedError, Rows};
use crate::sources::plain;

/// A feed whose header fits.
pub struct OpenFeed {
    /// The position of its event in the plan.
    pub event: u32,
    /// Its name in messages.
    pub label: String,
    /// Whether its rows are merged with others by time.
    pub timed: bool,
    /// Whether rows come as somebody makes them, so that they must not wait for each other.
    pub live: bool,
    /// The size of the file, where it is known.
    pub size_bytes: Option<u64>,
    /// The rows.
    pub rows: Box<dyn Rows>,
}

/// The formats of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Csv,
    JsonLines,
}

/// Opens a feed.
///
/// # Errors
/// When it cannot be read, or does not have the columns of its event.
pub fn open(spec: &Spec, plan: &Plan) -> Result<OpenFeed, FeedError> {
    let wanted = Wanted::new(spec, &plan.events[spec.event as usize]);
    let unreadable =
        |reason: &str| FeedError { message: format!("the feed `{}` cannot be read: {reason}", spec.label), help: None };
    let (rows, size_bytes) = match &spec.from {
        From::Stdin => {
            let mut input = BufReader::new(std::io::stdin());
            let form = sniff(&mut input).map_err(|error| unreadable(&plain(&error)))?;
            (rows(input, form, &wanted)?, None)
        }
        From::File(path) => {
            let file = File::open(path).map_err(|error| unreadable(&plain(&error)))?;
            let metadata = file.metadata().ok();
            if metadata.as_ref().is_some_and(std::fs::Metadata::is_dir) {
                return Err(unreadable("it is a folder"));
            }
            let size = metadata.filter(std::fs::Metadata::is_file).map(|metadata| metadata.len());
            (rows(BufReader::with_capacity(64 * 1024, file), form_of(path), &wanted)?, size)
        }
    };
    Ok(OpenFeed {
        event: spec.event,
        label: spec.label.clone(),
        timed: spec.time.is_some(),
        live: size_bytes.is_none(),
        size_bytes,
        rows,
    })
}

fn rows<R: BufRead + Send + 'static>(input: R, form: Form, wanted: &Wanted) -> Result<Box<dyn Rows>, FeedError> {
    Ok(match form {
        Form::Csv => Box::new(CsvRows::open(input, wanted)?),
        Form::JsonLines => Box::new(JsonRows::new(input, wanted.clone())),
    })
}

fn form_of(path: &Path) -> Form {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("jsonl" | "ndjson" | "json") => Form::JsonLines,
        _ => Form::Csv,
    }
}

// Stdin has no name to go by; no header of a CSV file begins with a brace.
fn sniff(input: &mut impl BufRead) -> std::io::Result<Form> {
    let start = input.fill_buf()?;
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    Ok(if start.trim_ascii_start().starts_with(b"{") { Form::JsonLines } else { Form::Csv })
}
