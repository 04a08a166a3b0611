//! Repairs of a token list, so that what is wrong in one place can be left and the rest be read.
//!
//! ```text
//! on a(x) { if x {          on a(x) { if x { }}        two `}` that were not written
//! let y = 1 +* 2       ─►   let y = ‹hole›
//! x.inc(1);                 x.inc(1)
//! ```
//!
//! Invariants: tokens that were not written have an empty span; a repair never adds a token that can fail by itself.
//! Neighbours: `recover` decides which repair, `shape` knows the brackets.

use std::ops::Range;

use crate::error::SyntaxError;
use crate::lexer::{Lexed, Lexeme};
use crate::recover::{Goal, Recovery};
use crate::shape::{self, Content, Shape};
use crate::span::Span;
use crate::token::Token;

impl Recovery<'_> {
    /// Adds the `}` that are missing, one error for each place. Whether any, and whether at the very end.
    pub(crate) fn close_braces(&mut self, tokens: &mut Vec<Lexeme>, goal: Goal, last: bool) -> (bool, bool) {
        let shape = Shape::new(tokens, goal.content());
        let open_to_end = |pair: &&shape::Pair| {
            !pair.closed && pair.close == tokens.len() && tokens[pair.open].token == Token::LBrace
        };
        let mut missing = shape.pairs.iter().filter(open_to_end).count();
        if missing == 0 {
            return (false, false);
        }
        let mut stack: Vec<usize> = Vec::new();
        // (before which token, which brace)
        let mut inserts: Vec<(usize, usize)> = Vec::new();
        for (i, lexeme) in tokens.iter().enumerate() {
            match lexeme.token {
                Token::LBrace => stack.push(i),
                Token::RBrace => {
                    // A `}` under the line that opened an outer brace: the inner ones are the ones never closed.
                    let near = stack.iter().rev().take(shape::UNCLOSED_MAX);
                    let fits = near.clone().position(|&open| tokens[open].indent == lexeme.indent);
                    let deeper = near.take(fits.unwrap_or(0)).all(|&open| tokens[open].indent > lexeme.indent);
                    if let Some(fits) = fits.filter(|_| lexeme.first && deeper) {
                        for _ in 0..fits.min(missing) {
                            inserts.extend(stack.pop().map(|open| (outdent(tokens, open, i), open)));
                            missing -= 1;
                        }
                    }
                    stack.pop();
                }
                _ => {}
            }
        }
        let at_end = missing > 0;
        for (i, open) in &inserts {
            let next = tokens[*i].span();
            self.report(unclosed(tokens[*open].span()).note(next, "a `}` is missing before this"));
        }
        if at_end {
            let open = stack.first().copied().unwrap_or_default();
            let mut error = unclosed(tokens[open].span()).unfinished(last);
            let after = tokens.last().map_or(Span::default(), Lexeme::span);
            let next = self.lexed.lexemes.partition_point(|lexeme| lexeme.start < after.end);
            if let Some(next) = self.lexed.lexemes.get(next).filter(|_| !last) {
                error = error.note(next.span(), "the next declaration begins here");
            }
            self.report(error);
        }
        inserts.sort_by_key(|(before, _)| *before);
        let mut mended = Vec::with_capacity(tokens.len() + inserts.len() + missing);
        let mut next = inserts.iter().peekable();
        for (i, lexeme) in tokens.iter().enumerate() {
            while next.next_if(|(before, _)| *before == i).is_some() {
                mended.extend(virtual_closer(&mended));
            }
            mended.push(*lexeme);
        }
        for _ in 0..missing {
            mended.extend(virtual_closer(&mended));
        }
        *tokens = mended;
        (true, at_end)
    }
}

fn unclosed(span: Span) -> SyntaxError {
    SyntaxError::new("E0001", span, "this `{` is never closed").label("its `}` is missing")
}

/// Before which token the block that `open` begins was meant to end, at the latest before the one at `end`: the first
/// line that is no deeper than the line of `open`.
fn outdent(tokens: &[Lexeme], open: usize, end: usize) -> usize {
    let column = tokens[open].indent;
    let indented = tokens.get(open + 1).is_some_and(|next| !next.first || next.indent > column);
    (open + 1..end).find(|&i| indented && tokens[i].first && tokens[i].indent <= column).unwrap_or(end)
}

/// A `}` that was not written, after the last of these tokens; it is known by its empty span.
fn virtual_closer(tokens: &[Lexeme]) -> Option<Lexeme> {
    let last = tokens.last()?;
    Some(Lexeme { start: last.end, end: last.end, indent: 0, token: Token::RBrace, first: false })
}

