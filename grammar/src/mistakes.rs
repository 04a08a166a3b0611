//! The mistakes that have a message of their own, from the most to the least specific.
//!
//! ```text
//! a < b < c        comparisons do not chain
//! from x in xs     this `from` has no `select`
//! ```
//!
//! Each looks at the token that did not fit, a few before it, and what would have fitted. Invariants: the order is the
//! priority; the first that answers wins. Neighbours: `explain` calls [`specific`], `heads` holds the rest of them,
//! `habits` the tables.

use crate::error::SyntaxError;
use crate::explain::Failure;
use crate::habits;
use crate::heads::{blocks, capital_alternative, declaration_heads, names, step_without_braces};
use crate::token::Token;

/// The message for a known mistake.
pub(crate) fn specific(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    let cases: [fn(&Failure<'_, '_>) -> Option<SyntaxError>; 17] = [
        glued,
        other_language,
        chained_comparison,
        equals_sign,
        not_an_update,
        unfinished_from,
        conditional,
        arrows,
        membership,
        capital_alternative,
        step_without_braces,
        declaration_heads,
        text_holes,
        record_like,
        plus_sign,
        blocks,
        names,
    ];
    cases.iter().find_map(|case| case(failure))
}

/// A value where a statement is wanted: `x + 1`, `x < y`; `x + = 1`.
fn not_an_update(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    let found = failure.found()?;
    let operator = is_comparison(found.token)
        || matches!(
            found.token,
            Token::Or | Token::And | Token::Plus | Token::Minus | Token::Star | Token::Slash | Token::Percent
        );
    if !operator || !failure.expects(":=") {
        return None;
    }
    let next = failure.tokens.get(failure.stop.at + 1);
    if let Some(next) = next
        && next.start == found.end
        && next.token == found.token
        && matches!(found.token, Token::Plus | Token::Minus)
    {
        let (sign, method) = if found.token == Token::Plus { ("+", "inc") } else { ("-", "dec") };
        return Some(
            SyntaxError::new("E0001", found.span().to(next.span()), format!("there is no `{sign}{sign}`"))
                .label("unexpected")
                .help(format!("write `{sign}= 1`, or `.{method}(1)`")),
        );
    }
    let next = next.map(|lexeme| lexeme.token);
    let error = SyntaxError::new("E0001", found.span(), "a value by itself is not a statement")
        .label("this computes something and does nothing with it");
    Some(match (found.token, next) {
        (Token::Plus, Some(Token::Equals)) => error.help("write `+=` without a space"),
        (Token::Minus, Some(Token::Equals)) => error.help("write `-=` without a space"),
        _ => error.help("a statement is an update such as `views[ad].inc(1)`, or `let`, `if`, `for`, `emit`"),
    })
}

fn is_comparison(token: Token) -> bool {
    matches!(token, Token::Eq | Token::Ne | Token::Lt | Token::Le | Token::Gt | Token::Ge)
}

/// `orset<int>={1}` and `a<-1`.
fn glued(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    let found = failure.found()?;
    match found.token {
        Token::Ge if failure.expects(">") => Some(
            SyntaxError::new("E0008", found.span(), "`>=` is read as one sign, \"greater or equal\"")
                .label("here `>` should close the type and `=` give the value")
                .help("put a space between them: `> =`"),
        ),
        Token::FlowArrow if failure.after_operand() || failure.expects("<") => Some(
            SyntaxError::new("E0008", found.span(), "`<-` is read as one sign, the arrow of `bind`")
                .label("here `<` compares with a negative number")
                .help("put a space between them: `< -`"),
        ),
        _ => None,
    }
}

/// Words that begin statements elsewhere.
fn other_language(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    let first = failure.tokens.get(failure.start)?;
    let word = failure.lexed.slice(first);
    if failure.expects("emit") || failure.stop.at <= failure.start + 1 {
        if first.token.is_name()
            && let Some(advice) = habits::foreign_statement(word)
        {
            return Some(
                SyntaxError::new("E0001", first.span(), format!("no statement begins with `{word}`"))
                    .label("not a statement of Lasp")
                    .help(advice),
            );
        }
        if let Some(found) = failure.found()
            && failure.expects("emit")
            && found.token.starts_item()
        {
            let word = failure.lexed.slice(found);
            return Some(
                SyntaxError::new(
                    "E0001",
                    found.span(),
                    format!("`{word}` declares something, and cannot stand in a block"),
                )
                .label("not a statement")
                .help("write it at the top level, or close the block before it"),
            );
        }
    }
    if failure.before_token(1).is_some_and(Token::is_name)
        && failure.slice(failure.before(1)) == "mut"
        && failure.before_token(2) == Some(Token::Let)
    {
        return Some(
            failure
                .error("there is no `mut`")
                .label("a `let` never changes")
                .help("state that changes is declared with `var name: type` at the top level"),
        );
    }
    None
}

