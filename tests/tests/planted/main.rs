//! Planted defects: each is put into a copy of the lattices, and the ordinary laws and the specification must catch it.
//!
//! ```text
//! cargo test -p lasp-tests --test planted -- --ignored --nocapture
//! ```
//!
//! A defect is an edit of the source, so that production code needs no hooks for it; the list must follow the code, and
//! an edit whose old text is not there, or is there twice, fails. No test was made for a defect: the tests that run are
//! those of `vm/lattice/tests`, with fewer cases. The copy as it is must pass them.
//!
//! Neighbour: `defects` is the list.

mod defects;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use lasp_tests::root;

use defects::DEFECTS;

/// Something to get wrong.
pub struct Defect {
    /// What it is.
    pub name: &'static str,
    /// File, its text, and what stands there instead.
    pub edits: &'static [(&'static str, &'static str, &'static str)],
}

/// What is copied of the workspace.
const COPIED: [&str; 2] = ["vm/lattice", "tests/spec"];

/// The tests that have to catch the defects. What the first catches need not be put to the second.
const TARGETS: [&str; 2] = ["semantics", "laws"];

/// The names under which the tests know how many cases they are to run per type.
const CASES: [&str; 2] = ["LASP_LAW_CASES", "LASP_TRACES"];

/// How many they run: the last. If none of those that fail tells how many it took, they are run with fewer.
const LIMITS: [u64; 7] = [1, 2, 5, 10, 20, 50, 100];

/// Copies that are built side by side.
const COPIES: usize = 2;

/// A test that takes longer does not end.
const PATIENCE: Duration = Duration::from_secs(120);

/// A copy of the lattices that can be built and tested.
struct Copy {
    folder: PathBuf,
    sources: BTreeMap<PathBuf, String>,
}

/// A test that failed, and after how many cases; if no test tells, the least limit with which this one fails.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Caught {
    cases: Option<u64>,
    test: String,
}

/// What became of a defect: the tests that fail, those of fewest cases first; or why there is no answer.
type Verdict = Result<Vec<Caught>, String>;

#[test]
fn every_edit_fits_the_code() {
    let mut unfit = Vec::new();
    for defect in DEFECTS {
        for (file, old, new) in defect.edits {
            let text = fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
            if text.matches(old).count() != 1 || old == new {
                unfit.push(format!("{}: not once in {file}: {old}", defect.name));
            }
        }
    }
    assert!(unfit.is_empty(), "the list must follow the code:\n{}", unfit.join("\n"));
}

#[test]
#[ignore = "builds the lattices once per defect: minutes"]
fn every_planted_defect_is_caught() {
    let started = Instant::now();
    let next = AtomicUsize::new(0);
    let verdicts: Mutex<BTreeMap<usize, Verdict>> = Mutex::default();
    std::thread::scope(|scope| {
        for number in 0..COPIES {
            let (next, verdicts) = (&next, &verdicts);
            scope.spawn(move || {
                let mut copy = Copy::new(number);
                loop {
                    // The first is the control: nothing is planted.
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    let edits = match turn.checked_sub(1) {
                        None => &[],
                        Some(at) if at < DEFECTS.len() => DEFECTS[at].edits,
                        Some(_) => break,
                    };
                    let verdict = copy.with(edits);
                    verdicts.lock().expect("nobody panics with it").insert(turn, verdict);
                }
            });
        }
    });
    let verdicts = verdicts.into_inner().expect("all are done");
    let names = std::iter::once("nothing planted").chain(DEFECTS.iter().map(|defect| defect.name));
    let mut wrong = Vec::new();
    println!("{:52} {:>5}  caught by", "defect", "cases");
    for (turn, name) in names.enumerate() {
        let verdict = &verdicts[&turn];
        println!("{name:52} {}", shown(verdict));
        if !verdict.as_ref().is_ok_and(|caught| caught.is_empty() == (turn == 0)) {
            wrong.push(name);
        }
    }
    println!("{} defects in {:.0?}", DEFECTS.len(), started.elapsed());
    assert!(wrong.is_empty(), "not as it should be: {wrong:?}");
}

