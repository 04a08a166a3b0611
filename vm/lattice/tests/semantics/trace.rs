//! Random traces: updates of a type, and pulls between replicas.

use lasp_lattice::Kind;
use lasp_spec::{Act, Arg, Op, Step as Way};

use crate::random::Random;
use crate::words::T;

/// One step of a trace.
#[derive(Clone, Debug)]
pub enum Step {
    /// The replica in this place makes an update.
    Update(usize, Op),
    /// `to` hears all that `from` knows.
    Pull { to: usize, from: usize, how: How },
}

/// How a pull sends what it sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The whole state.
    Whole,
    /// Every delta in the order it came there, also those the receiver has.
    Deltas,
    /// What the receiver lacks, joined into one delta.
    Group,
    /// What of the whole state is new to the receiver's.
    Novel,
}

/// Up to 24 steps among replicas with these indexes.
pub fn trace(kind: &Kind, indexes: &[usize], random: &mut Random) -> Vec<Step> {
    let steps = 1 + random.below(24);
    (0..steps).map(|_| step(kind, indexes, random)).collect()
}

/// A step among replicas with these indexes: three updates for two pulls.
pub fn step(kind: &Kind, indexes: &[usize], random: &mut Random) -> Step {
    let at = random.below(indexes.len());
    if random.below(5) < 3 {
        return Step::Update(at, op(kind, indexes, at, random));
    }
    let from = (at + 1 + random.below(indexes.len() - 1)) % indexes.len();
    Step::Pull { to: at, from, how: *random.pick(&[How::Whole, How::Deltas, How::Group, How::Novel]) }
}

/// An update at the replica in this place.
pub fn op(kind: &Kind, indexes: &[usize], at: usize, random: &mut Random) -> Op {
    let mut path = Vec::new();
    let act = act(kind, indexes, &mut path, random);
    Op { at: indexes[at], now_us: now_us(random), path, act }
}

/// Wall clocks that stand still, go back, and are ten years off.
fn now_us(random: &mut Random) -> i64 {
    const TEN_YEARS: i64 = 315_576_000_000_000;
    match random.below(6) {
        0 => TEN_YEARS,
        1 => -TEN_YEARS,
        _ => random.below(4) as i64,
    }
}

fn act(kind: &Kind, indexes: &[usize], path: &mut Vec<Way>, random: &mut Random) -> Act {
    match kind {
        Kind::GMap(values) => {
            path.push(Way::Key(key(random)));
            act(values, indexes, path, random)
        }
        Kind::OrMap(values) => match random.below(16) {
            0 => Act::Clear,
            1..4 => Act::Remove(vec![key(random)]),
            _ => {
                path.push(Way::Key(key(random)));
                act(values, indexes, path, random)
            }
        },
        Kind::Product(parts) => {
            // A product of nothing has nothing to update.
            let parts: Vec<(usize, &Kind)> =
                parts.iter().enumerate().filter(|(_, part)| **part != Kind::Product(Vec::new())).collect();
            let (at, part) = *random.pick(&parts);
            path.push(Way::Part(at));
            act(part, indexes, path, random)
        }
        Kind::GSet => Act::Add(elements(random)),
        Kind::OrSet | Kind::RwSet => match random.below(8) {
            0 => Act::Clear,
            1..4 => Act::Remove(elements(random)),
            _ => Act::Add(elements(random)),
        },
        Kind::TwoPSet if random.one_in(3) => Act::Remove(vec![element(random)]),
        Kind::TwoPSet | Kind::TopK(_) => Act::Add(vec![element(random)]),
        Kind::GCounter => Act::Inc(amount(random)),
        Kind::PnCounter if random.one_in(2) => Act::Dec(amount(random)),
        Kind::PnCounter => Act::Inc(amount(random)),
        Kind::RCounter => match random.below(7) {
            0 | 1 => Act::Reset,
            2 | 3 => Act::Dec(amount(random)),
            _ => Act::Inc(amount(random)),
        },
        Kind::BCounter => match random.below(5) {
            0 | 1 => Act::Spend(amount(random)),
            2 => Act::Transfer(amount(random), *random.pick(indexes)),
            _ => Act::Inc(amount(random)),
        },
        Kind::Flag => Act::Enable,
        Kind::EwFlag | Kind::DwFlag => match random.below(6) {
            0 => Act::Clear,
            1 | 2 => Act::Disable,
            _ => Act::Enable,
        },
        Kind::Mv if random.one_in(5) => Act::Clear,
        Kind::VClock => Act::Tick,
        Kind::Max | Kind::Min | Kind::Lww | Kind::Mv | Kind::Ivar | Kind::Lex(..) | Kind::User(_) => {
            Act::Set(arg(kind, random))
        }
    }
}

fn arg(kind: &Kind, random: &mut Random) -> Arg {
    match kind {
        Kind::Lex(first, second) => Arg::pair(arg(first, random), arg(second, random)),
        Kind::User(table) => Arg::Rank(random.below(table.elements().len()) as u16),
        // So that equal ones meet as well as different ones.
        Kind::Ivar => Arg::Element(random.below(2) as T),
        _ => Arg::Element(element(random)),
    }
}

fn key(random: &mut Random) -> T {
    random.below(2) as T
}

fn element(random: &mut Random) -> T {
    random.below(4) as T
}

/// Mostly one, sometimes none or several, one of them twice.
fn elements(random: &mut Random) -> Vec<T> {
    let count = *random.pick(&[1, 1, 1, 1, 0, 2, 3]);
    (0..count).map(|_| element(random)).collect()
}

fn amount(random: &mut Random) -> u64 {
    random.below(5) as u64
}
