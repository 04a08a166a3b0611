//! The dynamic type of a variable: which lattice it is, and of what.
//!
//! ```
//! use lasp_lattice::{Kind, KindParam, PortRow};
//!
//! // gmap<text, orset<text>>: the element types are the caller's business.
//! let kind = Kind::of("gmap", &[KindParam::Lattice(Kind::OrSet)]).unwrap();
//! assert_eq!(kind, Kind::GMap(Box::new(Kind::OrSet)));
//! let ports: Vec<(usize, PortRow)> = kind.ports().iter().map(|port| (port.keys, port.row)).collect();
//! assert_eq!(ports, [(1, PortRow::Keys), (1, PortRow::Elements)]);
//! ```
//!
//! Invariants: there is a variant per row of `list.rs`, made from that list; every kind in use passes [`Kind::flaw`].
//!
//! Neighbours: [`crate::state`] (values of a kind), [`crate::registry`] (the same types as the checker sees them).

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::change::{PortRow, PortShape};
use crate::drawn::UserLattice;
use crate::lattice::Lattice;
use crate::registry::LatticeInfo;

/// A parameter of a kind that is not an element type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KindParam {
    /// Another lattice: the values of a map, a part of a product, a half of a pair.
    Lattice(Kind),
    /// A number, as the size of a `topk`.
    Int(u64),
    /// A lattice drawn in the program.
    Drawn(Arc<UserLattice>),
}

/// How a variant's field is read from the parameters as written.
trait FromParams: Sized {
    fn from_params(params: &mut std::slice::Iter<'_, KindParam>) -> Option<Self>;
}

impl FromParams for Box<Kind> {
    fn from_params(params: &mut std::slice::Iter<'_, KindParam>) -> Option<Self> {
        match params.next()? {
            KindParam::Lattice(kind) => Some(Box::new(kind.clone())),
            _ => None,
        }
    }
}

impl FromParams for Vec<Kind> {
    fn from_params(params: &mut std::slice::Iter<'_, KindParam>) -> Option<Self> {
        let part = |param: &KindParam| if let KindParam::Lattice(kind) = param { Some(kind.clone()) } else { None };
        params.map(part).collect()
    }
}

impl FromParams for u64 {
    fn from_params(params: &mut std::slice::Iter<'_, KindParam>) -> Option<Self> {
        match params.next()? {
            KindParam::Int(n) => Some(*n),
            _ => None,
        }
    }
}

impl FromParams for Arc<UserLattice> {
    fn from_params(params: &mut std::slice::Iter<'_, KindParam>) -> Option<Self> {
        match params.next()? {
            KindParam::Drawn(drawn) => Some(drawn.clone()),
            _ => None,
        }
    }
}

macro_rules! define_kind {
    ($($(#[$doc:meta])* $variant:ident $(($($param:ty),+))? : $lattice:ty),+ $(,)?) => {
        /// The type of a variable, without its element types.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Kind {
            $($(#[$doc])* $variant $(($($param),+))?),+
        }

        impl Kind {
            /// The kind of this name with these parameters (element types left out), if there is one.
            pub fn of(name: &str, params: &[KindParam]) -> Option<Self> {
                type T = ();
                let mut params = params.iter();
                let kind = match name {
                    $(_ if name == <$lattice as Lattice<T>>::INFO.name => {
                        Self::$variant $(($(<$param as FromParams>::from_params(&mut params)?),+))?
                    })+
                    _ => return None,
                };
                params.next().is_none().then_some(kind)
            }

            /// Its row in the registry. O(1).
            pub fn info(&self) -> LatticeInfo {
                type T = ();
                match self {
                    $(Self::$variant { .. } => <$lattice as Lattice<T>>::INFO),+
                }
            }

            /// What the rows of such a value end with.
            pub fn row(&self) -> PortRow {
                type T = ();
                match self {
                    $(Self::$variant { .. } => <$lattice as Lattice<T>>::ROW),+
                }
            }

            /// The relations a variable of this kind is seen as. O(depth²).
            pub fn ports(&self) -> Vec<PortShape> {
                // The shape does not depend on the elements.
                type T = ();
                match self {
                    $(Self::$variant { .. } => <$lattice as Lattice<T>>::ports(self)),+
                }
            }
        }
    };
}

for_each_lattice!(define_kind);

/// Why a combination of lattices makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KindFlaw {
    /// A `bcounter` below an `ormap`.
    RightsRemoved,
    /// The first half of a `lex` whose values are not in one line.
    FirstNotTotal,
    /// A half of a `lex` that is not a register.
    HalfNotRegister,
    /// A `topk` of nothing.
    TopOfNone,
}

impl fmt::Display for KindFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RightsRemoved => {
                "an `ormap` cannot hold a `bcounter`: removing the key would take back rights that another node may have spent"
            }
            Self::FirstNotTotal => {
                "the first half of a `lex` decides, so any two of its values must be comparable: a `max`, a `min` or a \
                 lattice drawn as one line"
            }
            Self::HalfNotRegister => {
                "both halves of a `lex` are set together, so each must be a register: `max`, `min`, `lww`, `ivar`, a drawn \
                 lattice or a `lex`"
            }
            Self::TopOfNone => "a `topk` keeps at least 1 value",
        })
    }
}

