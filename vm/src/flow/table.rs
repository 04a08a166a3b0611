//! Rows by key, in place: the state of the operators.
//!
//! A slot is a fixed number of words (and objects beside them): the row or the key, then what is kept of it. Its last
//! word is not 0 while the slot is taken, so a weight, a count or a position there costs no room of its own.
//!
//! ```text
//! distinct   [ row… | weight ]          join     [ row… | weight, further rows ]
//! count      [ key… | count, … ]                   └ the key is a part of it
//! ```
//!
//! The table is cut into segments of a few thousand slots by the first bits of the hash (extendible hashing: Fagin,
//! Nievergelt, Pippenger and Strong, TODS 1979). A full segment splits in two, which takes some 50 µs; so no single
//! change pays for moving a million rows, and the directory that doubles instead holds four bytes a segment. Inside a
//! segment a key is probed for slot by slot, and a removal closes its gap, so nothing is left behind by what has gone.
//!
//! Invariants: keys are distinct; between the home of a key and its slot no slot is free; a slot stays where it is
//! until the next insertion or removal. Iteration is in the order of hashes: whoever shows it must sort.

use lasp_plan::Value;

use super::rows::{At, RowRef, hash, same};

/// A segment of so many slots splits instead of growing.
const SEGMENT_SLOTS_MAX: usize = 8192;
/// Slots of a table with one row.
const SEGMENT_SLOTS_MIN: usize = 8;
/// Equal hashes cannot be told apart by splitting: from this depth on a segment grows.
const DEPTH_MAX: u32 = 20;

/// Where a key lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    segment: u32,
    at: u32,
}

/// Rows by key.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// Where in a slot the key lies.
    key: (At, At),
    /// How long a slot is.
    size: At,
    /// By the first `depth` bits of a hash: its segment.
    directory: Vec<u32>,
    depth: u32,
    segments: Vec<Segment>,
    len: usize,
}

#[derive(Clone, Debug, Default)]
struct Segment {
    words: Vec<u64>,
    objects: Vec<Value>,
    /// Number of slots, a power of two.
    slots: usize,
    taken: usize,
    /// How many bits of the hash all its keys share.
    depth: u32,
}

impl Table {
    /// An empty table of slots that are a key and so many words, of which the last is never 0.
    pub(super) fn by_key(key: At, words: usize) -> Table {
        Table::within(key, words, At::default(), key)
    }

    /// An empty table of slots that are a row and so many words, where the key is a part of the row.
    pub(super) fn within(row: At, words: usize, from: At, to: At) -> Table {
        debug_assert!(words > 0, "the last word says that a slot is taken");
        Table {
            key: (from, to),
            size: At { word: row.word + words, object: row.object },
            directory: vec![0],
            depth: 0,
            segments: vec![Segment::default()],
            len: 0,
        }
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// How many bytes it takes, what objects share not counted.
    pub(super) fn bytes(&self) -> usize {
        let of = |segment: &Segment| segment.words.capacity() * 8 + segment.objects.capacity() * size_of::<Value>();
        self.segments.iter().map(of).sum::<usize>() + self.directory.capacity() * 4
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        // What comes next is often about as much; what came once is not worth being wiped each time.
        let worth = |segment: &Segment| segment.slots <= SEGMENT_SLOTS_MIN.max(segment.taken * 8);
        if self.segments.len() == 1 && worth(&self.segments[0]) {
            let segment = &mut self.segments[0];
            segment.words.fill(0);
            segment.objects.fill(Value::None);
            segment.taken = 0;
        } else {
            self.directory = vec![0];
            self.depth = 0;
            self.segments = vec![Segment::default()];
        }
        self.len = 0;
    }

    /// The words of a slot.
    #[inline]
    pub(super) fn words(&self, slot: Slot) -> &[u64] {
        let at = slot.at as usize * self.size.word;
        &self.segments[slot.segment as usize].words[at..at + self.size.word]
    }

    /// The same, to be changed; the key must stay what it is.
    #[inline]
    pub(super) fn words_mut(&mut self, slot: Slot) -> &mut [u64] {
        let at = slot.at as usize * self.size.word;
        &mut self.segments[slot.segment as usize].words[at..at + self.size.word]
    }

    /// The objects of a slot.
    #[inline]
    pub(super) fn objects(&self, slot: Slot) -> &[Value] {
        let at = slot.at as usize * self.size.object;
        &self.segments[slot.segment as usize].objects[at..at + self.size.object]
    }

    /// The first part of a slot as a row.
    #[inline]
    pub(super) fn row(&self, slot: Slot, size: At) -> RowRef<'_> {
        RowRef { words: &self.words(slot)[..size.word], objects: &self.objects(slot)[..size.object] }
    }

