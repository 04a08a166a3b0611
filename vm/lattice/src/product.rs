//! Several lattices side by side: joins part by part.
//!
//! ```text
//! { n: gcounter, tags: orset<text> }
//! p.n.inc(2)            delta (n: {A: 2}, tags: ⊥)
//! ports                 [n] of part 0, then [x] of part 1: one after the other, the product itself has none
//! ```
//!
//! Parts go by position; what a program calls them is the business of the checker.
//!
//! Invariants: all states of one kind have the same parts in the same order, and each part knows how many ports it has,
//! so that the reports of those behind it land where [`Kind::ports`] says; a refused update (`Bool(false)`) writes
//! nothing.
//!
//! Neighbours: [`crate::state`] (what the parts are); [`crate::lex`], where the first part decides.
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (products of lattices).

use crate::change::{PortRow, PortShape, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::element::Element;
use crate::hlc::Hlc;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, Order, ParamKind, Read};
use crate::state::{State, Undo};
use crate::update::{Answer, Call, Mutation, Step, UpdateError};

/// Lattices side by side. Space: the parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product<T: Element> {
    parts: Vec<Part<T>>,
}

/// A part, and how many ports it has: a function of its kind, kept because a report must skip them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part<T: Element> {
    value: State<T>,
    ports: usize,
}

/// The before-image of a join: that of each part it touches.
#[derive(Debug)]
pub struct ProductUndo<T: Element>(Vec<(usize, Undo<T>)>);

/// The kinds of the parts.
fn parts(kind: &Kind) -> &[Kind] {
    match kind {
        Kind::Product(parts) => parts,
        other => panic!("a product was given the kind of a {}", other.name()),
    }
}

impl<T: Element> Product<T> {
    /// The product with these values where the parts are now.
    fn of(&self, values: impl IntoIterator<Item = State<T>>) -> Self {
        let part = |(mine, value): (&Part<T>, State<T>)| Part { value, ports: mine.ports };
        Self { parts: self.parts.iter().zip(values).map(part).collect() }
    }

    fn pairs<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (&'a State<T>, &'a State<T>)> {
        self.parts.iter().zip(&other.parts).map(|(mine, theirs)| (&mine.value, &theirs.value))
    }
}

impl<T: Element> Lattice<T> for Product<T> {
    const INFO: LatticeInfo = LatticeInfo {
        // Written `(L1, L2)` or `{ a: L1, b: L2 }`, with any number of parts.
        name: "product",
        params: &[ParamKind::Lattice, ParamKind::Lattice],
        methods: &[],
        members: &[],
        read: Read::Pair,
        order: Order::Pointwise,
        summary: "several lattices side by side, by place or by name",
        which_count: "part by part, as each part says",
        source: "Almeida et al. 2018, §7",
    };
    const ROW: PortRow = PortRow::Parts;

    type Undo = ProductUndo<T>;

    fn bottom(kind: &Kind) -> Self {
        let part = |kind: &Kind| Part { value: State::bottom(kind), ports: kind.ports().len() };
        Self { parts: parts(kind).iter().map(part).collect() }
    }

    /// O(parts).
    fn is_bottom(&self) -> bool {
        self.parts.iter().all(|part| part.value.is_bottom())
    }

    fn mutate(&self, _: &Kind, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        Err(call.refuse(&Self::INFO))
    }

    fn mutate_at(&self, kind: &Kind, path: &[Step<T>], call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        let no_way_down = UpdateError::NoWayDown { lattice: Self::INFO.name };
        let [Step::Part(at), rest @ ..] = path else { return Err(no_way_down) };
        let (at, kinds) = (*at, parts(kind));
        let (Some(part), Some(inner)) = (self.parts.get(at), kinds.get(at)) else { return Err(no_way_down) };
        let Mutation { delta, answer } = part.value.mutate_call(inner, rest, call)?;
        let mut whole = self.of(kinds.iter().map(State::bottom));
        if answer != Answer::Bool(false) {
            whole.parts[at].value = delta;
        }
        Ok((whole, answer))
    }

    fn join(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool {
        assert_eq!(self.parts.len(), delta.parts.len(), "joining products of two kinds");
        let (mut changed, mut before) = (false, 0);
        for (mine, theirs) in self.parts.iter_mut().zip(&delta.parts) {
            report.skip(before, |here| changed |= mine.value.join_into(&theirs.value, here));
            before += mine.ports;
        }
        changed
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        let touched = self.pairs(delta).enumerate().filter(|(_, (_, theirs))| !theirs.is_bottom());
        ProductUndo(touched.map(|(at, (mine, theirs))| (at, mine.before(theirs))).collect())
    }

    fn restore(&mut self, undo: Self::Undo) {
        for (at, image) in undo.0 {
            self.parts[at].value.restore(image);
        }
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self)) {
        // Δ(x, x) is bottom: the one way to it that needs no kind.
        let bottom = self.novel(self);
        for (at, part) in self.parts.iter().enumerate() {
            part.value.decompose(&mut |value| {
                let mut whole = bottom.clone();
                whole.parts[at].value = value;
                piece(whole);
            });
        }
    }

    fn novel(&self, local: &Self) -> Self {
        self.of(self.pairs(local).map(|(mine, theirs)| mine.novel(theirs)))
    }

    fn latest(&self) -> Option<Hlc> {
        self.parts.iter().filter_map(|part| part.value.latest()).max()
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        for part in &self.parts {
            part.value.write(out);
        }
    }

    fn read(kind: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let part = |kind: &Kind| Ok(Part { value: State::read(kind, input)?, ports: kind.ports().len() });
        Ok(Self { parts: parts(kind).iter().map(part).collect::<Result<_, _>>()? })
    }

    fn ports(kind: &Kind) -> Vec<PortShape> {
        parts(kind).iter().flat_map(Kind::ports).collect()
    }

    fn conforms(&self, kind: &Kind) -> bool {
        let kinds = parts(kind);
        self.parts.len() == kinds.len() && self.parts.iter().zip(kinds).all(|(part, kind)| part.value.conforms(kind))
    }
}

impl<T: Element> Reading<T> for Product<T> {
    fn row(&self) -> PortRow {
        PortRow::Parts
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        let mut before = 0;
        for part in &self.parts {
            report.skip(before, |here| part.value.visible(weight, here));
            before += part.ports;
        }
    }

    fn part(&self, part: usize) -> Option<&dyn Reading<T>> {
        self.parts.get(part).map(|part| &part.value as &dyn Reading<T>)
    }
}
