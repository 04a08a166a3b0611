//! Cases worth spelling out: what the papers argue about and what has bitten others.

use lasp_lattice::{Answer, Arg, Kind, Leaf, ReplicaId, Stamp, State, Unobserved, UpdateError};

use crate::rows::{End, Recorder, Row, visible};
use crate::world::replica;

/// A variable at one replica; `call` makes an update, joins it here and hands out the delta.
struct Variable {
    kind: Kind,
    state: State<u8>,
    replica: ReplicaId,
    now_us: i64,
}

impl Variable {
    fn new(kind: Kind, at: usize) -> Self {
        Self { state: State::bottom(&kind), kind, replica: replica(at), now_us: 0 }
    }

    fn try_call(&mut self, path: &[u8], method: &str, args: &[Arg<u8>]) -> Result<(State<u8>, Answer), UpdateError> {
        let stamp = Stamp { replica: self.replica, now_us: self.now_us };
        let made = self.state.mutate(&self.kind, path, method, args, &stamp)?;
        self.hear(&made.delta);
        Ok((made.delta, made.answer))
    }

    fn call(&mut self, path: &[u8], method: &str, args: &[Arg<u8>]) -> State<u8> {
        self.try_call(path, method, args).expect("the update is fine").0
    }

    fn hear(&mut self, delta: &State<u8>) {
        self.state.join(delta, &mut Unobserved);
    }
}

use Arg::{Amount, Element, Elements, Node};

#[test]
fn a_removal_kills_what_it_names_and_nothing_under_way() {
    let [mut a, mut b, mut c] = [0, 1, 2].map(|at| Variable::new(Kind::OrSet, at));
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
    let mut a = Variable::new(Kind::OrSet, 0);
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
    let [mut ahead, mut behind] = [0, 1].map(|at| Variable::new(Kind::Lww, at));
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
    let [mut a, mut b] = [0, 1].map(|at| Variable::new(Kind::BCounter, at));
    a.call(&[], "inc", &[Amount(10)]);
    let moved = a.call(&[], "transfer", &[Amount(4), Node(replica(1))]);
    assert_eq!(a.state.rights(replica(0)), Some(6));
    assert_eq!(b.try_call(&[], "spend", &[Amount(1)]).unwrap().1, Answer::Bool(false), "not arrived yet");
    b.hear(&moved);
    b.hear(&moved);
    let (spent, answer) = b.try_call(&[], "spend", &[Amount(3)]).unwrap();
    assert_eq!((answer, b.state.rights(replica(1))), (Answer::Bool(true), Some(1)));
    let (refused, answer) = b.try_call(&[], "spend", &[Amount(2)]).unwrap();
    assert_eq!((answer, refused.is_bottom()), (Answer::Bool(false), true));
    assert_eq!(b.try_call(&[], "spend", &[Amount(0)]).unwrap().1, Answer::Bool(true));
    a.hear(&spent);
    assert_eq!(a.state.leaf(), Some(Leaf::Count(7)));
    let error = a.try_call(&[], "transfer", &[Amount(7), Node(replica(1))]).unwrap_err();
    assert_eq!(error, UpdateError::RightsShort { replica: replica(0), wanted: 7, held: 6 });
    assert_eq!(error.to_string(), "transferring 7 rights of a bcounter from replica 1.0: it holds 6");
    // To oneself nothing moves, least of all rights out of nothing.
    assert!(a.call(&[], "transfer", &[Amount(6), Node(replica(0))]).is_bottom());
    assert_eq!(a.state.rights(replica(0)), Some(6));
}

#[test]
fn a_slot_past_its_range_is_an_error_and_sums_are_wider() {
    let most = i64::MAX as u64;
    for (kind, method) in [(Kind::GCounter, "inc"), (Kind::PnCounter, "dec"), (Kind::BCounter, "inc")] {
        let [mut a, mut b] = [0, 1].map(|at| Variable::new(kind.clone(), at));
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
    let mut sets = Variable::new(Kind::GMap(Box::new(Kind::OrSet)), 0);
    sets.call(&[1], "remove", &[Element(5)]);
    assert!(sets.state.contains(&1) && sets.state.get(&1).is_some_and(State::is_empty));
    let mut counters = Variable::new(Kind::GMap(Box::new(Kind::GCounter)), 0);
    counters.call(&[1], "inc", &[Amount(0)]);
    let row = Row { port: 0, keys: vec![1], end: End::Leaf(Leaf::Count(0)) };
    assert_eq!(visible(&counters.state), [(row, 1)].into());
    let mut rights = Variable::new(Kind::GMap(Box::new(Kind::BCounter)), 0);
    let (delta, answer) = rights.try_call(&[1], "spend", &[Amount(1)]).unwrap();
    assert_eq!((answer, delta.is_bottom(), rights.state.len()), (Answer::Bool(false), true, 0));
}

#[test]
fn nested_maps_report_their_keys_then_the_rows_below() {
    let kind = Kind::GMap(Box::new(Kind::GMap(Box::new(Kind::OrSet))));
    let [mut a, mut b] = [0, 1].map(|at| Variable::new(kind.clone(), at));
    let first = a.call(&[1, 2], "add_all", &[Elements(vec![8, 9, 9])]);
    let mut recorder = Recorder::default();
    b.state.join(&first, &mut recorder);
    let row = |port, keys: &[u8], end| Row { port, keys: keys.to_vec(), end };
    let expected = [
        (row(0, &[1], End::Nothing), 1),
        (row(1, &[1, 2], End::Nothing), 1),
        (row(2, &[1, 2], End::Element(8)), 1),
        (row(2, &[1, 2], End::Element(9)), 1),
    ];
    assert_eq!(recorder.events, expected);
    let second = b.call(&[1, 2], "remove", &[Element(8)]);
    let mut recorder = Recorder::default();
    a.state.join(&second, &mut recorder);
    assert_eq!(recorder.events, [(row(2, &[1, 2], End::Element(8)), -1)]);
    let mut recorder = Recorder::default();
    a.state.join(&first, &mut recorder);
    assert!(recorder.events.is_empty(), "an old delta came again and moved something: {:?}", recorder.events);
}

#[test]
#[should_panic(expected = "joining states of two kinds: gset with orset")]
fn states_of_two_kinds_do_not_join() {
    let other: State<u8> = State::bottom(&Kind::OrSet);
    State::bottom(&Kind::GSet).join(&other, &mut Unobserved);
}
