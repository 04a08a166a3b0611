//! The dataflow graph: operators over relations, kept up to date by signed batches.
//!
//! Every operator produces a relation of rows (a Z-set: each row has a weight). Collections are relations whose last
//! column is the element; an expression inside a lambda is compiled for *all* its bindings at once, as a relation whose
//! first columns are the bindings (the "context"). The filter of
//!
//! ```text
//! from a in ads, c in contracts where a.ad == c.ad and views[a.ad] < c.limit select …
//!
//!   source ads ─┐
//!               ├─ join a.ad == c.ad ─► (a, c) ─ left join views on a.ad ─► (a, c, n) ─ fused: filter n < c.limit, map ─►
//!   source contracts ┘                      source views ┘
//! ```
//!
//! Invariants: `nodes` is in topological order, inputs before readers. A node's rows all have `columns` values. Weights
//! of every relation are never negative once a step is over.

use serde::{Deserialize, Serialize};

use crate::{Expr, Place, Value, VarId, VarPlan};

/// An operator, by its position in [`Graph::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NodeId(pub u32);

/// Operators in topological order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Graph {
    /// Each reads only earlier ones.
    pub nodes: Vec<Node>,
}

/// One operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// What it does.
    pub op: Op,
    /// What it reads, by port.
    pub inputs: Vec<NodeId>,
    /// How many columns its rows have.
    pub columns: u32,
    /// For people: the part of the program it came from, such as `views[a.ad] < c.limit`.
    pub detail: String,
    /// The view whose value this is, if it is one's.
    pub name: Option<String>,
    /// Whether its visible rows may still be taken back.
    pub stability: Stability,
    /// Where it was written.
    pub place: Place,
}

/// May one act on it and never take it back? (`language.md` §5.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stability {
    /// Never changes.
    Const,
    /// Only grows.
    Up,
    /// Only shrinks.
    Down,
    /// Converges, but may go back.
    Eventual,
}

impl std::fmt::Display for Stability {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Stability::Const => "const",
            Stability::Up => "stable ↑",
            Stability::Down => "stable ↓",
            Stability::Eventual => "eventual",
        })
    }
}

/// The operators.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Op {
    /// The visible value of a variable at one of its ports (see `lasp_lattice::Kind::ports`): columns are the keys
    /// walked through, then the element or leaf. Leaves arrive as values: counts as `Int`, registers as options, or
    /// bare when [`VarPlan::bare`](crate::VarPlan::bare) says so.
    Source(VarId, u32),
    /// Constant rows, each once: expressions without slots, evaluated when the program starts. `Rows(vec![vec![]])` is
    /// the context of the top level: one row, no columns.
    Rows(Vec<Vec<Expr>>),
    /// One pass over each row, without state. Slots `0..n` are the input's columns.
    Fused(Vec<Stage>),
    /// Each row once, however often it came.
    Distinct,
    /// Rows of the left and the right side with equal keys, side by side. Keys are expressions over either side's own
    /// columns; no keys: the product.
    Join {
        /// Key of a left row.
        left: Vec<Expr>,
        /// Key of a right row.
        right: Vec<Expr>,
    },
    /// Each left row with the one right row of its key, or with `default` in place of the right columns that follow the
    /// key. The right side has at most one row per key; its first `right_key` columns are the key, and only the columns
    /// behind them are appended.
    LeftJoin {
        /// Key of a left row.
        left: Vec<Expr>,
        /// How many leading columns of the right side are its key.
        right_key: u32,
        /// What stands for an absent right row.
        default: Vec<Value>,
    },
    /// Left rows whose key some right row has (`keep: true`: intersection) or none has (`keep: false`: difference).
    Semi {
        /// Key of a left row.
        left: Vec<Expr>,
        /// Key of a right row.
        right: Vec<Expr>,
        /// Which left rows stay.
        keep: bool,
    },
    /// All rows of all inputs; weights add.
    Concat,
    /// One row per group: its key (the first `key` columns) and the aggregate of `arg` over its rows. No row for an
    /// empty group: defaults are appended by a left join.
    Reduce {
        /// How many leading columns are the key.
        key: u32,
        /// What is computed.
        agg: Agg,
        /// Its argument over the row; ignored by `Count`.
        arg: Expr,
    },
    /// The least relation that its body gives back when it is fed with it: `let rec`. The body only gains rows when
    /// that relation does. Each row counts once, however often the body gives it.
    Fix {
        /// The cycle, cut open: [`Op::Port`] 0 is the relation itself, port `n` the input `n - 1`.
        body: Graph,
        /// Which operator of the body gives the next round.
        result: NodeId,
    },
    /// In the body of a [`Op::Fix`] only: what comes from outside the body.
    Port(u32),
}

