//! The syntax tree: what was written, with places, and nothing that needs to know a name or a type.
//!
//! One file is a list of [`Item`]s. `views[a.ad] < c.limit` is
//!
//! ```text
//! Binary(Lt, Index(Name views, Field(Name a, ad)), Field(Name c, limit))
//! ```
//!
//! Invariants: every node carries the span of the text it was read from; a hole left by recovery is [`ExprKind::Error`]
//! and always comes with a reported error. Sugar is kept (`+=`, `from`, record shorthand), so that the formatter can
//! print what was written. Neighbours: `token` makes the leaves, `grammar.lalrpop` builds this tree, the compiler reads it.

use crate::span::Span;

/// A name as written, e.g. `views` or, for a tuple's field, `0`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The text of the name.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A whole source text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct File {
    /// The `//!` lines, joined by newlines, without the marker and one following space.
    pub doc: Option<String>,
    /// The declarations in the order written.
    pub items: Vec<Item>,
}

/// One declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The `///` lines before it, joined by newlines.
    pub doc: Option<String>,
    /// From its keyword to its end.
    pub span: Span,
    /// What it declares.
    pub kind: ItemKind,
}

/// The kinds of declaration, one per keyword.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemKind {
    /// `use std.windows` or `use "shared.lasp"`.
    Use(UsePath),
    /// `role server, client`.
    Role(Vec<Name>),
    /// `type Ad = { … }`.
    Type(TypeDecl),
    /// `lattice Status { placed < paid }` or `lattice Stats = { n: gcounter }`.
    Lattice(LatticeDecl),
    /// `fn left(c: Contract) -> int = …`.
    Fn(FnDecl),
    /// `event impression { ad: text }`.
    Event(EventDecl),
    /// `feed impression from "impressions.csv" (time = "t")`.
    Feed(FeedDecl),
    /// `var views: gmap<text, gcounter>`.
    Var(VarDecl),
    /// `let active = …`.
    Let(LetDecl),
    /// `bind total <- …`.
    Bind(BindDecl),
    /// `on signed({ ad }) at server { … }`.
    On(OnDecl),
    /// `for c in contracts when … { … }`.
    When(WhenDecl),
    /// `watch e { added(x) { … } removed(x) { … } }`.
    Watch(WatchDecl),
    /// `invariant stock >= 0 by escrow`.
    Invariant(InvariantDecl),
    /// `seal votes at server when …`.
    Seal(SealDecl),
    /// `show active, views`.
    Show(Vec<Name>),
    /// `test "…" { … }`.
    Test(TestDecl),
}

/// What `use` names.
#[derive(Clone, Debug, PartialEq)]
pub enum UsePath {
    /// An embedded module: `std.windows`.
    Module(Vec<Name>),
    /// A file relative to this one.
    File {
        /// The path as written, unescaped.
        path: String,
        /// Where the text literal stands.
        span: Span,
    },
}

/// `type Name<A, B> = body`.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeDecl {
    /// The declared name.
    pub name: Name,
    /// Type parameters.
    pub params: Vec<Name>,
    /// What it stands for.
    pub body: TypeBody,
}

/// The right side of a `type`.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeBody {
    /// Another name for a type (a single bare name is always an alias).
    Alias(TypeExpr),
    /// `circle(float) | rect(float, float)`; also a single variant with fields.
    Enum(Vec<Variant>),
}

/// One variant of an enum.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Its name.
    pub name: Name,
    /// The types of its fields, by position.
    pub fields: Vec<TypeExpr>,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeExpr {
    /// What was written.
    pub kind: TypeExprKind,
    /// Where.
    pub span: Span,
}

/// The forms of a type.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeExprKind {
    /// `int`, `Ad`, `windows.Bucket`, `gmap<text, gcounter>`, `topk<int, 10>`.
    Named {
        /// The dotted path, at least one name.
        path: Vec<Name>,
        /// The arguments between `<` and `>`.
        args: Vec<TypeArg>,
    },
    /// `{ ad: text, limit: nat }`.
    Record(Vec<(Name, TypeExpr)>),
    /// `(int, text)`.
    Tuple(Vec<TypeExpr>),
    /// A hole left by recovery.
    Error,
}

