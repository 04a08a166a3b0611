//! Several replicas of one program, driven by hand: who exists, who is up, and what happens to their disks.
//!
//! ```text
//! a  up      replica 1.0, device 1                a2  up  replica 1.1, device 3: a clone of a
//! b  down    device 2, and a backup of its log
//! ```
//!
//! The fleet is also the *supervisor* that [`Replica::start`] wants: it hands out incarnations per node key, ever
//! increasing, so that a node and its clone never get one number. Keys and devices are numbered in the order in which
//! nodes come; a clone has the key of its original, and a device of its own.
//!
//! Genesis rights go to the first node of the roster whose role is the first that may write the variable.
//!
//! Neighbours: `traffic` (what they send each other), `replica` (one of them).
//!
//! Invariants: what happens depends on the calls and their times alone; nodes are gone through in the order of their
//! names.

use std::collections::BTreeMap;
use std::sync::Arc;

use lasp_lattice::ReplicaId;
use lasp_plan::{Expr, Plan, Stmt, Value, VarPlan, ViewId};

use super::disk::{Backup, Disk};
use super::escrow::Spenders;
use super::frame::Damaged;
use super::replica::{Identity, Refusal, Replica};
use crate::{Failure, InEvent, Out};

/// Something a node told the outside.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    /// Which node.
    pub at: String,
    /// What.
    pub what: Happened,
}

/// What happens at a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    /// What the node itself says.
    Out(Out),
    /// It refused a message.
    Refused {
        /// Whose.
        from: String,
        /// Why.
        why: Refusal,
    },
}

/// A call that makes no sense as things are. Nothing has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misuse {
    /// There is no such node.
    Unknown(String),
    /// The node is down.
    Down(String),
    /// The name is taken.
    Taken(String),
    /// There is no backup of the node.
    NoBackup(String),
    /// Nothing was ever sent that way.
    NothingSent(String, String),
    /// The log cannot be read.
    Damaged(String, Damaged),
    /// Talking to each other has not come to an end.
    Endless,
}

/// What every caller hands in: how late it is at each node.
pub type Clocks<'c> = &'c dyn Fn(&str) -> i64;

struct Member {
    identity: Identity,
    backup: Option<Backup>,
    power: Power,
}

enum Power {
    On(Box<Replica>),
    Off(Disk),
}

/// See the module.
pub struct Fleet {
    pub(super) plan: Arc<Plan>,
    pub(super) spenders: Spenders,
    members: BTreeMap<String, Member>,
    /// Who there will be, in the order of their coming: what genesis rights are given by.
    roster: Vec<(String, Option<String>)>,
    /// Keys of the nodes of the roster and of those that came without being on it.
    keys: BTreeMap<String, u64>,
    incarnations: BTreeMap<u64, u32>,
    devices: u64,
    /// The last message from one to another.
    pub(super) sent: BTreeMap<(String, String), Vec<u8>>,
}

impl Fleet {
    /// A fleet of which nobody is up. `roster` names the nodes to come, in order, with their roles; clones are not on
    /// it.
    #[must_use]
    pub fn new(plan: Arc<Plan>, roster: Vec<(String, Option<String>)>) -> Fleet {
        let keys = roster.iter().map(|(name, _)| name.clone()).zip(1..).collect();
        Fleet {
            spenders: Spenders::of(&plan),
            plan,
            members: BTreeMap::new(),
            roster,
            keys,
            incarnations: BTreeMap::new(),
            devices: 0,
            sent: BTreeMap::new(),
        }
    }

    /// Whether the node exists, up or down.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// Names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// The replica of a node that is up.
    #[must_use]
    pub fn replica(&self, name: &str) -> Option<&Replica> {
        match &self.members.get(name)?.power {
            Power::On(replica) => Some(replica),
            Power::Off(_) => None,
        }
    }

    /// Adds a node, which starts with an empty disk.
    ///
    /// # Errors
    /// When the name is taken.
    pub fn add(&mut self, name: &str, role: Option<String>, clocks: Clocks<'_>) -> Result<Vec<News>, Misuse> {
        if self.has(name) {
            return Err(Misuse::Taken(name.to_string()));
        }
        let next = self.keys.len() as u64 + 1;
        let key = *self.keys.entry(name.to_string()).or_insert(next);
        let disk = Disk::new(self.next_device());
        let identity = Identity { key, name: name.to_string(), role };
        self.start(identity, None, disk, clocks)
    }

