//! Why a result is final or not, as data: what `lasp explain FILE NAME` tells.
//!
//! ```text
//! var cart: orset<int>
//! when cart.count() >= 5 { emit big_cart { } }
//!
//! when@2    eventual, and it is needed to stay     reads cart: which elements it has; items can be removed; tone +
//!           question  cart.count() >= 5            over the variables, for the explorer of schedules
//!           coordination  seal or one owner
//! ```
//!
//! What can be asked about: variables, views, and each `when`, `once`, `seal`, `bind` and `invariant`, by what it emits
//! or seals or by its line (`when@14`). Nothing here judges; it puts together what the checker knows. A program whose
//! only errors are about stability, flow, invariants or what is not of this version can be explained: that is when
//! people ask.
//!
//! Neighbours: `stability::readings` the chain, `way` through what it goes, `coordination` what has to be agreed on,
//! `held` why invariants hold; the cli shows it, and lets the vm's explorer look for a schedule.

mod coordination;
mod held;
mod way;

use lasp_plan::{Expr, Place, Stability, Type, VarPlan};

use crate::diagnostic::{Diagnostic, Severity, SourceFile};
use crate::flow::{Flow, Flows, Places, coordination_of_view, place_of_var};
use crate::hir::{Hir, HirKind, HirStmt};
use crate::invariant::InvariantRow;
use crate::program::{MadeFor, Program, WhenDef};
use crate::required::question;
use crate::stability::{of_expression, of_variable, text_at};
use crate::{Compiled, Loader, Options};

pub use coordination::Coordination;
pub use held::{Breaking, Held};

/// What can be explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// `var`, `let`, `when`, `once`, `seal`, `bind` or `invariant`.
    pub kind: &'static str,
    /// Its name; what has none is called by its line: `when@14`, `seal@20`.
    pub name: String,
    /// What else it is called by: what a `when` emits; of a `seal` what it seals, of a `bind` what it flows into.
    pub also: Vec<String>,
    /// The type of a variable, the definition of a view, the condition of a `when`, what flows, as written.
    pub text: String,
    /// Where it is declared.
    pub place: Place,
    of: Of,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Var(usize),
    View(usize),
    When(usize),
    Bind(usize),
    Invariant(usize),
}

/// Everything that is known about why a result is as it is.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What is explained.
    pub topic: Topic,
    /// The type of what is read of it, as a user would write it.
    pub ty: String,
    /// The judgement.
    pub stability: Stability,
    /// Why it has to stay, if the program needs that: ``a `when` needs what stays``.
    pub needed: Option<&'static str>,
    /// What it reads; what makes it unstable first.
    pub reads: Vec<Reading>,
    /// How copies of it that were computed apart may be merged.
    pub flow: Flow,
    /// The role it is written or computed at, or `each`.
    pub at: String,
    /// What has to be agreed on.
    pub coordination: Coordination,
    /// Of an invariant, whether it holds.
    pub held: Option<Held>,
}

/// A source that is read: a lattice in a variable, and what is read of it.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The variable, by position; none for what was not looked into.
    pub var: Option<usize>,
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub declared: Place,
    /// Its type as written.
    pub ty: String,
    /// The lattice in it that decides, where that is not the whole of it.
    pub part: Option<String>,
    /// What is read: `which elements it has`.
    pub what: &'static str,
    /// Where it is read.
    pub place: Place,
    /// The text there.
    pub text: String,
    /// Through which views and functions it comes, from the variable on.
    pub through: Vec<String>,
    /// What it does by itself.
    pub drift: Drifting,
    /// Whether the program answers for it: `unstable(…, because: "…")`. Then it counts as growing, in tone `+`.
    pub trusted: bool,
    /// Why, in a sentence.
    pub why: String,
    /// `+`, `-` or `?`: how the result goes with it.
    pub tone: char,
    /// Where the tone was turned, if it is not `+`.
    pub turn: Option<Turning>,
    /// What follows from drift and tone.
    pub direction: Stability,
}

/// What a source does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drifting {
    /// It only grows.
    Up,
    /// It only falls.
    Down,
    /// It goes both ways.
    Both,
}

