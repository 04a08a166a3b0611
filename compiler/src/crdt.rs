//! The lattice of a variable, as the checker sees it: a row of the registry with its arguments, a product, a drawn one.
//!
//! ```text
//! ormap<text, { items: orset<Item>, status: Status }>
//!   Named(ormap, elements [text], inner [Record [items: Named(orset, …), status: Drawn(Status)]])
//! ```
//!
//! What an expression reads of it ([`Crdt::read`]), what an initial value looks like ([`Crdt::genesis`]) and what runs
//! ([`Crdt::kind`]) all follow from the registry. Invariant: the parts of a record are sorted by name, like the slots
//! of the value it reads as. Neighbours: `check::lattices` reads it from the program, `stability` says how it moves.

use std::sync::Arc;

use lasp_lattice::{Kind, KindFlaw, KindParam, LatticeInfo, MethodInfo, Read, UserLattice};
use lasp_plan::Place;

use crate::ty::Ty;

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

    /// Where it was written.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        match self {
            Crdt::Named { place, .. } | Crdt::Record(_, place) | Crdt::Tuple(_, place) | Crdt::Drawn(_, _, place) => {
                Some(*place)
            }
            Crdt::Error => None,
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
