//! Enums as lanes: a variant is put together, tested and taken apart without ever being a value.
//!
//! ```text
//! match (if x > 0 then line(x) else dot) { line(n) => n, dot => 0 }
//!
//!   line(x)    [1, x]        dot    [0, 0]        n    the second lane
//! ```
//!
//! The lanes of all variants lie over each other, so what a lane means is known only where the variant is: the fields
//! of one are tested and converted for the rows that hold it.
//!
//! Neighbours: `choice` asks which arm fits, `convert` knows the other representations.

use lasp_plan::{BinaryOp, Expr, Pattern, Value};

use super::compile::Compiler;
use super::{Val, Word};
use crate::flow::repr::{Fields, Repr, fields_of};

impl Compiler {
    /// A variant with its fields.
    pub(super) fn variant(&mut self, variant: u32, fields: &[Expr], expr: &Expr) -> Val {
        let fields: Vec<Val> = fields.iter().map(|field| self.value(field)).collect();
        let repr = Repr::variant(variant, fields.iter().map(|field| field.repr.clone()).collect());
        if repr.is_object() {
            return self.eval_over(expr, fields, repr);
        }
        let mut words = self.constant(&Value::Variant(variant, [].into())).words;
        let fields = Compiler::side_by_side(&fields);
        words.extend(fields.words);
        Val { repr, words, objects: fields.objects }
    }

    /// Whether it is this variant.
    pub(super) fn is_variant(&mut self, val: &Val, variant: u32) -> Word {
        let wanted = self.constant(&Value::Variant(variant, [].into()));
        self.compare(BinaryOp::Eq, val.which(), wanted).words[0]
    }

    /// Whether it is this variant, with fields that fit. Lanes mean what a field of it is only where it is this
    /// variant.
    pub(super) fn fits_variant(&mut self, val: &Val, fields: &[Repr], variant: u32, patterns: &[Pattern]) -> Word {
        let is_it = self.is_variant(val, variant);
        let parts = patterns.iter().enumerate().map(|(nth, pattern)| (pattern, val.field(fields, nth)));
        let (block, fits) = self.in_block(|this| this.all_fit(parts));
        let Some(fits) = fits else { return is_it };
        self.and_then(is_it, |this| {
            block.into_iter().for_each(|inst| this.emit(inst));
            fits
        })
    }

    /// A variant in a representation that knows more variants, or more of their fields.
    pub(super) fn widen(&mut self, val: Val, from: &[Fields], variants: &[Fields], to: &Repr) -> Val {
        let other = (0..from.len() as u32).find(|variant| {
            let fields = fields_of(from, *variant);
            !fields.is_empty() && fields != fields_of(variants, *variant)
        });
        let Some(variant) = other else { return self.padded(val, to) };
        let (fields, wanted) = (fields_of(from, variant), fields_of(variants, variant));
        let is_it = self.is_variant(&val, variant);
        let converted = |this: &mut Compiler| {
            let converted: Vec<Val> =
                (0..fields.len()).map(|nth| this.convert(val.field(fields, nth), &wanted[nth])).collect();
            let lanes = Compiler::side_by_side(&converted);
            let words = [val.words[0]].into_iter().chain(lanes.words).collect();
            this.padded(Val { repr: Repr::Enum, words, objects: lanes.objects }, to)
        };
        let mut others: Vec<Fields> = from.to_vec();
        others[variant as usize] = [].into();
        self.either(is_it, converted, |this| this.widen(val.clone(), &others, variants, to))
    }

    /// The same lanes, and nothing in those that there are besides.
    pub(super) fn padded(&mut self, val: Val, to: &Repr) -> Val {
        let Val { mut words, mut objects, .. } = val;
        let nothing = self.nothing(to);
        words.truncate(to.words());
        objects.truncate(to.objects());
        words.extend_from_slice(&nothing.words[words.len()..]);
        objects.extend_from_slice(&nothing.objects[objects.len()..]);
        Val { repr: to.clone(), words, objects }
    }
}

impl Val {
    /// Which variant it is.
    pub(super) fn which(&self) -> Val {
        Val { repr: Repr::Enum, words: vec![self.words[0]], objects: Vec::new() }
    }

    /// A field of a variant that the value is.
    pub(super) fn field(&self, fields: &[Repr], nth: usize) -> Val {
        let word: usize = fields[..nth].iter().map(Repr::words).sum();
        let object: usize = fields[..nth].iter().map(Repr::objects).sum();
        self.lanes(&fields[nth], 1 + word, object)
    }
}
