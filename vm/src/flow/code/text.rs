//! Texts where they lie: what a text tells, and texts put together, without a value of their own in between.
//!
//! ```text
//! name.starts_with("a")    a word, read off the shared text
//! "{name}-{n}"             one buffer for all rows, one allocation for each text that comes of it
//! ```
//!
//! Invariant: a text has at most as many bytes as the evaluator lets it have, and fails with R0705 beyond.
//!
//! Neighbours: `crate::eval` has the meaning; `apply` has the functions that make texts.

use std::fmt::Write;
use std::sync::Arc;

use lasp_plan::format::plain_of;
use lasp_plan::{Expr, Func, Place, TextPart, Type, Value};

use super::compile::Compiler;
use super::run::{Machine, Run};
use super::{Inst, Object, Program, Val};
use crate::eval::text_fits;
use crate::flow::repr::{Repr, hash_of};

/// A part of a text with holes.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Literal(String),
    /// A value, printed by its type.
    Hole(Val, Type),
}

/// Whether it is a word that one or two texts tell.
pub(super) fn is_told(func: Func) -> bool {
    matches!(func, Func::StartsWith | Func::EndsWith | Func::TextContains | Func::Length)
}

impl Compiler {
    /// A text with holes.
    pub(super) fn text(&mut self, parts: &[TextPart], place: Place) -> Val {
        let piece = |part: &TextPart| match part {
            TextPart::Literal(literal) => Piece::Literal(literal.clone()),
            TextPart::Hole(of, ty) => Piece::Hole(self.value(of), ty.clone()),
        };
        let pieces = parts.iter().map(piece).collect();
        let regs = self.registers(&Repr::Boxed);
        self.emit(Inst::Text { pieces, word: regs.0[0], object: regs.1[0], place });
        Compiler::in_registers(Repr::Boxed, &regs)
    }

    /// What texts tell.
    pub(super) fn told(&mut self, func: Func, args: &[Expr]) -> Val {
        let texts: Vec<Object> = args.iter().map(|arg| self.shared(arg)).collect();
        let of = [texts[0], texts[texts.len() - 1]];
        let repr = if func == Func::Length { Repr::Int } else { Repr::Bool };
        self.word(repr, |out| Inst::Told { func, out, of })
    }

    /// The object that the value of an expression is.
    fn shared(&mut self, expr: &Expr) -> Object {
        let val = self.value(expr);
        self.convert(val, &Repr::Boxed).objects[0]
    }
}

impl Machine {
    /// [`Inst::Text`].
    pub(super) fn text(
        &mut self,
        program: &Program,
        run: &mut Run<'_>,
        pieces: &[Piece],
        (word, object): (u32, u32),
        place: Place,
    ) {
        let mut texts = self.take_objects(object, run.batch.len());
        let mut hashes = self.take(word, run.batch.len());
        let mut buffer = std::mem::take(&mut self.text);
        let mut failed = Vec::new();
        run.left.each(|row| {
            buffer.clear();
            for piece in pieces {
                match piece {
                    Piece::Literal(literal) => buffer.push_str(literal),
                    Piece::Hole(val, ty) => self.print(program, run, (val, ty), row, &mut buffer),
                }
                if let Err(failure) = text_fits(buffer.len(), place) {
                    failed.push((row, failure));
                    return;
                }
            }
            let text = Value::Text(Arc::from(&*buffer));
            hashes[row] = hash_of(&text);
            texts[row] = text;
        });
        // What was too large is not kept either.
        if failed.is_empty() {
            self.text = buffer;
        }
        run.fail(failed);
        self.words[word as usize] = hashes;
        self.objects[object as usize] = texts;
    }

    /// Appends a value, printed by its type.
    fn print(&self, program: &Program, run: &Run<'_>, (val, ty): (&Val, &Type), row: usize, out: &mut String) {
        if val.repr == Repr::Int {
            let n = self.column(program, run.batch, val.words[0]).get(row).cast_signed();
            write!(out, "{n}").expect("a string takes what it is given");
            return;
        }
        if val.repr.is_object() {
            let value = self.object(program, run.batch, val.objects[0], row);
            return match value {
                Value::Text(text) => out.push_str(text),
                other => out.push_str(&plain_of(other, ty)),
            };
        }
        out.push_str(&plain_of(&self.decode(program, run.batch, val, row), ty));
    }

    /// [`Inst::Told`].
    pub(super) fn told(&mut self, program: &Program, run: &Run<'_>, func: Func, out: u32, of: [Object; 2]) {
        match func {
            Func::StartsWith => self.tell(program, run, out, of, |text, start| u64::from(text.starts_with(start))),
            Func::EndsWith => self.tell(program, run, out, of, |text, end| u64::from(text.ends_with(end))),
            Func::TextContains => self.tell(program, run, out, of, |text, part| u64::from(text.contains(part))),
            _ => self.tell(program, run, out, of, |text, _| text.chars().count() as u64),
        }
    }

    #[inline]
    fn tell(
        &mut self,
        program: &Program,
        run: &Run<'_>,
        out: u32,
        [left, right]: [Object; 2],
        of: impl Fn(&str, &str) -> u64,
    ) {
        let mut register = self.take(out, run.batch.len());
        let text = |object, row| match self.object(program, run.batch, object, row) {
            Value::Text(text) => &**text,
            other => unreachable!("the checker lets only texts be asked, not {other:?}"),
        };
        run.left.each(|row| register[row] = of(text(left, row), text(right, row)));
        self.words[out as usize] = register;
    }
}