    /// Writes a part of a slot. The key must stay what it is.
    pub(super) fn write_at(&mut self, slot: Slot, from: At, part: RowRef<'_>) {
        let segment = &mut self.segments[slot.segment as usize];
        let at = slot.at as usize;
        segment.words[at * self.size.word + from.word..][..part.words.len()].copy_from_slice(part.words);
        if !part.objects.is_empty() {
            let at = at * self.size.object + from.object;
            segment.objects[at..at + part.objects.len()].clone_from_slice(part.objects);
        }
    }

    /// Reads a word of the home of each hash, so that the memory behind them is fetched all at once: what a processor
    /// does by itself only as far as it can see ahead.
    #[inline]
    pub(super) fn warm(&self, hashes: &[u64]) {
        if self.segments.len() > 1 {
            let word = |hash: &u64| {
                let segment = &self.segments[self.segment_of(*hash)];
                let home = (*hash as usize & segment.slots.wrapping_sub(1)) * self.size.word;
                segment.words.get(home).copied().unwrap_or(0)
            };
            std::hint::black_box(hashes.iter().map(word).fold(0, |all, word| all ^ word));
        }
    }

    #[inline]
    fn segment_of(&self, hash: u64) -> usize {
        // A shift by 64 would be one by 0.
        if self.depth == 0 { 0 } else { self.directory[(hash >> (64 - self.depth)) as usize] as usize }
    }

    /// Where a key lies, or the free slot where it would.
    #[inline]
    fn probe(&self, number: usize, key: RowRef<'_>, hash: u64) -> (usize, bool) {
        let segment = &self.segments[number];
        let (from, to) = self.key;
        let mask = segment.slots - 1;
        let mut at = hash as usize & mask;
        loop {
            let words = &segment.words[at * self.size.word..(at + 1) * self.size.word];
            if words[self.size.word - 1] == 0 {
                return (at, false);
            }
            if same(&words[from.word..to.word], key.words)
                && (key.objects.is_empty()
                    || segment.objects(at, self.size.object)[from.object..to.object] == *key.objects)
            {
                return (at, true);
            }
            at = (at + 1) & mask;
        }
    }

    /// Where a key lies.
    #[inline]
    pub(super) fn find(&self, key: RowRef<'_>, hash: u64) -> Option<Slot> {
        let number = self.segment_of(hash);
        if self.segments[number].taken == 0 {
            return None;
        }
        let (at, found) = self.probe(number, key, hash);
        found.then_some(Slot { segment: number as u32, at: at as u32 })
    }

    /// Where a key lies, and whether it has just come. Then the words behind the row are 0, the last one 1.
    #[inline]
    pub(super) fn entry(&mut self, key: RowRef<'_>, hash: u64) -> (Slot, bool) {
        let mut number = self.segment_of(hash);
        loop {
            let segment = &self.segments[number];
            if segment.slots > 0 {
                let (at, found) = self.probe(number, key, hash);
                let slot = Slot { segment: number as u32, at: at as u32 };
                if found {
                    return (slot, false);
                }
                if (segment.taken + 1) * 8 <= segment.slots * 5 {
                    self.take(slot, key);
                    return (slot, true);
                }
            }
            self.make_room(number, hash);
            number = self.segment_of(hash);
        }
    }

