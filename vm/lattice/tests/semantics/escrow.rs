//! The bounded counter's promise: nobody ever sees less than zero, no right is spent twice, and none is lost but those
//! of a dead replica, whatever is cut off, lost, doubled or overtaken on the way.
//!
//! Beside the states runs a ledger of all updates, made by an observer whom nothing escapes. Deltas arrive in any order
//! here, so replicas know even less of each other than `meaning` lets them.
//!
//! Neighbours: `incarnations` for what else comes of disks; `meaning` for which updates count.

use std::collections::BTreeSet;

use lasp_lattice::{Answer, Kind, Leaf, Reading, State, Unobserved, UpdateError};
use lasp_spec::{Act, Op};

use crate::meaning::holds;
use crate::random::{Random, cases};
use crate::replicas::{Outcome, ensure, same};
use crate::words::{INCARNATIONS, T, call, replica, stamp};

const NODES: usize = 4;

/// One incident. Nodes, messages and backups are counted around.
#[derive(Clone, Debug)]
enum Incident {
    Inc(usize, u64),
    Spend(usize, u64),
    /// To the replica that is at the other node now.
    Transfer(usize, u64, usize),
    /// One delta is sent: the latest made there, or the state as a whole.
    Send {
        from: usize,
        to: usize,
        whole: bool,
    },
    /// A message arrives, and perhaps will again.
    Deliver {
        which: usize,
        again: bool,
    },
    /// A message is lost.
    Lose(usize),
    /// Nodes with a bit set hear only each other, as do the rest. 0 is a network that is whole.
    Partition(u8),
    /// Memory is lost; the disk has the state as of the last update made there.
    Crash(usize),
    Backup(usize),
    /// The disk is lost and a backup takes its place, an empty disk if there is none: as another incarnation.
    Restore(usize, usize),
    /// The node is gone for ever.
    Die(usize),
}

/// An update that was granted.
struct Entry {
    by: usize,
    act: Act,
    delta: State<T>,
}

/// A replica: an index, a state, and the entries of the ledger it has heard of.
#[derive(Clone)]
struct Holder {
    index: usize,
    state: State<T>,
    heard: BTreeSet<usize>,
}

struct Message {
    from: usize,
    to: usize,
    state: State<T>,
    heard: BTreeSet<usize>,
}

struct Cluster {
    ledger: Vec<Entry>,
    nodes: Vec<Option<Holder>>,
    disks: Vec<Holder>,
    backups: Vec<Holder>,
    drawn: Vec<usize>,
    wire: Vec<Message>,
    partition: u8,
    /// Replicas that are no more, as they were last.
    dead: Vec<Holder>,
}

impl Cluster {
    fn new() -> Self {
        let disks: Vec<Holder> = (0..NODES).map(|node| Holder::empty(node * INCARNATIONS)).collect();
        Self {
            ledger: Vec::new(),
            nodes: disks.iter().cloned().map(Some).collect(),
            disks,
            backups: Vec::new(),
            drawn: vec![1; NODES],
            wire: Vec::new(),
            partition: 0,
            dead: Vec::new(),
        }
    }

    fn happens(&mut self, incident: &Incident) -> Outcome {
        match *incident {
            Incident::Inc(at, n) => self.update(at, Act::Inc(n))?,
            Incident::Spend(at, n) => self.update(at, Act::Spend(n))?,
            Incident::Transfer(at, n, to) => {
                // Who gives does not know whether the other is alive.
                let to = self.disks[to].index;
                self.update(at, Act::Transfer(n, to))?;
            }
            Incident::Send { from, to, whole } => self.send(from, to, whole),
            Incident::Deliver { which, again } if !self.wire.is_empty() => {
                let which = which % self.wire.len();
                self.deliver(which);
                if !again {
                    self.wire.swap_remove(which);
                }
            }
            Incident::Lose(which) if !self.wire.is_empty() => drop(self.wire.swap_remove(which % self.wire.len())),
            Incident::Deliver { .. } | Incident::Lose(_) => {}
            Incident::Partition(sides) => self.partition = sides,
            Incident::Crash(at) => {
                if let Some(holder) = &mut self.nodes[at] {
                    holder.clone_from(&self.disks[at]);
                }
            }
            Incident::Backup(at) => self.backups.push(self.disks[at].clone()),
            Incident::Restore(at, which) => self.restore(at, which),
            Incident::Die(at) if self.nodes.iter().flatten().count() > 1 => self.dead.extend(self.nodes[at].take()),
            Incident::Die(_) => {}
        }
        self.keeps_its_promise()
    }

