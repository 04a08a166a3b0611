//! Bytes from a stranger: a decoder refuses them or makes a state of them that it would write in the same way, in time
//! and space that follow from how many bytes there are, and nothing that is done with such a state panics.
//!
//! The checksum is left out here, as anybody can compute one.

use lasp_lattice::{Kind, State, Unobserved};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use crate::codec::OneByte;
use crate::generate::{Rng, kinds, op, schedule};
use crate::runner::{for_every_row, same};
use crate::world::{REPLICAS, T, World, joined};

/// Bytes allocated per byte read, and to start with. A key of a deep map makes an empty state of all that is below it.
const SPACE_PER_BYTE: u64 = 1024;

#[test]
fn strange_bytes_are_refused_or_canonical() {
    for_every_row("hostile", schedule, |kind, schedule, rng| {
        let world = World::run(kind, schedule);
        let pool = world.pool();
        let bodies: Vec<Vec<u8>> = (0..3).map(|_| rng.pick(&pool).encode_body(&OneByte)).collect();
        for _ in 0..8 {
            let strange = damaged(&bodies, rng);
            if let Some(state) = refused_or_canonical(kind, &strange)? {
                is_sound(kind, &state)?;
                survives(kind, &state, &world.states[rng.below(REPLICAS)], rng);
            }
        }
        Ok(())
    });
}

/// Bodies cut, flipped, put together from two, with great numbers in them; and sheer noise.
fn damaged(bodies: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = rng.pick(bodies).clone();
    let at = rng.below(bytes.len() + 1);
    match rng.below(7) {
        0 => (0..rng.below(24)).map(|_| rng.below(256) as u8).collect(),
        1 => (0..rng.below(24)).map(|_| rng.below(4) as u8).collect(),
        2 => {
            let other = rng.pick(bodies);
            bytes.truncate(at);
            bytes.extend(&other[rng.below(other.len() + 1)..]);
            bytes
        }
        3 => {
            bytes.splice(at..(at + 1).min(bytes.len()), great_number(rng));
            bytes
        }
        4 => {
            bytes.splice(at..(at + rng.below(3)).min(bytes.len()), (0..rng.below(3)).map(|_| rng.below(256) as u8));
            bytes
        }
        _ => {
            for _ in 0..1 + rng.below(3) {
                let bit = rng.below(bytes.len().max(1) * 8);
                if let Some(byte) = bytes.get_mut(bit / 8) {
                    *byte ^= 1 << (bit % 8);
                }
            }
            bytes
        }
    }
}

/// The numbers at which something overflows, and one that is longer than it need be.
fn great_number(rng: &mut Rng) -> Vec<u8> {
    let n =
        *rng.pick(&[u64::MAX, u64::MAX - 1, 1 << 63, i64::MAX as u64, 1 << 60, 1 << 32, u64::from(u32::MAX), 127, 128]);
    if rng.chance(1, 8) { vec![0x80, 0] } else { number(n) }
}

fn number(mut n: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while n >= 0x80 {
        bytes.push(n as u8 | 0x80);
        n >>= 7;
    }
    bytes.push(n as u8);
    bytes
}

fn refused_or_canonical(kind: &Kind, bytes: &[u8]) -> Result<Option<State<T>>, TestCaseError> {
    let mut read = None;
    let space = allocation_counter::measure(|| read = Some(State::decode_body(kind, bytes, &OneByte)));
    let most = SPACE_PER_BYTE * (bytes.len() as u64 + 1) * (1 + kind.to_string().len() as u64 / 16);
    prop_assert!(space.bytes_total <= most, "{} bytes allocated for {:?}", space.bytes_total, bytes);
    let Some(Ok(state)) = read else { return Ok(None) };
    prop_assert!(state.conforms(kind));
    same("what is read is written the same", &state.encode_body(&OneByte), &bytes.to_vec())?;
    Ok(Some(state))
}

/// A state that was read is a state like any other, whoever wrote it.
fn is_sound(kind: &Kind, state: &State<T>) -> TestCaseResult {
    let bottom = State::bottom(kind);
    let mut again = state.clone();
    prop_assert!(!again.join(state, &mut Unobserved), "a ⊔ a changes {:?}", state);
    same("a ⊔ a = a", &again, state)?;
    same("⊥ ⊔ a = a", &joined(&bottom, state), state)?;
    same("a ⊔ ⊥ = a", &joined(state, &bottom), state)?;
    same("Δ(a, ⊥) = a", &state.novel(&bottom), state)?;
    same("Δ(a, a) = ⊥", &state.novel(state), &bottom)
}