/// In a test, `at node {` begins a step: the token says so, as `expect e at node` may stand before it.
pub(crate) fn retag_steps(tokens: &mut [Lexeme]) {
    if tokens.first().is_none_or(|head| head.token != Token::Test) {
        return;
    }
    for i in 0..tokens.len().saturating_sub(2) {
        if let [at, name, brace] = &mut tokens[i..i + 3]
            && at.token == Token::At
            && name.token.is_name()
            && brace.token == Token::LBrace
        {
            at.token = Token::AtStep;
        }
    }
}

/// Removes the semicolons at `at`, as the rest of the statement is fine; whether there were any.
pub(crate) fn drop_semicolons(lexed: &Lexed<'_>, tokens: &mut Vec<Lexeme>, at: usize) -> bool {
    let semicolon = |lexeme: &Lexeme| lexeme.token == Token::Foreign && lexed.slice(lexeme) == ";";
    let count = tokens.get(at..).unwrap_or(&[]).iter().take_while(|lexeme| semicolon(lexeme)).count();
    tokens.drain(at..at + count);
    count > 0
}

/// Replaces a statement by a hole; of an `if` or `for` only the head, if the failure is there and a block follows.
pub(crate) fn make_hole(
    tokens: &mut Vec<Lexeme>,
    statement: Range<usize>,
    shape: &Shape,
    block: Option<usize>,
    at: usize,
) {
    let Range { start, end } = statement;
    let (Some(&first), Some(&last)) = (tokens.get(start), end.checked_sub(1).and_then(|end| tokens.get(end))) else {
        return;
    };
    let hole = |token: Token, from: Lexeme, to: Lexeme| Lexeme { token, end: to.end.max(from.end), ..from };
    let body = shape
        .pairs
        .iter()
        .find(|pair| pair.parent == block && pair.content == Content::Stmts && pair.open > start && pair.open < end);
    if let Some(body) = body
        && matches!(first.token, Token::If | Token::For)
        && at <= body.open
        && body.open > start + 1
        && !tokens[start + 1..body.open].iter().any(|lexeme| lexeme.token == Token::HoleExpr)
    {
        let head = hole(Token::HoleExpr, tokens[start + 1], tokens[body.open - 1]);
        let place = Lexeme { end: head.start, ..head };
        let with = match first.token {
            Token::If => vec![head],
            _ => vec![Lexeme { token: Token::Underscore, ..place }, Lexeme { token: Token::In, ..place }, head],
        };
        tokens.splice(start + 1..body.open, with);
        return;
    }
    tokens.splice(start..end, [hole(Token::HoleStmt, first, last)]);
}

/// The declaration with the part that failed replaced by a hole, the most that may be kept first.
pub(crate) fn with_holes(tokens: &[Lexeme], at: usize) -> Vec<Vec<Lexeme>> {
    let Some(head) = tokens.first() else { return Vec::new() };
    let hole = |token: Token, from: usize| {
        let first = tokens.get(from).or(tokens.last()).copied().unwrap_or(*head);
        let end = tokens.last().map_or(first.end, |lexeme| lexeme.end.max(first.start));
        Lexeme { token, end, ..first }
    };
    let up_to = |n: usize, token: Token| {
        let mut kept = tokens[..n.min(tokens.len())].to_vec();
        kept.push(hole(token, n));
        kept
    };
    let equals = tokens.iter().take(at).position(|lexeme| lexeme.token == Token::Equals);
    let colon = tokens.iter().take(at).position(|lexeme| lexeme.token == Token::Colon);
    let mut out = Vec::new();
    match head.token {
        Token::Let | Token::Fn => out.extend(equals.map(|i| up_to(i + 1, Token::HoleExpr))),
        Token::Type => out.extend(equals.map(|i| up_to(i + 1, Token::HoleType))),
        Token::Var => {
            out.extend(equals.map(|i| up_to(i + 1, Token::HoleExpr)));
            out.extend(colon.map(|i| up_to(i + 1, Token::HoleType)));
        }
        _ => {}
    }
    if head.token == Token::Let {
        // `let name: ‹bad type› = …`, `let name …`: at least the name is known then.
        let named = 1 + usize::from(tokens.get(1).is_some_and(|lexeme| lexeme.token == Token::Rec)) + 1;
        let mut kept = up_to(named, Token::HoleExpr);
        if let Some(value) = kept.pop() {
            kept.push(Lexeme { token: Token::Equals, end: value.start, ..value });
            kept.push(value);
        }
        out.push(kept);
    }
    out
}
