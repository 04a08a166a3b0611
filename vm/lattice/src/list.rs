//! The one list of lattice types. Adding a type is its file, its `mod` line and its row here.
//!
//! `for_each_lattice!(m)` hands the whole list to the macro `m`. Three places read it: [`crate::registry`] makes
//! `LATTICES`, [`crate::kind`] makes `Kind`, [`crate::state`] makes `State` and its dispatch. A row reads
//!
//! ```text
//! /// doc of the variants
//! Variant(parameters of the Kind): type that implements Lattice<T>,
//! ```
//!
//! Invariant: a type is either under `running` or under `later`, never in both (`tests/laws/registry.rs`). A type that
//! starts to run moves up, and its [`LatticeInfo`](crate::LatticeInfo) from `planned.rs` into its own file.

macro_rules! for_each_lattice {
    ($apply:ident) => {
        $apply! {
            running {
                /// Grow-only set.
                GSet: crate::gset::GSet<T>,
                /// Observed-remove set, additions win.
                OrSet: crate::orset::OrSet<T>,
                /// Grow-only counter.
                GCounter: crate::gcounter::GCounter,
                /// Counter that goes both ways.
                PnCounter: crate::pncounter::PnCounter,
                /// Counter that never goes below zero: rights are held, moved and spent.
                BCounter: crate::bcounter::BCounter,
                /// The greatest value set so far.
                Max: crate::max::Max<T>,
                /// The least value set so far.
                Min: crate::min::Min<T>,
                /// Register, the last writer wins.
                Lww: crate::lww::Lww<T>,
                /// Grow-only map from keys to another lattice.
                GMap(Box<Kind>): crate::gmap::GMap<T>,
            }
            later {
                RWSET, TWOPSET, RCOUNTER, FLAG, EWFLAG, DWFLAG, MV, IVAR, ORMAP, PRODUCT, LEX, TOPK, VCLOCK, USER,
            }
        }
    };
}
