//! An explanation for people.
//!
//! ```text
//! when@3: `cart.count() >= 2`, emits `big_cart`
//!   eventual: nodes come to agree on it, and it may go back
//!   a `when` needs what stays, so it is refused: E0301
//!
//! What it reads
//!   cart: orset<int>, cart.lasp:2
//!     read       which elements it has: `cart`, cart.lasp:3
//!     by itself  ~  items can be removed from an `orset`
//!     tone       +  it goes with it
//!     so         eventual
//! ```
//!
//! Invariant: without colours the page is itself. Neighbours: `lines` says the same to programs; `held` the page of an
//! invariant.

use lasp_compiler::diagnostic::SourceFile;
use lasp_compiler::explanation::{Coordination, Drifting, Explanation, Reading, Topic};
use lasp_compiler::flow::Flow;
use lasp_plan::{Place, Stability};

use super::against::Against;
use super::{Answer, because, called, goes_apart, held, judgement, merging, why_it_stays};
use crate::json::locate;
use crate::names::{counted, listed};
use crate::output::{BOLD, CYAN, GREY, PLAIN, YELLOW};

/// The widest a line of a schedule gets before what follows is put below.
const WIDE: usize = 112;
/// So many views and functions between the ends of a way are told one by one.
const WAY_MAX: usize = 4;
/// The longest text that is quoted whole.
const QUOTED_MAX: usize = 72;

/// The page of a topic.
#[must_use]
pub fn page(answer: &Answer, files: &[SourceFile]) -> String {
    let Answer { explanation, against, refused } = answer;
    if let Some(held) = &explanation.held {
        let mut out = held::page(answer, held, files);
        out.extend(agreed_on(explanation));
        return out.join("\n");
    }
    let mut out = vec![head(explanation)];
    out.push(format!("  {}", judgement(explanation)));
    if let Some(needs) = explanation.needed {
        out.push(match (refused.as_slice(), explanation.is_trusted()) {
            ([], false) => format!("  {needs}, and this does"),
            ([], true) => format!("  {needs}, and the program answers for it that this does"),
            (codes, _) => format!("  {YELLOW}{needs}, so this is refused: {}{PLAIN}", codes.join(", ")),
        });
    }
    if !explanation.reads.is_empty() {
        let is_var = explanation.topic.kind == "var";
        out.push(title(if is_var { "How it moves" } else { "What it reads" }));
        explanation.reads.iter().for_each(|reading| out.extend(source(explanation, reading, files)));
        if goes_apart(explanation) {
            out.push("  each of these goes one way only, but they do not all take it the same way".to_string());
        }
    }
    if let Some(against) = against {
        out.push(title("What can take it back"));
        out.extend(schedule(against, explanation.is_trusted()));
    } else if matches!(explanation.stability, Stability::Up | Stability::Down) {
        out.push(title("Why nothing takes it back"));
        let mut said: Vec<String> = Vec::new();
        for reading in &explanation.reads {
            let line = why_it_stays(&explanation.topic, reading);
            if !said.contains(&line) {
                out.push(wrapped(&line));
                said.push(line);
            }
        }
    }
    out.push(title("What may be merged"));
    let at = match (explanation.at.as_str(), explanation.topic.kind) {
        ("each", "var") => "; any node may write it".to_string(),
        (role, "var") => format!("; written at {role}"),
        ("each", _) if explanation.flow == Flow::Owned => String::new(),
        ("each", "when" | "once" | "seal") => "; asked at each node".to_string(),
        (role, "when" | "once" | "seal") => format!("; asked at each node of {role}"),
        ("each", _) => "; computed at each node".to_string(),
        (role, _) => format!("; computed at {role}"),
    };
    out.push(wrapped(&format!("{}: {}{at}", explanation.flow, merging(explanation))));
    out.extend(agreed_on(explanation));
    out.join("\n")
}

fn agreed_on(explanation: &Explanation) -> [String; 2] {
    let Coordination { what, why } = &explanation.coordination;
    [title("What has to be agreed on"), wrapped(&format!("{what}: {why}"))]
}

