//! The words and signs of the language: two logos lexers, one for code and one for the inside of a text literal.
//!
//! ```text
//! "{ad.id} left"   code: Quote   text: Open   code: Name Dot Name Close   text: Chars Quote
//! ```
//!
//! A token is one byte without its text: the text stays in the source and is read again when the tree is built.
//! Invariants: keywords of one construct only (`shard`, `heal`, `escrow`, …) have a token of their own, which the
//! grammar also accepts as a name. Neighbours: `lexer` switches between the two, `grammar.lalrpop` names the tokens.

use logos::Logos;

/// A token of code.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"[ \t\r\x0C]+")]
pub(crate) enum Token {
    // Words that are reserved everywhere (except after `.` and before `:`).
    #[token("use")]
    Use,
    #[token("role")]
    Role,
    #[token("type")]
    Type,
    #[token("lattice")]
    Lattice,
    #[token("fn")]
    Fn,
    #[token("event")]
    Event,
    #[token("feed")]
    Feed,
    #[token("var")]
    Var,
    #[token("let")]
    Let,
    #[token("bind")]
    Bind,
    #[token("on")]
    On,
    #[token("once")]
    Once,
    #[token("for")]
    For,
    #[token("when")]
    When,
    #[token("watch")]
    Watch,
    #[token("invariant")]
    Invariant,
    #[token("seal")]
    Seal,
    #[token("show")]
    Show,
    #[token("test")]
    Test,
    #[token("if")]
    If,
    #[token("then")]
    Then,
    #[token("else")]
    Else,
    #[token("match")]
    Match,
    #[token("from")]
    From,
    #[token("in")]
    In,
    #[token("where")]
    Where,
    #[token("select")]
    Select,
    #[token("emit")]
    Emit,
    #[token("at")]
    At,
    #[token("by")]
    By,
    #[token("or")]
    Or,
    #[token("and")]
    And,
    #[token("not")]
    Not,
    #[token("true")]
    True,
    #[token("false")]
    False,
    #[token("none")]
    None,
    // Words that mean something in one construct and are names elsewhere.
    #[token("writable")]
    Writable,
    #[token("rec")]
    Rec,
    #[token("stable")]
    Stable,
    #[token("each")]
    Each,
    #[token("any")]
    Any,
    #[token("shard")]
    Shard,
    #[token("tree")]
    Tree,
    #[token("added")]
    Added,
    #[token("removed")]
    Removed,
    #[token("escrow")]
    Escrow,
    #[token("within")]
    Within,
    #[token("into")]
    Into,
    #[token("nodes")]
    Nodes,
    #[token("partition")]
    Partition,
    #[token("heal")]
    Heal,
    #[token("crash")]
    Crash,
    #[token("restart")]
    Restart,
    #[token("settle")]
    Settle,
    #[token("await")]
    Await,
    #[token("expect")]
    Expect,
    // Names and literals.
    #[regex(r"[a-z_][A-Za-z0-9_]*", priority = 2)]
    Lower,
    #[regex(r"[A-Z][A-Za-z0-9_]*", priority = 2)]
    Upper,
    #[token("_", priority = 5)]
    Underscore,
    #[regex(r"[0-9][0-9_]*", priority = 10)]
    Int,
    #[regex(r"[0-9][0-9_]*\.[0-9][0-9_]*([eE][+\-]?[0-9][0-9_]*)?", priority = 10)]
    #[regex(r"[0-9][0-9_]*[eE][+\-]?[0-9][0-9_]*", priority = 10)]
    Float,
    #[regex(r"([0-9][0-9_]*(us|ms|s|m|h|d|w))+", priority = 10)]
    Duration,
    /// A text without holes.
    Text,
    /// `"abc {`.
    TextOpen,
    /// `} abc {`.
    TextMid,
    /// `} abc"`.
    TextClose,
    // Brackets.
    #[token("(")]
    LParen,
    #[token(")")]
    RParen,
    #[token("[")]
    LBracket,
    #[token("]")]
    RBracket,
    #[token("{")]
    LBrace,
    #[token("}")]
    RBrace,
    // Signs.
    #[token(",")]
    Comma,
    #[token(".")]
    Dot,
    #[token(":")]
    Colon,
    #[token("=")]
    Equals,
    #[token("|")]
    Pipe,
    #[token("->")]
    ThinArrow,
    #[token("=>")]
    FatArrow,
    #[token("<-")]
    FlowArrow,
    #[token(":=")]
    AssignSet,
    #[token("+=")]
    AssignAdd,
    #[token("-=")]
    AssignSub,
    #[token("==")]
    Eq,
    #[token("!=")]
    Ne,
    #[token("<")]
    Lt,
    #[token("<=")]
    Le,
    #[token(">")]
    Gt,
    #[token(">=")]
    Ge,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/")]
    Slash,
    #[token("%")]
    Percent,
    /// A sign or word of other languages; no rule accepts it, and `habits` knows what to say.
    #[token("&&")]
    #[token("||")]
    #[token("!")]
    #[token(";")]
    #[token("===")]
    #[token("!==")]
    #[token("**")]
    #[token("<>")]
    #[token("|>")]
    #[token("::")]
    #[token("..")]
    #[token("...")]
    #[token("*=")]
    #[token("/=")]
    #[token("%=")]
    #[token("&")]
    #[token("?")]
    #[token("??")]
    #[token("?.")]
    #[token("null")]
    #[token("nil")]
    #[token("undefined")]
    #[regex(r"#[^\n]*", allow_greedy = true)]
    #[regex(r"'[^'\n]*'?")]
    Foreign,
    // What the lexer itself consumes.
    #[token("\"")]
    Quote,
    #[token("\n")]
    Newline,
    #[regex(r"//[^\n]*", allow_greedy = true)]
    Comment,
    #[token("/*")]
    BlockComment,
    #[regex(r"[0-9][0-9A-Za-z_]*(\.[0-9][0-9A-Za-z_]*)?", priority = 1)]
    BadNumber,
    #[regex(r"[\p{L}_][\p{L}\p{M}\p{N}_]*", priority = 1)]
    BadName,
    // What the driver puts into the stream.
    /// Something the lexer could not read; the error is kept beside the tokens.
    Bad,
    /// `at` when a step `at node { … }` of a test begins with it.
    AtStep,
    /// A hole for an expression that was not understood.
    HoleExpr,
    /// A hole for a type that was not understood.
    HoleType,
    /// A hole for a statement, a step or an action that was not understood.
    HoleStmt,
    /// The first token of a stream that holds one item.
    StartItem,
    /// The first token of a stream that holds one expression.
    StartExpr,
    /// The first token of a stream that holds statements.
    StartStmts,
    /// The first token of a stream that holds the steps of a test.
    StartSteps,
}

