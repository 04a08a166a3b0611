//! The lattice that a result is in, as far as the operator table asks.
//!
//! ```text
//! orset<int>               Rows { Removable }        gmap<text, gcounter>     Rows { Grow, value: Counter }
//! max<int>                 Chain(up)                 s.count() of a gset      Chain(up), which the count gathers
//! ```
//!
//! Neighbours: the parent module judges expressions over these; `stability::moves` says how the *visible* value moves.

use super::Flow;
use crate::crdt::Crdt;
use crate::operators::table::Column;

/// A lattice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Never changes.
    Const,
    /// A set, or a map if it has a value.
    Rows {
        /// Whether rows only come (`Grow`), come and go (`Removable`), or are what was written at the same time
        /// (`Register`).
        column: Column,
        /// What it takes to read the rows, where something is carried beside them.
        read: Flow,
        /// Of a map.
        value: Option<Box<Shape>>,
    },
    /// Any two elements can be compared; up: the greater wins, else the lesser.
    Chain(bool),
    /// A drawn lattice; whether it is a chain. A `max` of its elements is not it: that one goes by the order declared.
    Drawn(bool),
    /// A slot per writer that grows, read as the sum.
    Counter,
    /// The same, going both ways.
    Vector,
    /// Written whole: a function of it goes with the write.
    Whole,
    /// Side by side.
    Parts(Vec<Shape>),
    /// Any other: as it is, or owned.
    Loose,
}

impl Shape {
    /// A set with nothing beside its rows.
    pub(super) fn rows(column: Column) -> Shape {
        Shape::Rows { column, read: Flow::Through, value: None }
    }

    pub(super) fn part(&self, at: usize) -> Shape {
        match self {
            Shape::Const => Shape::Const,
            Shape::Parts(parts) => parts.get(at).cloned().unwrap_or(Shape::Loose),
            _ => Shape::Loose,
        }
    }

    /// The same below a key that can be removed: what grew may now go back.
    fn removable(self) -> Shape {
        match self {
            Shape::Counter => Shape::Vector,
            Shape::Chain(_) | Shape::Drawn(_) => Shape::Loose,
            Shape::Rows { column: Column::Grow, read, value } => {
                let value = value.map(|value| Box::new(value.removable()));
                Shape::Rows { column: Column::Removable, read, value }
            }
            Shape::Parts(parts) => Shape::Parts(parts.into_iter().map(Shape::removable).collect()),
            same => same,
        }
    }
}

/// The lattice of a variable; `raw`: of an `ivar`, only whether it is set is asked.
pub(super) fn of_crdt(crdt: &Crdt, raw: bool) -> Shape {
    match crdt {
        Crdt::Named { info, inner, .. } => {
            let below = || inner.first().map_or(Shape::Loose, |inner| of_crdt(inner, raw));
            let map = |column, value| Shape::Rows { column, read: Flow::Through, value: Some(Box::new(value)) };
            match info.name {
                "gset" => Shape::rows(Column::Grow),
                "orset" | "rwset" | "twopset" => Shape::rows(Column::Removable),
                "mv" => Shape::rows(Column::Register),
                "gmap" => map(Column::Grow, below()),
                "ormap" => map(Column::Removable, below().removable()),
                "vclock" => map(Column::Grow, Shape::Chain(true)),
                "gcounter" => Shape::Counter,
                "pncounter" => Shape::Vector,
                "max" | "flag" => Shape::Chain(true),
                "ivar" if raw => Shape::Chain(true),
                "min" => Shape::Chain(false),
                // An `ivar` keeps the value that was set beside what a function makes of it, so that a conflict shows.
                "lww" | "ivar" => Shape::Whole,
                "lex" => Shape::Parts(vec![below(), Shape::Loose]),
                _ => Shape::Loose,
            }
        }
        Crdt::Record(fields, _) => Shape::Parts(fields.iter().map(|(_, part)| of_crdt(part, raw)).collect()),
        Crdt::Tuple(parts, _) => Shape::Parts(parts.iter().map(|part| of_crdt(part, raw)).collect()),
        Crdt::Drawn(drawn, ..) => Shape::Drawn(drawn.is_chain()),
        Crdt::Error => Shape::Loose,
    }
}