/// A sentence as lines of a page.
pub(super) fn wrapped(text: &str) -> String {
    let mut lines = vec![String::from(" ")];
    for word in text.split(' ') {
        let last = lines.last().map_or(0, |line| line.chars().count());
        if last > 2 && last + 1 + word.chars().count() > WIDE {
            lines.push("   ".to_string());
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n")
}

pub(super) fn title(text: &str) -> String {
    format!("\n{BOLD}{text}{PLAIN}")
}

fn head(explanation: &Explanation) -> String {
    let Topic { kind, name, also, text, .. } = &explanation.topic;
    let quoted = shortened(text);
    match *kind {
        "var" => format!("{BOLD}var {name}{PLAIN}: {CYAN}{quoted}{PLAIN}, reads as {}", shortened(&explanation.ty)),
        "when" | "once" => {
            let emits = match also.is_empty() {
                true => String::new(),
                false => format!(", emits {}", listed(also.iter().map(String::as_str))),
            };
            format!("{BOLD}{name}{PLAIN}: {CYAN}`{quoted}`{PLAIN}{emits}")
        }
        "seal" | "bind" => {
            let does = also.first().map_or("", String::as_str);
            format!("{BOLD}{name}{PLAIN}: `{does}`, {CYAN}`{quoted}`{PLAIN}")
        }
        _ => format!("{BOLD}{kind} {name}{PLAIN}: {} = {CYAN}{quoted}{PLAIN}", explanation.ty),
    }
}

fn source(explanation: &Explanation, reading: &Reading, files: &[SourceFile]) -> Vec<String> {
    let line = |label: &str, text: String| format!("    {GREY}{label:<10}{PLAIN} {text}");
    let mut out = Vec::new();
    let is_var = explanation.topic.kind == "var";
    let declared = at(reading.declared, files);
    let part = reading.part.as_ref().map_or_else(String::new, |part| format!(", of the {CYAN}{part}{PLAIN} in it"));
    match reading.var {
        Some(_) if is_var => out.push(format!("  {}{part}", reading.what)),
        Some(_) => out.push(format!("  {BOLD}{}{PLAIN}: {CYAN}{}{PLAIN}, {declared}", reading.name, reading.ty)),
        None => out.push(format!("  {BOLD}{}{PLAIN}, {declared}", shortened(&reading.text))),
    }
    if !is_var {
        let quoted = shortened(&reading.text);
        out.push(line("read", format!("{}{part}: `{quoted}`, {}", reading.what, at(reading.place, files))));
    }
    let arrow = match reading.drift {
        Drifting::Up => '↑',
        Drifting::Down => '↓',
        Drifting::Both => '~',
    };
    out.push(line("by itself", format!("{arrow}  {}", reading.why)));
    if is_var {
        return out;
    }
    if !reading.through.is_empty() {
        out.push(line("through", way(&reading.through)));
    }
    let name = called(&explanation.topic);
    let tone = match reading.tone {
        _ if reading.trusted => "taken as growing, because the program answers for it: `unstable(…)`".to_string(),
        '+' => format!("{name} goes with it"),
        '-' => format!("{name} goes against it"),
        _ => format!("{name} may go either way with it"),
    };
    out.push(line("tone", format!("{}  {tone}", reading.tone)));
    if let Some(turn) = &reading.turn {
        out.push(line("turned", format!("`{}`, {}", shortened(&turn.text), at(turn.place, files))));
        out.push(line("", turn.why.to_string()));
    }
    out.push(line("so", reading.direction.to_string()));
    out
}

/// A long way is told by its ends.
fn way(steps: &[String]) -> String {
    match steps {
        [first, between @ .., before, last] if between.len() > WAY_MAX => {
            format!("{first}, {} more, {before}, {last}", between.len())
        }
        all => all.join(", "),
    }
}

pub(super) fn schedule(against: &Against, is_trusted: bool) -> Vec<String> {
    match against {
        Against::Found(steps) => {
            let width = steps.iter().map(|step| step.does.chars().count()).max().unwrap_or(0);
            let widest = steps.iter().map(|step| step.then.chars().count()).max().unwrap_or(0);
            let mut out = Vec::new();
            for step in steps {
                if width + widest + 6 <= WIDE {
                    out.push(format!("  {:<width$}    {}", step.does, step.then).trim_end().to_string());
                } else {
                    out.push(format!("  {}", step.does));
                    if !step.then.is_empty() {
                        out.push(format!("      {}", step.then));
                    }
                }
            }
            out
        }
        Against::NotFound { tried, depth } => {
            let all = match *depth {
                0 => String::new(),
                usize::MAX => ", every schedule of the updates tried among them".to_string(),
                depth => format!(", every schedule of up to {} among them", counted(depth as u64, "step")),
            };
            let mut out = vec![format!("  no schedule was found, in {}{all}", counted(*tried as u64, "step"))];
            if !is_trusted {
                let may = "it may take more than was tried, or the checker may be more careful here than it has to be";
                out.push(wrapped(may));
            }
            out
        }
        Against::TooLarge => vec!["  it unfolds too far to be tried".to_string()],
    }
}

/// All topics, a line each.
#[must_use]
pub fn overview(explanations: &[Explanation]) -> String {
    let rows: Vec<[String; 4]> = explanations.iter().map(row).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (kind, name, stability) = (width(0), width(1), width(2));
    let lines = rows.iter().map(|[k, n, s, why]| {
        format!("{GREY}{k:<kind$}{PLAIN}  {BOLD}{n:<name$}{PLAIN}  {s:<stability$}  {why}").trim_end().to_string()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn row(explanation: &Explanation) -> [String; 4] {
    let topic = &explanation.topic;
    let called = match topic.also.first() {
        Some(first) => format!("{} `{first}`", topic.name),
        None => topic.name.clone(),
    };
    let (called, judged) = match &explanation.held {
        Some(held) => (format!("{} `{}`", topic.name, shortened(&topic.text)), held::verdict(held).to_string()),
        None => (called, explanation.stability.to_string()),
    };
    [topic.kind.to_string(), called, judged, because(explanation)]
}

/// `cart.lasp:3`.
pub(super) fn at(place: Place, files: &[SourceFile]) -> String {
    let (file, start, _) = locate(place, files);
    format!("{GREY}{file}:{}{PLAIN}", start.line)
}

pub(super) fn shortened(text: &str) -> String {
    if text.chars().count() <= QUOTED_MAX {
        return text.to_string();
    }
    text.chars().take(QUOTED_MAX - 2).chain([' ', '…']).collect()
}
