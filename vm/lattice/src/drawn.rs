//! A lattice drawn in a program: a few named elements and which is below which.
//!
//! ```text
//! lattice Status { placed < paid < shipped < returned, placed < cancelled < returned }
//!
//!          returned
//!         /        \
//!    shipped     cancelled       paid ⊔ cancelled = returned
//!        |          /
//!       paid       /
//!          \      /
//!           placed               what nobody has set reads as this
//! ```
//!
//! The table of least upper bounds is computed once, from the drawing, and shared by all states ([`crate::user`]). What
//! has no such table is refused with the pair that lacks a bound, not found out at run time.
//!
//! Invariants: the drawing is kept as its covering pairs (what is directly below what), ascending, so that two drawings
//! of one order are `==`; a [`UserLattice`] from outside goes through the same check as one from the program.
//!
//! Neighbours: [`crate::kind`] (`Kind::User` holds the table); [`crate::user`] (a state is a position in it).
//!
//! Source: Davey, Priestley, "Introduction to lattices and order", 2nd ed., chapters 1 and 2 (coverings, joins).

use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize, Serializer};

/// How many elements a drawn lattice may have: its table has the square of it.
pub const MOST_ELEMENTS: usize = 256;

/// A finite lattice (strictly: a join-semilattice with a least element), as drawn. Space: elements².
#[derive(Clone, Deserialize)]
#[serde(try_from = "Drawing")]
pub struct UserLattice {
    drawing: Drawing,
    /// Least upper bounds, row by row.
    joins: Vec<u16>,
    least: u16,
    chain: bool,
}

/// What a lattice is made from, and all that is written of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Drawing {
    name: String,
    elements: Vec<String>,
    /// Lower, upper.
    covers: Vec<(u16, u16)>,
}

/// Why a drawing is not a lattice. Elements are given by their position.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LatticeFlaw {
    /// More elements than [`MOST_ELEMENTS`].
    TooMany {
        /// How many there are.
        count: usize,
    },
    /// Two elements of one name.
    Repeated {
        /// The first of that name.
        first: u16,
        /// The second.
        again: u16,
    },
    /// An order between elements that are not there. Not possible from the text of a program.
    NoSuchElement {
        /// The position given.
        element: u16,
    },
    /// An element below itself.
    Cycle {
        /// Each is below the next, and the last below the first.
        elements: Vec<u16>,
    },
    /// No element below all others, or no elements at all.
    NoLeast {
        /// Those with nothing below them, ascending.
        minimal: Vec<u16>,
    },
    /// Two elements without a least upper bound.
    NoJoin {
        /// One.
        a: u16,
        /// The other.
        b: u16,
        /// The upper bounds with no other upper bound below them, ascending: none, or at least two.
        candidates: Vec<u16>,
    },
}

impl LatticeFlaw {
    /// The flaw in words, with the names of the elements.
    pub fn describe(&self, elements: &[String]) -> String {
        let name = |at: &u16| match elements.get(usize::from(*at)) {
            Some(name) => format!("`{name}`"),
            None => format!("element {at}"),
        };
        let list = |all: &[u16]| match all.split_last() {
            Some((last, rest)) if !rest.is_empty() => {
                format!("{} and {}", rest.iter().map(name).collect::<Vec<_>>().join(", "), name(last))
            }
            _ => all.iter().map(name).collect(),
        };
        match self {
            Self::TooMany { count } => {
                format!("it has {count} elements, and {MOST_ELEMENTS} are the most there may be")
            }
            Self::Repeated { first, again } if elements.is_empty() => {
                format!("elements {first} and {again} have one name")
            }
            Self::Repeated { first, .. } => format!("{} is there twice", name(first)),
            Self::NoSuchElement { element } => format!("there is no element {element}"),
            Self::Cycle { elements } => {
                let steps: Vec<String> = elements.iter().chain(elements.first()).map(name).collect();
                format!("{}: nothing is below itself", steps.join(" < "))
            }
            Self::NoLeast { minimal } if minimal.is_empty() => "it has no elements".to_owned(),
            Self::NoLeast { minimal } => {
                format!("it has no least element: nothing is below {}, and none of them is below all", list(minimal))
            }
            Self::NoJoin { a, b, candidates } => {
                let why = match candidates.is_empty() {
                    true => "nothing is above both".to_owned(),
                    false => format!("{} are above both, and none of them is the least", list(candidates)),
                };
                format!("{} and {} have no least upper bound: {why}", name(a), name(b))
            }
        }
    }
}

