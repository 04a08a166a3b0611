//! Records of the log: what a node has done and absorbed, and in whose name.
//!
//! ```text
//! started    incarnation 0, device 4
//! op         number 7, (the `when` that fired, its row), group
//! absorbed   from 2.0, up to its position 31, group: only what was new here
//! ```
//!
//! From its log a node knows everything again: its states are the initial values joined with all groups, and a `when`
//! that has fired does not fire again.
//!
//! Invariant: reading is total. A log that cannot be read stops the start; nothing of it is passed over.
//!
//! Not yet here: checksums of records and cutting a torn tail (states have a checksum of their own).

use std::collections::BTreeMap;

use lasp_lattice::ReplicaId;
use lasp_lattice::codec::ElementCodec;
use lasp_plan::{Plan, Row, Value, ValueCodec};

use super::disk::Disk;
use super::frame::{Damaged, Frame, Parse};
use super::group::Group;
use crate::node::Memory;

/// One record.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Record {
    /// From here on another incarnation writes.
    Started { incarnation: u32, device: u64 },
    /// An op of this node.
    Op { number: u64, fired: Option<(u32, Row)>, group: Group },
    /// What was new in a message, and how far its sender is known by it.
    Absorbed { from: ReplicaId, upto: u64, group: Group },
}

const STARTED: u8 = 1;
const OP: u8 = 2;
const ABSORBED: u8 = 3;

impl Record {
    pub(super) fn encode(&self, plan: &Plan) -> Vec<u8> {
        let mut out = Frame::default();
        match self {
            Record::Started { incarnation, device } => {
                out.byte(STARTED);
                out.number(u64::from(*incarnation));
                out.number(*device);
            }
            Record::Op { number, fired, group } => {
                out.byte(OP);
                out.number(*number);
                out.byte(u8::from(fired.is_some()));
                if let Some((when, row)) = fired {
                    out.number(u64::from(*when));
                    write_row(row, &mut out);
                }
                group.write(plan, &mut out);
            }
            Record::Absorbed { from, upto, group } => {
                out.byte(ABSORBED);
                out.replica(*from);
                out.number(*upto);
                group.write(plan, &mut out);
            }
        }
        out.into_bytes()
    }

    pub(super) fn decode(plan: &Plan, bytes: &[u8]) -> Result<Record, Damaged> {
        let mut input = Parse::new(bytes);
        let record = match input.byte()? {
            STARTED => Record::Started { incarnation: input.number_u32()?, device: input.number()? },
            OP => {
                let number = input.number()?;
                let fired = match input.byte()? {
                    0 => None,
                    1 => Some((input.number_u32()?, read_row(&mut input)?)),
                    _ => return Err(input.error("neither fired nor not")),
                };
                Record::Op { number, fired, group: Group::read(plan, &mut input)? }
            }
            ABSORBED => {
                let (from, upto) = (input.replica()?, input.number()?);
                Record::Absorbed { from, upto, group: Group::read(plan, &mut input)? }
            }
            _ => return Err(input.error("no such kind of record")),
        };
        input.end()?;
        Ok(record)
    }
}

fn write_row(row: &Row, out: &mut Frame) {
    out.number(row.len() as u64);
    for value in row.iter() {
        let mut bytes = Vec::new();
        ValueCodec.write(value, &mut bytes);
        out.bytes(&bytes);
    }
}

fn read_row(input: &mut Parse<'_>) -> Result<Row, Damaged> {
    let mut row: Vec<Value> = Vec::new();
    for _ in 0..input.count()? {
        let mut bytes = input.bytes()?;
        let value = ValueCodec.read(&mut bytes).map_err(|error| Damaged(error.to_string()))?;
        if !bytes.is_empty() {
            return Err(input.error("something follows a value"));
        }
        row.push(value);
    }
    Ok(row.into())
}

/// What a log says.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    /// Who wrote last, and on which device.
    pub(super) writer: Option<(u32, u64)>,
    /// How far each neighbour was known.
    pub(super) heard: BTreeMap<ReplicaId, u64>,
    /// What the node itself goes on from.
    pub(super) memory: Memory,
}

impl Remembered {
    /// Reads a whole log. O(log).
    pub(super) fn read(plan: &Plan, disk: &Disk) -> Result<Remembered, Damaged> {
        let mut all = Remembered::default();
        let mut group = Group::default();
        for (position, bytes) in (1u64..).zip(disk.log()) {
            let place = |damaged: Damaged| Damaged(format!("record {position} of the log: {damaged}"));
            match Record::decode(plan, bytes).map_err(place)? {
                Record::Started { incarnation, device } => {
                    all.writer = Some((incarnation, device));
                    // Ops are counted by incarnation.
                    all.memory.ops = 0;
                }
                Record::Op { number, fired, group: done } => {
                    all.memory.ops = all.memory.ops.max(number);
                    all.memory.fired.extend(fired);
                    group.join(&done);
                }
                Record::Absorbed { from, upto, group: news } => {
                    let heard = all.heard.entry(from).or_default();
                    *heard = upto.max(*heard);
                    group.join(&news);
                }
            }
        }
        all.memory.deltas = group.deltas().map(|(var, delta)| (var, delta.clone())).collect();
        Ok(all)
    }

    /// The incarnation that may go on writing: the log is of this device, and ends where writing ended.
    pub(super) fn proven(&self, disk: &Disk) -> Option<u32> {
        let (incarnation, device) = self.writer?;
        let whole = disk.mark()? == super::disk::Mark { incarnation, records: disk.log().len() as u64 };
        (whole && device == disk.device()).then_some(incarnation)
    }
}
