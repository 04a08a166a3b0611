//! The wire form: what is read is what was written, equal states and no others have equal bytes, and damage is noticed.
//!
//! `golden.txt` holds a state of every row as version 1 writes it, with the value it stands for: what is on a disk
//! today is read the same for ever. `LASP_LAW_GOLDEN=1` writes the file anew, which only a new version of the form may
//! need.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::rc::Rc;

use lasp_lattice::{DecodeError, ElementCodec, Kind, LATTICES, State, Unobserved};
use proptest::prelude::*;

use crate::generate::{Rng, kinds, schedule, variants};
use crate::rows::visible;
use crate::runner::{for_every_row, same};
use crate::world::{T, World};

/// Elements as the one byte they are.
pub struct OneByte;

impl ElementCodec<T> for OneByte {
    fn write(&self, element: &T, bytes: &mut Vec<u8>) {
        bytes.push(*element);
    }

    fn read(&self, bytes: &mut &[u8]) -> Result<T, DecodeError> {
        let (first, rest) = bytes.split_first().ok_or(DecodeError { reason: "no element", left: 0 })?;
        *bytes = rest;
        Ok(*first)
    }
}

pub fn decode(kind: &Kind, bytes: &[u8]) -> Result<State<T>, DecodeError> {
    State::decode(kind, bytes, &OneByte)
}

#[test]
fn what_is_read_is_what_was_written() {
    for_every_row("codec", schedule, |kind, schedule, rng| {
        let world = World::run(kind, schedule);
        let pool = world.pool();
        for state in [rng.pick(&pool), rng.pick(&pool), &Rc::new(world.whole())] {
            let bytes = state.encode(kind, &OneByte);
            same("decode(encode(x)) = x", &decode(kind, &bytes), &Ok(State::clone(state)))?;
            let body = state.encode_body(&OneByte);
            same("the body alone as well", &State::decode_body(kind, &body, &OneByte), &Ok(State::clone(state)))?;
        }
        Ok(())
    });
}

#[test]
fn states_are_equal_iff_their_bytes_are() {
    for_every_row("canonical", schedule, |kind, schedule, rng| {
        let world = World::run(kind, schedule);
        let pool = world.pool();
        for _ in 0..4 {
            let [a, b] = [(); 2].map(|()| rng.pick(&pool));
            same(
                "a = b iff encode(a) = encode(b)",
                &(a == b),
                &(a.encode(kind, &OneByte) == b.encode(kind, &OneByte)),
            )?;
        }
        // The same deltas in another order, and the pieces in yet another.
        let whole = world.whole();
        let mut pieces = Vec::new();
        whole.decompose(&mut |piece| pieces.push(Rc::new(piece)));
        for mut parts in [world.made.iter().map(|update| update.delta.clone()).collect(), pieces] {
            rng.shuffle(&mut parts);
            let mut built = State::bottom(kind);
            for part in &parts {
                built.join(part, &mut Unobserved);
            }
            same("built otherwise, equal bytes", &built.encode(kind, &OneByte), &whole.encode(kind, &OneByte))?;
        }
        Ok(())
    });
}

#[test]
fn damage_is_noticed() {
    for_every_row("damage", schedule, |kind, schedule, rng| {
        let world = World::run(kind, schedule);
        let pool = world.pool();
        let state = rng.pick(&pool);
        let bytes = state.encode(kind, &OneByte);
        let unharmed = |damaged: &[u8]| decode(kind, damaged).is_ok_and(|read| read != **state);
        // Every place once in a while, one place always.
        let all = rng.chance(1, 50);
        let cuts = if all { 0..bytes.len() } else { rng.below(bytes.len())..bytes.len() };
        for cut in cuts.take(if all { usize::MAX } else { 1 }) {
            prop_assert!(!unharmed(&bytes[..cut]), "cut after {} of {}", cut, bytes.len());
        }
        let bits = if all { 0..bytes.len() * 8 } else { rng.below(bytes.len() * 8)..bytes.len() * 8 };
        for bit in bits.take(if all { usize::MAX } else { 4 }) {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!unharmed(&flipped), "bit {} flipped", bit);
        }
        let longer = [&bytes[..], &[0]].concat();
        prop_assert!(decode(kind, &longer).is_err());
        Ok(())
    });
}

#[test]
fn a_state_of_another_type_is_refused() {
    let kinds = kinds();
    let fingerprints: BTreeSet<u32> = kinds.iter().map(Kind::fingerprint).collect();
    assert_eq!(fingerprints.len(), kinds.len(), "two types have one fingerprint");
    let state: State<T> = State::bottom(&kinds[0]);
    let bytes = state.encode(&kinds[0], &OneByte);
    for other in &kinds[1..] {
        assert!(decode(other, &bytes).is_err(), "{other:?}");
    }
}

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/laws/golden.txt");

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads its file, and is asked from outside to write it")]
fn what_version_1_wrote_is_read_as_ever() {
    if std::env::var_os("LASP_LAW_GOLDEN").is_some() {
        std::fs::write(GOLDEN, golden_anew()).expect("the file is ours");
    }
    let golden = std::fs::read_to_string(GOLDEN).expect("golden.txt");
    let kinds = kinds();
    let mut rows = BTreeSet::new();
    for entry in golden.split("\n\n").filter(|entry| !entry.starts_with('#')) {
        let lines: Vec<&str> = entry.trim().lines().collect();
        let [kind, hex, value] = lines[..] else { panic!("a type, bytes, a value: {entry}") };
        let kind = kinds.iter().find(|known| known.to_string() == kind).unwrap_or_else(|| panic!("no {kind}"));
        let bytes = from_hex(hex);
        let state = decode(kind, &bytes).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(value, format!("{:?}", visible(&state)), "{kind} reads otherwise");
        assert_eq!(hex, to_hex(&state.encode(kind, &OneByte)), "{kind} is written otherwise");
        rows.insert(kind.name());
    }
    for row in LATTICES {
        assert!(rows.contains(row.name), "there is no golden {}: LASP_LAW_GOLDEN=1 adds it", row.name);
    }
}

/// A state of a flat and of a nested kind of each row, large enough to have something of everything.
fn golden_anew() -> String {
    let mut text = "# What version 1 of the form writes: a type, bytes, and the value they stand for.\n".to_owned();
    let rng = &mut Rng::new(1);
    for row in LATTICES {
        let variants = variants(row);
        for kind in [variants.flat.last(), variants.nested.last()].into_iter().flatten() {
            let large = (0..20).map(|_| World::run(kind, &schedule(kind, rng)).whole());
            let state = large.max_by_key(|state| visible(state).len()).expect("some");
            let bytes = to_hex(&state.encode(kind, &OneByte));
            write!(text, "\n{kind}\n{bytes}\n{:?}\n", visible(&state)).expect("a string");
        }
    }
    text
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(hex: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex");
    (0..hex.len()).step_by(2).map(byte).collect()
}
