//! The lines of JSON that other programs read: diagnostics, emits, shows, changes. The order of the fields is the order
//! of the keys; it is part of the interface.

use lasp_compiler::diagnostic::{Diagnostic, Severity, SourceFile};
use lasp_plan::Place;
use serde::Serialize;

use crate::feed::{BadRow, Counts};
use crate::locate::{Position, position};

/// A diagnostic.
#[derive(Debug, Serialize)]
pub struct DiagnosticLine<'a> {
    code: &'static str,
    severity: Severity,
    message: &'a str,
    file: &'a str,
    start: Position,
    end: Position,
    labels: Vec<LabelLine<'a>>,
    help: &'a [String],
    fixes: Vec<FixLine<'a>>,
}

#[derive(Debug, Serialize)]
struct LabelLine<'a> {
    /// Only when it is not the diagnostic's own file.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    start: Position,
    end: Position,
    text: &'a str,
}

#[derive(Debug, Serialize)]
struct FixLine<'a> {
    title: &'a str,
    edits: Vec<LabelLine<'a>>,
}

/// The JSON form of a diagnostic about `files`.
#[must_use]
pub fn diagnostic<'a>(diagnostic: &'a Diagnostic, files: &'a [SourceFile]) -> DiagnosticLine<'a> {
    let home = diagnostic.primary.place;
    let (file, start, end) = locate(home, files);
    let label = |place: Place, text: &'a str| {
        let (file, start, end) = locate(place, files);
        LabelLine { file: (place.file != home.file).then_some(file), start, end, text }
    };
    // The words beside the main place are a label like the others; without words it would only repeat the place.
    let primary = Some(&diagnostic.primary).filter(|primary| !primary.text.is_empty());
    DiagnosticLine {
        code: diagnostic.code.as_str(),
        severity: diagnostic.severity,
        message: &diagnostic.message,
        file,
        start,
        end,
        labels: primary.into_iter().chain(&diagnostic.labels).map(|each| label(each.place, &each.text)).collect(),
        help: &diagnostic.help,
        fixes: diagnostic
            .fixes
            .iter()
            .map(|fix| FixLine {
                title: &fix.title,
                edits: fix.edits.iter().map(|edit| label(edit.place, &edit.text)).collect(),
            })
            .collect(),
    }
}

/// File name, start and end of a place.
#[must_use]
pub fn locate(place: Place, files: &[SourceFile]) -> (&str, Position, Position) {
    let (name, text) =
        files.get(place.file as usize).map_or(("<unknown>", ""), |file| (file.name.as_str(), file.text.as_str()));
    (name, position(text, place.start as usize), position(text, place.end as usize))
}

/// `{"emit":"exhausted","id":"…","data":{…}}`.
#[derive(Debug, Serialize)]
pub struct EmitLine<'a> {
    /// The output's name.
    pub emit: &'a str,
    /// By which repetitions are recognised.
    pub id: &'a str,
    /// The record.
    pub data: serde_json::Value,
}

/// `{"show":"views","value":…}`.
#[derive(Debug, Serialize)]
pub struct ShowLine<'a> {
    /// The name.
    pub show: &'a str,
    /// Its value.
    pub value: serde_json::Value,
}

/// `{"show":"views","error":{"code":"R0702","message":…,"row":…}}`.
#[derive(Debug, Serialize)]
pub struct ShowFailedLine<'a> {
    /// The name.
    pub show: &'a str,
    /// Why it has no value.
    pub error: FailedLine<'a>,
}

/// Why something has no value.
#[derive(Debug, Serialize)]
pub struct FailedLine<'a> {
    /// The rule.
    pub code: &'a str,
    /// In a sentence.
    pub message: &'a str,
    /// The row in hand.
    pub row: Option<&'a str>,
}

/// `{"change":"active","added":[…],"removed":[…]}`.
#[derive(Debug, Serialize)]
pub struct ChangeLine<'a> {
    /// The name.
    pub change: &'a str,
    /// Elements that are there now, entries as pairs, or the new value.
    pub added: Vec<serde_json::Value>,
    /// What is there no more.
    pub removed: Vec<serde_json::Value>,
}

/// A row of a feed that cannot be read.
#[derive(Serialize)]
pub struct BadLine<'a> {
    code: &'static str,
    severity: &'static str,
    message: String,
    file: &'a str,
    line: u64,
    column: Option<u64>,
    counts: &'static str,
    field: Option<&'a str>,
    expected: &'a str,
    found: &'a str,
    row: &'a str,
    skipped: bool,
    applied: u64,
}

impl<'a> BadLine<'a> {
    /// The JSON form of a bad row, found behind `applied` good ones.
    #[must_use]
    pub fn of(bad: &'a BadRow, skipped: bool, applied: u64) -> BadLine<'a> {
        BadLine {
            code: "R0704",
            severity: "error",
            message: format!("{}: expected {}, found {}", bad.place(), bad.expected, bad.found),
            file: &bad.file,
            line: bad.line,
            column: bad.column,
            counts: match bad.counts {
                Counts::Fields => "fields",
                Counts::Characters => "characters",
            },
            field: bad.field.as_deref(),
            expected: &bad.expected,
            found: &bad.found,
            row: &bad.excerpt,
            skipped,
            applied,
        }
    }
}

/// What a run did, at its end.
#[derive(Serialize)]
pub struct SummaryLine {
    /// Rows that were applied.
    pub rows: u64,
    /// Rows whose pair of source and number had been applied before.
    pub repeated: u64,
    /// Bad rows that were skipped on request.
    pub skipped: u64,
    /// Failures of handlers.
    pub failures: u64,
    /// Emits by name, in the order of the first of each.
    pub emits: serde_json::Map<String, serde_json::Value>,
    /// Whether Ctrl-C ended it.
    pub interrupted: bool,
    /// How long it took.
    pub seconds: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use lasp_compiler::codes::Code;

    #[test]
    fn a_diagnostic_has_its_keys_in_order() {
        let files = [
            SourceFile { name: "a.lasp".into(), text: "é x\ny".into() },
            SourceFile { name: "b.lasp".into(), text: "z".into() },
        ];
        let place = |file, start, end| Place { file, start, end };
        let made = Diagnostic::new(Code::E0101, place(0, 3, 4), "unknown name")
            .label("here")
            .also(place(1, 0, 1), "there")
            .help("write `y`")
            .fix("write `y`", place(0, 3, 4), "y");
        assert_eq!(
            serde_json::to_string(&diagnostic(&made, &files)).unwrap(),
            concat!(
                r#"{"code":"E0101","severity":"error","message":"unknown name","file":"a.lasp","#,
                r#""start":{"line":1,"column":3,"byte":3},"end":{"line":1,"column":4,"byte":4},"#,
                r#""labels":[{"start":{"line":1,"column":3,"byte":3},"end":{"line":1,"column":4,"byte":4},"text":"here"},"#,
                r#"{"file":"b.lasp","start":{"line":1,"column":1,"byte":0},"end":{"line":1,"column":2,"byte":1},"text":"there"}],"#,
                r#""help":["write `y`"],"fixes":[{"title":"write `y`","edits":[{"start":{"line":1,"column":3,"byte":3},"#,
                r#""end":{"line":1,"column":4,"byte":4},"text":"y"}]}]}"#
            )
        );
    }
}
