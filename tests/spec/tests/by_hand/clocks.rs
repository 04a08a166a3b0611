//! `lww`, and the hybrid clocks it goes by.

use lasp_spec::{Act, Kind, Step, Value};

use crate::world::{World, map, remove, set};

const YEAR: i64 = 365 * 24 * 3_600_000_000;

fn shows(x: u8) -> Value {
    Value::Register(Some(x))
}

#[test]
fn of_concurrent_writes_the_later_wall_time_wins() {
    let mut world = World::of(Kind::Lww);
    assert_eq!(world.all(), Value::Register(None));
    world.wall(0, 20);
    world.wall(1, 10);
    world.act(0, set(1));
    world.act(1, set(2));
    assert_eq!(world.all(), shows(1));
    assert_eq!(world.read(1), shows(2));
}

#[test]
fn at_the_same_time_the_greater_replica_wins() {
    let mut world = World::of(Kind::Lww);
    world.act(1, set(1));
    world.act(0, set(9));
    assert_eq!(world.all(), shows(1));
}

#[test]
fn a_clock_ten_years_ahead_loses_to_whoever_has_seen_it() {
    let mut world = World::of(Kind::Lww);
    world.wall(3, 10 * YEAR);
    world.act(3, set(1));
    // Replica 0 has not seen it and loses; replica 1 has and wins.
    world.act(0, set(2));
    assert_eq!(world.all(), shows(1));
    world.meet(1, 3);
    world.act(1, set(3));
    assert_eq!(world.all(), shows(3));
    // And so on: (ten years, 1), (ten years, 2).
    world.meet(0, 1);
    world.act(0, set(4));
    assert_eq!(world.all(), shows(4));
}

#[test]
fn a_count_does_not_stand_against_a_later_wall_time() {
    let mut world = World::of(Kind::Lww);
    world.wall(0, 10);
    for x in 0..9 {
        world.act(0, set(x));
    }
    world.wall(1, 11);
    world.act(1, set(99));
    assert_eq!(world.all(), shows(99));
    // Concurrent to both, at the wall time of the nine: its count is 0, theirs goes up to 8.
    world.wall(2, 10);
    world.act(2, set(50));
    world.meet(2, 0);
    assert_eq!(world.read(2), shows(8));
}

#[test]
fn a_clock_that_goes_back_does_not_unwrite() {
    let mut world = World::of(Kind::Lww);
    world.wall(0, 100);
    world.act(0, set(1));
    world.wall(0, 5);
    world.act(0, set(2));
    assert_eq!(world.all(), shows(2));
}

#[test]
fn registers_beside_each_other_have_clocks_of_their_own() {
    let mut world = World::of(Kind::gmap(Kind::Lww));
    world.wall(0, 10 * YEAR);
    world.act_on(0, &[Step::Key(1)], set(1));
    world.meet(1, 0);
    world.wall(1, 10);
    // Not after (ten years, 0) of key 1, but at (10, 0).
    world.act_on(1, &[Step::Key(2)], set(2));
    world.wall(2, 11);
    world.act_on(2, &[Step::Key(2)], set(3));
    assert_eq!(world.all(), map([(1, shows(1)), (2, shows(3))]));
}

#[test]
fn a_removed_register_forgets_its_clock() {
    let mut world = World::of(Kind::ormap(Kind::Lww));
    world.wall(0, 10 * YEAR);
    world.act_on(0, &[Step::Key(1)], set(1));
    world.act(0, remove(1));
    world.wall(0, 10);
    world.act_on(0, &[Step::Key(1)], set(2));
    world.wall(1, 11);
    world.act_on(1, &[Step::Key(1)], set(3));
    // (10, 0) against (11, 0): the write ten years ahead was removed before.
    assert_eq!(world.all(), map([(1, shows(3))]));
}

#[test]
fn a_removal_the_maker_had_not_seen_leaves_it_its_clock() {
    let mut world = World::of(Kind::ormap(Kind::Lww));
    world.wall(0, 10 * YEAR);
    world.act_on(0, &[Step::Key(1)], set(1));
    world.meet(1, 0);
    world.act(1, Act::Clear);
    world.wall(0, 10);
    world.act_on(0, &[Step::Key(1)], set(2));
    world.wall(2, 9 * YEAR);
    world.act_on(2, &[Step::Key(1)], set(3));
    // (ten years, 1) against (nine years, 0): what the maker went on from is gone, the clock it took from there is not.
    assert_eq!(world.all(), map([(1, shows(2))]));
}