    /// Runs statements as one op, with the answer of the last one, if it answers.
    ///
    /// # Errors
    /// When the node is not up.
    pub fn update(
        &mut self,
        name: &str,
        body: &[Stmt],
        clocks: Clocks<'_>,
    ) -> Result<(Vec<News>, Option<Value>), Misuse> {
        let (outs, answer) = self.up(name)?.update(clocks(name), body);
        Ok((told(name, outs), answer))
    }

    /// Hands a node an event.
    ///
    /// # Errors
    /// When the node is not up.
    pub fn event(&mut self, name: &str, event: InEvent, clocks: Clocks<'_>) -> Result<Vec<News>, Misuse> {
        let outs = self.up(name)?.handle(clocks(name), event);
        Ok(told(name, outs))
    }

    /// The value of a view at a node.
    ///
    /// # Errors
    /// When the node is not up; inside, why the view has failed.
    pub fn value(&mut self, name: &str, view: ViewId) -> Result<Result<Value, Failure>, Misuse> {
        Ok(self.up(name)?.value(view))
    }

    /// The value of an expression at a node.
    ///
    /// # Errors
    /// When the node is not up; inside, what the expression fails with.
    pub fn eval(&mut self, name: &str, expr: &Expr) -> Result<Result<Value, Failure>, Misuse> {
        Ok(self.up(name)?.eval(expr))
    }

    /// The node stops where it stands; its disk stays.
    ///
    /// # Errors
    /// When it is not up.
    pub fn crash(&mut self, name: &str) -> Result<(), Misuse> {
        self.up(name)?;
        self.power_off(name)
    }

    /// The node starts from its disk; one that is up stops first.
    ///
    /// # Errors
    /// When there is no such node, or its log cannot be read.
    pub fn restart(&mut self, name: &str, clocks: Clocks<'_>) -> Result<Vec<News>, Misuse> {
        self.power_off(name)?;
        let Some(Member { identity, backup, power: Power::Off(disk) }) = self.members.remove(name) else {
            return Err(Misuse::Unknown(name.to_string()));
        };
        self.start(identity, backup, disk, clocks)
    }

    /// The same, but the disk is lost before: an empty one is in its place.
    ///
    /// # Errors
    /// As for [`Fleet::restart`].
    pub fn restart_lost(&mut self, name: &str, clocks: Clocks<'_>) -> Result<Vec<News>, Misuse> {
        self.power_off(name)?;
        let device = self.next_device();
        self.disk(name)?.lose(device);
        self.restart(name, clocks)
    }

    /// The same, but the disk holds what the last backup is a copy of.
    ///
    /// # Errors
    /// As for [`Fleet::restart`]; when there is no backup.
    pub fn restart_from_backup(&mut self, name: &str, clocks: Clocks<'_>) -> Result<Vec<News>, Misuse> {
        let member = self.members.get(name).ok_or_else(|| Misuse::Unknown(name.to_string()))?;
        let backup = member.backup.clone().ok_or_else(|| Misuse::NoBackup(name.to_string()))?;
        self.power_off(name)?;
        self.disk(name)?.restore(&backup);
        self.restart(name, clocks)
    }

