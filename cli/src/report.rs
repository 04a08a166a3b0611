//! Diagnostics and failures for people: the sentence, the source with labels, why, and what to do.
//!
//! ```text
//! error[E0301]: `when` needs a condition that stays true, and this one can become false again
//!     ╭─[ cart.lasp:14:6 ]
//!     │
//!   9 │ var cart: orset<Item>
//!     │           ─────┬─────
//!     │                ╰─────── items can be removed from an `orset`
//!  …
//!   = why: `when` fires once and cannot be undone
//!   = help: make the set grow-only: var cart: gset<Item>
//!   = see: lasp explain E0301
//! ```
//!
//! The frame is drawn by ariadne; the sentence above and the lines below it are ours. Invariants: rendering is total,
//! whatever the places are; offsets are bytes (ariadne counts characters unless told); the text contains colours
//! always, [`Output`] takes them out where they are not wanted.

use ariadne::{CharSet, Color, Config, IndexType, Label, LabelAttach, Report, ReportKind};
use lasp_compiler::codes::Code;
use lasp_compiler::diagnostic::{Diagnostic, Severity, SourceFile};
use lasp_plan::Place;
use lasp_vm::Failure;

use crate::json;
use crate::locate::{boundary, position};
use crate::output::{BOLD, CYAN, Output, PLAIN, RED, YELLOW};

/// The longest line that is drawn whole; of a longer one only the part around the place is.
const LINE_CHARS_MAX: usize = 300;
/// How many characters of a longer line are drawn before the place.
const EXCERPT_CHARS: usize = 40;

/// Prints diagnostics beside the result.
pub fn print_all(diagnostics: &[Diagnostic], files: &[SourceFile], output: &mut Output) {
    for diagnostic in diagnostics {
        print(diagnostic, files, output);
    }
}

/// Prints one diagnostic beside the result.
pub fn print(diagnostic: &Diagnostic, files: &[SourceFile], output: &mut Output) {
    if output.is_json() {
        output.note_json(&json::diagnostic(diagnostic, files));
    } else {
        output.note(&render(diagnostic, files));
    }
}

/// Prints the failure of a running program beside the result, with the row of a feed it came from (`a.csv, line 3`).
pub fn print_failure(failure: &Failure, origin: Option<&str>, files: &[SourceFile], output: &mut Output) {
    print(&of_failure(failure, origin), files, output);
}

/// The failure of a running program in the form of a diagnostic.
#[must_use]
pub fn of_failure(failure: &Failure, origin: Option<&str>) -> Diagnostic {
    let code = Code::parse(failure.code).unwrap_or(Code::R0701);
    let label = match (&failure.row, origin) {
        // A row without columns says nothing.
        (Some(row), Some(origin)) if row != "()" => format!("for {row} ({origin})"),
        (Some(row), None) if row != "()" => format!("for the row {row}"),
        (_, Some(origin)) => format!("at {origin}"),
        (_, None) => String::new(),
    };
    Diagnostic::new(code, failure.place, &failure.message).label(label)
}

/// A diagnostic as text with colours, without a final line break.
#[must_use]
pub fn render(diagnostic: &Diagnostic, files: &[SourceFile]) -> String {
    let (word, color) = match diagnostic.severity {
        Severity::Error => ("error", RED),
        Severity::Warning => ("warning", YELLOW),
    };
    let code = diagnostic.code.as_str();
    let mut text = format!("{color}{word}[{code}]{PLAIN}{BOLD}: {}{PLAIN}\n", diagnostic.message);
    if drawable(diagnostic, files) {
        text.push_str(&frame(diagnostic, files));
    } else {
        text.push_str(&excerpt(diagnostic, files));
    }
    let mut line = |name: &str, words: &str| {
        // Further lines of a help (code to copy) stand under its first.
        let mut lines = words.lines();
        let first = lines.next().unwrap_or_default();
        text.push_str(&format!("  {CYAN}= {name}:{PLAIN} {first}\n"));
        for more in lines {
            text.push_str(&format!("          {more}\n"));
        }
    };
    if let Some(why) = &diagnostic.why {
        line("why", why);
    }
    for help in &diagnostic.help {
        line("help", help);
    }
    line("see", &format!("lasp explain {code}"));
    text
}

fn places(diagnostic: &Diagnostic) -> impl Iterator<Item = Place> {
    std::iter::once(diagnostic.primary.place).chain(diagnostic.labels.iter().map(|label| label.place))
}

// A frame needs a text at every place, and lines that fit on a screen.
fn drawable(diagnostic: &Diagnostic, files: &[SourceFile]) -> bool {
    places(diagnostic).all(|place| {
        files.get(place.file as usize).is_some_and(|file| {
            let range = range(place, &file.text);
            let line_start = file.text[..range.start].rfind('\n').map_or(0, |at| at + 1);
            let line_end = file.text[range.end..].find('\n').map_or(file.text.len(), |at| range.end + at);
            let lines = &file.text[line_start..line_end];
            !range.is_empty() && lines.lines().all(|line| line.chars().count() <= LINE_CHARS_MAX)
        })
    })
}

// A range inside the text, on character boundaries, and at least one character wide where there is one.
fn range(place: Place, text: &str) -> std::ops::Range<usize> {
    let start = boundary(text, place.start as usize);
    let end = boundary(text, place.end as usize).max(start);
    // A byte-order mark has no width: what follows it is pointed at too.
    if start < end && &text[start..end] != "\u{feff}" {
        return start..end;
    }
    match text[end..].chars().next() {
        Some(c) => start..end + c.len_utf8(),
        // At the end of the text: under its last character that is no line break.
        None => {
            let content = text.trim_end();
            let last = content.chars().next_back().map_or(0, char::len_utf8);
            content.len() - last..content.len()
        }
    }
}

