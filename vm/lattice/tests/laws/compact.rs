//! Space follows from what is visible and who wrote it, not from how often it was written: metadata that only grows has
//! been the end of many a store.
//!
//! The exceptions are counted here as well. An `rwset` keeps a dot for what was removed until a `clear`, as a removal
//! that wins has to be remembered. A counter under a removed key leaves a note per other writer, until that writer
//! writes.

use lasp_lattice::{Arg, DecodeError, ElementCodec, Kind, Reading, ReplicaId, Stamp, State, Step, Unobserved};

use crate::codec::OneByte;
use crate::generate::{Rng, kinds, op};
use crate::world::{REPLICAS, T};

const MILLION: u32 = 1_000_000;

/// Elements as four bytes.
struct FourBytes;

impl ElementCodec<u32> for FourBytes {
    fn write(&self, element: &u32, bytes: &mut Vec<u8>) {
        bytes.extend(element.to_le_bytes());
    }

    fn read(&self, bytes: &mut &[u8]) -> Result<u32, DecodeError> {
        let (first, rest) = bytes.split_first_chunk().ok_or(DecodeError { reason: "no element", left: 0 })?;
        *bytes = rest;
        Ok(u32::from_le_bytes(*first))
    }
}

/// Replicas of one variable that tell each other everything at once, or nothing.
struct Cluster {
    kind: Kind,
    states: Vec<State<u32>>,
}

impl Cluster {
    fn new(kind: Kind, replicas: usize) -> Self {
        let states = vec![State::bottom(&kind); replicas];
        Self { kind, states }
    }

    /// Updates at one replica, and tells these.
    fn write(&mut self, at: usize, path: &[Step<u32>], method: &str, args: &[Arg<u32>], hear: &[usize]) {
        let replica = ReplicaId { node: at as u64, incarnation: 0 };
        let stamp = Stamp { replica, now_us: 0 };
        let made = self.states[at].mutate(&self.kind, path, method, args, &stamp).expect("it can be done");
        for to in hear {
            self.states[*to].join(&made.delta, &mut Unobserved);
        }
    }

    fn size(&self, at: usize) -> usize {
        self.states[at].encode_body(&FourBytes).len()
    }

    /// That nobody needs more than this.
    fn is_within(&self, most: usize) {
        for at in 0..self.states.len() {
            assert!(
                self.size(at) <= most,
                "{}: {} bytes at replica {at}: {:?}",
                self.kind,
                self.size(at),
                self.states[at]
            );
        }
    }
}

fn x(element: u32) -> [Arg<u32>; 1] {
    [Arg::Element(element)]
}

#[test]
fn adding_and_removing_one_element_for_ever_leaves_no_more_than_a_run_per_writer() {
    for (kind, path) in [(Kind::OrSet, vec![]), (Kind::OrMap(Box::new(Kind::OrSet)), vec![Step::Key(1)])] {
        let mut alone = Cluster::new(kind.clone(), 1);
        for _ in 0..MILLION / 2 {
            alone.write(0, &path, "add", &x(7), &[0]);
            alone.write(0, &path, "remove", &x(7), &[0]);
        }
        alone.is_within(32);
        // The key stays until it is removed as well.
        if !path.is_empty() {
            alone.write(0, &[], "remove", &x(1), &[0]);
        }
        assert!(alone.size(0) <= 16);

        let mut turns = Cluster::new(kind, 3);
        for turn in 0..MILLION / 6 {
            let at = turn as usize % 3;
            turns.write(at, &path, "add", &x(7), &[0, 1, 2]);
            turns.write((at + 1) % 3, &path, "remove", &x(7), &[0, 1, 2]);
        }
        turns.is_within(48);
    }
}

#[test]
fn a_removed_element_of_an_rwset_keeps_one_dot_and_a_clear_forgets_it() {
    let mut set = Cluster::new(Kind::RwSet, 3);
    for turn in 0..MILLION / 6 {
        let at = turn as usize % 3;
        set.write(at, &[], "add", &x(7), &[0, 1, 2]);
        set.write((at + 1) % 3, &[], "remove", &x(7), &[0, 1, 2]);
    }
    set.is_within(48);
    let one = set.size(0);
    for other in 0..1_000 {
        set.write(0, &[], "add", &x(other), &[0, 1, 2]);
        set.write(0, &[], "remove", &x(other), &[0, 1, 2]);
    }
    assert!((5_000..10_000).contains(&(set.size(0) - one)), "a dot, a mark and the element: {}", set.size(0));
    set.write(1, &[], "clear", &[], &[0, 1, 2]);
    set.is_within(48);
}

