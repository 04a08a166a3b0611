//! W11: checking generated programs, and starting one: text to first result.
//!
//! `check` is per line of a program of n lines (it includes lowering it to a plan); `start` is `examples/01_double`
//! from its text to the values it shows, in a process that runs already. There is nothing to compare with: only growth
//! and the clock tell.

// The programs are those of the compiler's own benchmark, which is a program by itself.
#[allow(dead_code, missing_docs)]
#[path = "../../../compiler/benches/check.rs"]
mod generated;

use lasp_compiler::{NoFiles, compile};
use lasp_lattice::ReplicaId;
use lasp_vm::Node;

use super::Sizes;
use crate::digest::of_result;
use crate::measure::{Case, Entrant, Phase, System};
use crate::ours;
use lasp_gauge::Watch;

const DOUBLE: &str = include_str!("../../../examples/01_double/main.lasp");

fn check(lines: usize) -> Case {
    let case = Case::new("W11", "check, per line", lines, move || {
        let text = generated::program(lines);
        vec![Entrant::new(System::Lasp, move || {
            let watch = Watch::start();
            let compiled = compile("generated.lasp", &text, &mut NoFiles);
            let ns = watch.ns();
            assert!(compiled.plan.is_some(), "the generated program is right");
            vec![Phase::new("check", lines, ns, compiled.diagnostics.len() as u64)]
        })]
    });
    case.once()
}

fn start() -> Case {
    let case = Case::new("W11", "start, 01_double, text to result", 1, || {
        vec![Entrant::new(System::Lasp, || {
            let watch = Watch::start();
            let plan = ours::plan(DOUBLE);
            let (mut node, _) = Node::start(plan.clone(), ReplicaId { node: 1, incarnation: 0 }, 0);
            let values = plan.shows.iter().map(|show| node.value(show.view).expect("it does not fail"));
            let check = values.map(|value| of_result(&value)).fold(0, u64::wrapping_add);
            vec![Phase::new("start", 1, watch.ns(), check)]
        })]
    });
    case.once()
}

/// See the module.
#[must_use]
pub fn cases(sizes: Sizes) -> Vec<Case> {
    let lines: &[usize] = sizes.choose(&[100, 1_000], &[100, 1_000, 3_000, 10_000]);
    lines.iter().map(|lines| check(*lines)).chain([start()]).collect()
}
