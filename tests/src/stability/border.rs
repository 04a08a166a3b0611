//! Conditions near the border between what stays true and what does not.
//!
//! A condition is made to move one [`Way`], from parts that are made to move theirs: `(m0["a"] - n1) >= 2` wants
//! `m0["a"]` up and `n1` down. Now and then a part is made without regard to that (a mistake), or by the oracle's
//! generator, which regards nothing. So about half of what comes out is stable, and the rest nearly is.
//!
//! Here: truth values. Neighbours: `numbers` numbers and options, `gatherings` sets, `reads` the places of variables.

use super::reads::{Read, Way};
use crate::oracle::exp::Exp;
use crate::oracle::generator::Gen;
use crate::oracle::ty::{ELEMENTS, Ty};

/// How often it is left to the oracle's generator.
const WILD: usize = 4;

/// A function whose parameters move as stated, if they are to make its result move as stated.
#[derive(Clone, Debug)]
pub(super) struct Fun {
    pub(super) name: String,
    pub(super) params: Vec<(Ty, Way)>,
    pub(super) result: Ty,
}

/// The generator.
pub(super) struct Border {
    pub(super) g: Gen,
    /// What can be read, names bound by functions and views included.
    pub(super) reads: Vec<Read>,
    /// How often a part is made without regard to its way, of 100.
    pub(super) mistakes: usize,
    /// Functions whose result goes up as stated.
    pub(super) funs: Vec<Fun>,
}

impl Border {
    /// Something of this type that moves this way, from what is read, if there is any.
    pub(super) fn read(&mut self, way: Way, fits: &dyn Fn(&Ty) -> bool) -> Option<Exp> {
        let any = way == Way::Any || self.g.rng.chance(self.mistakes);
        let way = if any { Way::Any } else { way };
        let fitting: Vec<Read> =
            self.reads.iter().filter(|read| (any || read.way == way) && fits(&read.ty)).cloned().collect();
        if fitting.is_empty() {
            return None;
        }
        let mut read = self.g.rng.pick(&fitting).clone();
        // Every map has keys; what is under them is the better test.
        if read.text.ends_with(".keys()") && self.g.rng.chance(70) {
            read = self.g.rng.pick(&fitting).clone();
        }
        if !self.g.locals.is_empty() {
            self.g.used.insert(match (read.keys.is_empty(), way) {
                (false, _) => "captured lookup",
                (true, Way::Up) => "capture that grows",
                (true, Way::Down) => "capture that shrinks",
                (true, Way::Any) => "capture that may do either",
            });
        }
        if read.keys.len() > 1 {
            self.g.used.insert("nested map");
        }
        let keys: Vec<Exp> = read.keys.iter().map(|key| self.fixed(key)).collect();
        let size = if read.ty.element().is_some() { 4 } else { 1 };
        Some(Exp::new(read.ty, &read.text, keys).sized(size))
    }

    /// Something that does not change: a constant, or (a part of) an element in hand.
    pub(super) fn fixed(&mut self, ty: &Ty) -> Exp {
        let globals = std::mem::take(&mut self.g.globals);
        let found = if self.g.rng.chance(75) { self.g.in_scope(ty) } else { None };
        let exp = match found {
            Some(exp) => exp,
            None => self.g.literal(ty),
        };
        self.g.globals = globals;
        exp
    }

    /// Whether this part is to be left to the oracle's generator.
    pub(super) fn is_wild(&mut self) -> bool {
        self.g.rng.chance(WILD)
    }

