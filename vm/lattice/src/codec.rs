//! The wire and disk form of a state: small, canonical, and decoded without trust.
//!
//! ```text
//! "LS" │ version │ fingerprint of the kind, 4 bytes │ body │ crc32 of all before, 4 bytes
//! ```
//!
//! The checksum is against disks and wires, not against people: whoever signs or encrypts frames uses the body alone.
//!
//! - *Canonical*: equal states have equal bytes. Numbers are LEB128 in their shortest form, everything is in order, and
//!   a decoder refuses what an encoder would not have written.
//! - *Columnar* where it pays: causal contexts and live dots are gaps between sorted numbers, elements a column behind
//!   them; a replica is named once and from then on by its place in the order of appearance.
//! - *Total*: no input makes a decoder panic, hang or allocate beyond what is left to read. Counts are checked against
//!   the bytes left, and depth is bounded by the kind.
//!
//! Elements are the caller's, and so is their form: [`ElementCodec`].
//!
//! Neighbours: every lattice writes and reads itself with a [`Writer`] and a [`Reader`].

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use smallvec::SmallVec;

use crate::context::CausalContext;
use crate::dot::{Dot, ReplicaId};
use crate::kind::Kind;

/// How elements are written and read. The form must be canonical, and reading total.
pub trait ElementCodec<T> {
    /// Appends one element.
    fn write(&self, element: &T, bytes: &mut Vec<u8>);

    /// Takes one element from the front of `bytes`, moving it on.
    fn read(&self, bytes: &mut &[u8]) -> Result<T, DecodeError>;
}

/// Why bytes are not a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// What is wrong, in a few words.
    pub reason: &'static str,
    /// How many bytes were left to read when it was noticed.
    pub left: usize,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a lattice state: {} ({} bytes before the end)", self.reason, self.left)
    }
}

impl Error for DecodeError {}

/// Appends a number, LEB128: 7 bits a byte, least first.
pub fn put_number(mut n: u64, bytes: &mut Vec<u8>) {
    while n >= 0x80 {
        bytes.push((n as u8 & 0x7f) | 0x80);
        n >>= 7;
    }
    bytes.push(n as u8);
}

/// Takes a number from the front, if it is in its shortest form.
pub fn take_number(bytes: &mut &[u8]) -> Result<u64, DecodeError> {
    let mut n = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = take_byte(bytes)?;
        let bits = u64::from(byte & 0x7f);
        if shift == 63 && bits > 1 {
            return Err(DecodeError { reason: "a number is too great", left: bytes.len() });
        }
        n |= bits << shift;
        if byte & 0x80 == 0 {
            if byte == 0 && shift > 0 {
                return Err(DecodeError { reason: "a number is longer than it need be", left: bytes.len() });
            }
            return Ok(n);
        }
    }
    Err(DecodeError { reason: "a number is too long", left: bytes.len() })
}

/// Appends a signed number, zigzag: small ones of either sign are short.
pub fn put_signed(n: i64, bytes: &mut Vec<u8>) {
    put_number(((n << 1) ^ (n >> 63)) as u64, bytes);
}

/// Takes a signed number from the front.
pub fn take_signed(bytes: &mut &[u8]) -> Result<i64, DecodeError> {
    let n = take_number(bytes)?;
    Ok((n >> 1) as i64 ^ -((n & 1) as i64))
}

/// Takes a byte from the front.
pub fn take_byte(bytes: &mut &[u8]) -> Result<u8, DecodeError> {
    let (first, rest) = bytes.split_first().ok_or(DecodeError { reason: "it ends too early", left: 0 })?;
    *bytes = rest;
    Ok(*first)
}

/// The version of the form. A decoder knows its own and says so of others.
pub const VERSION: u8 = 1;

const MAGIC: [u8; 2] = *b"LS";

