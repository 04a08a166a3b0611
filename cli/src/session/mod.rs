//! A session: a program being written and run. Pure: no terminal, no IO, no clock; texts, times and rows are passed in.
//!
//! ```text
//! compile(name, text) ─► compiled ─ start(now) ─► running ─ events, update ─► happenings (emits, changes, failures)
//!                                                    └─ show, eval ─► values
//! ```
//!
//! `lasp run` compiles once, starts, and feeds events. The REPL does the same and goes on: a line that defines
//! something is appended to the program, which is compiled anew; then the new program is started and the *history*
//! (every event and update so far, with its time) is applied to it. So a session is always what its program says about
//! all that has happened, and a line can be tried without harm: if it does not compile, nothing was changed. Replaying
//! is right because a program's positions only grow when text is appended.
//!
//! This is the one place that calls the vm. Neighbours: `lines` takes a line of the REPL apart; `awaited` waits for a
//! condition; `commands` show things.

mod awaited;
pub mod lines;

use std::sync::Arc;

use lasp_compiler::diagnostic::SourceFile;
use lasp_compiler::{Compiled, Loader, Options, compile_with};
use lasp_lattice::ReplicaId;
use lasp_plan::{Expr, Plan, Stmt, Type, Value, ViewId};
use lasp_vm::{EventRow, Failure, InEvent, Node, Out};

/// The replica a program is when it runs alone. Alone, any name but 0 (genesis) is unique.
const REPLICA: ReplicaId = ReplicaId { node: 1, incarnation: 0 };

/// What a program does when something happens to it.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// An output.
    Emit {
        /// Its name.
        name: String,
        /// By which repetitions are recognised.
        id: String,
        /// A record.
        value: Value,
        /// Its type.
        ty: Type,
    },
    /// What was [waited for](Session::wait_for) is true.
    Awaited,
    /// A view that is watched from outside has changed.
    Change {
        /// The shown name.
        name: String,
        /// The type of what was added and removed.
        ty: Type,
        /// Elements, entries as pairs, or the new value.
        added: Vec<Value>,
        /// Elements, entries as pairs, or the old value.
        removed: Vec<Value>,
    },
    /// A handler or an update failed and left no trace.
    Failed(Failure),
    /// A view that a `watch` of the program reads has failed. (One that is shown says so when it is shown.)
    Poisoned(Failure),
}

/// Something that was done to the program, kept to do it again.
#[derive(Clone, Debug)]
enum Deed {
    Event { now_us: i64, event: InEvent },
    Update { now_us: i64, body: Vec<Stmt> },
}

struct Running {
    node: Node,
    plan: Arc<Plan>,
}

/// See the module.
#[derive(Default)]
pub struct Session {
    compiled: Compiled,
    plan: Option<Arc<Plan>>,
    running: Option<Running>,
    started_us: i64,
    history: Option<Vec<Deed>>,
}

impl Session {
    /// A session without a program.
    #[must_use]
    pub fn new() -> Session {
        Session::default()
    }

    /// A session that remembers what happens, so that its program can grow.
    #[must_use]
    pub fn growing() -> Session {
        Session { history: Some(Vec::new()), ..Session::default() }
    }

    /// Compiles a program in place of the one before; what was running is gone. The result says whether it can start.
    pub fn compile(&mut self, name: &str, text: &str, loader: &mut dyn Loader) -> &Compiled {
        // Who runs a program may ask for any view (`--show`) and write any variable (a trace); `lasp check` asks who
        // does.
        let options = Options { unfinished: true, ..Options::default() };
        self.take(compile_with(name, text, loader, options));
        if let Some(history) = &mut self.history {
            history.clear();
        }
        &self.compiled
    }

    fn take(&mut self, mut compiled: Compiled) {
        self.running = None;
        self.plan = compiled.plan.take().map(Arc::new);
        self.compiled = compiled;
    }

    /// What is known of the program. (Its plan is in [`Session::plan`].)
    #[must_use]
    pub fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// The texts that places point into.
    #[must_use]
    pub fn files(&self) -> &[SourceFile] {
        &self.compiled.files
    }

    /// The plan, if the program has no errors.
    #[must_use]
    pub fn plan(&self) -> Option<&Arc<Plan>> {
        self.plan.as_ref()
    }

    /// Starts the program. Without one, nothing happens.
    pub fn start(&mut self, now_us: i64) -> Vec<Happening> {
        let Some(plan) = &self.plan else { return Vec::new() };
        let (node, outs) = Node::start(Arc::clone(plan), REPLICA, now_us);
        let happenings = translate(outs, plan);
        self.running = Some(Running { node, plan: Arc::clone(plan) });
        self.started_us = now_us;
        happenings
    }

    /// From now on, changes of the shown name are happenings. An unknown name has none.
    pub fn watch(&mut self, name: &str) {
        if let Some(running) = &mut self.running
            && let Some(view) = shown(&running.plan, name)
        {
            running.node.subscribe(view);
        }
    }

