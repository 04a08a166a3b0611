//! The doors of the crate: from text or bytes to a tree, comments and errors, always.
//!
//! ```text
//! bytes ─ UTF-8, no byte-order mark ─► text ─ lexer ─► tokens ─ shape ─► declarations ─ recover ─► File
//! ```
//!
//! Invariants: total on any input; the tree holds an error node only if there is an error; errors and comments stand
//! in the order of the text. Neighbours: `line` is the door for a prompt, `recover` parses each declaration.

use crate::ast::{Expr, File, Item};
use crate::error::SyntaxError;
use crate::lexer::{self, Lexed, Trivia};
use crate::recover::{ERRORS_MAX, Goal, Recovery, Solved};
use crate::shape;
use crate::span::Span;
use crate::tree::Root;

/// The largest text that is read, in bytes.
///
/// Programs are written by hand; a larger file is a mistake, such as data given instead of a program. The cap bounds
/// memory (16 bytes a token, and the tree) and keeps every offset in 32 bits.
pub const SIZE_MAX_BYTES: usize = 16 << 20;

/// What a text says, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parse {
    /// The tree, with holes where something was not understood.
    pub file: File,
    /// The comments that are no part of the tree, in order.
    pub comments: Vec<Comment>,
    /// What is wrong, in order; empty if the tree is what was written.
    pub errors: Vec<SyntaxError>,
}

/// A comment that belongs to no declaration: `// …`, and a `///` or `//!` where nothing follows that it could document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// As written, with its slashes and without the end of the line.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// Reads a program.
///
/// ```
/// let parse = lasp_grammar::parse("role server\nvar views: gmap<text, gcounter>\n");
/// assert!(parse.errors.is_empty());
/// assert_eq!(parse.file.items.len(), 2);
/// ```
#[must_use]
pub fn parse(text: &str) -> Parse {
    if let Some(error) = too_large(text.len()) {
        return Parse { errors: vec![error], ..Parse::default() };
    }
    let mark = byte_order_mark(text.as_bytes());
    let lexed = lexer::lex(text, if mark.is_some() { '\u{feff}'.len_utf8() } else { 0 });
    let mut parse = parse_lexed(&lexed);
    parse.errors.splice(0..0, mark);
    parse
}

/// Reads a program from the bytes of a file.
///
/// Bytes that are not UTF-8 give an empty tree and one error, `E0002`. Its span counts bytes of `bytes`, as there is no
/// text to count in; the message names the line.
#[must_use]
pub fn parse_bytes(bytes: &[u8]) -> Parse {
    if let Some(error) = too_large(bytes.len()) {
        return Parse { errors: vec![error], ..Parse::default() };
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => parse(text),
        Err(error) => {
            let at = error.valid_up_to();
            let line = 1 + bytes.iter().take(at).filter(|b| **b == b'\n').count();
            let length = error.error_len().unwrap_or(1);
            let byte = bytes.get(at).copied().unwrap_or_default();
            let message = format!("the file is not UTF-8: byte {at} (0x{byte:02x}), on line {line}, does not fit");
            let mut error = SyntaxError::new("E0002", Span::new(at, at + length), message)
                .help("save the file in the encoding UTF-8");
            if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
                error = error.help("it looks like UTF-16");
            }
            Parse { errors: vec![error], ..Parse::default() }
        }
    }
}

/// Reads a single expression. There is none only if there are errors.
///
/// ```
/// let (e, errors) = lasp_grammar::parse_expr("views[ad] < limit");
/// assert!(e.is_some() && errors.is_empty());
/// ```
#[must_use]
pub fn parse_expr(text: &str) -> (Option<Expr>, Vec<SyntaxError>) {
    if let Some(error) = too_large(text.len()) {
        return (None, vec![error]);
    }
    let lexed = lexer::lex(text, 0);
    let mut recovery = Recovery::new(&lexed);
    let mut tokens = lexed.lexemes.clone();
    let expr = match recovery.solve(&mut tokens, Goal::Expr, true) {
        Solved::Done(Some(Root::Expr(expr))) => Some(expr),
        _ => None,
    };
    (expr, ordered(recovery, &lexed))
}

