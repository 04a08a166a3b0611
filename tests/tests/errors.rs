//! The gallery of wrong programs: `tests/errors/*.md`. Prose, a `lasp` block, the `report` block that it gets, and the
//! `fixed` block: the program repaired, which gets none.
//!
//! The reports were read by a person: each names the thing in the program's words, once, with a next step.
//! `UPDATE_PAGES=1 cargo test -p lasp-tests --test errors` writes them anew; read the difference. What cannot stand in
//! a page as text is a `lasp-bytes` block, where `\xff` is a byte.
//!
//! Every code of compile time has a program here, and no two programs differ only in names and numbers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lasp_cli::report::render;
use lasp_compiler::codes::Code;
use lasp_compiler::diagnostic::{Diagnostic, Edit, Fix};
use lasp_compiler::{Compiled, NoFiles, compile};
use lasp_tests::{blocks, plain, root};

/// A wrong program of a page.
struct Exhibit {
    page: String,
    /// The block as it stands there.
    program: String,
    is_bytes: bool,
    fixed: String,
}

/// A fenced block: what is behind the fence, and the lines up to the next fence.
struct Block<'p> {
    mark: &'p str,
    text: &'p str,
    /// Where the block begins and ends in the page, fences included.
    range: std::ops::Range<usize>,
}

fn pages() -> Vec<(PathBuf, String)> {
    let folder = std::fs::read_dir(root().join("tests/errors")).expect("there are pages");
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read_to_string(&path).expect("UTF-8"))).collect()
}

fn fenced(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(start) = page[at..].find("```").map(|found| at + found) {
        let head_end = start + page[start..].find('\n').expect("a fence is a line") + 1;
        let end = head_end + page[head_end..].find("```\n").expect("a block ends");
        blocks.push(Block {
            mark: page[start + 3..head_end].trim(),
            text: &page[head_end..end],
            range: start..end + "```\n".len(),
        });
        at = end + "```\n".len();
    }
    blocks
}

fn exhibits() -> Vec<Exhibit> {
    let mut found: Vec<Exhibit> = Vec::new();
    for (path, page) in pages() {
        let page_name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        for block in fenced(&page) {
            match block.mark {
                "lasp" | "lasp-bytes" => found.push(Exhibit {
                    page: page_name.clone(),
                    program: block.text.to_string(),
                    is_bytes: block.mark == "lasp-bytes",
                    fixed: String::new(),
                }),
                "fixed" => found.last_mut().expect("a program is wrong first").fixed = block.text.to_string(),
                "report" => {}
                other => panic!("{page_name}: what is a block of `{other}`?"),
            }
        }
    }
    found
}

#[test]
fn wrong_programs_are_told_what_is_wrong() {
    let update = std::env::var_os("UPDATE_PAGES").is_some();
    for (path, page) in pages() {
        let mut expected = String::new();
        let mut at = 0;
        for block in fenced(&page) {
            if block.mark.starts_with("lasp") {
                expected.push_str(&page[at..block.range.end]);
                expected.push_str(&format!("\n```report\n{}```\n", reports(block.text, block.mark == "lasp-bytes")));
                at = block.range.end;
            } else if block.mark == "report" {
                at = block.range.end;
            }
        }
        expected.push_str(&page[at..]);
        if update {
            std::fs::write(&path, &expected).expect("the page can be written");
        }
        assert!(update || page == expected, "{}\n\nfound:\n{expected}", path.display());
    }
}

