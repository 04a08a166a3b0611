//! Plays a trace: each step on the fleet, and its lines of output.
//!
//! ```text
//! {"at":"a","result":true}                       the answer of an update
//! {"at":"a","emit":"full","data":{"n":3}}
//! {"at":"a","show":"s","value":["x"]}
//! {"at":"a","show":"v","error":{"code":"R0702","message":…,"row":…}}
//! {"at":"a","error":"R0703"}                     refused: an update, an event, or a message; the trace goes on
//! ```
//!
//! Invariants: keys stand in the order above, sets are sorted; a step that is a slip has done nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use lasp_compiler::Loader;
use lasp_compiler::diagnostic::{Diagnostic, SourceFile};
use lasp_plan::decode::from_json;
use lasp_plan::format::to_json;
use lasp_plan::{Plan, Stmt, Type, Value, WhenKind, WhenPlan};
use lasp_vm::replica::{Fleet, Happened, Misuse, News};
use lasp_vm::{Failure, InEvent, Out};
use serde::Serialize;

use super::trace::{Found, Line, Slip, Step, roster};
use crate::json::FailedLine;
use crate::names::nearest;
use crate::session::Session;

/// When a trace begins: 2026-01-01T00:00:00Z. Each line is a millisecond later.
const EPOCH_US: i64 = 1_767_225_600_000_000;
const LINE_US: i64 = 1_000;

/// What a step says.
#[derive(Clone, Debug, PartialEq)]
pub enum Say {
    /// A line of the result.
    Line(String),
    /// Beside it: why something was refused, with its code.
    Refused(&'static str, String),
}

/// Why a trace cannot go on.
#[derive(Debug)]
pub enum Stop {
    /// The line makes no sense, or not there.
    Slip(Slip),
    /// Its statements or its expression do not compile.
    Rejected(Vec<Diagnostic>, Vec<SourceFile>),
}

impl From<Slip> for Stop {
    fn from(slip: Slip) -> Stop {
        Stop::Slip(slip)
    }
}

/// See the module.
pub struct Player {
    session: Session,
    plan: Arc<Plan>,
    fleet: Fleet,
    /// By how much clocks are wrong.
    skews_us: BTreeMap<String, i64>,
    /// What was compiled before, by its text.
    compiled: BTreeMap<String, Vec<Stmt>>,
}

#[derive(Serialize)]
struct ResultLine<'a> {
    at: &'a str,
    result: serde_json::Value,
}

#[derive(Serialize)]
struct EmitLine<'a> {
    at: &'a str,
    emit: &'a str,
    data: serde_json::Value,
}

#[derive(Serialize)]
struct ShowLine<'a> {
    at: &'a str,
    show: &'a str,
    value: serde_json::Value,
}

#[derive(Serialize)]
struct ShowFailedLine<'a> {
    at: &'a str,
    show: &'a str,
    error: FailedLine<'a>,
}

#[derive(Serialize)]
struct ErrorLine<'a> {
    at: &'a str,
    error: &'a str,
}

fn line(of: &impl Serialize) -> Say {
    // Texts, numbers and lists of them have no way to fail.
    Say::Line(serde_json::to_string(of).unwrap_or_default())
}

impl Player {
    /// For a session whose program can run, and shows what the trace wants to see.
    #[must_use]
    pub fn new(session: Session, lines: &[Line]) -> Option<Player> {
        let plan = Arc::clone(session.plan()?);
        let fleet = Fleet::new(Arc::clone(&plan), roster(lines));
        Some(Player { session, plan, fleet, skews_us: BTreeMap::new(), compiled: BTreeMap::new() })
    }

    /// The first `once` of the program that more than one node of the trace would do: it needs an owner among them,
    /// whom this version cannot choose. With the nodes that would do it.
    #[must_use]
    pub fn done_twice(&self, lines: &[Line]) -> Option<(WhenPlan, Vec<String>)> {
        let mut nodes: Vec<(String, Option<String>)> = roster(lines);
        for step in lines.iter().filter_map(|(_, step)| step.as_ref().ok()) {
            if let Step::Clone(name, clone) = step {
                let role = nodes.iter().find(|(known, _)| known == name).and_then(|(_, role)| role.clone());
                nodes.push((clone.clone(), role));
            }
        }
        let plays = |role: &Option<String>, of: &Option<String>| role.is_none() || of.is_none() || role == of;
        self.plan.whens.iter().filter(|when| when.kind == WhenKind::Once).find_map(|when| {
            let who: Vec<String> =
                nodes.iter().filter(|(_, of)| plays(&when.role, of)).map(|(name, _)| name.clone()).collect();
            (who.len() > 1).then(|| (when.clone(), who))
        })
    }

