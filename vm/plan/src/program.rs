//! A whole plan: what the compiler emits and the vm runs.
//!
//! ```text
//! Plan ─ vars (CRDT kinds) ─ graph (operators) ─ views (sinks) ─ handlers, whens, watches ─ feeds, shows
//! ```
//!
//! Positions are identities: [`VarId`], [`ViewId`] and [`NodeId`] index the lists here. A plan is serialisable and has
//! a content hash ([`Plan::id`]): program identity on the wire.

use lasp_lattice::Kind;
use serde::{Deserialize, Serialize};

use crate::{Expr, Graph, NodeId, Pattern, Place, Stability, Type, VarId, ViewId};

/// A program, ready to run on one node that plays every role.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Names of the source files, the main one first; a [`Place`] names one by position.
    pub files: Vec<String>,
    /// Declared roles.
    pub roles: Vec<String>,
    /// Variables.
    pub vars: Vec<VarPlan>,
    /// The dataflow.
    pub graph: Graph,
    /// Named values kept up to date: `let`s that somebody reads, and shown or watched expressions.
    pub views: Vec<ViewPlan>,
    /// Events.
    pub events: Vec<EventPlan>,
    /// Handlers, in the order written.
    pub handlers: Vec<HandlerPlan>,
    /// Reactions to conditions that stay true.
    pub whens: Vec<WhenPlan>,
    /// Reactions to changes.
    pub watches: Vec<WatchPlan>,
    /// Names to show, in the order declared.
    pub shows: Vec<ShowPlan>,
    /// Feeds, in the order declared.
    pub feeds: Vec<FeedPlan>,
}

impl Plan {
    /// The content hash: equal plans, equal ids.
    #[must_use]
    pub fn id(&self) -> String {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        blake3::hash(&bytes).to_hex()[..32].to_string()
    }

    /// A variable.
    #[must_use]
    pub fn var(&self, id: VarId) -> &VarPlan {
        &self.vars[id.0 as usize]
    }

    /// A view.
    #[must_use]
    pub fn view(&self, id: ViewId) -> &ViewPlan {
        &self.views[id.0 as usize]
    }
}

/// A replicated variable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VarPlan {
    /// Its name.
    pub name: String,
    /// Which CRDT it is.
    pub kind: Kind,
    /// What an expression that reads it sees.
    pub ty: Type,
    /// A top-level `max` or `min` with an initial value reads as the bare value, not as an option.
    pub bare: bool,
    /// The genesis value, without slots: a value of the type that is read (a set, a number, a register's content, a map
    /// of such). Applied once by the genesis replica.
    pub init: Option<Expr>,
    /// Roles that may write it; empty: all.
    pub writable_by: Vec<String>,
    /// Where it was declared.
    pub place: Place,
}

/// How the rows of a view's node make up its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Exactly one row of one column: the value.
    Scalar,
    /// Rows of one column: the elements of a set.
    Set,
    /// Rows of two columns: the entries of a map.
    Map,
}

/// A view: a pure function of the variables, kept up to date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ViewPlan {
    /// Its name; for a watched or shown expression without one, its text.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// The operator whose rows are its value.
    pub node: NodeId,
    /// How.
    pub shape: Shape,
    /// The same function as an expression over the variables: what the dataflow is tested against.
    pub expr: Expr,
    /// Whether it may still be taken back.
    pub stability: Stability,
    /// Where it was declared.
    pub place: Place,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventPlan {
    /// Its name.
    pub name: String,
    /// Its fields in the order declared, without `at`.
    pub fields: Vec<(String, Type)>,
}

impl EventPlan {
    /// The record a handler's pattern is matched against: the fields and `at: time`, sorted by name.
    #[must_use]
    pub fn record(&self) -> Type {
        let mut fields = self.fields.clone();
        if !fields.iter().any(|(name, _)| name == "at") {
            fields.push(("at".to_string(), Type::Time));
        }
        fields.sort_by(|a, b| a.0.cmp(&b.0));
        Type::Record(fields)
    }
}

/// A handler: one atomic op.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandlerPlan {
    /// Which event, by position.
    pub event: u32,
    /// The role that handles it.
    pub role: Option<String>,
    /// Fits the event's record ([`EventPlan::record`]); slots start at 0.
    pub pattern: Pattern,
    /// What happens.
    pub body: Vec<Stmt>,
    /// Where it was written.
    pub place: Place,
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Stmt {
    /// An update of a variable.
    Update(Update),
    /// An update that answers, its answer bound.
    LetUpdate(Pattern, Update),
    /// A value bound.
    Let(Pattern, Expr),
    /// Branches on a value.
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    /// Branches on the answer of an update.
    IfUpdate(Update, Vec<Stmt>, Vec<Stmt>),
    /// For each element of a set, list or map (entries as pairs), in order.
    For(Pattern, Expr, Vec<Stmt>),
    /// An emit.
    Emit(Emit),
}

