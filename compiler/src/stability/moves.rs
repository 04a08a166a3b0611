//! How a value moves while the state grows: leaves with tones, put together as the value is.
//!
//! ```text
//! gcounter                        Leaf ↑
//! min<int>                        Opt: set ↑, content ↓
//! gset<T>                         Set: members ↑, each element fixed
//! gmap<text, { n: gcounter }>     Map: keys ↑, key fixed, value Parts [Leaf ↑]
//! m.values()                      Set: members as the keys of m, each element as its values: it changes in place
//! ```
//!
//! About the order of the *visible* value: truth by false ≤ true, numbers by ≤, sets by ⊆, options by unset ≤ set, maps
//! and products by their parts. A structure whose parts are not known is a leaf; a leaf that is constant has constant
//! parts.
//!
//! Neighbours: `tones` has the leaves, `sources` tells how each lattice moves, the parent module judges expressions.

use lasp_plan::{Order, Place, Stability};

use super::range::Range;
use super::tones::{Leaf, Why, both};
use crate::ty::Ty;

/// How a value moves while the state grows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Moves {
    /// As one.
    Leaf(Leaf),
    /// An option: whether it is set, and its content while it is.
    Opt(Leaf, Box<Moves>),
    /// A product whose parts move so.
    Parts(Vec<Moves>),
    /// A set or list: how its population moves (its range is the number of elements), and how each element does by
    /// itself.
    Set(Leaf, Box<Moves>),
    /// A map: its keys, each key by itself (it does not move), and each value.
    Map(Leaf, Box<Moves>, Box<Moves>),
}

impl Moves {
    /// A value that never changes.
    pub(crate) fn constant() -> Moves {
        Moves::Leaf(Leaf::default())
    }

    pub(crate) fn is_const(&self) -> bool {
        match self {
            Moves::Leaf(leaf) => leaf.is_const(),
            Moves::Opt(set, content) => set.is_const() && content.is_const(),
            Moves::Parts(parts) => parts.iter().all(Moves::is_const),
            Moves::Set(members, element) => members.is_const() && element.is_const(),
            Moves::Map(keys, key, value) => keys.is_const() && key.is_const() && value.is_const(),
        }
    }

    /// Everything it reads, as one leaf of which only the sources are meant.
    pub(crate) fn whole(&self) -> Leaf {
        match self {
            Moves::Leaf(leaf) => leaf.clone(),
            Moves::Opt(set, content) => set.with(&content.whole()),
            Moves::Parts(parts) => parts.iter().fold(Leaf::default(), |all, part| all.with(&part.whole())),
            Moves::Set(members, element) => members.with(&element.whole()),
            Moves::Map(keys, key, value) => keys.with(&key.whole()).with(&value.whole()),
        }
    }

    /// As a leaf that may go any way with all it reads.
    pub(crate) fn any(&self, place: Place, why: Why) -> Leaf {
        self.whole().any(place, why)
    }

    /// As a value of an order: what `<` compares, and what a maximum is taken of. Products and options are compared
    /// part by part from the left, which keeps a common direction; sets and maps are not compared by ⊆.
    pub(crate) fn ordered(&self, place: Place) -> Leaf {
        match self {
            Moves::Leaf(leaf) => leaf.clone(),
            Moves::Opt(set, content) => set.with(&content.ordered(place)),
            Moves::Parts(parts) => parts.iter().fold(Leaf::default(), |all, part| all.with(&part.ordered(place))),
            Moves::Set(..) | Moves::Map(..) => self.any(place, Why::Whole),
        }
    }

    /// How a part of a product moves.
    pub(crate) fn part(&self, at: usize, place: Place) -> Moves {
        match self {
            Moves::Parts(parts) => parts.get(at).cloned().unwrap_or_else(|| Moves::Leaf(Leaf::unknown(place))),
            other => Moves::Leaf(other.any(place, Why::Inside)),
        }
    }

    /// Whether an option is set, and its content.
    pub(crate) fn option(&self, place: Place) -> (Leaf, Moves) {
        match self {
            Moves::Opt(set, content) => (set.clone(), (**content).clone()),
            other => {
                let leaf = other.any(place, Why::Inside);
                (leaf.clone().within(Range::BOOL), Moves::Leaf(leaf))
            }
        }
    }

    /// The keys of a map, and how each value moves.
    pub(crate) fn map(&self, place: Place) -> (Leaf, Moves) {
        match self {
            Moves::Map(keys, _, value) => (keys.clone(), (**value).clone()),
            other => {
                let leaf = other.any(place, Why::Inside);
                (leaf.clone(), Moves::Leaf(leaf))
            }
        }
    }

