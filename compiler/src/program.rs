//! The checked program: every declaration with names and types resolved.
//!
//! Positions are identities, as in the plan. A declaration that was reported keeps its place here with types of
//! [`Ty::Error`], so that later passes need not know. Neighbours: `check` fills it, `stability` and `lower` read it.

use std::collections::BTreeSet;

use lasp_plan::Place;

use crate::crdt::Crdt;
use crate::hir::{Hir, HirPattern, HirStmt, LocalId};
use crate::invariant::Pool;
use crate::ty::{Holes, Ty};

/// Everything that was declared.
#[derive(Debug, Default)]
pub struct Program {
    /// Roles in the order declared.
    pub roles: Vec<String>,
    /// Variables.
    pub vars: Vec<VarDef>,
    /// Views.
    pub views: Vec<ViewDef>,
    /// Functions.
    pub fns: Vec<FnDef>,
    /// Events.
    pub events: Vec<EventDef>,
    /// Handlers.
    pub handlers: Vec<HandlerDef>,
    /// `when`s.
    pub whens: Vec<WhenDef>,
    /// `watch`es.
    pub watches: Vec<WatchDef>,
    /// What flows into variables.
    pub binds: Vec<BindDef>,
    /// Shown names.
    pub shows: Vec<ShowDef>,
    /// Feeds.
    pub feeds: Vec<FeedDef>,
    /// Invariants.
    pub invariants: Vec<InvariantDef>,
    /// The rights of those that are held `by escrow`.
    pub pools: Vec<Pool>,
    /// The types of bound names, by [`LocalId`].
    pub locals: Vec<Ty>,
    /// What is known of holes.
    pub holes: Holes,
    /// Which names are read and written anywhere, also where nothing runs: in test blocks, in invariants.
    pub uses: Uses,
}

/// Who is mentioned, by position.
#[derive(Debug, Default)]
pub struct Uses {
    /// Views that are read.
    pub views: BTreeSet<usize>,
    /// Variables that are read.
    pub vars: BTreeSet<usize>,
    /// Variables that are updated.
    pub written: BTreeSet<usize>,
}

impl Program {
    /// Says of the last `when` of the main file that somebody outside waits for its condition.
    pub fn mark_awaited(&mut self) {
        let last = self.whens.iter_mut().filter(|when| when.place.file == 0).max_by_key(|when| when.place.start);
        if let Some(when) = last {
            when.made_for = Some(MadeFor::Await);
        }
    }

    /// The type of a bound name.
    #[must_use]
    pub fn local_ty(&self, local: LocalId) -> Ty {
        self.locals.get(local.0 as usize).map_or(Ty::Error, |ty| self.holes.full(ty))
    }
}

/// A variable.
#[derive(Debug)]
pub struct VarDef {
    /// Its qualified name.
    pub name: String,
    /// Its lattice.
    pub crdt: Crdt,
    /// What an expression sees.
    pub ty: Ty,
    /// The genesis value.
    pub init: Option<Hir>,
    /// Who may write; empty: all.
    pub writable_by: Vec<String>,
    /// Its declaration.
    pub place: Place,
    /// Where its type is written.
    pub type_place: Place,
    /// What it is kept for, if the program does not declare it.
    pub hidden: Option<Hidden>,
}

/// What a variable that nobody wrote down is kept for. It has a name that cannot be written, and is neither shown nor
/// listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// The value of this variable, by position, as it was sealed.
    SealOf(usize),
    /// What a `once` has been done for.
    DoneOnce,
    /// The rights, or the debt, of an invariant held by escrow.
    Pool,
}

impl VarDef {
    /// Whether it holds the sealed value of another: unset, then set for ever.
    #[must_use]
    pub fn is_seal(&self) -> bool {
        matches!(self.hidden, Some(Hidden::SealOf(_)))
    }
}

/// A view.
#[derive(Debug)]
pub struct ViewDef {
    /// Its qualified name.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// Its definition.
    pub value: Hir,
    /// Whether it is a least fixed point: its definition may name it.
    pub rec: bool,
    /// Where its name stands.
    pub place: Place,
    /// Where it is declared `stable`, if it is.
    pub stable: Option<Place>,
}