impl Token {
    /// Whether a declaration may begin with it.
    pub(crate) fn starts_item(self) -> bool {
        (self as u8) <= (Token::Test as u8)
    }

    /// A reserved word.
    pub(crate) fn is_keyword(self) -> bool {
        (self as u8) <= (Token::None as u8)
    }

    /// A word that may stand where a lower-case name is wanted.
    pub(crate) fn is_name(self) -> bool {
        (self as u8) > (Token::None as u8) && (self as u8) <= (Token::Lower as u8)
    }

    /// Whether an operand can end with it, so that an operand right after it begins something new.
    pub(crate) fn ends_operand(self) -> bool {
        self.is_name()
            || matches!(
                self,
                Token::Upper
                    | Token::Underscore
                    | Token::Int
                    | Token::Float
                    | Token::Duration
                    | Token::Text
                    | Token::TextClose
                    | Token::True
                    | Token::False
                    | Token::None
                    | Token::RParen
                    | Token::RBracket
                    | Token::RBrace
                    | Token::Bad
                    | Token::HoleExpr
                    | Token::HoleType
                    | Token::HoleStmt
            )
    }
}

/// A piece of the inside of a text literal.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    #[regex(r#"[^"\\{\n]+"#)]
    Chars,
    #[regex(r"\\u\{[^}\x22\n]*\}")]
    #[regex(r"\\[^\n]")]
    Escape,
    #[token("{")]
    Open,
    #[token("\"")]
    Quote,
    #[token("\n")]
    Newline,
}
