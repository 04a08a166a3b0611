//! An update, as its maker called it: where, when, on what and which.
//!
//! `cart["shoes"].count.inc(2)` by replica 1 is `Op { at: 1, now_us, path: [Key(9), Part(0)], act: Inc(2) }` if shoes
//! are key 9 and the count is the first field.
//!
//! Neighbour: `kind` says which places a type has and which acts make sense there.

/// One step from a value to a value inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Below a key of a map.
    Key(u8),
    /// In a field of a tuple or record, by position.
    Part(usize),
}

/// What a register is set to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arg {
    /// A plain value.
    Element(u8),
    /// An element of a user's lattice.
    Rank(u16),
    /// Both halves of a `lex`.
    Pair(Box<Arg>, Box<Arg>),
}

impl Arg {
    /// Both halves of a `lex`.
    #[must_use]
    pub fn pair(first: Arg, second: Arg) -> Self {
        Self::Pair(Box::new(first), Box::new(second))
    }
}

/// What is done at the end of the path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// Adds elements to a set.
    Add(Vec<u8>),
    /// Removes elements from a set, or keys from an `ormap`.
    Remove(Vec<u8>),
    /// Takes out of a set, flag, register or `ormap` all that its maker sees there.
    Clear,
    /// Counts up; makes rights in a bounded counter.
    Inc(u64),
    /// Counts down.
    Dec(u64),
    /// Takes back all counting its maker has seen.
    Reset,
    /// Spends rights of a bounded counter.
    Spend(u64),
    /// Hands rights of a bounded counter to another replica.
    Transfer(u64, usize),
    /// Sets a register.
    Set(Arg),
    /// Turns a flag on.
    Enable,
    /// Turns a flag off.
    Disable,
    /// Advances its maker's entry of a vector clock.
    Tick,
}

/// An update.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Op {
    /// The replica that made it (one incarnation of a writer), by index. Indexes order as the ids of replicas do.
    pub at: usize,
    /// What its wall clock said, in microseconds.
    pub now_us: i64,
    /// The way from the variable to the place that was updated.
    pub path: Vec<Step>,
    /// What was done there.
    pub act: Act,
}
