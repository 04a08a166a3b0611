//! The greatest of a collection, about how many it has, and functions of numbers, texts, times.
//!
//! There is no literal of a time and no variable of one here: `time(n)` makes one, and it may be outside `time` now and
//! then.

use super::exp::Exp;
use super::generator::Gen;
use super::ty::Ty;

impl Gen {
    /// `list<of>`: the greatest of something, or a text in parts.
    pub(crate) fn listed_by_rank(&mut self, of: &Ty, below: usize) -> Exp {
        if *of == Ty::Text && self.rng.chance(30) {
            let (text, by) = (self.exp(&Ty::Text, below), *self.rng.pick(&["-", "a", ""]));
            return Exp::new(Ty::List(Box::new(Ty::Text)), &format!("$.split(\"{by}\")"), [text]).sized(4);
        }
        let is_list = below > 0 && self.rng.chance(15);
        let wanted = if is_list { Ty::List(Box::new(of.clone())) } else { Ty::set(of.clone()) };
        let source = self.exp(&wanted, below);
        let element = source.ty.element().unwrap_or(of.clone());
        self.top(source, &element, below)
    }

    /// What is made of the greatest of any collection, maps included.
    pub(crate) fn of_the_greatest(&mut self, of: &Ty, below: usize) -> Exp {
        let (source, element) = self.collection(below);
        let top = self.top(source, &element, below);
        let (text, body) = self.lambda(&top, &element, |this| this.exp(of, below));
        let (ty, size) = (Ty::set(body.ty.clone()), top.size);
        Exp::new(ty, &format!("$.map({text})"), [top, body]).repeated(size).sized(size)
    }

    fn top(&mut self, source: Exp, element: &Ty, below: usize) -> Exp {
        let most = 1 + self.rng.below(3);
        let (ty, size) = (Ty::List(Box::new(element.clone())), source.size);
        if self.rng.chance(25) {
            self.used.insert("top without a function");
            return Exp::new(ty, &format!("$.top({most})"), [source]).sized(most as u64);
        }
        let key = if self.rng.chance(70) { Ty::Int } else { self.scalar_type() };
        let (text, body) = self.lambda(&source, element, |this| this.exp(&key, below));
        Exp::new(ty, &format!("$.top({most}, by: {text})"), [source, body]).repeated(size).sized(most as u64)
    }

    /// About how many. Elements of what is taken to grow may go all the same: a view is still what it would be anew.
    pub(crate) fn about_how_many(&mut self, below: usize) -> Exp {
        let (source, _) = self.collection(below);
        Exp::new(Ty::Nat, "unstable($, because: \"tried\").approx_count()", [source]).sized(1)
    }

    /// `l.get(i)`.
    pub(crate) fn item(&mut self, of: &Ty, below: usize) -> Exp {
        let (list, at) = (self.exp(&Ty::List(Box::new(of.clone())), below), self.rng.between(-1, 2));
        let element = list.ty.element().unwrap_or(of.clone());
        let at = if at < 0 { format!("({at})") } else { at.to_string() };
        Exp::new(Ty::opt(element), &format!("$.get({at})"), [list]).sized(1)
    }

    /// A number out of numbers, times or durations.
    pub(crate) fn measured(&mut self, is_nat: bool, below: usize) -> Exp {
        if self.rng.chance(50) {
            return self.chosen(is_nat, below);
        }
        let of = self.exp(&Ty::Int, below);
        if is_nat || self.rng.chance(40) {
            let part = *self.rng.pick(&["month", "day", "weekday", "hour", "minute", "second"]);
            return Exp::new(Ty::Nat, &format!("time($ * 100003).{part}()"), [of]);
        }
        let part = *self.rng.pick(&["days", "hours", "minutes", "seconds", "milliseconds"]);
        match self.rng.below(3) {
            0 => Exp::new(Ty::Int, "time($ * 10000003).year()", [of]),
            1 => Exp::new(Ty::Int, &format!("(7h * $).{part}()"), [of]),
            _ => Exp::new(Ty::Int, &format!("(time($ * 100003).floor(6h) - time(0)).{part}()"), [of]),
        }
    }

    /// `min`, `max`, `clamp`: what is never negative follows from one of two or from both.
    fn chosen(&mut self, is_nat: bool, below: usize) -> Exp {
        let ty = if is_nat { Ty::Nat } else { Ty::Int };
        let (a, b) = (self.exp(&ty, below), self.exp(&ty, below));
        let nat = |exp: &Exp| exp.ty == Ty::Nat;
        let of = |natural: bool| if natural { Ty::Nat } else { Ty::Int };
        match self.rng.below(3) {
            0 => Exp::new(of(nat(&a) && nat(&b)), "$.min($)", [a, b]),
            1 => Exp::new(of(nat(&a) || nat(&b)), "$.max($)", [a, b]),
            _ => {
                let c = self.exp(&ty, below);
                Exp::new(of((nat(&a) || nat(&b)) && nat(&c)), "$.clamp($, $)", [a, b, c])
            }
        }
    }

    /// A float that is rounded, or read from a text.
    pub(crate) fn rounded(&mut self, below: usize) -> Exp {
        if self.rng.chance(30) {
            let of = self.exp(&Ty::Text, below);
            return Exp::new(Ty::Float, "$.to_float().or(0.5)", [of]);
        }
        let call = *self.rng.pick(&["round", "floor", "ceil", "sqrt"]);
        let of = self.exp(&Ty::Float, below);
        Exp::new(Ty::Float, &format!("$.{call}()"), [of])
    }

    /// A text made of parts of others.
    pub(crate) fn reworded(&mut self, below: usize) -> Exp {
        let of = self.exp(&Ty::Text, below);
        match self.rng.below(3) {
            0 => {
                let with = self.exp(&Ty::Text, below);
                Exp::new(Ty::Text, "$.replace(\"a\", $)", [of, with])
            }
            1 => {
                let (from, to) = (self.exp(&Ty::Int, below), self.exp(&Ty::Int, below));
                Exp::new(Ty::Text, "$.slice($, $)", [of, from, to])
            }
            _ => {
                let list = self.exp(&Ty::List(Box::new(Ty::Text)), below);
                Exp::new(Ty::Text, "$.join(\"-\")", [list])
            }
        }
    }
}