    /// The replicas.
    #[must_use]
    pub fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    /// Does one step. What was said before a [`Stop`] has been said.
    ///
    /// # Errors
    /// When the step makes no sense.
    pub fn step(
        &mut self,
        number: u64,
        step: &Step,
        loader: &mut dyn Loader,
        say: &mut dyn FnMut(Say),
    ) -> Result<(), Stop> {
        let now_us = EPOCH_US.saturating_add(i64::try_from(number).unwrap_or(i64::MAX / 4).saturating_mul(LINE_US));
        let skews = self.skews_us.clone();
        let clocks = move |name: &str| now_us + skews.get(name).copied().unwrap_or(0);
        for name in step.comers() {
            if !self.fleet.has(name) {
                let news = self.fleet.add(name, None, &clocks).map_err(slip)?;
                tell(news, say);
            }
        }
        let news = match step {
            Step::Do(at, text) => {
                let body = self.statements(text, loader)?;
                let (news, answer) = self.fleet.update(at, &body, &clocks).map_err(slip)?;
                if let Some(answer) = answer {
                    say(line(&ResultLine { at, result: to_json(&answer, &Type::Bool) }));
                }
                news
            }
            Step::Event(at, name, data) => {
                let event = self.event(name, data)?;
                self.fleet.event(at, event, &clocks).map_err(slip)?
            }
            Step::Show(at, what) => {
                let (value, ty) = self.value(at, what, loader)?;
                say(shown(at, what, &value, &ty));
                if let Err(failure) = value {
                    say(Say::Refused(failure.code, format!("at `{at}`, `{what}`: {}", failure.message)));
                }
                Vec::new()
            }
            Step::Nodes(nodes) => {
                self.check_nodes(nodes)?;
                let mut news = Vec::new();
                for (name, role) in nodes {
                    news.extend(self.fleet.add(name, Some(role.clone()), &clocks).map_err(slip)?);
                }
                news
            }
            Step::Sync(from, to, full) => self.fleet.sync(from, to, *full, &clocks).map_err(slip)?,
            Step::Drop(from, to, full) => {
                self.fleet.lose_message(from, to, *full).map_err(slip)?;
                Vec::new()
            }
            Step::Deliver(from, to, repeat) => {
                for _ in 0..*repeat {
                    tell(self.fleet.deliver(from, to, &clocks).map_err(slip)?, say);
                }
                Vec::new()
            }
            Step::Settle => self.fleet.settle(&clocks).map_err(slip)?,
            Step::Crash(name) => {
                self.fleet.crash(name).map_err(slip)?;
                Vec::new()
            }
            Step::Restart(name, Found::Intact) => self.fleet.restart(name, &clocks).map_err(slip)?,
            Step::Restart(name, Found::Lost) => self.fleet.restart_lost(name, &clocks).map_err(slip)?,
            Step::Restart(name, Found::Backup) => self.fleet.restart_from_backup(name, &clocks).map_err(slip)?,
            Step::Backup(name) => {
                self.fleet.back_up(name).map_err(slip)?;
                Vec::new()
            }
            Step::Clone(name, clone) => self.fleet.clone_node(name, clone, &clocks).map_err(slip)?,
            Step::Clock(name, skew_us) => {
                self.skews_us.insert(name.clone(), *skew_us);
                Vec::new()
            }
        };
        tell(news, say);
        Ok(())
    }

    fn check_nodes(&self, nodes: &[(String, String)]) -> Result<(), Slip> {
        for (name, role) in nodes {
            if !self.plan.roles.contains(role) {
                let slip = Slip::new(format!("the program has no role `{role}`"));
                return Err(match nearest(role, self.plan.roles.iter().map(String::as_str)) {
                    Some(near) => slip.help(format!("did you mean `{near}`?")),
                    None if self.plan.roles.is_empty() => {
                        slip.help("it declares none; leave the line out, and every node plays all")
                    }
                    None => slip.help(format!("its roles are {}", self.plan.roles.join(", "))),
                });
            }
            if self.fleet.has(name) {
                let slip = Slip::new(format!("`{name}` is there already"));
                return Err(slip.help("give nodes their roles before anything else happens to them"));
            }
        }
        Ok(())
    }

    fn statements(&mut self, text: &str, loader: &mut dyn Loader) -> Result<Vec<Stmt>, Stop> {
        if let Some(body) = self.compiled.get(text) {
            return Ok(body.clone());
        }
        let body = self.session.statements(text, loader).map_err(|(found, files)| Stop::Rejected(found, files))?;
        self.compiled.insert(text.to_string(), body.clone());
        Ok(body)
    }

