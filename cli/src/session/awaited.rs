//! What a run waits for: a condition from outside, compiled as one more `when` of the program.
//!
//! ```text
//! lasp run votes.lasp --await 'votes.count() >= 3'
//!   the program, and behind it:   when (votes.count() >= 3) { emit … }
//! ```
//!
//! So the checker asks of it what it asks of every `when`, in words of its own, and the run hears of it at once.
//! Reports point into a text of the name `--await`, which holds what was typed.
//!
//! Neighbours: `commands::runner` listens for [`Happening::Awaited`](super::Happening::Awaited).

use lasp_compiler::diagnostic::{Severity, SourceFile};
use lasp_compiler::{Compiled, Loader, Options, compile_with};
use lasp_plan::Place;

use super::Session;
use super::lines::Problems;

/// What the `when` emits. Long enough not to be anybody's.
pub(super) const AWAITED: &str = "awaited_of_the_session";
const HEAD: &str = "when (\n";

impl Session {
    /// Compiles the program anew, to say when `condition` has come true.
    ///
    /// # Errors
    /// Its problems, when it does not compile or is not stable, with the texts that places point into. The program is
    /// then what it was.
    pub fn wait_for(&mut self, condition: &str, loader: &mut dyn Loader) -> Result<(), Problems> {
        let (name, text) = match self.files().first() {
            Some(file) => (file.name.clone(), file.text.clone()),
            None => ("session".to_string(), String::new()),
        };
        let start = text.len() + 1 + HEAD.len();
        let text = format!("{text}\n{HEAD}{condition}\n) {{ emit {AWAITED} {{ }} }}\n");
        let options = Options { awaits: true, ..Options::default() };
        let compiled = compile_with(&name, &text, loader, options);
        if compiled.plan.is_none() {
            return Err(pointed(compiled, start, condition));
        }
        self.take(compiled);
        Ok(())
    }
}

/// The errors, with what is about the condition pointing into it.
fn pointed(compiled: Compiled, start: usize, condition: &str) -> Problems {
    let Compiled { mut files, mut diagnostics, .. } = compiled;
    let own = u16::try_from(files.len()).unwrap_or(u16::MAX);
    files.push(SourceFile { name: "--await".to_string(), text: condition.to_string() });
    diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
    let move_in = |place: &mut Place| {
        if place.file == 0 && place.start as usize + HEAD.len() >= start {
            let within = |byte: u32| {
                let byte = (byte as usize).saturating_sub(start).min(condition.len());
                u32::try_from(byte).unwrap_or(u32::MAX)
            };
            *place = Place { file: own, start: within(place.start), end: within(place.end) };
        }
    };
    for diagnostic in &mut diagnostics {
        move_in(&mut diagnostic.primary.place);
        diagnostic.labels.iter_mut().for_each(|label| move_in(&mut label.place));
        // A correction of the command line is the user's to make.
        diagnostic.fixes.clear();
    }
    (diagnostics, files)
}
