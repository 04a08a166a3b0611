//! `gcounter`, `pncounter`, `rcounter`, `bcounter`, `vclock`.

use lasp_spec::{Act, Kind, Seen, Step, Value};

use crate::world::World;

#[test]
fn a_gcounter_counts_all() {
    let mut world = World::of(Kind::GCounter);
    assert_eq!(world.read(0), Value::Count(0));
    world.act(0, Act::Inc(2));
    world.act(0, Act::Inc(3));
    world.act(1, Act::Inc(u64::MAX));
    assert_eq!(world.read(0), Value::Count(5));
    assert_eq!(world.all(), Value::Count(i128::from(u64::MAX) + 5));
}

#[test]
fn a_pncounter_goes_below_zero() {
    let mut world = World::of(Kind::PnCounter);
    world.act(0, Act::Inc(2));
    world.act(1, Act::Dec(5));
    assert_eq!(world.read(0), Value::Count(2));
    assert_eq!(world.read(1), Value::Count(-5));
    assert_eq!(world.all(), Value::Count(-3));
}

#[test]
fn a_reset_takes_back_what_it_has_seen() {
    let mut world = World::of(Kind::RCounter);
    world.act(0, Act::Inc(5));
    world.act(0, Act::Dec(1));
    world.meet(1, 0);
    world.act(1, Act::Reset);
    world.act(0, Act::Inc(2));
    assert_eq!(world.read(0), Value::Count(6));
    assert_eq!(world.read(1), Value::Count(0));
    // The second inc is concurrent to the reset.
    assert_eq!(world.all(), Value::Count(2));
}

#[test]
fn resets_do_not_add_up() {
    let mut world = World::of(Kind::RCounter);
    world.act(0, Act::Inc(5));
    world.meet(1, 0);
    world.act(0, Act::Reset);
    world.act(1, Act::Reset);
    world.act(1, Act::Dec(3));
    assert_eq!(world.all(), Value::Count(-3));
}

#[test]
fn rights_move_and_are_spent() {
    let mut world = World::of(Kind::BCounter);
    world.act(0, Act::Inc(10));
    world.act(0, Act::Transfer(4, 1));
    world.meet(1, 0);
    world.act(1, Act::Spend(3));
    world.act(1, Act::Transfer(1, 2));
    assert_eq!(world.all(), Value::Count(7));
    let rights = |seen: &Seen, holder| world.history.rights(&world.kind, &[], seen, holder);
    assert_eq!([0, 1, 2, 3].map(|holder| rights(world.seen(1), holder)), [6, 0, 1, 0]);
    // Replica 0 has not heard of replica 1's doings.
    assert_eq!([0, 1, 2, 3].map(|holder| rights(world.seen(0), holder)), [6, 4, 0, 0]);
}

#[test]
fn a_transfer_to_oneself_changes_nothing() {
    let mut world = World::of(Kind::BCounter);
    world.act(0, Act::Inc(10));
    world.act(0, Act::Transfer(4, 0));
    assert_eq!(world.history.rights(&world.kind, &[], world.seen(0), 0), 10);
}

#[test]
fn a_spend_known_before_its_inc_reads_zero() {
    let mut world = World::of(Kind::BCounter);
    world.act(0, Act::Inc(10));
    let spend = world.act(0, Act::Spend(4));
    let only_the_spend = Seen::from([spend]);
    assert_eq!(world.history.value(&world.kind, &only_the_spend), Value::Count(0));
    assert_eq!(world.history.rights(&world.kind, &[], &only_the_spend, 0), 0);
    assert_eq!(world.all(), Value::Count(6));
}

#[test]
fn rights_are_those_of_one_place() {
    let mut world = World::of(Kind::gmap(Kind::Product(vec![Kind::GCounter, Kind::BCounter])));
    let (here, there) = ([Step::Key(1), Step::Part(1)], [Step::Key(2), Step::Part(1)]);
    world.act_on(0, &here, Act::Inc(10));
    world.act_on(0, &there, Act::Inc(1));
    world.act_on(0, &[Step::Key(1), Step::Part(0)], Act::Inc(100));
    assert_eq!(world.history.rights(&world.kind, &here, world.seen(0), 0), 10);
    assert_eq!(world.history.rights(&world.kind, &there, world.seen(0), 0), 1);
}

#[test]
fn a_vclock_counts_each_replica() {
    let mut world = World::of(Kind::VClock);
    assert_eq!(world.read(0), Value::Clock([].into()));
    world.act(0, Act::Tick);
    world.act(0, Act::Tick);
    world.act(2, Act::Tick);
    assert_eq!(world.read(0), Value::Clock([(0, 2)].into()));
    assert_eq!(world.all(), Value::Clock([(0, 2), (2, 1)].into()));
}
