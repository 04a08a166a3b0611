//! Old backups, cloned disks and wiped ones: what a live replica knew is at all replicas in the end, and nothing is
//! merged that was written twice under one name.
//!
//! A disk holds the state as of the replica's last update, which is written before anybody hears of it. A replica that
//! finds the disk it left goes on under its name. Any other disk may be behind what was done in that name, so whoever
//! starts from it takes an incarnation that nobody had. (A node draws it at start-up; here a counter stands for that.)
//!
//! Neighbours: `replicas` checks every step; `escrow` has the rights, which cannot be restored at all.

use lasp_lattice::{Kind, Reading};
use lasp_spec::{Act, Op, Seen};

use crate::kinds::{Type, named, ormap, simple};
use crate::meaning::holds;
use crate::random::{Random, cases};
use crate::replicas::{Outcome, Replica, Replicas, ensure};
use crate::trace::{How, Step, op, step};
use crate::words::INCARNATIONS;

/// One incident in a fleet. Places are counted around.
#[derive(Clone, Debug)]
enum Incident {
    /// An update or a pull.
    Step(Step),
    /// What is on a disk is put aside.
    Backup(usize),
    /// Memory is lost, and the disk is found as it was left.
    Crash(usize),
    /// The disk is lost as well, and one of the backups takes its place; an empty disk if there is none.
    Restore(usize, usize),
    /// A copy of a disk starts beside the original.
    Clone(usize),
}

/// Replicas and their disks, place by place.
struct Fleet<'t> {
    replicas: Replicas<'t>,
    disks: Vec<Replica>,
    backups: Vec<Replica>,
    /// Per node, the incarnations drawn.
    drawn: Vec<usize>,
}

const NODES: usize = 3;
const PLACES: usize = 5;

impl<'t> Fleet<'t> {
    fn new(of: &'t Type, nodes: usize) -> Self {
        let indexes: Vec<usize> = (0..nodes).map(|node| node * INCARNATIONS).collect();
        let replicas = Replicas::new(of, &indexes);
        Self { disks: replicas.all.clone(), replicas, backups: Vec::new(), drawn: vec![1; nodes] }
    }

    fn happens(&mut self, incident: &Incident) -> Outcome {
        let places = self.replicas.all.len();
        match incident {
            Incident::Step(Step::Update(at, op)) => {
                let at = at % places;
                let op = Op { at: self.replicas.all[at].index, ..op.clone() };
                self.replicas.step(&Step::Update(at, op))?;
                self.disks[at] = self.replicas.all[at].clone();
            }
            Incident::Step(Step::Pull { to, from, how }) => {
                let pull = Step::Pull { to: to % places, from: from % places, how: *how };
                self.replicas.step(&pull)?;
            }
            Incident::Backup(at) => self.backups.push(self.disks[at % places].clone()),
            Incident::Crash(at) => self.replicas.all[at % places] = self.disks[at % places].clone(),
            Incident::Restore(at, which) => {
                let (at, backups) = (at % places, self.backups.len());
                let empty = || Replicas::new(self.replicas.of, &[self.replicas.all[at].index]).all.remove(0);
                let disk = if backups > 0 { self.backups[which % backups].clone() } else { empty() };
                let disk = self.started_elsewhere(disk);
                (self.replicas.all[at], self.disks[at]) = (disk.clone(), disk);
            }
            Incident::Clone(at) if places < PLACES => {
                let disk = self.started_elsewhere(self.disks[at % places].clone());
                self.replicas.all.push(disk.clone());
                self.disks.push(disk);
            }
            Incident::Clone(_) => {}
        }
        Ok(())
    }

    /// A disk that is not known to have all that was done in its name goes on under another.
    fn started_elsewhere(&mut self, mut disk: Replica) -> Replica {
        let node = disk.index / INCARNATIONS;
        let incarnation = self.drawn[node];
        self.drawn[node] += 1;
        assert!(incarnation < INCARNATIONS, "more incarnations than there are numbers for");
        disk.index = node * INCARNATIONS + incarnation;
        disk
    }

