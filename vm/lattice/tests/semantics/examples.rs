//! Cases worth spelling out: what the papers argue about and what has bitten others.

use lasp_lattice::{Answer, Arg, Kind, Leaf, Reading, ReplicaId, Stamp, State, Step, Unobserved, UpdateError};

use crate::reads::{End, Row, Rows};
use crate::words::{INCARNATIONS, replica};

/// The nth node.
fn node(at: usize) -> ReplicaId {
    replica(at * INCARNATIONS)
}

/// A variable at one replica; `call` makes an update, joins it here and hands out the delta.
struct Variable {
    kind: Kind,
    state: State<u8>,
    replica: ReplicaId,
    now_us: i64,
}

impl Variable {
    fn new(kind: &Kind, at: usize) -> Self {
        Self { state: State::bottom(kind), kind: kind.clone(), replica: node(at), now_us: 0 }
    }

    fn try_call(
        &mut self,
        path: &[Step<u8>],
        method: &str,
        args: &[Arg<u8>],
    ) -> Result<(State<u8>, Answer), UpdateError> {
        let stamp = Stamp { replica: self.replica, now_us: self.now_us };
        let made = self.state.mutate(&self.kind, path, method, args, &stamp)?;
        self.hear(&made.delta);
        Ok((made.delta, made.answer))
    }

    fn call(&mut self, path: &[Step<u8>], method: &str, args: &[Arg<u8>]) -> State<u8> {
        self.try_call(path, method, args).expect("the update is fine").0
    }

    fn hear(&mut self, delta: &State<u8>) {
        self.state.join(delta, &mut Unobserved);
    }

    /// The count under a key, if the key is there.
    fn count(&self, key: u8) -> Option<i128> {
        let Leaf::Count(n) = self.state.get(&key)?.leaf()? else { panic!("not a counter") };
        Some(n)
    }
}

fn ormap(values: Kind) -> Kind {
    Kind::OrMap(Box::new(values))
}

use Arg::{Amount, Element, Elements, Node};
use Step::Key;

#[test]
fn a_removal_kills_what_it_names_and_nothing_under_way() {
    let [mut a, mut b, mut c] = [0, 1, 2].map(|at| Variable::new(&Kind::OrSet, at));
    let x = a.call(&[], "add", &[Element(1)]);
    let y = a.call(&[], "add", &[Element(2)]);
    // b has seen both and removes y. Were all it has seen the context of that delta, it would kill x at c.
    b.hear(&x);
    b.hear(&y);
    let removal = b.call(&[], "remove", &[Element(2)]);
    c.hear(&removal);
    c.hear(&x);
    assert!(c.state.contains(&1), "an addition under way was killed");
    c.hear(&y);
    assert!(!c.state.contains(&2), "the removal came first and still holds");
}

#[test]
fn a_million_updates_of_one_element_leave_one_number_per_replica() {
    let mut a = Variable::new(&Kind::OrSet, 0);
    for round in 0..500_000 {
        a.call(&[], "add", &[Element(1)]);
        if round % 10_000 == 10 {
            // Adding what is there replaces its dot. And the size is looked at on the way, so that growth is told at
            // once and not after an hour.
            for _ in 0..100 {
                a.call(&[], "add", &[Element(1)]);
            }
            let size = format!("{:?}", a.state).len();
            assert!(size < 600, "{size} characters of state after {round} rounds");
        }
        a.call(&[], "remove", &[Element(1)]);
    }
    let size = format!("{:?}", a.state).len();
    assert!(size < 300, "{size} characters of state");
}

#[test]
fn a_write_that_has_seen_another_wins_over_it_whatever_the_clocks_say() {
    let ten_years_us = 315_576_000_000_000;
    let [mut ahead, mut behind] = [0, 1].map(|at| Variable::new(&Kind::Lww, at));
    (ahead.now_us, behind.now_us) = (ten_years_us, -ten_years_us);
    let first = ahead.call(&[], "set", &[Element(1)]);
    behind.hear(&first);
    let second = behind.call(&[], "set", &[Element(2)]);
    ahead.hear(&second);
    assert_eq!(ahead.state.leaf(), Some(Leaf::Option(Some(2))));
    assert_eq!(ahead.state, behind.state);
}

