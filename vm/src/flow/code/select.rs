//! Branches that are cheaper to compute for all rows than to choose rows for.
//!
//! ```text
//! if x > 0 then x + 1 else 0 - x        r0 = x > 0
//!                                       r1 = x + 1      counts as failed only where r0
//!                                       r2 = not r0
//!                                       r3 = 0 - x      counts as failed only where r2
//!                                       r4 = r0 ? r1 : r2
//! ```
//!
//! A choice of rows costs two lists, and loops over lists are slower than loops over all. What is not chosen is
//! computed in vain, so this is for a few instructions on words, none of which looks into an object. What they compute
//! from lanes that are not of the branch does not matter: arithmetic that can fail there is told where it counts.
//!
//! Neighbour: `choice` asks for it.

use super::compile::Compiler;
use super::{Inst, Object, Val, Word};
use crate::flow::repr::Repr;
use lasp_plan::BinaryOp;

/// So many instructions, of both branches together, are cheaper than lists of rows.
const CHEAP_MAX: usize = 10;

/// Whether both branches may be computed for all rows.
pub(super) fn are_cheap(yes: &[Inst], no: &[Inst]) -> bool {
    let is_cheap = |inst: &Inst| match inst {
        // A division costs as much as all the others.
        Inst::Int { op, .. } => !matches!(op, BinaryOp::Div | BinaryOp::Rem),
        Inst::Float { .. } | Inst::Test { .. } | Inst::Not { .. } | Inst::Both { .. } => true,
        Inst::Bound { .. } | Inst::Select { .. } => true,
        _ => false,
    };
    yes.len() + no.len() <= CHEAP_MAX && yes.iter().chain(no).all(is_cheap)
}

impl Compiler {
    /// Either value, both of which are there, or cheap to make.
    pub(super) fn select(&mut self, condition: Word, yes: (Vec<Inst>, Val), no: (Vec<Inst>, Val)) -> Val {
        let ((yes, yes_val), (no, no_val)) = (yes, no);
        self.emit_where(condition, yes);
        if no.iter().any(|inst| matches!(inst, Inst::Int { .. })) {
            let not = self.word(Repr::Bool, |out| Inst::Not { out, of: condition }).words[0];
            self.emit_where(not, no);
        } else {
            no.into_iter().for_each(|inst| self.emit(inst));
        }
        let mut words = Vec::new();
        for (yes, no) in yes_val.words.iter().zip(&no_val.words) {
            let (yes, no) = (*yes, *no);
            words.push(match self.same_word(yes, no) {
                true => yes,
                false => self.word(Repr::Int, |out| Inst::Select { out, condition, yes, no }).words[0],
            });
        }
        let mut objects = Vec::new();
        for (yes, no) in yes_val.objects.iter().zip(&no_val.objects) {
            objects.push(if yes == no { *yes } else { self.select_object(condition, *yes, *no) });
        }
        Val { repr: yes_val.repr, words, objects }
    }

    /// Instructions whose failures count only where this holds.
    fn emit_where(&mut self, condition: Word, insts: Vec<Inst>) {
        for mut inst in insts {
            if let Inst::Int { only, .. } = &mut inst {
                *only = Some(match *only {
                    None => condition,
                    Some(inner) => {
                        let both = |out| Inst::Both { or: false, out, left: condition, right: inner };
                        self.word(Repr::Bool, both).words[0]
                    }
                });
            }
            self.emit(inst);
        }
    }

    fn select_object(&mut self, condition: Word, yes: Object, no: Object) -> Object {
        let (_, regs) = self.registers(&Repr::Boxed);
        self.emit(Inst::SelectObject { out: regs[0], condition, yes, no });
        Object::Reg(regs[0])
    }

    fn same_word(&self, left: Word, right: Word) -> bool {
        match (left, right) {
            (Word::Const(left), Word::Const(right)) => {
                self.program.constants[left as usize] == self.program.constants[right as usize]
            }
            (left, right) => left == right,
        }
    }
}
