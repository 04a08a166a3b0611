//! Branches: `if`, `match`, `or`.
//!
//! ```text
//! match status { open(n) if n > 3 => a, _ => b }
//!
//!   choose (fits and guard) { a ─► out } { b ─► out }
//! ```
//!
//! Each branch is a block that runs for the rows that chose it, and ends by moving its result, in the representation that
//! all branches fit, into the same registers.

use lasp_plan::{Arm, Expr, Pattern};

use super::compile::Compiler;
use super::{Inst, Val, Word};
use crate::flow::repr::Repr;

impl Compiler {
    /// Either value, by a condition.
    pub(super) fn branches(
        &mut self,
        condition: &Expr,
        yes: impl FnOnce(&mut Self) -> Val,
        no: impl FnOnce(&mut Self) -> Val,
    ) -> Val {
        let condition = self.truth(condition);
        self.either(condition, yes, no)
    }

    /// Either value, by a truth value at hand.
    pub(super) fn either(
        &mut self,
        condition: Word,
        yes: impl FnOnce(&mut Self) -> Val,
        no: impl FnOnce(&mut Self) -> Val,
    ) -> Val {
        let (yes, yes_val) = self.scoped(|this| this.in_block(yes));
        let (no, no_val) = self.scoped(|this| this.in_block(no));
        let repr = yes_val.repr.and(&no_val.repr);
        let regs = self.registers(&repr);
        let yes = self.moved(yes, yes_val, &repr, &regs);
        let no = self.moved(no, no_val, &repr, &regs);
        self.emit(Inst::Choose { condition, yes, no });
        Compiler::in_registers(repr, &regs)
    }

    /// A block that ends with its result in some registers.
    fn moved(&mut self, block: Vec<Inst>, val: Val, repr: &Repr, regs: &(Vec<u32>, Vec<u32>)) -> Vec<Inst> {
        let (more, val) = self.in_block(|this| this.convert(val, repr));
        let words = regs.0.iter().copied().zip(val.words).collect();
        let objects = regs.1.iter().copied().zip(val.objects).collect();
        block.into_iter().chain(more).chain([Inst::Move { words, objects }]).collect()
    }

    /// The first arm that fits.
    pub(super) fn choose(&mut self, subject: &Expr, arms: &[Arm], expr: &Expr) -> Val {
        let (block, val) = self.in_block(|this| this.value(subject));
        if !arms.iter().all(|arm| can_test(&arm.pattern, &val.repr)) {
            return self.whole(expr);
        }
        block.into_iter().for_each(|inst| self.emit(inst));
        self.arms(&val, arms)
    }

    fn arms(&mut self, val: &Val, arms: &[Arm]) -> Val {
        let (arm, rest) = arms.split_first().expect("the checker has seen that an arm fits");
        let fits = self.fits(&arm.pattern, val);
        if rest.is_empty() {
            // It fits, or the checker was wrong.
            self.bind_tested(&arm.pattern, val);
            return self.value(&arm.body);
        }
        match (&arm.guard, fits) {
            (None, None) => {
                self.bind_tested(&arm.pattern, val);
                self.value(&arm.body)
            }
            (None, Some(fits)) => {
                let then = |this: &mut Self| {
                    this.bind_tested(&arm.pattern, val);
                    this.value(&arm.body)
                };
                self.either(fits, then, |this| this.arms(val, rest))
            }
            (Some(guard), fits) => {
                let open = match fits {
                    None => {
                        self.bind_tested(&arm.pattern, val);
                        self.truth(guard)
                    }
                    // The guard is asked only where the pattern fits.
                    Some(fits) => {
                        let asked = |this: &mut Self| {
                            this.bind_tested(&arm.pattern, val);
                            let word = this.truth(guard);
                            Val { repr: Repr::Bool, words: vec![word], objects: Vec::new() }
                        };
                        self.either(fits, asked, |this| this.constant(&lasp_plan::Value::Bool(false))).words[0]
                    }
                };
                let then = |this: &mut Self| {
                    this.bind_tested(&arm.pattern, val);
                    this.value(&arm.body)
                };
                self.either(open, then, |this| this.arms(val, rest))
            }
        }
    }

    /// Whether a value fits a pattern; `None` if it always does.
    fn fits(&mut self, pattern: &Pattern, val: &Val) -> Option<Word> {
        let both = |this: &mut Self, left: Option<Word>, right: Option<Word>| match (left, right) {
            (Some(left), Some(right)) => {
                Some(this.word(Repr::Bool, |out| Inst::Both { or: false, out, left, right }).words[0])
            }
            (left, right) => left.or(right),
        };
        match (pattern, &val.repr) {
            (Pattern::Const(value), _) => {
                let wanted = self.constant(value);
                Some(self.compare(lasp_plan::BinaryOp::Eq, val.clone(), wanted).words[0])
            }
            (Pattern::Slots(patterns), Repr::Tuple(slots)) => patterns.iter().fold(None, |so_far, (slot, pattern)| {
                let fits = self.fits(pattern, &val.slot(slots, *slot as usize));
                both(self, so_far, fits)
            }),
            (Pattern::Variant(variant, _), Repr::Enum) => {
                let wanted = self.constant(&lasp_plan::Value::Variant(*variant, [].into()));
                Some(self.compare(lasp_plan::BinaryOp::Eq, val.clone(), wanted).words[0])
            }
            (Pattern::Some(pattern), Repr::Option(inner)) => {
                // Of an unset option the content is some value, which may fit or not; it does not matter then.
                let fits = self.fits(pattern, &val.content(inner));
                both(self, Some(val.words[0]), fits)
            }
            _ => None,
        }
    }

    /// Gives the names of a pattern that fits their slots.
    fn bind_tested(&mut self, pattern: &Pattern, val: &Val) {
        match (pattern, &val.repr) {
            (Pattern::Bind(_), _) => {
                self.bind(pattern, val.clone());
            }
            (Pattern::Slots(patterns), Repr::Tuple(slots)) => {
                for (slot, pattern) in patterns {
                    self.bind_tested(pattern, &val.slot(slots, *slot as usize));
                }
            }
            (Pattern::Some(pattern), Repr::Option(inner)) => self.bind_tested(pattern, &val.content(inner)),
            _ => {}
        }
    }
}

/// Whether a value of this representation can be tested lane by lane.
fn can_test(pattern: &Pattern, repr: &Repr) -> bool {
    match (pattern, repr) {
        (Pattern::Wildcard | Pattern::Bind(_) | Pattern::Const(_), _) => true,
        (Pattern::Slots(patterns), Repr::Tuple(slots)) => {
            patterns.iter().all(|(slot, pattern)| can_test(pattern, &slots[*slot as usize]))
        }
        (Pattern::Variant(_, fields), Repr::Enum) => fields.is_empty(),
        (Pattern::Some(pattern), Repr::Option(inner)) => can_test(pattern, inner),
        _ => false,
    }
}