    fn update(&mut self, at: usize, act: Act) -> Outcome {
        let Some(holder) = &mut self.nodes[at] else { return Ok(()) };
        let rights = rights(&self.ledger, holder);
        let wanted = match act {
            Act::Spend(n) | Act::Transfer(n, _) => i128::from(n),
            _ => 0,
        };
        let op = Op { at: holder.index, now_us: 0, path: Vec::new(), act };
        let (method, args) = call(&op.act);
        match holder.state.mutate(&Kind::BCounter, &[], method, &args, &stamp(&op)) {
            Err(UpdateError::RightsShort { .. }) => ensure(wanted > rights, || format!("{op:?} with {rights} rights")),
            Err(error) => Err(format!("{op:?}: {error}")),
            Ok(made) if made.answer == Answer::Bool(false) => {
                ensure(wanted > rights && made.delta.is_bottom(), || format!("{op:?} refused with {rights} rights"))
            }
            Ok(made) => {
                ensure(wanted <= rights, || format!("{op:?} granted with {rights} rights"))?;
                holder.state.join(&made.delta, &mut Unobserved);
                holder.heard.insert(self.ledger.len());
                self.ledger.push(Entry { by: op.at, act: op.act, delta: made.delta });
                self.disks[at] = holder.clone();
                Ok(())
            }
        }
    }

    fn send(&mut self, from: usize, to: usize, whole: bool) {
        let Some(Holder { index, state, heard }) = self.nodes[from].clone() else { return };
        let latest = self.ledger.iter().rposition(|entry| entry.by == index);
        match latest {
            Some(id) if !whole => {
                self.wire.push(Message { from, to, state: self.ledger[id].delta.clone(), heard: [id].into() });
            }
            _ => self.wire.push(Message { from, to, state, heard }),
        }
    }

    fn deliver(&mut self, which: usize) {
        let message = &self.wire[which];
        let side = |node: usize| self.partition >> node & 1;
        if side(message.from) == side(message.to)
            && let Some(holder) = &mut self.nodes[message.to]
        {
            holder.state.join(&message.state, &mut Unobserved);
            holder.heard.extend(&message.heard);
        }
    }

    fn restore(&mut self, at: usize, which: usize) {
        let Some(old) = self.nodes[at].take() else { return };
        self.dead.push(old);
        let backups = self.backups.len();
        let disk = if backups > 0 { self.backups[which % backups].clone() } else { Holder::empty(0) };
        let index = at * INCARNATIONS + self.drawn[at];
        self.drawn[at] += 1;
        self.disks[at] = Holder { index, ..disk };
        self.nodes[at] = Some(self.disks[at].clone());
    }

    /// What is left by the ledger: made less spent.
    fn account(&self) -> i128 {
        self.ledger.iter().map(|entry| entry.made_less_spent()).sum()
    }

    fn keeps_its_promise(&self) -> Outcome {
        let account = self.account();
        ensure(account >= 0, || format!("spent what was not there: {account}"))?;
        let mut live = 0;
        for holder in self.nodes.iter().flatten() {
            ensure(value(&holder.state) >= 0, || format!("{} reads below 0", replica(holder.index)))?;
            let held = holder.state.rights(replica(holder.index)).ok_or("a bcounter has rights")?;
            same("rights", &held, &rights(&self.ledger, holder))?;
            live += held;
        }
        let stranded: i128 = self.dead.iter().map(|holder| rights(&self.ledger, holder)).sum();
        same("live + stranded + under way", &(live + stranded + self.under_way()), &account)
    }

    /// Rights that were given away and that whoever they were given to has not heard of, or never can.
    fn under_way(&self) -> i128 {
        let holders = || self.nodes.iter().flatten().chain(&self.dead);
        let given = self.ledger.iter().enumerate().filter_map(|(id, entry)| {
            let Act::Transfer(n, to) = entry.act else { return None };
            let arrived = holders().any(|holder| holder.index == to && has_arrived(&self.ledger, holder, id));
            (!arrived && to != entry.by).then_some(i128::from(n))
        });
        given.sum()
    }