impl fmt::Display for LatticeFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(&[]))
    }
}

impl Error for LatticeFlaw {}

/// A set of places in a linear extension of the order: whatever is above an element stands behind it.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Places([u64; MOST_ELEMENTS / 64]);

impl Places {
    fn insert(&mut self, place: usize) {
        self.0[place / 64] |= 1 << (place % 64);
    }

    fn combine(self, other: Self, with: impl Fn(u64, u64) -> u64) -> Self {
        Self(std::array::from_fn(|word| with(self.0[word], other.0[word])))
    }

    fn and(self, other: Self) -> Self {
        self.combine(other, |a, b| a & b)
    }

    fn or(self, other: Self) -> Self {
        self.combine(other, |a, b| a | b)
    }

    fn without(self, other: Self) -> Self {
        self.combine(other, |a, b| a & !b)
    }

    fn first(self) -> Option<usize> {
        let word = self.0.iter().position(|word| *word != 0)?;
        Some(word * 64 + self.0[word].trailing_zeros() as usize)
    }

    fn len(self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// The reflexive transitive closure of a drawing.
struct Closure {
    /// The elements, lower ones first.
    order: Vec<u16>,
    /// Per place in `order`, the places of what is above it, itself included.
    above: Vec<Places>,
}

impl Closure {
    /// O(elements + edges), and elements / 64 for each edge.
    fn of(n: usize, edges: &[(u16, u16)]) -> Result<Self, LatticeFlaw> {
        let mut uppers: Vec<Vec<u16>> = vec![Vec::new(); n];
        let mut lowers = vec![0usize; n];
        for (lower, upper) in edges {
            uppers[usize::from(*lower)].push(*upper);
            lowers[usize::from(*upper)] += 1;
        }
        let mut order: Vec<u16> = (0..n as u16).filter(|x| lowers[usize::from(*x)] == 0).collect();
        let mut place = vec![0; n];
        let mut at = 0;
        while let Some(lower) = order.get(at).copied() {
            place[usize::from(lower)] = at;
            at += 1;
            for upper in &uppers[usize::from(lower)] {
                let left = &mut lowers[usize::from(*upper)];
                *left -= 1;
                if *left == 0 {
                    order.push(*upper);
                }
            }
        }
        if order.len() < n {
            return Err(LatticeFlaw::Cycle { elements: cycle(edges, |x| lowers[usize::from(x)] > 0) });
        }
        let mut above = vec![Places::default(); n];
        for at in (0..n).rev() {
            above[at].insert(at);
            for upper in &uppers[usize::from(order[at])] {
                above[at] = above[at].or(above[place[usize::from(*upper)]]);
            }
        }
        Ok(Self { order, above })
    }

    /// The elements of a set with no other of it below them, by position in the declaration.
    fn minimal(&self, mut set: Places) -> Vec<u16> {
        let mut minimal = Vec::new();
        // The first place of a set has nothing of it below.
        while let Some(place) = set.first() {
            minimal.push(self.order[place]);
            set = set.without(self.above[place]);
        }
        minimal.sort_unstable();
        minimal
    }

    /// The least upper bound of each pair, row by row.
    fn joins(&self) -> Result<Vec<u16>, LatticeFlaw> {
        let n = self.order.len();
        let mut above = vec![Places::default(); n];
        for (element, places) in self.order.iter().zip(&self.above) {
            above[usize::from(*element)] = *places;
        }
        let mut joins = vec![0; n * n];
        for b in 0..n {
            for a in 0..=b {
                let candidates = self.minimal(above[a].and(above[b]));
                let [join] = candidates[..] else {
                    return Err(LatticeFlaw::NoJoin { a: a as u16, b: b as u16, candidates });
                };
                (joins[a * n + b], joins[b * n + a]) = (join, join);
            }
        }
        Ok(joins)
    }

    /// Which element is directly below which, ascending.
    fn covers(&self) -> Vec<(u16, u16)> {
        let mut covers = Vec::new();
        for (place, lower) in self.order.iter().enumerate() {
            let mut itself = Places::default();
            itself.insert(place);
            let uppers = self.minimal(self.above[place].without(itself));
            covers.extend(uppers.into_iter().map(|upper| (*lower, upper)));
        }
        covers.sort_unstable();
        covers
    }

    /// Whether everything behind a place is above it.
    fn is_chain(&self) -> bool {
        self.above.iter().enumerate().all(|(place, above)| above.len() == self.order.len() - place)
    }
}

/// A cycle among elements that each have one of them directly below.
fn cycle(edges: &[(u16, u16)], among: impl Fn(u16) -> bool) -> Vec<u16> {
    let below = |x: u16| edges.iter().find(|(lower, upper)| *upper == x && among(*lower)).map(|(lower, _)| *lower);
    let start = edges.iter().map(|(_, upper)| *upper).filter(|x| among(*x)).min();
    let mut walk: Vec<u16> = start.into_iter().collect();
    while let Some(next) = walk.last().and_then(|x| below(*x)) {
        if let Some(from) = walk.iter().position(|x| *x == next) {
            walk.drain(..from);
            break;
        }
        walk.push(next);
    }
    walk.reverse();
    let least = (0..walk.len()).min_by_key(|at| walk[*at]).unwrap_or(0);
    walk.rotate_left(least);
    walk
}

impl UserLattice {
    /// The lattice of these elements, ordered by these pairs (lower, upper) and what follows from them. O(elements² +
    /// edges), in words of 64 elements.
    pub fn new(
        name: impl Into<String>,
        elements: Vec<String>,
        edges: &[(u16, u16)],
    ) -> Result<UserLattice, LatticeFlaw> {
        let n = elements.len();
        if n > MOST_ELEMENTS {
            return Err(LatticeFlaw::TooMany { count: n });
        }
        for (again, element) in elements.iter().enumerate() {
            if let Some(first) = elements[..again].iter().position(|earlier| earlier == element) {
                return Err(LatticeFlaw::Repeated { first: first as u16, again: again as u16 });
            }
        }
        if let Some(element) = edges.iter().flat_map(|(a, b)| [*a, *b]).find(|x| usize::from(*x) >= n) {
            return Err(LatticeFlaw::NoSuchElement { element });
        }
        let closure = Closure::of(n, edges)?;
        let all = closure.above.iter().fold(Places::default(), |all, above| all.or(*above));
        let minimal = closure.minimal(all);
        let [least] = minimal[..] else { return Err(LatticeFlaw::NoLeast { minimal }) };

        let (joins, covers, chain) = (closure.joins()?, closure.covers(), closure.is_chain());
        Ok(Self { drawing: Drawing { name: name.into(), elements, covers }, joins, least, chain })
    }

    /// Its name in the program.
    pub fn name(&self) -> &str {
        &self.drawing.name
    }

    /// The names of its elements, as declared: the position is the rank.
    pub fn elements(&self) -> &[String] {
        &self.drawing.elements
    }

    /// Which element is directly below which, ascending.
    pub fn covers(&self) -> &[(u16, u16)] {
        &self.drawing.covers
    }

    /// The rank of the element of this name. O(elements).
    pub fn rank(&self, name: &str) -> Option<u16> {
        self.drawing.elements.iter().position(|element| element == name).map(|rank| rank as u16)
    }

    /// The element below all others: what nobody has set.
    pub fn least(&self) -> u16 {
        self.least
    }

    /// The least upper bound of two elements. O(1).
    ///
    /// # Panics
    /// When one of them is not a rank of this lattice.
    pub fn join(&self, a: u16, b: u16) -> u16 {
        let n = self.drawing.elements.len();
        assert!(usize::from(b) < n, "joining with rank {b} of a lattice of {n} elements");
        self.joins[usize::from(a) * n + usize::from(b)]
    }

    /// Whether `a` is below `b` or the same. O(1).
    pub fn le(&self, a: u16, b: u16) -> bool {
        self.join(a, b) == b
    }

    /// Whether any two elements are comparable.
    pub fn is_chain(&self) -> bool {
        self.chain
    }
}

// The rest follows from the drawing.
impl PartialEq for UserLattice {
    fn eq(&self, other: &Self) -> bool {
        self.drawing == other.drawing
    }
}

impl Eq for UserLattice {}

impl Hash for UserLattice {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.drawing.hash(state);
    }
}

impl fmt::Debug for UserLattice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Drawing { name, elements, covers } = &self.drawing;
        let order = covers.iter().map(|(a, b)| (&elements[usize::from(*a)], &elements[usize::from(*b)]));
        write!(f, "lattice {name} ")?;
        f.debug_set().entries(order.map(|(a, b)| format!("{a} < {b}"))).finish()
    }
}