/// An update: path to a CRDT inside a variable, method, arguments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Update {
    /// Which variable.
    pub var: VarId,
    /// The way to it from the variable, outermost step first.
    pub path: Vec<Step>,
    /// A method of the CRDT's row in `lasp_lattice::LATTICES`.
    pub method: String,
    /// As many as were written (the row says how many are required).
    pub args: Vec<Expr>,
    /// Where it was written.
    pub place: Place,
}

/// One step on the way from a variable to what is updated: `carts[u].items` is a key, then a part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Step {
    /// To the value under a key of a map.
    Key(Expr),
    /// To a part of a product, by position: of a record, its fields sorted by name.
    Part(u32),
}

/// An emit: an output, or another event at this node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Emit {
    /// The output's or event's name.
    pub name: String,
    /// The event, by position, if the name is one's.
    pub event: Option<u32>,
    /// The record, slots sorted by field name.
    pub value: Expr,
    /// Its type.
    pub ty: Type,
    /// Where it was written.
    pub place: Place,
}

/// What a reaction to rows is for, in the program's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenKind {
    /// `when e { … }`.
    When,
    /// `once when e { … }`: one node of its role fires it.
    Once,
    /// `seal x at r when e`: of this variable.
    Seal(VarId),
    /// `bind x <- e`: into this variable. Fires for a row whenever it comes, and can be repeated.
    Bind(VarId),
}

/// `for x in e when c { … }`: fires once for each row that its node ever gets; a `bind`, whenever one comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WhenPlan {
    /// What it is for.
    pub kind: WhenKind,
    /// The role that fires.
    pub role: Option<String>,
    /// Rows for which the condition holds: one column (the element) with a binding, none without.
    pub node: NodeId,
    /// Fits the element in slot 0; slots from 1.
    pub pattern: Option<Pattern>,
    /// What happens.
    pub body: Vec<Stmt>,
    /// The condition's text: part of the ids of its emits.
    pub condition: String,
    /// Where it was written.
    pub place: Place,
}

impl WhenPlan {
    /// Whether it fires again for a row that comes again.
    #[must_use]
    pub fn repeats(&self) -> bool {
        matches!(self.kind, WhenKind::Bind(_))
    }

    /// As the program writes it, without its body.
    #[must_use]
    pub fn words(&self, vars: &[VarPlan]) -> String {
        format!("{} {}", self.keyword(), self.subject(vars))
    }

    /// The word that it begins with.
    #[must_use]
    pub fn keyword(&self) -> &'static str {
        match self.kind {
            WhenKind::When => "when",
            WhenKind::Once => "once when",
            WhenKind::Seal(_) => "seal",
            WhenKind::Bind(_) => "bind",
        }
    }

    /// What follows that word.
    #[must_use]
    pub fn subject(&self, vars: &[VarPlan]) -> String {
        let name = |var: VarId| vars.get(var.0 as usize).map_or("?", |var| var.name.as_str());
        let condition = &self.condition;
        match self.kind {
            WhenKind::When | WhenKind::Once => condition.clone(),
            WhenKind::Seal(var) => {
                format!("{} at {} when {condition}", name(var), self.role.as_deref().unwrap_or("?"))
            }
            WhenKind::Bind(var) => format!("{} <- {condition}", name(var)),
        }
    }
}

/// `watch e { added(p) … removed(p) … }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WatchPlan {
    /// The role that watches.
    pub role: Option<String>,
    /// What is watched. A truth value is watched as a set that holds the empty tuple while it is true.
    pub view: ViewId,
    /// Pattern (element, entry as a pair, or new value; slots from 0) and body.
    pub added: (Pattern, Vec<Stmt>),
    /// Pattern (element, entry or old value) and body.
    pub removed: Option<(Pattern, Vec<Stmt>)>,
    /// Where it was written.
    pub place: Place,
}

/// A shown name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShowPlan {
    /// The name.
    pub name: String,
    /// The view that holds its value (a variable that is shown has a view of its own name).
    pub view: ViewId,
}

/// A feed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedPlan {
    /// Which event, by position.
    pub event: u32,
    /// The path as written, relative to the program.
    pub path: String,
    /// The column that names the node.
    pub node: Option<String>,
    /// The column that orders it in time.
    pub time: Option<String>,
    /// The column with the source of a row.
    pub src: Option<String>,
    /// The column with the number of a row within its source.
    pub seq: Option<String>,
    /// Where it was written.
    pub place: Place,
}
