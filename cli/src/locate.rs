//! Where a byte of a text is, for people: lines and columns.
//!
//! Lines and columns count from 1; a column counts characters, whatever their width. The byte counts from 0.

use serde::Serialize;

/// A position in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// Counted from 1.
    pub line: usize,
    /// Characters, counted from 1.
    pub column: usize,
    /// Counted from 0.
    pub byte: usize,
}

/// The position of a byte; one past the end, or inside a character, is moved back. O(length of the text).
#[must_use]
pub fn position(text: &str, byte: usize) -> Position {
    let byte = boundary(text, byte);
    let before = &text[..byte];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Position {
        line: before.bytes().filter(|b| *b == b'\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        byte,
    }
}

/// The nearest character boundary at or before `byte`.
#[must_use]
pub fn boundary(text: &str, byte: usize) -> usize {
    let byte = byte.min(text.len());
    (0..=byte).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = "a\r\né = ü\n";
        let at = |byte| {
            let position = position(text, byte);
            (position.line, position.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(3), (2, 1));
        assert_eq!(at(5), (2, 2));
        assert_eq!(at(4), (2, 1), "inside a character");
        assert_eq!(at(8), (2, 5));
        assert_eq!(at(11), (3, 1));
        assert_eq!(at(999), (3, 1));
        assert_eq!(position("", 0), Position { line: 1, column: 1, byte: 0 });
    }
}
