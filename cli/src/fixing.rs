//! `lasp check --fix`: makes the corrections that leave no choice, one after the other, and looks again after each.
//!
//! ```text
//! compile ─► a diagnostic with a fix for always ─► edit ─► compile ─ an error that was not there? ─► leave it
//!    ▲                                                         └─ else keep it ─┐
//!    └──────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! A correction may bring to light what stood behind the error (`ordres.map(o => o.prce)`); if that can be corrected
//! too, the two are made together. Texts are changed in memory until nothing more can be done; then each changed file
//! is put in place by a rename, so that a reader sees the old text or the new one.
//!
//! Invariants: a fix never adds an error; files of the library are never changed; a file that somebody else has changed
//! meanwhile is not overwritten.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use lasp_compiler::codes::Code;
use lasp_compiler::diagnostic::{Applicable, Diagnostic, Edit, Fix, Severity, SourceFile};
use lasp_compiler::{Compiled, Loader, compile};

use crate::locate::{Position, boundary, position};

/// How many corrections are made together, each of what the one before has brought to light.
const TOGETHER_MAX: u32 = 4;
/// How often a program is compiled at most.
const COMPILATIONS_MAX: u32 = 2_000;

/// A correction that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Of which rule.
    pub code: Code,
    /// What was done.
    pub title: String,
    /// Where: the file's name, and the place in its text when it was done.
    pub file: String,
    /// See `file`.
    pub start: Position,
}

/// A file with another text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its name, which is its path.
    pub name: String,
    /// What was read.
    pub before: String,
    /// What is to be written.
    pub after: String,
}

/// What can be done about a program.
#[derive(Clone, Debug, Default)]
pub struct Mended {
    /// The corrections, in the order made.
    pub made: Vec<Made>,
    /// The files they change.
    pub changed: Vec<Changed>,
}

/// Makes all corrections of the program `text` that leave no choice, in memory.
pub fn mend(name: &str, text: &str, loader: &mut dyn Loader) -> Mended {
    let main = SourceFile { name: name.to_string(), text: text.to_string() };
    let mut bench = Bench { name, loader, read: BTreeMap::from([(main.name, main.text)]), compilations: 0 };
    let mut kept = Texts::new();
    let mut made = Vec::new();
    let mut compiled = bench.compile(&kept);
    let mut left: Vec<(String, Vec<Edit>)> = Vec::new();
    while let Some((diagnostic, fix)) = compiled.diagnostics.iter().find_map(|each| {
        Some((each, always(each).find(|fix| !left.contains(&(fix.title.clone(), fix.edits.clone())))?))
    }) {
        match bench.attempt(&kept, &compiled, diagnostic, fix, &errors(&compiled), 1) {
            Some(better) => {
                kept = better.texts;
                compiled = better.compiled;
                made.extend(better.made);
                left.clear();
            }
            None => left.push((fix.title.clone(), fix.edits.clone())),
        }
    }
    let changed = kept.into_iter().filter_map(|(name, after)| {
        let before = bench.read.get(&name)?.clone();
        Some(Changed { name, before, after })
    });
    Mended { made, changed: changed.collect() }
}

/// Texts in place of what was read, by file name.
type Texts = BTreeMap<String, String>;

struct Bench<'l> {
    name: &'l str,
    loader: &'l mut dyn Loader,
    /// The files that were read and may be changed.
    read: BTreeMap<String, String>,
    compilations: u32,
}

struct Better {
    texts: Texts,
    compiled: Compiled,
    made: Vec<Made>,
}

impl Bench<'_> {
    fn compile(&mut self, texts: &Texts) -> Compiled {
        self.compilations += 1;
        let main = texts.get(self.name).or_else(|| self.read.get(self.name)).cloned().unwrap_or_default();
        let mut over = Over { loader: &mut *self.loader, texts, read: &mut self.read };
        compile(self.name, &main, &mut over)
    }

    /// The program after a fix, if it has no error that is not among `allowed`.
    fn attempt(
        &mut self,
        texts: &Texts,
        compiled: &Compiled,
        diagnostic: &Diagnostic,
        fix: &Fix,
        allowed: &[(Code, String)],
        depth: u32,
    ) -> Option<Better> {
        if self.compilations >= COMPILATIONS_MAX {
            return None;
        }
        let texts = self.applied(texts, compiled, fix)?;
        let after = self.compile(&texts);
        let file = compiled.files.get(diagnostic.primary.place.file as usize)?;
        let made = Made {
            code: diagnostic.code,
            title: fix.title.clone(),
            file: file.name.clone(),
            start: position(&file.text, diagnostic.primary.place.start as usize),
        };
        let Some(new) = first_new(&after, allowed) else {
            return Some(Better { texts, compiled: after, made: vec![made] });
        };
        if depth == TOGETHER_MAX {
            return None;
        }
        let next = always(new).next()?;
        let mut better = self.attempt(&texts, &after, new, next, allowed, depth + 1)?;
        better.made.insert(0, made);
        Some(better)
    }

    /// The texts with a fix made; none if it is not of files that may be changed, or its edits do not fit.
    fn applied(&self, texts: &Texts, compiled: &Compiled, fix: &Fix) -> Option<Texts> {
        let mut texts = texts.clone();
        let mut edits: Vec<&Edit> = fix.edits.iter().collect();
        // From behind, so that places stay what they were.
        edits.sort_by_key(|edit| std::cmp::Reverse((edit.place.file, edit.place.start, edit.place.end)));
        let mut behind = None;
        for edit in edits {
            let file = compiled.files.get(edit.place.file as usize)?;
            if !self.read.contains_key(&file.name) {
                return None;
            }
            let text = texts.entry(file.name.clone()).or_insert_with(|| file.text.clone());
            let (start, end) = (edit.place.start as usize, edit.place.end as usize);
            let overlaps = behind.is_some_and(|(other, from)| other == edit.place.file && end > from);
            if start > end || boundary(text, start) != start || boundary(text, end) != end || overlaps {
                return None;
            }
            text.replace_range(start..end, &edit.text);
            behind = Some((edit.place.file, start));
        }
        Some(texts)
    }
}

