//! What a type costs, measured: bytes on the wire, bytes left behind, elements compared.

use std::cell::Cell;
use std::ops::Range;

use lasp_lattice::{DecodeError, ElementCodec, MethodParam, Order, State, Unobserved};

use crate::scene::Scene;
use crate::shown;
use crate::word::{Plain, Word, comparisons};
use crate::written::Update;

/// Updates in a measured history.
pub const UPDATES: usize = 1_000;

/// Bytes are those of the body, without its envelope.
pub struct Cost {
    /// What was done [`UPDATES`] times, with `#` for the element.
    pub update: String,
    /// The delta of one more update.
    pub delta_bytes: usize,
    /// The state after all updates, made by one writer.
    pub one_writer_bytes: usize,
    /// The same made by three writers in turn.
    pub three_writers_bytes: usize,
    /// Of that, the elements alone.
    pub elements_bytes: usize,
    /// By each way of removing everything.
    pub emptied: Vec<Emptied>,
    /// Elements compared to join that one more delta.
    pub comparisons: usize,
}

/// What is left when one of three writers has removed everything.
pub struct Emptied {
    /// The method, and whether it was called for each element.
    pub method: &'static str,
    pub of_each: bool,
    /// The state afterwards.
    pub bytes: usize,
    /// The same, once the others have written again and that is removed too.
    pub settled_bytes: usize,
}

/// Elements of one length, each new to the type: `e0000`, `e0001`, …, or downwards where only less is new.
fn element(scene: &Scene, at: usize) -> Word {
    let at = if scene.row().order == Order::Shrinks { 9_999 - at } else { at };
    Word(format!("e{at:04}"))
}

/// A history of a scene's type.
struct History<'a> {
    scene: &'a Scene,
    state: State<Word>,
    moment: i64,
}

impl<'a> History<'a> {
    fn of(scene: &'a Scene, writers: &[char]) -> Self {
        let mut history = Self { scene, state: State::bottom(&scene.of.kind), moment: 0 };
        for at in 0..UPDATES {
            history.make(&scene.thousand, writers[at % writers.len()], at..at + 1);
        }
        history
    }

    fn delta(&mut self, update: &str, who: char, at: usize) -> State<Word> {
        // One a second, from the first second of 2026.
        self.moment += 1_000_000;
        let now_us = 1_767_225_600_000_000 + self.moment;
        let update = Update::read(&update.replace('#', &element(self.scene, at).0), &self.scene.of);
        update.make(&self.state, &self.scene.of.kind, who, now_us).expect("an update in range").delta
    }

    /// Makes an update for each of these elements, and joins it.
    fn make(&mut self, update: &str, who: char, elements: Range<usize>) {
        for at in elements {
            let delta = self.delta(update, who, at);
            self.state.join(&delta, &mut Unobserved);
        }
    }

    fn bytes(&self, state: &State<Word>) -> usize {
        let bytes = state.encode_body(&Plain);
        let read = State::decode_body(&self.scene.of.kind, &bytes, &Plain);
        assert_eq!(read.as_ref(), Ok(state), "{}: not what was written", self.scene.of.text);
        bytes.len()
    }
}

/// The bytes of an envelope.
pub fn envelope_bytes(scene: &Scene) -> usize {
    let state = State::<Word>::bottom(&scene.of.kind);
    state.encode(&scene.of.kind, &Plain).len() - state.encode_body(&Plain).len()
}

pub fn cost(scene: &Scene) -> Cost {
    let one = History::of(scene, &['A']);
    let mut three = History::of(scene, &['A', 'B', 'C']);
    let more = three.delta(&scene.thousand, 'A', UPDATES);
    let mut state = three.state.clone();
    Cost {
        update: scene.thousand.clone(),
        delta_bytes: three.bytes(&more),
        one_writer_bytes: one.bytes(&one.state),
        three_writers_bytes: three.bytes(&three.state),
        elements_bytes: elements_bytes(&three.state),
        emptied: emptied(scene),
        comparisons: comparisons(|| assert!(state.join(&more, &mut Unobserved) || more.is_bottom())),
    }
}

/// Every way of removing that leaves nothing to be seen.
fn emptied(scene: &Scene) -> Vec<Emptied> {
    let nothing = shown::value(&scene.of, &State::bottom(&scene.of.kind));
    let mut found = Vec::new();
    for method in scene.row().methods.iter().filter(|method| method.removes && !scene.is_plural(method)) {
        let (text, of_each) = match method.params {
            [] => (format!("{}()", method.name), false),
            [MethodParam::Element] => (format!("{}(#)", method.name), true),
            _ => continue,
        };
        let mut history = History::of(scene, &['A', 'B', 'C']);
        history.make(&text, 'A', if of_each { 0..UPDATES } else { 0..1 });
        if shown::value(&scene.of, &history.state) == nothing {
            let bytes = history.bytes(&history.state);
            for other in ['B', 'C'] {
                history.make(&scene.thousand, other, 0..1);
                history.make(&text, 'A', 0..1);
            }
            let settled_bytes = history.bytes(&history.state);
            found.push(Emptied { method: method.name, of_each, bytes, settled_bytes });
        }
    }
    found
}

/// What the elements, keys and values of a state take by themselves.
fn elements_bytes(state: &State<Word>) -> usize {
    struct Weighed(Cell<usize>);
    impl ElementCodec<Word> for Weighed {
        fn write(&self, element: &Word, bytes: &mut Vec<u8>) {
            let before = bytes.len();
            Plain.write(element, bytes);
            self.0.set(self.0.get() + bytes.len() - before);
        }

        fn read(&self, bytes: &mut &[u8]) -> Result<Word, DecodeError> {
            Plain.read(bytes)
        }
    }
    let weighed = Weighed(Cell::new(0));
    state.encode_body(&weighed);
    weighed.0.get()
}