pub(crate) fn too_large(bytes: usize) -> Option<SyntaxError> {
    (bytes > SIZE_MAX_BYTES).then(|| {
        let message = format!("the text is {bytes} bytes long, more than the {SIZE_MAX_BYTES} that are read");
        SyntaxError::new("E0007", Span::default(), message)
            .help("data belongs into a file of its own, read with `feed event from \"data.csv\"`")
    })
}

fn byte_order_mark(bytes: &[u8]) -> Option<SyntaxError> {
    bytes.starts_with("\u{feff}".as_bytes()).then(|| {
        SyntaxError::new("E0003", Span::new(0, 3), "the file begins with a byte-order mark")
            .label("three bytes before the first line that no editor shows")
            .help("save the file as \"UTF-8\", not as \"UTF-8 with BOM\"")
    })
}

/// Parses all declarations of a text.
pub(crate) fn parse_lexed(lexed: &Lexed<'_>) -> Parse {
    let mut recovery = Recovery::new(lexed);
    let mut items = Vec::new();
    for range in shape::declarations(&lexed.lexemes) {
        if recovery.exhausted() {
            break;
        }
        recovery.items(range, &mut items);
    }
    let errors = ordered(recovery, lexed);
    let (doc, comments) = attach_docs(lexed, &mut items);
    Parse { file: File { doc, items }, comments, errors }
}

/// The errors in the order of the text; if there was too much to do, a last one that says so.
pub(crate) fn ordered(recovery: Recovery<'_>, lexed: &Lexed<'_>) -> Vec<SyntaxError> {
    let gave_up = recovery.exhausted();
    let mut errors = recovery.errors;
    errors.sort_by_key(|error| (error.span.start, error.span.end));
    if gave_up {
        let end = lexed.lexemes.last().map(|lexeme| lexeme.span()).unwrap_or_default();
        errors.truncate(ERRORS_MAX - 1);
        let message = "there may be more errors: the rest of the text was not looked at";
        errors.push(SyntaxError::new("E0001", end, message).help("repair the first ones, then try again"));
    }
    errors
}

/// Gives each declaration the `///` lines before it, the file its `//!` lines, and returns the other comments.
fn attach_docs(lexed: &Lexed<'_>, items: &mut [Item]) -> (Option<String>, Vec<Comment>) {
    let first_token = lexed.lexemes.first().map_or(u32::MAX, |lexeme| lexeme.start);
    let mut file_doc: Option<String> = None;
    let mut comments = Vec::new();
    let mut items = items.iter_mut().peekable();
    let mut before = 0_usize;
    for &(kind, span) in &lexed.comments {
        let text = lexed.text.get(span.range()).unwrap_or("");
        // The token before the comment, and the declaration after it.
        while lexed.lexemes.get(before).is_some_and(|lexeme| lexeme.start < span.start) {
            before += 1;
        }
        while items.next_if(|item| item.span.start < span.start).is_some() {}
        let previous = before.checked_sub(1).and_then(|at| lexed.lexemes.get(at));
        let own_line = previous.is_none_or(|previous| {
            lexed.text.get(previous.end as usize..span.start as usize).is_some_and(|between| between.contains('\n'))
        });
        let next_token = lexed.lexemes.get(before).map(|lexeme| lexeme.start);
        match (kind, items.peek_mut()) {
            (Trivia::FileDoc, _) if span.start < first_token => add_line(&mut file_doc, text, "//!"),
            (Trivia::Doc, Some(item)) if own_line && next_token == Some(item.span.start) => {
                add_line(&mut item.doc, text, "///");
            }
            _ => comments.push(Comment { text: text.to_owned(), span }),
        }
    }
    (file_doc, comments)
}

fn add_line(doc: &mut Option<String>, line: &str, marker: &str) {
    let line = line.strip_prefix(marker).unwrap_or(line);
    let line = line.strip_prefix(' ').unwrap_or(line);
    match doc {
        Some(doc) => {
            doc.push('\n');
            doc.push_str(line);
        }
        None => *doc = Some(line.to_owned()),
    }
}