    fn event(&self, name: &str, data: &serde_json::Map<String, serde_json::Value>) -> Result<InEvent, Slip> {
        let Some((at, event)) = (0..).zip(&self.plan.events).find(|(_, event)| event.name == name) else {
            let slip = Slip::new(format!("the program has no event `{name}`"));
            return Err(match nearest(name, self.plan.events.iter().map(|event| event.name.as_str())) {
                Some(near) => slip.help(format!("did you mean `{near}`?")),
                None => slip.help("an event is declared as in `event hit { n: int }`"),
            });
        };
        let fields = || event.fields.iter().map(|(field, _)| field.as_str());
        if let Some(stray) = data.keys().find(|key| fields().all(|field| field != *key)) {
            let slip = Slip::new(format!("`{name}` has no field `{stray}`"));
            return Err(slip.help(format!("its fields are {}", crate::names::listed(fields()))));
        }
        let value = |(field, ty): &(String, Type)| match data.get(field) {
            Some(json) => from_json(json, ty).map_err(|error| Slip::new(format!("`{field}` of `{name}`: {error}"))),
            None if matches!(ty, Type::Option(_)) => Ok(Value::None),
            None => Err(Slip::new(format!("`{name}` needs a field `{field}` (`{ty}`)"))),
        };
        let given = event.fields.iter().map(value).collect::<Result<Vec<Value>, Slip>>();
        let help =
            |slip: Slip| slip.help(format!("`data` holds the fields of the event: {}", crate::names::listed(fields())));
        Ok(InEvent { event: at, at_us: None, fields: given.map_err(help)? })
    }

    // A name that is kept up to date is read from its view, anything else is computed from the variables.
    fn value(&mut self, at: &str, what: &str, loader: &mut dyn Loader) -> Result<(Result<Value, Failure>, Type), Stop> {
        if let Some(show) = self.plan.shows.iter().find(|show| show.name == what) {
            let value = self.fleet.value(at, show.view).map_err(slip)?;
            return Ok((value, self.plan.view(show.view).ty.clone()));
        }
        let compiled = self.session.expression(what, loader);
        let (expr, ty) = compiled.map_err(|(found, files)| Stop::Rejected(found, files))?;
        let value = self.fleet.eval(at, &expr).map_err(slip)?;
        match (value, ty) {
            (Ok(Value::Tuple(of)), Type::Record(fields)) if of.len() == 1 && fields.len() == 1 => {
                Ok((Ok(of[0].clone()), fields[0].1.clone()))
            }
            (value, ty) => Ok((value, ty)),
        }
    }
}

fn shown(at: &str, show: &str, value: &Result<Value, Failure>, ty: &Type) -> Say {
    match value {
        Ok(value) => line(&ShowLine { at, show, value: to_json(value, ty) }),
        Err(failure) => {
            let error = FailedLine { code: failure.code, message: &failure.message, row: failure.row.as_deref() };
            line(&ShowFailedLine { at, show, error })
        }
    }
}

fn tell(news: Vec<News>, say: &mut dyn FnMut(Say)) {
    for News { at, what } in news {
        match what {
            Happened::Out(Out::Emit { name, value, ty, .. }) => {
                say(line(&EmitLine { at: &at, emit: &name, data: to_json(&value, &ty) }));
            }
            Happened::Out(Out::Failed { failure }) => {
                say(line(&ErrorLine { at: &at, error: failure.code }));
                let over = failure.row.as_deref().map_or_else(String::new, |row| format!(" (in {row})"));
                say(Say::Refused(failure.code, format!("at `{at}`: {}{over}", failure.message)));
            }
            Happened::Refused { from, why } => {
                say(line(&ErrorLine { at: &at, error: REFUSED }));
                say(Say::Refused(REFUSED, format!("at `{at}`, of `{from}`: {why}")));
            }
            // Who wants to know shows the view.
            Happened::Out(Out::Change { .. } | Out::Poisoned { .. } | Out::Recovered { .. }) => {}
        }
    }
}

/// The code of an update that was refused, here or where it arrived.
const REFUSED: &str = "R0703";

fn slip(misuse: Misuse) -> Slip {
    match misuse {
        Misuse::Unknown(name) => Slip::new(format!("there is no node `{name}`"))
            .help("a node is there once something is done at it, or once `nodes` has named it"),
        Misuse::Down(name) => {
            Slip::new(format!("`{name}` is down")).help(format!("start it again first: {{\"restart\":\"{name}\"}}"))
        }
        Misuse::Taken(name) => Slip::new(format!("there is a node `{name}` already")).help("choose another name"),
        Misuse::NoBackup(name) => Slip::new(format!("there is no backup of `{name}`"))
            .help(format!("make one while it is there: {{\"backup\":\"{name}\"}}")),
        Misuse::NothingSent(from, to) => Slip::new(format!("`{from}` has never sent `{to}` anything"))
            .help(format!("send something first: {{\"sync\":[\"{from}\",\"{to}\"]}}, or `drop` to have it lost")),
        Misuse::Damaged(name, damaged) => Slip::new(format!("`{name}` cannot start: {damaged}"))
            .help(format!("start it without its disk: {{\"restart\":\"{name}\",\"disk\":\"lost\"}}")),
        Misuse::Endless => {
            Slip::new("the nodes never come to rest: what one learns makes another do more, without end")
                .help("look for a `when` whose updates fire it elsewhere")
        }
    }
}
