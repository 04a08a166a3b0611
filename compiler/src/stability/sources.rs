//! How what is read of each lattice moves by itself.
//!
//! ```text
//! gcounter          value ↑                lex<max<int>, lww<text>>      its first half, and a second that may be any
//! orset<int>        members ~              gmap<text, { n: gcounter }>   keys ↑, n ↑
//! lww<int>          set ↑, content ~       ormap<text, gcounter>         keys ~, values ~: a removal takes back what it saw
//! ```
//!
//! A source is a lattice at its place in the type of a variable, and what is read of it. Neighbours: `tones` says what
//! a source is; `causes` finds the lattice of a source again.

use lasp_lattice::Order;
use lasp_plan::{Place, Stability, Value};

use super::moves::{Moves, range_of};
use super::range::Range;
use super::tones::{Aspect, Drift, Leaf, Source, Why};
use crate::crdt::Crdt;
use crate::hir::{Hir, HirKind};
use crate::program::VarDef;
use crate::ty::Ty;

/// How a variable moves, read at `place`; `raw`: of an `ivar` in it, only whether it is set is asked.
pub(crate) fn of_var(index: usize, var: &VarDef, place: Place, raw: bool) -> Moves {
    let mut walk = Walk { var: index, next: 0, place, raw };
    // Unset, then set for ever, to what it was sealed at.
    if var.is_seal() {
        let set = walk.leaf(0, Aspect::IsSet, Drift::Up).within(Range::BOOL);
        return Moves::Opt(set, Box::new(Moves::constant()));
    }
    let moves = walk.moves(&var.crdt);
    // What only grows does not go below its beginning.
    let begun = |leaf: Leaf| match var.init.as_ref().map(beginning) {
        Some(at) if at.is_point() => {
            let range = match leaf.reads() {
                [read] if read.direction() == Stability::Up => Range { lo: at.lo, ..Range::ALL },
                [read] if read.direction() == Stability::Down => Range { hi: at.hi, ..Range::ALL },
                _ => Range::ALL,
            };
            let range = leaf.range.meet(range);
            leaf.of_size(range)
        }
        _ => leaf,
    };
    let moves = match moves {
        Moves::Set(members, element) => Moves::Set(begun(members), element),
        Moves::Map(keys, key, value) => Moves::Map(begun(keys), key, value),
        Moves::Opt(set, content) => match *content {
            Moves::Leaf(content) => Moves::Opt(set, Box::new(Moves::Leaf(begun(content)))),
            content => Moves::Opt(set, Box::new(content)),
        },
        Moves::Leaf(leaf) => {
            let leaf = begun(leaf);
            let range = leaf.range;
            Moves::Leaf(leaf.within(range))
        }
        parts => parts,
    };
    // An initial value makes a register read bare.
    match (moves, &var.ty) {
        (Moves::Opt(_, content), ty) if !matches!(ty, Ty::Option(_) | Ty::Error) => {
            content.each_leaf(&mut |leaf| leaf.within(range_of(ty)))
        }
        (moves, _) => moves,
    }
}

/// The size of an initial value: a number, a truth, or so many elements.
fn beginning(init: &Hir) -> Range {
    match &init.kind {
        HirKind::Const(value) => Range::of_value(value),
        HirKind::Set(parts) => {
            let mut distinct: Vec<&Value> = Vec::new();
            for part in parts {
                match &part.kind {
                    HirKind::Const(value) if !distinct.contains(&value) => distinct.push(value),
                    HirKind::Const(_) => {}
                    _ => return Range::ALL,
                }
            }
            Range::size(distinct.len())
        }
        _ => Range::ALL,
    }
}

/// The lattice that a source is, of the type of its variable.
pub(super) fn lattice_of(crdt: &Crdt, number: u32) -> Option<&Crdt> {
    fn walk<'c>(crdt: &'c Crdt, next: &mut u32, wanted: u32) -> Option<&'c Crdt> {
        let own = *next;
        *next += 1;
        if own == wanted {
            return Some(crdt);
        }
        inner(crdt).into_iter().find_map(|part| walk(part, next, wanted))
    }
    walk(crdt, &mut 0, number)
}

fn inner(crdt: &Crdt) -> Vec<&Crdt> {
    match crdt {
        Crdt::Named { inner, .. } => inner.iter().collect(),
        Crdt::Record(fields, _) => fields.iter().map(|(_, part)| part).collect(),
        Crdt::Tuple(parts, _) => parts.iter().collect(),
        Crdt::Drawn(..) | Crdt::Error => Vec::new(),
    }
}

struct Walk {
    var: usize,
    /// The number of the next lattice.
    next: u32,
    place: Place,
    raw: bool,
}

