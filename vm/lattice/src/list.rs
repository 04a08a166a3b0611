//! The one list of lattice types. Adding a type is its file, its `mod` line and its row here.
//!
//! `for_each_lattice!(m)` hands the whole list to the macro `m`. Three places read it: [`crate::registry`] makes
//! `LATTICES`, [`crate::kind`] makes `Kind`, [`crate::state`] makes `State` and its dispatch. A row reads
//!
//! ```text
//! /// doc of the variants
//! Variant(parameters of the Kind): type that implements Lattice<T>,
//! ```

macro_rules! for_each_lattice {
    ($apply:ident) => {
        $apply! {
            /// Grow-only set.
            GSet: crate::gset::GSet<T>,
            /// Observed-remove set, additions win.
            OrSet: crate::causal::Causal<crate::orset::OrSet<T>>,
            /// Observed-remove set, removals win.
            RwSet: crate::causal::Causal<crate::rwset::RwSet<T>>,
            /// Set whose elements come once and go once.
            TwoPSet: crate::twopset::TwoPSet<T>,
            /// Grow-only counter.
            GCounter: crate::gcounter::GCounter,
            /// Counter that goes both ways.
            PnCounter: crate::pncounter::PnCounter,
            /// Counter that goes both ways and can be reset.
            RCounter: crate::causal::Causal<crate::rcounter::RCounter>,
            /// Counter that never goes below zero: rights are held, moved and spent.
            BCounter: crate::bcounter::BCounter,
            /// The greatest value set so far.
            Max: crate::extreme::Extreme<T, crate::extreme::Greatest>,
            /// The least value set so far.
            Min: crate::extreme::Extreme<T, crate::extreme::Least>,
            /// False until somebody enables it.
            Flag: crate::flag::Flag,
            /// Flag, enabling wins.
            EwFlag: crate::causal::Causal<crate::ewflag::EwFlag>,
            /// Flag, disabling wins.
            DwFlag: crate::causal::Causal<crate::dwflag::DwFlag>,
            /// Register, the last writer wins.
            Lww: crate::lww::Lww<T>,
            /// Register that keeps concurrent writes side by side.
            Mv: crate::causal::Causal<crate::mv::Mv<T>>,
            /// Variable that is set once.
            Ivar: crate::ivar::Ivar<T>,
            /// Grow-only map from keys to another lattice.
            GMap(Box<Kind>): crate::gmap::GMap<T>,
            /// Map from keys to another lattice, with removal.
            OrMap(Box<Kind>): crate::causal::Causal<crate::ormap::OrMap<T>>,
            /// Several lattices side by side.
            Product(Vec<Kind>): crate::product::Product<T>,
            /// Two lattices, the first decides.
            Lex(Box<Kind>, Box<Kind>): crate::lex::Lex<T>,
            /// The greatest so many values.
            TopK(u64): crate::topk::TopK<T>,
            /// A count per replica.
            VClock: crate::vclock::VClock,
            /// A lattice drawn in a program.
            User(Arc<UserLattice>): crate::user::User,
        }
    };
}
