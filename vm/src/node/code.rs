//! The bodies of a program made ready: what can be decided before an event comes is decided when the program starts.
//!
//! ```text
//! on impression({ ad }) { if quota[ad].spend(1) { … } }
//!   the pattern     slot 0 is column 0: the event's own fields are the frame, nothing is bound
//!   the update      quota has cells: Quick::Spend, the key is slot 0, the amount is 1
//! ```
//!
//! Invariant: a body made ready means what the plan's does; `tests/core/batches.rs` runs programs both ways.
//!
//! Neighbours: `txn` runs it; [`crate::cells`] (which variables are updated in place).

use lasp_lattice::{Kind, Quick};
use lasp_plan::{Emit, EventPlan, Expr, HandlerPlan, Pattern, Plan, Step, Stmt, Update, Value};

use crate::cells::updates_of;
use crate::eval::{Frame, bind};
use crate::vars::Vars;

/// A statement.
#[derive(Clone, Debug)]
pub(super) enum Code {
    Update(Ready),
    LetUpdate(Pattern, Ready),
    Let(Pattern, Expr),
    If(Expr, Vec<Code>, Vec<Code>),
    IfUpdate(Ready, Vec<Code>, Vec<Code>),
    For(Pattern, Expr, Vec<Code>),
    Emit(Emit),
}

/// An update and, if there is one, its way in place.
#[derive(Clone, Debug)]
pub(super) struct Ready {
    pub(super) update: Update,
    pub(super) quick: Option<Quick>,
}

/// How a handler gets at its event.
#[derive(Clone, Debug)]
enum Entry {
    /// Its first slots are the first fields, in their order.
    Fields(usize),
    /// Each pattern fits a field or, without one, the moment it happened.
    Slots(Vec<(Option<usize>, Pattern)>),
    /// The pattern fits the record of these.
    Record(Pattern, Vec<Option<usize>>),
}

/// A handler made ready.
#[derive(Clone, Debug)]
pub(super) struct Handler {
    entry: Entry,
    pub(super) body: Vec<Code>,
}

/// A body made ready. With variables, their ways in place are used.
pub(super) fn ready(body: &[Stmt], plan: &Plan, vars: Option<&Vars>) -> Vec<Code> {
    let block = |body: &[Stmt]| ready(body, plan, vars);
    let update = |update: &Update| {
        let in_place = vars.is_some_and(|vars| vars.has_cells(update.var));
        let kind = match &plan.var(update.var).kind {
            Kind::GMap(values) => values,
            kind => kind,
        };
        let quick = if in_place { Quick::of(kind, &update.method) } else { None };
        Ready { update: update.clone(), quick }
    };
    let code = |stmt: &Stmt| match stmt {
        Stmt::Update(of) => Code::Update(update(of)),
        Stmt::LetUpdate(pattern, of) => Code::LetUpdate(pattern.clone(), update(of)),
        Stmt::Let(pattern, expr) => Code::Let(pattern.clone(), expr.clone()),
        Stmt::If(condition, yes, no) => Code::If(condition.clone(), block(yes), block(no)),
        Stmt::IfUpdate(of, yes, no) => Code::IfUpdate(update(of), block(yes), block(no)),
        Stmt::For(pattern, expr, body) => Code::For(pattern.clone(), expr.clone(), block(body)),
        Stmt::Emit(emit) => Code::Emit(emit.clone()),
    };
    body.iter().map(code).collect()
}

/// All updates that a program makes.
pub(super) fn updates(plan: &Plan) -> Vec<&Update> {
    let mut found = Vec::new();
    let watched = plan.watches.iter().flat_map(|watch| [Some(&watch.added), watch.removed.as_ref()]).flatten();
    let bodies = plan.handlers.iter().map(|handler| &handler.body).chain(plan.whens.iter().map(|when| &when.body));
    for body in bodies.chain(watched.map(|(_, body)| body)) {
        updates_of(body, &mut found);
    }
    found
}

impl Handler {
    pub(super) fn of(plan: &Plan, handler: &HandlerPlan, vars: &Vars) -> Handler {
        let event = &plan.events[handler.event as usize];
        Handler { entry: Entry::of(event, &handler.pattern), body: ready(&handler.body, plan, Some(vars)) }
    }

    /// How many first fields are its first slots, if nothing else is bound.
    pub(super) fn columns(&self) -> Option<usize> {
        match self.entry {
            Entry::Fields(count) => Some(count),
            _ => None,
        }
    }

    /// The frame that the body runs in; none if the pattern does not fit. Allocates nothing where the fields are the
    /// frame.
    pub(super) fn frame<'f>(&self, fields: &'f [Value], at_us: i64) -> Option<Frame<'f>> {
        let mut frame = Frame::default();
        let field = |field: &Option<usize>| match field {
            Some(at) => fields[*at].clone(),
            None => Value::Time(at_us),
        };
        let fits = match &self.entry {
            Entry::Fields(count) => return Some(Frame::new(&fields[..*count])),
            Entry::Slots(slots) => slots.iter().all(|(at, pattern)| match at {
                Some(at) => bind(pattern, &fields[*at], &mut frame),
                None => bind(pattern, &field(at), &mut frame),
            }),
            Entry::Record(pattern, slots) => {
                let record = Value::tuple(slots.iter().map(field).collect::<Vec<_>>());
                bind(pattern, &record, &mut frame)
            }
        };
        fits.then_some(frame)
    }
}

impl Entry {
    fn of(event: &EventPlan, pattern: &Pattern) -> Entry {
        let lasp_plan::Type::Record(names) = event.record() else { unreachable!("an event is a record") };
        let field = |name: &str| event.fields.iter().position(|(of, _)| of == name);
        let fields: Vec<Option<usize>> = names.iter().map(|(name, _)| field(name)).collect();
        let slots = match pattern {
            Pattern::Wildcard => return Entry::Fields(0),
            Pattern::Slots(slots) => slots,
            _ => return Entry::Record(pattern.clone(), fields),
        };
        let slots: Vec<_> = slots.iter().map(|(slot, pattern)| (fields[*slot as usize], pattern.clone())).collect();
        let mut bound: Vec<(u32, Option<usize>)> = Vec::new();
        for (field, pattern) in &slots {
            match pattern {
                Pattern::Bind(slot) => bound.push((*slot, *field)),
                Pattern::Wildcard => {}
                _ => return Entry::Slots(slots),
            }
        }
        bound.sort_unstable();
        let is_prefix = (0..).zip(&bound).all(|(at, (slot, field))| *slot as usize == at && *field == Some(at));
        if is_prefix { Entry::Fields(bound.len()) } else { Entry::Slots(slots) }
    }
}

/// Whether a block emits an event, which would have to run before anything else.
pub(super) fn emits_events(body: &[Stmt]) -> bool {
    body.iter().any(|stmt| match stmt {
        Stmt::Emit(emit) => emit.event.is_some(),
        Stmt::If(_, yes, no) | Stmt::IfUpdate(_, yes, no) => emits_events(yes) || emits_events(no),
        Stmt::For(_, _, body) => emits_events(body),
        Stmt::Update(_) | Stmt::LetUpdate(..) | Stmt::Let(..) => false,
    })
}

/// The only key on the way of an update with cells.
pub(super) fn key_of(update: &Update) -> Option<&Expr> {
    match update.path.first() {
        Some(Step::Key(key)) => Some(key),
        _ => None,
    }
}
