//! The slots an expression sees.
//!
//! ```text
//! row (borrowed)      locals (owned, made by patterns and lambdas)
//! 0  1  2             3  4 …
//! ```
//!
//! Invariant: a slot is set before it is read; the compiler numbers them, so a hole is a broken invariant.

use lasp_plan::Value;

/// A row and what has been bound beside it.
#[derive(Clone, Debug, Default)]
pub struct Frame<'a> {
    /// Slots `0..row.len()`: the columns in hand; empty in a handler.
    pub row: &'a [Value],
    locals: Vec<Value>,
}

impl<'a> Frame<'a> {
    /// Only the row. Allocates nothing.
    #[must_use]
    pub fn new(row: &'a [Value]) -> Frame<'a> {
        Frame { row, locals: Vec::new() }
    }

    /// The same frame for another row: keeps the room for locals, forgets what they held.
    #[must_use]
    pub fn over<'b>(mut self, row: &'b [Value]) -> Frame<'b> {
        self.locals.clear();
        Frame { row, locals: self.locals }
    }

    /// What a slot holds.
    ///
    /// # Panics
    /// If nothing was ever put there.
    #[must_use]
    pub fn get(&self, slot: u32) -> &Value {
        let slot = slot as usize;
        match self.row.get(slot) {
            Some(value) => value,
            None => self.locals.get(slot - self.row.len()).expect("a slot is bound before it is read"),
        }
    }

    /// Binds a slot behind the row.
    ///
    /// # Panics
    /// If the slot is a column of the row: rows are never overwritten.
    pub fn set(&mut self, slot: u32, value: Value) {
        let slot = (slot as usize).checked_sub(self.row.len()).expect("a pattern binds behind the row");
        match self.locals.get_mut(slot) {
            Some(local) => *local = value,
            None => {
                self.locals.resize(slot, Value::None);
                self.locals.push(value);
            }
        }
    }
}
