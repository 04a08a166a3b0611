//! `gset`, `orset`, `rwset`, `twopset`, `topk`.

use lasp_spec::{Act, Kind, Value};

use crate::world::{World, add, remove, values};

#[test]
fn a_gset_has_all_that_was_added() {
    let mut world = World::of(Kind::GSet);
    assert_eq!(world.read(0), values([]));
    world.act(0, Act::Add(vec![1, 2]));
    world.act(1, add(3));
    assert_eq!(world.read(0), values([1, 2]));
    assert_eq!(world.read(1), values([3]));
    assert_eq!(world.all(), values([1, 2, 3]));
}

/// The famous case, for both kinds at once: x is added, then removed here and added there.
fn removed_here_added_there() -> World {
    let mut world = World::of(Kind::OrSet);
    world.act(0, add(1));
    world.meet(1, 0);
    world.act(1, remove(1));
    world.act(0, add(1));
    world
}

#[test]
fn an_add_wins_in_an_orset_and_a_remove_in_an_rwset() {
    let world = removed_here_added_there();
    assert_eq!(world.read(0), values([1]));
    assert_eq!(world.read(1), values([]));
    assert_eq!(world.all_as(&Kind::OrSet), values([1]));
    assert_eq!(world.all_as(&Kind::RwSet), values([]));
}

#[test]
fn an_add_after_both_brings_it_back_to_an_rwset() {
    let mut world = removed_here_added_there();
    world.meet(0, 1);
    world.act(0, add(1));
    assert_eq!(world.all_as(&Kind::RwSet), values([1]));
}

#[test]
fn a_remove_that_saw_every_add_empties_both() {
    let mut world = removed_here_added_there();
    world.meet(1, 0);
    world.act(1, remove(1));
    assert_eq!(world.all_as(&Kind::OrSet), values([]));
    assert_eq!(world.all_as(&Kind::RwSet), values([]));
}

#[test]
fn a_remove_of_one_element_leaves_the_others() {
    let mut world = World::of(Kind::OrSet);
    world.act(0, Act::Add(vec![1, 2, 3]));
    world.act(0, Act::Remove(vec![1, 3]));
    assert_eq!(world.all_as(&Kind::OrSet), values([2]));
    assert_eq!(world.all_as(&Kind::RwSet), values([2]));
}

#[test]
fn a_clear_takes_the_adds_it_has_seen() {
    let mut world = World::of(Kind::OrSet);
    world.act(0, Act::Add(vec![1, 2]));
    world.meet(1, 0);
    world.act(1, Act::Clear);
    world.act(0, Act::Add(vec![2, 3]));
    // The clear has seen 1, and not the second add.
    assert_eq!(world.all_as(&Kind::OrSet), values([2, 3]));
    // Nor is a clear a remove of anything: concurrent adds stay.
    assert_eq!(world.all_as(&Kind::RwSet), values([2, 3]));
}

#[test]
fn in_an_rwset_a_clear_takes_removes_too() {
    let mut world = World::of(Kind::RwSet);
    world.act(0, remove(1));
    world.act(1, add(1));
    assert_eq!(world.all(), values([]));
    // Who sees only the remove clears it away; the add that was concurrent to both is then alone.
    world.act(0, Act::Clear);
    assert_eq!(world.all(), values([1]));
}

#[test]
fn in_an_rwset_every_remove_needs_an_add_after_it() {
    let mut world = World::of(Kind::RwSet);
    world.act(0, remove(1));
    world.act(1, remove(1));
    world.meet(2, 0);
    world.act(2, add(1));
    assert_eq!(world.read(2), values([1]));
    assert_eq!(world.all(), values([]));
    // One add after each will do; it need not be the same one.
    world.act(1, add(1));
    assert_eq!(world.all(), values([1]));
}

#[test]
fn in_a_twopset_what_was_removed_stays_removed() {
    let mut world = World::of(Kind::TwoPSet);
    world.act(0, Act::Add(vec![1, 2]));
    world.act(0, remove(1));
    world.act(0, add(1));
    assert_eq!(world.all(), values([2]));
    // A remove that saw no add counts too.
    world.act(1, remove(2));
    assert_eq!(world.read(0), values([2]));
    assert_eq!(world.all(), values([]));
}

#[test]
fn a_topk_has_the_greatest_distinct() {
    let mut world = World::of(Kind::TopK(2));
    assert_eq!(world.read(0), Value::List(vec![]));
    world.act(0, add(5));
    assert_eq!(world.all(), Value::List(vec![5]));
    world.act(1, Act::Add(vec![5, 9]));
    world.act(2, add(7));
    assert_eq!(world.all(), Value::List(vec![9, 7]));
}
