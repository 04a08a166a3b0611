//! W3: every pair of two sets, told as it comes and goes, or kept.
//!
//! ```text
//! A × B, n × n          emitted   the pairs are the result: nobody has to keep them
//!                       stored    (x / 2, y / 2) of each pair is: an image stays while any pair gives it
//! ```
//!
//! Phases: `load b` (A and B alternating), then 50 elements of A go in one batch, `remove b`, and come back in another,
//! `return b`. Time is per pair, not per change.

#[cfg(feature = "differential")]
mod differential;

use std::rc::Rc;
use std::sync::Arc;

use compact_str::CompactString;
use lasp_plan::Plan;

use super::Sizes;
use crate::digest::Sum;
use crate::element::{Element, Map, Set, map, set, slot};
use crate::measure::{Case, Entrant, Machine, Mode, Script, Step, System};
use crate::ours::{self, Lasp};
use lasp_gauge::elems;

/// An element of A (`true`) or B that comes (`true`) or goes.
pub type Change<T> = (bool, T, bool);

/// What becomes of a pair.
pub trait Image: 'static {
    /// The type of elements.
    type In: Element;
    /// The type of images.
    type Out: Element;
    /// What to call it.
    const NAME: &'static str;
    /// In Lasp, behind `a.product(b)`.
    const LASP: &'static str;
    /// Whether several pairs may have one image.
    const COUNTED: bool;
    /// In Rust.
    fn of(x: &Self::In, y: &Self::In) -> Self::Out;
}

/// The pair itself.
pub struct Emitted;

impl Image for Emitted {
    type In = i64;
    type Out = (i64, i64);
    const NAME: &'static str = "emitted; ints";
    const LASP: &'static str = "";
    const COUNTED: bool = false;

    fn of(x: &i64, y: &i64) -> (i64, i64) {
        (*x, *y)
    }
}

/// The pair itself, of texts.
pub struct EmittedTexts;

impl Image for EmittedTexts {
    type In = CompactString;
    type Out = (CompactString, CompactString);
    const NAME: &'static str = "emitted; texts";
    const LASP: &'static str = "";
    const COUNTED: bool = false;

    fn of(x: &CompactString, y: &CompactString) -> (CompactString, CompactString) {
        (x.clone(), y.clone())
    }
}

/// Half of each, which two pairs may share for all that a system knows.
pub struct Stored;

impl Image for Stored {
    type In = i64;
    type Out = (i64, i64);
    const NAME: &'static str = "stored; ints; (x / 2, y / 2)";
    const LASP: &'static str = ".map((x, y) => (x / 2, y / 2))";
    const COUNTED: bool = true;

    fn of(x: &i64, y: &i64) -> (i64, i64) {
        (x / 2, y / 2)
    }
}

/// A number made of both, which many pairs share.
pub struct Mixed;

impl Image for Mixed {
    type In = i64;
    type Out = i64;
    const NAME: &'static str = "stored; ints; x % 4096 + y % 4096";
    const LASP: &'static str = ".map((x, y) => x % 4096 + y % 4096)";
    const COUNTED: bool = true;

    fn of(x: &i64, y: &i64) -> i64 {
        x % 4096 + y % 4096
    }
}

impl Element for (CompactString, CompactString) {
    type Hasher = foldhash::fast::RandomState;
    const LASP: &'static str = "(text, text)";
    const NAME: &'static str = "pairs of texts";

    fn of(word: i64) -> Self {
        (CompactString::of(word), CompactString::of(!word))
    }

    fn value(&self) -> lasp_plan::Value {
        lasp_plan::Value::tuple([self.0.value(), self.1.value()])
    }
}

struct Hand<I: Image> {
    a: Set<I::In>,
    b: Set<I::In>,
    counts: Map<I::Out, u32>,
    sum: Sum,
}

impl<I: Image> Hand<I> {
    fn new(n: usize) -> Hand<I> {
        let counts = map::<I::Out, u32>(if I::COUNTED { n * n } else { 0 });
        Hand { a: set::<I::In>(n), b: set::<I::In>(n), counts, sum: Sum::default() }
    }
}

