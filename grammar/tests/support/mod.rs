//! What the tests of this crate share: programs from files, errors as text a person can read, a check of any tree.
#![allow(dead_code, missing_docs)] // Each test file uses a part of it.

use std::fmt::Write as _;

use lasp_grammar::{Parse, Span, SyntaxError, parse};

/// The programs of a folder below `tests/`, by name, in order.
#[allow(clippy::disallowed_methods)] // Tests read their programs from files; the crate itself does not.
pub fn programs(folder: &str) -> Vec<(String, String)> {
    let folder = format!("{}/tests/{folder}", env!("CARGO_MANIFEST_DIR"));
    let mut out: Vec<(String, String)> = std::fs::read_dir(&folder)
        .expect("the folder is part of the crate")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "lasp"))
        .map(|path| {
            let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("programs are readable text"))
        })
        .collect();
    out.sort();
    assert!(!out.is_empty(), "no programs in {folder}");
    out
}

/// The tree of a program that must have no errors.
pub fn tree(text: &str) -> String {
    let parse = checked(text);
    assert!(parse.errors.is_empty(), "errors in\n{text}\n{}", report(text, &parse.errors));
    lasp_grammar::dump(&parse.file)
}

/// The codes of the errors of a program, in order.
pub fn codes(text: &str) -> Vec<&'static str> {
    checked(text).errors.iter().map(|error| error.code).collect()
}

/// The errors of a program as text.
pub fn errors(text: &str) -> String {
    report(text, &checked(text).errors)
}

/// Parses, and checks what holds for every text: places lie inside it, and a hole has a reason.
pub fn checked(text: &str) -> Parse {
    let parse = parse(text);
    check_places(text, &parse.errors);
    for comment in &parse.comments {
        assert_eq!(text.get(comment.span.range()), Some(comment.text.as_str()), "a comment is where it says");
    }
    let debug = format!("{:?}", parse.file);
    check_spans(text, &debug);
    if lasp_grammar::dump(&parse.file).contains("‹error›") {
        assert!(!parse.errors.is_empty(), "a hole without an error in\n{text}");
    }
    parse
}

/// Every place of an error lies inside the text and on boundaries of characters; codes are listed.
pub fn check_places(text: &str, errors: &[SyntaxError]) {
    for error in errors {
        assert!(lasp_grammar::CODES.iter().any(|(code, _)| *code == error.code), "{} is not listed", error.code);
        assert!(!error.message.is_empty());
        let notes = error.notes.iter().map(|(span, _)| *span);
        for span in notes.chain([error.span]) {
            assert!(text.get(span.range()).is_some(), "{span:?} of {error:?} is not a place in\n{text}");
        }
        let words = error.message.matches('`').count() / 2;
        assert!(words <= 6, "a token dump: {}", error.message);
    }
}

/// All spans of a tree, read from its debug form: a walk of the tree that cannot forget a node.
fn check_spans(text: &str, debug: &str) {
    for piece in debug.split("Span { start: ").skip(1) {
        let number = |piece: &str| piece.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<usize>();
        let end = piece.split("end: ").nth(1).unwrap_or_default();
        let (start, end) = (number(piece).expect("a number"), number(end).expect("a number"));
        assert!(text.get(start..end).is_some(), "{start}..{end} is not a place in\n{text}");
    }
}

/// Errors as text: where, what, and every label with the text it stands at.
pub fn report(text: &str, errors: &[SyntaxError]) -> String {
    let mut out = String::new();
    for error in errors {
        let unfinished = if error.unfinished { " (unfinished)" } else { "" };
        let _ = writeln!(out, "{} {} {}{unfinished}", place(text, error.span), error.code, error.message);
        let _ = writeln!(out, "     at {} {}", shown(text, error.span), error.label);
        for (span, note) in &error.notes {
            let _ = writeln!(out, "     and {} {} {note}", place(text, *span), shown(text, *span));
        }
        for help in &error.help {
            let _ = writeln!(out, "     help: {help}");
        }
    }
    out
}

fn place(text: &str, span: Span) -> String {
    let before = text.get(..span.range().start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("{line}:{column}")
}

fn shown(text: &str, span: Span) -> String {
    let text = text.get(span.range()).unwrap_or_default();
    let short: String = text.chars().take(40).collect();
    if short.len() < text.len() { format!("{short:?}…") } else { format!("{short:?}:") }
}
