//! What wrong programs are told: `tests/errors/*.md`, prose, a `lasp` block, and the `report` block that it gets.
//!
//! The reports were read by a person: each names the thing in the program's words, once, with a next step.
//! `UPDATE_PAGES=1 cargo test -p lasp-tests --test errors` writes them anew; read the difference.

use lasp_cli::report::render;
use lasp_compiler::{NoFiles, compile};
use lasp_tests::{plain, root};

#[test]
fn wrong_programs_are_told_what_is_wrong() {
    let update = std::env::var_os("UPDATE_PAGES").is_some();
    let mut programs = 0;
    for entry in std::fs::read_dir(root().join("tests/errors")).expect("there are pages") {
        let path = entry.expect("readable").path();
        let page = std::fs::read_to_string(&path).expect("UTF-8");
        let mut expected = String::new();
        let mut rest = page.as_str();
        while let Some(start) = rest.find("```lasp\n") {
            let program_start = start + "```lasp\n".len();
            let program_end = program_start + rest[program_start..].find("```\n").expect("a block ends");
            let program = &rest[program_start..program_end];
            expected.push_str(&rest[..program_end + "```\n".len()]);
            expected.push_str(&format!("\n```report\n{}```\n", reports(program)));
            rest = &rest[program_end + "```\n".len()..];
            // The report that stands there now, if one does.
            if let Some(old) = rest.strip_prefix("\n```report\n") {
                let end = old.find("```\n").expect("a block ends");
                rest = &old[end + "```\n".len()..];
            }
            programs += 1;
        }
        expected.push_str(rest);
        if update {
            std::fs::write(&path, &expected).expect("the page can be written");
        }
        assert!(update || page == expected, "{}\n\nfound:\n{expected}", path.display());
    }
    assert!(programs >= 30, "only {programs} wrong programs");
}

fn reports(program: &str) -> String {
    let compiled = compile("wrong.lasp", program, &mut NoFiles);
    assert!(!compiled.diagnostics.is_empty(), "nothing is wrong with\n{program}");
    let mut text = String::new();
    for diagnostic in &compiled.diagnostics {
        for line in plain(&render(diagnostic, &compiled.files)).lines() {
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    text
}
