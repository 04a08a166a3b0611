//! From texts to parsed units: the main file and everything it `use`s.
//!
//! `use std.math` and `use "math.lasp"` both make the module `math`; its names come in as `math.…`. A module that is
//! used twice is read once; one that uses itself, by whatever way, is an error with both places (E0106).

use lasp_grammar::ast::{ItemKind, UsePath};
use lasp_grammar::{Span, SyntaxError, parse};
use lasp_plan::Place;

use crate::Loader;
use crate::check::Unit;
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, SourceFile};

/// Files, what they say, and what is wrong with that.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub files: Vec<SourceFile>,
    pub units: Vec<Unit>,
    pub diagnostics: Vec<Diagnostic>,
    /// Files whose `use`s are being followed: index and the place of the `use` that led there.
    open: Vec<(usize, Place)>,
}

impl Sources {
    pub fn read(name: &str, text: &str, loader: &mut dyn Loader) -> Sources {
        let mut sources = Sources::default();
        let file = SourceFile { name: name.to_string(), text: text.to_string() };
        sources.add(file, String::new(), Place::default(), loader);
        sources
    }

    fn add(&mut self, file: SourceFile, prefix: String, from: Place, loader: &mut dyn Loader) -> usize {
        let index = self.files.len();
        let parsed = parse(&file.text);
        let name = file.name.clone();
        for error in &parsed.errors {
            self.diagnostics.push(syntax(error, index));
        }
        self.files.push(file);
        self.units.push(Unit { prefix, tree: parsed.file, imports: Vec::new() });
        self.open.push((index, from));
        let uses: Vec<(UsePath, Span)> = self.units[index]
            .tree
            .items
            .iter()
            .filter_map(|item| match &item.kind {
                ItemKind::Use(path) => Some((path.clone(), item.span)),
                _ => None,
            })
            .collect();
        for (path, span) in uses {
            let place = place(index, span);
            if let Some(import) = self.follow(&name, &path, place, loader) {
                self.units[index].imports.push(import);
            }
        }
        self.open.pop();
        index
    }

    fn follow(&mut self, from: &str, path: &UsePath, at: Place, loader: &mut dyn Loader) -> Option<(String, String)> {
        let (module, loaded) = match path {
            UsePath::Module(names) => {
                let full = names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
                let module = names.last().map(|name| name.text.clone()).unwrap_or_default();
                let text = full.strip_prefix("std.").and_then(lasp_stdlib::module);
                match text {
                    Some(text) => (module, SourceFile { name: full, text: text.to_string() }),
                    None => {
                        let known: Vec<String> =
                            lasp_stdlib::MODULES.iter().map(|(name, _)| format!("`std.{name}`")).collect();
                        self.diagnostics.push(
                            Diagnostic::new(Code::E0106, at, format!("there is no library module `{full}`"))
                                .label("unknown module")
                                .help(format!(
                                    "there are {}; a file is used by its path: `use \"{module}.lasp\"`",
                                    known.join(", ")
                                )),
                        );
                        return None;
                    }
                }
            }
            UsePath::File { path, .. } => match loader.load(from, path) {
                Ok(file) => (stem(path), file),
                Err(why) => {
                    self.diagnostics.push(
                        Diagnostic::new(Code::E0106, at, format!("`{path}` cannot be used: {why}"))
                            .label("used here")
                            .help("a path in `use` is relative to the file it stands in"),
                    );
                    return None;
                }
            },
        };
        if let Some(known) = self.files.iter().position(|file| file.name == loaded.name) {
            if let Some((_, first)) = self.open.iter().find(|(open, _)| *open == known) {
                let mut diagnostic = Diagnostic::new(Code::E0106, at, format!("`{}` uses itself", loaded.name))
                    .label("leads back to where it began");
                if *first != Place::default() {
                    diagnostic = diagnostic.also(*first, "the circle begins here");
                } else {
                    diagnostic = diagnostic.also(Place { file: 0, start: 0, end: 0 }, "the circle begins in this file");
                }
                self.diagnostics.push(diagnostic);
                return None;
            }
            let prefix = self.units[known].prefix.clone();
            return Some((module, prefix));
        }
        let mut prefix = format!("{module}.");
        while self.units.iter().any(|unit| unit.prefix == prefix) {
            // Two files of one name in different folders: their names must differ inside.
            prefix = format!("{}'.", prefix.trim_end_matches('.'));
        }
        self.add(loaded, prefix.clone(), at, loader);
        Some((module, prefix))
    }
}

fn stem(path: &str) -> String {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.strip_suffix(".lasp").unwrap_or(file).to_string()
}

fn place(file: usize, span: Span) -> Place {
    Place { file: u16::try_from(file).unwrap_or(u16::MAX), start: span.start, end: span.end }
}

/// An error of the grammar as a diagnostic of a file.
#[must_use]
pub fn syntax(error: &SyntaxError, file: usize) -> Diagnostic {
    let code = Code::parse(error.code).unwrap_or(Code::E0001);
    let mut diagnostic = Diagnostic::new(code, place(file, error.span), &error.message).label(&error.label);
    if diagnostic.code == Code::E0008 {
        // `>=` and `<-`: two signs of one byte each.
        let between = Place { start: diagnostic.primary.place.start + 1, ..diagnostic.primary.place };
        diagnostic = diagnostic.fix("put a space between them", Place { end: between.start, ..between }, " ");
    }
    for (span, note) in &error.notes {
        diagnostic = diagnostic.also(place(file, *span), note);
    }
    error.help.iter().fold(diagnostic, |diagnostic, help| diagnostic.help(help))
}
