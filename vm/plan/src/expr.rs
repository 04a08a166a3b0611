//! Expressions: the pure part of a plan.
//!
//! An expression is evaluated against a *frame*: slots `0..n` are the columns of the row in hand (or the parameters of
//! a handler), higher slots are bound by patterns inside the expression. `views[a.ad] < c.limit`, once the lookup has
//! become a left join that appends a column, is `Binary(Lt, Local(2), Field(Local(1), 1))`.
//!
//! The same language runs in two places: over rows inside the dataflow (then it mentions no `Var` or `View`), and
//! directly over the current state in handlers, in the REPL and in the oracle that the dataflow is tested against.
//!
//! Invariants: slots are resolved; types have been checked, so an evaluator may treat a mismatch as a broken invariant;
//! what can still fail at run time is arithmetic (overflow, division by zero), a conversion, a read outside `int`.

use std::sync::Arc;

use lasp_lattice::UserLattice;
use serde::{Deserialize, Serialize};

use crate::{Type, Value};

/// A place in the program's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Position of the file in [`Plan::files`](crate::Plan::files).
    pub file: u16,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A variable, by its position in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VarId(pub u32);

/// A view, by its position in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ViewId(pub u32);

/// An expression with its place, for errors at run time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// Where it was written.
    pub place: Place,
}

/// The forms of an expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ExprKind {
    /// A constant.
    Const(Value),
    /// A slot of the frame.
    Local(u32),
    /// The visible value of a variable (never inside the dataflow).
    Var(VarId),
    /// The value of a view (never inside the dataflow).
    View(ViewId),
    /// `quota[ad].rights`: what this node may spend of a `bcounter` (handlers only). Inside stands the way there:
    /// lookups and fields of a variable.
    Rights(Box<Expr>),
    /// A slot of a tuple or record.
    Field(Box<Expr>, u32),
    /// A tuple or record.
    Tuple(Vec<Expr>),
    /// A set literal.
    Set(Vec<Expr>),
    /// A list literal.
    List(Vec<Expr>),
    /// A map literal.
    Map(Vec<(Expr, Expr)>),
    /// An enum value.
    Variant(u32, Vec<Expr>),
    /// `some(e)`.
    Some(Box<Expr>),
    /// Text with holes: each part is converted as [`format::text_of`](crate::format::text_of) does, bare texts
    /// unquoted.
    Text(Vec<TextPart>),
    /// Prefix operator.
    Unary(UnaryOp, Box<Expr>),
    /// Infix operator; `And` and `Or` do not evaluate their right side in vain.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// Comparison of an option with a bound: unset is false.
    CompareSet(BinaryOp, Box<Expr>, Box<Expr>),
    /// Comparison of two elements of a drawn lattice by its order: where neither is below the other, every one is
    /// false. Of an option and an element, unset is false; of two options, unset is below set.
    CompareDrawn(BinaryOp, Box<Expr>, Box<Expr>, Arc<UserLattice>),
    /// Only the chosen branch is evaluated.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// The first arm that fits. The checker has made sure that one does.
    Match(Box<Expr>, Vec<Arm>),
    /// Binds a pattern that always fits.
    Let(Pattern, Box<Expr>, Box<Expr>),
    /// `m[k]`: with a default, the value or the default; without, an option.
    Lookup(Box<Expr>, Box<Expr>, Option<Box<Value>>),
    /// A scalar function.
    Call(Func, Vec<Expr>),
    /// The least set that the body gives back when the slot holds it: found by starting from the empty set. The body
    /// only gains elements when the slot does.
    Fix(u32, Box<Expr>),
    /// A combinator over a set, list or map.
    Coll(CollOp, Box<Expr>, Vec<Expr>, Option<Lambda>),
}

/// A function literal: binds its argument to `slot`, then evaluates `body`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lambda {
    /// Where the argument goes.
    pub slot: u32,
    /// The body.
    pub body: Box<Expr>,
}

/// A part of a text with holes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TextPart {
    /// As it is.
    Literal(String),
    /// A value and the type to print it by.
    Hole(Expr, Type),
}

/// An arm of a match.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Arm {
    /// What it fits.
    pub pattern: Pattern,
    /// Further condition.
    pub guard: Option<Expr>,
    /// Result.
    pub body: Expr,
}

/// A pattern with its slots resolved.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Pattern {
    /// Fits everything.
    Wildcard,
    /// Fits everything and stores it.
    Bind(u32),
    /// Fits one value.
    Const(Value),
    /// A tuple, or some slots of a record.
    Slots(Vec<(u32, Pattern)>),
    /// An enum variant and its fields.
    Variant(u32, Vec<Pattern>),
    /// A set option.
    Some(Box<Pattern>),
}

/// Prefix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UnaryOp {
    /// Of a truth value.
    Not,
    /// Of a number or duration.
    Neg,
}

