//! W5 with the crate `crdts`: its `Orswot`, by operations, which are encoded as the hand-written side encodes its own.

use std::collections::BTreeMap;

use crdts::orswot::Op;
use crdts::{CmRDT, Dot, Orswot, VClock};

use super::{Coded, Line, REPLICAS};
use crate::wire::{Bytes, Reader};

struct Replica<T: Coded> {
    set: Orswot<T, u8>,
    due: [Vec<Op<T, u8>>; REPLICAS],
}

/// Three of them.
pub struct Sets<T: Coded>(Vec<Replica<T>>);

impl<T: Coded> Sets<T> {
    /// Empty.
    pub fn new() -> Sets<T> {
        let replica = |_| Replica { set: Orswot::new(), due: std::array::from_fn(|_| Vec::new()) };
        Sets((0..REPLICAS).map(replica).collect())
    }

    fn own(&mut self, at: usize, op: Op<T, u8>) {
        let replica = &mut self.0[at];
        replica.set.apply(op.clone());
        let neighbours: &[usize] = if at == 1 { &[0, 2] } else { &[1] };
        neighbours.iter().for_each(|to| replica.due[*to].push(op.clone()));
    }
}

fn write<T: Coded>(op: &Op<T, u8>, bytes: &mut Bytes) {
    let members = match op {
        Op::Add { dot, members } => {
            bytes.0.push(0);
            bytes.0.push(dot.actor);
            bytes.number(dot.counter);
            members
        }
        Op::Rm { clock, members } => {
            bytes.0.push(1);
            bytes.number(clock.dots.len() as u64);
            for (actor, counter) in &clock.dots {
                bytes.0.push(*actor);
                bytes.number(*counter);
            }
            members
        }
    };
    bytes.number(members.len() as u64);
    members.iter().for_each(|member| member.write(bytes));
}

fn read<T: Coded>(message: &mut Reader<'_>) -> Op<T, u8> {
    let members = |message: &mut Reader<'_>| {
        let count = message.number();
        (0..count).map(|_| T::read(message)).collect::<Vec<T>>()
    };
    if byte(message) == 0 {
        let dot = Dot::new(byte(message), message.number());
        Op::Add { dot, members: members(message) }
    } else {
        let count = message.number();
        let dots: BTreeMap<u8, u64> = (0..count).map(|_| (byte(message), message.number())).collect();
        Op::Rm { clock: VClock { dots }, members: members(message) }
    }
}

fn byte(message: &mut Reader<'_>) -> u8 {
    let (first, rest) = message.0.split_first().expect("a whole operation was written");
    message.0 = rest;
    *first
}

impl<T: Coded> Line<T> for Sets<T> {
    fn add(&mut self, at: usize, element: &T) {
        let set = &self.0[at].set;
        let op = set.add(element.clone(), set.read_ctx().derive_add_ctx(at as u8));
        self.own(at, op);
    }

    fn remove(&mut self, at: usize, element: &T) {
        let set = &self.0[at].set;
        let op = set.rm(element.clone(), set.contains(element).derive_rm_ctx());
        self.own(at, op);
    }

    fn tell(&mut self, from: usize, to: usize) -> u64 {
        let due = std::mem::take(&mut self.0[from].due[to]);
        let mut bytes = Bytes::default();
        due.iter().for_each(|op| write(op, &mut bytes));
        let receiver = &mut self.0[to];
        let mut message = Reader(&bytes.0);
        while !message.0.is_empty() {
            let op: Op<T, u8> = read(&mut message);
            if to == 1 {
                receiver.due[if from == 0 { 2 } else { 0 }].push(op.clone());
            }
            receiver.set.apply(op);
        }
        bytes.0.len() as u64
    }

    fn check(&mut self) -> u64 {
        let sum = |replica: &Replica<T>| {
            let elements = replica.set.iter();
            elements.map(|element| element.val.digest()).fold(0, u64::wrapping_add)
        };
        self.0.iter().map(sum).fold(0, u64::wrapping_add)
    }
}