    /// The network is whole again and the living tell each other everything.
    fn settle(&mut self) -> Outcome {
        self.partition = 0;
        for _ in 0..2 {
            for (from, to) in (0..NODES).flat_map(|from| (0..NODES).map(move |to| (from, to))) {
                self.send(from, to, true);
            }
            (0..self.wire.len()).for_each(|which| self.deliver(which));
            self.wire.clear();
            self.keeps_its_promise()?;
        }
        let living: Vec<&Holder> = self.nodes.iter().flatten().collect();
        living.iter().try_for_each(|holder| same("all have heard all", &holder.state, &living[0].state))?;
        let is_dead = |index: usize| !living.iter().any(|holder| holder.index == index);
        let to_the_dead = |entry: &Entry| matches!(entry.act, Act::Transfer(_, to) if is_dead(to));
        if !self.ledger.iter().any(|entry| is_dead(entry.by) || to_the_dead(entry)) {
            same("nobody wrote who died, and the value", &value(&living[0].state), &self.account())?;
            let held: i128 = living.iter().filter_map(|holder| holder.state.rights(replica(holder.index))).sum();
            same("nobody wrote who died, and the rights", &held, &self.account())?;
        }
        Ok(())
    }
}

impl Entry {
    fn made_less_spent(&self) -> i128 {
        match self.act {
            Act::Inc(n) => i128::from(n),
            Act::Spend(n) => -i128::from(n),
            _ => 0,
        }
    }
}

impl Holder {
    fn empty(index: usize) -> Self {
        Self { index, state: State::bottom(&Kind::BCounter), heard: BTreeSet::new() }
    }
}

/// What a replica may spend by what it has heard of the ledger.
fn rights(ledger: &[Entry], holder: &Holder) -> i128 {
    let mut rights = 0;
    for (id, entry) in ledger.iter().enumerate() {
        if entry.by == holder.index {
            rights += entry.made_less_spent();
        }
        if let Act::Transfer(n, to) = entry.act {
            rights -= if entry.by == holder.index { i128::from(n) } else { 0 };
            rights += if to == holder.index && has_arrived(ledger, holder, id) { i128::from(n) } else { 0 };
        }
    }
    rights
}

/// Whether the holder has heard of a transfer to it: of that one, or of a later one by the same giver, who counts them
/// up. (One of nothing tells nothing.)
fn has_arrived(ledger: &[Entry], holder: &Holder, id: usize) -> bool {
    let same_way = |later: &Entry| match (&ledger[id].act, &later.act) {
        (Act::Transfer(_, to), Act::Transfer(n, also)) => *n > 0 && to == also && ledger[id].by == later.by,
        _ => false,
    };
    holder.heard.range(id..).any(|later| same_way(&ledger[*later]))
}

fn value(state: &State<T>) -> i128 {
    let Some(Leaf::Count(n)) = state.leaf() else { panic!("a bcounter is a count") };
    n
}

fn incident(random: &mut Random) -> Incident {
    let (at, other, n) = (random.below(NODES), random.below(NODES), random.below(6) as u64);
    let which = random.below(64);
    match random.below(32) {
        0..5 => Incident::Inc(at, n),
        5..11 => Incident::Spend(at, n),
        11..16 => Incident::Transfer(at, n, other),
        16..21 => Incident::Send { from: at, to: other, whole: random.one_in(3) },
        21..26 => Incident::Deliver { which, again: random.one_in(3) },
        26 => Incident::Lose(which),
        27 => Incident::Partition(random.below(1 << NODES) as u8),
        28 => Incident::Crash(at),
        29 => Incident::Backup(at),
        30 => Incident::Restore(at, which),
        _ if random.one_in(2) => Incident::Die(at),
        _ => Incident::Partition(0),
    }
}

#[test]
fn no_right_is_spent_twice_and_none_is_lost_but_with_its_holder() {
    for case in 0..cases() * 4 {
        let mut random = Random::of("escrow", case);
        let length = 1 + random.below(48);
        // Restoring draws a name each time.
        let mut restored = 0;
        let mut incidents: Vec<Incident> = (0..length).map(|_| incident(&mut random)).collect();
        incidents.retain(|incident| {
            restored += usize::from(matches!(incident, Incident::Restore(..)));
            restored < INCARNATIONS || !matches!(incident, Incident::Restore(..))
        });
        holds("bcounter", case, incidents, |incidents: &[Incident]| {
            let mut cluster = Cluster::new();
            incidents.iter().try_for_each(|incident| cluster.happens(incident))?;
            cluster.settle()
        });
    }
}
