//! A line of the REPL: a definition, an expression or an update, and nobody has to say which.
//!
//! ```text
//! var s: orset<int>      an item          appended to the program
//! s.add(1)               an update        done, as one atomic op
//! s.count() + 1          an expression    its value
//! quota["a"].spend(1)    an update with an answer    done, and its answer is the value
//! ```
//!
//! The grammar says what a line is; only whether a method call updates or reads is for the types to say, so an
//! expression that does not check is tried as an update. The compiler knows one form, a whole program: an expression or
//! update is compiled as the program with the line wrapped in an item. The line stands on lines of its own inside the
//! wrapping, so that reports show it as it was typed. Positions of what was declared before do not change by appending:
//! that is why a statement compiled against the longer text can be done by the running program.

use lasp_compiler::codes::Code;
use lasp_compiler::diagnostic::{Diagnostic, Severity, SourceFile};
use lasp_compiler::{Compiled, Loader, Options, compile_with, syntax};
use lasp_grammar::{LineKind, parse_line};
use lasp_plan::{Expr, Plan, Stmt, Type, Value};
use lasp_vm::Failure;

use super::{Deed, Happening, Session};

/// The name that wrapped lines get. Long enough not to be anybody's.
const WRAPPED: &str = "line_of_the_session";

/// What is wrong with a text, and the texts that places point into.
pub type Problems = (Vec<Diagnostic>, Vec<SourceFile>);

/// What became of a line.
#[derive(Debug)]
pub enum Line {
    /// There was nothing in it.
    Nothing,
    /// The program has grown.
    Defined(Vec<Diagnostic>),
    /// An expression's value.
    Value(Value, Type),
    /// An update was done: what happened, its answer if it has one, and the texts that places point into.
    Done(Vec<Happening>, Option<Value>, Vec<SourceFile>),
    /// An expression that failed at run time, with the texts its place points into.
    Failed(Failure, Vec<SourceFile>),
    /// A line that does not compile, with the texts its places point into.
    Rejected(Vec<Diagnostic>, Vec<SourceFile>),
}

/// Whether the text is the beginning of something longer, so that another line should be asked for.
#[must_use]
pub fn is_unfinished(text: &str) -> bool {
    parse_line(text).errors.iter().any(|error| error.unfinished)
}

impl Session {
    /// Takes a line, which may consist of several.
    pub fn line(&mut self, now_us: i64, text: &str, loader: &mut dyn Loader) -> Line {
        let parsed = parse_line(text);
        if !parsed.errors.is_empty() {
            let file = SourceFile { name: "line".to_string(), text: text.to_string() };
            return Line::Rejected(parsed.errors.iter().map(|error| syntax(error, 0)).collect(), vec![file]);
        }
        match parsed.kind {
            LineKind::Empty => Line::Nothing,
            LineKind::Items(_) => {
                let grown = self.with_appended(text, true, loader);
                if grown.plan.is_some() { self.define(grown) } else { rejected(grown) }
            }
            LineKind::Stmts(_) => {
                let update = self.with_appended(&handler(text), false, loader);
                match update.plan.as_ref().and_then(wrapped_body) {
                    Some(body) => self.perform(now_us, &body, update.files),
                    None => rejected(update),
                }
            }
            LineKind::Expr(_) => self.expression_or_update(now_us, text, loader),
        }
    }

    fn expression_or_update(&mut self, now_us: i64, text: &str, loader: &mut dyn Loader) -> Line {
        let expression = self.with_appended(&view(text), false, loader);
        if let Some((expr, ty)) = expression.plan.as_ref().and_then(wrapped_expr) {
            return match self.eval(&expr) {
                Some(Ok(value)) => Line::Value(value, ty),
                Some(Err(failure)) => Line::Failed(failure, expression.files),
                None => Line::Nothing,
            };
        }
        // An update that answers has to be the right side of a `let`.
        let mut updates = Vec::new();
        for body in [handler(text), handler(&format!("let answer =\n{text}"))] {
            let update = self.with_appended(&body, false, loader);
            if let Some(body) = update.plan.as_ref().and_then(wrapped_body) {
                return self.perform(now_us, &body, update.files);
            }
            updates.push(update);
        }
        // Of several wrong readings the one with the fewest problems is nearest to what was meant; a text that does not
        // even parse that way was not meant that way.
        let nearest = std::iter::once(expression).chain(updates).min_by_key(|compiled| {
            let cost = |each: &Diagnostic| match each.code {
                code if code.as_str().starts_with("E00") => 100,
                // "An update, and a value is needed": then it was meant as an update.
                Code::E0206 => 3,
                _ => 2,
            };
            compiled.diagnostics.iter().map(cost).sum::<usize>()
        });
        nearest.map_or(Line::Nothing, rejected)
    }

