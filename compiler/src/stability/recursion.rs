//! Whether a recursive view only adds to itself: reports E0303.
//!
//! A least fixed point begins with the empty set and grows round by round. That makes sense if what is found stays found:
//! more in the set must never mean less in the next round. Each expression has a *tone* in the view's own name:
//!
//! ```text
//! reach.filter(p), reach.count() >= 3     +  more of it gives more
//! nodes.minus(reach), reach.is_empty()    -  more of it gives less
//! reach.min(), reach.map(x => reach.sum(…))  ?  may go either way
//! ```
//!
//! Conservative: what it does not know is `?`. Functions are looked into with the tones of their arguments.
//!
//! Neighbours: the parent module judges how a view moves when the *variables* grow, and takes the own name as growing.

use lasp_plan::{BinaryOp, CollOp, Func, Place, UnaryOp};
use rustc_hash::FxHashMap;

use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::hir::{Hir, HirKind, HirLambda, HirPattern, LocalId};
use crate::program::Program;
use crate::ty::Ty;

/// How many nodes one view may unfold to: functions are looked into wherever they are called.
const FUEL: u32 = 100_000;

/// Reports every recursive view that may take away from itself.
pub(crate) fn check_recursion(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    for (index, view) in program.views.iter().enumerate().filter(|(_, view)| view.rec) {
        let mut walk = Walk { program, own: index, names: FxHashMap::default(), fuel: FUEL };
        let (turn, own) = match walk.tone(&view.value) {
            Tone::Minus(own, turn) | Tone::Any(own, turn) => (turn, own),
            Tone::None | Tone::Plus(_) => continue,
        };
        let name = &view.name;
        let mut diagnostic =
            Diagnostic::new(Code::E0303, turn.place, format!("`{name}` takes away from itself")).label(turn.why);
        if own != turn.place {
            diagnostic = diagnostic.also(own, format!("`{name}` as found so far"));
        }
        let rest = match turn.by_minus {
            true => format!("take away afterwards, in a view of its own: `let rest = ….minus({name})`"),
            false => format!("ask afterwards, in a view of its own that reads `{name}`"),
        };
        diagnostics.push(
            diagnostic
                .also(view.place, "begins empty, and grows until nothing new follows")
                .why("what one round adds another would have to take back: there need not be an end, nor one answer")
                .help(rest)
                .help(format!("or let it depend on a variable, or on a view that does not read `{name}`")),
        );
    }
}

/// How the value of an expression follows the view's own name, with the place of the name and where it turned.
#[derive(Clone, Debug)]
enum Tone {
    /// Not at all.
    None,
    /// More of it gives more.
    Plus(Place),
    /// More of it gives less.
    Minus(Place, Turn),
    /// Either.
    Any(Place, Turn),
}

/// Where more begins to mean less.
#[derive(Clone, Debug)]
struct Turn {
    place: Place,
    why: &'static str,
    by_minus: bool,
}

impl Turn {
    fn new(place: Place, why: &'static str) -> Turn {
        Turn { place, why, by_minus: false }
    }
}

impl Tone {
    /// Of something that rises with both.
    fn with(self, other: Tone) -> Tone {
        match (self, other) {
            (Tone::None, tone) | (tone, Tone::None) => tone,
            (any @ Tone::Any(..), _) | (_, any @ Tone::Any(..)) => any,
            (Tone::Plus(own), Tone::Plus(_)) => Tone::Plus(own),
            (minus @ Tone::Minus(..), Tone::Minus(..)) => minus,
            (Tone::Plus(_), Tone::Minus(own, turn)) | (Tone::Minus(own, turn), Tone::Plus(_)) => Tone::Any(own, turn),
        }
    }

    /// Of something that falls where this rises.
    fn flip(self, turn: Turn) -> Tone {
        match self {
            Tone::Plus(own) => Tone::Minus(own, turn),
            Tone::Minus(own, _) => Tone::Plus(own),
            other => other,
        }
    }

    /// Of something that may go either way.
    fn any(self, turn: Turn) -> Tone {
        match self {
            Tone::Plus(own) => Tone::Any(own, turn),
            Tone::Minus(own, turn) => Tone::Any(own, turn),
            other => other,
        }
    }

    fn is_none(&self) -> bool {
        matches!(self, Tone::None)
    }
}

struct Walk<'p> {
    program: &'p Program,
    own: usize,
    /// Bound names that follow the own name.
    names: FxHashMap<LocalId, Tone>,
    fuel: u32,
}

