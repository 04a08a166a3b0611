//! Words for an error: from the token where the parser stopped to a sentence that helps.
//!
//! ```text
//! var views = {}        stopped at `=`, a `:` was possible     a variable needs a type
//! ```
//!
//! The generated parser knows only which terminals it would have taken. Here that list is weighed against the tokens
//! around: known mistakes first, from the most to the least specific, then "expected … here" with at most four things.
//! Invariants: one error per failure; spans are those of tokens. Neighbours: `habits` holds the tables, `mistakes` the
//! specific cases, `recover` asks.

use crate::error::SyntaxError;
use crate::habits;
use crate::heads;
use crate::lexer::{Lexed, Lexeme};
use crate::mistakes;
use crate::recover::Stop;
use crate::shape::Shape;
use crate::span::Span;
use crate::token::Token;

/// Where and how the parser stopped.
pub(crate) struct Failure<'a, 't> {
    pub(crate) lexed: &'a Lexed<'t>,
    pub(crate) tokens: &'a [Lexeme],
    pub(crate) stop: &'a Stop,
    pub(crate) shape: &'a Shape,
    /// The first token of the statement, or of the whole list.
    pub(crate) start: usize,
    /// The text ends where the tokens end.
    pub(crate) last: bool,
    /// The declaration is complete before the token that did not fit.
    pub(crate) complete: bool,
}

impl Failure<'_, '_> {
    /// The token that did not fit; none at the end.
    pub(crate) fn found(&self) -> Option<&Lexeme> {
        self.tokens.get(self.stop.at)
    }

    pub(crate) fn token(&self) -> Option<Token> {
        self.found().map(|lexeme| lexeme.token)
    }

    /// The token `n` before the one that did not fit.
    pub(crate) fn before(&self, n: usize) -> Option<&Lexeme> {
        self.stop.at.checked_sub(n).and_then(|at| self.tokens.get(at))
    }

    pub(crate) fn before_token(&self, n: usize) -> Option<Token> {
        self.before(n).map(|lexeme| lexeme.token)
    }

    pub(crate) fn slice(&self, lexeme: Option<&Lexeme>) -> &str {
        lexeme.map_or("", |lexeme| self.lexed.slice(lexeme))
    }

    pub(crate) fn expects(&self, terminal: &str) -> bool {
        self.stop.expects(terminal)
    }

    /// An operand is complete here: operators are possible.
    pub(crate) fn after_operand(&self) -> bool {
        self.expects("+") && self.expects("or")
    }

    /// A value is wanted here.
    pub(crate) fn wants_value(&self) -> bool {
        self.expects("a whole number") && self.expects("true") && self.expects("[")
    }

    pub(crate) fn unfinished(&self) -> bool {
        self.last && self.stop.at >= self.tokens.len()
    }

    /// Where to point: at the token, or after the one before it if that ends a line.
    pub(crate) fn span(&self) -> Span {
        let place = if self.points_before() { self.before(1) } else { self.found() };
        place.map(Lexeme::span).unwrap_or_default()
    }

    /// Whether [`Failure::span`] is the token before the one that did not fit.
    fn points_before(&self) -> bool {
        let begins = self.stop.at > 0 && self.stop.at == self.start;
        self.found().is_none_or(|found| found.first && !begins) && self.before(1).is_some()
    }

    pub(crate) fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError::new("E0001", self.span(), message).unfinished(self.unfinished())
    }

    /// The token that did not fit, for a sentence.
    pub(crate) fn shown(&self) -> String {
        match self.found() {
            Some(found) => self.name(found),
            None if self.last => "the end of the text".to_owned(),
            None => "the next declaration".to_owned(),
        }
    }

    fn name(&self, lexeme: &Lexeme) -> String {
        match lexeme.token {
            Token::Text | Token::TextOpen => "a text".to_owned(),
            Token::TextMid | Token::TextClose => "the `}` of a text".to_owned(),
            _ => {
                let text = self.lexed.slice(lexeme);
                let short: String = text.chars().take(30).collect();
                let dots = if short.len() < text.len() { "…" } else { "" };
                format!("`{short}{dots}`")
            }
        }
    }
}

