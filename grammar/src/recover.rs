//! Parses one declaration (or line, or expression) and goes on after an error in it.
//!
//! ```text
//! on a(x) {                       on a(x) {
//!   views[x].inc(1 2)      ─►       ‹hole›                 one error, and the rest is parsed again
//!   emit done { x: x }              emit done { x: x }
//! }                               }
//! ```
//!
//! The generated parser stops at the first token it cannot use. The statement around that token becomes a hole, and the
//! declaration is parsed again: so there is at most one error per statement, and no error because of another one.
//! Invariants: every round makes the token list smaller or gives up; the work is bounded by [`Recovery::budget`].
//! Neighbours: `shape` finds the statement, `explain` words the error, `parse` calls this for each declaration.

use std::cell::Cell;
use std::ops::Range;

use crate::ast::Item;
use crate::error::SyntaxError;
use crate::explain::{self, Failure};
use crate::grammar::RootParser;
use crate::habits;
use crate::lexer::{Lexed, Lexeme};
use crate::shape::{self, Content, Shape};
use crate::span::Span;
use crate::token::Token;
use crate::tree::{Cx, DEPTH_MAX, Root};

/// How many errors one text reports. More would not be read, and a file that is no program at all has millions.
pub(crate) const ERRORS_MAX: usize = 100;

/// How often, on average, a token may be looked at again after errors before recovery gives up: what bounds the time
/// for a large text full of mistakes.
const ROUNDS_PER_TOKEN: usize = 8;

/// Rounds for small texts, where the average above would be too strict.
const TOKENS_FREE: usize = 4_000_000;

/// What is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    Item,
    Expr,
    Stmts,
    Steps,
}

impl Goal {
    fn start(self) -> Token {
        match self {
            Goal::Item => Token::StartItem,
            Goal::Expr => Token::StartExpr,
            Goal::Stmts => Token::StartStmts,
            Goal::Steps => Token::StartSteps,
        }
    }

    fn content(self) -> Content {
        match self {
            Goal::Item | Goal::Expr => Content::Other,
            Goal::Stmts => Content::Stmts,
            Goal::Steps => Content::Steps,
        }
    }
}

/// Where the generated parser stopped, and the terminals it would have accepted.
pub(crate) struct Stop {
    pub(crate) at: usize,
    pub(crate) expected: Vec<String>,
}

impl Stop {
    pub(crate) fn expects(&self, terminal: &str) -> bool {
        self.expected.iter().any(|name| name == terminal)
    }

    fn nowhere() -> Stop {
        Stop { at: 0, expected: Vec::new() }
    }
}

/// Runs the generated parser once: its answer, and what was wrong with nodes it built.
pub(crate) fn run(text: &str, tokens: &[Lexeme], goal: Goal) -> (Result<Root, Stop>, Vec<SyntaxError>) {
    let cx = Cx::new(text);
    let pulled = Cell::new(0_usize);
    let first = tokens.first().map_or(0, |lexeme| lexeme.start);
    let stream = std::iter::once((first, goal.start(), first)).chain(tokens.iter().map(|lexeme| {
        pulled.set(pulled.get() + 1);
        (lexeme.start, lexeme.token, lexeme.end)
    }));
    let result = RootParser::new().parse(&cx, stream).map_err(|error| {
        use lalrpop_util::ParseError;
        let (at, expected) = match error {
            ParseError::UnrecognizedEof { expected, .. } => (tokens.len(), expected),
            ParseError::UnrecognizedToken { expected, .. } => (pulled.get().saturating_sub(1), expected),
            _ => (pulled.get().saturating_sub(1), Vec::new()),
        };
        Stop { at, expected: expected.iter().map(|name| name.trim_matches('"').to_owned()).collect() }
    });
    (result, cx.finish())
}

/// Parsing with recovery, over the pieces of one text.
pub(crate) struct Recovery<'t> {
    pub(crate) lexed: &'t Lexed<'t>,
    pub(crate) errors: Vec<SyntaxError>,
    budget: usize,
}