/// Where a tone was turned.
#[derive(Clone, Debug)]
pub struct Turning {
    /// Where.
    pub place: Place,
    /// The text there.
    pub text: String,
    /// What happens there.
    pub why: &'static str,
}

/// Something that can be asked at any state of the variables.
#[derive(Clone, Debug)]
pub struct Question {
    /// Over the variables alone.
    pub expr: Expr,
    /// The type of its value.
    pub ty: Type,
    /// Whether it asks for rows that must stay (what a `when` has fired for), or for a value as it is.
    pub is_condition: bool,
}

/// A checked program that can be asked about.
pub struct Explainer {
    program: Program,
    files: Vec<SourceFile>,
    diagnostics: Vec<Diagnostic>,
    vars: Vec<VarPlan>,
    topics: Vec<Topic>,
    /// As the program declares them.
    invariants: Vec<InvariantRow>,
}

/// Whether an error leaves the rest of the program with a meaning.
fn leaves_meaning(diagnostic: &Diagnostic) -> bool {
    let code = diagnostic.code.as_str();
    diagnostic.severity != Severity::Error || ["E03", "E04", "E05", "E08"].iter().any(|family| code.starts_with(family))
}

impl Explanation {
    /// Whether the program answers for it that it stays.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.reads.iter().any(|reading| reading.trusted)
    }

    /// Whether rights are read, which each node has its own of.
    #[must_use]
    pub fn reads_rights(&self) -> bool {
        coordination::reads_rights(&self.reads)
    }
}

impl Explainer {
    /// Compiles a program to be asked about. None if it has errors that must go first: they are in what was compiled.
    #[must_use]
    pub fn new(name: &str, text: &str, loader: &mut dyn Loader) -> (Compiled, Option<Explainer>) {
        let (compiled, program) = crate::compiled(name, text, loader, Options::default());
        if !compiled.diagnostics.iter().all(leaves_meaning) {
            return (compiled, None);
        }
        let vars = crate::lower::variables(&program).unwrap_or_default();
        let topics = topics(&program, &compiled.files);
        let (files, diagnostics) = (compiled.files.clone(), compiled.diagnostics.clone());
        let invariants = compiled.invariants.clone();
        (compiled, Some(Explainer { program, files, diagnostics, vars, topics, invariants }))
    }

    /// What can be explained, in the order of the text.
    #[must_use]
    pub fn topics(&self) -> &[Topic] {
        &self.topics
    }

    /// The variables, as the explorer of schedules takes them.
    #[must_use]
    pub fn vars(&self) -> &[VarPlan] {
        &self.vars
    }

    /// The texts that places point into.
    #[must_use]
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// What is meant by a name: a variable or view; else a `when` by its line (`when@14`, `14`), by what it emits, or
    /// by how its condition begins. Several if several are meant.
    #[must_use]
    pub fn find(&self, wanted: &str) -> Vec<&Topic> {
        let fits = |test: &dyn Fn(&Topic) -> bool| self.topics.iter().filter(|topic| test(topic)).collect::<Vec<_>>();
        let words = wanted.split_whitespace().collect::<Vec<_>>().join(" ");
        let at_line = format!("@{words}");
        let ways: [&dyn Fn(&Topic) -> bool; 4] = [
            &|topic| topic.has_name() && topic.name == words,
            &|topic| !topic.has_name() && (topic.name == words || topic.name.ends_with(&at_line)),
            &|topic| topic.also.contains(&words),
            &|topic| !topic.has_name() && topic.text.starts_with(&words),
        ];
        match words.is_empty() {
            true => Vec::new(),
            false => ways.into_iter().map(fits).find(|found| !found.is_empty()).unwrap_or_default(),
        }
    }

    /// The errors about what is explained: those that stand in its condition or definition.
    #[must_use]
    pub fn errors_of(&self, topic: &Topic) -> Vec<&Diagnostic> {
        let places = match topic.of {
            Of::Var(_) => Vec::new(),
            Of::View(index) => self.stable(topic).map(|_| self.program.views[index].value.place).into_iter().collect(),
            Of::When(index) => {
                let when = &self.program.whens[index];
                when.binding.iter().map(|(_, source)| source.place).chain([when.condition.place]).collect()
            }
            Of::Bind(index) => vec![self.program.binds[index].value.place],
            Of::Invariant(index) => return self.errors_of_invariant(index),
        };
        let stands_in = |found: &&Diagnostic| {
            let about_it = found.code.as_str().starts_with("E03");
            found.severity == Severity::Error && about_it && places.contains(&found.primary.place)
        };
        self.diagnostics.iter().filter(stands_in).collect()
    }