    /// A truth value.
    pub(super) fn truth(&mut self, way: Way, depth: usize) -> Exp {
        if self.is_wild() {
            self.g.used.insert("made by the oracle's generator");
            return self.g.exp(&Ty::Bool, depth.min(2));
        }
        if depth == 0 {
            return match self.g.rng.below(4) {
                0 => self.read(way, &|ty| *ty == Ty::Bool).unwrap_or_else(|| self.bound(way, 0)),
                1 => self.membership(way, 0),
                _ => self.bound(way, 0),
            };
        }
        let below = depth - 1;
        match self.g.rng.weighted(&[20, 12, 8, 10, 10, 5, 8, 7, 7, 5, 4, 4, 6, 5, 4, 3]) {
            0 => self.bound(way, below),
            1 => {
                let (a, b) = (self.truth(way, below), self.truth(way, below));
                let word = *self.g.rng.pick(&["and", "or"]);
                Exp::new(Ty::Bool, &format!("($ {word} $)"), [a, b])
            }
            2 => {
                let of = self.part(&Ty::Bool, way.flip(), below);
                self.g.used.insert("not");
                Exp::new(Ty::Bool, "(not $)", [of])
            }
            3 => self.membership(way, below),
            4 => self.quantified(way, below),
            5 => {
                let of = self.set(way.flip(), below, None);
                Exp::new(Ty::Bool, "$.is_empty()", [of])
            }
            6 => self.option_bound(way, below),
            7 => self.branch(&Ty::Bool, way, below),
            8 => self.chosen(&Ty::Bool, way, below),
            9 => self.drawn(way),
            10 => {
                let option = self.option(way, below);
                Exp::new(Ty::Bool, "$.is_set()", [option])
            }
            11 => self.equality(way, below),
            12 => match self.call(&Ty::Bool, way, below) {
                Some(call) => call,
                None => self.bound(way, below),
            },
            13 => self.field(&Ty::Bool, way, below),
            14 => self.folded_truth(way, below),
            _ => {
                let set = self.set(way, below, None);
                let Some(of) = set.ty.element() else { return set };
                let (text, body) = self.lambda(&set, &of, |this| this.fixed(&Ty::Int));
                Exp::new(Ty::Bool, &format!("($.avg({text}) >= 1.0)"), [set, body])
            }
        }
    }

    /// A part of any of the types made here.
    pub(super) fn part(&mut self, ty: &Ty, way: Way, depth: usize) -> Exp {
        let way = if self.g.rng.chance(self.mistakes) { way.flip() } else { way };
        match ty {
            Ty::Bool => self.truth(way, depth),
            Ty::Opt(_) => self.option(way, depth),
            Ty::Set(of) => self.set(way, depth, Some(of)),
            _ => self.number(way, depth),
        }
    }

    /// `a >= b`, written one way or another.
    fn bound(&mut self, way: Way, below: usize) -> Exp {
        let a = self.number(way, below);
        let b = if self.g.rng.chance(70) { self.limit() } else { self.number(way.flip(), below) };
        match self.g.rng.below(8) {
            0 | 1 => Exp::new(Ty::Bool, "($ > $)", [a, b]),
            2 => Exp::new(Ty::Bool, "($ <= $)", [b, a]),
            3 => Exp::new(Ty::Bool, "($ < $)", [b, a]),
            4 => Exp::new(Ty::Bool, "$.at_least($)", [a, b]),
            5 => Exp::new(Ty::Bool, "$.at_most($)", [b, a]),
            _ => Exp::new(Ty::Bool, "($ >= $)", [a, b]),
        }
    }

    /// What most counts pass sooner or later, or an element in hand.
    fn limit(&mut self) -> Exp {
        if self.g.rng.chance(75) {
            return Exp::leaf(Ty::Nat, self.g.rng.between(1, 3).to_string());
        }
        self.fixed(&Ty::Int)
    }

    /// An option beside a bound: unset is false.
    fn option_bound(&mut self, way: Way, below: usize) -> Exp {
        // A greatest value rises towards its bound, a least one falls towards it.
        let rising = self.g.rng.chance(60);
        let inner = if rising { way } else { way.flip() };
        let option = self.option(inner, below);
        let bound = if self.g.rng.chance(70) { self.fixed(&Ty::Int) } else { self.number(inner.flip(), below) };
        let form = match (rising, self.g.rng.below(3)) {
            (true, 0) => "$.at_least($)",
            (true, 1) => "($ > $)",
            (true, _) => "($ >= $)",
            (false, 0) => "$.at_most($)",
            (false, 1) => "($ < $)",
            (false, _) => "($ <= $)",
        };
        Exp::new(Ty::Bool, form, [option, bound])
    }

