//! How a single value depends on what it reads: a tone per source, and what is known of its size.
//!
//! ```text
//! views[x] >= c.limit          views +, contracts *        (a tone that is `*` is left out)
//! a.count() - b.count()        a +, b -
//! best.or(0)                   best ?     turned where `or` stands
//! ```
//!
//! A tone tells how the value moves when that source alone moves up in the order of what is read of it: `+` with it,
//! `-` against it, `?` either way (Datafun's tones, Arntzenius and Krishnaswami 2016; the coeffects of Clancy and
//! Miller's monotonicity types, 2017). What a source itself does, its drift, comes from its lattice: then
//!
//! ```text
//!            drift ↑   drift ↓   drift ~
//!   tone +      ↑         ↓         ~
//!   tone -      ↓         ↑         ~
//!   tone ?      ~         ~         ~
//! ```
//!
//! Invariant: reads are sorted by source, each source once, or once more where the program answers for it (`unstable`).
//! Neighbours: `moves` puts leaves together to structures.

use lasp_plan::{Place, Stability};

use super::range::Range;

/// How a value moves with one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Tone {
    /// With it.
    Plus,
    /// Against it.
    Minus,
    /// Either way.
    Any,
}

/// What a source does by itself, in the order of what is read of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Drift {
    /// It grows.
    Up,
    /// It falls.
    Down,
    /// It goes both ways.
    Both,
}

/// What is read of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Aspect {
    /// Which keys or elements there are.
    Members,
    /// Whether a register is set.
    IsSet,
    /// The value itself.
    Value,
}

/// A place in a variable whose value moves by itself: a position in the variable's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Source {
    /// Position of the variable; [`Source::own`] and [`Source::UNKNOWN`] stand for what is none.
    pub var: usize,
    /// Which lattice in it: its number when the type is walked from the outside in, parts in order.
    pub lattice: u32,
    /// What is read of it.
    pub aspect: Aspect,
}

impl Source {
    /// What a recursive view has found so far, while its body is judged.
    pub(crate) fn own(view: usize) -> Source {
        let view = u32::try_from(view).unwrap_or(u32::MAX);
        Source { var: usize::MAX - 1, lattice: view, aspect: Aspect::Members }
    }

    /// What was not looked at: the judgement ran out of fuel.
    pub(crate) const UNKNOWN: Source = Source { var: usize::MAX, lattice: 0, aspect: Aspect::Value };
}

/// Why a tone is no longer `+`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Why {
    /// `<`, `<=` of it, or `>=` of something against it.
    Compared,
    Not,
    Equal,
    Default,
    TakenAway,
    Negated,
    Empty,
    All,
    Least,
    Greater,
    Average,
    Signs,
    Choice,
    Key,
    Entries,
    Whole,
    Inside,
    Function,
    Group,
    Fuel,
}

impl Why {
    /// What happens there, as the label of a place.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Why::Compared => "true now, and false once what grows has grown past it",
            Why::Not => "`not` turns what grows into what shrinks",
            Why::Equal => "what grows can pass what it is compared with",
            Why::Default => "unset reads as the default, and the first write may be on the other side of it",
            Why::TakenAway => "the more is taken away, the less is left",
            Why::Negated => "`-` turns what grows into what falls",
            Why::Empty => "empty now, and not once something is in it",
            Why::All => "every one now, until one comes that is not so",
            Why::Least => "a lesser one may still come",
            Why::Greater => "a greater one may take a place here, and another loses it",
            Why::Average => "an average goes up and down as what it is made of grows",
            Why::Signs => "this can be negative, so more of it may be less",
            Why::Choice => "which branch is taken may change, and neither branch is always the greater",
            Why::Key => "what is looked up here changes",
            Why::Entries => "what is in here changes in place: where a 1 becomes a 2, the 1 is gone",
            Why::Whole => "compared as a whole, more elements need not be greater",
            Why::Inside => "a greater one as a whole may have less inside",
            Why::Function => "the result need not grow with what goes in",
            Why::Group => "which group something belongs to changes",
            Why::Fuel => "too much unfolds here to be judged",
        }
    }
}

/// Where a tone was turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Turn {
    /// Where.
    pub place: Place,
    /// How.
    pub why: Why,
}

/// A source that a value depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Read {
    pub source: Source,
    pub drift: Drift,
    pub tone: Tone,
    /// Where it is read.
    pub place: Place,
    /// Where its tone was turned, if it is not `+`.
    pub turn: Option<Turn>,
    /// Whether somebody answers for it that it only grows: then drift and tone are what is said, not what is seen.
    pub trusted: bool,
}

/// A single value: what it reads, and what is known of its size.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Leaf {
    reads: Vec<Read>,
    /// Numbers by their order, truth by false = 0 and true = 1, collections by the number of their elements.
    pub range: Range,
}

impl Leaf {
    /// A value that never changes.
    pub(crate) fn constant(range: Range) -> Leaf {
        Leaf { reads: Vec::new(), range }
    }

    /// A value that is one source.
    pub(crate) fn source(source: Source, drift: Drift, place: Place) -> Leaf {
        let read = Read { source, drift, tone: Tone::Plus, place, turn: None, trusted: false };
        Leaf { reads: vec![read], range: Range::ALL }
    }

    /// A value of which nothing is known.
    pub(crate) fn unknown(place: Place) -> Leaf {
        Leaf::source(Source::UNKNOWN, Drift::Both, place).any(place, Why::Fuel)
    }

