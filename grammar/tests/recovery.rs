//! Several mistakes at once: each is reported, none twice, and the rest of the program is still there.

mod support;

use support::{checked, codes, tree};

#[test]
fn an_error_stays_in_its_declaration() {
    let good = "role server\nvar a: int\nevent e { x: int }\non e({ x }) { a.inc(x) }\nshow a\n";
    let items = tree(good);
    let lines: Vec<&str> = good.lines().collect();
    for broken in ["let = = 3", "var b: gset<", "on e({ x { a.inc(x) }", "fn f( = 3", "when { }", "let s = \"abc"] {
        for at in 0..=lines.len() {
            let mut text: Vec<&str> = lines.clone();
            text.insert(at, broken);
            let parse = checked(&text.join("\n"));
            assert_eq!(
                parse.errors.len(),
                1,
                "{broken:?} at {at}: {}",
                support::report(&text.join("\n"), &parse.errors)
            );
            let dump = lasp_grammar::dump(&parse.file);
            for item in items.lines() {
                assert!(dump.contains(item), "{item} is lost after {broken:?} at {at}:\n{dump}");
            }
        }
    }
}

#[test]
fn as_many_errors_as_mistakes() {
    let mistakes =
        ["a.inc(1 2)", "let = 3", "emit x { y = 1 }", "b = 2", "for in xs { }", "if { }", "a.b[1", "let z = 1 +* 2"];
    for n in 1..=mistakes.len() {
        let mut text = "on e(x) {\n  good.add(1)\n".to_owned();
        for mistake in &mistakes[..n] {
            text += &format!("  {mistake}\n  good.add(1)\n");
        }
        text += "}\nshow a\n";
        let parse = checked(&text);
        assert_eq!(parse.errors.len(), n, "{}", support::report(&text, &parse.errors));
        assert!(parse.errors.iter().all(|error| !error.unfinished));
        assert_eq!(parse.file.items.len(), 2);
        let kept = lasp_grammar::dump(&parse.file).matches("(do (method good add 1))").count();
        assert_eq!(kept, n + 1, "{text}");
    }
}

#[test]
fn a_missing_brace_does_not_swallow_the_file() {
    let text = "on a(x) {\n  b.inc(1)\n\nlet c = 1\nvar d: int\nfor e in f when g {\n  h.i()\n\nshow c\n";
    let parse = checked(text);
    assert_eq!(parse.errors.len(), 2, "{}", support::report(text, &parse.errors));
    assert_eq!(parse.file.items.len(), 5, "{}", lasp_grammar::dump(&parse.file));
}

#[test]
fn names_of_broken_declarations_stay_known() {
    let text = "let a = 1 +* 2\nvar b: int = (\nvar c: gset<\nfn d(x) = x x\ntype E = |\nlet f: gset< = 3\n";
    let parse = checked(text);
    let dump = lasp_grammar::dump(&parse.file);
    assert_eq!(dump.lines().count(), 6, "{dump}");
    assert_eq!(parse.errors.len(), 6);
}

#[test]
fn a_block_without_indentation_is_no_error() {
    let text = "on a(x) {\nlet y = x\nfor z in y {\nb.add(z)\n}\nif x { b.add(x) }\n}\nlet c = 1\n";
    assert_eq!(tree(text).lines().count(), 2);
}

#[test]
fn a_name_being_typed_does_not_eat_the_next_declaration() {
    let text = "let a = ads.\nshow a\n";
    let parse = checked(text);
    assert_eq!(parse.file.items.len(), 2);
    assert_eq!(parse.errors.len(), 1);
}

#[test]
fn errors_come_in_order_and_are_not_without_end() {
    let text = "let = 1\n".repeat(1_000);
    let parse = checked(&text);
    assert_eq!(parse.errors.len(), 100);
    assert!(parse.errors.is_sorted_by_key(|error| error.span.start));
    assert!(parse.errors.last().is_some_and(|error| error.message.contains("may be more errors")));
    assert_eq!(codes("let x = 3").len(), 0);
}
