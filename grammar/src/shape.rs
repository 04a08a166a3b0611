//! The shape of a token list: which brackets belong together, where declarations and statements begin.
//!
//! ```text
//! on a({ x }) { …      a missing `}` …
//! event b { … }        … ends where a declaration begins at the start of a line
//! ```
//!
//! Two uses. [`declarations`] cuts a file so that an error never leaves its declaration; in a program without errors
//! it depends on brackets and keywords alone, never on the layout. [`Shape`] is consulted only after a parse has
//! failed, to find the statement to blame, and there the layout may decide.
//! Invariants: linear in the number of tokens, whatever they are. Neighbours: `lexer` below, `recover` above.

use std::ops::Range;

use crate::lexer::Lexeme;
use crate::token::Token;

/// The number of bracket kinds: `(`, `[`, `{` and the holes of texts.
const KINDS: usize = 4;

/// How many brackets that are never closed may stand around the beginning of a statement; looking further would cost
/// time that grows with the square of their number.
pub(crate) const UNCLOSED_MAX: usize = 64;

fn opens(token: Token) -> Option<usize> {
    match token {
        Token::LParen => Some(0),
        Token::LBracket => Some(1),
        Token::LBrace => Some(2),
        Token::TextOpen => Some(3),
        _ => None,
    }
}

fn closes(token: Token) -> Option<usize> {
    match token {
        Token::RParen => Some(0),
        Token::RBracket => Some(1),
        Token::RBrace => Some(2),
        Token::TextClose => Some(3),
        _ => None,
    }
}

/// Whether declarations that begin with this word hold statements.
pub(crate) fn holds_statements(head: Token) -> bool {
    matches!(head, Token::On | Token::When | Token::For | Token::Once | Token::Watch | Token::Test)
}

/// Cuts tokens into declarations; what stands before the first keyword is a piece of its own.
pub(crate) fn declarations(lexemes: &[Lexeme]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    // Up to here brackets are known not to balance, so that a doubtful cut is taken at once.
    let mut unbalanced_until = 0;
    while start < lexemes.len() {
        let (end, hopeless) = declaration_end(lexemes, start, unbalanced_until);
        unbalanced_until = unbalanced_until.max(hopeless);
        out.push(start..end);
        start = end;
    }
    out
}

/// Where the declaration that begins at `start` ends, and up to where its brackets were seen not to balance.
fn declaration_end(lexemes: &[Lexeme], start: usize, unbalanced_until: usize) -> (usize, usize) {
    let head = lexemes[start].token;
    let column = lexemes[start].indent;
    // `for`, `once` and `seal` go on with a `when` of their own.
    let mut when_due = matches!(head, Token::For | Token::Once | Token::Seal);
    let mut stack: Vec<usize> = Vec::new();
    let mut open = [0_usize; KINDS];
    let mut doubtful = None;
    for i in start..lexemes.len() {
        let Lexeme { token, first, indent, .. } = lexemes[i];
        if i > start && token.starts_item() {
            let previous = lexemes[i - 1].token;
            if stack.is_empty() {
                let goes_on = (when_due && token == Token::When)
                    || (head == Token::Once && token == Token::For && previous == Token::Once);
                if goes_on {
                    when_due = when_due && token != Token::When;
                } else if first || previous.ends_operand() || matches!(previous, Token::Gt | Token::Foreign) {
                    return (i, 0);
                }
            } else if first && indent <= column {
                // Inside brackets only `let` and `for` can be meant, as statements of a block.
                let statement =
                    matches!(token, Token::Let | Token::For) && holds_statements(head) && open[2] == stack.len();
                if !statement {
                    return doubtful.map_or((i, 0), |cut| (cut, i));
                }
                if i < unbalanced_until {
                    return (i, 0);
                }
                doubtful = doubtful.or(Some(i));
            }
        }
        if let Some(kind) = opens(token) {
            stack.push(kind);
            open[kind] += 1;
        } else if let Some(kind) = closes(token)
            && open[kind] > 0
        {
            while let Some(top) = stack.pop() {
                open[top] -= 1;
                if top == kind {
                    break;
                }
            }
            if stack.is_empty() {
                doubtful = None;
            }
        }
    }
    match doubtful {
        Some(cut) if !stack.is_empty() => (cut, lexemes.len()),
        _ => (lexemes.len(), 0),
    }
}