fn frame(diagnostic: &Diagnostic, files: &[SourceFile]) -> String {
    let name = |place: Place| files[place.file as usize].name.clone();
    let span = |place: Place| (name(place), range(place, &files[place.file as usize].text));
    let color = match diagnostic.severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
    };
    let config = Config::default()
        .with_index_type(IndexType::Byte)
        .with_char_set(CharSet::Unicode)
        .with_label_attach(LabelAttach::Middle);
    let label = |place: Place, text: &str, color: Color| {
        let label = Label::new(span(place)).with_color(color);
        // A label without words would not even be underlined.
        label.with_message(if text.is_empty() { "here" } else { text })
    };
    let mut report = Report::build(ReportKind::Error, span(diagnostic.primary.place)).with_config(config);
    // In the order of the text: ariadne starts a new frame when a label goes back.
    let primary = (diagnostic.primary.place, diagnostic.primary.text.as_str(), color);
    let others = diagnostic.labels.iter().map(|each| (each.place, each.text.as_str(), Color::Cyan));
    let mut labels: Vec<_> = std::iter::once(primary).chain(others).collect();
    labels.sort_by_key(|(place, ..)| (place.file != diagnostic.primary.place.file, *place));
    report.add_labels(labels.into_iter().map(|(place, text, color)| label(place, text, color)));
    let sources = ariadne::sources(files.iter().map(|file| (file.name.clone(), file.text.as_str())));
    let mut drawn = Vec::new();
    if report.finish().write(sources, &mut drawn).is_err() {
        return excerpt(diagnostic, files);
    }
    // Its first line is a heading of its own.
    let drawn = String::from_utf8_lossy(&drawn);
    drawn.split_once('\n').map_or_else(String::new, |(_, body)| body.to_string())
}

// The place without a frame: for an empty text, a line of a megabyte, a file that is not at hand.
fn excerpt(diagnostic: &Diagnostic, files: &[SourceFile]) -> String {
    let label = &diagnostic.primary;
    let Some(file) = files.get(label.place.file as usize) else {
        return if label.text.is_empty() { String::new() } else { format!("    ╭─ {}\n", label.text) };
    };
    let range = range(label.place, &file.text);
    let at = position(&file.text, range.start);
    let before = &file.text[..range.start];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let skipped = before[line_start..].chars().count().saturating_sub(EXCERPT_CHARS);
    let dots = if skipped > 0 { "…" } else { "" };
    let shown: String =
        file.text[line_start..].chars().skip(skipped).take_while(|c| *c != '\n').take(2 * EXCERPT_CHARS).collect();
    let indent = " ".repeat(at.column - 1 - skipped + dots.chars().count());
    let number = at.line.to_string();
    let margin = " ".repeat(number.len());
    format!(
        " {margin} ╭─[ {}:{}:{} ]\n {number} │ {dots}{shown}\n {margin} │ {indent}{RED}^{PLAIN} {}\n",
        file.name, at.line, at.column, label.text
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn file(text: &str) -> Vec<SourceFile> {
        vec![SourceFile { name: "cart.lasp".into(), text: text.into() }]
    }

    fn at(start: u32, end: u32) -> Place {
        Place { file: 0, start, end }
    }

    #[test]
    fn a_report_shows_the_way_from_the_cause_to_the_place() {
        let files = file("// é: bytes are not characters\nvar cart: orset<Item>\n\nwhen cart.count() >= 5 { }\n");
        let made = Diagnostic::new(Code::E0301, at(60, 77), "`when` needs a condition that stays true")
            .label("so this count can go back below 5")
            .also(at(42, 53), "items can be removed from an `orset`")
            .why("`when` fires once and cannot be undone")
            .help("react to every change instead:\nwatch cart.count() >= 5 { }");
        let expected = "\
error[E0301]: `when` needs a condition that stays true
   ╭─[ cart.lasp:4:6 ]
   │
 2 │ var cart: orset<Item>
   │           ─────┬─────  
   │                ╰─────── items can be removed from an `orset`
   │ 
 4 │ when cart.count() >= 5 { }
   │      ────────┬────────  
   │              ╰────────── so this count can go back below 5
───╯
  = why: `when` fires once and cannot be undone
  = help: react to every change instead:
          watch cart.count() >= 5 { }
  = see: lasp explain E0301
";
        assert_eq!(plain(&render(&made, &files)), expected);
    }

    #[test]
    fn no_place_can_break_a_report() {
        let long = format!("let x = {}", "(".repeat(100_000));
        for text in ["", "\n", "é", "a\n", "\u{feff}let", &long] {
            for (start, end) in [(0, 0), (0, 1), (1, 1), (3, 9), (9, 3), (50_000, 50_001), (u32::MAX, u32::MAX)] {
                let made =
                    Diagnostic::new(Code::E0001, at(start, end), "m").label("here").also(at(end, start), "there");
                let text = render(&made, &file(text));
                assert!(text.lines().count() < 20 && text.len() < 4_000, "{text}");
            }
        }
        let made = Diagnostic::new(Code::E0001, Place { file: 7, start: 0, end: 0 }, "m");
        assert!(render(&made, &[]).contains("lasp explain E0001"));
    }
}
