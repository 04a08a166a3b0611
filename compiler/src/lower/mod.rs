//! Checked program → plan: the dataflow graph, and handlers as statements.
//!
//! A view is lowered when somebody reads it (shown, watched, used in a `when` or a handler); what nobody reads costs
//! nothing. The passes that `lasp plan --stages` prints: the checked names, the graph as built (lookups already joins,
//! equalities already hash joins), the graph fused and pruned.
//!
//! The parts: `rep` says how values live in the dataflow, `ports` how variables come into it, `scalar`, `coll` and
//! `comprehension` lower expressions, `direct` those that stay expressions, `stmts` handlers, `graph` builds.

mod coll;
mod comprehension;
mod direct;
mod escrow;
mod fold;
mod graph;
mod monoid;
mod ports;
mod rep;
mod scalar;
mod stmts;

use lasp_plan::{
    EventPlan, Expr, FeedPlan, NodeId, Plan, Shape, ShowPlan, Stability, Value, VarId, VarPlan, ViewId, ViewPlan,
    WatchPlan, WhenKind, WhenPlan,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::Options;
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::hir::{Hir, HirKind, HirLambda, HirPattern, LocalId};
use crate::program::{MadeFor, Program, WhenDef};
use crate::stability::{Judge, Moves};
use crate::ty::Ty;
pub(crate) use direct::field_slot;
use direct::{Direct, Views, columns_read, position};
use graph::Builder;
use rep::{Ctx, Rep};

/// The plan, or why the program is too large for one; with the printed passes.
pub(crate) fn lower(
    program: &Program,
    files: &[SourceFile],
    options: Options,
) -> (Result<Plan, Diagnostic>, Vec<(&'static str, String)>) {
    let mut flow = Flow::new(program, files);
    let mut judge = Judge::new(program);
    let plan = flow.plan(&mut judge, files, options);
    let lowered = flow.graph.printed(&plan.vars);
    let exhausted = flow.direct.exhausted() || flow.unfolded_too_far;
    let mut stages = vec![("lower: lookups to left joins, equalities to hash joins", lowered)];
    let mut plan = plan;
    let Flow { graph, .. } = flow;
    let mut wanted: Vec<NodeId> = plan.views.iter().map(|view| view.node).collect();
    wanted.extend(plan.whens.iter().map(|when| when.node));
    let (graph, moved) = graph.finish(&wanted);
    plan.views.iter_mut().for_each(|view| view.node = moved[&view.node]);
    plan.whens.iter_mut().for_each(|when| when.node = moved[&when.node]);
    stages.push(("fuse row-wise chains, drop what nobody reads", graph::print(&graph.nodes, &plan.vars)));
    plan.graph = graph;
    if exhausted {
        let place = program.views.first().map(|view| view.place).unwrap_or_default();
        let diagnostic = Diagnostic::new(Code::E0210, place, "this program unfolds to more than can be run")
            .why("functions and views are put in where they are used; a chain of them that each use the last one twice doubles at every step")
            .help("name an intermediate result in a variable, or use it once");
        return (Err(diagnostic), stages);
    }
    (Ok(plan), stages)
}

/// An expression over the variables alone, views and functions unfolded; none if it unfolds too far.
pub(crate) fn pure(program: &Program, hir: &Hir) -> Option<Expr> {
    let mut direct = Direct::new(program, Views::Unfold);
    let expr = direct.expr(hir);
    (!direct.exhausted()).then(|| direct::settle(expr, 0))
}

/// The variables by position; none if something in one was reported or unfolds too far.
pub(crate) fn variables(program: &Program) -> Option<Vec<VarPlan>> {
    let mut flow = Flow::new(program, &[]);
    let vars = program.vars.iter().map(|var| flow.var(var)).collect::<Option<_>>()?;
    (!flow.unfolded_too_far).then_some(vars)
}

/// Lowers one program.
struct Flow<'p> {
    program: &'p Program,
    graph: Builder<'p>,
    /// Scalars that bound names stand for are in its `env`.
    direct: Direct<'p>,
    /// Relations that bound names stand for.
    reps: FxHashMap<LocalId, Rep>,
    views: FxHashMap<usize, Rep>,
    /// Whether a function reads variables or views.
    flow_fns: Vec<bool>,
    fresh_locals: u32,
    unfolded_too_far: bool,
}

impl<'p> Flow<'p> {
    fn new(program: &'p Program, files: &'p [SourceFile]) -> Flow<'p> {
        let mut flow_fns = vec![false; program.fns.len()];
        // Functions are not recursive, so this settles after at most as many rounds as there are functions.
        loop {
            let before = flow_fns.clone();
            for (index, function) in program.fns.iter().enumerate() {
                flow_fns[index] = function.body.any(&mut |part| match &part.kind {
                    HirKind::Var(_) | HirKind::Raw(_) | HirKind::View(_) => true,
                    HirKind::Apply(callee, _) => before[*callee],
                    _ => false,
                });
            }
            if before == flow_fns {
                break;
            }
        }
        Flow {
            program,
            graph: Builder::new(files),
            direct: Direct::new(program, Views::Unfold),
            reps: FxHashMap::default(),
            views: FxHashMap::default(),
            flow_fns,
            fresh_locals: position(program.locals.len()),
            unfolded_too_far: false,
        }
    }

    /// Whether an expression reads variables or views.
    fn is_flow(&self, hir: &Hir) -> bool {
        hir.any(&mut |part| match &part.kind {
            HirKind::Var(_) | HirKind::Raw(_) | HirKind::View(_) => true,
            HirKind::Local(local) => self.reps.contains_key(local),
            HirKind::Apply(index, _) => self.flow_fns[*index],
            _ => false,
        })
    }

    /// The names an expression uses that are bound outside it.
    fn names(&self, hir: &Hir) -> FxHashSet<LocalId> {
        let (mut used, mut bound) = (FxHashSet::default(), FxHashSet::default());
        hir.each(&mut |part| {
            let mut inner = |pattern: &HirPattern| {
                pattern.each_bound(&mut |local| {
                    bound.insert(local);
                })
            };
            match &part.kind {
                HirKind::Local(local) => {
                    used.insert(*local);
                }
                HirKind::Coll(_, _, _, Some(lambda)) => inner(&lambda.pattern),
                HirKind::Match(_, arms) => arms.iter().for_each(|arm| inner(&arm.pattern)),
                HirKind::From { sources, .. } => sources.iter().for_each(|(pattern, _)| inner(pattern)),
                _ => {}
            }
        });
        used.retain(|name| !bound.contains(name));
        used
    }

    /// How many leading columns of the context an expression depends on.
    fn need(&self, hir: &Hir) -> u32 {
        self.need_except(hir, &FxHashSet::default())
    }

    /// The same of a function, whose own names may still stand for what it was lowered over before: a function that is
    /// called twice is unfolded twice.
    fn need_of(&self, lambda: &HirLambda) -> u32 {
        let mut own = FxHashSet::default();
        lambda.pattern.each_bound(&mut |local| {
            own.insert(local);
        });
        self.need_except(&lambda.body, &own)
    }

    fn need_except(&self, hir: &Hir, except: &FxHashSet<LocalId>) -> u32 {
        let mut most = 0;
        #[allow(clippy::iter_over_hash_type)] // A maximum does not depend on the order.
        for name in self.names(hir) {
            if except.contains(&name) {
                continue;
            }
            if let Some(rep) = self.reps.get(&name) {
                most = most.max(rep.width());
            } else if let Some(expr) = self.direct.env.get(&name) {
                most = most.max(columns_read(expr));
            }
        }
        most
    }

    fn fresh(&mut self) -> LocalId {
        self.fresh_locals += 1;
        LocalId(self.fresh_locals - 1)
    }

    fn plan(&mut self, judge: &mut Judge<'p>, files: &[SourceFile], options: Options) -> Plan {
        let program = self.program;
        let mut plan = Plan {
            files: files.iter().map(|file| file.name.clone()).collect(),
            roles: program.roles.clone(),
            vars: program.vars.iter().filter_map(|var| self.var(var)).collect(),
            events: program
                .events
                .iter()
                .map(|event| EventPlan {
                    name: event.name.clone(),
                    fields: event
                        .fields
                        .iter()
                        .map(|(name, ty)| (name.clone(), program.holes.full(ty).closed()))
                        .collect(),
                })
                .collect(),
            feeds: program.feeds.iter().map(feed).collect(),
            ..Plan::default()
        };
        let mut handlers = Direct::new(program, if options.unfold_views { Views::Unfold } else { Views::Refer });
        plan.handlers = program.handlers.iter().map(|handler| stmts::handler(&mut handlers, handler)).collect();

        // Views by position: those that handlers refer to first, since their numbers are already given away.
        for index in handlers.referred.clone() {
            let view = self.named_view(judge, index);
            plan.views.push(view);
        }
        for show in &program.shows {
            let view = match &show.value.kind {
                HirKind::View(index) => {
                    let name = &program.views[*index].name;
                    match plan.views.iter().position(|view| view.name == *name) {
                        Some(known) => ViewId(position(known)),
                        None => {
                            let view = self.named_view(judge, *index);
                            push(&mut plan, view)
                        }
                    }
                }
                _ => {
                    let view = self.view(judge, &show.name, &show.value);
                    push(&mut plan, view)
                }
            };
            plan.shows.push(ShowPlan { name: show.name.clone(), view });
        }
        for watch in &program.watches {
            let view = match &watch.value.kind {
                HirKind::View(index) => self.named_view(judge, *index),
                _ => {
                    let name = self.graph.text(watch.value.place);
                    self.view(judge, &name, &watch.value)
                }
            };
            let view = push(&mut plan, view);
            plan.watches.push(WatchPlan {
                role: watch.role.clone(),
                view,
                added: stmts::reaction(program, &watch.added, 0),
                removed: watch.removed.as_ref().map(|removed| stmts::reaction(program, removed, 0)),
                place: watch.place,
            });
        }
        for when in &program.whens {
            let trusts = trusts(program, when);
            let when = self.when(judge, when);
            // A condition that the program vouches for may come and go.
            let stability = if trusts { Stability::Eventual } else { Stability::Up };
            self.graph.name(when.node, &when.words(&plan.vars), stability);
            plan.whens.push(when);
        }
        plan
    }

    fn var(&mut self, var: &crate::program::VarDef) -> Option<VarPlan> {
        let kind = var.crdt.kind()?;
        let bare = var.init.is_some() && matches!(kind, lasp_lattice::Kind::Max | lasp_lattice::Kind::Min);
        let init = var.init.as_ref().map(|init| {
            let mut direct = Direct::new(self.program, Views::Unfold);
            let expr = direct.expr(init);
            self.unfolded_too_far |= direct.exhausted();
            direct::settle(expr, 0)
        });
        let ty = self.program.holes.full(&var.ty).closed();
        Some(VarPlan {
            name: var.name.clone(),
            kind,
            ty,
            bare,
            init,
            writable_by: var.writable_by.clone(),
            place: var.place,
        })
    }

    fn named_view(&mut self, judge: &mut Judge<'p>, index: usize) -> ViewPlan {
        let program = self.program;
        let view = &program.views[index];
        let reference = Hir { kind: HirKind::View(index), ty: view.ty.clone(), place: view.value.place };
        let mut plan = self.view(judge, &view.name, &reference);
        plan.place = view.place;
        plan
    }

    /// A value that is kept: its relation in the form that is read outside.
    fn view(&mut self, judge: &mut Judge<'p>, name: &str, hir: &Hir) -> ViewPlan {
        let place = hir.place;
        let stability = judge.judge(hir).shown();
        let rep = match &hir.kind {
            HirKind::View(index) => self.view_rep(*index),
            _ => self.closed(hir),
        };
        let (node, shape) = match rep {
            Rep::Scalar(_, node) => (node, Shape::Scalar),
            Rep::Coll(coll) => {
                let set = self.as_set(coll, place);
                (self.plain(set, place).node, Shape::Set)
            }
            Rep::Map(map) => (self.map_column(&map, place), Shape::Map),
            parts @ Rep::Parts(..) => {
                let mut ctx = self.unit();
                let whole = self.whole(&mut ctx, &parts, place);
                (self.graph.map(ctx.node, vec![whole], place), Shape::Scalar)
            }
        };
        self.graph.name(node, name, stability);
        let mut direct = Direct::new(self.program, Views::Unfold);
        let expr = direct.expr(hir);
        self.unfolded_too_far |= direct.exhausted();
        let expr = direct::settle(expr, 0);
        let ty = self.program.holes.full(&hir.ty).closed();
        ViewPlan { name: name.to_string(), ty, node, shape, expr, stability, place }
    }

    fn when(&mut self, judge: &mut Judge<'p>, when: &'p WhenDef) -> WhenPlan {
        let unit = self.unit();
        let place = when.condition.place;
        let flows = matches!(when.made_for, Some(MadeFor::Bind(_)));
        let mut by_key = false;
        let (node, pattern) = match &when.binding {
            Some((pattern, source)) => {
                let element = self.fresh();
                let whole = HirPattern::Both(element, Box::new(pattern.clone()));
                let (inner, _) =
                    self.comprehension(&unit, &[(&whole, source)], (!flows).then_some(&when.condition), &[], place);
                let elem =
                    self.direct.env.get(&element).cloned().unwrap_or_else(|| direct::constant(Value::None, place));
                // The value of a map's entry goes on changing while the condition holds: such a `when` fires once per
                // key.
                match judge.judge(source) {
                    Moves::Map(_, _, value) if !value.is_const() && !flows => {
                        by_key = true;
                        let node = self.graph.map(inner.node, vec![Self::part(&elem, 0)], place);
                        (self.graph.distinct(node, place), key_of(pattern))
                    }
                    _ => (self.graph.map(inner.node, vec![elem], place), pattern.clone()),
                }
            }
            None => {
                let mut ctx: Ctx = unit;
                let condition = self.scalar(&mut ctx, &when.condition);
                let node = self.graph.filter(ctx.node, condition);
                (self.graph.map(node, Vec::new(), place), HirPattern::Wildcard)
            }
        };
        let condition = self.graph.text(place);
        let (pattern, body) = stmts::reaction(self.program, &(pattern, when.body.clone()), 1);
        let body = match when.done {
            Some(done) => {
                let element = when.binding.as_ref().map(|(_, source)| {
                    let element = direct::local(0, place);
                    let is_entry = matches!(self.program.holes.head(&source.ty), Ty::Map(..)) && !by_key;
                    if is_entry { direct::field(element, 0, place) } else { element }
                });
                stmts::only_once(VarId(position(done)), element, body, when.place)
            }
            None => body,
        };
        let kind = match when.made_for {
            Some(MadeFor::Seal(var)) => WhenKind::Seal(VarId(position(var))),
            Some(MadeFor::Bind(var)) => WhenKind::Bind(VarId(position(var))),
            Some(MadeFor::Await) | None if when.once => WhenKind::Once,
            Some(MadeFor::Await) | None => WhenKind::When,
        };
        let pattern = when.binding.is_some().then_some(pattern);
        WhenPlan { kind, role: when.role.clone(), node, pattern, body, condition, place: when.place }
    }
}