/// The error for a failure.
pub(crate) fn explain(failure: &Failure<'_, '_>) -> SyntaxError {
    if let Some(found) = failure.found() {
        match found.token {
            Token::Bad => {
                let bad = &failure.lexed.bad;
                if let Ok(at) = bad.binary_search_by_key(&found.start, |(start, _)| *start) {
                    return bad[at].1.clone();
                }
            }
            Token::Foreign => {
                let (meaning, advice) = habits::foreign(failure.lexed.slice(found));
                let mut error = SyntaxError::new("E0001", found.span(), meaning).help(advice);
                if failure.lexed.slice(found) == "?" {
                    error = error.label("this sign means nothing in Lasp");
                }
                return error;
            }
            _ => {}
        }
    }
    let error = brackets(failure).or_else(|| mistakes::specific(failure)).unwrap_or_else(|| generic(failure));
    // A reserved word may still become the name of a field, once `:` follows.
    let may_be_name = failure.last
        && failure.stop.at + 1 == failure.tokens.len()
        && failure.expects("a name")
        && failure.token().is_some_and(Token::is_keyword);
    let unfinished = error.unfinished || may_be_name;
    error.unfinished(unfinished)
}

/// A bracket that closes nothing, or one that is never closed.
fn brackets(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    let at = failure.stop.at;
    if let Some(found) = failure.found()
        && failure.shape.stray.contains(&at)
    {
        let sign = failure.lexed.slice(found);
        return Some(
            SyntaxError::new("E0001", found.span(), format!("this `{sign}` closes nothing"))
                .label("no bracket is open here")
                .help("remove it, or look for a bracket closed too early before it"),
        );
    }
    let unclosed =
        failure.shape.pairs.iter().rev().find(|pair| !pair.closed && pair.open >= failure.start && pair.open < at)?;
    let open = &failure.tokens[unclosed.open];
    let (sign, closer) = match open.token {
        Token::LParen => ("(", ")"),
        Token::LBracket => ("[", "]"),
        Token::LBrace => ("{", "}"),
        _ => return None,
    };
    // If the closing bracket would not have helped, the mistake is another one.
    if !failure.expects(closer) {
        return None;
    }
    let error = SyntaxError::new("E0001", open.span(), format!("this `{sign}` is never closed"))
        .label(format!("its `{closer}` is missing"))
        .unfinished(failure.unfinished());
    Some(match failure.found() {
        Some(found) => error.note(found.span(), format!("a `{closer}` is expected before this")),
        None => error,
    })
}

/// What was expected, in at most four words.
fn generic(failure: &Failure<'_, '_>) -> SyntaxError {
    let wanted = wanted(failure);
    let shown = failure.shown();
    if failure.complete {
        return failure.error(format!("{shown} does not fit here")).label("the declaration is complete before this");
    }
    if wanted.is_empty() || wanted.len() > 4 {
        let mut error = failure.error(format!("{shown} does not fit here"));
        if let Some(found) = failure.found() {
            error.span = found.span();
        }
        let label = if failure.after_operand() { "nothing joins this to what stands before" } else { "unexpected" };
        return error.label(label);
    }
    let list = alternatives(&wanted);
    let error = failure.error(format!("expected {list}, found {shown}"));
    let label = match (failure.points_before(), wanted.len()) {
        (true, 1) => format!("{list} is missing after this"),
        (true, _) => "something is missing after this".to_owned(),
        (false, 1) => format!("expected {list}"),
        (false, _) => "unexpected".to_owned(),
    };
    error.label(label)
}