/// All that a node may do with a state from outside. It may contradict what is known; it may not break anything.
fn survives(kind: &Kind, strange: &State<T>, known: &State<T>, rng: &mut Rng) {
    for (mine, theirs) in [(strange, known), (known, strange), (strange, strange)] {
        let mut state = mine.clone();
        let undo = state.before(theirs);
        state.join(theirs, &mut Unobserved);
        let _ = (state.is_bottom(), state.latest(), mine.novel(theirs), state.encode_body(&OneByte));
        state.show(&mut Unobserved);
        for _ in 0..2 {
            let at = rng.below(REPLICAS);
            if let Ok((delta, _)) = op(kind, rng).made_at(&state, kind, at) {
                state.clone().join(&delta, &mut Unobserved);
            }
        }
        state.restore(undo);
    }
}

#[test]
fn a_few_bytes_do_not_stand_for_many_dots() {
    let run = |last: u64| [&[1, 0, 1, 0, 1, 0][..], &number(last)].concat();
    // A context may well hold a run of 2^60 dots, all dead: it costs one run.
    let dead = [run(1 << 60), vec![0, 0]].concat();
    let read = State::<T>::decode_body(&Kind::OrSet, &dead, &OneByte).expect("a run like any other");
    assert_eq!(read.encode_body(&OneByte), dead);
    assert!(read.novel(&State::bottom(&Kind::OrSet)) == read);
    // Live dots have something behind them, so there are no more than bytes.
    for kind in kinds() {
        for n in [1 << 60, u64::MAX, u64::MAX - 1, 1 << 20, 200] {
            for bomb in [
                [run(n), vec![0], run(n), vec![7]].concat(),
                [run(n), run(n), run(n), vec![1; 64]].concat(),
                number(n),
                [number(n), vec![0; 100]].concat(),
                [vec![0, 0, 1, 7], run(n), run(n), vec![1; 64]].concat(),
            ] {
                refused_or_canonical(&kind, &bomb).unwrap_or_else(|failure| panic!("{kind}: {failure}"));
            }
        }
    }
}

#[test]
fn long_bytes_take_no_longer_than_they_are_long() {
    // Everybody introduced, everything in order, and then one byte missing: all of it is read before it is refused.
    const MANY: u64 = 60_000;
    let read = |bytes: &[u8]| State::<T>::decode_body(&Kind::OrSet, bytes, &OneByte);
    let replica = |node: u64| [vec![0], number(node), vec![0, 1, 0, 0]].concat();
    let everybody =
        |odd: u64| [number(MANY), (0..MANY).flat_map(|n| replica(2 * n + odd)).collect(), vec![0, 0]].concat();
    let whole = everybody(0);
    assert!(read(&whole[..whole.len() - 1]).is_err());
    // And a join goes along both sides once, however they interleave: replicas, or runs of one replica.
    let runs =
        |gap: u64| [vec![1, 0, 1, 0], number(MANY), number(gap), vec![0; 2 * MANY as usize - 1], vec![0, 0]].concat();
    for ([one, other], most) in [([whole, everybody(1)], usize::MAX), ([runs(0), runs(1)], 16)] {
        let (mut state, other) = (read(&one).expect("sound"), read(&other).expect("sound"));
        let undo = state.before(&other);
        assert!(state.join(&other, &mut Unobserved) && !state.join(&other, &mut Unobserved));
        assert!(state.encode_body(&OneByte).len() <= most, "what interleaves becomes one run");
        state.restore(undo);
        assert_eq!(state.encode_body(&OneByte), one);
    }
}

#[test]
fn a_kind_may_be_deep() {
    let mut kind = Kind::OrSet;
    for depth in 0..100 {
        kind = if depth % 2 == 0 { Kind::GMap(Box::new(kind)) } else { Kind::OrMap(Box::new(kind)) };
    }
    for bytes in [vec![], vec![1; 300], vec![0; 300], vec![0, 0, 1, 1, 1], number(u64::MAX)] {
        let outcome: TestCaseResult = refused_or_canonical(&kind, &bytes).map(drop);
        outcome.unwrap_or_else(|failure| panic!("{failure}"));
    }
}