/// An argument of a type.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeArg {
    /// A type.
    Type(TypeExpr),
    /// A whole number, as in `topk<int, 10>`.
    Int(u64, Span),
}

/// `lattice Name …`.
#[derive(Clone, Debug, PartialEq)]
pub struct LatticeDecl {
    /// The declared name.
    pub name: Name,
    /// Its shape.
    pub body: LatticeBody,
}

/// The two shapes of a user lattice.
#[derive(Clone, Debug, PartialEq)]
pub enum LatticeBody {
    /// `= { n: gcounter, best: max<int> }`: a product by field.
    Record(Vec<(Name, TypeExpr)>),
    /// `{ placed < paid < shipped, placed < cancelled }`: chains of a finite order.
    Chains(Vec<Vec<Name>>),
}

/// `fn name(params) -> type = body`.
#[derive(Clone, Debug, PartialEq)]
pub struct FnDecl {
    /// The declared name.
    pub name: Name,
    /// Parameters, each with an optional type.
    pub params: Vec<Param>,
    /// The result type, if written.
    pub result: Option<TypeExpr>,
    /// The body.
    pub body: Expr,
}

/// A parameter of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its type, if written.
    pub ty: Option<TypeExpr>,
}

/// `event name { fields }`.
#[derive(Clone, Debug, PartialEq)]
pub struct EventDecl {
    /// The declared name.
    pub name: Name,
    /// Fields in the order written.
    pub fields: Vec<(Name, TypeExpr)>,
}

/// `feed event from "path" (column options)`.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedDecl {
    /// Which event its rows become.
    pub event: Name,
    /// The path as written.
    pub path: String,
    /// Where the path stands.
    pub path_span: Span,
    /// `node`, `time`, `src`, `seq`: option name, column name and where that stands. Any name parses; the compiler checks.
    pub options: Vec<(Name, String, Span)>,
}

/// `var name: type = init at roles writable by roles`.
#[derive(Clone, Debug, PartialEq)]
pub struct VarDecl {
    /// The declared name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// The genesis value.
    pub init: Option<Expr>,
    /// Roles that hold it; empty: everywhere.
    pub at: Vec<Name>,
    /// Roles that may write it; empty: all.
    pub writable_by: Vec<Name>,
}

/// `let rec name: type stable = value at place`.
#[derive(Clone, Debug, PartialEq)]
pub struct LetDecl {
    /// Whether it may mention itself.
    pub rec: bool,
    /// The declared name.
    pub name: Name,
    /// The type, if written.
    pub ty: Option<TypeExpr>,
    /// Where `stable` stands, if the user claims it.
    pub stable: Option<Span>,
    /// The view.
    pub value: Expr,
    /// Where it runs, if written.
    pub at: Option<Place>,
}

/// `bind name <- expr`.
#[derive(Clone, Debug, PartialEq)]
pub struct BindDecl {
    /// The variable.
    pub name: Name,
    /// What flows into it.
    pub value: Expr,
}

/// `on event(pattern) at role { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct OnDecl {
    /// The event handled.
    pub event: Name,
    /// What its fields are bound to.
    pub pattern: Pattern,
    /// The role that handles it.
    pub at: Option<Name>,
    /// What happens.
    pub body: Block,
}

/// `once for pattern in expr when condition at role { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct WhenDecl {
    /// Where `once` stands, if it does.
    pub once: Option<Span>,
    /// The `for pattern in expr` part.
    pub binding: Option<(Pattern, Expr)>,
    /// Where the keyword `when` stands.
    pub when_span: Span,
    /// The condition.
    pub condition: Expr,
    /// The role it fires at.
    pub at: Option<Name>,
    /// What happens.
    pub body: Block,
}

