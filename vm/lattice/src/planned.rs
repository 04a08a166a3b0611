//! Rows of the lattice types that have a place in the language and do not run yet.
//!
//! They are here so that a checker can answer "`topk` is not there yet" instead of "unknown type", and so that the table
//! of types is whole. When a type starts to run, its row moves into its own file.
//!
//! Invariant: every row has `runs: false`.
//!
//! Neighbours: `list.rs` (names them), [`crate::registry`] (what the fields mean).

use crate::registry::{LatticeInfo, MemberInfo, MethodInfo, MethodParam, Order, ParamKind, Read};

use MethodParam::{Amount, Element, ElementSet, Pair};

/// What most rows share.
const ROW: LatticeInfo = LatticeInfo {
    name: "",
    params: &[],
    methods: &[],
    members: &[],
    read: Read::Set,
    order: Order::None,
    summary: "",
    which_count: "",
    source: "",
    runs: false,
};

const CLEAR: MethodInfo = MethodInfo::new("clear", &[], "takes back everything seen here").idempotent().removing();
const ENABLE: MethodInfo = MethodInfo::new("enable", &[], "makes it true").idempotent();
const DISABLE: MethodInfo =
    MethodInfo::new("disable", &[], "makes it false, as far as seen here").idempotent().removing();

pub(crate) const RWSET: LatticeInfo = LatticeInfo {
    name: "rwset",
    params: &[ParamKind::Element],
    methods: &[
        MethodInfo::new("add", &[Element], "puts an element in").idempotent(),
        MethodInfo::new("add_all", &[ElementSet], "puts every element of a set in").idempotent(),
        MethodInfo::new("remove", &[Element], "takes an element out").idempotent().removing(),
        MethodInfo::new("remove_all", &[ElementSet], "takes every element of a set out").idempotent().removing(),
        CLEAR,
    ],
    summary: "a set with removal; a concurrent removal wins over an addition",
    which_count: "x is in iff some add of x unseen by any clear exists, and every remove of x unseen by any clear has been \
                  seen by some such add (remove-wins)",
    source: "Bieniusa et al. 2012; Almeida et al. 2018, §7",
    ..ROW
};

pub(crate) const TWOPSET: LatticeInfo = LatticeInfo {
    name: "twopset",
    params: &[ParamKind::Element],
    methods: &[
        MethodInfo::new("add", &[Element], "puts an element in, unless it was removed").idempotent(),
        MethodInfo::new("remove", &[Element], "takes an element out for good").idempotent().removing(),
    ],
    summary: "a set whose elements come once and go once",
    which_count: "added and never removed; the element is the dot",
    source: "Shapiro et al. 2011, §3.3.2",
    ..ROW
};

pub(crate) const RCOUNTER: LatticeInfo = LatticeInfo {
    name: "rcounter",
    methods: &[
        MethodInfo::new("inc", &[Amount], "counts up by n, or by 1").requiring(0),
        MethodInfo::new("dec", &[Amount], "counts down by n, or by 1").requiring(0),
        MethodInfo::new("reset", &[], "takes back the counting seen here").idempotent().removing(),
    ],
    read: Read::Int,
    summary: "a counter that can be reset",
    which_count: "those no reset has seen",
    source: "Weidner, Almeida, \"An oblivious observed-reset embeddable replicated counter\", 2022",
    ..ROW
};

pub(crate) const FLAG: LatticeInfo = LatticeInfo {
    name: "flag",
    methods: &[ENABLE],
    read: Read::Bool,
    order: Order::Grows,
    summary: "false until somebody enables it",
    which_count: "all",
    source: "Conway et al. 2012, §3 (lbool)",
    ..ROW
};

pub(crate) const EWFLAG: LatticeInfo = LatticeInfo {
    name: "ewflag",
    methods: &[ENABLE, DISABLE, CLEAR],
    read: Read::Bool,
    summary: "a flag; a concurrent enabling wins over a disabling",
    which_count: "true iff some enable has been seen by no disable and no clear",
    source: "Almeida et al. 2018, §7",
    ..ROW
};

pub(crate) const DWFLAG: LatticeInfo = LatticeInfo {
    name: "dwflag",
    methods: &[ENABLE, DISABLE, CLEAR],
    read: Read::Bool,
    summary: "a flag; a concurrent disabling wins over an enabling",
    which_count: "true iff an enable unseen by any clear exists and every disable unseen by any clear has been seen by \
                  some such enable",
    source: "Almeida et al. 2018, §7",
    ..ROW
};

