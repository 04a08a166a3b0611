//! Programs with invariants under random schedules: is an invariant ever seen broken?
//!
//! ```text
//! invariant stock >= 0   ⇒   let holds_0 = stock >= 0      asked at a, b and c after every step
//! a: sold [2]   b hears a   c crashes   all talk   …
//! ```
//!
//! Invariant: what happens depends on the program and the seed alone. Neighbours: `tests/tests/invariants.rs`.

use std::sync::Arc;

use lasp_compiler::{Compiled, NoFiles, compile};
use lasp_plan::{Plan, Type, Value, ViewId};
use lasp_vm::InEvent;
use lasp_vm::replica::Fleet;

use crate::oracle::rng::Rng;

/// How many steps a schedule has.
const STEPS: usize = 30;
const NODES: [&str; 3] = ["a", "b", "c"];
const TEXTS: [&str; 4] = ["", "b", "root", "c"];

/// The program, with a view for each of its invariants. `keep`: with the invariants as well.
///
/// # Panics
/// When it does not compile.
#[must_use]
pub fn watched(text: &str, compiled: &Compiled, keep: bool) -> (Arc<Plan>, Vec<(String, ViewId)>) {
    let mut whole = text.to_string();
    let mut seen: Vec<String> =
        text.lines().filter_map(|line| line.strip_prefix("// sees: ")).map(str::to_string).collect();
    if seen.is_empty() {
        seen = compiled.invariants.iter().map(|row| row.text.clone()).collect();
    }
    assert!(!seen.is_empty(), "no invariant in\n{text}");
    for row in compiled.invariants.iter().rev().filter(|_| !keep) {
        whole.replace_range(row.place.start as usize..row.place.end as usize, "");
    }
    for (at, condition) in seen.iter().enumerate() {
        whole.push_str(&format!("\nlet holds_{at} = {condition}\nshow holds_{at}\n"));
    }
    let compiled = compile("watched.lasp", &whole, &mut NoFiles);
    let plan = compiled.plan.unwrap_or_else(|| panic!("{:#?}\n{whole}", compiled.diagnostics));
    let view = |at: usize| plan.shows.iter().find(|show| show.name == format!("holds_{at}")).expect("it is shown").view;
    let views = seen.iter().enumerate().map(|(at, condition)| (condition.clone(), view(at))).collect();
    (Arc::new(plan), views)
}

fn value(ty: &Type, rng: &mut Rng) -> Value {
    match ty {
        Type::Int => Value::Int(rng.between(-3, 8)),
        Type::Nat => Value::Int(rng.between(0, 4)),
        Type::Text => Value::text(TEXTS[rng.below(TEXTS.len())]),
        Type::Set(of) => Value::set((0..rng.below(4)).map(|_| value(of, rng)).collect()),
        other => panic!("no values for {other:?}"),
    }
}

/// One schedule: the invariant that was seen broken, where, and after what.
///
/// # Panics
/// When the nodes cannot do what they are asked.
#[must_use]
pub fn broken(plan: &Arc<Plan>, views: &[(String, ViewId)], seed: u64) -> Option<String> {
    let mut rng = Rng::new(seed);
    let role = |at: usize| plan.roles.get(at.min(plan.roles.len().saturating_sub(1))).cloned();
    let roster: Vec<_> = NODES.iter().enumerate().map(|(at, name)| (name.to_string(), role(at))).collect();
    let clocks = |_: &str| 0;
    let mut fleet = Fleet::new(plan.clone(), roster.clone());
    for (name, role) in roster {
        fleet.add(&name, role, &clocks).expect("a new name");
    }
    let mut told: Vec<String> = Vec::new();
    for step in 0..STEPS {
        let name = *rng.pick(&NODES);
        let kind = rng.below(20);
        if kind < 12 && step > 0 {
            let event = rng.below(plan.events.len());
            let fields = plan.events[event].fields.iter().map(|(_, ty)| value(ty, &mut rng)).collect();
            told.push(format!("{name}: {} {fields:?}", plan.events[event].name));
            let event = InEvent { event: u32::try_from(event).expect("few"), at_us: None, fields };
            fleet.event(name, event, &clocks).expect("it is up");
        } else if kind < 18 {
            let other = *rng.pick(&NODES);
            if other != name {
                told.push(format!("{other} hears {name}"));
                fleet.sync(name, other, rng.chance(10), &clocks).expect("both are up");
            }
        } else if kind == 18 {
            told.push("all talk".to_string());
            fleet.settle(&clocks).expect("it ends");
        } else {
            told.push(format!("{name} crashes"));
            fleet.crash(name).expect("it is up");
            fleet.restart(name, &clocks).expect("its disk is whole");
        }
        for name in NODES {
            for (condition, view) in views {
                let holds = fleet.value(name, *view).expect("it is up");
                if holds != Ok(Value::Bool(true)) {
                    return Some(format!("`{condition}` at {name}: {holds:?}, after\n  {}", told.join("\n  ")));
                }
            }
        }
    }
    None
}
