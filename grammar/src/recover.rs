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
//! Neighbours: `shape` finds the statement, `mend` makes the hole, `explain` words the error, `parse` calls this for
//! each declaration.

use std::cell::Cell;
use std::ops::Range;

use crate::ast::Item;
use crate::error::SyntaxError;
use crate::explain::{self, Failure};
use crate::grammar::RootParser;
use crate::habits;
use crate::lexer::{Lexed, Lexeme};
use crate::mend::{drop_semicolons, make_hole, retag_steps, with_holes};
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

    pub(crate) fn content(self) -> Content {
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
        while tokens.first().is_some_and(|head| head.token.starts_item()) && !self.exhausted() {
            let (root, rest) = match self.solve(&mut tokens, Goal::Item, last) {
                Solved::Done(root) => (root, tokens.len()),
                // The rest is never all of it, as a declaration has at least its keyword.
                Solved::Prefix(root, rest) => (root, rest.max(1)),
            };
            if let Some(Root::Item(item)) = root {
                out.push(*item);
            }
            tokens = tokens.split_off(rest.min(tokens.len()));
        }
        if !tokens.is_empty() && !self.exhausted() {
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
                    out.push(*item);
                }
            }
        }
    }

    /// Parses `tokens` as `goal`, reporting what is wrong with them.
    pub(crate) fn solve(&mut self, tokens: &mut Vec<Lexeme>, goal: Goal, last: bool) -> Solved {
        retag_steps(tokens);
        // The builders would find this too, but only after the parser has filled its stack.
        if let Some(deepest) = shape::too_deep(tokens, DEPTH_MAX) {
            let at = tokens.partition_point(|lexeme| lexeme.start < deepest.start);
            self.report(too_deep(deepest.span()));
            // At least its name is known then, and those who use it are not told that it is not.
            let named = if goal == Goal::Item { with_holes(tokens, at) } else { Vec::new() };
            let shallow =
                named.into_iter().filter(|candidate| shape::too_deep(candidate, DEPTH_MAX).is_none()).collect();
            return Solved::Done(self.first_that_fits(shallow, goal));
        }
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
