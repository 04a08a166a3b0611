//! Values from one representation to another.
//!
//! ```text
//! none             as option<int>     0, 0
//! (1, "a")         as an object       a hash, a shared tuple
//! an object        as an int          the number in it
//! ```

use lasp_plan::Value;

use super::compile::Compiler;
use super::{Inst, Object, Val, Word};
use crate::flow::repr::Repr;

impl Compiler {
    /// A constant.
    pub(super) fn constant(&mut self, value: &Value) -> Val {
        self.constant_as(value, &Repr::of_value(value))
    }

    /// A constant in a representation that it fits.
    pub(super) fn constant_as(&mut self, value: &Value, repr: &Repr) -> Val {
        let (mut words, mut objects) = (Vec::new(), Vec::new());
        repr.encode(value, &mut words, &mut objects);
        self.fixed(repr, words, objects)
    }

    /// What stands where there is no value.
    pub(super) fn nothing(&mut self, repr: &Repr) -> Val {
        let (mut words, mut objects) = (Vec::new(), Vec::new());
        repr.encode_nothing(&mut words, &mut objects);
        self.fixed(repr, words, objects)
    }

    fn fixed(&mut self, repr: &Repr, words: Vec<u64>, objects: Vec<Value>) -> Val {
        let program = &mut self.program;
        let word = |word: u64| {
            program.constants.push(word);
            Word::Const(program.constants.len() as u32 - 1)
        };
        let words = words.into_iter().map(word).collect();
        let object = |value: Value| {
            program.shared.push(value);
            Object::Const(program.shared.len() as u32 - 1)
        };
        let objects = objects.into_iter().map(object).collect();
        Val { repr: repr.clone(), words, objects }
    }

    /// Registers for a value.
    pub(super) fn registers(&mut self, repr: &Repr) -> (Vec<u32>, Vec<u32>) {
        let (word, object) = (self.program.words, self.program.objects);
        self.program.words += repr.words() as u32;
        self.program.objects += repr.objects() as u32;
        ((word..self.program.words).collect(), (object..self.program.objects).collect())
    }

    /// The value that is in some registers.
    pub(super) fn in_registers(repr: Repr, (words, objects): &(Vec<u32>, Vec<u32>)) -> Val {
        Val {
            repr,
            words: words.iter().map(|reg| Word::Reg(*reg)).collect(),
            objects: objects.iter().map(|reg| Object::Reg(*reg)).collect(),
        }
    }

    /// The value in a representation that values of its own fit.
    pub(super) fn convert(&mut self, val: Val, to: &Repr) -> Val {
        match (&val.repr, to) {
            (from, to) if from == to => val,
            (Repr::Never, to) => self.nothing(to),
            (Repr::Option(from), Repr::Option(inner)) => {
                let set = val.words[0];
                let before = val.content(from);
                let content = match set {
                    Word::Const(at) if self.program.constants[at as usize] == 0 => self.nothing(inner),
                    Word::Const(_) => self.convert(before, inner),
                    _ => {
                        let (block, content) = self.in_block(|this| this.convert(before.clone(), inner));
                        // Where it is unset there is no content, which must not become one, not even where all content
                        // is one constant.
                        if content.words == before.words && content.objects == before.objects {
                            content
                        } else {
                            let converted = |this: &mut Self| {
                                block.into_iter().for_each(|inst| this.emit(inst));
                                content
                            };
                            self.either(set, converted, |this| this.nothing(inner))
                        }
                    }
                };
                let words = [set].into_iter().chain(content.words).collect();
                Val { repr: to.clone(), words, objects: content.objects }
            }
            (Repr::Tuple(from), Repr::Tuple(slots)) => {
                let parts = (0..slots.len()).map(|nth| {
                    let slot = val.slot(from, nth);
                    self.convert(slot, &slots[nth])
                });
                let parts: Vec<Val> = parts.collect();
                Val { repr: to.clone(), ..Compiler::side_by_side(&parts) }
            }
            (Repr::Enum, Repr::Sum(_)) => self.padded(val, to),
            (Repr::Sum(from), Repr::Sum(variants)) => {
                let (from, variants) = (from.clone(), variants.clone());
                self.widen(val, &from, &variants, to)
            }
            // The same object, of which less or more is known.
            (from, to) if from.is_object() && to.is_object() => Val { repr: to.clone(), ..val },
            (from, Repr::Boxed | Repr::Many(_)) => {
                if let Some(value) = self.known(&val) {
                    let _ = from;
                    return self.constant_as(&value, to);
                }
                let regs = self.registers(to);
                self.emit(Inst::Box { word: regs.0[0], object: regs.1[0], from: val });
                Compiler::in_registers(to.clone(), &regs)
            }
            (from, to) if from.is_object() => {
                let regs = self.registers(to);
                let (words, objects) = regs.clone();
                self.emit(Inst::Unbox { from: val.objects[0], words, objects, repr: to.clone() });
                Compiler::in_registers(to.clone(), &regs)
            }
            (from, to) => unreachable!("values of {from:?} do not fit {to:?}"),
        }
    }

    /// The value, if it is a constant.
    pub(super) fn known(&self, val: &Val) -> Option<Value> {
        let word = |word: &Word| match word {
            Word::Const(at) => Some(self.program.constants[*at as usize]),
            _ => None,
        };
        let object = |object: &Object| match object {
            Object::Const(at) => Some(self.program.shared[*at as usize].clone()),
            _ => None,
        };
        let words: Option<Vec<u64>> = val.words.iter().map(word).collect();
        let objects: Option<Vec<Value>> = val.objects.iter().map(object).collect();
        Some(val.repr.decode(&words?, &objects?))
    }

    /// The lanes of some values, one after the other, as a tuple.
    pub(super) fn side_by_side(parts: &[Val]) -> Val {
        Val {
            repr: Repr::Tuple(parts.iter().map(|part| part.repr.clone()).collect()),
            words: parts.iter().flat_map(|part| part.words.iter().copied()).collect(),
            objects: parts.iter().flat_map(|part| part.objects.iter().copied()).collect(),
        }
    }
}
