//! `lasp graph`: the dataflow of a program, drawn; with `--profile`, after a run, with what each operator did.

use std::path::PathBuf;

use anyhow::Context;
use clap::ValueEnum;

use super::feeding::{Feeding, play};
use super::later::{not_yet, refuse};
use super::loading::load;
use super::runner::{Ended, Runner};
use crate::draw::{Picture, ascii, formal};
use crate::output::Output;
use crate::session::Session;
use crate::{Exit, Usage};

/// The arguments of `lasp graph`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lasp graph main.lasp                              a tree per view, sources at the leaves
  lasp graph main.lasp --as mermaid                 to paste into a page
  lasp graph main.lasp --as dot | dot -Tsvg > g.svg
  lasp graph main.lasp --profile --feed impression=today.csv
                                                    run it first; what each operator did stands beside it,
                                                    and ▶ or a thick border where most of the time went

Broken lines and `eventual`: what may still be taken back. Full lines and `stable`: what may be acted upon.")]
pub struct Args {
    /// The program
    file: PathBuf,
    /// The notation
    #[arg(long = "as", value_enum, value_name = "NOTATION")]
    notation: Option<Notation>,
    /// Write to a file instead of stdout
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Run the program on its feeds first, and write on each operator how many rows, how much room and time it took
    #[arg(long)]
    profile: bool,
    #[command(flatten, next_help_heading = "With --profile")]
    feeding: Feeding,
    #[arg(long, hide = true, value_name = "OLD")]
    diff: Option<PathBuf>,
}

/// A notation of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Notation {
    /// Text for a terminal.
    Ascii,
    /// Mermaid.
    Mermaid,
    /// Graphviz.
    Dot,
    /// Nodes and edges.
    Json,
    /// Not in this version.
    #[value(hide = true)]
    Svg,
}

impl Args {
    /// Draws the program.
    ///
    /// # Errors
    /// When the program cannot be read or the picture not be written; when options do not fit each other.
    pub fn run(self, output: &mut Output) -> anyhow::Result<Exit> {
        refuse(&[("--diff", self.diff.is_some())])?;
        self.check_feeding()?;
        // `--format json` means JSON here too, unless a notation is asked for.
        let otherwise = if output.is_json() { Notation::Json } else { Notation::Ascii };
        let notation = self.notation.unwrap_or(otherwise);
        if notation == Notation::Svg {
            return Err(not_yet("--as svg").help("`lasp graph FILE --as dot | dot -Tsvg` makes one").into());
        }
        let mut session = Session::new();
        if !load(&mut session, &self.file, "", output)? {
            return Ok(Exit::Problems);
        }
        let Some(plan) = session.plan().cloned() else { return Ok(Exit::Problems) };
        let (exit, picture) = if self.profile {
            let Some(feeds) = self.feeding.open(&plan, output)? else { return Ok(Exit::Problems) };
            let names = plan.shows.iter().map(|show| show.name.clone()).collect();
            let mut runner = Runner::new(session, names, self.feeding.skip_bad, output);
            runner.only_profile();
            match play(runner, feeds, false, None)? {
                Ended { exit, profile: Some(profile) } => (exit, Picture::with(&plan, &profile)),
                // A row that cannot be read: said already, and of a part of the rows there is no picture.
                Ended { exit, profile: None } => return Ok(exit),
            }
        } else {
            (Exit::Fine, Picture::of(&plan))
        };
        let drawing = match notation {
            Notation::Mermaid => formal::mermaid(&picture),
            Notation::Dot => formal::dot(&picture),
            Notation::Json => formal::json(&picture)?,
            Notation::Ascii | Notation::Svg => ascii::draw(&picture),
        };
        match &self.out {
            Some(path) => {
                let plain = format!("{}\n", anstream::adapter::strip_str(drawing.trim_end()));
                std::fs::write(path, plain).with_context(|| format!("writing `{}`", path.display()))?;
            }
            None => output.line(drawing.trim_end())?,
        }
        Ok(exit)
    }

    fn check_feeding(&self) -> Result<(), Usage> {
        let given = [("--feed", !self.feeding.feeds.is_empty()), ("--skip-bad", self.feeding.skip_bad)];
        match given.iter().find(|(_, given)| *given && !self.profile) {
            Some((name, _)) => {
                Err(Usage::new(format!("`{name}` is for a run, and without `--profile` nothing is run"))
                    .help("`lasp graph FILE --profile` runs the program and draws what it did"))
            }
            None => Ok(()),
        }
    }
}