    /// Copies the log of a node, up or down, to a safe place.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn back_up(&mut self, name: &str) -> Result<(), Misuse> {
        let member = self.members.get_mut(name).ok_or_else(|| Misuse::Unknown(name.to_string()))?;
        let disk = match &member.power {
            Power::On(replica) => replica.disk(),
            Power::Off(disk) => disk,
        };
        member.backup = Some(disk.backup());
        Ok(())
    }

    /// A second node starts from a copy of the disk of the first, up or down.
    ///
    /// # Errors
    /// When there is no such node, or the name is taken.
    pub fn clone_node(&mut self, name: &str, clone: &str, clocks: Clocks<'_>) -> Result<Vec<News>, Misuse> {
        let member = self.members.get(name).ok_or_else(|| Misuse::Unknown(name.to_string()))?;
        if self.has(clone) {
            return Err(Misuse::Taken(clone.to_string()));
        }
        let identity = Identity { name: clone.to_string(), ..member.identity.clone() };
        let disk = match &member.power {
            Power::On(replica) => replica.disk().clone(),
            Power::Off(disk) => disk.clone(),
        };
        let disk = disk.cloned(self.next_device());
        self.start(identity, None, disk, clocks)
    }

    fn start(
        &mut self,
        identity: Identity,
        backup: Option<Backup>,
        disk: Disk,
        clocks: Clocks<'_>,
    ) -> Result<Vec<News>, Misuse> {
        let name = identity.name.clone();
        let kept = disk.clone();
        let started = {
            let next = self.incarnations.entry(identity.key).or_default();
            let fresh = || std::mem::replace(next, *next + 1);
            let heir = heir(&self.roster, &self.keys);
            Replica::start(&self.plan, &identity, disk, fresh, &heir, clocks(&name))
        };
        let (replica, outs) = match started {
            Ok(started) => started,
            Err(damaged) => {
                self.members.insert(name.clone(), Member { identity, backup, power: Power::Off(kept) });
                return Err(Misuse::Damaged(name, damaged));
            }
        };
        self.members.insert(name.clone(), Member { identity, backup, power: Power::On(Box::new(replica)) });
        self.introduce();
        Ok(told(&name, outs))
    }

    /// The role of a node, if it does not play all.
    pub(super) fn role(&self, name: &str) -> Option<&String> {
        self.members.get(name).and_then(|member| member.identity.role.as_ref())
    }

    /// Tells everybody under which name everybody writes now.
    fn introduce(&mut self) {
        let up = |(name, member): (&String, &Member)| match &member.power {
            Power::On(replica) => Some((name.clone(), replica.id())),
            Power::Off(_) => None,
        };
        let ids: Vec<(String, ReplicaId)> = self.members.iter().filter_map(up).collect();
        for member in self.members.values_mut() {
            if let Power::On(replica) = &mut member.power {
                ids.iter().for_each(|(name, id)| replica.name_node(name, *id));
            }
        }
    }

    fn next_device(&mut self) -> u64 {
        self.devices += 1;
        self.devices
    }

    pub(super) fn up(&mut self, name: &str) -> Result<&mut Replica, Misuse> {
        match self.members.get_mut(name) {
            Some(Member { power: Power::On(replica), .. }) => Ok(replica),
            Some(_) => Err(Misuse::Down(name.to_string())),
            None => Err(Misuse::Unknown(name.to_string())),
        }
    }

    fn disk(&mut self, name: &str) -> Result<&mut Disk, Misuse> {
        match self.members.get_mut(name) {
            Some(Member { power: Power::Off(disk), .. }) => Ok(disk),
            _ => Err(Misuse::Unknown(name.to_string())),
        }
    }

    fn power_off(&mut self, name: &str) -> Result<(), Misuse> {
        let Some(Member { identity, backup, power }) = self.members.remove(name) else {
            return Err(Misuse::Unknown(name.to_string()));
        };
        let disk = match power {
            Power::On(replica) => replica.stop(),
            Power::Off(disk) => disk,
        };
        self.members.insert(name.to_string(), Member { identity, backup, power: Power::Off(disk) });
        Ok(())
    }
}

pub(super) fn told(at: &str, outs: Vec<Out>) -> Vec<News> {
    outs.into_iter().map(|out| News { at: at.to_string(), what: Happened::Out(out) }).collect()
}

/// Who gets the rights in the initial value of a variable: the first of the roster that plays the first role that may
/// write it, under the name it has when it first starts.
fn heir<'r>(
    roster: &'r [(String, Option<String>)],
    keys: &'r BTreeMap<String, u64>,
) -> impl Fn(&VarPlan) -> Option<ReplicaId> + 'r {
    move |var| {
        let plays =
            |role: &str| roster.iter().find(|(_, played)| played.as_deref().is_none_or(|played| played == role));
        let first = match &var.writable_by[..] {
            [] => roster.first(),
            roles => roles.iter().find_map(|role| plays(role)),
        };
        first.and_then(|(name, _)| keys.get(name)).map(|key| ReplicaId { node: *key, incarnation: 0 })
    }
}