/// Infix operators, on values of the types the checker admits: numbers; `time ± duration`, `time - time`,
/// `duration ± duration`, `duration * int`, `duration / int`. Integer division truncates; `%` has the sign of its left
/// side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// Scalar functions. The names users write are in the compiler's operator table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Func {
    /// `x.or(default)` of an option.
    Or,
    /// `is_set` of an option.
    IsSet,
    /// `x.at_least(k)`: of a number, or of an option (unset is false).
    AtLeast,
    /// `x.at_most(k)`: of a number, or of an option (unset is false).
    AtMost,
    /// Absolute value.
    Abs,
    /// To `float` (from int).
    ToFloat,
    /// To `int`, truncating; fails outside its range.
    ToInt,
    /// To `nat`; fails when negative.
    ToNat,
    /// Number of characters of a text.
    Length,
    /// Upper case.
    Upper,
    /// Lower case.
    Lower,
    /// Without surrounding white space.
    Trim,
    /// `t.starts_with(prefix)`.
    StartsWith,
    /// `t.ends_with(suffix)`.
    EndsWith,
    /// `t.contains(part)`.
    TextContains,
    /// `t.replace(what, with)`: every place where `what` stands; an empty `what` stands nowhere.
    Replace,
    /// `t.split(by)`: the parts between; by an empty text: the characters.
    Split,
    /// `t.slice(from, to)`, or to its end: characters by place, from 0; what lies outside is left out.
    Slice,
    /// The texts of a list with another between them.
    JoinText,
    /// The `int` that a text is, as an option.
    ParseInt,
    /// The finite `float` that a text is, as an option.
    ParseFloat,
    /// `l.get(place)` of a list, from 0: an option.
    ItemAt,
    /// The lesser of two values.
    Min,
    /// The greater of two values.
    Max,
    /// `x.clamp(low, high)`: where they are the wrong way round, `high`.
    Clamp,
    /// To the nearest whole float, halves away from 0.
    Round,
    /// Down to a whole float.
    Floor,
    /// Up to a whole float.
    Ceil,
    /// Of a float; of a negative one NaN.
    Sqrt,
    /// `t.floor(step)` of a time or duration: down to a multiple of the step. Fails with R0702 for a step of 0.
    FloorTo,
    /// A time from seconds since 1970 in UTC; fails outside `time`.
    ToTime,
    /// Of a time in UTC, as are those that follow.
    Year,
    /// From 1.
    Month,
    /// From 1.
    Day,
    /// 0 to 23.
    Hour,
    /// 0 to 59.
    Minute,
    /// 0 to 59.
    Second,
    /// From Monday, 1, to Sunday, 7.
    Weekday,
    /// How many whole milliseconds a duration has, truncated, and so on up to days.
    Milliseconds,
    /// Whole seconds.
    Seconds,
    /// Whole minutes.
    Minutes,
    /// Whole hours.
    Hours,
    /// Whole days of 24 hours.
    Days,
    /// The elements of a list with their places, as pairs `(place, element)`, so that no two are equal; those of a set
    /// or map have place 0. How the dataflow keeps apart what a list holds twice.
    Places,
    /// The one value of an `ivar`, from its row in the dataflow and its name. Fails with R0707 where there are two:
    /// then the row holds the set of them.
    Agreed,
}

/// Combinators. With the source (a set, list or map; a map's elements are its entries as pairs), the arguments and the
/// lambda each takes. Results that are sets have no duplicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CollOp {
    /// Lambda: element → element. A set.
    Map,
    /// Lambda: element → bool. Keeps the kind of the source (a map stays a map).
    Filter,
    /// Lambda: element → set or list. A set.
    FlatMap,
    /// Argument: a set.
    Union,
    /// Argument: a set.
    Intersect,
    /// Argument: a set. Pairs.
    Product,
    /// Argument: a set; lambda: pair → bool. Pairs.
    Join,
    /// Argument: a set.
    Minus,
    /// Lambda: element → key. A map from key to set.
    Group,
    /// Source: a map; lambda: value → value. A map.
    Each,
    /// Number of elements.
    Count,
    /// Whether there is none.
    IsEmpty,
    /// Lambda (optional): element → number or duration. Of the empty set: the zero of the type that the argument, a
    /// constant, shows.
    Sum,
    /// Lambda (optional): element → number. An option of float.
    Avg,
    /// Lambda (optional): element → value. An option.
    Min,
    /// Lambda (optional): element → value. An option.
    Max,
    /// Lambda: element → bool.
    Any,
    /// Lambda: element → bool.
    All,
    /// Argument: an element (of a map: a key).
    Contains,
    /// Source: a map. Its keys as a set.
    Keys,
    /// Source: a map. Its values as a set.
    Values,
    /// The elements as a set: of a list, or of a map as pairs.
    ToSet,
    /// Argument: a constant number; lambda (optional): element → key. The list of the elements with the greatest keys,
    /// the greatest first, of equal keys the greater element first. Of a list, each occurrence counts.
    Top,
    /// About how many different elements there are (of a map: keys), by a sketch: the same wherever it is computed.
    ApproxCount,
    /// Argument: what it starts with; lambda: pair of what is gathered and an element → what is gathered. Of a set or
    /// map in the order of its elements, so that the result is the same even where the order should tell.
    Fold,
}
