//! Looking names up, and what to say when there is none: "did you mean".
//!
//! A name in a module is first sought among the module's own. `windows.start` finds `start` of an imported module.
//! Neighbours: `decls` fills the tables that are searched here.

use lasp_grammar::ast::Name;
use lasp_plan::Place;

use super::{Checker, Decl};
use crate::codes::Code;
use crate::diagnostic::{Applicable, Diagnostic, Edit};

/// A name that may have been meant.
#[derive(Clone, Debug)]
pub(crate) struct Near {
    /// The name.
    pub name: String,
    /// Whether no other name is as near as to be a slip of the keys too.
    pub alone: bool,
}

impl Near {
    /// What other languages call it leaves no doubt.
    pub(crate) fn habit(name: &str) -> Near {
        Near { name: name.to_string(), alone: true }
    }
}

impl Diagnostic {
    /// Offers a name for what is written at `place`. If it is the only one, no one needs to be asked.
    pub(crate) fn did_you_mean(&mut self, place: Place, near: Near) {
        self.help.push(format!("did you mean `{}`?", near.name));
        let applicable = if near.alone { Applicable::Always } else { Applicable::Maybe };
        self.add_fix(applicable, format!("write `{}`", near.name), vec![Edit { place, text: near.name }]);
    }
}

/// The candidate nearest to `name`, if one is near enough to be a slip of the keys.
pub(crate) fn nearest<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<Near> {
    let allowed = match name.chars().count() {
        0..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    let length = name.chars().count();
    let mut near: Vec<(usize, &str)> = candidates
        .into_iter()
        // The distance is never less than the difference in length, which costs much less to find.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= allowed)
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count().max(2))
        .collect();
    near.sort_unstable();
    // A name that is bound in several scopes is one name.
    near.dedup();
    let (_, candidate) = near.first()?;
    Some(Near { name: (*candidate).to_string(), alone: near.len() == 1 })
}

impl Checker<'_> {
    pub(super) fn prefix(&self) -> &str {
        self.units.get(self.unit).map_or("", |unit| &unit.prefix)
    }

    pub(super) fn qualified(&self, name: &str) -> String {
        format!("{}{name}", self.prefix())
    }

    /// The module prefix that `name` stands for here, unless something nearer has the name.
    pub(super) fn module(&self, name: &str) -> Option<String> {
        if self.local(name).is_some() || self.value(name).is_some() {
            return None;
        }
        let imports = &self.units.get(self.unit)?.imports;
        imports.iter().find(|(local, _)| local == name).map(|(_, prefix)| prefix.clone())
    }

    /// What a module declares under `name`; reported if nothing.
    pub(super) fn member(&mut self, prefix: &str, name: &Name, code: Code, what: &str) -> Option<Decl> {
        let found = self.values.get(&format!("{prefix}{}", name.text)).map(|(decl, _)| *decl);
        if found.is_none() {
            let mut known: Vec<String> =
                self.values.keys().filter_map(|value| value.strip_prefix(prefix)).map(str::to_string).collect();
            known.sort_unstable();
            self.unknown_among(code, name, what, &known, "");
        }
        found
    }

    pub(super) fn value(&self, name: &str) -> Option<Decl> {
        self.values.get(&self.qualified(name)).map(|(decl, _)| *decl)
    }

    /// Names that could have been meant by a value name, nearest scope first.
    fn value_names(&self) -> Vec<&str> {
        let prefix = self.prefix();
        let mut names: Vec<&str> = self.scopes.iter().flatten().map(|(name, _)| name.as_str()).collect();
        let mut declared: Vec<&str> = self.values.keys().filter_map(|name| name.strip_prefix(prefix)).collect();
        declared.extend(self.variants.keys().map(String::as_str));
        declared.sort_unstable();
        names.extend(declared);
        names
    }

    pub(super) fn unknown_value(&mut self, name: &Name) {
        if !self.unknown.insert(format!("value {}", self.qualified(&name.text))) {
            return;
        }
        let candidate = nearest(&name.text, self.value_names());
        let place = self.at(name.span);
        let mut diagnostic = Diagnostic::new(Code::E0101, place, format!("nothing here is called `{}`", name.text))
            .label("unknown name");
        if let Some(candidate) = candidate {
            diagnostic.did_you_mean(place, candidate);
        } else if crate::operators::find(&name.text).is_some() {
            diagnostic = diagnostic.help(format!("`{0}` is an operation: write `x.{0}(…)` or `{0}(x, …)`", name.text));
        } else {
            diagnostic = diagnostic.help(format!("declare it with `let {0} = …` or `var {0}: …`", name.text));
        }
        self.report(diagnostic);
    }

    /// Reports a name that some list does not have.
    pub(super) fn unknown_among(&mut self, code: Code, name: &Name, what: &str, candidates: &[String], help: &str) {
        if !self.unknown.insert(format!("{what} {}", name.text)) {
            return;
        }
        let place = self.at(name.span);
        let mut diagnostic =
            Diagnostic::new(code, place, format!("there is no {what} called `{}`", name.text)).label("unknown name");
        if let Some(near) = nearest(&name.text, candidates.iter().map(String::as_str)) {
            diagnostic.did_you_mean(place, near);
        } else if candidates.is_empty() {
            if !help.is_empty() {
                diagnostic = diagnostic.help(help);
            }
        } else {
            let known: Vec<String> = candidates.iter().take(12).map(|name| format!("`{name}`")).collect();
            diagnostic = diagnostic.help(format!("known here: {}", known.join(", ")));
        }
        self.report(diagnostic);
    }
}
