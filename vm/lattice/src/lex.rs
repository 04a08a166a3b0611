//! Two lattices, the first decides.
//!
//! ```text
//! lex<max<int>, lww<text>>
//! (1, "a") ⊔ (2, "b")  =  (2, "b")         the greater first half wins, and brings its second
//! (2, "b") ⊔ (2, "c")  =  (2, "b" ⊔ "c")   equal first halves join the second
//! ```
//!
//! Joining is only lawful because the first half is a chain: between two incomparable first halves there would be no
//! second half to choose. What is set is always a whole pair, so both halves are registers.
//!
//! Invariants: [`Kind::flaw`] found nothing, so any two first halves are comparable and both halves read as one value.
//! No total register looks at what was there before when it is set, so the new first half is made from bottom and
//! compared.
//!
//! Neighbours: [`crate::product`], where no half decides; [`crate::lww`], the pair of a clock and a value.
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (lexicographic products of a chain and a lattice).

use std::cmp::Ordering;

use crate::change::{Leaf, PortRow, Report, Unobserved};
use crate::codec::{DecodeError, Reader, Writer};
use crate::element::Element;
use crate::hlc::Hlc;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MethodInfo, MethodParam, Order, ParamKind, Read};
use crate::state::{State, Undo};
use crate::update::{Answer, Arg, Call, UpdateError};

/// A pair, ordered by its first half, then its second. Space: the two halves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lex<T: Element> {
    // A state holds a pair and a pair two states: the box ends the circle.
    halves: Box<Halves<T>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Halves<T: Element> {
    first: State<T>,
    second: State<T>,
}

/// The before-image of a join: of what it touches, nothing if it is dominated.
#[derive(Debug)]
pub struct LexUndo<T: Element>(Image<T>);

#[derive(Debug)]
enum Image<T: Element> {
    Untouched,
    Second(Box<Undo<T>>),
    Whole(Lex<T>),
}

/// The kinds of the two halves.
fn kinds(kind: &Kind) -> (&Kind, &Kind) {
    match kind {
        Kind::Lex(first, second) => (first, second),
        other => panic!("a lex was given the kind of a {}", other.name()),
    }
}

impl<T: Element> Lex<T> {
    fn of(first: State<T>, second: State<T>) -> Self {
        Self { halves: Box::new(Halves { first, second }) }
    }

    fn first(&self) -> &State<T> {
        &self.halves.first
    }

    fn second(&self) -> &State<T> {
        &self.halves.second
    }

    fn value(&self) -> Leaf<T> {
        match (self.first().leaf(), self.second().leaf()) {
            (Some(first), Some(second)) => Leaf::Pair(Box::new([first, second])),
            _ => panic!("a lex has a half that is not a register; kinds from outside are checked with `flaw` first"),
        }
    }
}

/// Two values of a chain.
fn compare<T: Element>(a: &State<T>, b: &State<T>) -> Ordering {
    match a == b {
        true => Ordering::Equal,
        false if a.is_below(b) => Ordering::Less,
        false => Ordering::Greater,
    }
}

impl<T: Element> Lattice<T> for Lex<T> {
    const INFO: LatticeInfo = LatticeInfo {
        name: "lex",
        params: &[ParamKind::Lattice, ParamKind::Lattice],
        methods: &[MethodInfo::new("set", &[MethodParam::Pair], "writes both halves").idempotent()],
        members: &[],
        read: Read::Pair,
        order: Order::Grows,
        summary: "a pair ordered by its first half, then its second; the second alone is eventual",
        which_count: "those with the greatest first half, and of their second halves what L2 says; L1 must be totally ordered",
        source: "Almeida et al. 2018, §7",
    };
    const ROW: PortRow = PortRow::Scalar;

    type Undo = LexUndo<T>;

    fn bottom(kind: &Kind) -> Self {
        let (first, second) = kinds(kind);
        Self::of(State::bottom(first), State::bottom(second))
    }

    fn is_bottom(&self) -> bool {
        self.first().is_bottom() && self.second().is_bottom()
    }

    fn mutate(&self, kind: &Kind, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        let ("set", [Arg::Pair(pair)]) = (call.method, call.args) else { return Err(call.refuse(&Self::INFO)) };
        let [a, b] = &**pair;
        let set = |state: &State<T>, kind: &Kind, arg: &Arg<T>| {
            let call = Call { method: "set", args: std::slice::from_ref(arg), stamp: call.stamp };
            Ok(state.mutate_call(kind, &[], &call)?.delta)
        };
        let (first, second) = kinds(kind);
        let a = set(&State::bottom(first), first, a)?;
        let order = compare(&a, self.first());
        // Under another first half the second starts afresh. It is made also where it will not count: its arguments may
        // be wrong.
        let b = match order {
            Ordering::Equal => set(self.second(), second, b)?,
            _ => set(&State::bottom(second), second, b)?,
        };
        let nothing_new = order.is_lt() || order.is_eq() && b.is_bottom();
        Ok((if nothing_new { Self::bottom(kind) } else { Self::of(a, b) }, Answer::None))
    }

    fn join(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool {
        let old = match compare(delta.first(), self.first()) {
            Ordering::Less => return false,
            Ordering::Equal => {
                let old = self.value();
                if !self.halves.second.join(delta.second(), &mut Unobserved) {
                    return false;
                }
                old
            }
            Ordering::Greater => {
                let old = self.value();
                self.clone_from(delta);
                old
            }
        };
        report.moved(old, self.value());
        true
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        LexUndo(match compare(delta.first(), self.first()) {
            Ordering::Less => Image::Untouched,
            Ordering::Equal => Image::Second(Box::new(self.second().before(delta.second()))),
            Ordering::Greater => Image::Whole(self.clone()),
        })
    }

    fn restore(&mut self, undo: Self::Undo) {
        match undo.0 {
            Image::Untouched => {}
            Image::Second(image) => self.halves.second.restore(*image),
            Image::Whole(old) => *self = old,
        }
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self)) {
        // The first half is of a chain, so it is one piece, and stands whole in front of each piece of the second.
        if !self.second().is_bottom() {
            self.second().decompose(&mut |second| piece(Self::of(self.first().clone(), second)));
        } else if !self.first().is_bottom() {
            piece(self.clone());
        }
    }

    fn novel(&self, local: &Self) -> Self {
        // Δ(x, x) is bottom: the one way to it that needs no kind.
        let bottom = || Self::of(self.first().novel(self.first()), self.second().novel(self.second()));
        match compare(self.first(), local.first()) {
            Ordering::Less => bottom(),
            Ordering::Equal => match self.second().novel(local.second()) {
                second if second.is_bottom() => bottom(),
                second => Self::of(self.first().clone(), second),
            },
            Ordering::Greater => self.clone(),
        }
    }

    fn latest(&self) -> Option<Hlc> {
        self.first().latest().max(self.second().latest())
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        self.first().write(out);
        self.second().write(out);
    }

    fn read(kind: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let (first, second) = kinds(kind);
        Ok(Self::of(State::read(first, input)?, State::read(second, input)?))
    }

    fn conforms(&self, kind: &Kind) -> bool {
        let (first, second) = kinds(kind);
        self.first().conforms(first) && self.second().conforms(second)
    }
}

impl<T: Element> Reading<T> for Lex<T> {
    fn row(&self) -> PortRow {
        PortRow::Scalar
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        report.leaf(self.value(), weight);
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        Some(self.value())
    }
}