/// Elements, then the drawing: `lattice Status { placed, paid, cancelled, placed < paid, placed < cancelled }`.
impl fmt::Display for UserLattice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |rank: u16| self.elements().get(usize::from(rank)).map_or("", String::as_str);
        write!(f, "lattice {} {{ ", self.name())?;
        // Elements first: their order is part of the lattice, and one alone has no edge.
        f.write_str(&self.elements().join(", "))?;
        for (lower, upper) in self.covers() {
            write!(f, ", {} < {}", name(*lower), name(*upper))?;
        }
        f.write_str(" }")
    }
}

impl Serialize for UserLattice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.drawing.serialize(serializer)
    }
}

/// Plans come from outside, so what is read is checked like what is written in a program.
impl TryFrom<Drawing> for UserLattice {
    type Error = String;

    fn try_from(drawing: Drawing) -> Result<Self, String> {
        let Drawing { name, elements, covers } = drawing;
        // Too many names to keep a copy of are also too many for a lattice.
        let names = elements.get(..MOST_ELEMENTS).unwrap_or(&elements).to_vec();
        let in_words = |flaw: LatticeFlaw| format!("the lattice `{name}`: {}", flaw.describe(&names));
        Self::new(name.clone(), elements, &covers).map_err(in_words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `"a b c"` and `"a<b a<c"`.
    fn drawn(elements: &str, order: &str) -> Result<UserLattice, LatticeFlaw> {
        let elements: Vec<String> = elements.split_whitespace().map(str::to_owned).collect();
        let rank = |name: &str| elements.iter().position(|element| element == name).expect("drawn") as u16;
        let edge = |pair: &str| pair.split_once('<').map(|(a, b)| (rank(a), rank(b))).expect("a pair");
        let edges: Vec<(u16, u16)> = order.split_whitespace().map(edge).collect();
        UserLattice::new("L", elements, &edges)
    }

    fn join<'a>(lattice: &'a UserLattice, a: &str, b: &str) -> &'a str {
        let rank = |name| lattice.rank(name).expect("drawn");
        assert_eq!(lattice.join(rank(a), rank(b)), lattice.join(rank(b), rank(a)));
        &lattice.elements()[usize::from(lattice.join(rank(a), rank(b)))]
    }

