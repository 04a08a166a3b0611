//! The operator table (`language.md` §5) as data: what an operation on a lattice does to flow and stability.
//!
//! ```text
//!            gset        orset …      max, flag …   gcounter    pncounter, lww, mv
//! count      gather ↑    owned ~                                owned ~
//! ```
//!
//! A cell has one case, or several with a side condition each (`sum`: numbers that are never negative, or others). A
//! case claims a flow and a mark, and shows a program whose view `t` has them.
//!
//! Invariants (tested in `tests/tests/flow_table.rs`): each case's program is judged as the case says; each claim holds
//! in an executable model of the lattice, and where it claims less than `through` the model has an example why.
//! Neighbours: `crate::flow` takes its answers from here; `docs/operators.md` is printed from here.

use crate::flow::Flow;

/// What an operation is applied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// `gset`, the keys of a `gmap`: rows only come.
    Grow,
    /// `orset`, `ormap`, `twopset`, `rwset`: rows come and go.
    Removable,
    /// `max`, `min`, `flag`, `ivar`, a drawn lattice: one value that is replaced by greater ones.
    Choice,
    /// `gcounter`: a slot per writer, read as their sum.
    Counter,
    /// `pncounter`, `lww`, `mv`: a value that goes anywhere.
    Register,
}

impl Column {
    /// All of them, in the order of the table.
    pub const ALL: [Column; 5] = [Column::Grow, Column::Removable, Column::Choice, Column::Counter, Column::Register];

    /// The types that stand over it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Column::Grow => "gset, keys of a gmap",
            Column::Removable => "orset, ormap, twopset, rwset",
            Column::Choice => "max, min, flag, ivar, drawn",
            Column::Counter => "gcounter",
            Column::Register => "pncounter, lww, mv",
        }
    }
}

/// What is applied: rows of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // Named as users call them; what differs is documented.
pub enum Row {
    /// Also any function of a single value: arithmetic, `float`, `upper`.
    Map,
    FlatMap,
    Group,
    /// A function of each value of a map.
    Each,
    Filter,
    /// A value that a filter or a function captures: it is carried beside the row.
    Captured,
    /// Also `or`, and the sum of two counters.
    Union,
    Intersect,
    Product,
    Join,
    And,
    Minus,
    Count,
    IsEmpty,
    Sum,
    Avg,
    Min,
    Max,
    Fold,
    Any,
    All,
    Top,
    /// `>=`, `at_least`.
    AtLeast,
    /// `<`, `<=`, `at_most`.
    AtMost,
    Contains,
    /// `m[k]`, `get`, a part of a product.
    Lookup,
    Keys,
    Values,
    ApproxCount,
    LetRec,
}

impl Row {
    /// As it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Row::Map => "map, functions of a value",
            Row::FlatMap => "flat_map",
            Row::Group => "group",
            Row::Each => "each",
            Row::Filter => "filter",
            Row::Captured => "captured `m[k]`",
            Row::Union => "union, or, +",
            Row::Intersect => "intersect",
            Row::Product => "product",
            Row::Join => "join",
            Row::And => "and",
            Row::Minus => "minus",
            Row::Count => "count",
            Row::IsEmpty => "is_empty",
            Row::Sum => "sum",
            Row::Avg => "avg",
            Row::Min => "min",
            Row::Max => "max",
            Row::Fold => "fold(into)",
            Row::Any => "any",
            Row::All => "all",
            Row::Top => "top",
            Row::AtLeast => "≥ k",
            Row::AtMost => "≤ k",
            Row::Contains => "contains",
            Row::Lookup => "m[k], get",
            Row::Keys => "keys",
            Row::Values => "values",
            Row::ApproxCount => "approx_count",
            Row::LetRec => "let rec",
        }
    }
}

/// What must hold for a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Condition {
    /// Nothing.
    Always,
    /// The function rises with the value.
    Rising,
    /// The function falls as the value rises.
    Falling,
    /// The function does neither.
    Mixed,
    /// No number is negative.
    NonNegative,
    /// Some number may be negative.
    Signed,
    /// A factor that is fixed and not negative; or another counter, added.
    Linear,
    /// The second set is constant or sealed.
    Fixed,
    /// The second set may change.
    Changing,
    /// Of a register that is written whole: the function goes with the write (`lww`, `mv`).
    Whole,
    /// The lattice is a chain: of any two elements one is below the other.
    Chain,
    /// The lattice has elements of which neither is below the other.
    Branching,
    /// Not yet set counts as neither side of the bound.
    Unset,
}