/// Puts a body into its envelope.
pub(crate) fn seal(kind: &Kind, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len() + ENVELOPE);
    bytes.extend(MAGIC);
    bytes.push(VERSION);
    bytes.extend(kind.fingerprint().to_le_bytes());
    bytes.extend(body);
    let sum = crc32fast::hash(&bytes);
    bytes.extend(sum.to_le_bytes());
    bytes
}

/// Takes the body out of its envelope, if it is whole and of this kind.
pub(crate) fn open<'b>(kind: &Kind, bytes: &'b [u8]) -> Result<&'b [u8], DecodeError> {
    let error = |reason| DecodeError { reason, left: bytes.len() };
    let (sealed, sum) = bytes.split_last_chunk::<4>().ok_or_else(|| error("it ends too early"))?;
    let ([m0, m1, version, fingerprint @ ..], body) =
        sealed.split_first_chunk::<7>().ok_or_else(|| error("it ends too early"))?;
    if [*m0, *m1] != MAGIC {
        return Err(error("it does not begin like one"));
    }
    if *version != VERSION {
        return Err(error("it is of a version this program does not know"));
    }
    if crc32fast::hash(sealed) != u32::from_le_bytes(*sum) {
        return Err(error("the checksum does not fit, so it is damaged"));
    }
    if *fingerprint != kind.fingerprint().to_le_bytes() {
        return Err(error("it is of another type"));
    }
    Ok(body)
}

/// What the envelope takes.
const ENVELOPE: usize = 11;

/// What a small delta takes: so much is there from the start.
const SMALL_BYTES: usize = 64;

/// Replicas by their place in the order of appearance. Few are looked for one by one.
#[derive(Default)]
struct Introduced {
    met: SmallVec<[ReplicaId; 4]>,
    /// Their places, when they are no longer few.
    places: BTreeMap<ReplicaId, u64>,
}

/// Up to so many replicas are few.
const REPLICAS_FEW: usize = 8;

impl Introduced {
    fn place(&self, replica: ReplicaId) -> Option<u64> {
        if self.met.len() > REPLICAS_FEW {
            return self.places.get(&replica).copied();
        }
        self.met.iter().position(|met| *met == replica).map(|at| at as u64)
    }

    fn introduce(&mut self, replica: ReplicaId) {
        self.met.push(replica);
        if self.met.len() > REPLICAS_FEW {
            let known = self.places.len();
            self.places.extend(self.met[known..].iter().copied().zip(known as u64..));
        }
    }
}

/// Bytes being written.
pub struct Writer<'c, T> {
    bytes: Vec<u8>,
    replicas: Introduced,
    elements: &'c dyn ElementCodec<T>,
}

impl<'c, T> Writer<'c, T> {
    /// Nothing yet.
    pub fn new(elements: &'c dyn ElementCodec<T>) -> Self {
        Self { bytes: Vec::with_capacity(SMALL_BYTES), replicas: Introduced::default(), elements }
    }

    /// One byte.
    pub fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// A number: see [`put_number`].
    pub fn number(&mut self, n: u64) {
        put_number(n, &mut self.bytes);
    }

    /// How many items follow.
    pub fn count(&mut self, n: usize) {
        self.number(n as u64);
    }

    /// A signed number, zigzag.
    pub fn signed(&mut self, n: i64) {
        put_signed(n, &mut self.bytes);
    }

    /// A replica: in full the first time, then by its place in the order of appearance.
    pub fn replica(&mut self, replica: ReplicaId) {
        if let Some(at) = self.replicas.place(replica) {
            self.number(at + 1);
        } else {
            self.replicas.introduce(replica);
            self.number(0);
            self.number(replica.node);
            self.number(u64::from(replica.incarnation));
        }
    }

    /// Dots with nothing behind them, ascending: one by one, so that no few bytes stand for many.
    pub fn bare_dots(&mut self, dots: impl ExactSizeIterator<Item = Dot>) {
        self.count(dots.len());
        let mut last: Option<Dot> = None;
        for dot in dots {
            self.replica(dot.replica);
            let least = last.filter(|last| last.replica == dot.replica).map_or(0, |last| last.seq);
            self.number(dot.seq - least);
            last = Some(dot);
        }
    }

