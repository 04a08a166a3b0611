//! Known mistakes, continued: heads of declarations, blocks, and names.
//!
//! ```text
//! var views = {}      a variable is declared with its type
//! type circle = …     the name of a type begins with a capital letter
//! ```
//!
//! Invariants and neighbours: as in `mistakes`, which holds the order of all of them.

use crate::error::SyntaxError;
use crate::explain::Failure;
use crate::nodes::lower_snake;
use crate::token::Token;

/// The word of a keyword, for messages.
pub(crate) fn keyword(token: Token) -> &'static str {
    match token {
        Token::Use => "use",
        Token::Role => "role",
        Token::Type => "type",
        Token::Lattice => "lattice",
        Token::Fn => "fn",
        Token::Event => "event",
        Token::Feed => "feed",
        Token::Var => "var",
        Token::Let => "let",
        Token::Bind => "bind",
        Token::On => "on",
        Token::Once => "once",
        Token::For => "for",
        Token::When => "when",
        Token::Watch => "watch",
        Token::Invariant => "invariant",
        Token::Seal => "seal",
        Token::Show => "show",
        _ => "test",
    }
}

/// `Circle(float)` in an enum.
pub(crate) fn capital_alternative(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    let name = failure.before(1).filter(|name| name.token == Token::Upper)?;
    if failure.token() != Some(Token::LParen) || failure.tokens.first()?.token != Token::Type || failure.stop.at < 4 {
        return None;
    }
    let word = failure.lexed.slice(name);
    Some(
        SyntaxError::new("E0001", name.span(), format!("`{word}` begins with a capital letter, as only types do"))
            .label("an alternative of an enum")
            .help(format!("write `{}(…)`", lower_snake(word))),
    )
}

/// `at s` without braces, as a step of a test.
pub(crate) fn step_without_braces(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    let found = failure.found().filter(|found| found.token == Token::At && failure.expects("at a node"))?;
    Some(
        SyntaxError::new("E0001", found.span(), "what a node does stands between braces")
            .label("this step has none")
            .help("`at node { event_name { … } }`"),
    )
}

/// What the heads of declarations lack.
pub(crate) fn declaration_heads(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    let head = failure.tokens.first()?;
    let name = failure.slice(failure.before(1)).to_owned();
    match head.token {
        Token::On if failure.stop.at == 2 && failure.expects("(") => Some(
            failure
                .error("a handler names what it takes of the event")
                .label("`(…)` is missing")
                .help(format!("`on {name}({{ field }}) {{ … }}`, or `on {name}(_) {{ … }}` if it needs nothing")),
        ),
        Token::On if failure.token() == Some(Token::RParen) && failure.before_token(1) == Some(Token::LParen) => Some(
            failure
                .error("a handler names what it takes of the event")
                .label("a pattern is missing here")
                .help("`(_)` if it needs nothing of it"),
        ),
        Token::For | Token::Once
            if failure.expects("when") && failure.stop.at > 1 && failure.token() == Some(Token::LBrace) =>
        {
            Some(
                failure
                    .error("a `for` at the top level needs a `when`")
                    .label("`when` is missing before this")
                    .help("`for c in contracts when views[c.ad] >= c.limit { … }`"),
            )
        }
        Token::Var if failure.stop.at == 2 && failure.expects(":") => Some(
            failure
                .error("a variable is declared with its type")
                .label("`: type` is missing")
                .help(format!("as in `var {name}: gset<text>`")),
        ),
        Token::Lattice if failure.expects("<") && failure.stop.at > 3 => Some(
            failure
                .error("a chain of a lattice has at least two elements")
                .label("`<` and a greater element are missing")
                .help("`lattice Status { placed < paid < shipped }`"),
        ),
        Token::Seal if failure.expects("at") && failure.stop.at == 2 => Some(
            failure
                .error("a seal names the role that owns it")
                .label("`at role` is missing")
                .help(format!("`seal {name} at server when …`")),
        ),
        Token::Role | Token::Show if failure.expects(",") && failure.token().is_some_and(Token::is_name) => Some(
            SyntaxError::new("E0001", failure.found()?.span(), "a comma is missing between these names")
                .label("write `,` before this"),
        ),
        Token::Show if failure.expects(",") => Some(
            failure
                .error("`show` takes names")
                .label("this is not part of a name")
                .help("name the view first: `let shown = …`, then `show shown`"),
        ),
        _ => None,
    }
}

