//! What holds of all kinds: seen sets, nonsense that is refused.

use lasp_spec::{Act, Arg, History, Kind, Op, Seen, Step, Value};

use crate::world::{World, add, remove};

#[test]
fn seen_is_a_set() {
    let mut seen = Seen::from([3, 127]);
    seen.insert(3);
    seen.union(&Seen::from([0]));
    assert_eq!(seen.iter().collect::<Vec<_>>(), [0, 3, 127]);
    assert!(seen.contains(127) && !seen.contains(1) && !seen.contains(1000));
    assert!(Seen::from([0]).is_subset(&seen) && !Seen::from([1]).is_subset(&seen));
    assert_eq!(format!("{seen:?}"), "{0, 3, 127}");
}

#[test]
fn a_history_holds_as_many_updates_as_a_set_of_them_can() {
    let mut world = World::of(Kind::GCounter);
    for _ in 0..Seen::CAPACITY {
        world.act(0, Act::Inc(1));
    }
    assert_eq!(world.read(0), Value::Count(128));
}

#[test]
#[should_panic(expected = "has seen the future")]
fn no_maker_has_seen_what_is_not_yet_made() {
    let op = Op { at: 0, now_us: 0, path: vec![], act: Act::Inc(1) };
    History::new().record(op, &Seen::from([0]));
}

#[test]
#[should_panic(expected = "not an update of this kind")]
fn an_update_must_fit_the_kind() {
    let mut world = World::of(Kind::GSet);
    world.act(0, remove(1));
    let _ = world.all();
}

#[test]
#[should_panic(expected = "the path leads too far")]
fn a_path_must_fit_the_kind() {
    let mut world = World::of(Kind::GSet);
    world.act_on(0, &[Step::Key(1)], add(1));
    let _ = world.all();
}

#[test]
fn a_path_leads_to_a_kind() {
    let kind = Kind::gmap(Kind::Product(vec![Kind::GSet, Kind::Lww]));
    assert_eq!(kind.at(&[Step::Key(9), Step::Part(1)]), Some(&Kind::Lww));
    assert_eq!(kind.at(&[Step::Part(1)]), None);
    assert_eq!(kind.at(&[Step::Key(9), Step::Part(2)]), None);
}

#[test]
fn only_a_register_can_be_in_the_way() {
    let mut world = World::of(Kind::Max);
    world.act(0, Act::Set(Arg::Element(1)));
    assert!(!world.history.set_conflicts(&world.kind, &[], world.seen(0), &Arg::Element(2)));
}
