//! Entries at a prompt: what they are, and whether another line is wanted.

mod support;

use lasp_grammar::{LineKind, dump, dump_expr, dump_stmt, parse_line};

fn read(text: &str) -> String {
    let line = parse_line(text);
    support::check_places(text, &line.errors);
    let kind = match line.kind {
        LineKind::Items(file) => format!("items {}", dump(&file).trim_end()),
        LineKind::Stmts(stmts) => format!("stmts {}", stmts.iter().map(dump_stmt).collect::<Vec<_>>().join(" ")),
        LineKind::Expr(e) => format!("expr {}", dump_expr(&e)),
        LineKind::Empty => "empty".to_owned(),
    };
    let unfinished = if line.errors.iter().any(|error| error.unfinished) { " …" } else { "" };
    let errors = if line.errors.is_empty() { String::new() } else { format!(" {} error(s)", line.errors.len()) };
    format!("{kind}{errors}{unfinished}")
}

#[test]
fn an_entry_is_what_it_fits_best() {
    for (text, expected) in [
        ("", "empty"),
        ("  // nothing", "empty"),
        ("var n: gcounter", "items (var n gcounter)"),
        ("let x = n + 1", "items (let x (+ n 1))"),
        ("let { a } = q.take(1)", "stmts (let (record a) (method q take 1))"),
        ("n += 1", "stmts (+= n 1)"),
        ("n.inc(1) m.inc(2)", "stmts (do (method n inc 1)) (do (method m inc 2))"),
        ("n.inc(1)", "expr (method n inc 1)"),
        ("emit x { }", "stmts (emit x (record))"),
        ("for x in xs { n.inc(x) }", "stmts (for x xs (block (do (method n inc x))))"),
        ("for x in xs when x { }", "items (when (for x xs) x (block))"),
        ("if a { n.inc(1) }", "stmts (if a (block (do (method n inc 1))))"),
        ("if a then 1 else 2", "expr (if a 1 2)"),
        ("from a in b select a", "expr (from (in a b) (select a))"),
        ("n >= 3", "expr (>= n 3)"),
        ("heal", "expr heal"),
        ("{1, 2}", "expr (set 1 2)"),
        ("role a\nrole b", "items (role a)\n(role b)"),
    ] {
        assert_eq!(read(text), expected, "{text:?}");
    }
}

#[test]
fn an_unfinished_entry_says_so() {
    for text in [
        "on a(x) {",
        "on a(x) {\n  if x {",
        "on a(x) {\n  b.inc(",
        "on a(x)",
        "let x =",
        "let x = 1 +",
        "let x = f(1,",
        "let x = {",
        "let x = [1, 2",
        "let x = \"abc",
        "let x = \"abc {",
        "n +=",
        "n >=",
        "n.inc(",
        "n.",
        "if a {",
        "if a then",
        "for x in xs {",
        "for x in",
        "from a in b",
        "match x { a =>",
        "emit x {",
        "emit x",
        "x =>",
        "not",
        "test \"t\" {\n  at a {",
        "watch x {",
        "var x:",
        "var x: gset<",
    ] {
        let line = parse_line(text);
        assert!(line.errors.iter().any(|error| error.unfinished), "{text:?}\n{}", support::report(text, &line.errors));
    }
}

#[test]
fn a_wrong_entry_does_not_wait_for_more() {
    for text in
        ["let x = = 1", "n.inc(1))", "n + * 2", "on a(x) }", "emit 3", "let x = \"abc\n", "evnt a {", "a b", "]"]
    {
        let line = parse_line(text);
        assert!(!line.errors.is_empty(), "{text:?}");
        assert!(line.errors.iter().all(|error| !error.unfinished), "{text:?}\n{}", support::report(text, &line.errors));
    }
}

/// Whoever types a program is never told of an error before it is complete.
#[test]
fn every_beginning_of_a_program_is_unfinished_or_right() {
    let mut wrong = Vec::new();
    for (name, text) in support::programs("programs") {
        let ends = text.char_indices().filter(|(_, c)| c.is_whitespace() || "(){}[],.:".contains(*c)).map(|(at, _)| at);
        for end in ends {
            let begun = &text[..end];
            let start = begun.rfind("\n\n").map_or(0, |at| at + 2);
            let line = parse_line(&begun[start..]);
            if line.errors.iter().any(|error| !error.unfinished) {
                wrong.push(format!(
                    "{name}: {:?}\n{}",
                    &begun[start..],
                    support::report(&begun[start..], &line.errors)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} beginnings, such as\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
}