impl Condition {
    /// In words; empty if there is none.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Condition::Always => "",
            Condition::Rising => "f +",
            Condition::Falling => "f -",
            Condition::Mixed => "f ?",
            Condition::NonNegative => "f ≥ 0",
            Condition::Signed => "f < 0 possible",
            Condition::Linear => "×k ≥ 0, a + b",
            Condition::Fixed => "b constant or sealed",
            Condition::Changing => "b changes",
            Condition::Whole => "lww, mv",
            Condition::Chain => "a chain",
            Condition::Branching => "with branches",
            Condition::Unset => "may be unset",
        }
    }
}

/// How the visible value moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// `stable ↑`.
    Up,
    /// `stable ↓`.
    Down,
    /// `eventual`.
    Eventual,
}

impl Mark {
    /// As it stands in the table.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Mark::Up => "↑",
            Mark::Down => "↓",
            Mark::Eventual => "~",
        }
    }
}

/// One claim of the table.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The operation.
    pub row: Row,
    /// What it is applied to.
    pub column: Column,
    /// What must hold besides.
    pub when: Condition,
    /// Its flow.
    pub flow: Flow,
    /// How its visible value moves.
    pub mark: Mark,
    /// Declarations of variables, divided by `; `.
    pub vars: &'static str,
    /// An expression over them; empty where the language has no way to say it, or this version does not run it.
    pub expr: &'static str,
}

impl Case {
    /// A program whose view `t` is an instance of the case; none if there is none.
    #[must_use]
    pub fn program(&self) -> Option<String> {
        let declared: String = self.vars.split("; ").map(|declaration| format!("{declaration}\n")).collect();
        (!self.expr.is_empty()).then(|| format!("{declared}let t = {}\nshow t\n", self.expr))
    }
}

/// The cases of a cell.
pub fn cases(row: Row, column: Column) -> impl Iterator<Item = &'static Case> {
    TABLE.iter().filter(move |case| case.row == row && case.column == column)
}

/// What the table claims; `owned` where it says nothing, which is always right.
#[must_use]
pub fn flow(row: Row, column: Column, when: Condition) -> Flow {
    let found = cases(row, column).find(|case| case.when == when || case.when == Condition::Always);
    found.map_or(Flow::Owned, |case| case.flow)
}

macro_rules! table {
    ($($row:ident $column:ident $when:ident $flow:ident $mark:ident $vars:literal $expr:literal)+) => {
        /// Every claim, row by row.
        pub const TABLE: &[Case] = &[$(Case {
            row: Row::$row,
            column: Column::$column,
            when: Condition::$when,
            flow: Flow::$flow,
            mark: Mark::$mark,
            vars: $vars,
            expr: $expr,
        },)+];
    };
}