    /// What can be asked of it over the variables; none if it unfolds too far. Costs what is unfolded.
    #[must_use]
    pub fn question(&self, topic: &Topic) -> Option<Question> {
        // Variables that could not be told leave nothing to ask about.
        if self.vars.len() != self.program.vars.len() {
            return None;
        }
        let hir = self.hir(topic);
        let expr = crate::lower::pure(&self.program, &hir)?;
        let ty = self.program.holes.full(&hir.ty).closed();
        Some(Question { expr, ty, is_condition: matches!(topic.of, Of::When(_) | Of::Invariant(_)) })
    }

    /// What is explained, as an expression.
    fn hir(&self, topic: &Topic) -> Hir {
        let program = &self.program;
        match topic.of {
            Of::Var(index) => {
                let var = &program.vars[index];
                Hir { kind: HirKind::Var(index), ty: var.ty.clone(), place: var.place }
            }
            Of::View(index) => {
                let view = &program.views[index];
                Hir { ty: view.ty.clone(), ..view.value.clone() }
            }
            Of::When(index) => question(program, &program.whens[index]),
            Of::Bind(index) => program.binds[index].value.clone(),
            Of::Invariant(index) => program.invariants[index].condition.clone(),
        }
    }

    fn stable(&self, topic: &Topic) -> Option<Place> {
        if let Of::View(index) = topic.of { self.program.views[index].stable } else { None }
    }

    /// Why it is as it is.
    #[must_use]
    pub fn explain(&self, topic: &Topic) -> Explanation {
        let program = &self.program;
        let hir = self.hir(topic);
        let (stability, mut reads) = match topic.of {
            Of::Var(index) => of_variable(program, &self.files, index),
            Of::View(_) | Of::When(_) | Of::Bind(_) | Of::Invariant(_) => of_expression(program, &self.files, &hir),
        };
        for reading in &mut reads {
            if let Some(var) = reading.var.filter(|_| !matches!(topic.of, Of::Var(_))) {
                let own = format!("the view `{}`", topic.name);
                reading.through = way::way(program, &hir, var).into_iter().filter(|step| *step != own).collect();
            }
        }
        let held = if let Of::Invariant(index) = topic.of { Some(self.held(index)) } else { None };
        let mut flows = Flows::new(program);
        let (flow, at, coordination) = match topic.of {
            Of::Var(index) => {
                let var = &program.vars[index];
                (Flow::Through, place_of_var(var), coordination::of_var(&var.crdt))
            }
            Of::View(index) => {
                let flow = flows.view(index);
                let at = Places::new(program).of_view(index, flow);
                let coordination = match self.stable(topic) {
                    Some(_) if stability == Stability::Eventual => coordination::of_lasting(stability, &reads),
                    _ => coordination::of_view(stability, &reads, coordination_of_view(flow, &at), &at),
                };
                (flow, at, coordination)
            }
            Of::When(index) => {
                let when = &program.whens[index];
                let at = when.role.clone().unwrap_or_else(|| "each".to_string());
                (flows.condition(when), at, coordination::of_when(when, stability, &reads))
            }
            Of::Bind(index) => {
                let flow = flows.value(&program.binds[index].value);
                (flow, "each".to_string(), coordination::of_lasting(stability, &reads))
            }
            Of::Invariant(index) => (
                flows.value(&hir),
                "each".to_string(),
                self.agreed_on(index, reads.iter().any(|reading| reading.trusted)),
            ),
        };
        let ty = match topic.of {
            Of::When(_) | Of::Invariant(_) => "bool".to_string(),
            _ => program.holes.full(&hir.ty).to_string(),
        };
        Explanation {
            topic: topic.clone(),
            ty,
            stability,
            needed: match topic.kind {
                "when" => Some("a `when` needs what stays"),
                "once" => Some("a `once` needs what stays"),
                "seal" => Some("a `seal` needs what stays"),
                "invariant" => Some("an invariant always holds"),
                "bind" => Some("what has flowed into a variable stays there"),
                "let" => self.stable(topic).map(|_| "it is declared `stable`"),
                _ => None,
            },
            reads,
            flow,
            at,
            coordination,
            held,
        }
    }
}

