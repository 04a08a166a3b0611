//! The updates that were made, and what each of their makers had seen.
//!
//! Updates are numbered as they are recorded, and an update can only have seen earlier ones. What a reader or maker has
//! seen is taken as given, update by update: nothing here assumes that who has seen an update has seen what that one's
//! maker had seen.
//!
//! Neighbour: `view` narrows a history to the updates that matter to a reader of one place.

use crate::kind::Kind;
use crate::op::{Arg, Op, Step};
use crate::seen::Seen;
use crate::value::{Value, value};
use crate::view::View;
use crate::{counters, registers};

/// What happened to one variable.
#[derive(Clone, Debug, Default)]
pub struct History {
    made: Vec<Made>,
}

/// An update and what its maker had seen.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub op: Op,
    pub seen: Seen,
}

impl History {
    /// Nothing has happened.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Records an update whose maker had seen these others, its own earlier ones among them. Answers the update's id.
    ///
    /// # Panics
    /// If the history is full, or the maker claims to have seen what was not yet made.
    pub fn record(&mut self, op: Op, seen: &Seen) -> usize {
        let id = self.made.len();
        assert!(id < Seen::CAPACITY, "a history has at most {} updates", Seen::CAPACITY);
        assert!(seen.iter().all(|earlier| earlier < id), "update {id} has seen the future: {seen:?}");
        self.made.push(Made { op, seen: *seen });
        id
    }

    /// How many updates were made.
    #[must_use]
    pub fn len(&self) -> usize {
        self.made.len()
    }

    /// Whether nothing has happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.made.is_empty()
    }

    /// An update.
    ///
    /// # Panics
    /// If there is no update of that id.
    #[must_use]
    pub fn op(&self, id: usize) -> &Op {
        &self.made[id].op
    }

    /// What the maker of an update had seen.
    ///
    /// # Panics
    /// If there is no update of that id.
    #[must_use]
    pub fn seen_by_maker(&self, id: usize) -> &Seen {
        &self.made[id].seen
    }

    /// What a variable of this kind shows to a reader who has seen these updates.
    ///
    /// # Panics
    /// If an update does not fit the kind, or the kind breaks its own rules.
    #[must_use]
    pub fn value(&self, kind: &Kind, seen: &Seen) -> Value {
        value(kind, &View::of(self, *seen))
    }

    /// What a replica may spend of the bounded counter at a path, going by these updates: made and moved in, less moved
    /// out and spent. Never below 0: who knows of more spent than made just has not seen enough.
    ///
    /// # Panics
    /// If there is no bounded counter at the path.
    #[must_use]
    pub fn rights(&self, kind: &Kind, path: &[Step], seen: &Seen, holder: usize) -> i128 {
        assert_eq!(kind.at(path), Some(&Kind::BCounter), "rights are those of a bounded counter");
        counters::rights(&View::of(self, *seen).down(path), holder)
    }

    /// Whether a maker who has seen these updates is shown only other values by the `ivar` it would set: then the
    /// update is refused and must not be recorded. Equal values join, so one of those in a conflict may be set again,
    /// which changes nothing. The `ivar` is at the path, or is the second half of a `lex` there:
    /// then only values under the first half being set are in the way.
    ///
    /// # Panics
    /// If there is no register at the path.
    #[must_use]
    pub fn set_conflicts(&self, kind: &Kind, path: &[Step], seen: &Seen, arg: &Arg) -> bool {
        let register = kind.at(path).filter(|kind| kind.is_register()).expect("what is set is a register");
        registers::conflicts(register, &View::of(self, *seen).down(path), arg)
    }

    pub(crate) fn made(&self, id: usize) -> &Made {
        &self.made[id]
    }
}