    fn membership(&mut self, way: Way, below: usize) -> Exp {
        let set = self.set(way, below, None);
        let Some(of) = set.ty.element() else { return set };
        let of = if of == Ty::Nat { Ty::Int } else { of };
        let sought = self.fixed(&of);
        Exp::new(Ty::Bool, "$.contains($)", [set, sought])
    }

    fn quantified(&mut self, way: Way, below: usize) -> Exp {
        let any = self.g.rng.chance(65);
        let set = self.set(if any { way } else { way.flip() }, below, None);
        let Some(of) = set.ty.element() else { return set };
        let (text, body) = self.lambda(&set, &of, |this| this.truth(way, below));
        let call = if any { "any" } else { "all" };
        Exp::new(Ty::Bool, &format!("$.{call}({text})"), [set, body])
    }

    /// An element of a drawn lattice beside another.
    fn drawn(&mut self, way: Way) -> Exp {
        let of = self.read(way, &|ty| *ty == Ty::Status);
        let Some(of) = of else { return self.bound(way, 0) };
        let element = Exp::leaf(Ty::Status, *self.g.rng.pick(&ELEMENTS));
        let form = if way == Way::Down { *self.g.rng.pick(&["($ <= $)", "($ < $)"]) } else { "($ >= $)" };
        Exp::new(Ty::Bool, form, [of, element])
    }

    /// Of something that moves it is eventual, of something that does not it is not.
    fn equality(&mut self, way: Way, below: usize) -> Exp {
        let sign = *self.g.rng.pick(&["==", "!="]);
        let form = format!("($ {sign} $)");
        if self.g.rng.chance(50) && !self.g.locals.is_empty() {
            let (a, b) = (self.fixed(&Ty::Int), self.fixed(&Ty::Int));
            return Exp::new(Ty::Bool, &form, [a, b]);
        }
        let (a, b) = (self.number(way, below.min(1)), self.fixed(&Ty::Int));
        Exp::new(Ty::Bool, &form, [a, b])
    }

    /// `if`: the branches move the way that is wanted, and the condition does too where what it chooses agrees.
    pub(super) fn branch(&mut self, ty: &Ty, way: Way, below: usize) -> Exp {
        self.g.used.insert("if");
        let choice = self.g.rng.below(5);
        let condition = match choice {
            0 => self.still(below),
            1 | 3 => self.truth(way.flip(), below),
            _ => self.truth(way, below),
        };
        let (then, otherwise) = match (choice, ty) {
            // Towards true, towards more.
            (2, Ty::Bool) => (Exp::leaf(Ty::Bool, "true"), self.part(ty, way, below)),
            (1, Ty::Bool) => (self.part(ty, way, below), Exp::leaf(Ty::Bool, "true")),
            (4, Ty::Bool) => (self.part(ty, way, below), Exp::leaf(Ty::Bool, "false")),
            (2, Ty::Int) => {
                let less = self.number(way, below);
                let sum = Exp::new(less.ty.clone(), "($ + 1)", [less.clone()]);
                if way == Way::Down { (less, sum) } else { (sum, less) }
            }
            _ => (self.part(ty, way, below), self.part(ty, way, below)),
        };
        let Some(joined) = then.ty.common(&otherwise.ty) else { return then };
        Exp::new(joined, "(if $ then $ else $)", [condition, then, otherwise])
    }

    /// A condition on what does not change.
    fn still(&mut self, below: usize) -> Exp {
        let (a, b) = (self.fixed(&Ty::Int), self.fixed(&Ty::Int));
        let sign = *self.g.rng.pick(&["<", "==", ">="]);
        let still = Exp::new(Ty::Bool, &format!("($ {sign} $)"), [a, b]);
        if below > 0 && self.g.rng.chance(10) { Exp::new(Ty::Bool, "(not $)", [still]) } else { still }
    }

