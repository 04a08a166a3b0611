//! The explorer finds the shortest way in which a condition goes back, and says it in the words of the program.
//!
//! What is expected here is worked out by hand.

use lasp_compiler::explanation::Explainer;
use lasp_compiler::{NoFiles, Options, compile_with};
use lasp_vm::explore::{Effort, Explorer};

/// What is found against the first condition of a program, in words; the condition stands as `C`.
fn found(program: &str) -> Option<Vec<String>> {
    let options = Options { requirements: true, ..Options::default() };
    let compiled = compile_with("case.lasp", program, &mut NoFiles, options);
    let requirements = compiled.requirements.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    let explorer = Explorer::new(&requirements.vars, &requirements.places[0].question).torn();
    let broken = explorer.explore(Effort::default(), 1).broken?;
    Some(explorer.words(&explorer.shrink(&broken), "C"))
}

fn breaks(program: &str, expected: &[&str]) {
    assert_eq!(found(program).unwrap_or_default(), expected, "{program}");
}

fn stays(program: &str) {
    assert_eq!(found(program), None, "{program}");
}

#[test]
fn an_element_is_removed() {
    breaks(
        "var cart: orset<int>\nwhen cart.count() >= 5 { emit big { } }",
        &[
            "a: cart.add_all({0, 1, 4, 5, 6})    `C` is true at a",
            "a: cart.remove(5)                   `C` is false at a",
        ],
    );
}

#[test]
fn a_counter_passes_a_bound() {
    breaks(
        "var n: gcounter\nwhen n < 2 { emit low { } }",
        &["at the start    `C` is true", "a: n.inc(2)     `C` is false at a"],
    );
    stays("var n: gcounter\nwhen n >= 2 { emit high { } }");
    stays("var n: gcounter\nwhen not (n < 2) { emit high { } }");
}

#[test]
fn a_key_goes_with_what_is_under_it() {
    breaks(
        "var m: ormap<text, gcounter>\nwhen m[\"x\"] >= 1 { emit high { } }",
        &["a: m[\"x\"].inc(1)    `C` is true at a", "a: m.remove(\"x\")    `C` is false at a"],
    );
    stays("var m: gmap<text, gcounter>\nwhen m[\"x\"] >= 1 { emit high { } }");
}

#[test]
fn a_binding_goes() {
    breaks(
        "var s: gset<text>\nvar n: gcounter\nfor x in s when n < 1 { emit low { x: x } }",
        &["a: s.add(\"a\")    `C` holds for \"a\" at a", "a: n.inc(1)      `C` no longer holds for \"a\" at a"],
    );
    stays("var s: gset<text>\nvar n: gcounter\nfor x in s when n >= 1 { emit high { x: x } }");
    stays("var m: gmap<text, max<int>>\nfor (k, v) in m when v >= 1 { emit high { k: k } }");
}

#[test]
fn it_is_taken_back_from_elsewhere() {
    let told = |program: &str, name: &str| {
        let (_, explainer) = Explainer::new("case.lasp", program, &mut NoFiles);
        let explainer = explainer.expect("it can be explained");
        let question = explainer.question(explainer.find(name)[0]).expect("it is small");
        let explorer = Explorer::of_value(explainer.vars(), &question.expr, &question.ty);
        let broken = explorer.explore(Effort::default(), 1).broken.expect("it goes back");
        let short = explorer.shrink(&broken);
        explorer.words(&explorer.elsewhere(&short).unwrap_or(short), name)
    };
    assert_eq!(
        told("var s: orset<int>\nlet big = s.filter(x => x >= 1)\nshow big", "big"),
        [
            "a: s.add(1)                          `big` is {1} at a",
            "b, having heard of a: s.remove(1)",
            "a hears of b                         `big` is {} at a"
        ]
    );
    assert_eq!(
        told("var n: gcounter\nlet left = { a: 5, b: 3 - n }\nshow left", "left"),
        ["at the start    `left` is { a: 5, b: 3 }", "b: n.inc(1)", "a hears of b    `left` is { a: 5, b: 2 } at a"]
    );
    // Rights are spent where they are: another node has none.
    assert_eq!(
        told("var stock: bcounter\nlet left = stock + 0\nshow left", "left"),
        ["a: stock.inc(1)      `left` is 1 at a", "a: stock.spend(1)    `left` is 0 at a"]
    );
}

#[test]
fn an_escrow_is_spent() {
    breaks(
        "var stock: bcounter\nwhen stock >= 1 { emit some_left { } }",
        &["a: stock.inc(1)      `C` is true at a", "a: stock.spend(1)    `C` is false at a"],
    );
    stays("var stock: bcounter\nwhen stock >= 0 { emit never_below { } }");
}

#[test]
fn another_replica_writes_at_the_same_time() {
    breaks(
        "var v: ivar<int>\nwhen v == some(1) or not v.is_set() { emit one { } }",
        &["at the start    `C` is true", "a: v.set(2)     `C` is false at a"],
    );
    breaks(
        "var m: mv<int>\nwhen m.count() == 2 { emit two { } }",
        &["a: m.set(2)", "b: m.set(3)", "a hears of b    `C` is true at a", "a: m.set(2)     `C` is false at a"],
    );
    breaks(
        "var v: ivar<int>\nwhen v >= 1 { emit one { } }",
        &[
            "a: v.set(1)     `C` is true at a",
            "b: v.set(2)",
            "a hears of b    `C` fails at a: an `ivar` has two values",
        ],
    );
}