/// The test that needed the fewest cases, and how many more failed.
fn shown(verdict: &Verdict) -> String {
    match verdict.as_deref() {
        Err(reason) => format!("    !  {reason}"),
        Ok([]) => "    -  nothing".to_string(),
        Ok([first, rest @ ..]) => {
            let cases = first.cases.map_or_else(|| "?".to_string(), |cases| cases.to_string());
            let others = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
            format!("{cases:>5}  {}{others}", first.test)
        }
    }
}

impl Copy {
    fn new(number: usize) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("planted-{number}"));
        let mut sources = BTreeMap::new();
        for part in COPIED {
            gather(&root(), Path::new(part), &mut sources);
        }
        let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the workspace has a manifest");
        sources.insert("Cargo.toml".into(), only_what_is_copied(&manifest));
        sources.insert("Cargo.lock".into(), fs::read_to_string(root().join("Cargo.lock")).expect("and a lock file"));
        Self { folder, sources }
    }

    /// Deletes what tests have left behind, such as seeds of failures, which would be run first the next time.
    fn drop_strays(&self) {
        let mut found = BTreeMap::new();
        COPIED.iter().for_each(|part| gather(&self.folder, Path::new(part), &mut found));
        for stray in found.keys().filter(|path| !self.sources.contains_key(*path)) {
            fs::remove_file(self.folder.join(stray)).expect("it was there");
        }
    }

    /// Builds and tests the copy with these edits.
    fn with(&mut self, edits: &[(&str, &str, &str)]) -> Verdict {
        let mut sources = self.sources.clone();
        for (file, old, new) in edits {
            let text = sources.get_mut(Path::new(file)).ok_or_else(|| format!("{file} is not there"))?;
            if text.matches(old).count() != 1 {
                return Err(format!("not once in {file}: {old}"));
            }
            *text = text.replace(old, new);
        }
        for (path, text) in &sources {
            write_if_changed(&self.folder.join(path), text);
        }
        let mut caught = Vec::new();
        for target in TARGETS {
            let program = self.build(target)?;
            caught = self.run(&program, &[], LIMITS[LIMITS.len() - 1])?;
            if caught.iter().all(|caught| caught.cases.is_none()) {
                for caught in &mut caught {
                    caught.cases = self.fewest(&program, &caught.test)?;
                }
            }
            caught.iter_mut().for_each(|caught| caught.test = format!("{target}: {}", caught.test));
            caught.sort_by_key(|caught| (caught.cases.is_none(), caught.clone()));
            if !caught.is_empty() {
                break;
            }
        }
        Ok(caught)
    }

    /// The test program of a target.
    fn build(&self, target: &str) -> Result<PathBuf, String> {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["test", "--offline", "--no-run", "-p", "lasp-lattice", "--test", target]);
        cargo.current_dir(&self.folder).env("CARGO_TARGET_DIR", self.folder.join("target"));
        // Nobody looks at a backtrace, and to write down where it would lead is half of the time.
        cargo.env("CARGO_TERM_COLOR", "never").env("CARGO_PROFILE_DEV_DEBUG", "0");
        let output = cargo.output().map_err(|error| format!("cargo does not run: {error}"))?;
        let told = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            let errors: Vec<&str> = told.lines().filter(|line| line.starts_with("error")).collect();
            return Err(format!("does not build: {}", errors.join("; ")));
        }
        let line = told.lines().find(|line| line.contains(&format!("tests/{target}/main.rs (")));
        let path = line.and_then(|line| line.split_once('(')).and_then(|(_, path)| path.strip_suffix(')'));
        // Cargo says it as seen from where it was called.
        path.map(|path| self.folder.join(path)).ok_or_else(|| format!("cargo did not say where {target} is"))
    }

    /// The least limit with which a test fails.
    fn fewest(&self, program: &Path, test: &str) -> Result<Option<u64>, String> {
        for limit in LIMITS {
            if !self.run(program, &["--exact", test], limit)?.is_empty() {
                return Ok(Some(limit));
            }
        }
        Ok(None)
    }

    /// The tests that fail.
    fn run(&self, program: &Path, only: &[&str], limit: u64) -> Result<Vec<Caught>, String> {
        self.drop_strays();
        let told = self.folder.join("told.txt");
        let out = fs::File::create(&told).map_err(|error| format!("{}: {error}", told.display()))?;
        let mut command = Command::new(program);
        command.args(only).current_dir(self.folder.join("vm/lattice")).env("RUST_BACKTRACE", "0");
        command.envs(CASES.map(|name| (name, limit.to_string()))).stdout(out).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| format!("{} does not run: {error}", program.display()))?;
        let started = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(_)) => break,
                Ok(None) if started.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(20)),
                _ => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err("the tests do not end".to_string());
                }
            }
        }
        let told = fs::read(&told).map_err(|error| format!("{}: {error}", told.display()))?;
        let caught = failures(&String::from_utf8_lossy(&told));
        let passed = child.wait().is_ok_and(|status| status.success());
        if passed == caught.is_empty() { Ok(caught) } else { Err("the tests fail without a failing test".to_string()) }
    }
}