pub(crate) const MV: LatticeInfo = LatticeInfo {
    name: "mv",
    params: &[ParamKind::Element],
    methods: &[
        MethodInfo::new("set", &[Element], "writes a value over all it has seen").idempotent().removing(),
        CLEAR,
    ],
    summary: "a register that keeps concurrent writes side by side",
    which_count: "the values no later set or clear has seen",
    source: "Shapiro et al. 2011, §3.2.2; Almeida et al. 2018, §7",
    ..ROW
};

pub(crate) const IVAR: LatticeInfo = LatticeInfo {
    name: "ivar",
    params: &[ParamKind::Element],
    methods: &[MethodInfo::new("set", &[Element], "gives it its one value").idempotent()],
    members: &[MemberInfo {
        name: "is_set",
        read: Read::Bool,
        order: Order::Grows,
        summary: "whether it has been given a value",
    }],
    read: Read::OptionElement,
    order: Order::Grows,
    summary: "a variable that is set once",
    which_count: "equal values join; different ones are a reported conflict, both kept for inspection; the value is stable \
                  only if one node may write it",
    source: "Kuper, Newton, \"LVars\", 2013, §2",
    ..ROW
};

pub(crate) const ORMAP: LatticeInfo = LatticeInfo {
    name: "ormap",
    params: &[ParamKind::Element, ParamKind::Lattice],
    methods: &[
        MethodInfo::new("remove", &[Element], "takes a key out with what is seen here of its value")
            .idempotent()
            .removing(),
        CLEAR,
    ],
    read: Read::Map,
    summary: "a map with removal of keys",
    which_count: "add-wins keys; a removal removes what it has seen of the value, not more",
    source: "Almeida et al. 2018, §7",
    ..ROW
};

pub(crate) const PRODUCT: LatticeInfo = LatticeInfo {
    // Written `(L1, L2)` or `{ a: L1, b: L2 }`, with any number of parts.
    name: "product",
    params: &[ParamKind::Lattice, ParamKind::Lattice],
    read: Read::Pair,
    order: Order::Pointwise,
    summary: "several lattices side by side, by place or by name",
    which_count: "pointwise",
    source: "Almeida et al. 2018, §7",
    ..ROW
};

pub(crate) const LEX: LatticeInfo = LatticeInfo {
    name: "lex",
    params: &[ParamKind::Lattice, ParamKind::Lattice],
    methods: &[MethodInfo::new("set", &[Pair], "writes both halves").idempotent()],
    read: Read::Pair,
    order: Order::Grows,
    summary: "a pair ordered by its first half, then its second; the second alone is eventual",
    which_count: "L1 must be totally ordered",
    source: "Almeida et al. 2018, §7",
    ..ROW
};

pub(crate) const TOPK: LatticeInfo = LatticeInfo {
    name: "topk",
    params: &[ParamKind::Element, ParamKind::Int],
    methods: &[MethodInfo::new("add", &[Element], "enters a value").idempotent()],
    read: Read::List,
    summary: "the greatest n values",
    which_count: "the greatest n distinct",
    source: "Cabrita, Preguiça, \"Non-uniform replication\", 2017",
    ..ROW
};

pub(crate) const VCLOCK: LatticeInfo = LatticeInfo {
    name: "vclock",
    methods: &[MethodInfo::new("tick", &[], "moves the writer's entry on by one")],
    read: Read::MapCounts,
    order: Order::Pointwise,
    summary: "a vector clock",
    which_count: "all",
    source: "Mattern, \"Virtual time and global states of distributed systems\", 1988, §4",
    ..ROW
};

pub(crate) const USER: LatticeInfo = LatticeInfo {
    // A lattice declared in the program; this is not a name that can be written.
    name: "lattice",
    methods: &[MethodInfo::new("set", &[Element], "moves it up to the least upper bound with this").idempotent()],
    read: Read::Element,
    order: Order::Grows,
    summary: "a lattice declared in the program by its elements and their order",
    which_count: "least upper bound; needs one least element (what an absent key reads); a pair without a least upper \
                  bound is a compile error naming the pair",
    source: "Conway et al. 2012, §3",
    ..ROW
};