    /// `match` of an option, or of an element of an enum.
    pub(super) fn chosen(&mut self, ty: &Ty, way: Way, below: usize) -> Exp {
        self.g.used.insert("match");
        if self.g.rng.chance(25) {
            let value = self.fixed(&Ty::Shape);
            let (n, t) = (self.g.fresh(), self.g.fresh());
            let dot = self.part(ty, way, below);
            let line = self.bind(&[(&n, &Ty::Int)], |this| this.part(ty, way, below));
            let boxed = self.bind(&[(&n, &Ty::Int), (&t, &Ty::Text)], |this| this.part(ty, way, below));
            let Some(joined) = dot.ty.common(&line.ty).and_then(|ty| ty.common(&boxed.ty)) else { return dot };
            let form = format!("(match $ {{ dot => $, line({n}) => $, box({n}, {t}) => $ }})");
            return Exp::new(joined, &form, [value, dot, line, boxed]);
        }
        let option_way = if self.g.rng.chance(80) { way } else { way.flip() };
        let option = self.option(option_way, below);
        let Ty::Opt(of) = option.ty.clone() else { return self.part(ty, way, below) };
        let name = self.g.fresh();
        let read = Read { text: name.clone(), keys: Vec::new(), ty: *of, way: option_way };
        self.reads.push(read);
        let some = self.part(ty, way, below);
        self.reads.pop();
        let none = match (ty, self.g.rng.below(3)) {
            (Ty::Bool, 0 | 1) => Exp::leaf(Ty::Bool, "false"),
            (Ty::Int, 0 | 1) => Exp::leaf(Ty::Int, "(-2)"),
            _ => self.part(ty, way, below),
        };
        let Some(joined) = some.ty.common(&none.ty) else { return none };
        Exp::new(joined, &format!("(match $ {{ some({name}) => $, none => $ }})"), [option, some, none])
    }

    /// A call of a function of the program.
    pub(super) fn call(&mut self, ty: &Ty, way: Way, below: usize) -> Option<Exp> {
        let fitting: Vec<Fun> = self.funs.iter().filter(|fun| fun.result == *ty).cloned().collect();
        if fitting.is_empty() {
            return None;
        }
        let fun = self.g.rng.pick(&fitting).clone();
        self.g.used.insert("function");
        let turned = |of: Way| if way == Way::Up { of } else { of.flip() };
        let args: Vec<Exp> = fun.params.iter().map(|(ty, of)| self.part(ty, turned(*of), below.min(1))).collect();
        let marks = vec!["$"; args.len()].join(", ");
        Some(Exp::new(fun.result, &format!("{}({marks})", fun.name), args))
    }

    /// A field of a record that is put together on the spot.
    pub(super) fn field(&mut self, ty: &Ty, way: Way, below: usize) -> Exp {
        self.g.used.insert("field of a record");
        let wanted = self.part(ty, way, below);
        let other = self.number(way.flip(), below.min(1));
        let ty = wanted.ty.clone();
        if self.g.rng.chance(70) {
            Exp::new(ty, "{ a: $, b: $ }.a", [wanted, other])
        } else {
            Exp::new(ty, "($, $).1", [other, wanted])
        }
    }

    /// A function of the elements of `source`: its text with a mark for the body, and the body. What it binds is fixed.
    pub(super) fn lambda(&mut self, source: &Exp, of: &Ty, body: impl FnOnce(&mut Border) -> Exp) -> (String, Exp) {
        let (pattern, names) = self.g.pattern(of, source.size.min(4));
        let names: Vec<(&str, &Ty)> = names.iter().map(|(name, ty, _)| (name.as_str(), ty)).collect();
        let body = self.bind(&names, body);
        (format!("{pattern} => $"), body)
    }

    /// Works with more fixed names in scope.
    pub(super) fn bind(&mut self, names: &[(&str, &Ty)], work: impl FnOnce(&mut Border) -> Exp) -> Exp {
        let before = self.g.locals.len();
        self.g.locals.extend(names.iter().map(|(name, ty)| ((*name).to_string(), (*ty).clone(), 3)));
        let made = work(self);
        self.g.locals.truncate(before);
        made
    }
}
