//! How a value moves while the state grows, and how each lattice does.
//!
//! ```text
//! gcounter          Up                     lex<max<int>, lww<text>>      Parts [Up, Eventual]
//! orset<int>        Eventual               gmap<text, { n: gcounter }>   Map(Parts [Up])
//! ```
//!
//! Neighbours: the parent module judges expressions over these.

use lasp_lattice::Order;
use lasp_plan::Stability;

use crate::crdt::Crdt;
use crate::ty::Ty;

/// How a value moves while the state grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Moves {
    Const,
    Up,
    Down,
    Eventual,
    /// A map whose keys only come, and whose values move so.
    Map(Box<Moves>),
    /// A product whose parts move so.
    Parts(Vec<Moves>),
}

impl Moves {
    pub(super) fn flip(self) -> Moves {
        match self {
            Moves::Up => Moves::Down,
            Moves::Down => Moves::Up,
            Moves::Map(_) | Moves::Parts(_) => Moves::Eventual,
            same => same,
        }
    }

    /// Of a result that follows both.
    pub(super) fn with(self, other: Moves) -> Moves {
        match (self, other) {
            (Moves::Const, same) | (same, Moves::Const) => same,
            (a, b) if a == b => a,
            _ => Moves::Eventual,
        }
    }

    /// As it is shown.
    pub(crate) fn shown(&self) -> Stability {
        match self {
            Moves::Const => Stability::Const,
            Moves::Up => Stability::Up,
            Moves::Down => Stability::Down,
            Moves::Eventual => Stability::Eventual,
            Moves::Map(inner) => match inner.as_ref() {
                Moves::Const => Stability::Up,
                other => other.shown(),
            },
            Moves::Parts(parts) => parts.iter().cloned().fold(Moves::Const, Moves::with).shown_whole(),
        }
    }

    /// Of what all parts of a product have in common.
    fn shown_whole(&self) -> Stability {
        match self {
            Moves::Map(_) | Moves::Parts(_) => Stability::Eventual,
            plain => plain.shown(),
        }
    }

    /// How a part of a product moves.
    pub(crate) fn part(&self, at: usize) -> Moves {
        match self {
            Moves::Const => Moves::Const,
            Moves::Parts(parts) => parts.get(at).cloned().unwrap_or(Moves::Eventual),
            _ => Moves::Eventual,
        }
    }
}

/// How a variable moves.
pub(crate) fn of_crdt(crdt: &Crdt) -> Moves {
    moves_of(crdt, false)
}

/// How a lattice moves; `raw`: of an `ivar`, only whether it is set is asked.
pub(super) fn moves_of(crdt: &Crdt, raw: bool) -> Moves {
    match crdt {
        Crdt::Named { info, elements, inner, .. } => match info.name {
            // A greatest list, set or map moves as a whole, by its own order; what is in it comes and goes. A greatest
            // element of a drawn lattice is the last declared, which need not be above the others.
            "max" | "min" if elements.iter().any(|ty| has_elements(ty) || ty.drawn().is_some()) => Moves::Eventual,
            // Until it is known that one node alone may set it, another value may come and take this one away.
            "ivar" if !raw => Moves::Eventual,
            // The first half decides; a greater one brings any second half with it.
            "lex" => match inner.first() {
                Some(first) => Moves::Parts(vec![moves_of(first, raw), Moves::Eventual]),
                None => Moves::Eventual,
            },
            "vclock" => Moves::Map(Box::new(Moves::Up)),
            _ => match info.order {
                Order::Grows => Moves::Up,
                Order::Shrinks => Moves::Down,
                Order::None => Moves::Eventual,
                Order::Pointwise => match inner.first() {
                    Some(inner) => Moves::Map(Box::new(moves_of(inner, raw))),
                    None => Moves::Eventual,
                },
            },
        },
        Crdt::Record(fields, _) => Moves::Parts(fields.iter().map(|(_, part)| moves_of(part, raw)).collect()),
        Crdt::Tuple(parts, _) => Moves::Parts(parts.iter().map(|part| moves_of(part, raw)).collect()),
        Crdt::Drawn(..) => Moves::Up,
        Crdt::Error => Moves::Eventual,
    }
}

/// Whether values of this type have parts that can be asked for one by one.
fn has_elements(ty: &Ty) -> bool {
    matches!(ty, Ty::Set(_) | Ty::List(_) | Ty::Map(..)) || matches!(ty, Ty::Option(inner) if has_elements(inner))
}

pub(super) fn constant_or_eventual(moves: Moves) -> Moves {
    if moves == Moves::Const { Moves::Const } else { Moves::Eventual }
}

/// A whole map or product compared structurally does not move one way.
pub(super) fn scalar(moves: Moves) -> Moves {
    if let Moves::Map(_) | Moves::Parts(_) = moves { Moves::Eventual } else { moves }
}