#[test]
fn rights_are_made_moved_and_spent() {
    let [mut a, mut b] = [0, 1].map(|at| Variable::new(&Kind::BCounter, at));
    a.call(&[], "inc", &[Amount(10)]);
    let moved = a.call(&[], "transfer", &[Amount(4), Node(node(1))]);
    assert_eq!(a.state.rights(node(0)), Some(6));
    assert_eq!(b.try_call(&[], "spend", &[Amount(1)]).unwrap().1, Answer::Bool(false), "not arrived yet");
    b.hear(&moved);
    b.hear(&moved);
    let (spent, answer) = b.try_call(&[], "spend", &[Amount(3)]).unwrap();
    assert_eq!((answer, b.state.rights(node(1))), (Answer::Bool(true), Some(1)));
    let (refused, answer) = b.try_call(&[], "spend", &[Amount(2)]).unwrap();
    assert_eq!((answer, refused.is_bottom()), (Answer::Bool(false), true));
    assert_eq!(b.try_call(&[], "spend", &[Amount(0)]).unwrap().1, Answer::Bool(true));
    a.hear(&spent);
    assert_eq!(a.state.leaf(), Some(Leaf::Count(7)));
    let error = a.try_call(&[], "transfer", &[Amount(7), Node(node(1))]).unwrap_err();
    assert_eq!(error, UpdateError::RightsShort { replica: node(0), wanted: 7, held: 6 });
    assert_eq!(error.to_string(), "transferring 7 rights of a bcounter from replica 1.0: it holds 6");
    // To oneself nothing moves, least of all rights out of nothing.
    assert!(a.call(&[], "transfer", &[Amount(6), Node(node(0))]).is_bottom());
    assert_eq!(a.state.rights(node(0)), Some(6));
}

#[test]
fn a_slot_past_its_range_is_an_error_and_sums_are_wider() {
    let most = i64::MAX as u64;
    for (kind, method) in [(Kind::GCounter, "inc"), (Kind::PnCounter, "dec"), (Kind::BCounter, "inc")] {
        let [mut a, mut b] = [0, 1].map(|at| Variable::new(&kind, at));
        a.call(&[], method, &[Amount(most)]);
        let before = a.state.clone();
        for n in [1, u64::MAX] {
            let error = a.try_call(&[], method, &[Amount(n)]).unwrap_err();
            assert!(matches!(error, UpdateError::OutOfRange { .. }), "{error}");
            assert!(error.to_string().contains("its slot would pass 9223372036854775807"), "{error}");
        }
        assert_eq!(a.state, before);
        a.call(&[], method, &[Amount(0)]);
        let theirs = b.call(&[], method, &[Amount(most)]);
        a.hear(&theirs);
        let sum = 2 * i128::from(i64::MAX);
        assert_eq!(a.state.leaf(), Some(Leaf::Count(if method == "dec" { -sum } else { sum })));
    }
}

#[test]
fn a_key_is_there_once_written_unless_the_update_was_refused() {
    let mut sets = Variable::new(&Kind::GMap(Box::new(Kind::OrSet)), 0);
    sets.call(&[Key(1)], "remove", &[Element(5)]);
    assert!(sets.state.contains(&1) && sets.state.get(&1).is_some_and(Reading::is_empty));
    let mut counters = Variable::new(&Kind::GMap(Box::new(Kind::GCounter)), 0);
    counters.call(&[Key(1)], "inc", &[Amount(0)]);
    let row = Row { port: 0, keys: vec![1], end: End::Leaf(Leaf::Count(0)) };
    assert_eq!(Rows::of(&counters.state).0, [(row, 1)].into());
    let mut rights = Variable::new(&Kind::GMap(Box::new(Kind::BCounter)), 0);
    let (delta, answer) = rights.try_call(&[Key(1)], "spend", &[Amount(1)]).unwrap();
    assert_eq!((answer, delta.is_bottom(), rights.state.len()), (Answer::Bool(false), true, 0));
}

#[test]
fn nested_maps_report_their_keys_then_the_rows_below() {
    let kind = Kind::GMap(Box::new(Kind::GMap(Box::new(Kind::OrSet))));
    let [mut a, mut b] = [0, 1].map(|at| Variable::new(&kind, at));
    let first = a.call(&[Key(1), Key(2)], "add_all", &[Elements(vec![8, 9, 9])]);
    let mut reported = Rows::default();
    b.state.join(&first, &mut reported);
    let row = |port, keys: &[u8], end| Row { port, keys: keys.to_vec(), end };
    let expected = [
        (row(0, &[1], End::Nothing), 1),
        (row(1, &[1, 2], End::Nothing), 1),
        (row(2, &[1, 2], End::Element(8)), 1),
        (row(2, &[1, 2], End::Element(9)), 1),
    ];
    assert_eq!(reported.0, expected.into());
    let second = b.call(&[Key(1), Key(2)], "remove", &[Element(8)]);
    let mut reported = Rows::default();
    a.state.join(&second, &mut reported);
    assert_eq!(reported.0, [(row(2, &[1, 2], End::Element(8)), -1)].into());
    let mut reported = Rows::default();
    a.state.join(&first, &mut reported);
    assert_eq!(reported, Rows::default(), "an old delta came again and moved something");
}

#[test]
#[should_panic(expected = "joining states of two kinds: gset with orset")]
fn states_of_two_kinds_do_not_join() {
    let other: State<u8> = State::bottom(&Kind::OrSet);
    State::bottom(&Kind::GSet).join(&other, &mut Unobserved);
}

