//! What `lasp explain FILE NAME` says: `tests/explain/*.md` and `docs/explain.md`, a `lasp` block and the transcripts
//! that follow it.
//!
//! The pages were read by a person: each tells what is read, what can take it back, what may be merged and what has to
//! be agreed on. `UPDATE_PAGES=1 cargo test -p lasp-tests --test explain_program` writes them anew; read the
//! difference.

use std::path::{Path, PathBuf};

use lasp_cli::explain::{answer, find, page};
use lasp_compiler::NoFiles;
use lasp_compiler::explanation::Explainer;
use lasp_tests::{plain, root};

const COMMAND: &str = "$ lasp explain ";

#[test]
fn pages_say_what_is_explained() {
    let update = std::env::var_os("UPDATE_PAGES").is_some();
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root().join("tests/explain"))
        .expect("there are pages")
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.push(root().join("docs/explain.md"));
    paths.sort();
    let mut transcripts = 0;
    for path in paths {
        let found = std::fs::read_to_string(&path).expect("UTF-8");
        let expected = renewed(&found, &path, &mut transcripts);
        if update {
            std::fs::write(&path, &expected).expect("the page can be written");
        }
        assert!(update || found == expected, "{}\n\nfound:\n{expected}", path.display());
    }
    assert!(transcripts >= 15, "only {transcripts} transcripts");
}

/// The page with the transcripts as they are.
fn renewed(page: &str, path: &Path, transcripts: &mut usize) -> String {
    let mut out = String::new();
    let mut program: Option<Explainer> = None;
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if !line.starts_with("```") {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
        let command = block.first().and_then(|first| first.strip_prefix(COMMAND));
        if line == "```lasp" {
            let (compiled, explainer) = Explainer::new("shop.lasp", &block.join("\n"), &mut NoFiles);
            assert!(explainer.is_some(), "{}: {:?}", path.display(), compiled.diagnostics);
            program = explainer;
        }
        match command {
            Some(command) => {
                let explainer = program.as_ref().expect("a program comes first");
                out.push_str(&format!("{COMMAND}{command}\n{}\n", transcript(explainer, command)));
                *transcripts += 1;
            }
            None => block.iter().for_each(|line| out.push_str(&format!("{line}\n"))),
        }
        out.push_str("```\n");
    }
    out
}

fn transcript(explainer: &Explainer, command: &str) -> String {
    let (file, name) = command.split_once(' ').unwrap_or((command, ""));
    let text = if name.is_empty() {
        let all: Vec<_> = explainer.topics().iter().map(|topic| explainer.explain(topic)).collect();
        page::overview(&all)
    } else {
        let topics = find(explainer, file, name.trim_matches('"')).unwrap_or_else(|usage| panic!("{usage}"));
        let pages = topics.into_iter().map(|topic| page::page(&answer(explainer, topic), explainer.files()));
        pages.collect::<Vec<_>>().join("\n\n")
    };
    plain(&text)
}