    /// An element.
    pub fn element(&mut self, element: &T) {
        self.elements.write(element, &mut self.bytes);
    }

    /// What has been written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Bytes being read.
pub struct Reader<'c, T> {
    left: &'c [u8],
    replicas: Introduced,
    elements: &'c dyn ElementCodec<T>,
}

impl<'c, T> Reader<'c, T> {
    /// From the first byte.
    pub fn new(bytes: &'c [u8], elements: &'c dyn ElementCodec<T>) -> Self {
        Self { left: bytes, replicas: Introduced::default(), elements }
    }

    /// The error for what stands here.
    pub fn error(&self, reason: &'static str) -> DecodeError {
        DecodeError { reason, left: self.left.len() }
    }

    /// One byte.
    pub fn byte(&mut self) -> Result<u8, DecodeError> {
        take_byte(&mut self.left)
    }

    /// A number in its shortest form.
    pub fn number(&mut self) -> Result<u64, DecodeError> {
        take_number(&mut self.left)
    }

    /// How many items follow. Each takes at least one byte, so there are not more than bytes left.
    pub fn count(&mut self) -> Result<usize, DecodeError> {
        let n = self.number()?;
        if n > self.left.len() as u64 {
            return Err(self.error("a count is greater than what is left to read"));
        }
        Ok(n as usize)
    }

    /// A signed number.
    pub fn signed(&mut self) -> Result<i64, DecodeError> {
        take_signed(&mut self.left)
    }

    /// A replica.
    pub fn replica(&mut self) -> Result<ReplicaId, DecodeError> {
        let at = self.number()?;
        if at > 0 {
            let known = usize::try_from(at - 1).ok().and_then(|at| self.replicas.met.get(at)).copied();
            return known.ok_or_else(|| self.error("a replica was not introduced"));
        }
        let node = self.number()?;
        let incarnation = u32::try_from(self.number()?).map_err(|_| self.error("an incarnation is too great"))?;
        let replica = ReplicaId { node, incarnation };
        if self.replicas.place(replica).is_some() {
            return Err(self.error("a replica is introduced twice"));
        }
        self.replicas.introduce(replica);
        Ok(replica)
    }

    /// Dots written as runs, of which each has something behind it that takes at least one byte.
    pub fn dots(&mut self) -> Result<impl Iterator<Item = Dot> + use<T>, DecodeError> {
        let runs = CausalContext::read(self)?;
        let most = self.left.len() as u64;
        if runs.len_up_to(most) > most {
            return Err(self.error("there are more dots than bytes left to read"));
        }
        Ok(runs.into_dots())
    }

    /// Dots with nothing behind them.
    pub fn bare_dots(&mut self) -> Result<Vec<Dot>, DecodeError> {
        let mut dots: Vec<Dot> = Vec::new();
        for _ in 0..self.count()? {
            let replica = self.replica()?;
            let least = dots.last().filter(|last| last.replica == replica).map_or(0, |last| last.seq);
            let seq = least.checked_add(self.number()?).ok_or_else(|| self.error("a dot is too great"))?;
            let dot = Dot { replica, seq };
            if seq == 0 || dots.last().is_some_and(|last| *last >= dot) {
                return Err(self.error("dots are out of order"));
            }
            dots.push(dot);
        }
        Ok(dots)
    }

    /// A truth value.
    pub fn truth(&mut self) -> Result<bool, DecodeError> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.error("neither true nor false")),
        }
    }

    /// An element.
    pub fn element(&mut self) -> Result<T, DecodeError> {
        self.elements.read(&mut self.left)
    }

    /// That everything has been read.
    pub fn end(&self) -> Result<(), DecodeError> {
        if self.left.is_empty() { Ok(()) } else { Err(self.error("something follows the end")) }
    }
}
