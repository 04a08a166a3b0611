//! W5 by hand: a delta OR-set over links that neither lose nor reorder.
//!
//! ```text
//! add     (replica, counter) of the element, put under it; told as: replica, counter, how many, elements
//! remove  the dots seen under the element; told as: element, dots
//! ```
//!
//! A run of adds with consecutive counters shares one head. What came from a neighbour is passed on to the other one
//! only.

use smallvec::SmallVec;

use super::{Coded, Line, REPLICAS};
use crate::digest::Sum;
use crate::element::{Map, map};
use crate::wire::{Bytes, Reader};

type Dot = (u8, u32);

#[derive(Clone)]
enum Op<T> {
    Add(Dot, T),
    Remove(T, SmallVec<[Dot; 1]>),
}

struct Replica<T: Coded> {
    elements: Map<T, SmallVec<[Dot; 1]>>,
    seen: [u32; REPLICAS],
    /// What each neighbour has not been told.
    due: [Vec<Op<T>>; REPLICAS],
    sum: Sum,
}

/// Three of them, and the message under way: its room is used again.
pub struct Sets<T: Coded> {
    replicas: Vec<Replica<T>>,
    message: Bytes,
}

impl<T: Coded> Sets<T> {
    /// Empty, with room.
    pub fn new(adds: usize) -> Sets<T> {
        let replica = |_| Replica {
            elements: map::<T, _>(adds * REPLICAS),
            seen: [0; REPLICAS],
            due: std::array::from_fn(|_| Vec::new()),
            sum: Sum::default(),
        };
        Sets { replicas: (0..REPLICAS).map(replica).collect(), message: Bytes::default() }
    }
}

/// Neighbours in the line, but for the one it came from.
fn onward(at: usize, from: usize) -> impl Iterator<Item = usize> {
    let neighbours: &[usize] = if at == 1 { &[0, 2] } else { &[1] };
    neighbours.iter().copied().filter(move |to| *to != from)
}

impl<T: Coded> Replica<T> {
    fn apply(&mut self, op: &Op<T>) {
        match op {
            Op::Add(dot, element) => {
                let seen = &mut self.seen[usize::from(dot.0)];
                if dot.1 <= *seen {
                    return;
                }
                *seen = dot.1;
                let dots = crate::element::slot(&mut self.elements, element, SmallVec::new());
                if dots.is_empty() {
                    self.sum.add(element);
                }
                dots.push(*dot);
            }
            Op::Remove(element, gone) => {
                let Some(dots) = self.elements.get_mut(element) else { return };
                dots.retain(|dot| !gone.contains(dot));
                if dots.is_empty() {
                    self.elements.remove(element);
                    self.sum.take(element);
                }
            }
        }
    }
}

impl<T: Coded> Line<T> for Sets<T> {
    fn add(&mut self, at: usize, element: &T) {
        let replica = &mut self.replicas[at];
        let op = Op::Add((at as u8, replica.seen[at] + 1), element.clone());
        replica.apply(&op);
        onward(at, at).for_each(|to| replica.due[to].push(op.clone()));
    }

    fn remove(&mut self, at: usize, element: &T) {
        let replica = &mut self.replicas[at];
        let Some(dots) = replica.elements.get(element).cloned() else { return };
        let op = Op::Remove(element.clone(), dots);
        replica.apply(&op);
        onward(at, at).for_each(|to| replica.due[to].push(op.clone()));
    }

    fn tell(&mut self, from: usize, to: usize) -> u64 {
        let due = &mut self.replicas[from].due[to];
        if due.is_empty() {
            return 0;
        }
        self.message.0.clear();
        encode(due, &mut self.message);
        due.clear();
        let receiver = &mut self.replicas[to];
        let mut message = Reader(&self.message.0);
        while let Some(head) = message.0.first().copied() {
            message.0 = &message.0[1..];
            decode(&mut message, head, |op| {
                receiver.apply(&op);
                onward(to, from).for_each(|next| receiver.due[next].push(op.clone()));
            });
        }
        self.message.0.len() as u64
    }

    fn check(&mut self) -> u64 {
        self.replicas.iter().map(|replica| replica.sum.0).fold(0, u64::wrapping_add)
    }
}

/// The byte that a removal begins with; an addition begins with its replica.
const REMOVE: u8 = 255;

fn encode<T: Coded>(due: &[Op<T>], bytes: &mut Bytes) {
    let mut rest = due;
    while let Some(first) = rest.first() {
        match first {
            Op::Add(dot, _) => {
                let next = |(at, op): (usize, &Op<T>)| match op {
                    Op::Add(other, _) => (other.0, other.1) == (dot.0, dot.1 + at as u32),
                    Op::Remove(..) => false,
                };
                let run = rest.iter().enumerate().take_while(|pair| next((pair.0, pair.1))).count();
                bytes.0.push(dot.0);
                bytes.number(u64::from(dot.1));
                bytes.number(run as u64);
                for op in &rest[..run] {
                    if let Op::Add(_, element) = op {
                        element.write(bytes);
                    }
                }
                rest = &rest[run..];
            }
            Op::Remove(element, dots) => {
                bytes.0.push(REMOVE);
                element.write(bytes);
                bytes.number(dots.len() as u64);
                for dot in dots {
                    bytes.0.push(dot.0);
                    bytes.number(u64::from(dot.1));
                }
                rest = &rest[1..];
            }
        }
    }
}

fn decode<T: Coded>(message: &mut Reader<'_>, head: u8, mut each: impl FnMut(Op<T>)) {
    if head == REMOVE {
        let element = T::read(message);
        let count = message.number();
        let dot = |message: &mut Reader<'_>| {
            let replica = message.0[0];
            message.0 = &message.0[1..];
            (replica, message.number() as u32)
        };
        let dots = (0..count).map(|_| dot(message)).collect();
        return each(Op::Remove(element, dots));
    }
    let first = message.number() as u32;
    let run = message.number() as u32;
    for at in 0..run {
        each(Op::Add((head, first + at), T::read(message)));
    }
}
