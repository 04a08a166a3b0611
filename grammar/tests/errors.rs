//! Mistakes and what is said about them: every file of `tests/errors/` and, beside it, the report as a snapshot.
//!
//! A new mistake is a new file, or a few lines in one of its kind; `cargo insta review` shows what is said about it.

mod support;

#[test]
fn every_mistake_has_its_report() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("errors");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, text) in support::programs("errors") {
            let parse = support::checked(&text);
            let report = support::report(&text, &parse.errors);
            let tree = lasp_grammar::dump(&parse.file);
            insta::assert_snapshot!(name, format!("{report}\n{tree}"));
        }
    });
}

/// Every code that a program can cause stands in some file; the others are tested in `total`.
#[test]
fn every_code_is_shown() {
    let mut seen: Vec<&str> = support::programs("errors").iter().flat_map(|(_, text)| support::codes(text)).collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen, ["E0001", "E0004", "E0005", "E0007", "E0008"]);
}
