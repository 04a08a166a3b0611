//! Branches: `if`, `match`, `or`.
//!
//! ```text
//! match status { open(n) if n > 3 => a, _ => b }
//!
//!   choose (fits and guard) { a ─► out } { b ─► out }
//! ```
//!
//! Each branch is a block that runs for the rows that chose it, and ends by moving its result, in the representation
//! that all branches fit, into the same registers. Neighbour: `select` has those that are too short for that.

use lasp_plan::{Arm, BinaryOp, Expr, Pattern, Value};

use super::compile::Compiler;
use super::select::are_cheap;
use super::{Inst, Val, Word};
use crate::flow::repr::{Repr, fields_of};

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
        let (mut yes, yes_val) = self.scoped(|this| this.in_block(yes));
        let (mut no, no_val) = self.scoped(|this| this.in_block(no));
        let repr = yes_val.repr.and(&no_val.repr);
        let (more, yes_val) = self.in_block(|this| this.convert(yes_val, &repr));
        yes.extend(more);
        let (more, no_val) = self.in_block(|this| this.convert(no_val, &repr));
        no.extend(more);
        if are_cheap(&yes, &no) {
            return self.select(condition, (yes, yes_val), (no, no_val));
        }
        let regs = self.registers(&repr);
        yes.push(moved(yes_val, &regs));
        no.push(moved(no_val, &regs));
        self.emit(Inst::Choose { condition, yes, no });
        Compiler::in_registers(repr, &regs)
    }

    /// The first arm that fits.
    pub(super) fn choose(&mut self, subject: &Expr, arms: &[Arm], expr: &Expr) -> Val {
        let (block, val) = self.in_block(|this| this.value(subject));
        if !arms.iter().all(|arm| can_test(&arm.pattern, &val.repr)) {
            return self.whole(expr);
        }
        block.into_iter().for_each(|inst| self.emit(inst));
        let mut open: Vec<&Arm> = arms.iter().filter(|arm| can_fit(&arm.pattern, &val.repr)).collect();
        if open.is_empty() {
            open.extend(arms.last());
        }
        self.arms(&val, &open)
    }

    fn arms(&mut self, val: &Val, arms: &[&Arm]) -> Val {
        let (arm, rest) = arms.split_first().expect("the checker has seen that an arm fits");
        let body = |this: &mut Self| {
            this.bind_tested(&arm.pattern, val);
            this.value(&arm.body)
        };
        if rest.is_empty() {
            // It fits, or the checker was wrong.
            return body(self);
        }
        let open = match (self.fits(&arm.pattern, val), &arm.guard) {
            (None, None) => return body(self),
            (None, Some(guard)) => {
                self.bind_tested(&arm.pattern, val);
                self.truth(guard)
            }
            (Some(fits), None) => fits,
            // The guard is asked only where the pattern fits.
            (Some(fits), Some(guard)) => self.and_then(fits, |this| {
                this.bind_tested(&arm.pattern, val);
                this.truth(guard)
            }),
        };
        self.either(open, body, |this| this.arms(val, rest))
    }

    /// Whether a second condition holds too, which is asked only where the first does.
    pub(super) fn and_then(&mut self, first: Word, second: impl FnOnce(&mut Self) -> Word) -> Word {
        let asked = |this: &mut Self| Val { repr: Repr::Bool, words: vec![second(this)], objects: Vec::new() };
        self.either(first, asked, |this| this.constant(&Value::Bool(false))).words[0]
    }

    /// Whether a value fits a pattern; `None` if it always does.
    pub(super) fn fits(&mut self, pattern: &Pattern, val: &Val) -> Option<Word> {
        match (pattern, &val.repr) {
            (Pattern::Const(value), _) => {
                let wanted = self.constant(value);
                Some(self.compare(BinaryOp::Eq, val.clone(), wanted).words[0])
            }
            (Pattern::Slots(patterns), Repr::Tuple(slots)) => {
                let slots = patterns.iter().map(|(slot, pattern)| (pattern, val.slot(slots, *slot as usize)));
                self.all_fit(slots)
            }
            (Pattern::Variant(variant, _), Repr::Enum) => Some(self.is_variant(val, *variant)),
            (Pattern::Variant(variant, patterns), Repr::Sum(variants)) => {
                Some(self.fits_variant(val, fields_of(variants, *variant), *variant, patterns))
            }
            (Pattern::Some(pattern), Repr::Option(inner)) => {
                // Of an unset option the content is some value, which may fit or not; it does not matter then.
                let set = val.words[0];
                Some(self.fits(pattern, &val.content(inner)).map_or(set, |fits| self.both_hold(set, fits)))
            }
            _ => None,
        }
    }

    /// Whether all of some values fit their patterns; `None` if they always do.
    pub(super) fn all_fit<'p>(&mut self, parts: impl Iterator<Item = (&'p Pattern, Val)>) -> Option<Word> {
        parts.fold(None, |so_far, (pattern, val)| match (so_far, self.fits(pattern, &val)) {
            (Some(left), Some(right)) => Some(self.both_hold(left, right)),
            (left, right) => left.or(right),
        })
    }

    fn both_hold(&mut self, left: Word, right: Word) -> Word {
        self.word(Repr::Bool, |out| Inst::Both { or: false, out, left, right }).words[0]
    }

    /// Gives the names of a pattern that fits their slots.
    pub(super) fn bind_tested(&mut self, pattern: &Pattern, val: &Val) {
        match (pattern, &val.repr) {
            (Pattern::Bind(slot), _) => self.bind(*slot, val.clone()),
            (Pattern::Slots(patterns), Repr::Tuple(slots)) => {
                for (slot, pattern) in patterns {
                    self.bind_tested(pattern, &val.slot(slots, *slot as usize));
                }
            }
            (Pattern::Some(pattern), Repr::Option(inner)) => self.bind_tested(pattern, &val.content(inner)),
            (Pattern::Variant(variant, patterns), of) => {
                let fields = match of {
                    Repr::Sum(variants) => fields_of(variants, *variant),
                    _ => &[],
                };
                for (nth, pattern) in patterns.iter().enumerate() {
                    // Of a variant that no value is, the fields are nothing.
                    let field = if nth < fields.len() { val.field(fields, nth) } else { self.nothing(&Repr::Never) };
                    self.bind_tested(pattern, &field);
                }
            }
            _ => {}
        }
    }
}