#[test]
fn a_counter_is_a_slot_per_writer() {
    for kind in [Kind::GCounter, Kind::PnCounter, Kind::BCounter, Kind::RCounter, Kind::VClock] {
        let mut counter = Cluster::new(kind, 3);
        let methods = counter.kind.info().methods;
        let counting: Vec<_> = methods.iter().filter(|method| method.required == 0 && !method.removes).collect();
        for turn in 0..MILLION / 3 {
            let method = counting[turn as usize % counting.len()];
            counter.write(turn as usize % 3, &[], method.name, &[], &[0, 1, 2]);
        }
        counter.is_within(64);
    }
}

#[test]
fn counting_and_resetting_for_ever_leaves_a_run_per_writer() {
    let mut counter = Cluster::new(Kind::RCounter, 3);
    for turn in 0..MILLION / 2 {
        let at = turn as usize % 3;
        counter.write(at, &[], "inc", &[], &[0, 1, 2]);
        counter.write((at + 1) % 3, &[], "reset", &[], &[0, 1, 2]);
    }
    counter.is_within(64);
}

#[test]
fn a_counter_under_one_key_that_is_removed_for_ever_leaves_a_run_per_writer() {
    let mut map = Cluster::new(Kind::OrMap(Box::new(Kind::GCounter)), 3);
    for turn in 0..MILLION / 6 {
        let at = turn as usize % 3;
        map.write(at, &[Step::Key(1)], "inc", &[], &[0, 1, 2]);
        map.write((at + 1) % 3, &[], "remove", &x(1), &[0, 1, 2]);
    }
    map.is_within(64);
}

#[test]
fn counters_under_a_million_removed_keys_are_gone_with_the_next_word_of_their_writer() {
    let mut map = Cluster::new(Kind::OrMap(Box::new(Kind::GCounter)), 2);
    for key in 0..MILLION {
        map.write(0, &[Step::Key(key)], "inc", &[], &[0, 1]);
        map.write(1, &[], "remove", &x(key), &[1]);
    }
    // What B took back of each it must remember, as more of it may be under way.
    assert!(map.size(1) > MILLION as usize && map.size(1) < 10 * MILLION as usize, "{} bytes of notes", map.size(1));
    assert!(map.states[1].is_empty());
    let [a, b] = &mut map.states[..] else { unreachable!("two replicas") };
    a.join(b, &mut Unobserved);
    assert_eq!(a, b);
    map.write(0, &[Step::Key(0)], "inc", &[], &[0, 1]);
    map.is_within(64);
}

#[test]
fn what_shows_little_takes_little() {
    // Four elements, three writers, who hear of everything at once: whatever they do, and however long.
    const MOST: usize = 2_000;
    for kind in kinds() {
        let rng = &mut Rng::new(3);
        let mut state: State<T> = State::bottom(&kind);
        for _ in 0..2_000 {
            if let Some(delta) = op(&kind, rng).delta_at(&state, &kind, rng.below(REPLICAS)) {
                state.join(&delta, &mut Unobserved);
            }
        }
        let size = state.encode_body(&OneByte).len();
        assert!(size <= MOST, "{kind}: {size} bytes: {state:?}");
    }
}

/// Not only on a wire: what a replica holds in memory for what is gone.
#[test]
fn what_is_gone_takes_no_memory() {
    for (kind, stays) in [(Kind::OrSet, 100), (Kind::OrSet, 0)] {
        let mut cluster = Cluster::new(kind, 2);
        let put = |cluster: &mut Cluster, x| cluster.write(0, &[], "add", &[Arg::Element(x)], &[0, 1]);
        (0..stays).for_each(|x| put(&mut cluster, x));
        let mut churn = |elements: std::ops::Range<u32>| {
            for x in elements {
                put(&mut cluster, x);
                cluster.write(1, &[], "remove", &[Arg::Element(x)], &[0, 1]);
            }
        };
        // Tables that grow once for what is there now do so here.
        churn(1_000..2_000);
        let memory = allocation_counter::measure(|| churn(2_000..12_000));
        assert!(memory.bytes_current <= 4_096, "{} more bytes for 10,000 elements that are gone", memory.bytes_current);
    }
}