/// What a pattern for an entry binds of its key.
fn key_of(pattern: &HirPattern) -> HirPattern {
    match pattern {
        HirPattern::Slots(slots) => {
            slots.iter().find(|(slot, _)| *slot == 0).map_or(HirPattern::Wildcard, |(_, key)| key.clone())
        }
        _ => HirPattern::Wildcard,
    }
}

fn push(plan: &mut Plan, view: ViewPlan) -> ViewId {
    plan.views.push(view);
    ViewId(position(plan.views.len() - 1))
}

fn feed(feed: &crate::program::FeedDef) -> FeedPlan {
    let option = |name: &str| feed.options.iter().find(|(option, _)| option == name).map(|(_, column)| column.clone());
    FeedPlan {
        event: position(feed.event),
        path: feed.path.clone(),
        node: option("node"),
        time: option("time"),
        src: option("src"),
        seq: option("seq"),
        place: feed.place,
    }
}

/// For comparing: the same expression wherever it was written.
fn without_places(expr: &Expr) -> Expr {
    let mut expr = expr.clone();
    direct::rewrite(&mut expr, &mut |part| part.place = lasp_plan::Place::default());
    expr
}

/// Whether a condition holds by somebody's word: by `unstable(…)` in it, or in a view or function it reads.
fn trusts(program: &Program, when: &WhenDef) -> bool {
    let mut open: Vec<&Hir> = vec![&when.condition];
    open.extend(when.binding.iter().map(|(_, source)| source));
    let (mut views, mut fns) = (FxHashSet::default(), FxHashSet::default());
    while let Some(hir) = open.pop() {
        match &hir.kind {
            HirKind::Unstable(..) => return true,
            HirKind::View(index) if views.insert(*index) => open.push(&program.views[*index].value),
            HirKind::Apply(index, _) if fns.insert(*index) => open.push(&program.fns[*index].body),
            _ => {}
        }
        hir.each_part(&mut |part| open.push(part));
    }
    false
}
