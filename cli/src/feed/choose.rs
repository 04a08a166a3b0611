//! Which feeds a run reads: those of the program, in the order declared, with the paths that `--feed` puts in their
//! place.
//!
//! `--feed impression=today.csv` replaces the path of the program's feed of `impression` and keeps its column options;
//! for an event without a feed it adds one, with columns by name. Several `--feed`s of one event are read in their
//! order.

use std::path::{Path, PathBuf};

use lasp_plan::{FeedPlan, Plan};

use crate::Usage;
use crate::names::{listed, nearest};
use crate::sources::beside;

/// Where rows come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    /// The standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

/// A feed to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// The position of its event in the plan.
    pub event: u32,
    /// Where it is read.
    pub from: From,
    /// Its name in messages.
    pub label: String,
    /// The column that names the node. It must exist; a run alone plays all nodes.
    pub node: Option<String>,
    /// The column that orders it in time.
    pub time: Option<String>,
    /// The column with the source of a row.
    pub src: Option<String>,
    /// The column with the number of a row within its source.
    pub seq: Option<String>,
}

impl Spec {
    fn new(event: u32, from: From) -> Spec {
        let label = match &from {
            From::Stdin => "<stdin>".to_string(),
            From::File(path) => path.display().to_string(),
        };
        Spec { event, from, label, node: None, time: None, src: None, seq: None }
    }

    fn like(feed: &FeedPlan, from: From) -> Spec {
        let FeedPlan { node, time, src, seq, .. } = feed.clone();
        Spec { node, time, src, seq, ..Spec::new(feed.event, from) }
    }
}

/// The feeds of a run.
#[derive(Debug, PartialEq, Eq)]
pub struct Chosen {
    /// In the order they are read.
    pub specs: Vec<Spec>,
    /// Names of feeds that were given again for the same event. A feed already applied is not applied twice.
    pub repeated: Vec<String>,
}

/// The feeds of a run. `given` are the values of `--feed`.
///
/// # Errors
/// Wrong use: not `EVENT=PATH`, no such event, stdin twice.
pub fn choose(plan: &Plan, given: &[String]) -> Result<Chosen, Usage> {
    let mut replaced: Vec<(u32, Vec<From>)> = Vec::new();
    for text in given {
        let (event, from) = parse(plan, text)?;
        match replaced.iter_mut().find(|(each, _)| *each == event) {
            Some((_, paths)) => paths.push(from),
            None => replaced.push((event, vec![from])),
        }
    }
    let mut specs = Vec::new();
    let mut used = Vec::new();
    for feed in &plan.feeds {
        match replaced.iter().find(|(event, _)| *event == feed.event) {
            // Only the first of several feeds of an event gives its place and its options to the new ones.
            Some(_) if used.contains(&feed.event) => {}
            Some((event, paths)) => {
                used.push(*event);
                specs.extend(paths.iter().map(|from| Spec::like(feed, from.clone())));
            }
            None => specs.push(Spec::like(feed, From::File(path_of(plan, feed)))),
        }
    }
    for (event, paths) in replaced {
        if !used.contains(&event) {
            specs.extend(paths.into_iter().map(|from| Spec::new(event, from)));
        }
    }
    if specs.iter().filter(|spec| spec.from == From::Stdin).count() > 1 {
        return Err(Usage::new("two feeds cannot both be read from stdin").help("give one of them a file"));
    }
    let mut seen: Vec<(u32, From)> = Vec::new();
    let mut repeated = Vec::new();
    specs.retain(|spec| {
        let key = (spec.event, spec.from.clone());
        if seen.contains(&key) {
            repeated.push(spec.label.clone());
            return false;
        }
        seen.push(key);
        true
    });
    Ok(Chosen { specs, repeated })
}

fn parse(plan: &Plan, text: &str) -> Result<(u32, From), Usage> {
    let Some((event, path)) = text.split_once('=').filter(|(_, path)| !path.is_empty()) else {
        return Err(Usage::new(format!("`--feed {text}` is not of the form EVENT=PATH"))
            .help("for example `--feed impression=today.csv`, or `--feed impression=-` for stdin"));
    };
    let names = || plan.events.iter().map(|each| each.name.as_str());
    let Some(position) = names().position(|name| name == event) else {
        let help = match nearest(event, names()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("its events: {}", listed(names())),
        };
        return Err(Usage::new(format!("the program has no event `{event}`")).help(help));
    };
    let from = if path == "-" { From::Stdin } else { From::File(PathBuf::from(path)) };
    // Positions in a plan are 32 bits wide.
    Ok((u32::try_from(position).unwrap_or(u32::MAX), from))
}

// Paths in a program are relative to the file that names them.
fn path_of(plan: &Plan, feed: &FeedPlan) -> PathBuf {
    match plan.files.get(feed.place.file as usize) {
        Some(file) => beside(file, &feed.path),
        None => Path::new(&feed.path).to_path_buf(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lasp_plan::{EventPlan, Place};

    fn plan() -> Plan {
        let event = |name: &str| EventPlan { name: name.into(), fields: vec![] };
        let feed = |event, path: &str, time: Option<&str>| FeedPlan {
            event,
            path: path.into(),
            node: None,
            time: time.map(Into::into),
            src: None,
            seq: None,
            place: Place::default(),
        };
        Plan {
            files: vec!["dir/main.lasp".into()],
            events: vec![event("signed"), event("impression"), event("other")],
            feeds: vec![feed(0, "c.csv", None), feed(1, "i.csv", Some("t")), feed(1, "j.csv", None)],
            ..Plan::default()
        }
    }

    fn chosen(given: &[&str]) -> Vec<(u32, String, Option<String>)> {
        let given: Vec<String> = given.iter().map(ToString::to_string).collect();
        choose(&plan(), &given).unwrap().specs.into_iter().map(|spec| (spec.event, spec.label, spec.time)).collect()
    }

    #[test]
    fn given_paths_take_the_place_and_the_options() {
        let row = |event, label: &str, time: Option<&str>| (event, label.to_string(), time.map(ToString::to_string));
        assert_eq!(chosen(&[]), [row(0, "dir/c.csv", None), row(1, "dir/i.csv", Some("t")), row(1, "dir/j.csv", None)]);
        assert_eq!(
            chosen(&["impression=x", "other=-", "impression=y", "impression=x"]),
            [row(0, "dir/c.csv", None), row(1, "x", Some("t")), row(1, "y", Some("t")), row(2, "<stdin>", None)]
        );
    }

    #[test]
    fn wrong_use_says_what_to_do() {
        for (given, expected) in [
            (vec!["impresion=x"], "did you mean `impression`?"),
            (vec!["zzz=x"], "its events: `signed`, `impression` and `other`"),
            (vec!["impression"], "for example `--feed impression=today.csv`, or `--feed impression=-` for stdin"),
            (vec!["impression=-", "signed=-"], "give one of them a file"),
        ] {
            let given: Vec<String> = given.iter().map(ToString::to_string).collect();
            assert_eq!(choose(&plan(), &given).unwrap_err().help.as_deref(), Some(expected));
        }
    }
}