/// `test a::b ... FAILED`, and of the failure's text `after 12 cases`.
fn failures(told: &str) -> Vec<Caught> {
    let failed = told.lines().filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"));
    failed
        .map(|test| {
            let test = test.trim_end_matches(" - should panic").to_string();
            let text = told.split_once(&format!("---- {test} ")).map_or("", |(_, rest)| rest);
            let text = text.split("\n---- ").next().unwrap_or("");
            let cases = text.split("after ").skip(1).find_map(|rest| {
                let (number, rest) = rest.split_once(' ')?;
                rest.starts_with("case").then(|| number.parse().ok())?
            });
            Caught { cases, test }
        })
        .collect()
}

#[test]
fn failures_are_found_in_what_a_test_tells() {
    let told = "test a::b ... ok\ntest a::c ... FAILED\ntest d ... FAILED\n\n---- a::c stdout ----\nthread panicked\n\
                orset: after 12 cases (case 11): read\n\n---- d stdout ----\nafter all, no\n";
    let found: Vec<(Option<u64>, String)> = failures(told).into_iter().map(|found| (found.cases, found.test)).collect();
    assert_eq!(found, [(Some(12), "a::c".to_string()), (None, "d".to_string())]);
}

/// Every source below a folder, by its path from the root.
fn gather(root: &Path, folder: &Path, sources: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(root.join(folder)).expect("the folder is there") {
        let entry = entry.expect("it can be read");
        let path = folder.join(entry.file_name());
        if entry.path().is_dir() {
            gather(root, &path, sources);
        } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "toml" || kind == "txt" || kind == "md") {
            sources.insert(path.clone(), fs::read_to_string(entry.path()).expect("a source is UTF-8"));
        }
    }
}

/// The workspace's manifest with two members.
fn only_what_is_copied(manifest: &str) -> String {
    let line = |line: &str| match line {
        _ if line.starts_with("members =") => format!("members = {COPIED:?}\n"),
        _ if line.starts_with("default-members =") => String::new(),
        _ => format!("{line}\n"),
    };
    manifest.lines().map(line).collect()
}

/// An unchanged file keeps its time, and so is not built again.
fn write_if_changed(path: &Path, text: &str) {
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        let folder = path.parent().expect("a file is in a folder");
        fs::create_dir_all(folder).and_then(|()| fs::write(path, text)).unwrap_or_else(|error| {
            panic!("{}: {error}", path.display());
        });
    }
}