impl Walk<'_> {
    fn tone(&mut self, hir: &Hir) -> Tone {
        let place = hir.place;
        if self.fuel == 0 {
            return Tone::Any(place, Turn::new(place, "this unfolds too far to be followed"));
        }
        self.fuel -= 1;
        let program = self.program;
        match &hir.kind {
            HirKind::View(index) if *index == self.own => Tone::Plus(place),
            HirKind::Local(local) => self.names.get(local).cloned().unwrap_or(Tone::None),
            HirKind::Const(_) | HirKind::Var(_) | HirKind::Raw(_) | HirKind::View(_) | HirKind::Error => Tone::None,
            HirKind::Field(part, _) | HirKind::Some(part) | HirKind::Unstable(part, _) | HirKind::Rights(part) => {
                self.tone(part)
            }
            HirKind::Tuple(parts) => self.all(parts),
            HirKind::Record(fields) => fields.iter().fold(Tone::None, |tone, (_, part)| tone.with(self.tone(part))),
            HirKind::Unary(op, part) => {
                let why = match op {
                    UnaryOp::Not => "true now, and false once more is found",
                    UnaryOp::Neg => "falls when more is found",
                };
                self.tone(part).flip(Turn::new(place, why))
            }
            HirKind::Binary(op, a, b) => self.binary(*op, a, b, place),
            HirKind::CompareSet(op, a, b) => self.compare_set(*op, a, b, place),
            HirKind::If(condition, then, otherwise) => self.choice(condition, then, otherwise),
            HirKind::Match(value, arms) => {
                let asked = self.tone(value);
                let mut all = asked.any(Turn::new(value.place, "another arm may fit once more is found"));
                for arm in arms {
                    if let Some(guard) = &arm.guard {
                        let why = "another arm is taken once more is found";
                        all = all.with(self.tone(guard).any(Turn::new(guard.place, why)));
                    }
                    all = all.with(self.tone(&arm.body));
                }
                all
            }
            HirKind::Lookup(map, key) => {
                let key = self.tone(key).any(Turn::new(key.place, "another place is read once more is found"));
                let of = self.tone(map);
                match program.holes.head(&map.ty) {
                    Ty::Map(_, _, true) => of.with(key),
                    _ => of.any(Turn::new(place, "what is read here is replaced when more is found")).with(key),
                }
            }
            HirKind::Call(func, args) => self.call(*func, args, place),
            HirKind::Apply(index, args) => {
                let function = &program.fns[*index];
                let tones: Vec<Tone> = args.iter().map(|arg| self.tone(arg)).collect();
                for ((_, param), tone) in function.params.iter().zip(tones) {
                    self.names.insert(*param, tone);
                }
                self.tone(&function.body)
            }
            HirKind::From { sources, filter, select } => {
                let mut all = Tone::None;
                for (pattern, source) in sources {
                    let tone = self.tone(source);
                    self.bind_element(pattern, source, &tone);
                    all = all.with(tone);
                }
                if let Some(filter) = filter {
                    all = all.with(self.tone(filter));
                }
                all.with(self.element(select))
            }
            HirKind::Coll(op, source, args, lambda) => self.coll(*op, source, args, lambda.as_deref(), place),
            HirKind::CompareDrawn(..)
            | HirKind::Set(_)
            | HirKind::List(_)
            | HirKind::Map(_)
            | HirKind::Variant(..)
            | HirKind::Text(_) => {
                let mut all = Tone::None;
                hir.each_part(&mut |part| {
                    let tone = self.tone(part);
                    all = std::mem::replace(&mut all, Tone::None).with(tone);
                });
                all.any(Turn::new(place, "another value once more is found, in place of this one"))
            }
        }
    }

    fn all(&mut self, parts: &[Hir]) -> Tone {
        parts.iter().fold(Tone::None, |tone, part| tone.with(self.tone(part)))
    }

    /// An element of a set: one that changes is another element, and the one before is gone.
    fn element(&mut self, hir: &Hir) -> Tone {
        self.tone(hir).any(Turn::new(hir.place, "another element once more is found, in place of this one"))
    }

    fn binary(&mut self, op: BinaryOp, a: &Hir, b: &Hir, place: Place) -> Tone {
        let floats = self.program.holes.head(&a.ty) == Ty::Float;
        let (left, right) = (self.tone(a), self.tone(b));
        let less = || Turn::new(place, "true now, and false once more is found");
        match op {
            BinaryOp::And | BinaryOp::Or => left.with(right),
            BinaryOp::Add if !floats => left.with(right),
            BinaryOp::Sub if !floats => left.with(right.flip(Turn::new(place, "falls when more is found"))),
            BinaryOp::Ge | BinaryOp::Gt => left.with(right.flip(less())),
            BinaryOp::Le | BinaryOp::Lt => left.flip(less()).with(right),
            BinaryOp::Eq | BinaryOp::Ne => left.with(right).any(less()),
            _ => left.with(right).any(Turn::new(place, "may rise or fall when more is found")),
        }
    }

    /// Unset compares as false on either side of every sign.
    fn compare_set(&mut self, op: BinaryOp, a: &Hir, b: &Hir, place: Place) -> Tone {
        let is_option = |hir: &Hir| matches!(self.program.holes.head(&hir.ty), Ty::Option(_));
        let upward = match op {
            BinaryOp::Ge | BinaryOp::Gt => is_option(a),
            _ => is_option(b),
        };
        let (option, bound) = if is_option(a) { (a, b) } else { (b, a) };
        let less = || Turn::new(place, "true now, and false once more is found");
        let (option, bound) = (self.tone(option), self.tone(bound));
        if upward { option.with(bound.flip(less())) } else { option.any(less()).with(bound) }
    }

    fn choice(&mut self, condition: &Hir, then: &Hir, otherwise: &Hir) -> Tone {
        let asked = self.tone(condition);
        let branches = self.tone(then).with(self.tone(otherwise));
        let is_nothing = matches!(&otherwise.kind, HirKind::Set(parts) if parts.is_empty());
        if is_nothing {
            return asked.with(branches);
        }
        asked.any(Turn::new(condition.place, "the other branch is taken once more is found")).with(branches)
    }

    fn call(&mut self, func: Func, args: &[Hir], place: Place) -> Tone {
        match (func, args) {
            (Func::AtLeast, [value, bound]) => match self.program.holes.head(&value.ty) {
                Ty::Option(_) => self.compare_set(BinaryOp::Ge, value, bound, place),
                _ => self.binary(BinaryOp::Ge, value, bound, place),
            },
            (Func::AtMost, [value, bound]) => match self.program.holes.head(&value.ty) {
                Ty::Option(_) => self.compare_set(BinaryOp::Le, value, bound, place),
                _ => self.binary(BinaryOp::Le, value, bound, place),
            },
            (Func::IsSet | Func::ToFloat | Func::ToInt | Func::ToNat, [value]) => self.tone(value),
            _ => self.all(args).any(Turn::new(place, "may rise or fall when more is found")),
        }
    }

    fn coll(&mut self, op: CollOp, source: &Hir, args: &[Hir], lambda: Option<&HirLambda>, place: Place) -> Tone {
        let of = self.tone(source);
        let given = self.all(args);
        if let Some(lambda) = lambda {
            match (op, &lambda.pattern, args) {
                (CollOp::Each, pattern, _) => self.bind(pattern, &of, source.place),
                (CollOp::Join, HirPattern::Slots(slots), [other]) => {
                    for (slot, part) in slots {
                        if *slot == 0 {
                            self.bind_element(part, source, &of);
                        } else {
                            self.bind_element(part, other, &given);
                        }
                    }
                }
                (_, pattern, _) => self.bind_element(pattern, source, &of),
            }
        }
        let either = || Turn::new(place, "may rise or fall when more is found");
        let less = || Turn::new(place, "true now, and false once more is found");
        let body = |this: &mut Self| lambda.map_or(Tone::None, |lambda| this.tone(&lambda.body));
        let element = |this: &mut Self| lambda.map_or(Tone::None, |lambda| this.element(&lambda.body));
        let is_map = matches!(self.program.holes.head(&source.ty), Ty::Map(..));
        // What an entry shows changes when its value does.
        let entries = || Turn::new(source.place, "an entry is replaced when more is found");
        match op {
            CollOp::Map | CollOp::Group => of.with(element(self)),
            CollOp::Filter | CollOp::FlatMap | CollOp::Each => of.with(body(self)),
            CollOp::Join => of.with(given).with(body(self)),
            CollOp::Union | CollOp::Intersect | CollOp::Product if !is_map => of.with(given),
            CollOp::Minus => {
                let why = "the more is found, the less is left";
                let at = args.first().map_or(place, |arg| arg.place);
                of.with(given.flip(Turn { by_minus: true, ..Turn::new(at, why) }))
            }
            CollOp::Count | CollOp::Keys => of,
            CollOp::IsEmpty => of.flip(less()),
            CollOp::Contains => of.with(given.any(either())),
            CollOp::Any => of.with(body(self)),
            CollOp::All => of.flip(Turn::new(place, "true now, and false once more is found")).with(body(self)),
            CollOp::Max if !is_map => of.with(element(self)),
            CollOp::ToSet if !is_map => of,
            CollOp::ToSet | CollOp::Values | CollOp::Union | CollOp::Intersect | CollOp::Product => {
                of.with(given).any(entries())
            }
            CollOp::Sum | CollOp::Avg | CollOp::Min | CollOp::Max => of.with(given).with(body(self)).any(either()),
        }
    }

    /// Elements of a set are values; those of a map are entries, whose values may follow the own name.
    fn bind_element(&mut self, pattern: &HirPattern, source: &Hir, tone: &Tone) {
        let is_map = matches!(self.program.holes.head(&source.ty), Ty::Map(..));
        match pattern {
            HirPattern::Slots(slots) if is_map => {
                for (slot, part) in slots {
                    self.bind(part, if *slot == 0 { &Tone::None } else { tone }, source.place);
                }
            }
            _ if is_map => self.bind(pattern, tone, source.place),
            _ => self.bind(pattern, &Tone::None, source.place),
        }
    }

    fn bind(&mut self, pattern: &HirPattern, tone: &Tone, place: Place) {
        let part_of = match pattern {
            HirPattern::Bind(_) | HirPattern::Both(..) => tone.clone(),
            _ if tone.is_none() => Tone::None,
            // A part may be taken out of a value that is replaced as a whole.
            _ => tone.clone().any(Turn::new(place, "replaced when more is found")),
        };
        let names = &mut self.names;
        pattern.each_bound(&mut |local| {
            names.insert(local, part_of.clone());
        });
    }
}
