//! The bytes of records and messages: numbers and lengths, read without trust.
//!
//! ```text
//! 300            ac 02            LEB128, in the shortest form only
//! "abc"          03 61 62 63      a length, then that much
//! replica 7.2    07 02
//! ```
//!
//! Invariants: what is read is what [`Frame`] would have written; a length is checked against what is left before
//! anything is taken; no input makes reading panic or allocate beyond the input. Neighbours: `record` and `message` are
//! made of it; states inside bring a checksum of their own ([`lasp_lattice::codec`]).

use lasp_lattice::ReplicaId;
use lasp_lattice::codec::{DecodeError, put_number, take_byte, take_number};

/// Why bytes from a disk or a neighbour are not what they should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged(pub String);

impl std::fmt::Display for Damaged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Damaged {}

impl From<DecodeError> for Damaged {
    fn from(error: DecodeError) -> Damaged {
        Damaged(format!("{} ({} bytes before the end)", error.reason, error.left))
    }
}

/// Bytes being written.
#[derive(Debug, Default)]
pub(super) struct Frame(Vec<u8>);

impl Frame {
    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(super) fn number(&mut self, n: u64) {
        put_number(n, &mut self.0);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn replica(&mut self, replica: ReplicaId) {
        self.number(replica.node);
        self.number(u64::from(replica.incarnation));
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Bytes being read, from the first.
#[derive(Debug)]
pub(super) struct Parse<'b>(&'b [u8]);

impl<'b> Parse<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Parse<'b> {
        Parse(bytes)
    }

    pub(super) fn error(&self, reason: &str) -> Damaged {
        Damaged(format!("{reason} ({} bytes before the end)", self.0.len()))
    }

    pub(super) fn byte(&mut self) -> Result<u8, Damaged> {
        Ok(take_byte(&mut self.0)?)
    }

    pub(super) fn number(&mut self) -> Result<u64, Damaged> {
        Ok(take_number(&mut self.0)?)
    }

    pub(super) fn number_u32(&mut self) -> Result<u32, Damaged> {
        u32::try_from(self.number()?).map_err(|_| self.error("a number is too great"))
    }

    /// How many items follow, each of at least one byte.
    pub(super) fn count(&mut self) -> Result<usize, Damaged> {
        let n = self.number()?;
        match usize::try_from(n) {
            Ok(n) if n <= self.0.len() => Ok(n),
            _ => Err(self.error("a count is greater than what is left to read")),
        }
    }

    pub(super) fn bytes(&mut self) -> Result<&'b [u8], Damaged> {
        let length = self.count()?;
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn replica(&mut self) -> Result<ReplicaId, Damaged> {
        Ok(ReplicaId { node: self.number()?, incarnation: self.number_u32()? })
    }

    pub(super) fn end(self) -> Result<(), Damaged> {
        if self.0.is_empty() { Ok(()) } else { Err(self.error("something follows the end")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let replica = ReplicaId { node: u64::MAX, incarnation: 3 };
        let mut frame = Frame::default();
        frame.byte(9);
        frame.number(300);
        frame.number(u64::MAX);
        frame.bytes(b"abc");
        frame.replica(replica);
        let bytes = frame.into_bytes();
        let mut parse = Parse::new(&bytes);
        assert_eq!(parse.byte(), Ok(9));
        assert_eq!(parse.number(), Ok(300));
        assert_eq!(parse.number(), Ok(u64::MAX));
        assert_eq!(parse.bytes(), Ok(&b"abc"[..]));
        assert_eq!(parse.replica(), Ok(replica));
        assert_eq!(parse.end(), Ok(()));
    }

    #[test]
    fn nothing_can_be_read_that_would_not_be_written() {
        for bytes in
            [&[][..], &[0x80], &[0x80, 0x00], &[0xff; 10], &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]]
        {
            assert!(Parse::new(bytes).number().is_err(), "{bytes:?}");
        }
        assert!(Parse::new(&[5, 1, 2]).bytes().is_err(), "a length beyond the end");
        assert!(Parse::new(&[1, 0x80, 0x80, 0x80, 0x80, 0x10]).replica().is_err(), "an incarnation beyond 32 bits");
        assert!(Parse::new(&[0]).end().is_err());
    }
}