fn chained_comparison(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    let found = failure.found()?;
    if !is_comparison(found.token) || !failure.expects("and") || failure.expects("==") {
        return None;
    }
    let from = failure.tokens.get(failure.start..failure.stop.at)?;
    let first = from.iter().rev().find(|lexeme| is_comparison(lexeme.token))?;
    Some(
        SyntaxError::new("E0001", found.span(), "comparisons do not chain")
            .label("a second comparison of the same value")
            .note(first.span(), "the first one")
            .help("write `a < b and b < c`"),
    )
}

/// `=` where `:=`, `==` or `:` was meant.
fn equals_sign(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    let found = failure.found()?;
    let first = failure.tokens.get(failure.start)?;
    if found.token == Token::AssignSet
        && let Some(head) = failure.before(2).filter(|head| head.token == Token::Let)
    {
        let name = failure.slice(failure.before(1));
        return Some(
            SyntaxError::new("E0001", found.span(), "`:=` sets a variable; `let` gives a name with `=`")
                .label("write `=` here")
                .note(head.span(), format!("this `let` names a value `{name}`"))
                .help(format!("`let {name} = …`, or without `let`, to set a variable: `{name} := …`")),
        );
    }
    if found.token == Token::AssignSet && failure.expects("=") {
        return Some(
            SyntaxError::new("E0001", found.span(), "`:=` sets a variable in a handler; a declaration has `=`")
                .label("write `=` here"),
        );
    }
    if found.token != Token::Equals {
        return None;
    }
    if failure.tokens.first().is_some_and(|head| head.token == Token::Var)
        && failure.expects(":")
        && failure.stop.at == 2
    {
        let name = failure.slice(failure.before(1));
        return Some(
            SyntaxError::new("E0001", found.span(), "a variable is declared with its type")
                .label("the type is missing before this")
                .help(format!("as in `var {name}: gset<text>`, and a genesis value after it if it has one"))
                .help(format!("a view, computed from variables, is declared with `let {name} = …`")),
        );
    }
    if failure.expects(":=") && first.token.is_name() {
        return Some(
            SyntaxError::new("E0001", found.span(), "`=` does not set a variable")
                .label("this is neither an update nor a comparison")
                .help("to set it, write `:=`")
                .help("to compare, write `==`"),
        );
    }
    if !failure.after_operand() {
        return None;
    }
    let field = failure.before(1).filter(|name| name.token.is_name());
    let after_separator = matches!(failure.before_token(2), Some(Token::LBrace | Token::LParen | Token::Comma));
    if let Some(field) = field
        && after_separator
        && (failure.expects("}") || failure.expects(")"))
    {
        let name = failure.lexed.slice(field);
        let what = if failure.expects("}") { "a field" } else { "a named argument" };
        return Some(
            SyntaxError::new("E0001", found.span(), format!("{what} is given with `:`"))
                .label("write `:` here")
                .help(format!("`{name}: …`; to compare, write `==`")),
        );
    }
    Some(SyntaxError::new("E0001", found.span(), "`=` does not compare").label("write `==` here"))
}

fn unfinished_from(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    if !failure.expects("select") {
        return None;
    }
    let from = failure.tokens.get(failure.start..failure.stop.at)?.iter().rev().find(|l| l.token == Token::From)?;
    let mut error = failure
        .error("this `from` has no `select`")
        .label("`select` is missing after this")
        .note(from.span(), "the `from` that begins here")
        .help("end it with what to take: `from a in ads where a.shown select a`");
    if failure.found().is_some_and(|found| !found.first) {
        error = error.label("`select` is missing before this");
    }
    Some(error)
}

/// `if` as a value and `if` as a statement.
fn conditional(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    let found = failure.token();
    let open_if = failure.tokens.get(..failure.stop.at)?.iter().rev().find(|lexeme| lexeme.token == Token::If);
    if failure.expects("then") {
        let error = failure.error("as a value, `if` needs `then` and `else`").label("`then` is missing");
        let error = open_if.map_or(error.clone(), |open| error.note(open.span(), "the `if` that begins here"));
        return Some(error.help("`if c then a else b`"));
    }
    if failure.expects("else") && !failure.expects("emit") && !failure.expects("a name") {
        let error = failure.error("as a value, `if` needs an `else`").label("`else` is missing");
        let error = open_if.map_or(error.clone(), |open| error.note(open.span(), "the `if` that begins here"));
        return Some(error.help("`if c then a else b`: a value is needed in both cases"));
    }
    if found == Some(Token::Then) && failure.expects("{") {
        return Some(
            failure
                .error("an `if` among statements has no `then`")
                .label("write `{` here")
                .help("`if c { … } else { … }`; as a value, `let x = if c then a else b`"),
        );
    }
    if found == Some(Token::Colon) && failure.expects("{") {
        return Some(failure.error("a block stands between braces").label("write `{` here"));
    }
    if found == Some(Token::If) && failure.wants_value() {
        return Some(
            failure
                .error("an `if` inside an operation needs parentheses")
                .label("here")
                .help("`1 + (if c then a else b)`"),
        );
    }
    if found == Some(Token::From) && failure.wants_value() {
        return Some(
            failure
                .error("a `from` inside an operation needs parentheses")
                .label("here")
                .help("`(from x in xs select x)`"),
        );
    }
    None
}

