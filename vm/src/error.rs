//! Failures of a running program: data, never panics.
//!
//! `10 / x` over a row where `x` is 0 gives a [`Failure`] with code R0702, the place of the division and the row. A
//! view one of whose rows fails is *poisoned*: reading it gives the failure, until the row that causes it is gone.
//! Other views go on. A handler that fails is undone as a whole.

use lasp_plan::Place;

/// Why something could not be computed or done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Failure {
    /// R0701 out of range, R0702 division by zero, R0703 refused update, R0705 limit, R0706 failed view was read.
    pub code: &'static str,
    /// One sentence in the user's words, with the values: `9223372036854775807 + 1 is outside int`.
    pub message: String,
    /// The expression or statement that failed.
    pub place: Place,
    /// The row or event in hand, printed, if there is one.
    pub row: Option<String>,
}

impl Failure {
    /// A failure with no row in hand.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>, place: Place) -> Failure {
        Failure { code, message: message.into(), place, row: None }
    }

    /// The same failure, seen at another place.
    #[must_use]
    pub fn at(self, place: Place) -> Failure {
        Failure { place, ..self }
    }

    /// The same failure with what was in hand, unless something closer to it was named already.
    #[must_use]
    pub fn over(self, row: impl FnOnce() -> String) -> Failure {
        let row = self.row.or_else(|| Some(row()));
        Failure { row, ..self }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        match &self.row {
            Some(row) => write!(f, " (row {row})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}