    pub(crate) fn reads(&self) -> &[Read] {
        &self.reads
    }

    pub(crate) fn is_const(&self) -> bool {
        self.reads.is_empty()
    }

    /// Of a value within these bounds; one that can only be one value does not depend on anything.
    #[must_use]
    pub(crate) fn within(mut self, range: Range) -> Leaf {
        self.range = range;
        if range.is_point() {
            self.reads.clear();
        }
        self
    }

    /// Of a population of so many: that many need not be the same ones.
    #[must_use]
    pub(crate) fn of_size(mut self, range: Range) -> Leaf {
        self.range = range;
        self
    }

    /// Of a result that follows both. What is known of its size is lost.
    #[must_use]
    pub(crate) fn with(&self, other: &Leaf) -> Leaf {
        let mut reads = Vec::with_capacity(self.reads.len() + other.reads.len());
        let (mut left, mut right) = (self.reads.iter().peekable(), other.reads.iter().peekable());
        loop {
            match (left.peek(), right.peek()) {
                (Some(a), Some(b)) if a.key() == b.key() => {
                    reads.push(met(a, b));
                    left.next();
                    right.next();
                }
                (Some(a), Some(b)) if a.key() < b.key() => reads.extend(left.next().cloned()),
                (_, Some(_)) => reads.extend(right.next().cloned()),
                (Some(_), None) => reads.extend(left.next().cloned()),
                (None, None) => break,
            }
        }
        Leaf { reads, range: Range::ALL }
    }

    /// The same, but for one source.
    #[must_use]
    pub(crate) fn without(mut self, source: Source) -> Leaf {
        self.reads.retain(|read| read.source != source);
        self
    }

    /// Of a result that goes against it.
    #[must_use]
    pub(crate) fn flip(&self, place: Place, why: Why) -> Leaf {
        self.turned(|read| match read.tone {
            Tone::Plus => (Tone::Minus, read.turn.or(Some(Turn { place, why }))),
            Tone::Minus => (Tone::Plus, None),
            Tone::Any => (Tone::Any, read.turn),
        })
    }

    /// Of a result that depends on it in no certain way.
    #[must_use]
    pub(crate) fn any(&self, place: Place, why: Why) -> Leaf {
        self.turned(|read| match read.tone {
            Tone::Any => (Tone::Any, read.turn),
            Tone::Plus | Tone::Minus => (Tone::Any, Some(Turn { place, why })),
        })
    }

    fn turned(&self, turn: impl Fn(&Read) -> (Tone, Option<Turn>)) -> Leaf {
        let mut leaf = Leaf { reads: self.reads.clone(), range: Range::ALL };
        for read in &mut leaf.reads {
            (read.tone, read.turn) = turn(read);
        }
        leaf
    }

    /// The same, read at a place that is around the first one.
    #[must_use]
    pub(crate) fn read_at(mut self, place: Place) -> Leaf {
        for read in &mut self.reads {
            let inside =
                read.place.file == place.file && read.place.start >= place.start && read.place.end <= place.end;
            if inside && read.tone == Tone::Plus {
                read.place = place;
            }
        }
        self
    }

    /// The same, where somebody answers for it that it only grows.
    #[must_use]
    pub(crate) fn trusted(mut self) -> Leaf {
        for read in &mut self.reads {
            (read.drift, read.tone, read.turn, read.trusted) = (Drift::Up, Tone::Plus, None, true);
        }
        self
    }

    /// The same, with a source read here.
    #[must_use]
    pub(crate) fn seen_at(mut self, source: Source, place: Place) -> Leaf {
        for read in self.reads.iter_mut().filter(|read| read.source == source) {
            read.place = place;
        }
        self
    }

    /// Which way it goes.
    pub(crate) fn direction(&self) -> Stability {
        self.reads.iter().map(Read::direction).fold(Stability::Const, both)
    }

    /// Whether it never goes back once it has grown.
    pub(crate) fn grows(&self) -> bool {
        matches!(self.direction(), Stability::Const | Stability::Up)
    }
}

impl Read {
    /// What tells it from other reads of one value: where the program answers for one read of a source, it does not for
    /// the others.
    fn key(&self) -> (Source, bool) {
        (self.source, self.trusted)
    }

    /// Which way the value goes by this source.
    pub(crate) fn direction(&self) -> Stability {
        match (self.drift, self.tone) {
            (Drift::Up, Tone::Plus) | (Drift::Down, Tone::Minus) => Stability::Up,
            (Drift::Up, Tone::Minus) | (Drift::Down, Tone::Plus) => Stability::Down,
            (Drift::Both, _) | (_, Tone::Any) => Stability::Eventual,
        }
    }
}

/// Of what follows both.
pub(crate) fn both(a: Stability, b: Stability) -> Stability {
    match (a, b) {
        (Stability::Const, same) | (same, Stability::Const) => same,
        (a, b) if a == b => a,
        _ => Stability::Eventual,
    }
}

/// One source read twice.
fn met(a: &Read, b: &Read) -> Read {
    let (tone, turn) = match (a.tone, b.tone) {
        (Tone::Any, _) => (Tone::Any, a.turn),
        (_, Tone::Any) => (Tone::Any, b.turn),
        (one, other) if one == other => (one, a.turn),
        // Once with it and once against it: the turn is where it went against it.
        _ => (Tone::Any, a.turn.or(b.turn)),
    };
    Read { tone, turn, ..a.clone() }
}
