//! What one replica sends another: everything the other has not acknowledged, as one delta group.
//!
//! ```text
//! from 1.0, after 12, up to 15   group      who has all of 1.0 up to 12 has all of it up to 15 after joining this
//! from 1.0, after 0,  up to 15   group      a full state: fits anybody
//! ```
//!
//! A receiver that lacks a part of what came before must not join: the group may complete an op of which the receiver
//! has not got the rest (the causal delta-merging condition of Almeida, Shoker, Baquero 2018).
//!
//! Invariant: decoding is total. Not yet here: a length cap and chunks, signatures, the program's identity.

use lasp_lattice::ReplicaId;
use lasp_plan::Plan;

use super::frame::{Damaged, Frame, Parse};
use super::group::Group;

const MAGIC: [u8; 2] = *b"LM";
const VERSION: u8 = 1;

/// A message. Positions are those of the sender's log.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Who sends.
    pub from: ReplicaId,
    /// What the receiver must have of the sender already; 0 for a full state.
    pub base: u64,
    /// What it has afterwards.
    pub upto: u64,
    /// The deltas.
    pub group: Group,
}

impl Message {
    /// The bytes for the wire.
    #[must_use]
    pub fn encode(&self, plan: &Plan) -> Vec<u8> {
        let mut out = Frame::default();
        MAGIC.iter().for_each(|byte| out.byte(*byte));
        out.byte(VERSION);
        out.replica(self.from);
        out.number(self.base);
        out.number(self.upto);
        self.group.write(plan, &mut out);
        out.into_bytes()
    }

    /// A message from outside, for a program.
    ///
    /// # Errors
    /// When the bytes are no message, or one for another program.
    pub fn decode(plan: &Plan, bytes: &[u8]) -> Result<Message, Damaged> {
        let mut input = Parse::new(bytes);
        if [input.byte()?, input.byte()?] != MAGIC {
            return Err(input.error("it does not begin like a message"));
        }
        if input.byte()? != VERSION {
            return Err(input.error("it is of a version this program does not know"));
        }
        let (from, base, upto) = (input.replica()?, input.number()?, input.number()?);
        if base > upto {
            return Err(input.error("it ends before it begins"));
        }
        let group = Group::read(plan, &mut input)?;
        input.end()?;
        Ok(Message { from, base, upto, group })
    }
}

/// The answer to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ack {
    /// Who answers.
    pub from: ReplicaId,
    /// Whose message it answers.
    pub to: ReplicaId,
    /// Up to where it knows the one it answers to: durably, and with everything before. Less than the message's base
    /// says that something is missing.
    pub heard: u64,
}

#[cfg(test)]
mod tests {
    use lasp_lattice::{Arg, Kind, Stamp, State};
    use lasp_plan::{Place, Type, Value, VarId, VarPlan};

    use super::*;

    fn plan() -> Plan {
        let var = |name: &str, kind, ty| VarPlan {
            name: name.to_string(),
            kind,
            ty,
            bare: false,
            init: None,
            writable_by: Vec::new(),
            place: Place::default(),
        };
        let texts = Type::Set(Box::new(Type::Text));
        Plan { vars: vec![var("s", Kind::OrSet, texts), var("n", Kind::GCounter, Type::Nat)], ..Plan::default() }
    }

    fn message(plan: &Plan) -> Message {
        let from = ReplicaId { node: 7, incarnation: 2 };
        let stamp = Stamp { replica: from, now_us: 0 };
        let delta = |var: u32, method: &str, arg| {
            let kind = &plan.vars[var as usize].kind;
            let made = State::bottom(kind).mutate(kind, &[], method, &[arg], &stamp).expect("it can be made");
            (VarId(var), made.delta)
        };
        let texts = [delta(0, "add", Arg::Element(Value::text("x"))), delta(1, "inc", Arg::Amount(300))];
        Message { from, base: 3, upto: 300, group: Group::of(texts) }
    }

    #[test]
    fn what_is_sent_is_received() {
        let plan = plan();
        let message = message(&plan);
        assert_eq!(Message::decode(&plan, &message.encode(&plan)), Ok(message));
    }

    #[test]
    fn other_bytes_are_refused_or_mean_what_they_say() {
        let plan = plan();
        let bytes = message(&plan).encode(&plan);
        for length in 0..bytes.len() {
            assert!(Message::decode(&plan, &bytes[..length]).is_err(), "the first {length} bytes");
        }
        for at in 0..bytes.len() {
            for flipped in 0..8 {
                let mut bytes = bytes.clone();
                bytes[at] ^= 1 << flipped;
                // The head has no checksum: another sender or position is another message.
                if let Ok(read) = Message::decode(&plan, &bytes) {
                    assert_eq!(read.encode(&plan), bytes, "byte {at}, bit {flipped}");
                }
            }
        }
        let other = Plan { vars: plan.vars.iter().rev().cloned().collect(), ..Plan::default() };
        assert!(Message::decode(&other, &bytes).is_err(), "variables of another type");
        assert!(Message::decode(&Plan::default(), &bytes).is_err(), "variables that are not there");
    }
}
