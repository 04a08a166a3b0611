//! Operators of values at hand that have no loop of their own, one row at a time: most functions of scalars, and
//! operators whose operands are not known to be words.
//!
//! ```text
//! due.floor(1 hour)       (object or word, word)  ─►  the function, called with both  ─►  lanes
//! ```
//!
//! The functions are the evaluator's own; what is spared is its frame, a copy of the expression to walk, and a copy of
//! each operand. Neighbours: `run` has the loops, `text` what texts tell.

use lasp_plan::{BinaryOp, Func, Place, Value};

use super::compile::Compiler;
use super::run::Machine;
use super::{Inst, Program, Val};
use crate::Failure;
use crate::eval::{apply, compare_set, infix, slot_of};
use crate::flow::repr::Repr;
use crate::flow::rows::Rows;

/// What is done to the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direct {
    /// A function that is given all its arguments.
    Func(Func),
    /// An infix operator that is not `and` or `or`.
    Infix(BinaryOp),
    /// A comparison in which unset is false.
    CompareSet(BinaryOp),
    /// A slot of a tuple.
    Field(u32),
}

/// No function has more arguments.
const ARGS_MAX: usize = 3;

impl Direct {
    pub(super) fn can_fail(self) -> bool {
        !matches!(self, Direct::CompareSet(_) | Direct::Field(_))
    }

    fn of(self, values: &[&Value], place: Place) -> Result<Value, Failure> {
        match self {
            Direct::Func(func) => apply(func, values, place),
            Direct::Infix(op) => infix(op, values[0], values[1], place),
            Direct::CompareSet(op) => Ok(Value::Bool(compare_set(op, values[0], values[1]))),
            Direct::Field(slot) => Ok(slot_of(values[0], slot).clone()),
        }
    }
}

impl Compiler {
    /// An operator of values at hand.
    pub(super) fn direct(&mut self, what: Direct, args: Vec<Val>, repr: Repr, place: Place) -> Val {
        assert!(args.len() <= ARGS_MAX, "{what:?} has {} arguments", args.len());
        let regs = self.registers(&repr);
        let (words, objects) = regs.clone();
        self.emit(Inst::Direct { what, args, words, objects, repr: repr.clone(), place });
        Compiler::in_registers(repr, &regs)
    }
}

impl Machine {
    /// [`Inst::Direct`] for a row.
    pub(super) fn direct(
        &self,
        program: &Program,
        batch: &Rows,
        (what, args, place): (Direct, &[Val], Place),
        row: usize,
    ) -> Result<Value, Failure> {
        // Objects are looked at where they lie; others are put together here.
        let mut made: [Value; ARGS_MAX] = [const { Value::None }; ARGS_MAX];
        for (made, arg) in made.iter_mut().zip(args).filter(|(_, arg)| !arg.repr.is_object()) {
            *made = self.decode(program, batch, arg, row);
        }
        let mut values: [&Value; ARGS_MAX] = [&Value::None; ARGS_MAX];
        for ((value, made), arg) in values.iter_mut().zip(&made).zip(args) {
            *value = if arg.repr.is_object() { self.object(program, batch, arg.objects[0], row) } else { made };
        }
        what.of(&values[..args.len()], place)
    }
}