    fn take(&mut self, slot: Slot, key: RowRef<'_>) {
        let (from, _) = self.key;
        let segment = &mut self.segments[slot.segment as usize];
        let words = &mut segment.words[slot.at as usize * self.size.word..][..self.size.word];
        words[from.word..from.word + key.words.len()].copy_from_slice(key.words);
        words[self.size.word - 1] = 1;
        if !key.objects.is_empty() {
            let at = slot.at as usize * self.size.object + from.object;
            segment.objects[at..at + key.objects.len()].clone_from_slice(key.objects);
        }
        segment.taken += 1;
        self.len += 1;
    }

    /// Takes a key out. What follows it moves up, so other slots are not what they were.
    pub(super) fn remove(&mut self, slot: Slot) {
        let (from, to) = self.key;
        let size = self.size;
        let segment = &mut self.segments[slot.segment as usize];
        let mask = segment.slots - 1;
        let mut free = slot.at as usize;
        let mut next = free;
        loop {
            next = (next + 1) & mask;
            let words = &segment.words[next * size.word..(next + 1) * size.word];
            if words[size.word - 1] == 0 {
                break;
            }
            let home = hash(&words[from.word..to.word]) as usize & mask;
            // It may move up if its home is not behind the gap.
            if (next.wrapping_sub(home) & mask) >= (next.wrapping_sub(free) & mask) {
                segment.words.copy_within(next * size.word..(next + 1) * size.word, free * size.word);
                for lane in 0..size.object {
                    segment.objects.swap(free * size.object + lane, next * size.object + lane);
                }
                free = next;
            }
        }
        segment.words[free * size.word..(free + 1) * size.word].fill(0);
        segment.objects[free * size.object..(free + 1) * size.object].fill(Value::None);
        segment.taken -= 1;
        self.len -= 1;
        if segment.taken == 0 && segment.slots > SEGMENT_SLOTS_MIN {
            *segment = Segment { depth: segment.depth, ..Segment::default() };
        }
    }

    /// Grows a full segment, or splits it.
    #[cold]
    fn make_room(&mut self, number: usize, hash: u64) {
        let segment = &self.segments[number];
        if segment.slots < SEGMENT_SLOTS_MAX || segment.depth >= DEPTH_MAX {
            let slots = (segment.slots * 2).max(SEGMENT_SLOTS_MIN);
            let depth = segment.depth;
            let old = std::mem::replace(&mut self.segments[number], Segment::with(slots, depth, self.size));
            self.move_rows(old, |_| number);
            return;
        }
        let depth = segment.depth + 1;
        if depth > self.depth {
            self.directory = self.directory.iter().flat_map(|segment| [*segment, *segment]).collect();
            self.depth = depth;
        }
        let old = std::mem::replace(&mut self.segments[number], Segment::with(SEGMENT_SLOTS_MAX, depth, self.size));
        let sibling = self.segments.len();
        self.segments.push(Segment::with(SEGMENT_SLOTS_MAX, depth, self.size));
        // Of the entries of the old segment, which lie together, the second half is the sibling's.
        let span = 1 << (self.depth - depth);
        let first = (hash >> (64 - self.depth)) as usize & !(2 * span - 1);
        self.directory[first + span..first + 2 * span].fill(sibling as u32);
        self.move_rows(old, |hash| if hash >> (64 - depth) & 1 == 0 { number } else { sibling });
    }

    fn move_rows(&mut self, mut old: Segment, to: impl Fn(u64) -> usize) {
        let At { word, object } = self.size;
        let (from, until) = self.key;
        for at in 0..old.slots {
            let words = &old.words[at * word..(at + 1) * word];
            if words[word - 1] == 0 {
                continue;
            }
            let hash = hash(&words[from.word..until.word]);
            let segment = &mut self.segments[to(hash)];
            let mask = segment.slots - 1;
            let mut free = hash as usize & mask;
            while segment.words[(free + 1) * word - 1] != 0 {
                free = (free + 1) & mask;
            }
            segment.words[free * word..(free + 1) * word].copy_from_slice(words);
            if object > 0 {
                let target = &mut segment.objects[free * object..(free + 1) * object];
                target.swap_with_slice(&mut old.objects[at * object..(at + 1) * object]);
            }
            segment.taken += 1;
        }
    }