    fn obeys_the_laws(lattice: &UserLattice) {
        let all = 0..lattice.elements().len() as u16;
        for a in all.clone() {
            assert_eq!(lattice.join(a, a), a);
            assert!(lattice.le(lattice.least(), a));
            for b in all.clone() {
                let ab = lattice.join(a, b);
                assert!(lattice.le(a, ab) && lattice.le(b, ab));
                for c in all.clone() {
                    assert_eq!(lattice.join(ab, c), lattice.join(a, lattice.join(b, c)));
                    assert!(!(lattice.le(a, c) && lattice.le(b, c)) || lattice.le(ab, c), "not the least");
                }
            }
        }
    }

    #[test]
    fn a_chain() {
        let chain = drawn("high low mid", "low<mid mid<high").unwrap();
        obeys_the_laws(&chain);
        assert!(chain.is_chain());
        assert_eq!(chain.least(), 1);
        assert_eq!(join(&chain, "low", "mid"), "mid");
        let one = drawn("only", "").unwrap();
        assert!(one.is_chain() && one.least() == 0);
    }

    #[test]
    fn diamonds() {
        let order = "placed<paid paid<shipped shipped<returned placed<cancelled cancelled<returned";
        let status = drawn("placed paid shipped returned cancelled", order).unwrap();
        obeys_the_laws(&status);
        assert!(!status.is_chain());
        assert_eq!(join(&status, "paid", "cancelled"), "returned");
        assert_eq!(join(&status, "paid", "shipped"), "shipped");
        let two = drawn("o a b c d e i", "o<a o<b a<c b<c c<d c<e d<i e<i").unwrap();
        obeys_the_laws(&two);
        assert_eq!((join(&two, "a", "b"), join(&two, "d", "e"), join(&two, "a", "e")), ("c", "i", "e"));
    }

