//! W5 with `lasp-lattice` alone: an update is made and joined at once, and into the group that is due to a neighbour;
//! groups are encoded, decoded and joined.

use lasp_lattice::{Arg, Call, DecodeError, ElementCodec, Keep, Kind, Reading, ReplicaId, Stamp, State, Unobserved};

use super::{Coded, Line, REPLICAS};
use crate::digest::Digest;
use crate::wire::{Bytes, Reader};

/// Elements in messages, as the hand-written side writes them.
struct Elements;

impl<T: Coded> ElementCodec<T> for Elements {
    fn write(&self, element: &T, bytes: &mut Vec<u8>) {
        let mut out = Bytes(std::mem::take(bytes));
        Coded::write(element, &mut out);
        *bytes = out.0;
    }

    fn read(&self, bytes: &mut &[u8]) -> Result<T, DecodeError> {
        let mut input = Reader(bytes);
        let element = T::read(&mut input);
        *bytes = input.0;
        Ok(element)
    }
}

const KIND: Kind = Kind::OrSet;

struct Replica<T: Coded> {
    state: State<T>,
    due: [State<T>; REPLICAS],
}

/// Three of them.
pub struct Sets<T: Coded>(Vec<Replica<T>>);

impl<T: Coded> Sets<T> {
    /// Empty.
    pub fn new() -> Sets<T> {
        let bottom = || State::bottom(&KIND);
        let replica = |_| Replica { state: bottom(), due: std::array::from_fn(|_| bottom()) };
        Sets((0..REPLICAS).map(replica).collect())
    }

    fn update(&mut self, at: usize, method: &str, element: &T) {
        let stamp = Stamp { replica: ReplicaId { node: at as u64 + 1, incarnation: 0 }, now_us: 0 };
        let Replica { state, due } = &mut self.0[at];
        let call = Call { method, args: &[Arg::Element(element.clone())], stamp: &stamp };
        let mut update = |group: &mut State<T>| {
            let keep = Keep { undo: None, group: Some(group) };
            state.apply(&KIND, &[], &call, keep, &mut Unobserved).expect("sets take every element");
        };
        if at != 1 {
            return update(&mut due[1]);
        }
        // Two neighbours: the delta by itself.
        let mut delta = State::bottom(&KIND);
        update(&mut delta);
        for to in [0, 2] {
            due[to].join(&delta, &mut Unobserved);
        }
    }
}

impl<T: Coded> Line<T> for Sets<T> {
    fn add(&mut self, at: usize, element: &T) {
        self.update(at, "add", element);
    }

    fn remove(&mut self, at: usize, element: &T) {
        self.update(at, "remove", element);
    }

    fn tell(&mut self, from: usize, to: usize) -> u64 {
        let due = std::mem::replace(&mut self.0[from].due[to], State::bottom(&KIND));
        if due.is_bottom() {
            return 0;
        }
        let bytes = due.encode(&KIND, &Elements);
        let delta = State::<T>::decode(&KIND, &bytes, &Elements).expect("what was encoded");
        let receiver = &mut self.0[to];
        if to == 1 {
            let onward = if from == 0 { 2 } else { 0 };
            receiver.due[onward].join(&delta.novel(&receiver.state), &mut Unobserved);
        }
        receiver.state.join(&delta, &mut Unobserved);
        bytes.len() as u64
    }

    fn check(&mut self) -> u64 {
        let sum = |replica: &Replica<T>| replica.state.elements().map(Digest::digest).fold(0, u64::wrapping_add);
        self.0.iter().map(sum).fold(0, u64::wrapping_add)
    }
}
