//! Stability: may one act on a result and never take it back? (`language.md` §5, first judgement.)
//!
//! Until the full checker exists this is a conservative rule: it answers `Up` or `Down` only where it knows, and
//! `eventual` otherwise. About the order of the *visible* value: truth by false ≤ true, numbers by ≤, sets by ⊆, options
//! by unset ≤ set. `views[c.ad] >= c.limit` grows because `views` is a map of grow-only counters, `c` is a fixed element
//! and `>=` is monotone on its left; `<` is antitone there, and an `orset` is eventual whatever one does with it.
//!
//! Neighbours: `when` needs `Up` (E0301); `lasp check --table` prints the judgement of every name.

use lasp_lattice::Order;
use lasp_plan::{BinaryOp, CollOp, Func, Place, Stability, UnaryOp, Value};
use rustc_hash::FxHashMap;

use crate::codes::Code;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::hir::{Hir, HirKind, HirLambda, HirPattern, HirStmt, LocalId};
use crate::program::{Crdt, Program, WhenDef};
use crate::ty::Ty;

/// How a value moves while the state grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Moves {
    Const,
    Up,
    Down,
    Eventual,
    /// A map whose keys only come, and whose values move so.
    Map(Box<Moves>),
}

impl Moves {
    fn flip(self) -> Moves {
        match self {
            Moves::Up => Moves::Down,
            Moves::Down => Moves::Up,
            Moves::Map(_) => Moves::Eventual,
            same => same,
        }
    }

    /// Of a result that follows both.
    fn with(self, other: Moves) -> Moves {
        match (self, other) {
            (Moves::Const, same) | (same, Moves::Const) => same,
            (a, b) if a == b => a,
            _ => Moves::Eventual,
        }
    }

    /// As it is shown.
    pub(crate) fn shown(&self) -> Stability {
        match self {
            Moves::Const => Stability::Const,
            Moves::Up => Stability::Up,
            Moves::Down => Stability::Down,
            Moves::Eventual => Stability::Eventual,
            Moves::Map(inner) => match inner.as_ref() {
                Moves::Const => Stability::Up,
                other => other.shown(),
            },
        }
    }
}

/// How a variable moves.
pub(crate) fn of_crdt(crdt: &Crdt) -> Moves {
    match crdt {
        Crdt::Named { info, inner, .. } => match info.order {
            Order::Grows => Moves::Up,
            Order::Shrinks => Moves::Down,
            Order::None => Moves::Eventual,
            Order::Pointwise => match inner.first() {
                Some(inner) => Moves::Map(Box::new(of_crdt(inner))),
                None => Moves::Eventual,
            },
        },
        _ => Moves::Eventual,
    }
}

/// Judges expressions of one program.
pub(crate) struct Judge<'p> {
    program: &'p Program,
    locals: FxHashMap<LocalId, Moves>,
    views: FxHashMap<usize, Moves>,
    /// Bounds the unfolding of functions; what is left is eventual.
    fuel: u32,
}