    /// Which elements a collection has, and how each moves; those of a map are its entries.
    pub(crate) fn elements(&self, place: Place) -> (Leaf, Moves) {
        match self {
            Moves::Set(members, element) => (members.clone(), (**element).clone()),
            Moves::Map(keys, key, value) => (keys.clone(), Moves::Parts(vec![(**key).clone(), (**value).clone()])),
            Moves::Leaf(leaf) if leaf.is_const() => (leaf.clone(), Moves::constant()),
            other => (other.any(place, Why::Inside), Moves::constant()),
        }
    }

    /// Whether elements come and go, by ⊆: where elements change in place, what was in is not.
    pub(crate) fn members(&self, place: Place) -> Leaf {
        let (members, element) = self.elements(place);
        match self {
            // An entry is known by its key.
            Moves::Map(..) => members,
            _ if element.is_const() => members,
            _ => members.with(&element.any(place, Why::Entries)).of_size(members.range),
        }
    }

    /// As it is seen: which way all of it goes, sets by their members.
    pub(crate) fn visible(&self, place: Place) -> Leaf {
        match self {
            Moves::Leaf(leaf) => leaf.clone(),
            Moves::Opt(set, content) => set.with(&content.visible(place)),
            Moves::Parts(parts) => parts.iter().fold(Leaf::default(), |all, part| all.with(&part.visible(place))),
            Moves::Set(..) => self.members(place),
            Moves::Map(keys, _, value) => keys.with(&value.visible(place)),
        }
    }

    /// Whether it may have elements: false of what is known to be an empty collection.
    pub(crate) fn filled(&self) -> bool {
        let (Moves::Set(members, _) | Moves::Map(members, ..)) = self else { return true };
        members.range.hi > 0.0
    }

    /// A collection with another population of the same elements.
    pub(crate) fn populated(&self, population: &mut dyn FnMut(&Leaf) -> Leaf) -> Moves {
        match self {
            Moves::Set(members, element) => Moves::Set(population(members), element.clone()),
            Moves::Map(keys, key, value) => Moves::Map(population(keys), key.clone(), value.clone()),
            other => other.clone(),
        }
    }

    /// Of a result that is one or the other, nobody says which.
    pub(crate) fn either(&self, other: &Moves, place: Place) -> Moves {
        self.zip(other, place, &mut |a, b, what| what.within(a.with(b), a.range.hull(b.range)))
    }

    /// Two of one shape, leaf by leaf.
    pub(crate) fn zip(&self, other: &Moves, place: Place, f: &mut dyn FnMut(&Leaf, &Leaf, What) -> Leaf) -> Moves {
        match (self, other) {
            (Moves::Leaf(a), Moves::Leaf(b)) => Moves::Leaf(f(a, b, What::Value)),
            (Moves::Opt(a, x), Moves::Opt(b, y)) => Moves::Opt(f(a, b, What::Value), Box::new(x.zip(y, place, f))),
            (Moves::Parts(a), Moves::Parts(b)) if a.len() == b.len() => {
                Moves::Parts(a.iter().zip(b).map(|(a, b)| a.zip(b, place, f)).collect())
            }
            // Elements that do not move by themselves are told apart by whether they are in.
            (Moves::Set(a, x), Moves::Set(b, y)) if x.is_const() && y.is_const() => {
                let element = x.zip(y, place, &mut |x, y, _| Leaf::constant(x.range.hull(y.range)));
                Moves::Set(f(a, b, What::Members), Box::new(element))
            }
            (Moves::Set(a, x), Moves::Set(b, y)) => Moves::Set(f(a, b, What::Members), Box::new(x.zip(y, place, f))),
            (Moves::Map(a, k, x), Moves::Map(b, l, y)) => {
                Moves::Map(f(a, b, What::Members), Box::new(k.zip(l, place, f)), Box::new(x.zip(y, place, f)))
            }
            // A constant has whatever shape the other has.
            (Moves::Leaf(a), _) if a.is_const() => self.spread(other).zip(other, place, f),
            (_, Moves::Leaf(b)) if b.is_const() => self.zip(&other.spread(self), place, f),
            _ => Moves::Leaf(self.whole().with(&other.whole()).any(place, Why::Choice)),
        }
    }

