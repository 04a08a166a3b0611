//! `flag`, `ewflag`, `dwflag`.

use lasp_spec::{Act, Kind, Value};

use crate::world::World;

const ON: Value = Value::Bool(true);
const OFF: Value = Value::Bool(false);

#[test]
fn a_flag_once_true_is_true() {
    let mut world = World::of(Kind::Flag);
    assert_eq!(world.read(0), OFF);
    world.act(0, Act::Enable);
    assert_eq!(world.read(0), ON);
    assert_eq!(world.read(1), OFF);
}

#[test]
fn one_after_the_other_both_obey_the_later() {
    let mut world = World::of(Kind::EwFlag);
    for (act, shown) in
        [(Act::Disable, OFF), (Act::Enable, ON), (Act::Disable, OFF), (Act::Enable, ON), (Act::Clear, OFF)]
    {
        world.act(0, act);
        assert_eq!(world.all_as(&Kind::EwFlag), shown);
        assert_eq!(world.all_as(&Kind::DwFlag), shown);
    }
}

#[test]
fn concurrently_each_has_its_winner() {
    let mut world = World::of(Kind::EwFlag);
    world.act(0, Act::Enable);
    world.act(1, Act::Disable);
    assert_eq!(world.all_as(&Kind::EwFlag), ON);
    assert_eq!(world.all_as(&Kind::DwFlag), OFF);
    // Whoever has seen both and enables again is heard by both.
    world.meet(0, 1);
    world.act(0, Act::Enable);
    assert_eq!(world.all_as(&Kind::DwFlag), ON);
}

#[test]
fn a_disable_takes_only_the_enables_it_has_seen() {
    let mut world = World::of(Kind::EwFlag);
    world.act(0, Act::Enable);
    world.meet(1, 0);
    world.act(1, Act::Disable);
    assert_eq!(world.all(), OFF);
    world.act(2, Act::Enable);
    assert_eq!(world.all(), ON);
}

#[test]
fn a_clear_is_a_disable_to_an_ewflag_and_not_to_a_dwflag() {
    let mut world = World::of(Kind::DwFlag);
    world.act(0, Act::Enable);
    world.act(1, Act::Clear);
    // The clear has seen nothing and takes nothing.
    assert_eq!(world.all_as(&Kind::EwFlag), ON);
    assert_eq!(world.all_as(&Kind::DwFlag), ON);
    // It would have taken a disable away, and then the enable is alone.
    world.act(2, Act::Disable);
    assert_eq!(world.all_as(&Kind::DwFlag), OFF);
    world.act(2, Act::Clear);
    assert_eq!(world.all_as(&Kind::DwFlag), ON);
}