impl<'t> Recovery<'t> {
    pub(crate) fn new(lexed: &'t Lexed<'t>) -> Recovery<'t> {
        let budget = lexed.lexemes.len().saturating_mul(ROUNDS_PER_TOKEN).saturating_add(TOKENS_FREE);
        Recovery { lexed, errors: Vec::new(), budget }
    }

    pub(crate) fn report(&mut self, error: SyntaxError) {
        if self.errors.len() < ERRORS_MAX {
            self.errors.push(error);
        }
    }

    /// Whether to stop: too many errors, or too much work because of them.
    pub(crate) fn exhausted(&self) -> bool {
        self.budget == 0 || self.errors.len() >= ERRORS_MAX
    }

    fn run(&mut self, tokens: &[Lexeme], goal: Goal) -> (Result<Root, Stop>, Vec<SyntaxError>) {
        self.budget = self.budget.saturating_sub(tokens.len() + 1);
        run(self.lexed.text, tokens, goal)
    }

    /// Parses a declaration; what follows it but belongs to none is reported, and read as one if it is meant as one.
    pub(crate) fn items(&mut self, range: Range<usize>, out: &mut Vec<Item>) {
        let lexed = self.lexed;
        let mut tokens = lexed.lexemes.get(range.clone()).unwrap_or(&[]).to_vec();
        let last = range.end >= lexed.lexemes.len();
        if tokens.first().is_some_and(|head| head.token.starts_item()) {
            match self.solve(&mut tokens, Goal::Item, last) {
                Solved::Done(Some(Root::Item(item))) => out.push(item),
                Solved::Done(_) => {}
                Solved::Prefix(root, rest) => {
                    if let Some(Root::Item(item)) = root {
                        out.push(item);
                    }
                    let rest = tokens.split_off(rest.min(tokens.len()));
                    self.no_declaration(rest, out);
                }
            }
        } else {
            self.no_declaration(tokens, out);
        }
    }

    /// Tokens that begin no declaration: one error for each line that looks as if it was meant to begin one.
    fn no_declaration(&mut self, tokens: Vec<Lexeme>, out: &mut Vec<Item>) {
        let shape = Shape::new(&tokens, Content::Other);
        let column = tokens.first().map_or(0, |lexeme| lexeme.indent);
        let mut starts = vec![0];
        starts.extend((1..tokens.len()).filter(|&i| {
            let lexeme = tokens[i];
            // `word name …` at the start of a line can only be meant as a declaration.
            let word = lexeme.token.is_name() || lexeme.token == Token::Upper;
            let name = tokens.get(i + 1).is_some_and(|next| {
                !next.first && (next.token.is_name() || matches!(next.token, Token::Upper | Token::Text))
            });
            let head_like = (word && name) || lexeme.token == Token::Foreign;
            lexeme.first && lexeme.indent <= column && shape.pair_around(i).is_none() && head_like
        }));
        starts.push(tokens.len());
        for window in starts.windows(2) {
            let &[from, to] = window else { continue };
            let Some(piece) = tokens.get(from..to).filter(|piece| !piece.is_empty()) else { continue };
            if self.exhausted() {
                return;
            }
            let head = piece[0];
            self.report(explain::no_declaration(self.lexed, piece));
            // A misspelt keyword: read what was meant, so that its name is known to the rest of the program.
            if !head.token.is_keyword()
                && let Some(token) = habits::misspelt_item(self.lexed.slice(&head))
            {
                let mut piece = piece.to_vec();
                piece[0].token = token;
                retag_steps(&mut piece);
                if let (Ok(Root::Item(item)), built) = self.run(&piece, Goal::Item)
                    && built.is_empty()
                {
                    out.push(item);
                }
            }
        }
    }

    /// Parses `tokens` as `goal`, reporting what is wrong with them.
    pub(crate) fn solve(&mut self, tokens: &mut Vec<Lexeme>, goal: Goal, last: bool) -> Solved {
        retag_steps(tokens);
        let mut mended = false;
        let mut mended_end = false;
        // An unclosed brace was reported, and is error enough for what is not a statement.
        let mut braces = false;
        loop {
            let (result, built) = self.run(tokens, goal);
            let stop = match result {
                Ok(root) => {
                    self.report_built(built, tokens, goal);
                    return Solved::Done(Some(root));
                }
                Err(stop) => stop,
            };
            if self.exhausted() {
                return Solved::Done(None);
            }
            if !mended {
                mended = true;
                if let Some(open) = shape::too_deep(tokens, DEPTH_MAX) {
                    self.report(too_deep(open.span()));
                    return Solved::Done(None);
                }
                let (any, at_end) = self.close_braces(tokens, goal, last);
                mended_end = at_end;
                braces = any;
                if any {
                    continue;
                }
            }
            let shape = Shape::new(tokens, goal.content());
            // What stands before a `}` that was not written is unfinished rather than wrong: that `}` is reported.
            let unwritten = |at: usize| tokens.get(at).map_or(mended_end, |lexeme| lexeme.start == lexeme.end);
            let stopper = tokens.get(stop.at).map(|lexeme| lexeme.token);
            let virtual_token = unwritten(stop.at)
                || (stopper.is_some_and(Token::is_keyword) && unwritten(stop.at + 1))
                || (stopper == Some(Token::At) && stop.expects("at a node") && unwritten(stop.at + 2));
            let block = shape.block_around(stop.at);
            let content = block.map_or(goal.content(), |block| shape.pairs[block].content);
            if content == Content::Other {
                return self.solve_outside(tokens, goal, last, &stop, &shape, virtual_token || braces);
            }
            let incomplete = !match content {
                Content::Stmts => stop.expects("emit"),
                Content::Steps => stop.expects("at a node"),
                _ => stop.expects("}"),
            };
            let statement = shape.statement(tokens, block, content, stop.at, incomplete);
            let hole = tokens.get(statement.clone()).unwrap_or(&[]);
            if let [] | [Lexeme { token: Token::HoleStmt, .. }] = hole {
                if statement.is_empty() && !virtual_token {
                    let failure = Failure {
                        lexed: self.lexed,
                        tokens,
                        stop: &stop,
                        shape: &shape,
                        start: 0,
                        last,
                        complete: false,
                    };
                    let error = explain::explain(&failure);
                    self.report(error);
                }
                return Solved::Done(None);
            }
            if !virtual_token {
                let start = statement.start;
                let failure =
                    Failure { lexed: self.lexed, tokens, stop: &stop, shape: &shape, start, last, complete: false };
                let error = explain::explain(&failure);
                self.report(error);
            }
            if !drop_semicolons(self.lexed, tokens, stop.at) {
                make_hole(tokens, statement, &shape, block, stop.at);
            }
        }
    }

    /// An error that is in no statement: keeps what can be kept of the declaration.
    fn solve_outside(
        &mut self,
        tokens: &mut Vec<Lexeme>,
        goal: Goal,
        last: bool,
        stop: &Stop,
        shape: &Shape,
        virtual_token: bool,
    ) -> Solved {
        if goal != Goal::Item {
            if !virtual_token {
                let failure = Failure { lexed: self.lexed, tokens, stop, shape, start: 0, last, complete: false };
                let error = explain::explain(&failure);
                self.report(error);
            }
            return Solved::Done(None);
        }
        // The declaration may be complete before the token that does not fit, …
        let before = tokens.get(..stop.at).unwrap_or(&[]);
        let prefix = if stop.at < tokens.len() { self.run(before, goal) } else { (Err(Stop::nowhere()), Vec::new()) };
        let prefix = match prefix {
            (Ok(root), built) => Some((root, built)),
            _ => None,
        };
        let complete = prefix.is_some();
        let failure = Failure { lexed: self.lexed, tokens, stop, shape, start: 0, last, complete };
        let error = explain::explain(&failure);
        let begins_anew = tokens
            .get(stop.at)
            .is_some_and(|stopper| stopper.first && stopper.indent <= tokens[0].indent && stopper.token != Token::Bad);
        if let Some((root, built)) = prefix {
            let closes = tokens.get(stop.at).is_some_and(|stopper| stopper.token == Token::RBrace);
            if begins_anew || closes {
                self.report_built(built, before, goal);
                return Solved::Prefix(Some(root), stop.at);
            }
            if drop_semicolons(self.lexed, tokens, stop.at) {
                self.report(error);
                return self.solve(tokens, goal, last);
            }
            self.report(error);
            // … or go on on the same line, and then its value is not what was meant.
            let candidates = with_holes(tokens, stop.at);
            return Solved::Done(self.first_that_fits(candidates, goal).or(Some(root)));
        }
        if !virtual_token {
            self.report(error);
        }
        // A later line that begins something at the top level is not the fault of this declaration.
        let column = tokens.first().map_or(0, |head| head.indent);
        let rest = (stop.at + 1..tokens.len()).find(|&i| {
            let Lexeme { token, first, indent, .. } = tokens[i];
            first && indent <= column && shape.pair_around(i).is_none() && shape::begins_something(token)
        });
        let rest = rest.unwrap_or(tokens.len());
        let own = tokens.get(..rest).unwrap_or(&[]);
        let candidates = with_holes(own, stop.at);
        let root = self.first_that_fits(candidates, goal);
        if root.is_none() {
            self.orphans(own, shape, stop.at);
        }
        if rest < tokens.len() { Solved::Prefix(root, rest) } else { Solved::Done(root) }
    }

    fn first_that_fits(&mut self, candidates: Vec<Vec<Lexeme>>, goal: Goal) -> Option<Root> {
        candidates.into_iter().find_map(|candidate| match self.run(&candidate, goal) {
            (Ok(root), built) if built.is_empty() => Some(root),
            _ => None,
        })
    }

    /// The blocks of a declaration whose head is wrong: their errors are reported too.
    fn orphans(&mut self, tokens: &[Lexeme], shape: &Shape, at: usize) {
        let outer = shape.pairs.iter().filter(|pair| {
            let around = pair.parent.map_or(Content::Other, |parent| shape.pairs[parent].content);
            pair.open >= at
                && pair.close < tokens.len()
                && pair.closed
                && matches!(around, Content::Other | Content::Watch)
        });
        for pair in outer {
            let goal = match pair.content {
                Content::Stmts => Goal::Stmts,
                Content::Steps => Goal::Steps,
                _ => continue,
            };
            let mut inner = tokens.get(pair.open + 1..pair.close).unwrap_or(&[]).to_vec();
            self.solve(&mut inner, goal, false);
        }
    }

    /// Reports what the tree's builders found, at most one error per statement.
    fn report_built(&mut self, built: Vec<SyntaxError>, tokens: &[Lexeme], goal: Goal) {
        if built.is_empty() {
            return;
        }
        let shape = Shape::new(tokens, goal.content());
        let mut reported = Vec::new();
        for error in built {
            let end = error.span.end;
            let next = tokens.partition_point(|lexeme| lexeme.end <= end && lexeme.start < end);
            if tokens.get(next).is_some_and(|lexeme| lexeme.start == lexeme.end) {
                // It ends where a `}` was not written: unfinished rather than wrong, and that `}` is reported.
                continue;
            }
            let at = tokens.partition_point(|lexeme| lexeme.start <= error.span.start).saturating_sub(1);
            let block = shape.block_around(at);
            let content = block.map_or(goal.content(), |block| shape.pairs[block].content);
            let place = match content {
                Content::Other => None,
                _ => Some(shape.statement(tokens, block, content, at, false).start),
            };
            if !reported.contains(&place) {
                reported.push(place);
                self.report(error);
            }
            if self.exhausted() {
                return;
            }
        }
    }

    /// Adds the `}` that are missing, one error for each place. Whether any, and whether at the very end.
    fn close_braces(&mut self, tokens: &mut Vec<Lexeme>, goal: Goal, last: bool) -> (bool, bool) {
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

/// What became of a token list.
pub(crate) enum Solved {
    /// All of it was read, into a tree if one could be built.
    Done(Option<Root>),
    /// A declaration, and the index of the token after it, which begins something else.
    Prefix(Option<Root>, usize),
}

/// The error for a bracket, or a node, with too much around or inside it.
pub(crate) fn too_deep(span: Span) -> SyntaxError {
    SyntaxError::new("E0006", span, format!("this is nested more than {DEPTH_MAX} levels deep"))
        .label("brackets, operators in a chain and `else if` count a level each")
        .help("give a part of it a name, with a `let` or a `fn` of its own")
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
fn retag_steps(tokens: &mut [Lexeme]) {
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
fn drop_semicolons(lexed: &Lexed<'_>, tokens: &mut Vec<Lexeme>, at: usize) -> bool {
    let semicolon = |lexeme: &Lexeme| lexeme.token == Token::Foreign && lexed.slice(lexeme) == ";";
    let count = tokens.get(at..).unwrap_or(&[]).iter().take_while(|lexeme| semicolon(lexeme)).count();
    tokens.drain(at..at + count);
    count > 0
}

/// Replaces a statement by a hole; of an `if` or `for` only the head, if the failure is there and a block follows.
fn make_hole(tokens: &mut Vec<Lexeme>, statement: Range<usize>, shape: &Shape, block: Option<usize>, at: usize) {
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
fn with_holes(tokens: &[Lexeme], at: usize) -> Vec<Vec<Lexeme>> {
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