/// `x -> e`, `a <- xs`, `|x| e`.
fn arrows(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    let found = failure.found()?;
    match found.token {
        Token::ThinArrow if failure.after_operand() => Some(
            SyntaxError::new("E0001", found.span(), "a function is written with `=>`")
                .label("write `=>` here")
                .help("`x => x + 1`"),
        ),
        Token::FatArrow
            if failure.tokens.first().is_some_and(|head| head.token == Token::Fn) && failure.expects("=") =>
        {
            Some(SyntaxError::new("E0001", found.span(), "the body of a `fn` stands after `=`").label("write `=` here"))
        }
        Token::LBrace if failure.tokens.first().is_some_and(|head| head.token == Token::Fn) && failure.expects("=") => {
            Some(
                SyntaxError::new("E0001", found.span(), "the body of a `fn` is one expression after `=`")
                    .label("write `=` here")
                    .help("`fn double(x: int) -> int = x * 2`"),
            )
        }
        Token::ThinArrow | Token::Equals | Token::Colon if failure.expects("=>") => Some(
            SyntaxError::new("E0001", found.span(), "the result of a case stands after `=>`").label("write `=>` here"),
        ),
        Token::FlowArrow | Token::Equals | Token::Colon if failure.expects("in") => Some(
            SyntaxError::new("E0001", found.span(), "expected `in`")
                .label("write `in` here")
                .help("`from a in ads select a`"),
        ),
        Token::Pipe if failure.wants_value() => Some(
            SyntaxError::new("E0001", found.span(), "a function is written with `=>`")
                .label("not a value")
                .help("`x => x + 1`"),
        ),
        Token::Equals if failure.expects("<-") => Some(
            SyntaxError::new("E0001", found.span(), "what is bound flows in for ever, and is written with `<-`")
                .label("write `<-` here"),
        ),
        _ => None,
    }
}

/// `x in xs`, `x is none`.
fn membership(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    let found = failure.found()?;
    if !failure.after_operand() && !failure.complete {
        return None;
    }
    match (found.token, failure.lexed.slice(found)) {
        (Token::In, _) => Some(
            SyntaxError::new("E0001", found.span(), "`in` is no operator")
                .label("in a condition it means nothing")
                .help("write `xs.contains(x)`"),
        ),
        (_, "is") => Some(SyntaxError::new("E0001", found.span(), "there is no `is`").label("write `==` here")),
        (Token::Not, _) => Some(
            SyntaxError::new("E0001", found.span(), "`not` stands before a whole condition")
                .label("not after a value")
                .help("`not xs.contains(x)`, and \"not equal\" is `!=`"),
        ),
        _ => None,
    }
}

fn text_holes(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    let found = failure.found()?;
    if !matches!(found.token, Token::TextMid | Token::TextClose) || !failure.wants_value() {
        return None;
    }
    Some(
        SyntaxError::new("E0001", found.span(), "the braces in this text hold no value")
            .label("a value is missing before this `}`")
            .help("for a brace as such, write `\\{`"),
    )
}

/// `{ "id": 1 }`, `[a, b: 1]`, a missing comma.
fn record_like(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    let found = failure.found()?;
    if found.token == Token::Colon && failure.expects("}") && failure.before_token(1) == Some(Token::Text) {
        return Some(
            SyntaxError::new("E0001", found.span(), "a map is written with square brackets, a record without quotes")
                .label("unexpected in a set")
                .help("a map: `[\"id\": 1]`; a record: `{ id: 1 }`"),
        );
    }
    let operand = found.token.is_name()
        || matches!(
            found.token,
            Token::Int
                | Token::Float
                | Token::Text
                | Token::TextOpen
                | Token::Duration
                | Token::True
                | Token::False
                | Token::Upper
        );
    let pair = failure.shape.pair_around(failure.stop.at);
    if operand
        && failure.expects(",")
        && !failure.expects("select")
        && pair.is_some_and(|pair| pair.closed && pair.open >= failure.start)
    {
        return Some(
            SyntaxError::new("E0001", found.span(), format!("a comma is missing before {}", failure.shown()))
                .label("write `,` before this"),
        );
    }
    None
}

/// `+1`.
fn plus_sign(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    let found = failure.found().filter(|found| found.token == Token::Plus && failure.wants_value())?;
    Some(SyntaxError::new("E0001", found.span(), "a number has no `+` before it").label("remove it"))
}