impl Op {
    /// The operator in the field's words: `hash join`, `left join`, `count per group`.
    #[must_use]
    pub fn words(&self, vars: &[VarPlan]) -> String {
        match self {
            Op::Source(var, port) => {
                let name = vars.get(var.0 as usize).map_or("?", |var| var.name.as_str());
                let port = if *port == 0 { String::new() } else { format!(", port {port}") };
                format!("source {name}{port}")
            }
            Op::Rows(rows) if rows.iter().all(Vec::is_empty) => "one row".to_string(),
            Op::Rows(rows) => format!("{} constant row{}", rows.len(), if rows.len() == 1 { "" } else { "s" }),
            Op::Fused(stages) if stages.is_empty() => "pass".to_string(),
            Op::Fused(stages) => {
                let mut names: Vec<&str> = stages.iter().map(Stage::word).collect();
                names.dedup();
                names.join(", ")
            }
            Op::Distinct => "distinct".to_string(),
            Op::Join { left, .. } if left.is_empty() => "product".to_string(),
            Op::Join { .. } => "hash join".to_string(),
            Op::LeftJoin { .. } => "left join".to_string(),
            Op::Semi { keep: true, .. } => "semijoin".to_string(),
            Op::Semi { keep: false, .. } => "antijoin".to_string(),
            Op::Concat => "union all".to_string(),
            Op::Fix { .. } => "least fixed point".to_string(),
            Op::Port(0) => "the set itself".to_string(),
            Op::Port(port) => format!("input {port}"),
            Op::Reduce { key: 0, agg, .. } => agg.word().to_string(),
            Op::Reduce { agg, .. } => format!("{} per group", agg.word()),
        }
    }
}

/// One stage of a fused pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Stage {
    /// Keeps rows that satisfy it.
    Filter(Expr),
    /// Replaces the row.
    Map(Vec<Expr>),
    /// Appends the value of the expression as a column.
    Extend(Expr),
    /// For each element of the set, list or map (entries as pairs) that the expression gives, the row with it appended.
    Unnest(Expr),
}

impl Stage {
    fn word(&self) -> &'static str {
        match self {
            Stage::Filter(_) => "filter",
            Stage::Map(_) => "map",
            Stage::Extend(_) => "extend",
            Stage::Unnest(_) => "unnest",
        }
    }
}

/// What a group is reduced to. All are right under removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Agg {
    /// Number of rows (by weight).
    Count,
    /// Sum of ints, durations or floats (exact, rounded once); outside `int` the group is in error.
    Sum,
    /// Mean as a float: exact sum, rounded once. A plain float, not an option.
    Avg,
    /// Least argument.
    Min,
    /// Greatest argument.
    Max,
    /// Whether any argument is true.
    Any,
    /// Whether all are.
    All,
    /// The distinct arguments as a `Value::Set`.
    Set,
    /// The arguments, pairs of key and value with distinct keys, as a `Value::Map`.
    Map,
    /// Of the arguments, pairs of key and element, the elements of that many greatest pairs, the greatest first, as a
    /// `Value::List`. A pair that came several times is there as often.
    Top(u32),
    /// About how many different arguments there are, by a sketch.
    ApproxCount,
}

impl Agg {
    fn word(self) -> &'static str {
        match self {
            Agg::Count => "count",
            Agg::Sum => "sum",
            Agg::Avg => "average",
            Agg::Min => "minimum",
            Agg::Max => "maximum",
            Agg::Any => "any",
            Agg::All => "all",
            Agg::Set => "collect a set",
            Agg::Map => "collect a map",
            Agg::Top(_) => "greatest",
            Agg::ApproxCount => "sketch of how many",
        }
    }
}