    /// A constant in the shape of `like`. Of what it is made nothing is known.
    fn spread(&self, like: &Moves) -> Moves {
        let inner = |like: &Moves| Box::new(Moves::constant().spread(like));
        match like {
            Moves::Leaf(_) => self.clone(),
            Moves::Opt(_, content) => Moves::Opt(Leaf::constant(Range::BOOL), inner(content)),
            Moves::Parts(parts) => Moves::Parts(parts.iter().map(|part| Moves::constant().spread(part)).collect()),
            Moves::Set(_, element) => Moves::Set(Leaf::constant(Range::NAT), inner(element)),
            Moves::Map(_, key, value) => Moves::Map(Leaf::constant(Range::NAT), inner(key), inner(value)),
        }
    }

    /// With every leaf replaced.
    pub(crate) fn each_leaf(self, f: &mut impl FnMut(Leaf) -> Leaf) -> Moves {
        match self {
            Moves::Leaf(leaf) => Moves::Leaf(f(leaf)),
            Moves::Opt(set, content) => Moves::Opt(f(set), Box::new(content.each_leaf(f))),
            Moves::Parts(parts) => Moves::Parts(parts.into_iter().map(|part| part.each_leaf(f)).collect()),
            Moves::Set(members, element) => Moves::Set(f(members), Box::new(element.each_leaf(f))),
            Moves::Map(keys, key, value) => {
                Moves::Map(f(keys), Box::new(key.each_leaf(f)), Box::new(value.each_leaf(f)))
            }
        }
    }

    /// With every leaf replaced but those of elements and keys that stay what they are while they are there.
    pub(crate) fn each_changing(self, f: &mut impl FnMut(Leaf) -> Leaf) -> Moves {
        match self {
            Moves::Opt(set, content) => Moves::Opt(f(set), Box::new(content.each_changing(f))),
            Moves::Parts(parts) => Moves::Parts(parts.into_iter().map(|part| part.each_changing(f)).collect()),
            Moves::Set(members, element) if element.is_const() => Moves::Set(f(members), element),
            Moves::Map(keys, key, value) => Moves::Map(f(keys), key, Box::new(value.each_changing(f))),
            other => other.each_leaf(f),
        }
    }

    /// As it is shown: the direction that all of it has in common.
    pub(crate) fn shown(&self) -> Stability {
        match self {
            Moves::Leaf(leaf) => leaf.direction(),
            // Set once, then its content: a `min` is said to fall.
            Moves::Opt(set, content) => match (set.direction(), content.shown()) {
                (Stability::Const | Stability::Up, Stability::Const) => set.direction(),
                (Stability::Const | Stability::Up, content) => content,
                (set, content) => both(set, content),
            },
            Moves::Parts(parts) => parts.iter().map(Moves::shown).fold(Stability::Const, both),
            Moves::Set(members, element) if element.is_const() => members.direction(),
            Moves::Set(..) => Stability::Eventual,
            Moves::Map(keys, _, value) => match (keys.direction(), value.shown()) {
                (keys, Stability::Const) => keys,
                (Stability::Const | Stability::Up, value) => value,
                (keys, value) => both(keys, value),
            },
        }
    }

    /// What is claimed of each part, for whoever wants to see it broken.
    pub(crate) fn order(&self) -> Order {
        match self {
            Moves::Leaf(leaf) => Order::All(leaf.direction()),
            Moves::Opt(set, content) => Order::Option(set.direction(), Box::new(content.order())),
            Moves::Parts(parts) => Order::Parts(parts.iter().map(Moves::order).collect()),
            Moves::Set(members, element) if element.is_const() => Order::Set(members.direction()),
            Moves::Set(..) => Order::All(Stability::Eventual),
            Moves::Map(keys, _, value) => Order::Map(keys.direction(), Box::new(value.order())),
        }
    }
}

/// What a leaf tells of: its range means one thing or the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A value, which its range bounds.
    Value,
    /// Which elements there are; its range bounds how many.
    Members,
}

impl What {
    /// A leaf with what is known of its size. So many elements need not be the same ones.
    pub(crate) fn within(self, leaf: Leaf, range: Range) -> Leaf {
        match self {
            What::Value => leaf.within(range),
            What::Members => leaf.of_size(range),
        }
    }

    /// Whether the first is never above the second, by what is known of their sizes: a smaller set need not be a part
    /// of a larger one, unless it is empty.
    pub(crate) fn never_above(self, low: Range, high: Range) -> bool {
        match self {
            What::Value => low.hi <= high.lo,
            What::Members => low.hi <= 0.0,
        }
    }
}

/// What the type alone tells of the size of a value.
pub(crate) fn range_of(ty: &Ty) -> Range {
    match ty {
        Ty::Nat | Ty::Set(_) | Ty::List(_) | Ty::Map(..) => Range::NAT,
        Ty::Bool => Range::BOOL,
        _ => Range::ALL,
    }
}
