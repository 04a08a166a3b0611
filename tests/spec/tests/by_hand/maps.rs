//! `gmap`, `ormap`, tuples and records.

use lasp_spec::{Act, Kind, Step, Value};

use crate::world::{World, add, map, remove, set, values};

const A: [Step; 1] = [Step::Key(1)];
const B: [Step; 1] = [Step::Key(2)];

#[test]
fn a_gmap_has_what_was_written_by_key() {
    let mut world = World::of(Kind::gmap(Kind::GCounter));
    assert_eq!(world.all(), map([]));
    world.act_on(0, &A, Act::Inc(1));
    world.act_on(1, &A, Act::Inc(2));
    world.act_on(1, &B, Act::Inc(0));
    assert_eq!(world.read(0), map([(1, Value::Count(1))]));
    assert_eq!(world.all(), map([(1, Value::Count(3)), (2, Value::Count(0))]));
}

#[test]
fn a_key_is_there_once_anything_below_it_was_done() {
    let mut world = World::of(Kind::gmap(Kind::OrSet));
    world.act_on(0, &A, remove(7));
    assert_eq!(world.all(), map([(1, values([]))]));
}

#[test]
fn an_ormap_keeps_what_a_removal_had_not_seen() {
    let mut world = World::of(Kind::ormap(Kind::GCounter));
    world.act_on(0, &A, Act::Inc(5));
    world.act_on(0, &B, Act::Inc(1));
    world.meet(1, 0);
    world.act(1, remove(1));
    world.act_on(0, &A, Act::Inc(2));
    assert_eq!(world.read(0), map([(1, Value::Count(7)), (2, Value::Count(1))]));
    assert_eq!(world.read(1), map([(2, Value::Count(1))]));
    assert_eq!(world.all(), map([(1, Value::Count(2)), (2, Value::Count(1))]));
}

#[test]
fn a_key_put_back_does_not_bring_the_old_value_back() {
    let mut world = World::of(Kind::ormap(Kind::GCounter));
    world.act_on(0, &A, Act::Inc(5));
    world.act(0, remove(1));
    assert_eq!(world.all(), map([]));
    world.act_on(0, &A, Act::Inc(1));
    assert_eq!(world.all(), map([(1, Value::Count(1))]));
}

#[test]
fn a_clear_removes_every_key_it_has_seen() {
    let mut world = World::of(Kind::ormap(Kind::Max));
    world.act_on(0, &A, set(9));
    world.act_on(0, &B, set(9));
    world.meet(1, 0);
    world.act(1, Act::Clear);
    world.act_on(0, &B, set(3));
    // The 9 is gone, so the greatest that is left is 3.
    assert_eq!(world.all(), map([(2, Value::Register(Some(3)))]));
}

#[test]
fn a_removal_of_nothing_does_nothing() {
    let mut world = World::of(Kind::ormap(Kind::GCounter));
    world.act(0, remove(1));
    world.act(0, Act::Clear);
    world.act_on(1, &A, Act::Inc(1));
    assert_eq!(world.read(0), map([]));
    assert_eq!(world.all(), map([(1, Value::Count(1))]));
}

#[test]
fn to_an_rwset_and_a_dwflag_a_removal_is_a_clear() {
    let mut world = World::of(Kind::ormap(Kind::Product(vec![Kind::RwSet, Kind::DwFlag])));
    let (set, flag) = ([A[0], Step::Part(0)], [A[0], Step::Part(1)]);
    world.act_on(0, &set, remove(7));
    world.act_on(0, &flag, Act::Disable);
    world.act_on(1, &set, add(7));
    world.act_on(1, &flag, Act::Enable);
    let both = |set, flag| map([(1, Value::Parts(vec![set, Value::Bool(flag)]))]);
    assert_eq!(world.all(), both(values([]), false));
    // The key's removal takes the remove and the disable with it.
    world.act(0, remove(1));
    assert_eq!(world.all(), both(values([7]), true));
}

#[test]
fn ormaps_nest() {
    let mut world = World::of(Kind::ormap(Kind::ormap(Kind::OrSet)));
    let inner = [Step::Key(1), Step::Key(5)];
    world.act_on(0, &inner, add(7));
    world.meet(1, 0);
    world.meet(2, 0);
    // Three things at once: an add, a removal of the inner key, a removal of the outer key.
    world.act_on(0, &inner, add(8));
    world.act_on(1, &A, remove(5));
    world.act(2, remove(1));
    assert_eq!(world.read(0), map([(1, map([(5, values([7, 8]))]))]));
    // To replica 1, the removal it made is an update below key 1: the key is there, and what is there is empty.
    assert_eq!(world.read(1), map([(1, map([]))]));
    assert_eq!(world.read(2), map([]));
    assert_eq!(world.all(), map([(1, map([(5, values([8]))]))]));
}

#[test]
fn a_removal_inside_that_was_removed_is_gone_too() {
    let mut world = World::of(Kind::ormap(Kind::ormap(Kind::OrSet)));
    world.act_on(0, &[Step::Key(1), Step::Key(5)], add(7));
    world.act_on(0, &A, remove(5));
    world.act(0, remove(1));
    assert_eq!(world.all(), map([]));
    world.act_on(0, &[Step::Key(1), Step::Key(6)], add(8));
    assert_eq!(world.all(), map([(1, map([(6, values([8]))]))]));
}

#[test]
fn an_outer_clear_reaches_to_any_depth() {
    let mut world = World::of(Kind::ormap(Kind::gmap(Kind::ormap(Kind::Mv))));
    let deep = [Step::Key(1), Step::Key(2), Step::Key(3)];
    world.act_on(0, &deep, set(1));
    world.meet(1, 0);
    world.act(0, Act::Clear);
    world.act_on(1, &deep, set(2));
    assert_eq!(world.read(0), map([]));
    assert_eq!(world.all(), map([(1, map([(2, map([(3, values([2]))]))]))]));
}

#[test]
fn fields_are_apart() {
    let mut world = World::of(Kind::Product(vec![Kind::GCounter, Kind::Flag, Kind::GSet]));
    world.act_on(0, &[Step::Part(0)], Act::Inc(1));
    world.act_on(1, &[Step::Part(2)], add(7));
    assert_eq!(world.read(0), Value::Parts(vec![Value::Count(1), Value::Bool(false), values([])]));
    assert_eq!(world.all(), Value::Parts(vec![Value::Count(1), Value::Bool(false), values([7])]));
}

#[test]
fn rights_cannot_be_removed() {
    assert!(!Kind::BCounter.supports_in_ormap());
    assert!(!Kind::gmap(Kind::Product(vec![Kind::GSet, Kind::BCounter])).supports_in_ormap());
    assert!(!Kind::ormap(Kind::BCounter).supports_in_ormap());
    assert!(Kind::gmap(Kind::Product(vec![Kind::GSet, Kind::RCounter])).supports_in_ormap());
    assert!(Kind::lex(Kind::Max, Kind::Lww).supports_in_ormap());
}
