//! From text to output on one page: `tests/pipeline/*.md` hold a program and what every floor makes of it.
//!
//! A page is `# Title`, prose, a `lasp` block, and then sections that are generated: the tree, the names with types and
//! stability, the graph as built and as it runs, the output. They are there to be read by a person; a change that
//! alters one shows in review. `UPDATE_PAGES=1 cargo test -p lasp-tests --test pipeline` writes them anew.

use std::fmt::Write as _;

use lasp_compiler::{NoFiles, compile};
use lasp_lattice::ReplicaId;
use lasp_tests::{blocks, root};
use lasp_vm::Node;

const GENERATED: &str = "\n<!-- generated from here on -->\n";

#[test]
fn pages_show_what_every_floor_makes_of_a_program() {
    let update = std::env::var_os("UPDATE_PAGES").is_some();
    let mut pages = 0;
    for entry in std::fs::read_dir(root().join("tests/pipeline")).expect("there are pages") {
        let path = entry.expect("readable").path();
        let page = std::fs::read_to_string(&path).expect("UTF-8");
        let written = page.split(GENERATED).next().unwrap_or_default();
        let program = blocks(written, "lasp").remove(0);
        let expected = format!("{written}{GENERATED}{}", generated(&program));
        if update {
            std::fs::write(&path, &expected).expect("the page can be written");
        }
        assert!(update || page == expected, "{} has changed; see UPDATE_PAGES in this test", path.display());
        pages += 1;
    }
    assert!(pages >= 2);
}

fn generated(program: &str) -> String {
    let tree = lasp_grammar::dump(&lasp_grammar::parse(program).file);
    let compiled = compile("page.lasp", program, &mut NoFiles);
    assert!(compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
    let mut text = format!("\n## Tree\n\n```\n{}\n```\n", tree.trim_end());
    for (name, stage) in &compiled.stages {
        let lines: Vec<&str> = stage.lines().map(str::trim_end).collect();
        let _ = write!(text, "\n## {name}\n\n```\n{}\n```\n", lines.join("\n").trim_end());
    }
    let plan = std::sync::Arc::new(compiled.plan.expect("a program without errors has a plan"));
    let (mut node, _) = Node::start(plan.clone(), ReplicaId { node: 1, incarnation: 0 }, 0);
    text.push_str("\n## Output\n\n```\n");
    for show in &plan.shows {
        let value = node.value(show.view).expect("the view has a value");
        let _ = writeln!(text, "{} = {}", show.name, lasp_plan::format::text_of(&value, &plan.view(show.view).ty));
    }
    text.push_str("```\n");
    text
}