impl Topic {
    /// Whether the program gives it a name, rather than a line.
    #[must_use]
    pub fn has_name(&self) -> bool {
        matches!(self.of, Of::Var(_) | Of::View(_))
    }
}

fn topics(program: &Program, files: &[SourceFile]) -> Vec<Topic> {
    let text = |place: Place| text_at(files, place);
    let mut topics = Vec::new();
    for (index, var) in program.vars.iter().enumerate().filter(|(_, var)| var.hidden.is_none()) {
        let (name, text) = (var.name.clone(), text(var.type_place));
        topics.push(Topic { kind: "var", name, also: Vec::new(), text, place: var.place, of: Of::Var(index) });
    }
    for (index, view) in program.views.iter().enumerate() {
        let (name, text) = (view.name.clone(), text(view.value.place));
        topics.push(Topic { kind: "let", name, also: Vec::new(), text, place: view.place, of: Of::View(index) });
    }
    for (index, when) in program.whens.iter().enumerate() {
        let mut also = Vec::new();
        let kind = match when.made_for {
            Some(MadeFor::Seal(var)) => {
                also.push(format!("seal {}", program.vars[var].name));
                also.push(format!("sealed({})", program.vars[var].name));
                "seal"
            }
            // What flows is a topic by itself.
            Some(MadeFor::Bind(_)) => continue,
            Some(MadeFor::Await) | None if when.once => "once",
            Some(MadeFor::Await) | None => "when",
        };
        if when.made_for.is_none() {
            emitted(&when.body, &mut also);
        }
        let (name, text) = (format!("{kind}@{}", line(files, when.place)), condition(when, files));
        topics.push(Topic { kind, name, also, text, place: when.place, of: Of::When(index) });
    }
    for (index, bind) in program.binds.iter().enumerate() {
        let name = format!("bind@{}", line(files, bind.place));
        let also = vec![format!("bind {}", program.vars[bind.var].name)];
        let text = text(bind.value.place);
        topics.push(Topic { kind: "bind", name, also, text, place: bind.place, of: Of::Bind(index) });
    }
    for (index, invariant) in program.invariants.iter().enumerate() {
        let name = format!("invariant@{}", line(files, invariant.place));
        let (text, place) = (text(invariant.condition.place), invariant.place);
        topics.push(Topic { kind: "invariant", name, also: Vec::new(), text, place, of: Of::Invariant(index) });
    }
    topics.sort_by_key(|topic| topic.place);
    topics
}

/// The condition with its binding, as short as it can be told.
fn condition(when: &WhenDef, files: &[SourceFile]) -> String {
    let condition = text_at(files, when.condition.place);
    match &when.binding {
        Some((_, source)) => format!("{condition}, for each of {}", text_at(files, source.place)),
        None => condition,
    }
}

/// The line of a place, counted from 1. O(length of the text).
fn line(files: &[SourceFile], place: Place) -> usize {
    let before = files.get(place.file as usize).and_then(|file| file.text.get(..place.start as usize));
    before.map_or(0, |before| before.bytes().filter(|byte| *byte == b'\n').count()) + 1
}

fn emitted(body: &[HirStmt], found: &mut Vec<String>) {
    for stmt in body {
        match stmt {
            HirStmt::Emit(emit) if !found.contains(&emit.name) => found.push(emit.name.clone()),
            HirStmt::If(_, then, otherwise) | HirStmt::IfUpdate(_, then, otherwise) => {
                emitted(then, found);
                emitted(otherwise, found);
            }
            HirStmt::For(_, _, body) => emitted(body, found),
            HirStmt::Emit(_) | HirStmt::Update(_) | HirStmt::LetUpdate(..) | HirStmt::Let(..) => {}
        }
    }
}
