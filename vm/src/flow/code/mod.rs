//! Expressions over rows, compiled once and run over a whole batch: each instruction is a loop over columns of words.
//!
//! ```text
//! filter x % 3 == 0, map x * 2       over rows (x)
//!
//!   r0 = row.0 % 3          for every row
//!   r1 = r0 == 0
//!   keep r1                 from here on for the rows that are left
//!   r2 = row.0 * 2
//!   give (r2)
//! ```
//!
//! Operands are words of the row, registers (columns that an instruction has filled) and constants; a value of several
//! words is a list of operands, so taking a field of a record costs nothing at all. Only `if`, `match`, `and`, `or`
//! narrow the rows that an instruction runs for, or counts for, to those that chose the branch: what is not chosen must
//! not fail.
//!
//! What has no instruction of its own (collections inside a row) goes to the evaluator, row by row, with the values it
//! reads put together for it: the meaning is the evaluator's everywhere, and every expression runs.
//!
//! A row for which an instruction fails leaves the batch there; its failure is told with the row as the stage had it.
//!
//! Invariants: a register is filled for a row before it is read for it; an expression has the value and the failure
//! that `crate::eval` gives it (the oracles compare them).
//!
//! Code map: `compile` makes programs, `choice` and `select` those with branches, `variant` takes enums apart,
//! `convert` changes representations, `run` runs them, `text` has what is made of texts, `apply` the functions without
//! a loop of their own.

mod apply;
mod choice;
mod compile;
mod convert;
mod run;
mod select;
mod text;
mod variant;

use lasp_plan::{BinaryOp, Expr, Func, Place, Value};

use super::repr::Repr;

use apply::Direct;
use text::Piece;

pub(super) use compile::Compiler;
pub(super) use run::Machine;

/// Where a word comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    /// The row.
    Row(u32),
    /// A register.
    Reg(u32),
    /// A constant of the program.
    Const(u32),
}

/// Where an object comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Object {
    Row(u32),
    Reg(u32),
    Const(u32),
}

/// A value: its representation and where its lanes are.
#[derive(Clone, Debug)]
pub(super) struct Val {
    pub(super) repr: Repr,
    words: Vec<Word>,
    objects: Vec<Object>,
}

impl Val {
    /// The slots of a tuple as values of their own.
    fn slot(&self, slots: &[Repr], nth: usize) -> Val {
        let word: usize = slots[..nth].iter().map(Repr::words).sum();
        let object: usize = slots[..nth].iter().map(Repr::objects).sum();
        self.lanes(&slots[nth], word, object)
    }

    /// The content of an option.
    fn content(&self, inner: &Repr) -> Val {
        self.lanes(inner, 1, 0)
    }

    fn lanes(&self, repr: &Repr, word: usize, object: usize) -> Val {
        Val {
            repr: repr.clone(),
            words: self.words[word..word + repr.words()].to_vec(),
            objects: self.objects[object..object + repr.objects()].to_vec(),
        }
    }
}

/// One loop over the rows that are left.
#[derive(Clone, Debug)]
enum Inst {
    /// Checked arithmetic of whole numbers: ints, times, durations. The representations are for the message. It fails
    /// only where the last word, if there is one, holds.
    Int { op: BinaryOp, out: u32, left: Word, right: Word, reprs: [Repr; 2], place: Place, only: Option<Word> },
    /// Arithmetic of floats.
    Float { op: BinaryOp, out: u32, left: Word, right: Word },
    /// A comparison of two words as signed numbers; as unsigned ones it is the same for `bool` and small enums.
    Test { op: BinaryOp, out: u32, left: Word, right: Word },
    /// A comparison of values of any one representation.
    Order { op: BinaryOp, out: u32, left: Val, right: Val },
    /// `not`.
    Not { out: u32, of: Word },
    /// `and` or `or` of two truth values at hand.
    Both { or: bool, out: u32, left: Word, right: Word },
    /// `-x` of a whole number or a float.
    Neg { out: u32, of: Word, repr: Repr, place: Place },
    /// A copy into registers.
    Move { words: Vec<(u32, Word)>, objects: Vec<(u32, Object)> },
    /// Either word, by row.
    Select { out: u32, condition: Word, yes: Word, no: Word },
    /// Either object, by row.
    SelectObject { out: u32, condition: Word, yes: Object, no: Object },
    /// Either block, by row.
    Choose { condition: Word, yes: Vec<Inst>, no: Vec<Inst> },
    /// The rows for which the condition does not hold leave.
    Keep { condition: Word },
    /// A value as an object with its hash.
    Box { word: u32, object: u32, from: Val },
    /// What lies in an object, as lanes.
    Unbox { from: Object, words: Vec<u32>, objects: Vec<u32>, repr: Repr },
    /// What texts tell: whether one begins with another, how long one is.
    Told { func: Func, out: u32, of: [Object; 2] },
    /// A text with holes and its hash.
    Text { pieces: Vec<Piece>, word: u32, object: u32, place: Place },
    /// The lesser or the greater of two words as signed numbers.
    Bound { greater: bool, out: u32, left: Word, right: Word },
    /// An operator of values, one row at a time.
    Direct { what: Direct, args: Vec<Val>, words: Vec<u32>, objects: Vec<u32>, repr: Repr, place: Place },
    /// The evaluator: an expression over the values of some slots, in a frame whose row has so many columns.
    Eval { expr: Box<Expr>, slots: Vec<(u32, Val)>, width: u32, words: Vec<u32>, objects: Vec<u32>, repr: Repr },
    /// From here on a failing row is shown with the columns of this stage.
    Enter(u32),
}

/// Compiled expressions: what is given for each row that is left.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    insts: Vec<Inst>,
    /// The columns that are given.
    gives: Vec<Val>,
    constants: Vec<u64>,
    shared: Vec<Value>,
    /// The columns of each stage, for messages.
    stages: Vec<Vec<Val>>,
    words: u32,
    objects: u32,
}

impl Program {
    /// The representations of what it gives.
    pub(super) fn reprs(&self) -> Vec<Repr> {
        self.gives.iter().map(|val| val.repr.clone()).collect()
    }
}

/// Whether an instruction can fail for a row.
fn can_fail(inst: &Inst) -> bool {
    match inst {
        Inst::Int { .. } | Inst::Text { .. } | Inst::Eval { .. } => true,
        Inst::Direct { what, .. } => what.can_fail(),
        Inst::Neg { repr, .. } => *repr != Repr::Float,
        Inst::Choose { yes, no, .. } => yes.iter().chain(no).any(can_fail),
        _ => false,
    }
}
