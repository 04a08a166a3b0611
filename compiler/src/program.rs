//! The checked program: every declaration with names and types resolved.
//!
//! Positions are identities, as in the plan. A declaration that was reported keeps its place here with types of
//! [`Ty::Error`], so that later passes need not know. Neighbours: `check` fills it, `stability` and `lower` read it.

use std::sync::Arc;

use lasp_lattice::{Kind, KindFlaw, KindParam, LatticeInfo, MethodInfo, Read, UserLattice};
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
        /// Its numbers, in order.
        sizes: Vec<u64>,
        /// Where it was written.
        place: Place,
    },
    /// A record of lattices, sorted by field name.
    Record(Vec<(String, Crdt)>, Place),
    /// A tuple of lattices.
    Tuple(Vec<Crdt>, Place),
    /// A lattice drawn in the program, and what it reads as.
    Drawn(Arc<UserLattice>, Ty, Place),
    /// Already reported.
    Error,
}

impl Crdt {
    /// What an expression sees. `initial`: a top-level `max` or `min` with an initial value reads bare.
    #[must_use]
    pub fn read(&self, initial: bool) -> Ty {
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
            Crdt::Drawn(_, ty, _) => ty.clone(),
            Crdt::Error => Ty::Error,
        }
    }

    /// What an initial value looks like: what is read, registers given by their content. The part that has none is the
    /// error.
    pub fn genesis(&self) -> Result<Ty, &Crdt> {
        Ok(match self {
            Crdt::Named { info, elements, inner, .. } => {
                let element = || elements.first().cloned().unwrap_or(Ty::Error);
                match info.read {
                    Read::Map => Ty::map(element(), inner.first().map_or(Ok(Ty::Error), Crdt::genesis)?, false),
                    Read::Pair => Ty::Tuple(inner.iter().map(Crdt::genesis).collect::<Result<_, _>>()?),
                    Read::OptionElement => element(),
                    // One value: several stand side by side only where nodes wrote at the same time.
                    Read::Set if self.method("set").is_some() => element(),
                    Read::MapCounts => return Err(self),
                    _ => self.read(false),
                }
            }
            Crdt::Record(fields, _) => Ty::Record(
                fields.iter().map(|(name, part)| Ok((name.clone(), part.genesis()?))).collect::<Result<_, _>>()?,
            ),
            Crdt::Tuple(parts, _) => Ty::Tuple(parts.iter().map(Crdt::genesis).collect::<Result<_, _>>()?),
            Crdt::Drawn(..) | Crdt::Error => self.read(false),
        })
    }

    /// The kind that runs; none if something in it was reported.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Crdt::Named { info, inner, sizes, .. } => {
                let lattices = inner.iter().map(|inner| inner.kind().map(KindParam::Lattice));
                let params: Vec<KindParam> =
                    lattices.chain(sizes.iter().map(|size| Some(KindParam::Int(*size)))).collect::<Option<_>>()?;
                Kind::of(info.name, &params)
            }
            Crdt::Record(fields, _) => {
                fields.iter().map(|(_, part)| part.kind()).collect::<Option<Vec<_>>>().map(Kind::Product)
            }
            Crdt::Tuple(parts, _) => parts.iter().map(Crdt::kind).collect::<Option<Vec<_>>>().map(Kind::Product),
            Crdt::Drawn(drawn, ..) => Some(Kind::User(drawn.clone())),
            Crdt::Error => None,
        }
    }

    /// The first combination in it that makes no sense, the innermost before those around it, and where it stands.
    #[must_use]
    pub fn flaw(&self) -> Option<(KindFlaw, Place)> {
        let (inner, place): (Vec<&Crdt>, Place) = match self {
            Crdt::Named { inner, place, .. } => (inner.iter().collect(), *place),
            Crdt::Record(fields, place) => (fields.iter().map(|(_, part)| part).collect(), *place),
            Crdt::Tuple(parts, place) => (parts.iter().collect(), *place),
            Crdt::Drawn(..) | Crdt::Error => return None,
        };
        let below = inner.into_iter().find_map(Crdt::flaw);
        below.or_else(|| self.kind()?.flaw().map(|flaw| (flaw, place)))
    }

    /// The part of this name in a record, or of this number in a tuple, and its position.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<(usize, &Crdt)> {
        match self {
            Crdt::Record(fields, _) => {
                let at = fields.iter().position(|(field, _)| field == name)?;
                Some((at, &fields[at].1))
            }
            Crdt::Tuple(parts, _) => {
                let at = name.parse().ok()?;
                Some((at, parts.get(at)?))
            }
            _ => None,
        }
    }

    /// The lattice of a map's values.
    #[must_use]
    pub fn values(&self) -> Option<&Crdt> {
        match self {
            Crdt::Named { info, inner, .. } if info.read == Read::Map => inner.first(),
            _ => None,
        }
    }

    /// Its updates.
    #[must_use]
    pub fn methods(&self) -> &'static [MethodInfo] {
        match self {
            Crdt::Named { info, .. } => info.methods,
            Crdt::Drawn(drawn, ..) => Kind::User(drawn.clone()).info().methods,
            Crdt::Record(..) | Crdt::Tuple(..) | Crdt::Error => &[],
        }
    }

    /// The update of this name.
    #[must_use]
    pub fn method(&self, name: &str) -> Option<&'static MethodInfo> {
        self.methods().iter().find(|method| method.name == name)
    }

    /// The name of its row in the registry; empty for what has another notation.
    #[must_use]
    pub fn lattice_name(&self) -> &'static str {
        match self {
            Crdt::Named { info, .. } => info.name,
            _ => "",
        }
    }

    /// What a message calls it.
    #[must_use]
    pub fn called(&self) -> String {
        match self {
            Crdt::Named { info, .. } => format!("`{}`", info.name),
            Crdt::Record(..) => "a record of lattices".to_string(),
            Crdt::Tuple(..) => "a tuple of lattices".to_string(),
            Crdt::Drawn(drawn, ..) => format!("the lattice `{}`", drawn.name()),
            Crdt::Error => "this".to_string(),
        }
    }

    /// The same lattice, written elsewhere by its name.
    #[must_use]
    pub fn named_at(self, at: Place) -> Crdt {
        match self {
            Crdt::Named { info, elements, inner, sizes, .. } => Crdt::Named { info, elements, inner, sizes, place: at },
            Crdt::Record(fields, _) => Crdt::Record(fields, at),
            Crdt::Tuple(parts, _) => Crdt::Tuple(parts, at),
            Crdt::Drawn(drawn, ty, _) => Crdt::Drawn(drawn, ty, at),
            Crdt::Error => Crdt::Error,
        }
    }
}

impl std::fmt::Display for Crdt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Crdt::Named { info, elements, inner, sizes, .. } => {
                let mut elements = elements.iter();
                let mut inner = inner.iter();
                let mut sizes = sizes.iter();
                let args: Vec<String> = info
                    .params
                    .iter()
                    .map(|param| match param {
                        lasp_lattice::ParamKind::Element => elements.next().map_or("_".to_string(), Ty::to_string),
                        lasp_lattice::ParamKind::Lattice => inner.next().map_or("_".to_string(), Crdt::to_string),
                        lasp_lattice::ParamKind::Int => sizes.next().map_or("n".to_string(), u64::to_string),
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
            Crdt::Drawn(drawn, ..) => f.write_str(drawn.name()),
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
