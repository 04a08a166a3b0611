//! A simulated disk, in memory: the log of a node, and what stands beside the log on the device.
//!
//! ```text
//! device 4 │ mark: incarnation 0, 17 records        stays with the device: a copy of the log does not carry it
//!          │ log:  started ─ op ─ op ─ absorbed ─ …  what a backup, or a clone, is a copy of
//! ```
//!
//! The *mark* is the high-water mark of what was ever appended on this device. A log that ends at the mark, and was
//! written on this device, is all there ever was. A restored backup ends before it; a clone is on a device without one;
//! a lost disk has no log.
//!
//! Invariant: what [`Disk::append`] has taken is there after a crash, whole.
//!
//! Not yet here: flush policies, torn and failing writes, compaction; a real disk will be a second implementation.

/// Where a node keeps its log.
#[derive(Clone, Debug)]
pub struct Disk {
    device: u64,
    mark: Option<Mark>,
    log: Vec<Vec<u8>>,
}

/// How far writing has got on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Who wrote last.
    pub incarnation: u32,
    /// How many records there were then.
    pub records: u64,
}

/// A copy of a log, kept elsewhere.
#[derive(Clone, Debug)]
pub struct Backup(Vec<Vec<u8>>);

impl Disk {
    /// An empty disk. No two devices have one number.
    #[must_use]
    pub fn new(device: u64) -> Disk {
        Disk { device, mark: None, log: Vec::new() }
    }

    /// Which device this is.
    #[must_use]
    pub fn device(&self) -> u64 {
        self.device
    }

    /// How far writing has got on this device.
    #[must_use]
    pub fn mark(&self) -> Option<Mark> {
        self.mark
    }

    /// The records, first to last.
    #[must_use]
    pub fn log(&self) -> &[Vec<u8>] {
        &self.log
    }

    /// Appends a record, durably, in the name of an incarnation; gives its position, from 1.
    pub fn append(&mut self, incarnation: u32, record: Vec<u8>) -> u64 {
        self.log.push(record);
        let records = self.log.len() as u64;
        self.mark = Some(Mark { incarnation, records });
        records
    }

    /// A copy of the log as it is.
    #[must_use]
    pub fn backup(&self) -> Backup {
        Backup(self.log.clone())
    }

    /// Puts a copy in place of the log.
    pub fn restore(&mut self, backup: &Backup) {
        self.log.clone_from(&backup.0);
    }

    /// Everything is gone, and an empty device is in its place.
    pub fn lose(&mut self, device: u64) {
        *self = Disk::new(device);
    }

    /// A copy of the whole disk on another device.
    #[must_use]
    pub fn cloned(&self, device: u64) -> Disk {
        Disk { device, mark: None, log: self.log.clone() }
    }
}
