//! `lasp graph`: the dataflow of a program, drawn.

use std::path::PathBuf;

use anyhow::Context;
use clap::ValueEnum;

use super::later::{not_yet, refuse};
use super::loading::load;
use crate::Exit;
use crate::draw::{Picture, ascii, formal};
use crate::output::Output;
use crate::session::Session;

/// The arguments of `lasp graph`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lasp graph main.lasp                              a tree per view, sources at the leaves
  lasp graph main.lasp --as mermaid                 to paste into a page
  lasp graph main.lasp --as dot | dot -Tsvg > g.svg

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
    #[arg(long, hide = true)]
    profile: bool,
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
    /// When the program cannot be read or the picture not be written.
    pub fn run(self, output: &mut Output) -> anyhow::Result<Exit> {
        refuse(&[("--profile", self.profile), ("--diff", self.diff.is_some())])?;
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
        let Some(plan) = session.plan() else { return Ok(Exit::Problems) };
        let picture = Picture::of(plan);
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
        Ok(Exit::Fine)
    }
}