/// As a program would write it, without element types: `ormap<product<orset, lww>>`.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(drawn) => return write!(f, "{drawn}"),
            Self::TopK(size) => return write!(f, "topk<{size}>"),
            _ => f.write_str(self.name())?,
        }
        for (at, kind) in self.inner().into_iter().enumerate() {
            f.write_str(if at == 0 { "<" } else { ", " })?;
            write!(f, "{kind}")?;
        }
        if self.inner().is_empty() { Ok(()) } else { f.write_str(">") }
    }
}

impl Kind {
    /// The name in the language: `orset`.
    pub fn name(&self) -> &'static str {
        self.info().name
    }

    /// 32 bits that tell kinds apart, the same on every machine: the checksum of [`Kind`]'s text.
    pub fn fingerprint(&self) -> u32 {
        crc32fast::hash(self.to_string().as_bytes())
    }

    /// The kinds directly inside.
    pub fn inner(&self) -> Vec<&Kind> {
        match self {
            Self::GMap(values) | Self::OrMap(values) => vec![values],
            Self::Product(parts) => parts.iter().collect(),
            Self::Lex(first, second) => vec![first, second],
            _ => Vec::new(),
        }
    }

    /// The kind one step down, if there is such a place.
    pub fn at<T>(&self, step: &crate::update::Step<T>) -> Option<&Kind> {
        match (self, step) {
            (Self::GMap(values) | Self::OrMap(values), crate::update::Step::Key(_)) => Some(values),
            (Self::Product(parts), crate::update::Step::Part(part)) => parts.get(*part),
            _ => None,
        }
    }

    /// What is wrong with this combination, if anything. O(size of the kind).
    pub fn flaw(&self) -> Option<KindFlaw> {
        self.flaw_below(false)
    }

    fn flaw_below(&self, removable: bool) -> Option<KindFlaw> {
        match self {
            Self::BCounter if removable => return Some(KindFlaw::RightsRemoved),
            Self::TopK(0) => return Some(KindFlaw::TopOfNone),
            Self::Lex(first, _) if !first.is_total() => return Some(KindFlaw::FirstNotTotal),
            Self::Lex(first, second) if !(first.is_register() && second.is_register()) => {
                return Some(KindFlaw::HalfNotRegister);
            }
            _ => {}
        }
        let removable = removable || matches!(self, Self::OrMap(_));
        self.inner().into_iter().find_map(|kind| kind.flaw_below(removable))
    }

    /// Whether any two values of it are comparable.
    fn is_total(&self) -> bool {
        match self {
            Self::Max | Self::Min => true,
            Self::User(drawn) => drawn.is_chain(),
            Self::Lex(first, second) => first.is_total() && second.is_total(),
            _ => false,
        }
    }

    /// Whether it is written by a `set` of one value and reads as one.
    fn is_register(&self) -> bool {
        matches!(self, Self::Max | Self::Min | Self::Lww | Self::Ivar | Self::User(_) | Self::Lex(..))
    }
}
