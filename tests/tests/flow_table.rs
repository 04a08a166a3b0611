//! The operator table: programs are judged as it says, its claims hold in the model, and the page shows them.
//!
//! `LASP_CASES=20000` tries more states per cell; the seeds of a case are its numbers.

use std::collections::BTreeMap;

use lasp_compiler::flow::Flow;
use lasp_compiler::operators::table::{Mark, TABLE};
use lasp_compiler::{NoFiles, compile};
use lasp_tests::flow_table::laws::{laws, same};
use lasp_tests::flow_table::verdict::judge;
use lasp_tests::flow_table::views::try_views;
use lasp_tests::flow_table::{cases, page::page};
use lasp_tests::root;

/// Cases per cell in a run without further wishes.
const CASES: u64 = 200;

#[test]
fn each_program_of_the_table_flows_as_its_cell_says() {
    let mut wrong = Vec::new();
    for case in TABLE {
        let Some(program) = case.program() else { continue };
        let compiled = compile("cell.lasp", &program, &mut NoFiles);
        assert!(compiled.plan.is_some(), "{program}\n{:?}", compiled.diagnostics);
        let row = compiled.table.iter().find(|row| row.name == "t").expect("t is declared");
        if row.flow != case.flow.to_string() {
            wrong.push(format!("{}: {} and not {}", case.expr, row.flow, case.flow));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_program_of_the_table_moves_as_its_cell_says() {
    let mut wrong = Vec::new();
    for case in TABLE {
        let Some(program) = case.program() else { continue };
        let compiled = compile("cell.lasp", &program, &mut NoFiles);
        let row = compiled.table.iter().find(|row| row.name == "t").expect("t is declared");
        let mark = match case.mark {
            Mark::Up => "stable ↑",
            Mark::Down => "stable ↓",
            Mark::Eventual => "eventual",
        };
        if row.stability != mark {
            wrong.push(format!("{} with {}: {} and not {mark}", case.expr, case.vars, row.stability));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn claims_hold_and_those_that_say_less_have_a_reason() {
    let laws = laws();
    let cases = cases(CASES);
    let mut reasons = Vec::new();
    let mut tried: BTreeMap<Flow, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in TABLE {
        let of_case: Vec<_> = laws.iter().filter(|law| same(law, case)).collect();
        assert!(!of_case.is_empty(), "no law of {:?} {:?} {:?}", case.row, case.column, case.when);
        let mut shortest = String::new();
        for law in of_case {
            *tried.entry(case.flow).or_default() += 1;
            match judge(law, case, cases) {
                Ok(verdict) if shortest.is_empty() => shortest = verdict.reason,
                Ok(_) => {}
                Err(text) => wrong.push(text),
            }
        }
        reasons.push(shortest);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    println!("{cases} cases of each of {tried:?}");
    let path = root().join("docs/operators.md");
    if cases == CASES {
        let page = page(&reasons);
        if std::env::var_os("UPDATE_PAGES").is_some() {
            std::fs::write(&path, &page).expect("the page can be written");
        }
        assert!(std::fs::read_to_string(&path).is_ok_and(|found| found == page), "docs/operators.md is not up to date");
    }
}

#[test]
fn views_that_are_through_or_meet_equal_themselves_from_split_inputs() {
    let views = cases(2_000);
    let tally = try_views(0..views).unwrap_or_else(|wrong| panic!("{wrong}"));
    println!("{views} views: {tally:?}");
    for flow in ["through", "meet", "gather", "owned"] {
        let share = tally.get(flow).copied().unwrap_or(0) * 100 / views;
        assert!(share >= 5, "only {share} % of the views are {flow}");
    }
}

#[test]
fn the_table_of_the_ad_counter_has_every_column() {
    let text = std::fs::read_to_string(root().join("examples/02_ad_counter/main.lasp")).expect("the example is there");
    let compiled = compile("main.lasp", &text, &mut NoFiles);
    let row = |name: &str| {
        let row = compiled.table.iter().find(|row| row.name == name).expect(name);
        serde_json::to_string(row).expect("a row is plain data")
    };
    let active = row("active");
    assert!(active.starts_with(r#"{"name":"active","kind":"let","type":"set<{"#), "{active}");
    assert!(active.ends_with(r#""stability":"eventual","flow":"meet","at":"each","coordination":"none"}"#), "{active}");
    assert!(row("ads").ends_with(r#""flow":"through","at":"server","coordination":"none"}"#), "{}", row("ads"));
    assert!(row("quota").ends_with(r#""flow":"through","at":"each","coordination":"escrow"}"#), "{}", row("quota"));
}

#[test]
fn places_follow_from_flow_and_roles() {
    let text = "role server, client\n\
        var ads: orset<int> writable by server\nvar seen: orset<int> writable by client\nvar stock: bcounter\n\
        let big = ads.filter(x => x > 2)\nlet both = ads.union(seen)\nlet left = big.minus(seen)\nlet some = big.count()\n\
        watch some at client { added(n) { emit counted { n: n } } }\nshow big, both, left, stock\n";
    let compiled = compile("places.lasp", text, &mut NoFiles);
    let found: Vec<String> = compiled
        .table
        .iter()
        .map(|row| format!("{} {} at {}, {}", row.name, row.flow, row.at, row.coordination))
        .collect();
    let expected = [
        "ads through at server, none",
        "seen through at client, none",
        "stock through at each, escrow",
        "big through at server, none",
        "both through at each, none",
        "left owned at each, none",
        "some owned at client, one owner",
    ];
    assert_eq!(found, expected, "{:?}", compiled.diagnostics);
}