    /// The type and stability of an expression.
    ///
    /// # Errors
    /// Its problems, when it does not compile.
    pub fn type_of(&self, text: &str, loader: &mut dyn Loader) -> Result<(String, String), Line> {
        let compiled = self.with_appended(&view(text), false, loader);
        match compiled.table.iter().find(|row| row.name == WRAPPED && compiled.plan.is_some()) {
            Some(row) => Ok((row.ty.clone(), row.stability.clone())),
            None => Err(rejected(compiled)),
        }
    }

    /// An expression over the program that is evaluated at some node, so that it may ask for the node's rights. It
    /// gives a tuple of one value.
    ///
    /// # Errors
    /// Its problems, with the texts that places point into, when it does not compile.
    pub fn expression(&self, text: &str, loader: &mut dyn Loader) -> Result<(Expr, Type), Problems> {
        let compiled =
            self.with_appended(&handler(&format!("emit {WRAPPED}_value {{ value:\n{text}\n}}")), false, loader);
        let body = compiled.plan.as_ref().and_then(wrapped_body);
        match body.as_deref() {
            Some([Stmt::Emit(emit)]) => Ok((emit.value.clone(), emit.ty.clone())),
            _ => Err((compiled.diagnostics, compiled.files)),
        }
    }

    /// Statements that run at some node: whether its role may is for the node to say. An update that answers may stand
    /// alone; nobody but who asked for the statements takes its answer.
    ///
    /// # Errors
    /// Their problems, with the texts that places point into, when they do not compile.
    pub fn statements(&self, text: &str, loader: &mut dyn Loader) -> Result<Vec<Stmt>, Problems> {
        let roles: Vec<String> = self.plan().map(|plan| plan.roles.clone()).unwrap_or_default();
        let (mut text, mut answered) = (text.to_string(), false);
        let mut first: Option<Problems> = None;
        let mut sites = std::iter::once(None).chain(roles.iter().map(Some)).peekable();
        while let Some(role) = sites.peek() {
            let head = handler_head(role.map(String::as_str));
            let compiled = self.with_appended(&format!("{head}{text}\n}}"), false, loader);
            if let Some(body) = compiled.plan.as_ref().and_then(wrapped_body) {
                return Ok(body);
            }
            let errors = || compiled.diagnostics.iter().filter(|each| each.severity == Severity::Error);
            let ignored = || errors().filter(|each| each.code == Code::E0209);
            if !answered && ignored().next().is_some() {
                let start = compiled.files.first().and_then(|file| file.text.rfind(&head)).map(|at| at + head.len());
                text = with_answers(&text, start.unwrap_or_default(), ignored());
                answered = true;
            } else if errors().all(|each| each.code == Code::E0401) {
                sites.next();
            } else {
                return Err(first.unwrap_or((compiled.diagnostics, compiled.files)));
            }
            first = first.or(Some((compiled.diagnostics, compiled.files)));
        }
        Err(first.unwrap_or_default())
    }

    fn with_appended(&self, item: &str, is_item: bool, loader: &mut dyn Loader) -> Compiled {
        let (name, text) = match self.files().first() {
            Some(file) => (file.name.as_str(), file.text.as_str()),
            None => ("session", ""),
        };
        let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        // The running program knows the views it was started with, not those that the wrapping adds.
        let options = Options { unfold_views: !is_item, unfinished: true, ..Options::default() };
        compile_with(name, &format!("{text}{gap}{item}\n"), loader, options)
    }

