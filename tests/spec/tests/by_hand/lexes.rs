//! `lex`.

use lasp_spec::{Act, Arg, Kind, Order, Step, Value};

use crate::world::{World, add, map, remove, set_both, values};

fn shows(first: u8, second: u8) -> Value {
    Value::pair(Value::Register(Some(first)), Value::Register(Some(second)))
}

#[test]
fn nothing_written_shows_both_bottoms() {
    let chain = Kind::User(Order::new(2, &[(1, 0)]));
    assert_eq!(
        World::of(Kind::lex(chain, Kind::lex(Kind::Max, Kind::Mv))).all(),
        Value::pair(Value::Rank(1), Value::pair(Value::Register(None), values([])))
    );
}

#[test]
fn the_greatest_first_half_takes_its_second_along() {
    let mut world = World::of(Kind::lex(Kind::Max, Kind::Max));
    world.act(0, set_both(1, 200));
    world.act(1, set_both(2, 10));
    world.act(2, set_both(2, 20));
    assert_eq!(world.all(), shows(2, 20));
    // By `min`, the least first half decides.
    assert_eq!(world.all_as(&Kind::lex(Kind::Min, Kind::Max)), shows(1, 200));
    assert_eq!(world.all_as(&Kind::lex(Kind::Max, Kind::Min)), shows(2, 10));
}

#[test]
fn the_second_half_keeps_to_its_own_rule() {
    let mut world = World::of(Kind::lex(Kind::Max, Kind::Mv));
    world.act(0, set_both(2, 1));
    world.act(0, set_both(2, 2));
    world.act(1, set_both(2, 3));
    world.act(2, set_both(1, 4));
    let top = Value::Register(Some(2));
    assert_eq!(world.all(), Value::pair(top.clone(), values([2, 3])));
    let ivar = Kind::lex(Kind::Max, Kind::Ivar);
    assert_eq!(world.all_as(&ivar), Value::pair(top, Value::Conflict([1, 2, 3].into())));
}

#[test]
fn an_ivar_below_a_new_first_half_is_free() {
    let mut world = World::of(Kind::lex(Kind::Max, Kind::Ivar));
    world.act(0, set_both(2, 1));
    let conflicts = |a, b| {
        let arg = Arg::pair(Arg::Element(a), Arg::Element(b));
        world.history.set_conflicts(&world.kind, &[], world.seen(0), &arg)
    };
    assert!(conflicts(2, 9));
    assert!(!conflicts(2, 1));
    assert!(!conflicts(3, 9));
    assert!(!conflicts(1, 9));
}

#[test]
fn a_chain_of_a_users_decides_by_its_drawing() {
    // 2 < 0 < 1
    let mut world = World::of(Kind::lex(Kind::User(Order::new(3, &[(2, 0), (0, 1)])), Kind::Max));
    let both = |rank, x| Act::Set(Arg::pair(Arg::Rank(rank), Arg::Element(x)));
    world.act(0, both(2, 9));
    world.act(1, both(0, 8));
    assert_eq!(world.all(), Value::pair(Value::Rank(0), Value::Register(Some(8))));
    world.act(2, both(1, 7));
    assert_eq!(world.all(), Value::pair(Value::Rank(1), Value::Register(Some(7))));
}

#[test]
fn a_first_half_may_be_a_lex_itself() {
    let mut world = World::of(Kind::lex(Kind::lex(Kind::Max, Kind::Min), Kind::Max));
    let all = |a, b, c| {
        let first = Arg::pair(Arg::Element(a), Arg::Element(b));
        Act::Set(Arg::pair(first, Arg::Element(c)))
    };
    world.act(0, all(1, 0, 100));
    world.act(1, all(2, 5, 10));
    world.act(2, all(2, 6, 50));
    assert_eq!(world.all(), Value::pair(shows(2, 5), Value::Register(Some(10))));
}

#[test]
fn within_a_first_half_the_last_write_wins() {
    let mut world = World::of(Kind::lex(Kind::Max, Kind::Lww));
    world.wall(0, 1000);
    world.wall(1, 10);
    world.act(0, set_both(1, 1));
    world.meet(1, 0);
    // Goes on from the shown clock: (1000, 1).
    world.act(1, set_both(1, 2));
    assert_eq!(world.all(), shows(1, 2));
    // Starts anew under a greater first half, at (10, 0), so (11, 0) wins over it.
    world.act(1, set_both(2, 3));
    world.wall(2, 11);
    world.act(2, set_both(2, 4));
    assert_eq!(world.all(), shows(2, 4));
}

#[test]
fn a_write_below_the_shown_first_half_starts_anew() {
    let mut world = World::of(Kind::ormap(Kind::lex(Kind::Max, Kind::Lww)));
    let key = [Step::Key(1)];
    world.wall(0, 1000);
    world.act_on(0, &key, set_both(1, 1));
    world.act_on(0, &key, set_both(2, 2));
    world.meet(1, 0);
    world.wall(0, 10);
    // Its maker shows (2, 2): the clock of (1, 1) is no longer held, and (1, 3) is at (10, 0).
    world.act_on(0, &key, set_both(1, 3));
    assert_eq!(world.read(0), map([(1, shows(2, 2))]));
    world.wall(2, 11);
    world.act_on(2, &key, set_both(1, 4));
    // Once the two writes that dominated it are removed, it stands against the other's (11, 0).
    world.act(1, remove(1));
    assert_eq!(world.all(), map([(1, shows(1, 4))]));
}

#[test]
#[should_panic(expected = "not an update of this kind")]
fn a_lex_is_only_set() {
    let mut world = World::of(Kind::lex(Kind::Max, Kind::Mv));
    world.act(0, add(1));
    let _ = world.all();
}
