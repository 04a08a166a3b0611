//! Line numbers of CSV records.
//!
//! A CSV reader knows at which byte a record starts, but its own count of lines is off by one behind `\r\n`, and stops
//! at the blank lines before a record instead of at the record. So the bytes are watched on their way in: [`Watched`]
//! notes where each line starts and whether it is blank, [`Lines`] turns the byte of a record into its line.
//!
//! The same watch stops a record that never ends, such as one whose closing quote is missing in a file of gigabytes.
//!
//! Invariant: only the lines that have been read and not yet passed are remembered.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

/// The longest record that is read.
pub const RECORD_BYTES_MAX: u64 = 64 * 1024 * 1024;

#[derive(Debug)]
struct Line {
    start: u64,
    blank: bool,
}

#[derive(Debug)]
struct State {
    /// The number of the first remembered line.
    first: u64,
    /// Never empty: the last one is still being read.
    lines: VecDeque<Line>,
    /// How many bytes went by.
    bytes: u64,
    /// Where the last record started that was asked about.
    record: u64,
}

/// Turns bytes into line numbers.
#[derive(Clone, Debug)]
pub struct Lines(Arc<Mutex<State>>);

/// A reader whose line breaks are noted.
#[derive(Debug)]
pub struct Watched<R> {
    inner: R,
    lines: Lines,
}

impl<R: Read> Watched<R> {
    /// Watches what is read from `inner`.
    pub fn new(inner: R) -> (Watched<R>, Lines) {
        let state = State { first: 1, lines: VecDeque::from([Line { start: 0, blank: true }]), bytes: 0, record: 0 };
        let lines = Lines(Arc::new(Mutex::new(state)));
        (Watched { inner, lines: lines.clone() }, lines)
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let mut state = self.lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Twice the cap: the record asked about last has been read already.
        if state.bytes - state.record > 2 * RECORD_BYTES_MAX {
            let mib = RECORD_BYTES_MAX >> 20;
            return Err(std::io::Error::other(format!(
                "the row behind line {} is longer than {mib} MiB; is a closing quote missing?",
                state.first
            )));
        }
        for byte in &buffer[..count] {
            state.bytes += 1;
            let start = state.bytes;
            if *byte == b'\n' {
                state.lines.push_back(Line { start, blank: true });
            } else if *byte != b'\r'
                && let Some(line) = state.lines.back_mut()
            {
                line.blank = false;
            }
        }
        Ok(count)
    }
}

impl Lines {
    /// The line of the record that starts at `byte`, or behind the line break or blank lines there. Bytes must not
    /// decrease from call to call, and the record must have been read.
    #[must_use]
    pub fn of_record(&self, byte: u64) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.record = byte;
        while state.lines.get(1).is_some_and(|next| next.start <= byte) {
            state.pop();
        }
        // Behind `\r` of the record before, with its `\n` still to come.
        if state.lines.len() > 1 && state.lines[0].start < byte {
            state.pop();
        }
        while state.lines.len() > 1 && state.lines[0].blank {
            state.pop();
        }
        state.first
    }
}

impl State {
    fn pop(&mut self) {
        self.lines.pop_front();
        self.first += 1;
    }
}