    fn define(&mut self, compiled: Compiled) -> Line {
        // What was updated by hand is done again as it was compiled then, and so without rights.
        let held = |compiled: &Compiled| compiled.invariants.iter().filter(|row| row.verdict == "escrow").count();
        let by_hand = |deed: &Deed| matches!(deed, Deed::Update { .. });
        if held(&compiled) > held(&self.compiled) && self.history.iter().flatten().any(by_hand) {
            let place = compiled.invariants.iter().rev().find(|row| row.verdict == "escrow").map(|row| row.place);
            let late = Diagnostic::new(
                Code::E0801,
                place.unwrap_or_default(),
                "`by escrow` after updates by hand is part of the language, but not of this version",
            )
            .label("comes too late here")
            .why("what was done by hand has spent no rights, so the bound could be missed by as much")
            .help("start again and declare it before the first update, or write it in the program");
            return Line::Rejected(vec![late], compiled.files);
        }
        // Warnings about earlier lines were given when those were typed.
        let known = self.files().first().map_or(0, |file| file.text.len());
        let new = |diagnostic: &&Diagnostic| diagnostic.primary.place.start as usize >= known;
        let warnings = compiled.diagnostics.iter().filter(new).cloned().collect();
        self.grow(compiled);
        Line::Defined(warnings)
    }

    fn perform(&mut self, now_us: i64, body: &[Stmt], files: Vec<SourceFile>) -> Line {
        let (mut happenings, answer) = self.update(now_us, body);
        happenings.extend(self.settle());
        Line::Done(happenings, answer, files)
    }
}

fn wrapped_expr(plan: &Plan) -> Option<(Expr, Type)> {
    let show = plan.shows.iter().find(|show| show.name == WRAPPED)?;
    let view = plan.view(show.view);
    Some((view.expr.clone(), view.ty.clone()))
}

fn wrapped_body(plan: &Plan) -> Option<Vec<Stmt>> {
    let event = plan.events.iter().position(|event| event.name == WRAPPED)?;
    let handler = plan.handlers.iter().find(|handler| handler.event as usize == event)?;
    Some(handler.body.clone())
}

fn rejected(compiled: Compiled) -> Line {
    Line::Rejected(compiled.diagnostics, compiled.files)
}

fn view(expression: &str) -> String {
    format!("let {WRAPPED} =\n{expression}\nshow {WRAPPED}")
}

fn handler(body: &str) -> String {
    format!("{}{body}\n}}", handler_head(None))
}

fn handler_head(role: Option<&str>) -> String {
    let at = role.map_or_else(String::new, |role| format!(" at {role}"));
    format!("event {WRAPPED} {{ }}\non {WRAPPED}(_){at} {{\n")
}

// Takes the answers that nobody takes: the text begins at `start`.
fn with_answers<'d>(text: &str, start: usize, ignored: impl Iterator<Item = &'d Diagnostic>) -> String {
    let mut text = text.to_string();
    let places = ignored.map(|each| each.primary.place.start as usize);
    let mut places: Vec<usize> = places.filter_map(|at| at.checked_sub(start)).collect();
    places.sort_unstable_by(|a, b| b.cmp(a));
    for (n, at) in places.into_iter().enumerate() {
        if text.is_char_boundary(at) {
            text.insert_str(at, &format!("let answer_{n}_of_the_session = "));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use lasp_compiler::NoFiles;

    #[test]
    fn a_line_that_goes_on_is_unfinished() {
        for text in ["on a(_) {", "let x = (1 +", "from x in s"] {
            assert!(is_unfinished(text), "{text}");
        }
        for text in ["", "// nothing", "1 + 2", "s.add(1)", "let x = )"] {
            assert!(!is_unfinished(text), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_reported_about_the_line_alone() {
        let Line::Rejected(diagnostics, files) = Session::growing().line(0, "1 + )", &mut NoFiles) else {
            panic!("`1 + )` was taken");
        };
        assert_eq!(files[0].text, "1 + )");
        assert_eq!(diagnostics.len(), 1);
    }
}
