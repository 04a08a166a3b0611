//! The failures of one operator, as a multiset: a failure stays as long as a row that causes it.
//!
//! ```text
//! + row (7, 0)   10 / 0 fails     { R0702 … (row (7, 0)): 1 }     poisoned
//! - row (7, 0)   and again        { }                             healthy
//! ```
//!
//! Retracting a row evaluates the expression once more; being pure, it fails in the same way, and the weights cancel.
//!
//! Invariant: no failure with weight 0 is kept. A weight may be negative only in the middle of a step.

use lasp_plan::Value;
use lasp_plan::format::untyped_text_of;

use super::ordered::Ordered;
use crate::Failure;

/// A printed row is cut to this many characters: enough to recognise it, and a set of a million elements stays
/// readable.
const ROW_CHARS_MAX: usize = 200;

/// Failures with the weights of the rows that cause them.
#[derive(Clone, Debug, Default)]
pub(super) struct Errors {
    at_hand: Ordered<Failure>,
}

impl Errors {
    /// Records that a row fails (or no longer does, with a negative weight).
    pub(super) fn add(&mut self, failure: Failure, weight: i64) {
        self.at_hand.add(failure, weight);
    }

    /// The least failure there is.
    pub(super) fn least(&self) -> Option<&Failure> {
        self.at_hand.iter().next()
    }

    /// How many different ones there are.
    pub(super) fn len(&self) -> usize {
        self.at_hand.weights().len()
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.at_hand = Ordered::default();
    }
}

/// A row as text: `(7, "a")`, a single column without parentheses.
pub(super) fn print(row: &[Value]) -> String {
    let texts: Vec<String> = row.iter().map(untyped_text_of).collect();
    let text = if let [one] = texts.as_slice() { one.clone() } else { format!("({})", texts.join(", ")) };
    match text.char_indices().nth(ROW_CHARS_MAX) {
        None => text,
        Some((cut, _)) => format!("{}…", &text[..cut]),
    }
}

#[cfg(test)]
mod tests {
    use lasp_plan::Place;

    use super::*;

    #[test]
    fn a_failure_lasts_as_long_as_its_rows() {
        let failure = |row: &str| Failure {
            code: "R0702",
            message: String::new(),
            place: Place::default(),
            row: Some(row.to_string()),
        };
        let mut errors = Errors::default();
        errors.add(failure("b"), 2);
        errors.add(failure("a"), 1);
        assert_eq!(errors.least(), Some(&failure("a")));
        errors.add(failure("a"), -1);
        errors.add(failure("b"), -1);
        assert_eq!(errors.least(), Some(&failure("b")));
        errors.add(failure("b"), -1);
        assert_eq!((errors.least(), errors.len()), (None, 0));
    }

    #[test]
    fn rows_are_printed_short() {
        assert_eq!(print(&[Value::Int(7), Value::text("a")]), "(7, \"a\")");
        assert_eq!(print(&[Value::Int(7)]), "7");
        assert_eq!(print(&[]), "()");
        assert_eq!(print(&[Value::text(&"é".repeat(1000))]).chars().count(), ROW_CHARS_MAX + 1);
    }
}
