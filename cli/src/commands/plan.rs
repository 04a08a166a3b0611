//! `lasp plan`: what the compiler made of a program, in the program's own words where it has some.

use std::path::PathBuf;

use lasp_compiler::diagnostic::SourceFile;
use lasp_plan::{Place, Plan};

use super::later::refuse;
use super::loading::load;
use crate::Exit;
use crate::draw::picture::words;
use crate::output::{BOLD, CYAN, GREY, Output, PLAIN};
use crate::session::Session;

/// The arguments of `lasp plan`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lasp plan main.lasp                    variables, views, operators, handlers
  lasp plan main.lasp --stages           the program after each pass of the compiler
  lasp plan main.lasp --format json      the plan as the vm reads it")]
pub struct Args {
    /// The program
    file: PathBuf,
    /// Print the result of each pass of the compiler
    #[arg(long)]
    stages: bool,
    #[arg(long, hide = true, value_name = "R")]
    role: Option<String>,
}

impl Args {
    /// Prints the plan.
    ///
    /// # Errors
    /// When the program cannot be read or stdout not be written.
    pub fn run(self, output: &mut Output) -> anyhow::Result<Exit> {
        refuse(&[("--role", self.role.is_some())])?;
        let mut session = Session::new();
        let is_fine = load(&mut session, &self.file, "", output)?;
        if self.stages {
            // The passes before the one that failed are what one wants to see.
            for (name, text) in &session.compiled().stages {
                if output.is_json() {
                    output.json(&serde_json::json!({ "stage": name, "text": text }))?;
                } else {
                    output.line(&format!("{BOLD}── {name} ──{PLAIN}\n{}\n", text.trim_end()))?;
                }
            }
        }
        let Some(plan) = session.plan().filter(|_| is_fine) else { return Ok(Exit::Problems) };
        if !self.stages {
            if output.is_json() {
                output.json(&**plan)?;
            } else {
                output.line(text(plan, session.files()).trim_end())?;
            }
        }
        Ok(Exit::Fine)
    }
}

fn text(plan: &Plan, files: &[SourceFile]) -> String {
    let mut out = format!("{GREY}plan {}{PLAIN}\n", plan.id());
    if !plan.roles.is_empty() {
        section(&mut out, "roles", [plan.roles.join(", ")]);
    }
    section(
        &mut out,
        "variables",
        plan.vars.iter().map(|var| {
            let writers = if var.writable_by.is_empty() {
                String::new()
            } else {
                format!("  writable by {}", var.writable_by.join(", "))
            };
            format!("{BOLD}{}{PLAIN}: {}{GREY}{writers}{PLAIN}", var.name, var.ty)
        }),
    );
    section(
        &mut out,
        "events",
        plan.events.iter().map(|event| {
            let fields: Vec<String> = event.fields.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
            format!("{BOLD}{}{PLAIN} {{ {} }}", event.name, fields.join(", "))
        }),
    );
    section(
        &mut out,
        "views",
        plan.views.iter().map(|view| {
            format!("{BOLD}{}{PLAIN}: {}  {GREY}{}, from #{}{PLAIN}", view.name, view.ty, view.stability, view.node.0)
        }),
    );
    section(
        &mut out,
        "operators",
        plan.graph.nodes.iter().enumerate().map(|(id, node)| {
            let inputs: Vec<String> = node.inputs.iter().map(|input| format!("#{}", input.0)).collect();
            let from = if inputs.is_empty() { String::new() } else { format!(" of {}", inputs.join(", ")) };
            let detail = node.detail.split_whitespace().collect::<Vec<_>>().join(" ");
            format!(
                "{GREY}#{id:<3}{PLAIN} {}{from}  {CYAN}{detail}{PLAIN}  {GREY}{}{PLAIN}",
                words(&node.op, plan),
                node.stability
            )
        }),
    );
    section(&mut out, "handlers", plan.handlers.iter().map(|each| source(each.place, files)));
    section(&mut out, "whens", plan.whens.iter().map(|each| source(each.place, files)));
    section(&mut out, "watches", plan.watches.iter().map(|each| source(each.place, files)));
    section(
        &mut out,
        "feeds",
        plan.feeds.iter().map(|feed| {
            let event = plan.events.get(feed.event as usize).map_or("?", |event| &event.name);
            let options = [("node", &feed.node), ("time", &feed.time), ("src", &feed.src), ("seq", &feed.seq)];
            let options: Vec<String> = options
                .iter()
                .filter_map(|(name, column)| column.as_ref().map(|column| format!("{name} = \"{column}\"")))
                .collect();
            let options = if options.is_empty() { String::new() } else { format!(" ({})", options.join(", ")) };
            format!("{BOLD}{event}{PLAIN} from \"{}\"{options}", feed.path)
        }),
    );
    section(&mut out, "shows", plan.shows.iter().map(|show| show.name.clone()));
    out
}

fn section(out: &mut String, title: &str, entries: impl IntoIterator<Item = String>) {
    let mut entries = entries.into_iter().peekable();
    if entries.peek().is_some() {
        out.push_str(&format!("\n{BOLD}{title}{PLAIN}\n"));
    }
    for entry in entries {
        for (i, line) in entry.lines().enumerate() {
            out.push_str(if i == 0 { "  " } else { "    " });
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
}

// What was written there. A statement has no shorter name than itself.
fn source(place: Place, files: &[SourceFile]) -> String {
    let text = files.get(place.file as usize).and_then(|file| file.text.get(place.start as usize..place.end as usize));
    text.unwrap_or("?").to_string()
}