impl Walk {
    fn leaf(&self, lattice: u32, aspect: Aspect, drift: Drift) -> Leaf {
        Leaf::source(Source { var: self.var, lattice, aspect }, drift, self.place)
    }

    fn moves(&mut self, crdt: &Crdt) -> Moves {
        let number = self.next;
        self.next += 1;
        match crdt {
            Crdt::Named { info, elements, .. } => {
                let parts: Vec<Moves> = inner(crdt).into_iter().map(|part| self.moves(part)).collect();
                let element = elements.first();
                self.named(number, info, element, parts)
            }
            Crdt::Record(..) | Crdt::Tuple(..) => {
                Moves::Parts(inner(crdt).into_iter().map(|part| self.moves(part)).collect())
            }
            Crdt::Drawn(..) => Moves::Leaf(self.leaf(number, Aspect::Value, Drift::Up)),
            Crdt::Error => Moves::Leaf(Leaf::unknown(self.place)),
        }
    }

    fn named(
        &self,
        number: u32,
        info: &lasp_lattice::LatticeInfo,
        element: Option<&Ty>,
        mut parts: Vec<Moves>,
    ) -> Moves {
        use lasp_lattice::Read;
        let place = self.place;
        let drift = match info.order {
            Order::Grows | Order::Pointwise => Drift::Up,
            Order::Shrinks => Drift::Down,
            Order::None => Drift::Both,
        };
        let value = self.leaf(number, Aspect::Value, drift);
        let fixed = || Box::new(Moves::constant());
        match info.read {
            Read::Set | Read::List => {
                Moves::Set(self.leaf(number, Aspect::Members, drift).of_size(range_of(&Ty::set(Ty::Int))), fixed())
            }
            Read::Nat => Moves::Leaf(value.within(range_of(&Ty::Nat))),
            Read::Bool => Moves::Leaf(value.within(range_of(&Ty::Bool))),
            Read::Int | Read::Element => Moves::Leaf(value),
            Read::OptionElement => {
                // Two values of an `ivar` leave nothing to be read, but that it is set.
                let torn = info.name == "ivar" && !self.raw;
                let stays = if torn { Drift::Both } else { Drift::Up };
                let set = self.leaf(number, Aspect::IsSet, stays).within(range_of(&Ty::Bool));
                let content = match info.name {
                    // Until it is known that one node alone may set it, another value may come and take this one away.
                    "ivar" => self.leaf(number, Aspect::Value, Drift::Both),
                    // A greatest list, set or map moves as a whole, by its own order; what is in it comes and goes. A
                    // greatest element of a drawn lattice is the last declared, which need not be above the others.
                    _ if element.is_some_and(|ty| has_elements(ty) || ty.drawn().is_some()) => {
                        value.any(place, Why::Inside)
                    }
                    _ => value,
                };
                let range = element.map_or_else(Range::default, range_of);
                Moves::Opt(set, Box::new(Moves::Leaf(content.within(range))))
            }
            Read::Map => {
                let inner = parts.pop().unwrap_or_else(|| Moves::Leaf(Leaf::unknown(place)));
                let keys = self.leaf(number, Aspect::Members, drift).of_size(range_of(&Ty::set(Ty::Int)));
                let inner = match drift {
                    Drift::Up => inner,
                    // A removed key takes the value with it, whatever it is.
                    _ => {
                        let gone = self.leaf(number, Aspect::Value, Drift::Both);
                        inner.each_changing(&mut |leaf| leaf.with(&gone).within(leaf.range))
                    }
                };
                Moves::Map(keys, fixed(), Box::new(inner))
            }
            // The first half decides; a greater one brings any second half with it.
            Read::Pair => {
                let second = parts.pop().unwrap_or_else(Moves::constant);
                let first = parts.pop().unwrap_or_else(Moves::constant);
                let brought = self.leaf(number, Aspect::Value, Drift::Both);
                let second = second.each_changing(&mut |leaf| leaf.with(&brought).within(leaf.range));
                Moves::Parts(vec![first, second])
            }
            Read::MapCounts => {
                let keys = self.leaf(number, Aspect::Members, Drift::Up).of_size(range_of(&Ty::set(Ty::Int)));
                Moves::Map(keys, fixed(), Box::new(Moves::Leaf(value.within(range_of(&Ty::Nat)))))
            }
        }
    }
}

/// Whether values of this type have parts that can be asked for one by one.
pub(super) fn has_elements(ty: &Ty) -> bool {
    matches!(ty, Ty::Set(_) | Ty::List(_) | Ty::Map(..)) || matches!(ty, Ty::Option(inner) if has_elements(inner))
}
