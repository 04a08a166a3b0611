//! Every code has a page, and the page is true: its first program yields the code, its second one checks clean.
//!
//! Blocks marked `lasp` are complete programs. For codes of family R07 the first program is run, without feeds. Where a
//! failing program cannot be written down as text it stands in a `text` block, and the only `lasp` block is the good
//! one; what needs a feed is `lasp-norun` and is tested with its feed in `cli/tests`.

use lasp_compiler::codes::Code;
use lasp_compiler::diagnostic::Severity;
use lasp_compiler::{NoFiles, compile};
use lasp_lattice::ReplicaId;
use lasp_tests::blocks;
use lasp_vm::Node;

/// Codes whose failing program is bytes that a page cannot show.
const NOT_AS_TEXT: &[Code] = &[Code::E0002, Code::E0003, Code::E0006];

fn codes_of(text: &str) -> Vec<Code> {
    compile("page.lasp", text, &mut NoFiles).diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn pages_begin_with_their_code_and_title() {
    for code in Code::ALL {
        let first = code.page().lines().next().unwrap_or_default();
        assert!(first.starts_with(&format!("# {}: ", code.as_str())), "{}: {first}", code.as_str());
    }
}

#[test]
fn the_failing_program_of_each_page_fails_with_its_code_alone() {
    let mut shown = 0;
    for code in Code::ALL {
        let blocks = blocks(code.page(), "lasp");
        if NOT_AS_TEXT.contains(code) {
            continue;
        }
        let name = code.as_str();
        if name.starts_with('R') {
            if !blocks.is_empty() && blocks.len() > 1 {
                assert_eq!(run_time_codes(&blocks[0]), vec![name.to_string()], "{name}\n{}", blocks[0]);
                shown += 1;
            }
            continue;
        }
        assert!(blocks.len() >= 2, "{name} needs a program that fails and one that works");
        assert_eq!(codes_of(&blocks[0]), vec![*code], "{name}\n{}", blocks[0]);
        shown += 1;
    }
    assert!(shown >= 30, "only {shown} codes were shown");
}

#[test]
fn the_working_programs_of_each_page_are_clean() {
    for code in Code::ALL {
        let blocks = blocks(code.page(), "lasp");
        let first_good = usize::from(!NOT_AS_TEXT.contains(code) && blocks.len() > 1);
        for block in blocks.iter().skip(first_good) {
            assert_eq!(codes_of(block), Vec::new(), "{}\n{block}", code.as_str());
        }
    }
}

/// The codes that a program fails with when it is run without feeds.
fn run_time_codes(text: &str) -> Vec<String> {
    let compiled = compile("page.lasp", text, &mut NoFiles);
    assert!(compiled.diagnostics.iter().all(|diagnostic| diagnostic.severity == Severity::Warning), "{text}");
    let plan = std::sync::Arc::new(compiled.plan.expect("a program without errors has a plan"));
    let (mut node, out) = Node::start(plan.clone(), ReplicaId { node: 1, incarnation: 0 }, 0);
    let mut codes: Vec<String> = out
        .iter()
        .filter_map(|out| match out {
            lasp_vm::Out::Failed { failure } => Some(failure.code.to_string()),
            _ => None,
        })
        .collect();
    for show in &plan.shows {
        if let Err(failure) = node.value(show.view) {
            codes.push(failure.code.to_string());
        }
    }
    codes.sort();
    codes.dedup();
    codes
}
