//! Whole programs: those of the language's design, word for word, and one with every construct.

mod support;

#[test]
fn every_program_has_its_tree() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("programs");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, text) in support::programs("programs") {
            insta::assert_snapshot!(name, support::tree(&text));
        }
    });
}

/// White space is free: the tree of a program without errors does not depend on its lines.
#[test]
fn layout_means_nothing() {
    for (name, text) in support::programs("programs") {
        let mut flat = String::new();
        let mut ragged = String::new();
        for line in text.lines() {
            let code = line.split("//").next().unwrap_or_default().trim();
            let comment = line.trim_start().starts_with("//");
            if comment && line.trim_start().starts_with("//!") {
                flat = format!("{flat}{line}\n");
                ragged = format!("{ragged}{line}\n");
            } else if line.trim_start().starts_with("///") && name != "everything" {
                flat = format!("{flat}\n{line}\n");
                ragged = format!("{ragged}\n{line}\n");
            } else if !code.is_empty() {
                flat = format!("{flat} {code}");
                ragged = format!("{ragged}\n{code}");
            }
        }
        let expected = support::tree(&text);
        // Documentation needs lines of its own, so that of `everything` is left out.
        let undocumented = expected.replace("(doc \"Documented,\\ntwice.\") ", "");
        assert_eq!(support::tree(&ragged), undocumented, "{name} without indentation");
        assert_eq!(support::tree(&flat), undocumented, "{name} on one line");
    }
}

#[test]
fn comments_are_kept_beside_the_tree() {
    let text = "// one\n/// doc\nvar a: int // two\n\n//! late\nrole b /// stray\n//// four\n/// last";
    let parse = support::checked(text);
    let comments: Vec<&str> = parse.comments.iter().map(|comment| comment.text.as_str()).collect();
    assert_eq!(comments, ["// one", "// two", "//! late", "/// stray", "//// four", "/// last"]);
    assert_eq!(parse.file.items[0].doc.as_deref(), Some("doc"));
    assert_eq!(parse.file.items[1].doc, None);
    assert!(parse.errors.is_empty());
}

#[test]
fn a_declaration_spans_from_its_keyword_to_its_end() {
    let text = "/// doc\nvar a: int = 3 // x\n\nevent b { }\n";
    let items = support::checked(text).file.items;
    assert_eq!(&text[items[0].span.range()], "var a: int = 3");
    assert_eq!(&text[items[1].span.range()], "event b { }");
}