/// `for x in { … }`, `if x > { … }`: the block was read as a set; `when x emit …`: there is no block.
pub(crate) fn blocks(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    if !failure.expects("{") || failure.wants_value() {
        return None;
    }
    let before = failure.stop.at.checked_sub(1)?;
    let as_set = failure.shape.pairs.iter().find(|pair| pair.close == before && pair.closed);
    if let Some(pair) = as_set
        && let Some(brace) = failure.tokens.get(pair.open).filter(|brace| brace.token == Token::LBrace)
        && let Some(previous) = pair.open.checked_sub(1).and_then(|at| failure.tokens.get(at))
        && pair.open > failure.start
        && !previous.token.ends_operand()
    {
        let after = failure.lexed.slice(previous);
        return Some(
            SyntaxError::new("E0001", brace.span(), format!("a value is missing between `{after}` and this `{{`"))
                .label("so this was read as a set, not as a block"),
        );
    }
    if failure.before_token(2) == Some(Token::Emit) {
        let name = failure.slice(failure.before(1));
        return Some(
            failure
                .error(format!("what `{name}` carries is missing"))
                .label("expected `{` after this")
                .help(format!("`emit {name} {{ field: value }}`, or `emit {name} {{ }}` if it carries nothing")),
        );
    }
    let found = failure.found()?;
    if found.token == Token::Emit || (found.token.is_name() && found.first) {
        let head = failure.tokens.get(failure.start)?;
        let word = failure.lexed.slice(head);
        return Some(
            failure
                .error(format!("what this `{word}` does stands between braces"))
                .label("`{` is missing after this")
                .help("even a single statement: `{ emit done { } }`"),
        );
    }
    None
}

/// A reserved word, or the wrong kind of name.
pub(crate) fn names(failure: &Failure<'_, '_>) -> Option<SyntaxError> {
    let found = failure.found()?;
    let word = failure.lexed.slice(found);
    if found.token == Token::Upper && failure.expects("a name") {
        let lower = lower_snake(word);
        let error = if failure.wants_value() {
            SyntaxError::new(
                "E0001",
                found.span(),
                format!("`{word}` is the name of a type, and a value is wanted here"),
            )
            .label("types begin with a capital letter")
        } else {
            SyntaxError::new("E0001", found.span(), format!("`{word}` begins with a capital letter, as only types do"))
                .label("expected a name")
        };
        return Some(match word {
            "True" | "False" | "None" => error.help(format!("write `{}`", word.to_ascii_lowercase())),
            "Some" => error.help("write `some(…)`"),
            _ => error.help(format!("names of values, events and roles begin with a small letter: `{lower}`")),
        });
    }
    if found.token.is_name() && failure.expects("a type name") && !failure.expects("a name") {
        let mut upper = String::new();
        for part in word.split('_') {
            let mut letters = part.chars();
            upper.extend(letters.next().map(|first| first.to_ascii_uppercase()));
            upper.push_str(letters.as_str());
        }
        return Some(
            SyntaxError::new(
                "E0001",
                found.span(),
                format!("the name of a type begins with a capital letter, unlike `{word}`"),
            )
            .label("expected a type name")
            .help(format!("write `{upper}`")),
        );
    }
    let joins = matches!(
        found.token,
        Token::At
            | Token::By
            | Token::Then
            | Token::Else
            | Token::In
            | Token::Where
            | Token::Select
            | Token::Or
            | Token::And
    );
    if joins && failure.wants_value() {
        return Some(failure.error(format!("a value is missing before `{word}`")).label("expected a value"));
    }
    if found.token.is_keyword() && !found.first && failure.expects("a name") && !failure.expects("emit") {
        let reserved =
            SyntaxError::new("E0001", found.span(), format!("`{word}` is a word of the language and cannot be a name"))
                .label("expected a name");
        let in_braces = failure
            .shape
            .pair_around(failure.stop.at)
            .is_some_and(|pair| failure.tokens[pair.open].token == Token::LBrace);
        if matches!(found.token, Token::True | Token::False | Token::None) {
            return None;
        }
        return Some(if in_braces {
            reserved.help(format!("in a pattern, give the field another name: `{{ {word}: my_{word} }}`"))
        } else {
            reserved.help(format!("for example `my_{word}`"))
        });
    }
    None
}