fn wanted(failure: &Failure<'_, '_>) -> Vec<String> {
    const OPERATORS: [&str; 16] =
        ["or", "and", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", ".", "[", "("];
    const CONTEXTUAL: [&str; 20] = [
        "writable",
        "rec",
        "stable",
        "each",
        "any",
        "shard",
        "tree",
        "added",
        "removed",
        "escrow",
        "within",
        "into",
        "nodes",
        "partition",
        "heal",
        "crash",
        "restart",
        "settle",
        "await",
        "expect",
    ];
    const VALUES: [&str; 15] = [
        "a whole number",
        "a number",
        "a duration",
        "true",
        "false",
        "none",
        "a text",
        "a text with holes",
        "(",
        "[",
        "{",
        "match",
        "_",
        "a name",
        "-",
    ];
    let has = |terminal: &str| failure.expects(terminal);
    let mut out: Vec<String> = Vec::new();
    let mut hidden: Vec<&str> = vec!["hole: expression", "hole: type", "hole: statement"];
    if failure.after_operand() {
        hidden.extend(OPERATORS);
        hidden.push("=>");
    } else if failure.wants_value() {
        out.push("a value".to_owned());
        hidden.extend(VALUES);
        hidden.extend(["not", "if", "from"]);
    } else if has("_") && has("a name") {
        out.push("a pattern".to_owned());
        hidden.extend(VALUES);
    } else if has("a type name") && has("(") && has("{") {
        out.push("a type".to_owned());
        hidden.extend(["a type name", "a name", "(", "{", "a whole number"]);
    }
    if has("emit") {
        if !failure.after_operand() {
            out.push("a statement".to_owned());
        }
        hidden.extend(["let", "if", "for", "emit", "a name"]);
    }
    if has("nodes") && has("at a node") && !has("a name") {
        out.push("a step of a test".to_owned());
        hidden.push("at a node");
        hidden.extend(CONTEXTUAL);
    }
    if has("a name") {
        hidden.extend(CONTEXTUAL);
    }
    if has("where") && has("select") {
        hidden.push(",");
    }
    for terminal in &failure.stop.expected {
        if hidden.contains(&terminal.as_str()) {
            continue;
        }
        out.push(match terminal.as_str() {
            "} in a text" => continue,
            "a text" => "a text in double quotes".to_owned(),
            "} at the end of a text" => "the `}` of the text".to_owned(),
            named if named.starts_with("a ") => named.to_owned(),
            sign => format!("`{sign}`"),
        });
    }
    out
}

/// `a, b or c`.
fn alternatives(list: &[String]) -> String {
    match list {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// Tokens where a declaration should begin, but none does.
pub(crate) fn no_declaration(lexed: &Lexed<'_>, tokens: &[Lexeme]) -> SyntaxError {
    let Some(head) = tokens.first() else {
        return SyntaxError::new("E0001", Span::default(), "expected a declaration");
    };
    let word = lexed.slice(head);
    if head.token == Token::Bad
        && let Ok(at) = lexed.bad.binary_search_by_key(&head.start, |(start, _)| *start)
    {
        return lexed.bad[at].1.clone();
    }
    if head.token == Token::Foreign && word != ";" {
        let (meaning, advice) = habits::foreign(word);
        return SyntaxError::new("E0001", head.span(), meaning).help(advice);
    }
    if let Some(meant) = habits::misspelt_item(word).filter(|_| !head.token.is_keyword()) {
        let meant = heads::keyword(meant);
        return SyntaxError::new("E0001", head.span(), format!("no declaration begins with `{word}`"))
            .label(format!("did you mean `{meant}`?"));
    }
    if let Some(advice) = habits::foreign_item(word) {
        return SyntaxError::new("E0001", head.span(), format!("no declaration begins with `{word}`"))
            .label("expected a declaration here")
            .help(advice);
    }
    let closes = matches!(head.token, Token::RBrace | Token::RParen | Token::RBracket);
    if closes {
        return SyntaxError::new("E0001", head.span(), format!("this `{word}` closes nothing"))
            .label("no bracket is open here")
            .help("remove it, or look for a bracket closed too early before it");
    }
    let error = SyntaxError::new("E0001", head.span(), "expected a declaration")
        .label("a declaration begins with a word such as `var`, `let`, `on` or `show`");
    if tokens.iter().any(|lexeme| matches!(lexeme.token, Token::AssignAdd | Token::AssignSub | Token::AssignSet)) {
        return error.help("updates stand in a handler: `on event_name(…) { … }`");
    }
    if head.token == Token::Emit || head.token == Token::If {
        return error.help("statements stand in a handler: `on event_name(…) { … }` or `when condition { … }`");
    }
    if tokens.iter().any(|lexeme| lexeme.token == Token::Equals) && head.token.is_name() {
        return error.help(format!("a view is declared with `let {word} = …`, a variable with `var {word}: type`"));
    }
    error
}
