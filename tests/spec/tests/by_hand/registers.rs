//! `max`, `min`, `mv`, `ivar`, users' lattices.

use lasp_spec::{Act, Arg, Kind, Order, Value};

use crate::world::{World, set, values};

#[test]
fn max_and_min_keep_the_greatest_and_the_least() {
    let mut world = World::of(Kind::Max);
    assert_eq!(world.all_as(&Kind::Max), Value::Register(None));
    assert_eq!(world.all_as(&Kind::Min), Value::Register(None));
    world.act(0, set(5));
    world.act(0, set(3));
    world.act(1, set(4));
    assert_eq!(world.all_as(&Kind::Max), Value::Register(Some(5)));
    assert_eq!(world.all_as(&Kind::Min), Value::Register(Some(3)));
    assert_eq!(world.read(1), Value::Register(Some(4)));
}

#[test]
fn an_mv_keeps_what_was_written_concurrently() {
    let mut world = World::of(Kind::Mv);
    world.act(0, set(1));
    world.meet(1, 0);
    world.act(0, set(2));
    world.act(1, set(3));
    assert_eq!(world.all(), values([2, 3]));
    world.meet(0, 1);
    world.act(0, set(4));
    assert_eq!(world.all(), values([4]));
}

#[test]
fn a_value_written_twice_is_shown_while_either_write_stands() {
    let mut world = World::of(Kind::Mv);
    world.act(0, set(1));
    world.act(1, set(1));
    world.meet(2, 0);
    world.act(2, set(2));
    assert_eq!(world.all(), values([1, 2]));
}

#[test]
fn a_clear_empties_an_mv_of_what_it_has_seen() {
    let mut world = World::of(Kind::Mv);
    world.act(0, set(1));
    world.meet(1, 0);
    world.act(1, Act::Clear);
    assert_eq!(world.all(), values([]));
    world.act(2, set(2));
    assert_eq!(world.all(), values([2]));
}

#[test]
fn an_ivar_takes_one_value_and_reports_a_second() {
    let mut world = World::of(Kind::Ivar);
    assert_eq!(world.all(), Value::Register(None));
    world.act(0, set(7));
    world.act(1, set(7));
    assert_eq!(world.all(), Value::Register(Some(7)));
    world.act(2, set(8));
    assert_eq!(world.read(2), Value::Register(Some(8)));
    assert_eq!(world.all(), Value::Conflict([7, 8].into()));
}

#[test]
fn an_ivar_refuses_another_value_where_it_shows_one() {
    let mut world = World::of(Kind::Ivar);
    world.act(0, set(7));
    let conflicts = |at, x| world.history.set_conflicts(&world.kind, &[], world.seen(at), &Arg::Element(x));
    assert!(conflicts(0, 8));
    assert!(!conflicts(0, 7));
    assert!(!conflicts(1, 8));
}

/// placed 0 < paid 1 < shipped 2 < returned 3, placed < cancelled 4 < returned
fn status() -> Kind {
    Kind::User(Order::new(5, &[(0, 1), (1, 2), (2, 3), (0, 4), (4, 3)]))
}

fn rank(rank: u16) -> Act {
    Act::Set(Arg::Rank(rank))
}

#[test]
fn a_drawn_lattice_goes_to_the_least_upper_bound() {
    let mut world = World::of(status());
    assert_eq!(world.all(), Value::Rank(0));
    world.act(0, rank(1));
    world.act(1, rank(2));
    assert_eq!(world.all(), Value::Rank(2));
    world.act(2, rank(4));
    assert_eq!(world.all(), Value::Rank(3));
    world.act(0, rank(0));
    assert_eq!(world.read(0), Value::Rank(1));
}

#[test]
fn a_lattice_need_not_be_drawn_from_the_bottom() {
    // 2 is the least, 0 the greatest; the edge (2, 0) is there by way of 1 anyway.
    let order = Order::new(3, &[(1, 0), (2, 1), (2, 0)]);
    assert_eq!(order.bottom(), 2);
    assert_eq!(order.join(&[1, 2]), 1);
    assert_eq!(order.join(&[1, 0, 2]), 0);
    assert!(order.is_chain());
    assert!(!Order::new(4, &[(0, 1), (0, 2), (1, 3), (2, 3)]).is_chain());
}

#[test]
#[should_panic(expected = "no least upper bound")]
fn two_upper_bounds_and_no_least_is_no_lattice() {
    // 1 and 2 are both below 3 and 4, which are themselves below 5.
    let _ = Order::new(6, &[(0, 1), (0, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 5), (4, 5)]);
}

#[test]
#[should_panic(expected = "in a circle")]
fn a_circle_is_no_lattice() {
    let _ = Order::new(3, &[(0, 1), (1, 2), (2, 1)]);
}
