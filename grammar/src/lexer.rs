//! From text to tokens, with a stack of modes for text literals inside text literals.
//!
//! ```text
//! "{names.get("x")} left"
//! TextOpen Lower Dot Lower LParen Text RParen TextClose
//! ```
//!
//! In code, `"` enters the text mode; in a text, `{` enters code again, and the `}` that balances it returns. A text
//! literal ends on its line, so that a forgotten quote cannot swallow the file.
//! Invariants: tokens stand in order and never overlap; a literal the lexer cannot read is one [`Token::Bad`], with
//! its error kept in [`Lexed::bad`], so that the parser stops there and the error is reported once.
//! Neighbours: `token` holds the two lexers, `shape` cuts the tokens into declarations.

use logos::{Lexer, Logos};

use crate::error::SyntaxError;
use crate::literal::{self, BadEscape};
use crate::span::Span;
use crate::token::{Piece, Token};

/// How many literals that cannot be read are kept with what is wrong with them; far more than errors are reported.
const BAD_MAX: usize = 10_000;

/// A token with its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lexeme {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// How far its line is indented, in bytes.
    pub(crate) indent: u32,
    pub(crate) token: Token,
    /// It is the first token of its line.
    pub(crate) first: bool,
}

impl Lexeme {
    pub(crate) fn span(&self) -> Span {
        Span { start: self.start, end: self.end }
    }
}

/// What a comment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trivia {
    /// `// …`.
    Plain,
    /// `/// …`.
    Doc,
    /// `//! …`.
    FileDoc,
}

/// A text cut into tokens.
pub(crate) struct Lexed<'t> {
    pub(crate) text: &'t str,
    pub(crate) lexemes: Vec<Lexeme>,
    pub(crate) comments: Vec<(Trivia, Span)>,
    /// What is wrong at each [`Token::Bad`], by its first byte, in order.
    pub(crate) bad: Vec<(u32, SyntaxError)>,
}

impl Lexed<'_> {
    pub(crate) fn slice(&self, lexeme: &Lexeme) -> &str {
        self.text.get(lexeme.span().range()).unwrap_or("")
    }
}

/// An expression inside a text literal that is being read.
struct Hole {
    /// Where the literal's quote stands.
    quote: usize,
    /// The index of the literal's first token.
    first_token: usize,
    /// How many braces are open inside the expression.
    braces: usize,
    /// The first escape of the literal that means nothing.
    escape: Option<BadEscape>,
}

struct Driver<'t> {
    out: Lexed<'t>,
    holes: Vec<Hole>,
    indent: usize,
    first: bool,
}

/// Cuts `text` into tokens, from byte `from` on.
pub(crate) fn lex(text: &str, from: usize) -> Lexed<'_> {
    let out = Lexed { text, lexemes: Vec::new(), comments: Vec::new(), bad: Vec::new() };
    let mut driver = Driver { out, holes: Vec::new(), indent: 0, first: true };
    let mut lexer = Token::lexer(text);
    lexer.bump(from);
    driver.begin_line(from);
    while let Some(read) = lexer.next() {
        let range = lexer.span();
        match read {
            Ok(Token::Quote) => lexer = driver.text(lexer, range.start, None),
            Ok(Token::RBrace) if driver.holes.last().is_some_and(|hole| hole.braces == 0) => {
                let hole = driver.holes.pop();
                lexer = driver.text(lexer, range.start, hole);
            }
            Ok(Token::BlockComment) => {
                let rest = lexer.remainder();
                let length = rest.find("*/").map(|at| at + 2).or_else(|| rest.find('\n')).unwrap_or(rest.len());
                lexer.bump(length);
                let span = Span::new(range.start, lexer.span().end);
                let error = SyntaxError::new("E0001", span, "`/*` does not begin a comment")
                    .label("this is read as code")
                    .help("a comment begins with `//` and ends with its line");
                driver.bad(error);
            }
            Ok(token) => driver.code(token, range.start, range.end),
            Err(()) => driver.stray(range.start, range.end),
        }
    }
    if let Some(outermost) = driver.holes.first() {
        let (quote, first_token) = (outermost.quote, outermost.first_token);
        driver.unterminated(quote, first_token, text.len(), true);
    }
    driver.out
}

impl<'t> Driver<'t> {
    fn begin_line(&mut self, at: usize) {
        let line = self.out.text.get(at..).unwrap_or("").as_bytes();
        self.indent = line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        self.first = true;
    }

    fn push(&mut self, token: Token, start: usize, end: usize) {
        let span = Span::new(start, end);
        let indent = Span::new(0, self.indent).end;
        self.out.lexemes.push(Lexeme { start: span.start, end: span.end, indent, token, first: self.first });
        self.first = false;
    }

    fn bad(&mut self, error: SyntaxError) {
        self.push(Token::Bad, error.span.range().start, error.span.range().end);
        self.keep(error.span.start, error);
    }