    /// All slots, in the order of hashes.
    pub(super) fn slots(&self) -> impl Iterator<Item = Slot> {
        let word = self.size.word;
        self.segments.iter().enumerate().flat_map(move |(number, segment)| {
            let taken = move |at: &usize| segment.words[(at + 1) * word - 1] != 0;
            (0..segment.slots).filter(taken).map(move |at| Slot { segment: number as u32, at: at as u32 })
        })
    }
}

impl Segment {
    fn with(slots: usize, depth: u32, size: At) -> Segment {
        let objects = vec![Value::None; slots * size.object];
        Segment { words: vec![0; slots * size.word], objects, slots, taken: 0, depth }
    }

    #[inline]
    fn objects(&self, at: usize, object: usize) -> &[Value] {
        &self.objects[at * object..(at + 1) * object]
    }
}

/// So many rows are looked at before they are looked up.
const AHEAD: usize = 32;

/// Every so many rows of a batch, the hashes of those that come next: what is to be [warmed](Table::warm).
#[inline]
pub(super) fn ahead(hashes: &[u64], nth: usize) -> Option<&[u64]> {
    nth.is_multiple_of(AHEAD).then(|| &hashes[nth..hashes.len().min(nth + AHEAD)])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Puts keys in and takes them out at random, beside a map.
    fn breathe(keys: u64, rounds: u64, objects: bool) {
        let key_size = At { word: 1, object: usize::from(objects) };
        let mut table = Table::by_key(key_size, 2);
        let mut model: BTreeMap<u64, u64> = BTreeMap::new();
        let mut state = 1u64;
        for round in 0..rounds {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (n, grows) = ((state >> 33) % keys, (round / (2 * keys)).is_multiple_of(2));
            let object = [Value::Int(n.cast_signed())];
            let words = [n];
            let key = RowRef { words: &words, objects: &object[..key_size.object] };
            let hash = key.hash();
            if grows || state >> 62 == 0 {
                let (slot, new) = table.entry(key, hash);
                assert_eq!(new, !model.contains_key(&n));
                table.words_mut(slot)[1] = round;
                model.insert(n, round);
            } else {
                let slot = table.find(key, hash);
                assert_eq!(slot.map(|slot| table.words(slot)[1]), model.remove(&n));
                if let Some(slot) = slot {
                    assert_eq!(table.objects(slot), key.objects);
                    table.remove(slot);
                }
            }
            assert_eq!(table.len(), model.len());
        }
        let mut rows: Vec<(u64, u64)> =
            table.slots().map(|slot| (table.words(slot)[0], table.words(slot)[1])).collect();
        rows.sort_unstable();
        assert_eq!(rows, model.into_iter().collect::<Vec<_>>());
        table.clear();
        assert_eq!((table.len(), table.slots().count()), (0, 0));
    }

    #[test]
    fn behaves_like_a_map() {
        breathe(5, 500, true);
        breathe(300, 20_000, false);
        breathe(60_000, 400_000, false);
        breathe(20_000, 100_000, true);
    }

    #[test]
    fn every_split_keeps_every_key() {
        let mut table = Table::by_key(At { word: 1, object: 0 }, 1);
        for n in 0..200_000u64 {
            let words = [n];
            let key = RowRef { words: &words, objects: &[] };
            assert!(table.entry(key, key.hash()).1);
        }
        assert!(table.segments.len() > 16 && table.segments.iter().all(|segment| segment.slots <= SEGMENT_SLOTS_MAX));
        for n in 0..200_000u64 {
            let words = [n];
            let key = RowRef { words: &words, objects: &[] };
            let slot = table.find(key, key.hash()).unwrap();
            table.remove(slot);
        }
        assert_eq!(table.len(), 0);
        assert!(table.bytes() < 10_000, "what is gone takes no room");
    }
}
