//! What is kept for neighbours: recent groups, and who has acknowledged how much.
//!
//! ```text
//! log position      11     12        13     14        15
//! kept                     own op    own    from 2.0  own
//! 2.0 acknowledged  12 ──► gets 13 ⊔ 15                 (14 came from there: never sent back, BP)
//! 3.0 acknowledged  11 ──► gets 12 ⊔ 13 ⊔ 14 ⊔ 15
//! 4.0 nothing       ─────► gets the full state          (what is kept no longer reaches back that far)
//! ```
//!
//! All of it is volatile: after a restart nothing is kept and nobody has acknowledged anything, so everybody gets the
//! full state once. Positions are those of the log, so they mean the same after a restart.
//!
//! Invariants: what is kept is every group from `reach` on, whole; an acknowledgement never counts beyond the end of
//! the log.
//!
//! Source: Almeida, Shoker, Baquero 2018 (delta intervals, acknowledgements); Enes, Almeida, Baquero, Leitão, ICDE 2019
//! (BP: back-propagation of deltas; RR: redundant state, in [`Group::novel`]).
//!
//! Not yet here: version vectors (a neighbour away too long gets the full state, not a difference), chunks, a horizon.

use std::collections::{BTreeMap, VecDeque};

use lasp_lattice::ReplicaId;

use super::group::Group;
use super::message::Ack;

/// How many groups are kept. A neighbour further behind gets the full state, which is by then about as cheap.
const KEPT_MAX: usize = 1024;

/// A group that neighbours may lack.
#[derive(Debug)]
struct Kept {
    position: u64,
    /// The neighbour it came from, if it is not our own.
    from: Option<ReplicaId>,
    group: Group,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Outbox {
    kept: VecDeque<Kept>,
    /// Every group behind this position is kept.
    reach: u64,
    /// Up to which position of ours each neighbour knows us.
    acked: BTreeMap<ReplicaId, u64>,
}

/// What a neighbour is to get.
#[derive(Debug, PartialEq)]
pub(super) enum Due {
    /// It knows everything, or all it does not came from there.
    Nothing,
    /// The groups after this position, joined.
    Since(u64, Group),
    /// The full state.
    All,
}

impl Outbox {
    /// Nothing is kept of a log that is this long already.
    pub(super) fn new(position: u64) -> Outbox {
        Outbox { kept: VecDeque::new(), reach: position, acked: BTreeMap::new() }
    }

    /// Keeps what has been written at a position.
    pub(super) fn keep(&mut self, position: u64, from: Option<ReplicaId>, group: Group) {
        self.kept.push_back(Kept { position, from, group });
        if self.kept.len() > KEPT_MAX
            && let Some(oldest) = self.kept.pop_front()
        {
            self.reach = oldest.position;
        }
    }

    /// What `neighbour` is to get. O(what is kept).
    pub(super) fn due(&self, neighbour: ReplicaId) -> Due {
        let Some(acked) = self.acked.get(&neighbour).copied().filter(|acked| *acked >= self.reach) else {
            return Due::All;
        };
        let mut group = Group::default();
        for kept in &self.kept {
            if kept.position > acked && kept.from != Some(neighbour) {
                group.join(&kept.group);
            }
        }
        if group.is_empty() { Due::Nothing } else { Due::Since(acked, group) }
    }

    /// Takes an answer. It may also say that less is known than was thought: then more is sent the next time.
    pub(super) fn acknowledged(&mut self, ack: Ack, end: u64) {
        self.acked.insert(ack.from, ack.heard.min(end));
    }
}

#[cfg(test)]
mod tests {
    use lasp_lattice::{Arg, Kind, Stamp, State};
    use lasp_plan::{Value, VarId};

    use super::*;

    const A: ReplicaId = ReplicaId { node: 1, incarnation: 0 };
    const B: ReplicaId = ReplicaId { node: 2, incarnation: 0 };

    fn group(n: i64) -> Group {
        let stamp = Stamp { replica: A, now_us: 0 };
        let made = State::bottom(&Kind::GSet).mutate(&Kind::GSet, &[], "add", &[Arg::Element(Value::Int(n))], &stamp);
        Group::of([(VarId(0), made.expect("a gset can be added to").delta)])
    }

    #[test]
    fn a_neighbour_gets_what_it_has_not_acknowledged_and_did_not_send() {
        let mut outbox = Outbox::new(10);
        assert_eq!(outbox.due(B), Due::All, "nothing is known of it");
        outbox.acknowledged(Ack { from: B, to: A, heard: 10 }, 10);
        assert_eq!(outbox.due(B), Due::Nothing);
        outbox.keep(11, None, group(1));
        outbox.keep(12, Some(B), group(2));
        outbox.keep(13, None, group(3));
        let mut both = group(1);
        both.join(&group(3));
        assert_eq!(outbox.due(B), Due::Since(10, both), "until it is acknowledged it is sent again");
        outbox.acknowledged(Ack { from: B, to: A, heard: 13 }, 13);
        assert_eq!(outbox.due(B), Due::Nothing);
        outbox.acknowledged(Ack { from: B, to: A, heard: 9 }, 13);
        assert_eq!(outbox.due(B), Due::All, "it has forgotten more than is kept");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut outbox = Outbox::new(0);
        outbox.acknowledged(Ack { from: B, to: A, heard: 0 }, 0);
        for position in 1..=KEPT_MAX as u64 {
            outbox.keep(position, None, group(0));
        }
        assert_eq!(outbox.due(B), Due::Since(0, group(0)));
        outbox.keep(KEPT_MAX as u64 + 1, None, group(0));
        assert_eq!(outbox.due(B), Due::All);
    }
}