table! {
    Map Grow Always Through Up "var s: gset<int>" "s.map(x => x * 2)"
    Map Removable Always Through Eventual "var s: orset<int>" "s.map(x => x * 2)"
    Map Choice Rising Through Up "var m: max<int> = 0" "m + 1"
    Map Choice Falling Through Down "var m: max<int> = 0" "1 - m"
    Map Choice Mixed Owned Eventual "var m: max<int> = 0" "m % 2"
    Map Counter Linear Through Up "var n: gcounter" "n * 2"
    Map Counter Rising Gather Up "var n: gcounter" "n / 2"
    Map Counter Falling Gather Down "var n: gcounter" "1 - n"
    Map Counter Mixed Owned Eventual "var n: gcounter" "n % 2"
    Map Register Linear Through Eventual "var n: pncounter" "n * 2"
    Map Register Whole Through Eventual "var r: lww<int>" "r.or(0) % 2"
    Map Register Mixed Owned Eventual "var n: pncounter" "n % 2"
    FlatMap Grow Always Through Up "var s: gset<int>" "s.flat_map(x => {x, x + 1})"
    FlatMap Removable Always Through Eventual "var s: orset<int>" "s.flat_map(x => {x, x + 1})"
    Group Grow Always Through Up "var s: gset<int>" "s.group(by: x => x % 2)"
    Group Removable Always Through Eventual "var s: orset<int>" "s.group(by: x => x % 2)"
    Each Grow Rising Through Up "var m: gmap<text, max<int>>" "m.each(v => v.at_least(2))"
    Each Removable Rising Through Eventual "var s: orset<int>" "s.group(by: x => x % 2).each(g => g.map(x => x + 1))"
    Filter Grow Always Through Up "var s: gset<int>" "s.filter(x => x > 2)"
    Filter Removable Always Through Eventual "var s: orset<int>" "s.filter(x => x > 2)"
    Filter Choice Rising Through Up "var m: max<int>" ""
    Filter Choice Mixed Owned Eventual "var m: max<int>" ""
    Filter Register Whole Through Eventual "var r: mv<int>" "r.filter(x => x > 2)"
    Captured Grow Rising Meet Up "var s: gset<text>; var m: gmap<text, gcounter>" "s.filter(x => m[x] >= 2)"
    Captured Grow Mixed Meet Eventual "var s: gset<text>; var m: gmap<text, gcounter>" "s.filter(x => m[x] < 2)"
    Captured Removable Always Meet Eventual
        "var s: orset<text>; var m: gmap<text, gcounter>" "s.filter(x => m[x] >= 2)"
    Union Grow Always Through Up "var a: gset<int>; var b: gset<int>" "a.union(b)"
    Union Removable Always Through Eventual "var a: orset<int>; var b: orset<int>" "a.union(b)"
    Union Choice Always Through Up "var a: flag; var b: flag" "a or b"
    Union Counter Linear Through Up "var a: gcounter; var b: gcounter" "a + b"
    Union Register Whole Through Eventual "var a: mv<int>; var b: mv<int>" "a.union(b)"
    Union Register Linear Through Eventual "var a: pncounter; var b: pncounter" "a + b"
    Intersect Grow Always Meet Up "var a: gset<int>; var b: gset<int>" "a.intersect(b)"
    Intersect Removable Always Meet Eventual "var a: orset<int>; var b: orset<int>" "a.intersect(b)"
    Product Grow Always Meet Up "var a: gset<int>; var b: gset<int>" "a.product(b)"
    Product Removable Always Meet Eventual "var a: orset<int>; var b: orset<int>" "a.product(b)"
    Product Register Whole Meet Eventual "var a: mv<int>; var b: mv<int>" "a.product(b)"
    Join Grow Always Meet Up "var a: gset<int>; var b: gset<int>" "a.join(b, on: (x, y) => x == y)"
    Join Removable Always Meet Eventual "var a: orset<int>; var b: orset<int>" "a.join(b, on: (x, y) => x == y)"
    And Choice Always Meet Up "var a: flag; var b: flag" "a and b"
    Minus Grow Fixed Through Up "var a: gset<int>" "a.minus({1, 2})"
    Minus Grow Changing Owned Eventual "var a: gset<int>; var b: gset<int>" "a.minus(b)"
    Minus Removable Fixed Through Eventual "var a: orset<int>" "a.minus({1, 2})"
    Minus Removable Changing Owned Eventual "var a: orset<int>; var b: orset<int>" "a.minus(b)"
    Count Grow Always Gather Up "var s: gset<int>" "s.count()"
    Count Removable Always Owned Eventual "var s: orset<int>" "s.count()"
    Count Register Always Owned Eventual "var r: mv<int>" "r.count()"
    IsEmpty Grow Always Through Down "var s: gset<int>" "s.is_empty()"
    IsEmpty Removable Always Owned Eventual "var s: orset<int>" "s.is_empty()"
    IsEmpty Register Always Owned Eventual "var r: mv<int>" "r.is_empty()"
    Sum Grow NonNegative Gather Up "var s: gset<nat>" "s.sum(x => x)"
    Sum Grow Signed Owned Eventual "var s: gset<int>" "s.sum(x => x)"
    Sum Removable Always Owned Eventual "var s: orset<nat>" "s.sum(x => x)"
    Sum Register Always Owned Eventual "var r: mv<nat>" "r.sum(x => x)"
    Avg Grow Always Owned Eventual "var s: gset<int>" "s.avg(x => x)"
    Avg Removable Always Owned Eventual "var s: orset<int>" "s.avg(x => x)"
    Avg Register Always Owned Eventual "var r: mv<int>" "r.avg(x => x)"
    Min Grow Always Through Down "var s: gset<int>" "s.min(x => x)"
    Min Removable Always Owned Eventual "var s: orset<int>" "s.min(x => x)"
    Min Register Always Owned Eventual "var r: mv<int>" "r.min(x => x)"
    Max Grow Always Through Up "var s: gset<int>" "s.max(x => x)"
    Max Removable Always Owned Eventual "var s: orset<int>" "s.max(x => x)"
    Max Register Always Owned Eventual "var r: mv<int>" "r.max(x => x)"
    Fold Grow Always Through Up "var s: gset<int>" ""
    Fold Removable Always Owned Eventual "var s: orset<int>" ""
    Any Grow Always Through Up "var s: gset<int>" "s.any(x => x > 2)"
    Any Removable Always Owned Eventual "var s: orset<int>" "s.any(x => x > 2)"
    Any Register Always Owned Eventual "var r: mv<int>" "r.any(x => x > 2)"
    All Grow Always Through Down "var s: gset<int>" "s.all(x => x > 2)"
    All Removable Always Owned Eventual "var s: orset<int>" "s.all(x => x > 2)"
    All Register Always Owned Eventual "var r: mv<int>" "r.all(x => x > 2)"
    Top Grow Always Through Eventual "var s: gset<int>" "s.top(2, by: x => x)"
    Top Removable Always Owned Eventual "var s: orset<int>" "s.top(2, by: x => x)"
    Top Register Always Owned Eventual "var r: mv<int>" "r.top(2, by: x => x)"
    AtLeast Grow Always Gather Up "var s: gset<int>" "s.count() >= 3"
    AtLeast Removable Always Owned Eventual "var s: orset<int>" "s.count() >= 3"
    AtLeast Choice Chain Through Up "var m: max<int>" "m >= 3"
    AtLeast Choice Branching Gather Up
        "lattice Status { placed < paid < sent, placed < stopped < sent }; var m: Status" "m >= sent"
    AtLeast Counter Always Gather Up "var n: gcounter" "n >= 3"
    AtLeast Register Always Owned Eventual "var n: pncounter" "n >= 3"
    AtMost Grow Always Gather Down "var s: gset<int>" "s.count() <= 3"
    AtMost Choice Chain Through Down "var m: max<int> = 0" "m <= 3"
    AtMost Choice Unset Owned Eventual "var m: max<int>" "m <= 3"
    AtMost Counter Always Gather Down "var n: gcounter" "n <= 3"
    AtMost Register Always Owned Eventual "var n: pncounter" "n <= 3"
    Contains Grow Always Through Up "var s: gset<int>" "s.contains(2)"
    Contains Removable Always Owned Eventual "var s: orset<int>" "s.contains(2)"
    Contains Register Always Owned Eventual "var r: mv<int>" "r.contains(2)"
    Lookup Grow Always Through Up "var m: gmap<text, gcounter>" "m[\"a\"]"
    Lookup Removable Always Through Eventual "var m: ormap<text, gcounter>" "m[\"a\"]"
    Keys Grow Always Through Up "var m: gmap<text, gcounter>" "m.keys()"
    Keys Removable Always Through Eventual "var m: ormap<text, gcounter>" "m.keys()"
    Values Grow Always Through Eventual "var m: gmap<text, gcounter>" "m.values()"
    Values Removable Always Through Eventual "var m: ormap<text, gcounter>" "m.values()"
    ApproxCount Grow Always Through Up "var s: gset<int>" "s.approx_count()"
    LetRec Grow Always Gather Up "var s: gset<(int, int)>" ""
    LetRec Removable Always Owned Eventual "var s: orset<(int, int)>" ""
}