fn tell<I: Image>(counts: &mut Map<I::Out, u32>, sum: &mut Sum, image: I::Out, comes: bool) {
    if !I::COUNTED {
        return sum.weigh(&image, if comes { 1 } else { -1 });
    }
    let count = slot(counts, &image, 0);
    if comes {
        *count += 1;
        if *count == 1 {
            sum.add(&image);
        }
    } else {
        *count -= 1;
        if *count == 0 {
            sum.take(&image);
            counts.remove(&image);
        }
    }
}

impl<I: Image> Machine<Change<I::In>> for Hand<I> {
    fn apply(&mut self, changes: &[Change<I::In>]) {
        let (counts, sum) = (&mut self.counts, &mut self.sum);
        for (in_a, x, comes) in changes {
            let own = if *in_a { &mut self.a } else { &mut self.b };
            let moved = if *comes { own.insert(x.clone()) } else { own.remove(x) };
            if !moved {
                continue;
            }
            if *in_a {
                self.b.iter().for_each(|y| tell::<I>(counts, sum, I::of(x, y), *comes));
            } else {
                self.a.iter().for_each(|y| tell::<I>(counts, sum, I::of(y, x), *comes));
            }
        }
    }

    fn check(&mut self) -> u64 {
        self.sum.0
    }
}

struct Ours {
    lasp: Lasp,
    /// By `in_a` and `comes`.
    events: [[u32; 2]; 2],
}

impl Ours {
    fn plan<I: Image>() -> Arc<Plan> {
        let (ty, image) = (I::In::LASP, I::LASP);
        ours::plan(&format!(
            "var a: orset<{ty}>
             var b: orset<{ty}>
             event add_a {{ x: {ty} }}
             event add_b {{ x: {ty} }}
             event remove_a {{ x: {ty} }}
             event remove_b {{ x: {ty} }}
             on add_a({{ x }}) {{ a.add(x) }}
             on add_b({{ x }}) {{ b.add(x) }}
             on remove_a({{ x }}) {{ a.remove(x) }}
             on remove_b({{ x }}) {{ b.remove(x) }}
             let result = a.product(b){image}
             show result"
        ))
    }

    fn start(plan: &Arc<Plan>) -> Ours {
        let event = |name| ours::event_of(plan, name);
        let events = [[event("remove_b"), event("add_b")], [event("remove_a"), event("add_a")]];
        Ours { lasp: Lasp::start(plan), events }
    }
}

impl<T: Element> Machine<Change<T>> for Ours {
    fn apply(&mut self, changes: &[Change<T>]) {
        let events = &self.events;
        let event = |in_a: bool, comes: bool| events[usize::from(in_a)][usize::from(comes)];
        self.lasp.apply(changes.iter().map(|(in_a, x, comes)| (event(*in_a, *comes), [x.value()])));
    }

    fn check(&mut self) -> u64 {
        self.lasp.check()
    }
}

/// How many elements go and come back.
const MOVED: usize = 50;

fn case<I: Image>(n: usize) -> Case {
    let case = Case::new("W3", I::NAME, n, move || {
        let a: Vec<I::In> = elems(n, 10).into_iter().map(I::In::of).collect();
        let b: Vec<I::In> = elems(n, 11).into_iter().map(I::In::of).collect();
        let load = a.iter().zip(&b).flat_map(|(a, b)| [(true, a.clone(), true), (false, b.clone(), true)]).collect();
        let moved = |comes: bool| a.iter().take(MOVED).map(|x| (true, x.clone(), comes)).collect();
        let scripts = Rc::new(vec![Script(vec![
            Step::new("load", Mode::Batches, load).moving(n / 2),
            Step::new("remove", Mode::Batches, moved(false)).removing().moving(n),
            Step::new("return", Mode::Batches, moved(true)).removing().moving(n),
        ])]);
        let plan = Ours::plan::<I>();
        vec![
            Entrant::machine(System::Hand, &scripts, move || Hand::<I>::new(n)),
            Entrant::machine(System::Lasp, &scripts, move || Ours::start(&plan)),
            #[cfg(feature = "differential")]
            Entrant::machine(System::Differential, &scripts, differential::Product::<I>::new),
        ]
    });
    case.once()
}

/// See the module.
#[must_use]
pub fn cases(sizes: Sizes) -> Vec<Case> {
    let sizes: &[usize] = sizes.choose(&[100, 300], &[300, 1_000]);
    sizes
        .iter()
        .flat_map(|&n| [case::<Emitted>(n), case::<EmittedTexts>(n), case::<Stored>(n), case::<Mixed>(n)])
        .collect()
}
