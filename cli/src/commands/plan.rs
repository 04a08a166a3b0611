//! `lasp plan`: what the compiler made of a program, in the program's own words where it has some.

use std::path::PathBuf;

use lasp_plan::{Op, Plan, Stmt, Update, WhenKind};

use super::later::refuse;
use super::loading::load;
use crate::Exit;
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
                output.line(text(plan).trim_end())?;
            }
        }
        Ok(Exit::Fine)
    }
}

fn text(plan: &Plan) -> String {
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
                "{GREY}#{id:<3}{PLAIN} {}{from}  {CYAN}{detail}{PLAIN}  {GREY}{}{PLAIN}{}",
                node.op.words(&plan.vars),
                node.stability,
                inside(&node.op, plan)
            )
        }),
    );
    section(&mut out, "reactions", reactions(plan));
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

// The operators of a fixed point, a line each.
fn inside(op: &Op, plan: &Plan) -> String {
    let Op::Fix { body, result } = op else { return String::new() };
    let mut out = String::new();
    for (id, node) in body.nodes.iter().enumerate() {
        let inputs: Vec<String> = node.inputs.iter().map(|input| format!("·{}", input.0)).collect();
        let from = if inputs.is_empty() { String::new() } else { format!(" of {}", inputs.join(", ")) };
        let next = if id == result.0 as usize { ", the next round" } else { "" };
        let (words, detail) = (node.op.words(&plan.vars), &node.detail);
        out.push_str(&format!("\n{GREY}·{id:<3}{PLAIN} {words}{from}{next}  {CYAN}{detail}{PLAIN}"));
    }
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

// Handlers, whens and watches, each with what it does to variables and the outside.
fn reactions(plan: &Plan) -> Vec<String> {
    let line = |head: String, role: &Option<String>, from: String, body: &[&[Stmt]]| {
        let mut effects = Vec::new();
        body.iter().for_each(|stmts| push_effects(stmts, plan, &mut effects));
        let role = role.as_ref().map_or_else(String::new, |role| format!(" at {role}"));
        format!("{head}{role}{GREY}{from}{PLAIN}: {}", effects.join(", "))
    };
    let handlers = plan.handlers.iter().map(|each| {
        let event = plan.events.get(each.event as usize).map_or("?", |event| &event.name);
        line(format!("on {BOLD}{event}{PLAIN}"), &each.role, String::new(), &[&each.body])
    });
    let whens = plan.whens.iter().map(|each| {
        let head = format!("{} {CYAN}{}{PLAIN}", each.keyword(), each.subject(&plan.vars));
        // A seal names its role itself.
        let role = if let WhenKind::Seal(_) = each.kind { &None } else { &each.role };
        line(head, role, format!(", from #{}", each.node.0), &[&each.body])
    });
    let watches = plan.watches.iter().map(|each| {
        let removed = each.removed.as_ref().map(|(_, body)| body.as_slice()).unwrap_or_default();
        let view = plan.view(each.view);
        let head = format!("watch {CYAN}{}{PLAIN}", view.name);
        line(head, &each.role, format!(", from #{}", view.node.0), &[&each.added.1, removed])
    });
    handlers.chain(whens).chain(watches).collect()
}

// `views.inc`, `emits refused`: each once, in the order written.
fn push_effects(body: &[Stmt], plan: &Plan, effects: &mut Vec<String>) {
    let push = |effect: String, effects: &mut Vec<String>| {
        if !effects.contains(&effect) {
            effects.push(effect);
        }
    };
    let update = |update: &Update| format!("{}.{}", plan.var(update.var).name, update.method);
    for stmt in body {
        match stmt {
            Stmt::Update(each) | Stmt::LetUpdate(_, each) => push(update(each), effects),
            Stmt::Let(..) => {}
            Stmt::If(_, yes, no) => [yes, no].iter().for_each(|body| push_effects(body, plan, effects)),
            Stmt::IfUpdate(each, yes, no) => {
                push(update(each), effects);
                [yes, no].iter().for_each(|body| push_effects(body, plan, effects));
            }
            Stmt::For(_, _, body) => push_effects(body, plan, effects),
            Stmt::Emit(emit) => push(format!("emits {}", emit.name), effects),
        }
    }
}