    /// Applies events of one kind, given by the position of its declaration, one after the other: when each happened
    /// (else: now) and its fields in the order declared. What happens comes with the position of the event that it
    /// follows from.
    pub fn events(&mut self, now_us: i64, event: u32, rows: &[EventRow<'_>]) -> Vec<(usize, Happening)> {
        if let Some(history) = &mut self.history {
            history.extend(rows.iter().map(|row| {
                let event = InEvent { event, at_us: row.at_us, fields: row.fields.to_vec() };
                Deed::Event { now_us, event }
            }));
        }
        let Some(running) = &mut self.running else { return Vec::new() };
        let Some(event) = running.node.event_at(event) else { return Vec::new() };
        let outs = running.node.handle_all(now_us, event, rows.iter().copied());
        let plan = &running.plan;
        outs.into_iter().filter_map(|(row, out)| happening(out, plan).map(|happening| (row, happening))).collect()
    }

    /// Applies update statements as one atomic op. The second part is the answer of the last one, if it answers.
    pub fn update(&mut self, now_us: i64, body: &[Stmt]) -> (Vec<Happening>, Option<Value>) {
        if let Some(history) = &mut self.history {
            history.push(Deed::Update { now_us, body: body.to_vec() });
        }
        let mut answer = None;
        let happenings = self.with(|running| {
            let (outs, given) = running.node.update(now_us, body);
            answer = given;
            outs
        });
        (happenings, answer)
    }

    /// From now on the time that views take is measured by this clock: nanoseconds since some moment.
    pub fn measure(&mut self, clock: fn() -> u64) {
        if let Some(running) = &mut self.running {
            running.node.measure(clock);
        }
    }

    /// The node, if the program runs.
    #[must_use]
    pub fn node(&self) -> Option<&Node> {
        self.running.as_ref().map(|running| &running.node)
    }

    /// Lets everything that waits happen.
    pub fn settle(&mut self) -> Vec<Happening> {
        self.with(|running| running.node.flush())
    }

    fn with(&mut self, act: impl FnOnce(&mut Running) -> Vec<Out>) -> Vec<Happening> {
        match &mut self.running {
            Some(running) => {
                let outs = act(running);
                translate(outs, &running.plan)
            }
            None => Vec::new(),
        }
    }

    /// The value of an expression of the running program.
    ///
    /// # Errors
    /// When it fails at run time; `None` when nothing runs.
    pub fn eval(&mut self, expr: &Expr) -> Option<Result<Value, Failure>> {
        self.running.as_mut().map(|running| running.node.eval(expr))
    }

    /// The value of a shown name and its type; `None` when it is not shown or nothing runs.
    pub fn show(&mut self, name: &str) -> Option<(Result<Value, Failure>, Type)> {
        let running = self.running.as_mut()?;
        let view = shown(&running.plan, name)?;
        Some((running.node.value(view), running.plan.view(view).ty.clone()))
    }

    /// Puts a grown program in place of the one before, with all that has happened. What it emits about the past is
    /// not repeated.
    fn grow(&mut self, compiled: Compiled) {
        let history = self.history.take();
        self.take(compiled);
        let started_us = self.started_us;
        self.start(started_us);
        for deed in history.iter().flatten() {
            match deed.clone() {
                Deed::Event { now_us, event } => self.with(|running| running.node.handle(now_us, event)),
                Deed::Update { now_us, body } => self.with(|running| running.node.update(now_us, &body).0),
            };
        }
        self.settle();
        self.history = history;
    }
}

fn shown(plan: &Plan, name: &str) -> Option<ViewId> {
    plan.shows.iter().find(|show| show.name == name).map(|show| show.view)
}

fn translate(outs: Vec<Out>, plan: &Plan) -> Vec<Happening> {
    outs.into_iter().filter_map(|out| happening(out, plan)).collect()
}

fn happening(out: Out, plan: &Plan) -> Option<Happening> {
    let shown = |view| plan.shows.iter().find(|show| show.view == view);
    match out {
        Out::Emit { name, .. } if name == awaited::AWAITED => Some(Happening::Awaited),
        Out::Emit { name, id, value, ty } => Some(Happening::Emit { name, id, value, ty }),
        Out::Change { view, added, removed } => {
            let name = shown(view).map_or(&plan.view(view).name, |show| &show.name).clone();
            Some(Happening::Change { name, ty: element_type(&plan.view(view).ty), added, removed })
        }
        Out::Failed { failure } => Some(Happening::Failed(failure)),
        Out::Poisoned { view, failure } => shown(view).is_none().then_some(Happening::Poisoned(failure)),
        Out::Recovered { .. } => None,
    }
}

// What a change of a value of this type consists of.
fn element_type(ty: &Type) -> Type {
    match ty {
        Type::Set(of) => (**of).clone(),
        Type::Map(key, of) => Type::Tuple(vec![(**key).clone(), (**of).clone()]),
        other => other.clone(),
    }
}