#[test]
fn a_removed_and_readded_key_does_not_bring_the_old_counter_back() {
    for counter in [Kind::GCounter, Kind::PnCounter, Kind::RCounter] {
        let [mut a, mut b] = [0, 1].map(|at| Variable::new(&ormap(counter.clone()), at));
        let five = a.call(&[Key(1)], "inc", &[Amount(5)]);
        b.hear(&five);
        let removal = b.call(&[], "remove", &[Element(1)]);
        assert_eq!(b.count(1), None);
        let two = b.call(&[Key(1)], "inc", &[Amount(2)]);
        for delta in [&removal, &two, &five] {
            a.hear(delta);
        }
        b.hear(&five);
        assert_eq!((a.count(1), b.count(1)), (Some(2), Some(2)));
        // Its own writer goes on, removes and goes on again.
        a.call(&[Key(1)], "inc", &[Amount(1)]);
        assert_eq!(a.count(1), Some(3));
        a.call(&[], "remove", &[Element(1)]);
        a.call(&[Key(1)], "inc", &[Amount(4)]);
        assert_eq!(a.count(1), Some(4));
        a.hear(&five);
        a.hear(&two);
        assert_eq!(a.count(1), Some(4));
    }
}

#[test]
fn increments_concurrent_with_the_removal_of_their_key_survive() {
    let [mut a, mut b] = [0, 1].map(|at| Variable::new(&ormap(Kind::GCounter), at));
    let five = a.call(&[Key(1)], "inc", &[Amount(5)]);
    b.hear(&five);
    let removal = b.call(&[], "remove", &[Element(1)]);
    let two = a.call(&[Key(1)], "inc", &[Amount(2)]);
    a.hear(&removal);
    assert_eq!(a.count(1), Some(2), "the removal took what it had not seen, or left what it had");
    b.hear(&two);
    assert_eq!((b.count(1), &a.state), (Some(2), &b.state));
    // The writer whose sum was taken back in part goes on with it, and it is taken back as a whole.
    b.hear(&a.call(&[Key(1)], "inc", &[Amount(1)]));
    assert_eq!((a.count(1), b.count(1)), (Some(3), Some(3)));
    a.hear(&b.call(&[], "clear", &[]));
    assert_eq!((a.count(1), a.state.len()), (None, 0));
}

#[test]
fn two_removals_that_saw_different_prefixes_of_a_counter_take_back_the_longer() {
    let [mut a, mut b, mut c] = [0, 1, 2].map(|at| Variable::new(&ormap(Kind::PnCounter), at));
    let deltas = [("inc", 5), ("dec", 2), ("inc", 1)].map(|(method, n)| a.call(&[Key(1)], method, &[Amount(n)]));
    b.hear(&deltas[0]);
    c.hear(&deltas[0]);
    c.hear(&deltas[1]);
    assert_eq!((b.count(1), c.count(1)), (Some(5), Some(3)));
    let removals = [b.call(&[], "remove", &[Element(1)]), c.call(&[], "remove", &[Element(1)])];
    for order in [[0, 1], [1, 0]] {
        let mut reader = Variable::new(&a.kind, 3);
        reader.hear(&removals[order[0]]);
        deltas.iter().for_each(|delta| reader.hear(delta));
        reader.hear(&removals[order[1]]);
        assert_eq!(reader.count(1), Some(1));
        let mut writer = Variable { state: a.state.clone(), ..Variable::new(&a.kind, 0) };
        order.iter().for_each(|which| writer.hear(&removals[*which]));
        assert_eq!((writer.count(1), &writer.state), (Some(1), &reader.state));
    }
}

#[test]
fn a_removal_takes_the_greatest_value_and_leaves_the_lesser_it_has_not_seen() {
    let [mut a, mut b] = [0, 1].map(|at| Variable::new(&ormap(Kind::Max), at));
    b.hear(&a.call(&[Key(1)], "set", &[Element(7)]));
    a.call(&[Key(1)], "set", &[Element(3)]);
    a.hear(&b.call(&[], "remove", &[Element(1)]));
    assert_eq!(a.state.get(&1).and_then(|max| max.leaf()), Some(Leaf::Option(Some(3))));
}

#[test]
fn what_is_done_inside_a_removed_map_is_removed_with_it() {
    let [mut a, mut b] = [0, 1].map(|at| Variable::new(&ormap(ormap(Kind::OrSet)), at));
    b.hear(&a.call(&[Key(1), Key(2)], "add", &[Element(7)]));
    // b empties the inner map, which makes the outer key present, and a, not having heard of it, removes that key.
    let emptied = b.call(&[Key(1)], "clear", &[]);
    let removal = a.call(&[], "remove", &[Element(1)]);
    a.hear(&emptied);
    b.hear(&removal);
    assert_eq!(a.state, b.state);
    assert!(a.state.get(&1).is_some_and(Reading::is_empty), "an update makes its key present, whatever it was");
}