#[test]
fn repaired_programs_are_right() {
    let mut wrong = String::new();
    for Exhibit { page, program, fixed, .. } in exhibits() {
        assert!(!fixed.is_empty(), "{page}: nothing says how to repair\n{program}");
        let found = told(&compile("right.lasp", &fixed, &mut NoFiles));
        if !found.is_empty() {
            wrong.push_str(&format!("{page}: this is offered as the repair\n{fixed}\nand is told\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_code_of_compile_time_has_a_program() {
    let mut seen: BTreeMap<Code, u32> = BTreeMap::new();
    let exhibits = exhibits();
    for exhibit in &exhibits {
        let compiled = compiled(&exhibit.program, exhibit.is_bytes);
        compiled.diagnostics.iter().for_each(|each| *seen.entry(each.code).or_default() += 1);
    }
    let of_compile_time = Code::ALL.iter().filter(|code| !code.as_str().starts_with('R'));
    let missing: Vec<&str> =
        of_compile_time.filter(|code| !seen.contains_key(code)).map(|code| code.as_str()).collect();
    assert!(missing.is_empty(), "no wrong program for {missing:?}");
    assert!(exhibits.len() >= 60, "only {} wrong programs", exhibits.len());
}

#[test]
fn no_two_programs_differ_only_in_names_and_numbers() {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for exhibit in exhibits() {
        let program = format!("{}:\n{}", exhibit.page, exhibit.program);
        if let Some(other) = seen.insert(skeleton(&exhibit.program), program.clone()) {
            panic!("these are one:\n{other}\n{program}");
        }
    }
}

/// The program with its own names and numbers replaced, in the order of their first appearance; the language's stay.
fn skeleton(program: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut names: Vec<&str> = Vec::new();
    let mut shape = String::new();
    let mut rest = program;
    while let Some(c) = rest.chars().next() {
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length.max(c.len_utf8()));
        rest = after;
        if c.is_ascii_digit() {
            shape.push('0');
        } else if is_word(c) && !is_of_the_language(word) {
            let at = names.iter().position(|name| *name == word).unwrap_or_else(|| {
                names.push(word);
                names.len() - 1
            });
            shape.push_str(&format!("name{at}"));
        } else if !word.trim().is_empty() {
            shape.push_str(word);
            shape.push(' ');
        }
    }
    shape
}

fn is_of_the_language(word: &str) -> bool {
    const WORDS: &str = "use role type lattice fn event feed var let rec bind on when once for in at writable by watch added \
                         removed show test if then else match from where select emit and or not true false none some as \
                         int nat float bool text bytes time duration option list set map";
    let lattice =
        |info: &lasp_lattice::LatticeInfo| info.name == word || info.methods.iter().any(|method| method.name == word);
    WORDS.split_whitespace().any(|known| known == word)
        || lasp_lattice::LATTICES.iter().any(lattice)
        || lasp_compiler::operators::find(word).is_some()
}

fn compiled(program: &str, is_bytes: bool) -> Compiled {
    if !is_bytes {
        return compile("wrong.lasp", program, &mut NoFiles);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("wrong.lasp");
    std::fs::write(&path, bytes(program)).expect("it can be written");
    let mut compiled = match lasp_cli::sources::read_program(&path).expect("it can be read") {
        Ok(text) => compile("wrong.lasp", &text, &mut NoFiles),
        Err(compiled) => *compiled,
    };
    compiled.files[0].name = "wrong.lasp".to_string();
    compiled
}

/// `\xff` is a byte, all else is itself.
fn bytes(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).expect("two digits"));
        bytes.extend(&part.as_bytes()[2..]);
    }
    bytes
}

fn reports(program: &str, is_bytes: bool) -> String {
    let told = told(&compiled(program, is_bytes));
    assert!(!told.is_empty(), "nothing is wrong with\n{program}");
    told
}

fn told(compiled: &Compiled) -> String {
    let mut text = String::new();
    for diagnostic in &compiled.diagnostics {
        for line in plain(&render(diagnostic, &compiled.files)).lines() {
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    text
}

#[test]
fn right_programs_are_told_nothing() {
    let page = std::fs::read_to_string(root().join("tests/accepted/shapes.md")).expect("UTF-8");
    let programs = blocks(&page, "lasp");
    assert!(programs.len() >= 6);
    for program in programs {
        let found = told(&compile("right.lasp", &program, &mut NoFiles));
        assert!(found.is_empty(), "{program}\nis told\n{found}");
    }
}

/// Each correction that is offered takes its report away, whatever else it brings.
#[test]
fn corrections_correct() {
    let mut tried = 0;
    for exhibit in exhibits().iter().filter(|exhibit| !exhibit.is_bytes) {
        let before = compiled(&exhibit.program, false);
        for diagnostic in &before.diagnostics {
            let same = |each: &&Diagnostic| each.code == diagnostic.code && each.message == diagnostic.message;
            let at_first = before.diagnostics.iter().filter(same).count();
            for fix in &diagnostic.fixes {
                let text = with(&exhibit.program, fix);
                let after = compiled(&text, false);
                let left = after.diagnostics.iter().filter(same).count();
                assert!(left < at_first, "{}: `{}` changes nothing\n{text}\n{}", exhibit.page, fix.title, told(&after));
                tried += 1;
            }
        }
    }
    assert!(tried >= 30, "only {tried} corrections were tried");
}

fn with(program: &str, fix: &Fix) -> String {
    let mut text = program.to_string();
    let mut edits: Vec<&Edit> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.place));
    for Edit { place, text: new } in edits {
        text.replace_range(place.start as usize..place.end as usize, new);
    }
    text
}