/// A function.
#[derive(Debug)]
pub struct FnDef {
    /// Its qualified name.
    pub name: String,
    /// Its parameters.
    pub params: Vec<(String, LocalId)>,
    /// Its result type.
    pub result: Ty,
    /// Its body.
    pub body: Hir,
}

/// An event.
#[derive(Debug)]
pub struct EventDef {
    /// Its name.
    pub name: String,
    /// Fields in the order declared, without `at`.
    pub fields: Vec<(String, Ty)>,
    /// Where its name stands.
    pub place: Place,
}

impl EventDef {
    /// The record that a handler sees: the fields and `at`.
    #[must_use]
    pub fn record(&self) -> Ty {
        let mut fields = self.fields.clone();
        fields.push(("at".to_string(), Ty::Time));
        fields.sort_by(|a, b| a.0.cmp(&b.0));
        Ty::Record(fields)
    }

    /// The record that an `emit` of it carries.
    #[must_use]
    pub fn payload(&self) -> Ty {
        let mut fields = self.fields.clone();
        fields.sort_by(|a, b| a.0.cmp(&b.0));
        Ty::Record(fields)
    }
}

/// A handler.
#[derive(Debug)]
pub struct HandlerDef {
    /// Which event.
    pub event: usize,
    /// At which role.
    pub role: Option<String>,
    /// What the event's record is bound to.
    pub pattern: HirPattern,
    /// What happens.
    pub body: Vec<HirStmt>,
    /// Where.
    pub place: Place,
}

/// A `when`.
#[derive(Debug)]
pub struct WhenDef {
    /// Whether `once` stands before it.
    pub once: bool,
    /// Of a `once`, the hidden variable with what it has been done for.
    pub done: Option<usize>,
    /// What it is made for, if the program does not say `when`.
    pub made_for: Option<MadeFor>,
    /// At which role.
    pub role: Option<String>,
    /// The `for … in …`.
    pub binding: Option<(HirPattern, Hir)>,
    /// The condition.
    pub condition: Hir,
    /// What happens.
    pub body: Vec<HirStmt>,
    /// Where its word is.
    pub place: Place,
    /// All of it, from its first word to the end of its body.
    pub whole: Place,
    /// What stands between `for` and `in`.
    pub pattern: Option<Place>,
}

/// What a `when` that nobody wrote is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeFor {
    /// `seal votes at server when e`: the variable, by position.
    Seal(usize),
    /// `bind g <- e`: the variable, by position. Its condition is what flows; it fires for each row anew.
    Bind(usize),
    /// Somebody outside waits for its condition.
    Await,
}

/// `bind g <- e`. What carries it out is a `when` that is [made for](MadeFor::Bind) it.
#[derive(Debug)]
pub struct BindDef {
    /// The variable, by position.
    pub var: usize,
    /// What flows.
    pub value: Hir,
    /// Where the variable is named.
    pub place: Place,
}

/// A `watch`.
#[derive(Debug)]
pub struct WatchDef {
    /// At which role.
    pub role: Option<String>,
    /// What is watched.
    pub value: Hir,
    /// When something comes.
    pub added: (HirPattern, Vec<HirStmt>),
    /// When something goes.
    pub removed: Option<(HirPattern, Vec<HirStmt>)>,
    /// Where.
    pub place: Place,
}

/// An invariant.
#[derive(Debug)]
pub struct InvariantDef {
    /// What must hold.
    pub condition: Hir,
    /// Its pool of rights, by position, if it is held `by escrow`.
    pub pool: Option<usize>,
    /// Where.
    pub place: Place,
}

/// A shown name.
#[derive(Debug)]
pub struct ShowDef {
    /// The name as written.
    pub name: String,
    /// A reference to the variable or view.
    pub value: Hir,
}

/// A feed.
#[derive(Debug)]
pub struct FeedDef {
    /// Which event.
    pub event: usize,
    /// The path as written.
    pub path: String,
    /// The column of each option, by option name.
    pub options: Vec<(String, String)>,
    /// Where.
    pub place: Place,
}
