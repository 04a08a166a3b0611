//! The door for a prompt: one entry is declarations, statements or an expression, whichever it fits best.
//!
//! ```text
//! var views: gcounter      declarations
//! views += 1               statements
//! views >= 3               an expression
//! on a(x) {                declarations, unfinished: another line is asked for
//! ```
//!
//! `let x = …` is a declaration, as at the top level of a file. A method call alone, `views.inc(1)`, is an expression:
//! whether the method updates or reads is known to whoever knows the types. Invariants: total; the reading that
//! gets furthest wins, so that errors are about what was meant. Neighbours: `parse` for whole files, `recover`.

use crate::ast::{Expr, File, Stmt};
use crate::error::SyntaxError;
use crate::habits;
use crate::lexer::{self, Lexed};
use crate::parse::{ordered, parse_lexed, too_large};
use crate::recover::{Goal, Recovery, Solved, run};
use crate::shape;
use crate::token::Token;
use crate::tree::Root;

/// One entry at a prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is.
    pub kind: LineKind,
    /// What is wrong with it. Either all of them are `unfinished`, and another line may complete it, or none is.
    pub errors: Vec<SyntaxError>,
}

/// What an entry at a prompt is.
#[derive(Clone, Debug, PartialEq)]
pub enum LineKind {
    /// Declarations.
    Items(File),
    /// Statements.
    Stmts(Vec<Stmt>),
    /// An expression, or a method call that may also be an update.
    Expr(Expr),
    /// Nothing but space and comments, or nothing that could be read.
    Empty,
}

/// Reads one entry at a prompt.
///
/// ```
/// use lasp_grammar::{LineKind, parse_line};
/// assert!(matches!(parse_line("var n: gcounter").kind, LineKind::Items(_)));
/// assert!(matches!(parse_line("n += 1").kind, LineKind::Stmts(_)));
/// assert!(matches!(parse_line("n >= 3").kind, LineKind::Expr(_)));
/// assert!(parse_line("on hit(_) {").errors[0].unfinished);
/// ```
#[must_use]
pub fn parse_line(text: &str) -> Line {
    if let Some(error) = too_large(text.len()) {
        return Line { kind: LineKind::Empty, errors: vec![error] };
    }
    let lexed = lexer::lex(text, 0);
    if lexed.lexemes.is_empty() {
        return Line { kind: LineKind::Empty, errors: Vec::new() };
    }
    let mut line = match best_reading(&lexed) {
        Goal::Item | Goal::Steps => {
            let parse = parse_lexed(&lexed);
            Line { kind: LineKind::Items(parse.file), errors: parse.errors }
        }
        goal => {
            let mut recovery = Recovery::new(&lexed);
            let mut tokens = lexed.lexemes.clone();
            let kind = match recovery.solve(&mut tokens, goal, true) {
                Solved::Done(Some(Root::Expr(expr))) => LineKind::Expr(expr),
                Solved::Done(Some(Root::Stmts(stmts))) => LineKind::Stmts(stmts),
                _ => LineKind::Empty,
            };
            Line { kind, errors: ordered(recovery, &lexed) }
        }
    };
    // What is wrong already is not made right by another line.
    if line.errors.iter().any(|error| !error.unfinished) {
        line.errors.iter_mut().for_each(|error| error.unfinished = false);
    }
    line
}

/// The reading that gets furthest into the text; of equals, the first.
fn best_reading(lexed: &Lexed<'_>) -> Goal {
    let tokens = &lexed.lexemes;
    let goals: &[Goal] = match tokens.first().map(|lexeme| lexeme.token) {
        Some(Token::Let | Token::For) => &[Goal::Item, Goal::Stmts],
        Some(head) if head.starts_item() => return Goal::Item,
        Some(Token::If) => &[Goal::Expr, Goal::Stmts],
        Some(Token::Emit) => return Goal::Stmts,
        Some(head) if head.is_name() && misspelt_declaration(lexed) => return Goal::Item,
        Some(head) if head.is_name() => &[Goal::Expr, Goal::Stmts],
        _ => return Goal::Expr,
    };
    let mut best = (0, Goal::Expr);
    for &goal in goals {
        let piece = match goal {
            Goal::Item => shape::declarations(tokens).first().cloned().unwrap_or_default(),
            _ => 0..tokens.len(),
        };
        let read = match run(lexed.text, tokens.get(piece).unwrap_or(&[]), goal) {
            (Ok(_), built) if built.is_empty() => usize::MAX,
            (Ok(_), _) => 1,
            (Err(stop), _) => stop.at + 2,
        };
        if read > best.0 {
            best = (read, goal);
        }
    }
    best.1
}

/// `evnt signed …`: two names in a row, the first nearly a keyword.
fn misspelt_declaration(lexed: &Lexed<'_>) -> bool {
    match lexed.lexemes.as_slice() {
        [head, next, ..] => {
            let name = next.token.is_name() || matches!(next.token, Token::Upper | Token::Text);
            name && habits::misspelt_item(lexed.slice(head)).is_some()
        }
        _ => false,
    }
}