/// `watch expr at role { added(p) { … } removed(p) { … } }`.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchDecl {
    /// What is watched.
    pub value: Expr,
    /// The role that watches.
    pub at: Option<Name>,
    /// The `added` part.
    pub added: (Pattern, Block),
    /// The `removed` part.
    pub removed: Option<(Pattern, Block)>,
}

/// `invariant expr by escrow within expr`.
#[derive(Clone, Debug, PartialEq)]
pub struct InvariantDecl {
    /// What must hold.
    pub condition: Expr,
    /// Where `by escrow` stands, if it does.
    pub by_escrow: Option<Span>,
    /// The slack.
    pub within: Option<Expr>,
}

/// `seal name at role when expr`.
#[derive(Clone, Debug, PartialEq)]
pub struct SealDecl {
    /// What is sealed.
    pub name: Name,
    /// The role that owns the seal.
    pub at: Name,
    /// When it is sealed.
    pub condition: Expr,
}

/// Where a view runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The form.
    pub kind: PlaceKind,
    /// Where it is written.
    pub span: Span,
}

/// The forms of a place.
#[derive(Clone, Debug, PartialEq)]
pub enum PlaceKind {
    /// `at server`.
    Role(Name),
    /// `at each`.
    Each,
    /// `at any(server, 2)`.
    Any(Name, u64),
    /// `at shard(key, server)`.
    Shard(Box<Expr>, Name),
    /// `at tree(edge -> region -> hub)`: at least two roles.
    Tree(Vec<Name>),
}

/// `test "…" { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct TestDecl {
    /// What it shows.
    pub title: String,
    /// Where the title stands.
    pub title_span: Span,
    /// The steps in order.
    pub steps: Vec<Step>,
}

/// One step of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Which.
    pub kind: StepKind,
    /// Where.
    pub span: Span,
}

/// The steps of a test.
#[derive(Clone, Debug, PartialEq)]
pub enum StepKind {
    /// `nodes s: server, a: client`: node and role.
    Nodes(Vec<(Name, Name)>),
    /// `at s { … }`.
    At(Name, Vec<TestAction>),
    /// `partition a | s, b`.
    Partition(Vec<Name>, Vec<Name>),
    /// `heal`.
    Heal,
    /// `crash a`.
    Crash(Name),
    /// `restart a`.
    Restart(Name),
    /// `settle`.
    Settle,
    /// `await e at a, b`.
    Await(Expr, Vec<Name>),
    /// `expect e at a, b`.
    Expect(Expr, Vec<Name>),
}

/// What a node does inside `at name { … }` of a test.
#[derive(Clone, Debug, PartialEq)]
pub enum TestAction {
    /// An event with its fields.
    Event(Name, Expr),
    /// An update (`Call` or `Assign`).
    Update(Stmt),
}

/// `{ statement* }`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// The statements in order.
    pub stmts: Vec<Stmt>,
    /// From brace to brace.
    pub span: Span,
}

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    /// Which.
    pub kind: StmtKind,
    /// Where.
    pub span: Span,
}

/// The statements of a handler.
#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    /// `views[ad].inc(1)`: always an [`ExprKind::Method`].
    Call(Expr),
    /// `views[ad] += 1`.
    Assign {
        /// The place that is updated: a name with fields and indices.
        target: Expr,
        /// Which assignment.
        op: AssignOp,
        /// Where the operator stands.
        op_span: Span,
        /// The right side.
        value: Expr,
    },
    /// `let pattern = value`; the value may be an update that answers.
    Let(Pattern, Expr),
    /// `if condition { … } else { … }`; the condition may be an update that answers. `else if` is a block of one `If`.
    If(Expr, Block, Option<Block>),
    /// `for pattern in expr { … }`.
    For(Pattern, Expr, Block),
    /// `emit name { … }`.
    Emit(Name, Expr),
    /// A hole left by recovery.
    Error,
}

