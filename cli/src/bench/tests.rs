//! Every workload gives what plain Rust says, and a wrong expectation is found: in what is shown, told, and emitted.

use lasp_plan::Value;

use super::script::{Script, set};
use super::workloads::WORKLOADS;
use super::{Sizes, Workload, Wrong, measure, plan, play};

fn workload(name: &str) -> Workload {
    *WORKLOADS.iter().find(|workload| workload.name == name).expect(name)
}

/// Plays a script that was changed after its making.
fn spoiled(name: &str, spoil: impl Fn(&mut Script)) -> Result<Vec<f64>, Wrong> {
    let workload = workload(name);
    let plan = plan(name, workload.text)?;
    let mut script = (workload.script)(60);
    assert!(play(&plan, &script).is_ok(), "{name} is right before it is spoiled");
    spoil(&mut script);
    play(&plan, &script)
}

fn said(result: Result<Vec<f64>, Wrong>) -> String {
    match result {
        Err(Wrong(said)) => said,
        other => panic!("a wrong expectation was not found: {other:?}"),
    }
}

#[test]
fn all_workloads_give_what_plain_rust_says() {
    for workload in WORKLOADS {
        let plan = plan(workload.name, workload.text).expect(workload.name);
        for n in [2, 7, 300, 1_100] {
            play(&plan, &(workload.script)(n)).unwrap_or_else(|wrong| panic!("{} at {n}: {wrong:?}", workload.name));
        }
        let figures = measure(workload, 50, 2).expect(workload.name);
        assert!(!figures.is_empty(), "{}", workload.name);
        assert!(figures.iter().all(|figure| figure.ns > 0.0 && figure.changes > 0), "{figures:?}");
    }
}

#[test]
fn what_is_expected_is_worth_comparing() {
    // An empty result, or one that a step leaves as it was, would hide an engine that does nothing.
    for workload in WORKLOADS {
        let script = (workload.script)(300);
        let mut before = set([]);
        for step in &script.steps {
            let moved = step.shown != before || !step.emitted.is_empty();
            assert!(moved, "{}: {:?} {:?} moves nothing", workload.name, step.kind, step.mode);
            before = step.shown.clone();
        }
    }
}

#[test]
fn a_wrong_expectation_fails() {
    // What is shown: a row too many, one too few.
    let more = said(spoiled("pipeline", |script| {
        let Value::Set(rows) = &script.steps[0].shown else { panic!("a set") };
        script.steps[0].shown = set(rows.iter().cloned().chain([Value::Int(-1)]));
    }));
    assert!(more.starts_with("it shows 21 rows, and it has to be 22; at place 1 stands "), "{more}");
    let less = said(spoiled("union", |script| {
        let Value::Set(rows) = &script.steps[3].shown else { panic!("a set") };
        script.steps[3].shown = set(rows.iter().skip(1).cloned());
    }));
    assert!(less.starts_with("it shows "), "{less}");
    // A number in a map, the order of a list.
    let number = said(spoiled("sum", |script| {
        let Value::Map(entries) = &script.steps[1].shown else { panic!("a map") };
        script.steps[1].shown = Value::Map(entries.iter().map(|(key, _)| (key.clone(), Value::Int(0))).collect());
    }));
    assert!(number.contains("; at place 1 stands "), "{number}");
    let order = said(spoiled("top", |script| {
        let Value::List(rows) = &script.steps[0].shown else { panic!("a list") };
        script.steps[0].shown = Value::List(rows.iter().rev().cloned().collect());
    }));
    assert!(order.starts_with("it shows 1 row, and it has to be 1"), "{order}");
    // What is emitted.
    let emitted = said(spoiled("ads", |script| {
        let emitted = script.steps.iter_mut().find(|step| !step.emitted.is_empty());
        emitted.expect("an ad is exhausted").emitted.pop();
    }));
    assert!(emitted.starts_with("it emitted "), "{emitted}");
}

#[test]
fn what_is_wrong_with_a_program_is_said() {
    let broken = Workload { text: "show nothing", ..workload("union") };
    let said = |figures| if let Err(Wrong(said)) = figures { said } else { panic!("it is wrong") };
    assert!(said(measure(&broken, 10, 1)).starts_with("it does not compile: "));
    let other = Workload { text: workload("gcounter").text, ..workload("union") };
    assert_eq!(said(measure(&other, 10, 1)), "it has no event `add_a`");
}

#[test]
fn every_program_of_the_folder_is_a_workload() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("bench");
    let mut programs = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "lasp") {
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(WORKLOADS.iter().any(|workload| workload.text == text), "{} is run by nothing", path.display());
            programs += 1;
        }
    }
    assert!(programs >= 17);
}

#[test]
fn sizes_are_words_or_numbers() {
    assert_eq!("full".parse(), Ok(Sizes::Full));
    assert_eq!("10,2000".parse(), Ok(Sizes::These(vec![10, 2_000])));
    for wrong in ["", "large", "1", "10,", "-5", "99999999"] {
        assert!(wrong.parse::<Sizes>().is_err(), "{wrong}");
    }
}
