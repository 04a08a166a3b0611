//! `lasp replay`: a given schedule on named replicas, step by step.
//!
//! ```text
//! program ─ compile ─► plan ┐
//! trace ─ read ─► steps ────┴─► player ─► JSON lines on stdout, reasons on stderr
//! ```
//!
//! This is the edge: it reads the two files and prints. Neighbours: [`crate::replay`], which does the steps.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use lasp_compiler::codes::Code;
use lasp_compiler::diagnostic::Diagnostic;
use lasp_plan::WhenPlan;

use super::loading::load;
use crate::output::Output;
use crate::replay::player::{Player, Say, Stop};
use crate::replay::trace::{self, Line, Slip, Step};
use crate::session::Session;
use crate::sources::{Files, plain};
use crate::{Exit, Usage, report};

/// The largest trace that is read.
const TRACE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The arguments of `lasp replay`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A trace holds one step per line; a node is there once it is named:
  {\"at\":\"a\",\"do\":\"s.add(\\\"x\\\")\"}                update statements, one atomic op; an answer is printed
  {\"at\":\"a\",\"event\":\"hit\",\"data\":{\"n\":1}}        an event
  {\"at\":\"a\",\"show\":\"s\"}                         a variable, a view, or any expression
  {\"sync\":[\"a\",\"b\"]}                            b learns all that a knows; \"full\":true sends the full state
  {\"settle\":true}                               everybody talks to everybody until nothing changes
  {\"drop\":[\"a\",\"b\"]}                            a's message to b is made, and lost on the way
  {\"deliver\":[\"a\",\"b\"],\"repeat\":3}              the last message from a to b arrives (again), 3 times
  {\"crash\":\"a\"}  {\"restart\":\"a\"}                only the disk survives a crash
  {\"backup\":\"a\"}  {\"restart\":\"a\",\"disk\":\"backup\"}   or \"disk\":\"lost\"
  {\"clone\":\"a\",\"as\":\"a2\"}                       a2 starts from a copy of a's disk
  {\"nodes\":{\"a\":\"client\",\"s\":\"server\"}}         roles, before anything else; else a node plays all
  {\"clock\":\"a\",\"skew\":\"10y\"}                    a's clock is wrong from now on (-5m: behind)

Example: two replicas, apart, then together
  $ cat cart.lasp
  var cart: orset<text>
  $ lasp replay cart.lasp - <<'END'
  {\"at\":\"a\",\"do\":\"cart.add(\\\"tea\\\")\"}
  {\"sync\":[\"a\",\"b\"]}
  {\"at\":\"a\",\"do\":\"cart.remove(\\\"tea\\\")\"}
  {\"at\":\"b\",\"do\":\"cart.add(\\\"tea\\\")\"}
  {\"settle\":true}
  {\"at\":\"a\",\"show\":\"cart\"}
  END
  {\"at\":\"a\",\"show\":\"cart\",\"value\":[\"tea\"]}

The result is JSON, one object per line, and the same every time: time is virtual, a millisecond per line of the
trace. What is refused prints {\"at\":\"a\",\"error\":CODE}, with the reason on stderr, and the trace goes on; a line that
makes no sense ends it with exit code 1.")]
pub struct Args {
    /// The program
    file: PathBuf,
    /// The trace: JSON lines; `-` reads stdin
    trace: PathBuf,
}

impl Args {
    /// Plays the trace.
    ///
    /// # Errors
    /// When a file cannot be read, or stdout cannot be written.
    pub fn run(self, output: &mut Output) -> anyhow::Result<Exit> {
        if self.file == Path::new("-") && self.trace == Path::new("-") {
            return Err(Usage::new("stdin cannot be both the program and the trace")
                .help("put one into a file")
                .into());
        }
        let name = self.trace.display().to_string();
        let mut session = Session::new();
        if !load(&mut session, &self.file, "", output)? {
            return Ok(Exit::Problems);
        }
        let text = read(&self.trace).map_err(|reason| anyhow::anyhow!("`{name}` cannot be read: {reason}"))?;
        let lines = trace::read(&text);
        show_more(&mut session, &lines);
        let files = session.files().to_vec();
        let Some(mut player) = Player::new(session, &lines) else { return Ok(Exit::Problems) };
        if let Some((once, nodes)) = player.done_twice(&lines) {
            report::print(&needs_owner(&once, &nodes), &files, output);
            return Ok(Exit::Problems);
        }
        for (number, step) in &lines {
            let place = format!("{name}:{number}");
            let done = match step {
                Ok(step) => play(&mut player, *number, step, &place, output)?,
                Err(slip) => Err(Stop::Slip(slip.clone())),
            };
            if let Err(stop) = done {
                tell(&stop, &place, output);
                return Ok(Exit::Problems);
            }
        }
        Ok(Exit::Fine)
    }
}

// What is done once needs somebody who does it, and nobody else.
fn needs_owner(once: &WhenPlan, nodes: &[String]) -> Diagnostic {
    let who = nodes.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let message = "`once` among several nodes is part of the language, but not of this version";
    let role = once.role.as_deref().unwrap_or("server");
    Diagnostic::new(Code::E0801, once.place, message)
        .label(format!("each of {who} would do it"))
        .why("one of them has to own it, and this version cannot yet choose an owner")
        .help(format!("let one node of the trace play its role: `once when … at {role} {{ … }}` and {{\"nodes\":{{\"a\":\"{role}\",…}}}}"))
}

fn play(
    player: &mut Player,
    number: u64,
    step: &Step,
    place: &str,
    output: &mut Output,
) -> std::io::Result<Result<(), Stop>> {
    let mut written = Ok(());
    let done = player.step(number, step, &mut Files, &mut |say| match say {
        Say::Line(line) => {
            if written.is_ok() {
                written = output.line(&line);
            }
        }
        Say::Refused(code, message) => output.error(Some(code), &format!("{place}: {message}"), None),
    });
    written.map(|()| done)
}

fn tell(stop: &Stop, place: &str, output: &mut Output) {
    match stop {
        Stop::Slip(Slip { message, help }) => {
            output.error(None, &format!("{place}: {message}"), help.as_deref());
        }
        Stop::Rejected(diagnostics, files) => {
            report::print_all(diagnostics, files, output);
            output.error(None, &format!("{place}: this line does not fit the program"), Some("see above"));
        }
    }
}

// Variables and views that the trace wants to see are kept up to date, as if the program showed them.
fn show_more(session: &mut Session, lines: &[Line]) {
    let Some(plan) = session.plan() else { return };
    let shown = |name: &str| plan.shows.iter().any(|show| show.name == name);
    let known: BTreeSet<&str> = session.compiled().table.iter().map(|row| row.name.as_str()).collect();
    let wanted = lines.iter().filter_map(|(_, step)| match step {
        Ok(Step::Show(_, name)) if known.contains(name.as_str()) && !shown(name) => Some(name.as_str()),
        _ => None,
    });
    let names: BTreeSet<&str> = wanted.collect();
    let Some(main) = session.files().first().filter(|_| !names.is_empty()) else { return };
    let list = names.into_iter().collect::<Vec<_>>().join(", ");
    let (name, text) = (main.name.clone(), main.text.clone());
    session.compile(&name, &format!("{text}\nshow {list}\n"), &mut Files);
    if session.plan().is_none() {
        // What cannot stand in a list of names is read as an expression, and says there what is wrong with it.
        session.compile(&name, &text, &mut Files);
    }
}

fn read(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        let file = std::fs::File::open(path).map_err(|error| plain(&error))?;
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err("it is a folder".to_string());
        }
        Box::new(file)
    };
    source.take(TRACE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| plain(&error))?;
    if bytes.len() as u64 > TRACE_BYTES_MAX {
        return Err(format!("it is larger than {} MiB", TRACE_BYTES_MAX >> 20));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        format!("line {} is not UTF-8", good.iter().filter(|byte| **byte == b'\n').count() + 1)
    })
}
