//! Timed rows of several feeds in one order: by time, ties in the order of the feeds, then of the file.
//!
//! Whole feeds are held and sorted, not streams merged: a row may be older than the one before it, and the last row of
//! a file may be the first of all.

use super::Row;

/// A row with its feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed {
    /// The position of its feed.
    pub feed: usize,
    /// The row.
    pub row: Row,
}

/// Sorts rows that stand feed after feed, each in the order of its file. O(n log n); linear where they are in order.
pub fn by_time(rows: &mut [Timed]) {
    // Stable, so that equal times keep the order of feeds and files.
    rows.sort_by_key(|timed| timed.row.at_us);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_keep_the_order_of_feed_and_file() {
        let row = |feed, line, at_us| Timed { feed, row: Row { line, at_us: Some(at_us), pair: None, fields: vec![] } };
        let mut rows = vec![row(0, 2, 5), row(0, 3, 1), row(0, 4, 5), row(1, 2, 5), row(1, 3, 0)];
        by_time(&mut rows);
        let order: Vec<_> = rows.iter().map(|timed| (timed.feed, timed.row.line)).collect();
        assert_eq!(order, [(1, 3), (0, 3), (0, 2), (0, 4), (1, 2)]);
    }
}
