//! Invariants against schedules: what is accepted is never seen broken, what is refused can be.
//!
//! The programs stand in `tests/invariants/`. A program that is refused runs without its invariants. `LASP_CASES` sets
//! how many schedules each program gets.

use std::sync::Arc;

use lasp_compiler::codes::Code;
use lasp_compiler::{NoFiles, compile};
use lasp_tests::invariants::{broken, watched};
use lasp_tests::{blocks, root};

fn programs(page: &str) -> Vec<String> {
    let page = std::fs::read_to_string(root().join("tests/invariants").join(page)).expect("UTF-8");
    blocks(&page, "lasp")
}

fn schedules() -> u64 {
    std::env::var("LASP_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(300)
}

#[test]
fn what_is_accepted_is_never_seen_broken() {
    let programs = programs("accepted.md");
    assert!(programs.len() >= 9);
    for text in &programs {
        let compiled = compile("accepted.lasp", text, &mut NoFiles);
        assert!(compiled.plan.is_some(), "{:#?}\n{text}", compiled.diagnostics);
        for row in &compiled.invariants {
            assert!(matches!(row.verdict, "free" | "escrow") && !row.argument.is_empty(), "{row:?}");
        }
        let (plan, views) = watched(text, &compiled, true);
        for seed in 0..schedules() {
            if let Some(how) = broken(&plan, &views, seed) {
                panic!("{how}\nin\n{text}");
            }
        }
    }
}

#[test]
fn what_is_refused_can_be_broken() {
    let programs = programs("refused.md");
    assert!(programs.len() >= 8);
    for text in &programs {
        let compiled = compile("refused.lasp", text, &mut NoFiles);
        assert!(compiled.plan.is_none(), "accepted:\n{text}");
        let refused = compiled.diagnostics.iter().filter(|found| found.code == Code::E0501).count();
        assert_eq!(refused, compiled.invariants.len(), "{:#?}\n{text}", compiled.diagnostics);
        let (plan, views) = watched(text, &compiled, false);
        for view in views {
            let found = (0..schedules()).any(|seed| broken(&plan, std::slice::from_ref(&view), seed).is_some());
            assert!(found, "`{}` is refused, and no schedule breaks it, in\n{text}", view.0);
        }
    }
}

#[test]
fn rights_are_what_holds_a_bound() {
    // The same programs without `by escrow`, their answers taken for granted, do break: the schedules are worth
    // something.
    let text = programs("accepted.md").into_iter().find(|text| text.contains("invariant stock >= 0 by escrow"));
    let text = text.expect("it is there").replace("if stock.dec(n) {", "stock.dec(n)\n if true {");
    let text = text.replace("invariant stock >= 0 by escrow", "let holds = stock >= 0\nshow holds");
    let compiled = compile("unheld.lasp", &text, &mut NoFiles);
    let plan = Arc::new(compiled.plan.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics)));
    let views = vec![("stock >= 0".to_string(), plan.shows[0].view)];
    assert!((0..50).any(|seed| broken(&plan, &views, seed).is_some()));
}