    fn keep(&mut self, at: u32, error: SyntaxError) {
        if self.out.bad.len() < BAD_MAX {
            self.out.bad.push((at, error));
        }
    }

    /// Forgets everything from the token at `index` on.
    fn truncate(&mut self, index: usize) {
        let Some(lexeme) = self.out.lexemes.get(index) else { return };
        let start = lexeme.start;
        self.first = lexeme.first;
        self.out.lexemes.truncate(index);
        while self.out.bad.last().is_some_and(|(at, _)| *at >= start) {
            self.out.bad.pop();
        }
    }

    fn code(&mut self, token: Token, start: usize, end: usize) {
        let word = self.out.text.get(start..end).unwrap_or("");
        let span = Span::new(start, end);
        match token {
            Token::Newline => {
                if let Some(outermost) = self.holes.first() {
                    let (quote, first_token) = (outermost.quote, outermost.first_token);
                    self.unterminated(quote, first_token, start, false);
                    self.holes.clear();
                }
                self.begin_line(end);
            }
            Token::Comment => {
                let kind = match word.as_bytes() {
                    [_, _, b'/', b'/', ..] => Trivia::Plain,
                    [_, _, b'/', ..] => Trivia::Doc,
                    [_, _, b'!', ..] => Trivia::FileDoc,
                    _ => Trivia::Plain,
                };
                self.out.comments.push((kind, Span::new(start, start + word.trim_end().len())));
            }
            Token::Int if literal::int(word).is_none() => self.bad(
                SyntaxError::new("E0004", span, format!("`{word}` is too large for a whole number"))
                    .label("whole numbers have 64 bits")
                    .help("the largest `int` is 9_223_372_036_854_775_807"),
            ),
            Token::Float if self.after_dot() => {
                // `pair.0.1` is two fields of a tuple, not the number 0.1.
                match word.split_once('.') {
                    Some((left, right)) if right.bytes().all(|b| b.is_ascii_digit()) => {
                        let middle = start + left.len();
                        self.push(Token::Int, start, middle);
                        self.push(Token::Dot, middle, middle + 1);
                        self.push(Token::Int, middle + 1, end);
                    }
                    _ => self.push(Token::Float, start, end),
                }
            }
            Token::Float if literal::float(word).is_none() => self.bad(
                SyntaxError::new("E0004", span, format!("`{word}` is out of the range of a `float`"))
                    .label("a `float` ends near 1.8e308"),
            ),
            Token::Duration if literal::duration(word).is_none() => self.bad(
                SyntaxError::new("E0004", span, format!("`{word}` is too long for a duration"))
                    .label("a duration is counted in microseconds, in 64 bits")
                    .help("the longest duration is about 292_000 years"),
            ),
            Token::BadNumber => {
                // A number stuck to letters; `pair.0.name` does not come here, as a field is no number.
                self.bad(literal::bad_number(word, span));
            }
            Token::BadName => {
                let odd = word.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '_').unwrap_or('?');
                let mut error = SyntaxError::new("E0007", span, format!("a name cannot contain `{odd}`"))
                    .label("names are written with a-z, A-Z, 0-9 and `_`");
                if word.starts_with('µ') || word.starts_with('μ') {
                    error = error.help("microseconds are written `us`, as in `10us`");
                } else {
                    error = error.help("any letter may stand in a text, as in `\"…\"`");
                }
                self.bad(error);
            }
            _ => {
                // On a line of its own it more likely begins something, after an expression that is still being typed.
                if token.is_keyword() && self.after_dot() && !self.first {
                    return self.push(Token::Lower, start, end);
                }
                match token {
                    Token::LBrace => self.holes.last_mut().into_iter().for_each(|hole| hole.braces += 1),
                    Token::RBrace => self.holes.last_mut().into_iter().for_each(|hole| hole.braces -= 1),
                    Token::Colon => self.keyword_before_colon(),
                    _ => {}
                }
                self.push(token, start, end);
            }
        }
    }

    fn after_dot(&self) -> bool {
        self.out.lexemes.last().is_some_and(|last| last.token == Token::Dot)
    }

    /// `{ at: time }` and `group(by: f)`: a reserved word before `:` is a name. A literal is not: `[true: 1]` is a map.
    fn keyword_before_colon(&mut self) {
        if let Some(last) = self.out.lexemes.last_mut()
            && last.token.is_keyword()
            && !matches!(last.token, Token::True | Token::False | Token::None)
        {
            last.token = Token::Lower;
        }
    }

    /// Characters that begin no token: a run of them is one error.
    fn stray(&mut self, start: usize, end: usize) {
        if let Some((_, error)) = self.out.bad.last_mut()
            && error.code == "E0007"
            && error.span.range().end == start
            && let Some(last) = self.out.lexemes.last_mut()
        {
            let span = error.span.to(Span::new(start, end));
            error.span = span;
            last.end = span.end;
            return;
        }
        let character = self.out.text.get(start..end).and_then(|text| text.chars().next()).unwrap_or('?');
        let shown = if character.is_control() || character.is_whitespace() || character == '\u{feff}' {
            format!("the character U+{:04X}", u32::from(character))
        } else {
            format!("`{character}`")
        };
        let mut error = SyntaxError::new("E0007", Span::new(start, end), format!("{shown} means nothing here"));
        error = match character {
            '\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{202f}' | '\u{3000}' => {
                error.label("it looks like a space").help("replace it by an ordinary space")
            }
            '“' | '”' | '„' | '«' | '»' | '`' => error.help("a text is written with straight quotes: \"…\""),
            '‘' | '’' => error.help("a text is written with straight double quotes: \"…\""),
            '≤' => error.help("write `<=`"),
            '≥' => error.help("write `>=`"),
            '≠' => error.help("write `!=`"),
            '→' | '⇒' => error.help("write `=>` for a function of one expression, `->` before a result type"),
            '←' => error.help("write `<-`"),
            '−' | '–' | '—' => error.help("write `-`"),
            '×' | '·' => error.help("write `*`"),
            '÷' => error.help("write `/`"),
            '^' => error.help("there is no power operator; multiply: `x * x`"),
            _ => error,
        };
        self.bad(error);
    }

    /// Reads a text literal, or goes on with one after the expression in `resumed`; `at` is its quote or brace.
    fn text(&mut self, lexer: Lexer<'t, Token>, at: usize, resumed: Option<Hole>) -> Lexer<'t, Token> {
        let middle = resumed.is_some();
        let fresh = Hole { quote: at, first_token: self.out.lexemes.len(), braces: 0, escape: None };
        let mut literal = resumed.unwrap_or(fresh);
        let mut pieces = lexer.morph::<Piece>();
        loop {
            let read = pieces.next();
            let range = pieces.span();
            match read {
                Some(Ok(Piece::Chars | Piece::Escape) | Err(())) => {}
                Some(Ok(Piece::Open | Piece::Quote)) => {
                    let raw = self.out.text.get(at + 1..range.start).unwrap_or("");
                    if let Err(escape) = literal::unescape(raw)
                        && literal.escape.is_none()
                    {
                        literal.escape =
                            Some(BadEscape { start: at + 1 + escape.start, end: at + 1 + escape.end, ..escape });
                    }
                    let open = read == Some(Ok(Piece::Open));
                    let token = match (middle, open) {
                        (false, true) => Token::TextOpen,
                        (true, true) => Token::TextMid,
                        (true, false) => Token::TextClose,
                        (false, false) => Token::Text,
                    };
                    self.push(token, at, range.end);
                    if open {
                        self.holes.push(literal);
                    } else if let Some(escape) = literal.escape {
                        self.bad_escape(literal.first_token, range.end, escape);
                    }
                    return pieces.morph();
                }
                Some(Ok(Piece::Newline)) | None => {
                    let at_end = read.is_none();
                    let outermost = self.holes.first().unwrap_or(&literal);
                    let (quote, first_token) = (outermost.quote, outermost.first_token);
                    let end = if at_end { self.out.text.len() } else { range.start };
                    self.unterminated(quote, first_token, end, at_end);
                    self.holes.clear();
                    if !at_end {
                        self.begin_line(range.end);
                    }
                    return pieces.morph();
                }
            }
        }
    }

    /// Turns a finished literal into one bad token, because an escape in it means nothing.
    fn bad_escape(&mut self, first_token: usize, end: usize, escape: BadEscape) {
        let literal = self.out.lexemes.get(first_token).map_or(escape.start, |lexeme| lexeme.start as usize);
        self.truncate(first_token);
        self.push(Token::Bad, literal, end);
        let error = SyntaxError::new("E0005", Span::new(escape.start, escape.end), escape.message)
            .label("in this text")
            .help("the escapes are `\\n`, `\\t`, `\\r`, `\\\"`, `\\\\`, `\\{`, `\\}` and `\\u{e9}`");
        self.keep(Span::new(literal, literal).start, error);
    }

    /// Turns a literal without an end into one bad token that reaches to `end`.
    fn unterminated(&mut self, quote: usize, first_token: usize, end: usize, at_end: bool) {
        let in_hole = self.holes.last().is_some();
        self.truncate(first_token);
        let end = quote + self.out.text.get(quote..end).unwrap_or("").trim_end().len();
        let mut error = SyntaxError::new("E0005", Span::new(quote, end.max(quote + 1)), "this text does not end")
            .label("no closing `\"` on this line")
            .unfinished(at_end);
        error = if in_hole {
            error.help("`{` in a text begins an expression, which `}` ends; for a brace write `\\{`")
        } else {
            error.help("close it with `\"`; for a new line inside a text write `\\n`")
        };
        self.bad(error);
    }
}
