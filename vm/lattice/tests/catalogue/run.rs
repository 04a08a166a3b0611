//! Two replicas: what they read when they update at the same time, and when one has heard the other.
//!
//! Whatever is run is also checked: both replicas end up equal, in either order of delivery, and hearing twice is
//! hearing once.

use lasp_lattice::{Answer, Mutation, State, Unobserved, UpdateError};

use crate::scene::Scene;
use crate::shown;
use crate::word::Word;
use crate::written::{Type, Update};

/// A row of a table of concurrent updates.
pub struct Outcome {
    /// What A does, and what it is told.
    pub a: String,
    /// What B does without having heard, and what it is told.
    pub b: String,
    /// What both read when they have heard each other.
    pub together: String,
    /// What both read if B acts when it has heard A.
    pub a_first: String,
    /// What both read if A acts when it has heard B.
    pub b_first: String,
}

/// The wall clock of updates that do not say theirs.
const CLOCK_US: i64 = 1;

/// The state that both start from.
pub fn start(scene: &Scene) -> State<Word> {
    let mut state = State::bottom(&scene.of.kind);
    for (who, update) in &scene.start {
        let made = update.make(&state, &scene.of.kind, *who, CLOCK_US);
        state.join(&made.expect("a start").delta, &mut Unobserved);
    }
    state
}

/// The table of a scene: every two of its calls, once, then the further pairs.
pub fn outcomes(scene: &Scene) -> Vec<Outcome> {
    let calls = &scene.calls;
    let pairs = (0..calls.len()).flat_map(|a| (a..calls.len()).map(move |b| (&calls[a].0, &calls[b].1)));
    let also = scene.also.iter().map(|(a, b)| (a, b));
    pairs.chain(also).map(|(a, b)| outcome(scene, a, b)).collect()
}

fn outcome(scene: &Scene, a: &Update, b: &Update) -> Outcome {
    let start = start(scene);
    let make = |state: &State<Word>, who, update: &Update| update.make(state, &scene.of.kind, who, CLOCK_US);
    let read = |state: &State<Word>| shown::value(&scene.of, state);
    let (by_a, by_b) = (make(&start, 'A', a), make(&start, 'B', b));

    let mut at_a = start.clone();
    let mut at_b = start.clone();
    for (state, order) in [(&mut at_a, [&by_a, &by_b, &by_a]), (&mut at_b, [&by_b, &by_a, &by_b])] {
        order.iter().for_each(|made| hear(state, made));
    }
    assert_eq!(at_a, at_b, "{}: {} with {}", scene.of.text, a.text, b.text);

    let in_order = |first: &Result<_, _>, who, then: &Update, alone: &Result<_, _>| {
        let mut state = start.clone();
        hear(&mut state, first);
        let second = make(&state, who, then);
        hear(&mut state, &second);
        let told = told(&second).filter(|told| Some(told) != self::told(alone).as_ref());
        read(&state) + &told.map_or(String::new(), |told| format!(" ({who}: {told})"))
    };
    let together = read(&at_a);
    let (a_first, b_first) = (in_order(&by_a, 'B', b, &by_b), in_order(&by_b, 'A', a, &by_a));
    assert!(
        a_first != b_first || a_first == together,
        "{}: {} with {} decide something",
        scene.of.text,
        a.text,
        b.text
    );
    Outcome { a: done(a, &by_a), b: done(b, &by_b), together, a_first, b_first }
}

fn hear(state: &mut State<Word>, made: &Result<Mutation<Word>, UpdateError>) {
    if let Ok(made) = made {
        state.join(&made.delta, &mut Unobserved);
    }
}

/// What the handler that makes an update is told, if anything.
fn told(made: &Result<Mutation<Word>, UpdateError>) -> Option<String> {
    match made {
        Ok(Mutation { answer: Answer::None, .. }) => None,
        Ok(Mutation { answer: Answer::Bool(answer), .. }) => Some(answer.to_string()),
        Err(_) => Some("an error".to_owned()),
    }
}

fn done(update: &Update, made: &Result<Mutation<Word>, UpdateError>) -> String {
    let clock = update.clock_us.map_or(String::new(), |clock| format!(" at {clock}"));
    let told = told(made).map_or(String::new(), |told| format!(": {told}"));
    format!("`{}`{clock}{told}", update.text)
}

/// Where deltas come out of causal order. A adds `x` twice; B, having heard both, removes it. What C reads when it has
/// heard the first addition and the removal, and when it has heard all.
pub fn removed_before_it_came() -> (String, String) {
    let of = Type::read("orset<text>");
    let make = |state: &State<Word>, who, update: &str| {
        let made = Update::read(update, &of).make(state, &of.kind, who, CLOCK_US);
        made.expect("an update in range").delta
    };
    let after = |heard: &[&State<Word>]| {
        let mut state = State::bottom(&of.kind);
        for delta in heard {
            state.join(delta, &mut Unobserved);
        }
        state
    };
    let once = make(&after(&[]), 'A', "add(x)");
    let twice = make(&after(&[&once]), 'A', "add(x)");
    let removal = make(&after(&[&once, &twice]), 'B', "remove(x)");
    let read = |heard: &[&State<Word>]| shown::value(&of, &after(heard));
    (read(&[&once, &removal]), read(&[&once, &removal, &twice]))
}

/// That an update of a set of elements does to each what the single one does.
pub fn plural_is_each(scene: &Scene, plural: &str, single: &str) {
    let kind = &scene.of.kind;
    let done = |texts: &[String]| {
        let mut state = start(scene);
        for text in texts {
            let made = Update::read(text, &scene.of).make(&state, kind, 'B', CLOCK_US);
            hear(&mut state, &made);
        }
        shown::value(&scene.of, &state)
    };
    let each = ["x", "y"].map(|x| format!("{single}({x})"));
    assert_eq!(
        done(&[format!("{plural}({{x, y}})")]),
        done(&each),
        "{}: {plural} is not {single} of each",
        scene.of.text
    );
}