/// The first bracket with more than `most` around it, or the first of the prefix operators in a row that is one too
/// many.
pub(crate) fn too_deep(tokens: &[Lexeme], most: u32) -> Option<&Lexeme> {
    let mut depth = 0_u32;
    let mut prefixes = 0_u32;
    tokens.iter().find(|lexeme| {
        if opens(lexeme.token).is_some() {
            depth += 1;
        } else if closes(lexeme.token).is_some() {
            depth = depth.saturating_sub(1);
        }
        prefixes = if matches!(lexeme.token, Token::Minus | Token::Not) { prefixes + 1 } else { 0 };
        depth > most || prefixes > most
    })
}

/// What stands between two brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Statements.
    Stmts,
    /// The steps of a test.
    Steps,
    /// What a node does in a step.
    Actions,
    /// `added` and `removed`.
    Watch,
    /// Anything else.
    Other,
}

/// A pair of brackets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) open: usize,
    /// The token after the last one inside: the closing bracket, if there is one.
    pub(crate) close: usize,
    pub(crate) content: Content,
    pub(crate) closed: bool,
    /// The pair around this one.
    pub(crate) parent: Option<usize>,
    /// `match`es whose braces are still to come.
    matches: usize,
}

/// Brackets and statements of a token list.
pub(crate) struct Shape {
    pub(crate) pairs: Vec<Pair>,
    /// For each token, the innermost pair it stands in.
    inside: Vec<Option<usize>>,
    /// Closing brackets that close nothing.
    pub(crate) stray: Vec<usize>,
}

impl Shape {
    /// The shape of `tokens`, which stand at the top level of a block with `root` inside.
    pub(crate) fn new(tokens: &[Lexeme], root: Content) -> Shape {
        let mut shape = Shape { pairs: Vec::new(), inside: Vec::with_capacity(tokens.len()), stray: Vec::new() };
        let mut stack: Vec<usize> = Vec::new();
        let mut open = [0_usize; KINDS];
        let mut root_matches = 0_usize;
        for (i, lexeme) in tokens.iter().enumerate() {
            let parent = stack.last().copied();
            if let Some(kind) = opens(lexeme.token) {
                shape.inside.push(parent);
                let around = parent.map_or(root, |pair| shape.pairs[pair].content);
                let matches = match parent {
                    Some(pair) => &mut shape.pairs[pair].matches,
                    None => &mut root_matches,
                };
                let after_operand = i > 0 && tokens[i - 1].token.ends_operand();
                let of_match = kind == 2 && after_operand && *matches > 0;
                *matches -= usize::from(of_match);
                let content = if kind != 2 || of_match {
                    Content::Other
                } else {
                    brace_content(tokens, i, around, parent.is_none())
                };
                stack.push(shape.pairs.len());
                open[kind] += 1;
                shape.pairs.push(Pair { open: i, close: tokens.len(), content, closed: false, parent, matches: 0 });
            } else if let Some(kind) = closes(lexeme.token) {
                if open[kind] == 0 {
                    shape.stray.push(i);
                    shape.inside.push(parent);
                    continue;
                }
                while let Some(top) = stack.pop() {
                    let pair = &mut shape.pairs[top];
                    let own = opens(tokens[pair.open].token).unwrap_or(kind);
                    open[own] -= 1;
                    pair.close = i;
                    pair.closed = own == kind;
                    if pair.closed {
                        break;
                    }
                }
                shape.inside.push(stack.last().copied());
            } else {
                if lexeme.token == Token::Match {
                    match parent {
                        Some(pair) => shape.pairs[pair].matches += 1,
                        None => root_matches += 1,
                    }
                }
                shape.inside.push(parent);
            }
        }
        shape
    }

    /// The innermost block around the token at `at` (a closing brace counts as inside), if there is one.
    pub(crate) fn block_around(&self, at: usize) -> Option<usize> {
        let holds = |pair: &Pair| matches!(pair.content, Content::Stmts | Content::Steps | Content::Actions);
        // Pairs stand in the order of their opening, so the last one that fits is the innermost.
        self.pairs.iter().rposition(|pair| holds(pair) && pair.open < at && at <= pair.close)
    }

    /// The innermost pair around the token at `at`.
    pub(crate) fn pair_around(&self, at: usize) -> Option<&Pair> {
        self.inside.get(at).copied().flatten().and_then(|pair| self.pairs.get(pair))
    }

