//! The checked program: every declaration with names and types resolved.
//!
//! Positions are identities, as in the plan. A declaration that was reported keeps its place here with types of
//! [`Ty::Error`], so that later passes need not know. Neighbours: `check` fills it, `stability` and `lower` read it.

use lasp_lattice::{Kind, KindParam, LatticeInfo};
use lasp_plan::Place;

use crate::hir::{Hir, HirPattern, HirStmt, LocalId};
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
    /// Shown names.
    pub shows: Vec<ShowDef>,
    /// Feeds.
    pub feeds: Vec<FeedDef>,
    /// The types of bound names, by [`LocalId`].
    pub locals: Vec<Ty>,
    /// What is known of holes.
    pub holes: Holes,
}

impl Program {
    /// The type of a bound name.
    #[must_use]
    pub fn local_ty(&self, local: LocalId) -> Ty {
        self.locals.get(local.0 as usize).map_or(Ty::Error, |ty| self.holes.full(ty))
    }
}

/// The type of a variable: a lattice.
#[derive(Clone, Debug)]
pub enum Crdt {
    /// A row of the registry with its arguments.
    Named {
        /// The row.
        info: &'static LatticeInfo,
        /// Its plain arguments, in order.
        elements: Vec<Ty>,
        /// Its lattice arguments, in order.
        inner: Vec<Crdt>,
        /// Where it was written.
        place: Place,
    },
    /// A record of lattices.
    Record(Vec<(String, Crdt)>, Place),
    /// A tuple of lattices.
    Tuple(Vec<Crdt>, Place),
    /// A lattice of the program: its name and what it reads as.
    User(String, Ty, Place),
    /// Already reported.
    Error,
}

impl Crdt {
    /// What an expression sees. `initial`: a top-level `max` or `min` with an initial value reads bare.
    #[must_use]
    pub fn read(&self, initial: bool) -> Ty {
        use lasp_lattice::Read;
        match self {
            Crdt::Named { info, elements, inner, .. } => {
                let element = || elements.first().cloned().unwrap_or(Ty::Error);
                match info.read {
                    Read::Set => Ty::set(element()),
                    Read::Nat => Ty::Nat,
                    Read::Int => Ty::Int,
                    Read::Bool => Ty::Bool,
                    Read::OptionElement if initial && matches!(info.name, "max" | "min") => element(),
                    Read::OptionElement => Ty::option(element()),
                    Read::Map => Ty::map(element(), inner.first().map_or(Ty::Error, |crdt| crdt.read(false)), true),
                    Read::List => Ty::list(element()),
                    Read::Pair => Ty::Tuple(inner.iter().map(|crdt| crdt.read(false)).collect()),
                    Read::MapCounts => Ty::map(Ty::Text, Ty::Nat, true),
                    Read::Element => element(),
                }
            }
            Crdt::Record(fields, _) => {
                Ty::Record(fields.iter().map(|(name, crdt)| (name.clone(), crdt.read(false))).collect())
            }
            Crdt::Tuple(parts, _) => Ty::Tuple(parts.iter().map(|crdt| crdt.read(false)).collect()),
            Crdt::User(_, ty, _) => ty.clone(),
            Crdt::Error => Ty::Error,
        }
    }

    /// The kind that runs, or the name and place of the first part that does not run yet.
    pub fn kind(&self) -> Result<Kind, Option<(String, Place)>> {
        match self {
            Crdt::Named { info, inner, place, .. } => {
                let later = || Some((format!("`{}`", info.name), *place));
                if !info.runs {
                    return Err(later());
                }
                let params: Vec<KindParam> =
                    inner.iter().map(|inner| inner.kind().map(KindParam::Lattice)).collect::<Result<_, _>>()?;
                Kind::of(info.name, &params).ok_or_else(later)
            }
            Crdt::Record(_, place) => Err(Some(("a record of lattices".to_string(), *place))),
            Crdt::Tuple(_, place) => Err(Some(("a tuple of lattices".to_string(), *place))),
            Crdt::User(name, _, place) => Err(Some((format!("the lattice `{name}`"), *place))),
            Crdt::Error => Err(None),
        }
    }
}

impl std::fmt::Display for Crdt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Crdt::Named { info, elements, inner, .. } => {
                let mut elements = elements.iter();
                let mut inner = inner.iter();
                let args: Vec<String> = info
                    .params
                    .iter()
                    .map(|param| match param {
                        lasp_lattice::ParamKind::Element => elements.next().map_or("_".to_string(), Ty::to_string),
                        lasp_lattice::ParamKind::Lattice => inner.next().map_or("_".to_string(), Crdt::to_string),
                        lasp_lattice::ParamKind::Int => "n".to_string(),
                    })
                    .collect();
                f.write_str(info.name)?;
                if args.is_empty() { Ok(()) } else { write!(f, "<{}>", args.join(", ")) }
            }
            Crdt::Record(fields, _) => {
                let fields: Vec<String> = fields.iter().map(|(name, crdt)| format!("{name}: {crdt}")).collect();
                write!(f, "{{ {} }}", fields.join(", "))
            }
            Crdt::Tuple(parts, _) => {
                let parts: Vec<String> = parts.iter().map(Crdt::to_string).collect();
                write!(f, "({})", parts.join(", "))
            }
            Crdt::User(name, ..) => f.write_str(name),
            Crdt::Error => f.write_str("_"),
        }
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
    /// Where its name stands.
    pub place: Place,
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
    /// At which role.
    pub role: Option<String>,
    /// The `for … in …`.
    pub binding: Option<(HirPattern, Hir)>,
    /// The condition.
    pub condition: Hir,
    /// What happens.
    pub body: Vec<HirStmt>,
    /// Where.
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