    /// Everybody hears of everything that anybody still knows.
    fn settle(&mut self) -> Outcome {
        let mut known = Seen::new();
        self.replicas.all.iter().for_each(|replica| known.union(&replica.seen));
        self.replicas.settle()?;
        self.replicas.all.iter().try_for_each(|replica| {
            ensure(replica.seen == known, || format!("{:?} was known, {:?} is", known, replica.seen))
        })
    }
}

fn incident(kind: &Kind, random: &mut Random) -> Incident {
    let places: Vec<usize> = (0..PLACES).map(|node| node * INCARNATIONS).collect();
    let at = random.below(PLACES);
    match random.below(16) {
        0 => Incident::Backup(at),
        1 => Incident::Crash(at),
        2 => Incident::Restore(at, random.below(8)),
        3 => Incident::Clone(at),
        4..10 => Incident::Step(Step::Update(at, op(kind, &places, at, random))),
        _ => Incident::Step(step(kind, &places, random)),
    }
}

#[test]
fn whatever_is_restored_or_cloned_nothing_known_is_lost() {
    let alone: Vec<Type> = simple().into_iter().filter(|of| of.spec.supports_in_ormap()).collect();
    let removable: Vec<Type> = alone.iter().map(ormap).collect();
    for of in alone.iter().chain(&removable) {
        for case in 0..cases().div_ceil(2) {
            let mut random = Random::of(&format!("fleet of {}", of.name), case);
            let length = 1 + random.below(24);
            let incidents = (0..length).map(|_| incident(&of.kind, &mut random)).collect();
            holds(&of.name, case, incidents, |incidents: &[Incident]| {
                let mut fleet = Fleet::new(of, NODES);
                incidents.iter().try_for_each(|incident| fleet.happens(incident))?;
                fleet.settle()
            });
        }
    }
}

fn add(place: usize, x: u8) -> Incident {
    Incident::Step(Step::Update(place, Op { at: 0, now_us: 0, path: Vec::new(), act: Act::Add(vec![x]) }))
}

fn sync(to: usize, from: usize) -> Incident {
    Incident::Step(Step::Pull { to, from, how: How::Whole })
}

/// Runs incidents on `orset`s at two nodes and says what is at all replicas in the end.
fn in_the_end(incidents: &[Incident]) -> Vec<u8> {
    let orset = named(&simple(), &Kind::OrSet);
    let mut fleet = Fleet::new(&orset, 2);
    let outcome = incidents.iter().try_for_each(|incident| fleet.happens(incident)).and_then(|()| fleet.settle());
    outcome.unwrap_or_else(|failure| panic!("after 1 cases: {failure}"));
    fleet.replicas.all[0].state.elements().copied().collect()
}

const X: u8 = 1;
const Y: u8 = 2;
const Z: u8 = 3;

#[test]
fn an_old_backup_loses_nothing() {
    let all = in_the_end(&[add(0, X), Incident::Backup(0), add(0, Y), sync(1, 0), Incident::Restore(0, 0), add(0, Z)]);
    assert_eq!(all, [X, Y, Z]);
}

#[test]
fn a_backup_restored_twice_loses_nothing() {
    let again = || [Incident::Restore(0, 0), sync(1, 0)];
    let mut incidents = vec![add(0, X), Incident::Backup(0), add(0, 4), sync(1, 0)];
    incidents.extend(again().into_iter().chain([add(0, Y), sync(1, 0)]));
    incidents.extend(again().into_iter().chain([add(0, Z)]));
    assert_eq!(in_the_end(&incidents), [X, Y, Z, 4]);
}

#[test]
fn a_clone_that_writes_beside_its_original_loses_nothing() {
    let all = in_the_end(&[add(0, X), Incident::Clone(0), add(0, Y), sync(1, 0), add(2, Z)]);
    assert_eq!(all, [X, Y, Z]);
}

#[test]
fn a_disk_found_as_it_was_left_has_all_that_was_acknowledged() {
    let all = in_the_end(&[add(0, X), sync(1, 0), add(1, Y), add(0, Z), Incident::Crash(0), Incident::Crash(1)]);
    assert_eq!(all, [X, Y, Z]);
}