/// The update sugar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignOp {
    /// `+=`: `inc`.
    Add,
    /// `-=`: `dec`.
    Sub,
    /// `:=`: `set`.
    Set,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Which.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// The forms of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `1_000`; the sign is a [`UnaryOp::Neg`], so `-9223372036854775808` is a `Neg` of 2^63.
    Int(u64),
    /// `1.5e3`: finite.
    Float(f64),
    /// `true`.
    Bool(bool),
    /// `1h30m`, in microseconds.
    Duration(i64),
    /// `"text {e}"`, escapes resolved; no part for an empty text.
    Text(Vec<TextPart>),
    /// `none`.
    None,
    /// A name by itself; also an enum variant without fields.
    Name(Name),
    /// `{1, 2}`, `{}`.
    Set(Vec<Expr>),
    /// `[1, 2]`.
    List(Vec<Expr>),
    /// `["a": 1]`, `[:]`.
    Map(Vec<(Expr, Expr)>),
    /// `{ id: "a" }`.
    Record(Vec<(Name, Expr)>),
    /// `(1, "a")`, `()`; `(e)` is `e`.
    Tuple(Vec<Expr>),
    /// `not e`, `-e`.
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`; the span is the operator's.
    Binary(BinaryOp, Span, Box<Expr>, Box<Expr>),
    /// `a.ad`, `pair.0`.
    Field(Box<Expr>, Name),
    /// `views[k]`.
    Index(Box<Expr>, Box<Expr>),
    /// `f(x)`, `some(x)`, `circle(1.0)`.
    Call(Name, Vec<Arg>),
    /// `x.f(a)`; also `module.f(a)` before names are known.
    Method(Box<Expr>, Name, Vec<Arg>),
    /// `x => e`, `(k, v) => e`.
    Lambda(Box<Pattern>, Box<Expr>),
    /// `if c then a else b`.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `match e { p => e, … }`.
    Match(Box<Expr>, Vec<MatchArm>),
    /// `from p in e, … where c select e`.
    From {
        /// The sources in order.
        sources: Vec<(Pattern, Expr)>,
        /// The condition.
        filter: Option<Box<Expr>>,
        /// The result.
        select: Box<Expr>,
    },
    /// `max<int>` in `fold(into: max<int>, f)`: a lattice as the value of an argument named `into`, and nowhere else.
    Type(TypeExpr),
    /// A hole left by recovery.
    Error,
}

/// A piece of a text literal.
#[derive(Clone, Debug, PartialEq)]
pub enum TextPart {
    /// Characters as they are.
    Literal(String),
    /// `{e}`.
    Expr(Expr),
}

/// An argument of a call, named or by position.
#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    /// `by` in `group(by: f)`.
    pub name: Option<Name>,
    /// The value.
    pub value: Expr,
}

/// One arm of a `match`.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchArm {
    /// What it fits.
    pub pattern: Pattern,
    /// The guard after `if`.
    pub guard: Option<Expr>,
    /// The result.
    pub body: Expr,
}

/// Prefix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `not`.
    Not,
    /// `-`.
    Neg,
}

/// Infix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // Each is the name of its sign.
pub enum BinaryOp {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

/// A pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Which.
    pub kind: PatternKind,
    /// Where.
    pub span: Span,
}

/// The forms of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum PatternKind {
    /// A name: binds, or (decided by the compiler) an enum variant without fields.
    Name(Name),
    /// `_`.
    Wildcard,
    /// A literal: `Int` (possibly negated), `Float`, `Bool`, `Duration`, `Text` without holes, or `None`.
    Literal(Box<Expr>),
    /// `(a, b)`.
    Tuple(Vec<Pattern>),
    /// `{ ad, limit: n }`.
    Record(Vec<(Name, Option<Pattern>)>),
    /// `some(x)`, `circle(r)`.
    Variant(Name, Vec<Pattern>),
}