    /// The statement of `block` (`None`: of the whole list) in which the token at `at` stands. If the token begins one
    /// but the one before is `incomplete`, that one is to blame.
    pub(crate) fn statement(
        &self,
        tokens: &[Lexeme],
        block: Option<usize>,
        content: Content,
        at: usize,
        incomplete: bool,
    ) -> Range<usize> {
        let (from, to) = match block.and_then(|block| self.pairs.get(block)) {
            Some(pair) => (pair.open + 1, pair.close.min(tokens.len())),
            None => (0, tokens.len()),
        };
        let base = tokens.get(from).filter(|lexeme| lexeme.first).map(|lexeme| lexeme.indent);
        let mut start = from;
        for j in from..to {
            if !self.begins_statement(tokens, block, content, base, from, j) {
                continue;
            }
            if j > at || (incomplete && j == at && j > from) {
                return start..j;
            }
            start = j;
        }
        start..to
    }

    fn begins_statement(
        &self,
        tokens: &[Lexeme],
        block: Option<usize>,
        content: Content,
        base: Option<u32>,
        from: usize,
        j: usize,
    ) -> bool {
        if j == from {
            return true;
        }
        let Lexeme { token, first, indent, .. } = tokens[j];
        let outdented = first && base.is_some_and(|base| indent <= base);
        // The pair around must be the block itself; brackets that are never closed do not count.
        let mut around = self.inside[j];
        for _ in 0..UNCLOSED_MAX {
            match around.map(|pair| &self.pairs[pair]) {
                Some(pair) if around != block && !pair.closed && outdented && pair.open >= from => around = pair.parent,
                _ => break,
            }
        }
        if around != block {
            return false;
        }
        let previous = tokens[j - 1].token;
        let after_statement =
            previous.ends_operand() || matches!(previous, Token::Foreign | Token::Heal | Token::Settle);
        match content {
            Content::Stmts => match token {
                Token::Let | Token::For | Token::Emit => true,
                Token::If => previous != Token::Else && (after_statement || outdented),
                _ if token.is_name() => first && (after_statement || outdented),
                _ => outdented && after_statement && begins_something(token),
            },
            Content::Steps => {
                token == Token::AtStep
                    || (step_word(token) && after_statement)
                    || (outdented && after_statement && begins_something(token))
            }
            _ => first && after_statement && begins_something(token),
        }
    }
}

fn brace_content(tokens: &[Lexeme], i: usize, around: Content, at_root: bool) -> Content {
    let before = |n: usize| i.checked_sub(n).and_then(|at| tokens.get(at)).map(|lexeme| lexeme.token);
    let previous = before(1);
    let after_operand = previous.is_some_and(Token::ends_operand);
    match around {
        Content::Stmts if previous == Some(Token::Else) => Content::Stmts,
        Content::Stmts if after_operand && before(2) != Some(Token::Emit) => Content::Stmts,
        Content::Steps if before(2) == Some(Token::AtStep) => Content::Actions,
        Content::Watch if previous == Some(Token::RParen) => Content::Stmts,
        // The top level of a declaration: the body follows an operand.
        Content::Other if at_root && after_operand => match tokens.first().map(|lexeme| lexeme.token) {
            Some(Token::Test) => Content::Steps,
            Some(Token::Watch) => Content::Watch,
            Some(head) if holds_statements(head) => Content::Stmts,
            _ => Content::Other,
        },
        _ => Content::Other,
    }
}

fn step_word(token: Token) -> bool {
    matches!(
        token,
        Token::Nodes
            | Token::Partition
            | Token::Heal
            | Token::Crash
            | Token::Restart
            | Token::Settle
            | Token::Await
            | Token::Expect
    )
}

/// Whether it can only be the beginning of something, not the rest of it.
pub(crate) fn begins_something(token: Token) -> bool {
    token.is_name()
        || token.starts_item()
        || matches!(
            token,
            Token::If
                | Token::Emit
                | Token::Match
                | Token::Upper
                | Token::Int
                | Token::Float
                | Token::Duration
                | Token::Text
                | Token::TextOpen
                | Token::Underscore
                | Token::Bad
                | Token::Foreign
                | Token::At
                | Token::True
                | Token::False
                | Token::None
        )
}