    #[test]
    fn m3_is_not_distributive_and_a_lattice_all_the_same() {
        obeys_the_laws(&drawn("o a b c i", "o<a o<b o<c a<i b<i c<i").unwrap());
    }

    #[test]
    fn pairs_without_a_least_upper_bound() {
        let names = |all: &str| all.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let open = drawn("o a b", "o<a o<b").unwrap_err();
        assert_eq!(open, LatticeFlaw::NoJoin { a: 1, b: 2, candidates: vec![] });
        assert_eq!(open.describe(&names("o a b")), "`a` and `b` have no least upper bound: nothing is above both");
        assert_eq!(open.to_string(), "element 1 and element 2 have no least upper bound: nothing is above both");
        let crossed = drawn("o a b c d i", "o<a o<b a<c a<d b<c b<d c<i d<i").unwrap_err();
        assert_eq!(crossed, LatticeFlaw::NoJoin { a: 1, b: 2, candidates: vec![3, 4] });
        assert_eq!(
            crossed.describe(&names("o a b c d i")),
            "`a` and `b` have no least upper bound: `c` and `d` are above both, and none of them is the least"
        );
    }

    #[test]
    fn drawings_that_are_no_order_or_have_no_least_element() {
        assert_eq!(drawn("a b", "").unwrap_err(), LatticeFlaw::NoLeast { minimal: vec![0, 1] });
        assert_eq!(drawn("i b a", "a<i b<i").unwrap_err(), LatticeFlaw::NoLeast { minimal: vec![1, 2] });
        assert_eq!(drawn("", "").unwrap_err(), LatticeFlaw::NoLeast { minimal: vec![] });
        assert_eq!(drawn("a", "a<a").unwrap_err(), LatticeFlaw::Cycle { elements: vec![0] });
        // The tail above the cycle is not part of it, nor what is below.
        let cycle = drawn("z a b c y", "z<a a<c c<b b<a b<y").unwrap_err();
        assert_eq!(cycle, LatticeFlaw::Cycle { elements: vec![1, 3, 2] });
        let names: Vec<String> = ["z", "a", "b", "c", "y"].map(str::to_owned).to_vec();
        assert_eq!(cycle.describe(&names), "`a` < `c` < `b` < `a`: nothing is below itself");
        assert_eq!(drawn("a b a", "a<b").unwrap_err(), LatticeFlaw::Repeated { first: 0, again: 2 });
        let out_of_range = UserLattice::new("L", vec!["a".to_owned()], &[(0, 1)]);
        assert_eq!(out_of_range.unwrap_err(), LatticeFlaw::NoSuchElement { element: 1 });
    }

    #[test]
    fn the_greatest_there_may_be() {
        let elements = |n: usize| (0..n).map(|x| x.to_string()).collect::<Vec<_>>();
        // One below, one above, all others side by side.
        let last = MOST_ELEMENTS as u16 - 1;
        let edges: Vec<(u16, u16)> = (1..last).flat_map(|x| [(0, x), (x, last)]).collect();
        let wide = UserLattice::new("L", elements(MOST_ELEMENTS), &edges).unwrap();
        assert_eq!((wide.join(1, 2), wide.join(0, 254), wide.join(254, 254)), (last, 254, 254));
        let too_many = UserLattice::new("L", elements(MOST_ELEMENTS + 1), &edges);
        assert_eq!(too_many.unwrap_err(), LatticeFlaw::TooMany { count: MOST_ELEMENTS + 1 });
    }

    #[test]
    fn two_drawings_of_one_order_are_equal_and_what_is_read_is_checked() {
        let short = drawn("a b c", "a<b b<c").unwrap();
        assert_eq!(drawn("a b c", "b<c a<c a<b b<c").unwrap(), short);
        assert_eq!(short.covers(), [(0, 1), (1, 2)]);
        assert_eq!(UserLattice::try_from(short.drawing.clone()), Ok(short.clone()));
        let forged = Drawing { covers: vec![(0, 1), (1, 0)], ..short.drawing };
        assert_eq!(
            UserLattice::try_from(forged).unwrap_err(),
            "the lattice `L`: `a` < `b` < `a`: nothing is below itself"
        );
    }
}