/// A value into registers.
fn moved(val: Val, (words, objects): &(Vec<u32>, Vec<u32>)) -> Inst {
    let words = words.iter().copied().zip(val.words).collect();
    let objects = objects.iter().copied().zip(val.objects).collect();
    Inst::Move { words, objects }
}

/// Whether a value of this representation can be tested lane by lane.
pub(super) fn can_test(pattern: &Pattern, repr: &Repr) -> bool {
    match (pattern, repr) {
        (Pattern::Wildcard | Pattern::Bind(_) | Pattern::Const(_), _) => true,
        (Pattern::Slots(patterns), Repr::Tuple(slots)) => {
            patterns.iter().all(|(slot, pattern)| can_test(pattern, &slots[*slot as usize]))
        }
        (Pattern::Variant(..), Repr::Enum) => true,
        (Pattern::Variant(variant, patterns), Repr::Sum(variants)) => {
            let fields = fields_of(variants, *variant);
            fields.is_empty() || patterns.iter().zip(fields).all(|(pattern, field)| can_test(pattern, field))
        }
        (Pattern::Some(pattern), Repr::Option(inner)) => can_test(pattern, inner),
        _ => false,
    }
}

/// Whether any value of this representation may fit. Of a variant with fields that no value is, the fields are not
/// known.
fn can_fit(pattern: &Pattern, repr: &Repr) -> bool {
    match (pattern, repr) {
        (Pattern::Slots(patterns), Repr::Tuple(slots)) => {
            patterns.iter().all(|(slot, pattern)| can_fit(pattern, &slots[*slot as usize]))
        }
        (Pattern::Variant(variant, patterns), Repr::Sum(variants)) => {
            let fields = fields_of(variants, *variant);
            fields.len() == patterns.len()
                && patterns.iter().zip(fields).all(|(pattern, field)| can_fit(pattern, field))
        }
        (Pattern::Variant(_, patterns), Repr::Enum) => patterns.is_empty(),
        (Pattern::Some(pattern), Repr::Option(inner)) => can_fit(pattern, inner),
        _ => true,
    }
}
