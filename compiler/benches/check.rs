//! How long checking takes: programs of 250 to 4,000 lines, generated, compiled from text to plan.
//!
//! ```text
//! cargo bench -p lasp-compiler --bench check
//!   lines        ms   ns/line
//!    1000     22.01     22005
//! ```
//!
//! A program is made of parts of some 35 lines, each with variables, handlers, functions, views over views, a fold, a
//! `bind`, invariants, `when`s and a `watch`; parts in eights use each other's views. The numbers are medians. It fails
//! if 1,000 lines take longer than [`ALLOWED_MS`], or a line of the longest program costs more than [`ALLOWED_GROWTH`]
//! times one of a program of 500.
//!
//! Without `--bench` (as `cargo test` runs it) it only makes sure that the generated programs are right.

// The rest of the crate reads no clock; this measures it.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use std::fmt::Write;
use std::time::Instant;

use lasp_compiler::{NoFiles, compile};

const SIZES: [usize; 5] = [250, 500, 1_000, 2_000, 4_000];
/// How often each size is measured; odd, so that the median is one of them.
const ROUNDS: usize = 15;
/// The bound on a program of 1,000 lines.
const ALLOWED_MS: f64 = 50.0;
/// How much dearer a line may become as the program grows: twice is noise and caches, the square of the lines is eight.
const ALLOWED_GROWTH: f64 = 2.0;

fn main() {
    if !std::env::args().any(|arg| arg == "--bench") {
        for lines in [60, 500] {
            check(&program(lines));
        }
        return;
    }
    println!("{:>7} {:>9} {:>9}", "lines", "ms", "ns/line");
    let mut costs = Vec::new();
    for lines in SIZES {
        let text = program(lines);
        check(&text);
        let mut rounds: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let start = Instant::now();
                check(&text);
                start.elapsed().as_secs_f64()
            })
            .collect();
        rounds.sort_by(f64::total_cmp);
        let seconds = rounds[ROUNDS / 2];
        #[allow(clippy::cast_precision_loss)] // A few thousand lines.
        let per_line = seconds / lines as f64;
        println!("{lines:>7} {:>9.2} {:>9.0}", seconds * 1e3, per_line * 1e9);
        costs.push((lines, seconds * 1e3, per_line));
    }
    let of = |lines: usize| costs.iter().find(|(size, ..)| *size == lines).expect("it is one of the sizes");
    assert!(of(1_000).1 <= ALLOWED_MS, "1,000 lines took {:.1} ms; {ALLOWED_MS} are allowed", of(1_000).1);
    let growth = of(4_000).2 / of(500).2;
    assert!(growth <= ALLOWED_GROWTH, "a line of 4,000 costs {growth:.1} times one of 500");
}

fn check(text: &str) {
    let compiled = compile("generated.lasp", text, &mut NoFiles);
    if let Some(found) = compiled.diagnostics.first() {
        let place = found.primary.place;
        panic!("{}: {} at `{}`", found.code.as_str(), found.message, &text[place.start as usize..place.end as usize]);
    }
    assert!(compiled.plan.is_some());
}

/// A program of exactly `lines` lines.
pub fn program(lines: usize) -> String {
    let mut text = String::from("role shop, office\n");
    let mut count = 1;
    for part in 0.. {
        let more = part_of(part);
        let its_lines = more.lines().count();
        if count + its_lines > lines {
            break;
        }
        text.push_str(&more);
        count += its_lines;
    }
    for at in count..lines {
        let _ = writeln!(text, "fn spare{at}(x: nat) -> nat = if x > {at} then x else x * 2 + {at}");
    }
    text
}

fn part_of(part: usize) -> String {
    // Views over views of other parts, eight deep.
    let sum = if part.is_multiple_of(8) { "0".to_string() } else { format!("trend{}", part - 1) };
    PART.replace("SUM", &sum).replace('#', &part.to_string())
}

const PART: &str = "
/// What is offered, and what of it is gone.
type Item# = { id: text, price: nat, shelf: nat }
var items#: gset<Item#>
var gone#: orset<text>
var sold#: gmap<text, gcounter>
var best#: max<int>
var stock#: gmap<text, bcounter>
event put# { id: text, price: nat, shelf: nat }
event sale# { id: text, n: nat }
on put#({ id, price, shelf }) at office {
  items#.add({ id: id, price: price, shelf: shelf })
  stock#[id].inc(10)
  best#.set(price)
}
on sale#({ id, n }) at shop {
  if stock#[id].spend(n) { sold#[id].inc(n) } else { gone#.add(id) }
}
fn weight#(price: nat, n: nat) -> nat = price * 2 + n
fn label#(n: nat) -> text = if n >= 100 then \"many\" else if n >= 10 then \"some\" else \"few\"
let open# = items#.filter(i => not gone#.contains(i.id))
let dear# = open#.filter(i => i.price >= 10)
let total# = items#.sum(i => weight#(i.price, i.shelf))
let trend# = total# + SUM
let pairs# = from a in items#, b in dear# where a.id == b.id and sold#[a.id] >= 3 select { id: a.id, price: b.price }
let shelves# = items#.group(by: i => i.shelf).each(g => g.count())
let labels# = items#.map(i => (i.id, label#(sold#[i.id])))
let worst# = items#.fold(0, (acc, i) => if i.price > acc then i.price else acc)
var seen#: gset<text>
bind seen# <- items#.map(i => i.id)
invariant items#.all(i => i.price >= 0)
invariant stock#.all((_, c) => c >= 0)
once when worst# >= 50 at office { emit worst# { } }
when total# >= 100 and best#.at_least(10) at office { emit rich# { } }
for i in items# when sold#[i.id] >= 5 at office { emit popular# { id: i.id } }
watch open# { added(i) { emit opened# { id: i.id } } removed(i) { emit closed# { id: i.id } } }
show open#, dear#, worst#, seen#, trend#, pairs#, shelves#, labels#
";
