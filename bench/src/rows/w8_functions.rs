//! W8: what a function of an element costs: the difference between a pipeline with eleven of it in a row and one with
//! one.
//!
//! ```text
//! source.map(f).…11 times….count()   −   source.map(f).count()        over ten times the elements
//! ```
//!
//! So what the source, the handler and the sink cost does not count. `b`: elements in batches; `s`: alone. Every filter
//! lets all pass. By hand: the same functions in a loop over the elements, the result kept from the optimiser.

use std::hint::black_box;
use std::rc::Rc;

use compact_str::CompactString;

use super::Sizes;
use crate::element::Element;
use crate::measure::{BATCH, Case, Entrant, Phase, System};
use crate::ours::{self, Lasp};
use lasp_gauge::Watch;
use lasp_gauge::elems;

/// How many times more.
const MORE: usize = 10;

/// A function, in Lasp and in Rust.
struct Function<T> {
    name: &'static str,
    /// Behind the source; `11` of it must be possible.
    lasp: &'static str,
    /// Types it needs.
    types: &'static str,
    rust: fn(T) -> T,
    /// Makes an element it can take.
    fits: fn(i64) -> T,
}

fn lasp<T: Element>(function: &Function<T>, elements: &[T], repeat: usize, alone: bool) -> f64 {
    let (types, ty, chain) = (function.types, T::LASP, function.lasp.repeat(repeat));
    let plan = ours::plan(&format!(
        "{types}
         var source: gset<{ty}>
         event add {{ x: {ty} }}
         on add({{ x }}) {{ source.add(x) }}
         let result = source{chain}.count()
         show result"
    ));
    let mut lasp = Lasp::start(&plan);
    let event = ours::event_of(&plan, "add");
    let watch = Watch::start();
    for batch in elements.chunks(if alone { 1 } else { BATCH }) {
        lasp.apply(batch.iter().map(|x| (event, [x.value()])));
    }
    let ns = watch.ns();
    assert_eq!(
        lasp.value(),
        lasp_plan::Value::Int(elements.len() as i64),
        "every element passes, and none falls together"
    );
    ns
}

fn case<T: Element>(function: Function<T>, n: usize) -> Case {
    let variant = format!("{}; {}", T::NAME, function.name);
    let function = Rc::new(function);
    let case = Case::new("W8", variant, n, move || {
        let elements: Rc<Vec<T>> = Rc::new(elems(n, 16).into_iter().map(function.fits).collect());
        let (ours, theirs) = (function.clone(), function.clone());
        let own = elements.clone();
        let phases = ["element b", "element s"];
        vec![
            Entrant::new(System::Hand, move || {
                let phase = |name: &str| {
                    let watch = Watch::start();
                    for x in own.iter() {
                        let mut x = x.clone();
                        for _ in 0..=MORE {
                            x = black_box((theirs.rust)(x));
                        }
                    }
                    Phase::new(name, own.len() * (MORE + 1), watch.ns(), 0)
                };
                phases.map(phase).to_vec()
            }),
            Entrant::new(System::Lasp, move || {
                let phase = |(name, alone): (&str, bool)| {
                    let elements = if alone { &elements[..n / 10] } else { &elements[..] };
                    let once = lasp(&ours, elements, 1, alone);
                    let often = lasp(&ours, elements, MORE + 1, alone);
                    Phase::new(name, elements.len() * MORE, (often - once).max(0.0), 0)
                };
                [(phases[0], false), (phases[1], true)].map(phase).to_vec()
            }),
        ]
    });
    case.once()
}

/// See the module.
#[must_use]
pub fn cases(sizes: Sizes) -> Vec<Case> {
    let n = sizes.choose(10_000, 100_000);
    // Small enough that eleven doublings fit.
    let small: fn(i64) -> i64 = |x| x >> 16;
    let text: fn(i64) -> CompactString = CompactString::of;
    vec![
        case(
            Function { name: "x * 2 + 1", lasp: ".map(x => x * 2 + 1)", types: "", rust: |x| x * 2 + 1, fits: small },
            n,
        ),
        case(
            Function {
                name: "x % 3 == 0",
                lasp: ".filter(x => x % 3 == 0)",
                types: "",
                rust: |x: i64| if black_box(x % 3 == 0) { x } else { -1 },
                fits: |x| x / 3 * 3,
            },
            n,
        ),
        case(
            Function {
                name: "\"{x}!\"",
                lasp: ".map(x => \"{x}!\")",
                types: "",
                rust: |mut x: CompactString| {
                    x.push('!');
                    x
                },
                fits: text,
            },
            n,
        ),
        case(
            Function {
                name: "x.starts_with(\"0\")",
                lasp: ".filter(x => x.starts_with(\"0\"))",
                types: "",
                rust: |x: CompactString| {
                    black_box(x.starts_with('0'));
                    x
                },
                fits: |x| CompactString::of(x & !63),
            },
            n,
        ),
        case(
            Function {
                name: "record of three and match",
                lasp: ".map(x => { a: x, b: if x % 2 == 0 then even(x) else odd(x), c: 1 })\
                       .map(r => match r.b { even(y) => y + r.c, odd(y) => r.a * 2 - y + r.c })",
                types: "type Kind = even(int) | odd(int)",
                rust: |x: i64| {
                    enum Kind {
                        Even(i64),
                        Odd(i64),
                    }
                    let record = black_box((x, if x % 2 == 0 { Kind::Even(x) } else { Kind::Odd(x) }, 1));
                    match record.1 {
                        Kind::Even(y) => y + record.2,
                        Kind::Odd(y) => record.0 * 2 - y + record.2,
                    }
                },
                fits: small,
            },
            n,
        ),
    ]
}
