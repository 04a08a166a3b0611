//! The elements of the catalogue: short texts that count how often they are compared.
//!
//! Numbers of one digit are texts too, and in the right order.

use std::cell::Cell;
use std::cmp::Ordering;

use lasp_lattice::{DecodeError, ElementCodec};

/// An element, a key, a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Word(pub String);

thread_local! {
    static COMPARED: Cell<usize> = const { Cell::new(0) };
}

impl Ord for Word {
    fn cmp(&self, other: &Self) -> Ordering {
        COMPARED.set(COMPARED.get() + 1);
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Word {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// How often elements are put in order while this runs.
pub fn comparisons(run: impl FnOnce()) -> usize {
    COMPARED.set(0);
    run();
    COMPARED.get()
}

/// A byte for the length, then the text.
pub struct Plain;

impl ElementCodec<Word> for Plain {
    fn write(&self, element: &Word, bytes: &mut Vec<u8>) {
        bytes.push(u8::try_from(element.0.len()).expect("a short word"));
        bytes.extend(element.0.as_bytes());
    }

    fn read(&self, bytes: &mut &[u8]) -> Result<Word, DecodeError> {
        let error = |reason| DecodeError { reason, left: bytes.len() };
        let (length, rest) = bytes.split_first().ok_or_else(|| error("it ends too early"))?;
        let (text, rest) = rest.split_at_checked(usize::from(*length)).ok_or_else(|| error("it ends too early"))?;
        let word = std::str::from_utf8(text).map_err(|_| error("a text is not UTF-8"))?.to_owned();
        *bytes = rest;
        Ok(Word(word))
    }
}
