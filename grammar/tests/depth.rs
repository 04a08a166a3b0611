//! Texts as deep as they are long: an error, never a crash, in the 2 MiB of a test's thread.

mod support;

use lasp_grammar::{DEPTH_MAX, SIZE_MAX_BYTES, parse, parse_bytes, parse_expr, parse_line};

const N: usize = 100_000;

/// Parses, compares, copies and drops a text, and expects the error `code`.
fn survives(name: &str, text: &str, code: &str) {
    let parse = parse(text);
    assert!(parse == parse.clone());
    support::check_places(text, &parse.errors);
    let codes: Vec<&str> = parse.errors.iter().map(|error| error.code).collect();
    assert!(codes.contains(&code), "{name}: {codes:?}");
    drop(lasp_grammar::dump(&parse.file));
    drop(parse);
    drop(parse_line(text));
}

#[test]
fn what_nests_is_capped() {
    let nested = |open: &str, inner: &str, close: &str| format!("let a = {}{inner}{}", open.repeat(N), close.repeat(N));
    for (open, inner, close) in [
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("{", "1", "}"),
        ("[1: ", "1", "]"),
        ("{ a: ", "1", "}"),
        ("f(", "1", ")"),
        ("a[", "1", "]"),
        ("-", "1", ""),
        ("not ", "a", ""),
        ("x => ", "1", ""),
        ("if a then b else ", "c", ""),
        ("if ", "a", " then b else c"),
        ("match a { b => ", "1", " }"),
        ("from a in ", "b", " select c"),
        ("from a in b, c in d select ", "1", ""),
        ("\"{ ", "1", " }\""),
        ("", "1", "+1"),
        ("", "a", " and b"),
        ("", "a", ".b"),
        ("", "a", ".b()"),
        ("", "a", "[1]"),
    ] {
        survives(open, &nested(open, inner, close), "E0006");
    }
    for (open, inner, close) in [("(", "x", ")"), ("{a: ", "x", "}"), ("some(", "x", ")")] {
        survives(open, &format!("on e({}{inner}{}) {{ }}", open.repeat(N), close.repeat(N)), "E0006");
    }
    for (open, inner, close) in [("gset<", "int", ">"), ("(", "int", ")"), ("{ a: ", "int", "}")] {
        survives(open, &format!("var x: {}{inner}{}", open.repeat(N), close.repeat(N)), "E0006");
    }
    let block = |open: &str, close: &str| format!("on e(x) {{ {} {} }}", open.repeat(N), close.repeat(N));
    survives("if", &block("if a {", "}"), "E0006");
    survives("for", &block("for a in b {", "}"), "E0006");
    survives("else if", &block("", "").replace("  ", &format!("if a {{ }} {}", "else if a { } ".repeat(N))), "E0006");
}

#[test]
fn what_never_closes_is_an_error() {
    for (open, code) in [("(", "E0006"), ("[", "E0006"), ("{", "E0006"), ("\"{ ", "E0005"), ("f(x, ", "E0006")] {
        survives(open, &format!("let a = {}", open.repeat(N)), code);
    }
    for open in ["(\n", "{\n", "if a {\n", "x.a(\n", "let\n", "for\n", "}\n", ")\n", "emit\n", "a(1 2)\n"] {
        let _ = parse(&format!("on a(x) {{\n{}", open.repeat(N)));
        let _ = parse(&open.repeat(N));
    }
}

#[test]
fn the_cap_is_exact() {
    let sum = |terms: u32| parse_expr(&vec!["1"; terms as usize].join("+"));
    assert!(sum(DEPTH_MAX).1.is_empty());
    assert_eq!(sum(DEPTH_MAX + 1).1[0].code, "E0006");
    let parens = |n: u32| parse_expr(&format!("{}1{}", "(".repeat(n as usize), ")".repeat(n as usize)));
    assert!(parens(DEPTH_MAX - 1).1.is_empty());
    assert_eq!(parens(DEPTH_MAX).1[0].code, "E0006");
}

#[test]
fn a_text_above_the_size_cap_is_refused() {
    let text = " ".repeat(SIZE_MAX_BYTES + 1);
    for parse in [parse(&text), parse_bytes(text.as_bytes())] {
        assert_eq!(parse.errors.len(), 1);
        assert_eq!(parse.errors[0].code, "E0007");
    }
    assert_eq!(parse_expr(&text).1[0].code, "E0007");
    assert!(parse(&text[1..]).errors.is_empty());
}

/// Mistakes without end take time in proportion to the text, not to its square.
#[test]
fn many_mistakes_take_little_time() {
    for line in ["let a = (\n", "on a(x) {\n", "evnt a { }\n", "$ ", "\"\n", "x.a(1 2)\n", "{ ( ] }\n"] {
        let text = line.repeat((1 << 20) / line.len());
        assert!(!parse(&text).errors.is_empty());
    }
}
