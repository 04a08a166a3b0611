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
//! Invariant: there is a variant per type under `running` in `list.rs`, made from that list.
//!
//! Neighbours: [`crate::state`] (values of a kind), [`crate::registry`] (the same types as the checker sees them).

use serde::{Deserialize, Serialize};

use crate::change::PortShape;
use crate::lattice::Lattice;
use crate::registry::LatticeInfo;

/// A parameter of a kind that is not an element type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KindParam {
    /// Another lattice, as the values of a map.
    Lattice(Kind),
    /// A number, as the size of a `topk`.
    Int(u64),
}

/// How a variant's field is read from the parameters as written.
trait FromParam: Sized {
    fn from_param(param: &KindParam) -> Option<Self>;
}

impl FromParam for Box<Kind> {
    fn from_param(param: &KindParam) -> Option<Self> {
        match param {
            KindParam::Lattice(kind) => Some(Box::new(kind.clone())),
            KindParam::Int(_) => None,
        }
    }
}

macro_rules! define_kind {
    (
        running { $($(#[$doc:meta])* $variant:ident $(($($param:ty),+))? : $lattice:ty),+ $(,)? }
        later { $($later:ident),+ $(,)? }
    ) => {
        /// The type of a variable, without its element types.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Kind {
            $($(#[$doc])* $variant $(($($param),+))?),+
        }

        impl Kind {
            /// The kind of this name with these parameters (element types left out), if there is one that runs.
            pub fn of(name: &str, params: &[KindParam]) -> Option<Self> {
                type T = ();
                let mut params = params.iter();
                let kind = match name {
                    $(_ if name == <$lattice as Lattice<T>>::INFO.name => {
                        Self::$variant $(($(<$param as FromParam>::from_param(params.next()?)?),+))?
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

impl Kind {
    /// The name in the language: `orset`.
    pub fn name(&self) -> &'static str {
        self.info().name
    }
}
