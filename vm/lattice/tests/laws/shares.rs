//! How much of what is generated is worth its time: the share of the cases that are concurrent, that remove something
//! and add it again, and that are nested, per row. A law that is only ever shown one replica at a time shows nothing.
//!
//! The cases are those of the laws: the same generators, the same number.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use lasp_lattice::{Arg, Kind, LATTICES, Read, State};

use crate::generate::{kind_at, schedule, variants};
use crate::rows::visible;
use crate::runner::for_every_row;
use crate::world::{Op, Update, Way, World};

/// The least share, in percent.
const LEAST: u64 = 20;

#[derive(Clone, Copy, Default)]
struct Tally {
    cases: u64,
    concurrent: u64,
    added_again: u64,
    nested: u64,
}

#[test]
fn enough_cases_are_concurrent_or_add_again_or_are_nested() {
    let tallies = RefCell::new(BTreeMap::<&str, Tally>::new());
    for_every_row("shares", schedule, |kind, schedule, _| {
        let world = World::run(kind, schedule);
        let mut tallies = tallies.borrow_mut();
        let tally = tallies.entry(kind.name()).or_default();
        tally.cases += 1;
        tally.concurrent += u64::from(is_concurrent(&world));
        tally.added_again += u64::from(adds_again(&world));
        tally.nested += u64::from(is_nested(&world));
        Ok(())
    });
    let mut table = String::from("row         concurrent  removed and added again  nested\n");
    let mut low = Vec::new();
    for row in LATTICES {
        let tally = tallies.borrow()[row.name];
        let mut share = |what: &str, applies: bool, count: u64| {
            let percent = count * 100 / tally.cases;
            if applies && percent < LEAST {
                low.push(format!("{}: {what} {percent} %", row.name));
            }
            if applies { format!("{percent} %") } else { "–".to_owned() }
        };
        let concurrent = share("concurrent", true, tally.concurrent);
        let again =
            share("removed and added again", row.methods.iter().any(|method| method.removes), tally.added_again);
        let nested = share("nested", !variants(row).nested.is_empty(), tally.nested);
        writeln!(table, "{:11} {concurrent:>10}  {again:>23}  {nested:>6}", row.name).expect("a string");
    }
    println!("{table}");
    assert!(low.is_empty(), "too few of the cases, {LEAST} % are the least: {}\n{table}", low.join(", "));
}

/// Two updates at one place, neither of which saw the other.
fn is_concurrent(world: &World) -> bool {
    let pairs = world.made.iter().enumerate().flat_map(|(at, a)| world.made[at + 1..].iter().map(move |b| (at, a, b)));
    pairs.into_iter().any(|(at, a, b)| b.seen & (1 << at) == 0 && meet(&world.kind, &a.op, &b.op))
}

/// An addition, a removal that saw it, and an addition that saw the removal, all at one place.
fn adds_again(world: &World) -> bool {
    let kind = &world.kind;
    let at_bottom = visible(&State::bottom(kind));
    let adds = |update: &Update| visible(&update.delta) != at_bottom;
    let removes =
        |update: &Update| kind_at(kind, &update.op.path).info().method(update.op.method).expect("made").removes;
    let made = || world.made.iter().enumerate();
    made().filter(|(_, removal)| removes(removal) && !adds(removal) && !removal.delta.is_bottom()).any(
        |(at, removal)| {
            let before = |(first, update): (usize, &Update)| {
                removal.seen & (1 << first) != 0 && adds(update) && meet(kind, &update.op, &removal.op)
            };
            // What a `twopset` makes of a second addition is nothing, but it was made.
            let after = |update: &Update| {
                update.seen & (1 << at) != 0
                    && (adds(update) || !removes(update))
                    && meet(kind, &update.op, &removal.op)
            };
            made().any(before) && world.made.iter().any(after)
        },
    )
}

/// A composed type in a composed type, written two steps down if there is a way.
fn is_nested(world: &World) -> bool {
    let composed = |kind: &&Kind| !kind.inner().is_empty();
    let reaches = |update: &Update| matches!(world.kind, Kind::Lex(..)) || update.op.path.len() > 1;
    world.kind.inner().iter().any(composed) && world.made.iter().any(reaches)
}

/// Whether two updates are about the same thing: one's place is the other's or above it.
fn meet(kind: &Kind, a: &Op, b: &Op) -> bool {
    let within = |a: &[Way], b: &[Way]| a.iter().zip(b).all(|(a, b)| a == b);
    let (a, b) = (places(kind, a), places(kind, b));
    a.iter().any(|a| b.iter().any(|b| within(a, b)))
}

/// Where an update writes: elements of sets and keys of maps are places of their own.
fn places(kind: &Kind, op: &Op) -> Vec<Vec<Way>> {
    let has_places = matches!(kind_at(kind, &op.path).info().read, Read::Set | Read::Map) && op.method != "set";
    let at = |x: &u8| [&op.path[..], &[Way::Key(*x)]].concat();
    match &op.args[..] {
        [Arg::Element(x)] if has_places => vec![at(x)],
        [Arg::Elements(xs)] if has_places => xs.iter().map(at).collect(),
        _ => vec![op.path.clone()],
    }
}