/// Files as they would be.
struct Over<'o> {
    loader: &'o mut dyn Loader,
    texts: &'o Texts,
    read: &'o mut BTreeMap<String, String>,
}

impl Loader for Over<'_> {
    fn load(&mut self, from: &str, path: &str) -> Result<SourceFile, String> {
        let mut file = self.loader.load(from, path)?;
        self.read.entry(file.name.clone()).or_insert_with(|| file.text.clone());
        if let Some(text) = self.texts.get(&file.name) {
            file.text.clone_from(text);
        }
        Ok(file)
    }
}

fn always(diagnostic: &Diagnostic) -> impl Iterator<Item = &Fix> {
    diagnostic.fixes.iter().filter(|fix| fix.applicable == Applicable::Always)
}

fn errors(compiled: &Compiled) -> Vec<(Code, String)> {
    let errors = compiled.diagnostics.iter().filter(|each| each.severity == Severity::Error);
    errors.map(|each| (each.code, each.message.clone())).collect()
}

/// An error that is not among `allowed`, or more often than there.
fn first_new<'c>(compiled: &'c Compiled, allowed: &[(Code, String)]) -> Option<&'c Diagnostic> {
    let mut allowed: Vec<&(Code, String)> = allowed.iter().collect();
    compiled.diagnostics.iter().filter(|each| each.severity == Severity::Error).find(|each| {
        let at = allowed.iter().position(|(code, message)| *code == each.code && *message == each.message);
        at.map(|at| allowed.swap_remove(at)).is_none()
    })
}

/// Puts the new text in the place of the old one.
///
/// # Errors
/// When the file has changed since it was read, or cannot be written; it is then as it was.
pub fn write(changed: &Changed) -> anyhow::Result<()> {
    // Through links: it is the file that changes, not what leads to it.
    let path = std::fs::canonicalize(&changed.name).with_context(|| format!("cannot find `{}`", changed.name))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{}.fix", std::process::id()));
    let result = write_beside(&path, &beside, changed);
    if result.is_err() {
        // What is left of it is of no use to anybody; that it cannot be removed either is not the news.
        let _ = std::fs::remove_file(&beside);
    }
    result.with_context(|| format!("`{}` was not fixed", changed.name))
}

fn write_beside(path: &Path, beside: &Path, changed: &Changed) -> anyhow::Result<()> {
    let mut file = std::fs::File::options().write(true).create_new(true).open(beside)?;
    file.write_all(changed.after.as_bytes())?;
    file.set_permissions(std::fs::metadata(path)?.permissions())?;
    file.sync_all()?;
    if std::fs::read(path)? != changed.before.as_bytes() {
        bail!("it was changed meanwhile: run the command again");
    }
    std::fs::rename(beside, path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lasp_compiler::NoFiles;

    fn fixed(text: &str) -> (Vec<String>, String) {
        let mended = mend("a.lasp", text, &mut NoFiles);
        let after = mended.changed.first().map_or(text.to_string(), |changed| changed.after.clone());
        (mended.made.into_iter().map(|made| made.title).collect(), after)
    }

    #[test]
    fn a_slip_of_the_keys_is_corrected_wherever_it_stands() {
        let (made, after) = fixed("var orders: gset<int>\nlet a = ordres.count()\nlet b = ordres.sum()\nshow a, b");
        assert_eq!(made, ["write `orders`", "write `orders`"]);
        assert_eq!(after, "var orders: gset<int>\nlet a = orders.count()\nlet b = orders.sum()\nshow a, b");
    }

    #[test]
    fn what_an_error_hid_is_corrected_with_it() {
        let text = "type O = { price: nat }\nvar orders: gset<O>\nlet a = ordres.map(o => o.prce)\nshow a";
        let (made, after) = fixed(text);
        assert_eq!(made, ["write `orders`", "write `price`"]);
        assert!(after.contains("orders.map(o => o.price)"));
    }

    #[test]
    fn a_correction_that_leads_to_another_error_is_left() {
        // With the right name the types do not fit, and nothing can be done about that.
        let text = "var orders: gset<text>\nlet a = ordres.sum()\nshow a";
        assert_eq!(fixed(text), (Vec::new(), text.to_string()));
    }

    #[test]
    fn where_there_is_a_choice_nothing_is_done() {
        for text in [
            // Two names are as near.
            "var orders: gset<int>\nvar ordert: gset<int>\nlet a = orderx.count()\nshow a",
            // What the program does would change.
            "type O = { price: nat }\nvar os: gset<O>\nlet a = os.map(o => o.price).sum()\nshow a",
        ] {
            assert_eq!(fixed(text), (Vec::new(), text.to_string()));
        }
    }

    #[test]
    fn glued_signs_come_apart() {
        let (made, after) = fixed("var best: max<int>\nvar s: gset<int>={1}\nlet good = best>=5\nshow s, good");
        assert_eq!(after, "var best: max<int>\nvar s: gset<int> ={1}\nlet good = best>=5\nshow s, good");
        assert_eq!(made.len(), 1);
    }
}