impl<'p> Judge<'p> {
    pub(crate) fn new(program: &'p Program) -> Judge<'p> {
        Judge { program, locals: FxHashMap::default(), views: FxHashMap::default(), fuel: 0 }
    }

    /// How the value of a closed expression moves.
    pub(crate) fn judge(&mut self, hir: &Hir) -> Moves {
        self.fuel = 100_000;
        self.moves(hir)
    }

    pub(crate) fn view(&mut self, index: usize) -> Moves {
        if let Some(known) = self.views.get(&index) {
            return known.clone();
        }
        self.views.insert(index, Moves::Eventual);
        let program = self.program;
        let moves = self.moves(&program.views[index].value);
        self.views.insert(index, moves.clone());
        moves
    }

    /// Judges `hir` with the names of a pattern bound to parts of something that moves so.
    fn bind(&mut self, pattern: &HirPattern, moves: &Moves) {
        let locals = &mut self.locals;
        pattern.each_bound(&mut |local| {
            locals.insert(local, moves.clone());
        });
    }

    /// An element of a collection that moves so. Elements of a set are values: they come or go, they do not change. The
    /// entry of a map changes with its value.
    fn bind_element(&mut self, pattern: &HirPattern, source: &Moves) {
        match (source, pattern) {
            (Moves::Map(value), HirPattern::Slots(slots)) => {
                for (slot, part) in slots {
                    let moves = if *slot == 0 { Moves::Const } else { (**value).clone() };
                    self.bind(part, &moves);
                }
            }
            (Moves::Map(value), pattern) => {
                let moves = if **value == Moves::Const { Moves::Const } else { Moves::Eventual };
                self.bind(pattern, &moves);
            }
            _ => self.bind(pattern, &Moves::Const),
        }
    }

    /// Whether a collection only gains elements (of a map: keys).
    fn gains(source: &Moves) -> Moves {
        match source {
            Moves::Map(_) => Moves::Up,
            other => other.clone(),
        }
    }

    fn moves(&mut self, hir: &Hir) -> Moves {
        if self.fuel == 0 {
            return Moves::Eventual;
        }
        self.fuel -= 1;
        let program = self.program;
        match &hir.kind {
            HirKind::Const(_) => Moves::Const,
            HirKind::Unstable(..) => Moves::Up,
            HirKind::Error | HirKind::Rights(..) => Moves::Eventual,
            HirKind::Local(local) => self.locals.get(local).cloned().unwrap_or(Moves::Eventual),
            HirKind::Var(index) => of_crdt(&program.vars[*index].crdt),
            HirKind::View(index) => self.view(*index),
            HirKind::Field(base, _) => constant_or_eventual(self.moves(base)),
            HirKind::Tuple(parts) | HirKind::List(parts) | HirKind::Variant(_, parts) => self.all_constant(parts),
            HirKind::Set(parts) => self.all_constant(parts),
            HirKind::Record(fields) => {
                let all = fields.iter().map(|(_, part)| self.moves(part)).fold(Moves::Const, Moves::with);
                constant_or_eventual(all)
            }
            HirKind::Map(entries) => {
                let all =
                    entries.iter().map(|(k, v)| self.moves(k).with(self.moves(v))).fold(Moves::Const, Moves::with);
                constant_or_eventual(all)
            }
            HirKind::Text(_) => {
                let mut all = Moves::Const;
                hir.each_part(&mut |part| {
                    let moves = self.moves(part);
                    all = std::mem::replace(&mut all, Moves::Const).with(moves);
                });
                constant_or_eventual(all)
            }
            HirKind::Some(inner) => self.moves(inner),
            HirKind::Unary(UnaryOp::Not | UnaryOp::Neg, inner) => self.moves(inner).flip(),
            HirKind::Binary(op, a, b) => self.binary(*op, a, b),
            HirKind::CompareSet(op, a, b) => self.compare_set(*op, a, b),
            HirKind::If(condition, then, otherwise) => match self.moves(condition) {
                Moves::Const => self.moves(then).with(self.moves(otherwise)),
                _ => Moves::Eventual,
            },
            HirKind::Match(value, arms) => {
                if self.moves(value) != Moves::Const {
                    return Moves::Eventual;
                }
                let mut all = Moves::Const;
                for arm in arms {
                    self.bind(&arm.pattern, &Moves::Const);
                    if arm.guard.as_ref().is_some_and(|guard| self.moves(guard) != Moves::Const) {
                        return Moves::Eventual;
                    }
                    all = all.with(self.moves(&arm.body));
                }
                all
            }
            HirKind::Lookup(map, key) => {
                if self.moves(key) != Moves::Const {
                    return Moves::Eventual;
                }
                match (self.moves(map), &program.holes.head(&map.ty)) {
                    (Moves::Const, _) => Moves::Const,
                    (Moves::Map(value), Ty::Map(_, _, true)) => *value,
                    _ => Moves::Eventual,
                }
            }
            HirKind::Call(func, args) => self.call(*func, args),
            HirKind::Apply(index, args) => {
                let function = &program.fns[*index];
                for ((_, local), arg) in function.params.iter().zip(args) {
                    let moves = self.moves(arg);
                    self.locals.insert(*local, moves);
                }
                self.moves(&function.body)
            }
            HirKind::From { sources, filter, select } => {
                let mut all = Moves::Const;
                for (pattern, source) in sources {
                    let moves = self.moves(source);
                    self.bind_element(pattern, &moves);
                    all = all.with(Self::gains(&moves));
                }
                if let Some(filter) = filter {
                    let moves = self.moves(filter);
                    all = all.with(moves);
                }
                match self.moves(select) {
                    Moves::Const => all,
                    _ => Moves::Eventual,
                }
            }
            HirKind::Coll(op, source, args, lambda) => self.coll(hir, *op, source, args, lambda.as_deref()),
        }
    }

    fn all_constant(&mut self, parts: &[Hir]) -> Moves {
        let all = parts.iter().map(|part| self.moves(part)).fold(Moves::Const, Moves::with);
        constant_or_eventual(all)
    }

    fn binary(&mut self, op: BinaryOp, a: &Hir, b: &Hir) -> Moves {
        let (left, right) = (self.moves(a), self.moves(b));
        let holes = &self.program.holes;
        match op {
            BinaryOp::And | BinaryOp::Or | BinaryOp::Add => left.with(right),
            BinaryOp::Sub => left.with(right.flip()),
            BinaryOp::Ge | BinaryOp::Gt => scalar(left).with(scalar(right).flip()),
            BinaryOp::Le | BinaryOp::Lt => scalar(left).flip().with(scalar(right)),
            BinaryOp::Eq | BinaryOp::Ne => constant_or_eventual(left.with(right)),
            BinaryOp::Mul => match (&a.kind, &b.kind) {
                _ if holes.head(&a.ty) == Ty::Nat && holes.head(&b.ty) == Ty::Nat => left.with(right),
                (HirKind::Const(Value::Int(n)), _) => {
                    if *n >= 0 {
                        right
                    } else {
                        right.flip()
                    }
                }
                (_, HirKind::Const(Value::Int(n))) => {
                    if *n >= 0 {
                        left
                    } else {
                        left.flip()
                    }
                }
                _ => constant_or_eventual(left.with(right)),
            },
            BinaryOp::Div => match &b.kind {
                HirKind::Const(Value::Int(n)) if *n > 0 => left,
                _ => constant_or_eventual(left.with(right)),
            },
            BinaryOp::Rem => constant_or_eventual(left.with(right)),
        }
    }

    /// Unset is false: a `max` only rises towards a bound, a `min` only falls towards one.
    fn compare_set(&mut self, op: BinaryOp, a: &Hir, b: &Hir) -> Moves {
        let is_option = |hir: &Hir| matches!(self.program.holes.head(&hir.ty), Ty::Option(_));
        let (option, bound, upward) = match (is_option(a), op) {
            (true, BinaryOp::Ge | BinaryOp::Gt) => (a, b, true),
            (true, _) => (a, b, false),
            (false, BinaryOp::Le | BinaryOp::Lt) => (b, a, true),
            (false, _) => (b, a, false),
        };
        match (self.moves(option), self.moves(bound), upward) {
            (Moves::Const, Moves::Const, _) => Moves::Const,
            (Moves::Const | Moves::Up, Moves::Const | Moves::Down, true) => Moves::Up,
            (Moves::Const | Moves::Down, Moves::Const | Moves::Up, false) => Moves::Up,
            _ => Moves::Eventual,
        }
    }

    fn call(&mut self, func: Func, args: &[Hir]) -> Moves {
        let moves: Vec<Moves> = args.iter().map(|arg| self.moves(arg)).collect();
        if moves.iter().all(|moves| *moves == Moves::Const) {
            return Moves::Const;
        }
        match (func, args) {
            (Func::AtLeast | Func::AtMost, [value, bound]) => {
                let op = if func == Func::AtLeast { BinaryOp::Ge } else { BinaryOp::Le };
                match self.program.holes.head(&value.ty) {
                    Ty::Option(_) => self.compare_set(op, value, bound),
                    _ => self.binary(op, value, bound),
                }
            }
            // A maximum or minimum once set stays set.
            (Func::IsSet, [value]) => match (&value.kind, &moves[0]) {
                (HirKind::Var(_) | HirKind::Lookup(..), Moves::Up | Moves::Down) => Moves::Up,
                _ => Moves::Eventual,
            },
            (Func::ToFloat | Func::ToInt | Func::ToNat, [_]) => moves[0].clone(),
            _ => Moves::Eventual,
        }
    }

    fn coll(&mut self, hir: &Hir, op: CollOp, source: &Hir, args: &[Hir], lambda: Option<&HirLambda>) -> Moves {
        let moves = self.moves(source);
        let args: Vec<Moves> = args.iter().map(|arg| self.moves(arg)).collect();
        if op == CollOp::Each {
            let Some(lambda) = lambda else { return Moves::Eventual };
            return match moves {
                Moves::Map(value) => {
                    self.bind(&lambda.pattern, &value);
                    Moves::Map(Box::new(self.moves(&lambda.body)))
                }
                Moves::Const => {
                    self.bind(&lambda.pattern, &Moves::Const);
                    self.moves(&lambda.body)
                }
                _ => Moves::Eventual,
            };
        }
        let body = match lambda {
            Some(lambda) => {
                match (op, lambda.pattern.clone(), args.first()) {
                    (CollOp::Join, HirPattern::Slots(slots), Some(other)) => {
                        for (slot, part) in &slots {
                            let side = if *slot == 0 { &moves } else { other };
                            self.bind_element(part, side);
                        }
                    }
                    _ => self.bind_element(&lambda.pattern, &moves),
                }
                self.moves(&lambda.body)
            }
            None => Moves::Const,
        };
        let entries_fixed = !matches!(&moves, Moves::Map(value) if **value != Moves::Const);
        let gains = Self::gains(&moves);
        let result_is = |ty: &Ty| self.program.holes.head(&hir.ty) == *ty;
        match op {
            CollOp::Map | CollOp::FlatMap => match body {
                Moves::Const => gains,
                Moves::Up if op == CollOp::FlatMap => gains.with(Moves::Up),
                _ => Moves::Eventual,
            },
            CollOp::Filter if entries_fixed => gains.with(body),
            CollOp::Filter => Moves::Eventual,
            CollOp::Union | CollOp::Intersect => args.into_iter().fold(gains, Moves::with),
            CollOp::Product | CollOp::Join if entries_fixed => {
                args.iter().map(Self::gains).fold(gains, Moves::with).with(body)
            }
            CollOp::Product | CollOp::Join => Moves::Eventual,
            CollOp::Minus => args.into_iter().fold(gains, |all, other| all.with(other.flip())),
            CollOp::Group => match (body, gains) {
                (Moves::Const, Moves::Const) => Moves::Const,
                (Moves::Const, Moves::Up) => Moves::Map(Box::new(Moves::Up)),
                _ => Moves::Eventual,
            },
            CollOp::Count => gains,
            CollOp::IsEmpty => gains.flip(),
            CollOp::Sum => match body {
                Moves::Const | Moves::Up if result_is(&Ty::Nat) && lambda.is_some() => gains.with(body),
                Moves::Const if result_is(&Ty::Nat) && entries_fixed => gains,
                _ => constant_or_eventual(gains.with(body)),
            },
            CollOp::Avg => constant_or_eventual(gains.with(body)),
            CollOp::Max if entries_fixed || lambda.is_some() => match body {
                Moves::Const | Moves::Up => gains.with(body),
                _ => Moves::Eventual,
            },
            // As an option: unset, then a number that falls. Comparing with a bound knows that.
            CollOp::Min if entries_fixed => match (body, gains) {
                (Moves::Const, Moves::Up) => Moves::Down,
                (Moves::Const, other) => constant_or_eventual(other),
                _ => Moves::Eventual,
            },
            CollOp::Max | CollOp::Min => Moves::Eventual,
            CollOp::Any => match body {
                Moves::Const | Moves::Up => gains.with(body),
                _ => Moves::Eventual,
            },
            CollOp::All => match body {
                Moves::Const | Moves::Down => gains.flip().with(body),
                _ => Moves::Eventual,
            },
            CollOp::Contains => match args.first() {
                Some(Moves::Const) => gains,
                _ => Moves::Eventual,
            },
            CollOp::Keys => gains,
            CollOp::Values | CollOp::ToSet if entries_fixed => gains,
            CollOp::Values | CollOp::ToSet => Moves::Eventual,
            CollOp::Each => Moves::Eventual,
        }
    }
}

fn constant_or_eventual(moves: Moves) -> Moves {
    if moves == Moves::Const { Moves::Const } else { Moves::Eventual }
}

/// A whole map compared structurally does not move one way.
fn scalar(moves: Moves) -> Moves {
    if let Moves::Map(_) = moves { Moves::Eventual } else { moves }
}

/// Reports every `when` whose condition may become false again, or whose body cannot be repeated.
pub(crate) fn check_whens(program: &Program, files: &[SourceFile], diagnostics: &mut Vec<Diagnostic>) {
    for when in &program.whens {
        check_when(program, files, when, diagnostics);
        check_body(program, when, &when.body, diagnostics);
    }
}

fn check_when(program: &Program, files: &[SourceFile], when: &WhenDef, diagnostics: &mut Vec<Diagnostic>) {
    let text = |place: Place| text_at(files, place);
    let mut judge = Judge::new(program);
    judge.fuel = 100_000;
    if let Some((pattern, source)) = &when.binding {
        if source.ty == Ty::Error {
            return;
        }
        let moves = judge.moves(source);
        if !matches!(Judge::gains(&moves), Moves::Const | Moves::Up) {
            let what = "`for … when` needs a collection that only grows, and this one can shrink";
            diagnostics.push(unstable(program, files, source, what, "so an element that was acted on can go again", None));
            return;
        }
        judge.bind_element(pattern, &moves);
    }
    if has_error(&when.condition) {
        return;
    }
    if !matches!(judge.moves(&when.condition), Moves::Const | Moves::Up) {
        let what = "`when` needs a condition that stays true, and this one can become false again";
        let watch = match &when.binding {
            None => format!("react to every change instead:      `watch {} {{ added(_) {{ … }} }}`", text(when.condition.place)),
            Some((_, source)) => format!(
                "react to every change instead:      `watch {}.filter(… => {}) {{ added(…) {{ … }} }}`",
                text(source.place),
                text(when.condition.place)
            ),
        };
        let label = consequence(&when.condition, &text);
        diagnostics.push(unstable(program, files, &when.condition, what, &label, Some(watch)));
    }
}

fn has_error(hir: &Hir) -> bool {
    hir.any(&mut |part| matches!(part.kind, HirKind::Error))
}

fn text_at(files: &[SourceFile], place: Place) -> String {
    let file = files.get(place.file as usize);
    let text = file.and_then(|file| file.text.get(place.start as usize..place.end as usize)).unwrap_or("…");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What can happen to a condition, in its own words.
fn consequence(condition: &Hir, text: &impl Fn(Place) -> String) -> String {
    let (op, left, right) = match &condition.kind {
        HirKind::Binary(op, left, right) | HirKind::CompareSet(op, left, right) => (*op, left, right),
        _ => return "so this can become false again, on this node or another".to_string(),
    };
    let what = match &left.kind {
        HirKind::Coll(CollOp::Count, ..) => "this count".to_string(),
        HirKind::Coll(CollOp::Sum, ..) => "this sum".to_string(),
        _ => format!("`{}`", text(left.place)),
    };
    let bound = text(right.place);
    match op {
        BinaryOp::Ge | BinaryOp::Gt => format!("so {what} can go back below {bound}, on this node or another"),
        BinaryOp::Le | BinaryOp::Lt => format!("so {what} can go past {bound}, on this node or another"),
        BinaryOp::Eq | BinaryOp::Ne => format!("so {what} can pass {bound} and move on, on this node or another"),
        _ => "so this can become false again, on this node or another".to_string(),
    }
}

/// The report of an unstable expression: from the variables that cause it to the place that needs stability.
fn unstable(
    program: &Program,
    files: &[SourceFile],
    hir: &Hir,
    message: &str,
    label: &str,
    help: Option<String>,
) -> Diagnostic {
    let mut causes: Vec<Cause> = Vec::new();
    let mut antitone: Option<(Place, String)> = None;
    let mut seen_views = Vec::new();
    causes_of(program, hir, &mut causes, &mut antitone, &mut seen_views);
    let mut diagnostic = Diagnostic::new(Code::E0301, hir.place, message).label(label);
    let unstable_vars: Vec<&Cause> =
        causes.iter().filter(|(var, ..)| innermost(&program.vars[*var].crdt).1 == Moves::Eventual).collect();
    for (var, why, _) in &unstable_vars {
        diagnostic = diagnostic.also(program.vars[*var].type_place, why.clone());
    }
    if unstable_vars.is_empty() {
        for (var, ..) in causes.iter().take(3) {
            let var = &program.vars[*var];
            diagnostic = diagnostic.also(var.type_place, format!("`{}` moves one way only", var.name));
        }
        if let Some((place, text)) = antitone {
            diagnostic = diagnostic.also(place, text);
        }
    }
    diagnostic =
        diagnostic.why("`when` fires once and cannot be undone; two nodes would disagree about whether it fired");
    if let Some(help) = help {
        diagnostic = diagnostic.help(help);
    }
    for (var, _, better) in &unstable_vars {
        if let Some((advice, from, to)) = better {
            let var = &program.vars[*var];
            let written = text_at(files, var.type_place).replacen(from, to, 1);
            diagnostic = diagnostic.help(format!("{advice:<36}`var {}: {written}`", var.name));
        }
    }
    diagnostic.help("or, if you know better, say why:    `unstable(…, because: \"…\")`")
}

/// A variable that a judgement rests on: its position, how it can go back, and the lattice that would not (advice, the
/// lattice as it is, the lattice as it could be).
type Cause = (usize, String, Option<(&'static str, &'static str, &'static str)>);

/// The lattice at the end of the maps, and how it moves.
fn innermost(crdt: &Crdt) -> (&Crdt, Moves) {
    match crdt {
        Crdt::Named { info, inner, .. } if info.order == Order::Pointwise => match inner.first() {
            Some(inner) => innermost(inner),
            None => (crdt, Moves::Eventual),
        },
        _ => (crdt, of_crdt(crdt)),
    }
}

fn causes_of(
    program: &Program,
    hir: &Hir,
    causes: &mut Vec<Cause>,
    antitone: &mut Option<(Place, String)>,
    seen_views: &mut Vec<usize>,
) {
    match &hir.kind {
        HirKind::Var(index) if !causes.iter().any(|(var, ..)| var == index) => {
            let var = &program.vars[*index];
            let (inner, _) = innermost(&var.crdt);
            if let Crdt::Named { info, .. } = inner {
                let (why, help) = match info.name {
                    "orset" => (
                        "items can be removed from an `orset`".to_string(),
                        Some(("or make the set grow-only:", "orset", "gset")),
                    ),
                    "pncounter" => (
                        "a `pncounter` goes up and down".to_string(),
                        Some(("or, if it only counts up:", "pncounter", "gcounter")),
                    ),
                    "bcounter" => ("a `bcounter` is spent and refilled".to_string(), None),
                    "lww" => (
                        "a later write replaces an `lww`".to_string(),
                        Some(("or, if it only rises:", "lww", "max")),
                    ),
                    name => (format!("a `{name}` can go back"), None),
                };
                causes.push((*index, why, help));
            }
        }
        HirKind::View(index) if !seen_views.contains(index) => {
            seen_views.push(*index);
            causes_of(program, &program.views[*index].value, causes, antitone, seen_views);
        }
        HirKind::Apply(index, _) if seen_views.len() < 64 => {
            seen_views.push(usize::MAX - index);
            causes_of(program, &program.fns[*index].body, causes, antitone, seen_views);
        }
        HirKind::Binary(BinaryOp::Lt | BinaryOp::Le | BinaryOp::Eq | BinaryOp::Ne, ..) if antitone.is_none() => {
            let text = "true now, and false once what grows has grown past it".to_string();
            *antitone = Some((hir.place, text));
        }
        HirKind::CompareSet(..) | HirKind::Unary(UnaryOp::Not, _) if antitone.is_none() => {
            *antitone = Some((hir.place, "turns what grows into what shrinks".to_string()));
        }
        HirKind::Call(Func::Or, _) if antitone.is_none() => {
            let text = "unset reads as the default, and the first write may be less: `.at_least(k)` is stable";
            *antitone = Some((hir.place, text.to_string()));
        }
        _ => {}
    }
    hir.each_part(&mut |part| causes_of(program, part, causes, antitone, seen_views));
}

/// A `when` may fire at several nodes and again after a restart: only what can be repeated may stand in it.
fn check_body(program: &Program, when: &WhenDef, body: &[HirStmt], diagnostics: &mut Vec<Diagnostic>) {
    let mut changing = |hir: &Hir| {
        if hir.any(&mut |part| matches!(part.kind, HirKind::Var(_) | HirKind::View(_))) {
            diagnostics.push(
                Diagnostic::new(Code::E0302, hir.place, "the body of a `when` reads something that changes")
                    .label("may differ from node to node")
                    .also(when.place, "fires at every node that sees the condition")
                    .why("all nodes must do the same, so that doing it twice is doing it once")
                    .help("use constants and the names bound by `for`"),
            );
        }
    };
    let mut not_idempotent = Vec::new();
    for stmt in body {
        match stmt {
            HirStmt::Emit(emit) => changing(&emit.value),
            HirStmt::Let(_, value) | HirStmt::For(_, value, _) | HirStmt::If(value, ..) => changing(value),
            HirStmt::Update(update) | HirStmt::LetUpdate(_, update) | HirStmt::IfUpdate(update, ..) => {
                update.path.iter().chain(&update.args).for_each(&mut changing);
                if !update.method.idempotent {
                    not_idempotent.push((update.place, update.method.name));
                }
            }
        }
        if let HirStmt::Emit(emit) = stmt
            && emit.event.is_some()
        {
            not_idempotent.push((emit.place, "an event"));
        }
    }
    for (place, method) in not_idempotent {
        diagnostics.push(
            Diagnostic::new(Code::E0302, place, format!("`{method}` in a `when` would be done once per node"))
                .label("counts twice when done twice")
                .also(when.place, "fires at every node that sees the condition")
                .help("use an update that can be repeated: `add`, `set`, `enable`"),
        );
    }
    for stmt in body {
        match stmt {
            HirStmt::If(_, then, otherwise) | HirStmt::IfUpdate(_, then, otherwise) => {
                check_body(program, when, then, diagnostics);
                check_body(program, when, otherwise, diagnostics);
            }
            HirStmt::For(_, _, body) => check_body(program, when, body, diagnostics),
            _ => {}
        }
    }
}
