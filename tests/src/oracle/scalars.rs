//! Forms that give numbers, texts and options.
//!
//! Arithmetic is checked at run time, and it shall fail now and then: a division stands bare as often as under a guard,
//! and literals reach the end of the range.

use super::exp::Exp;
use super::generator::Gen;
use super::ty::Ty;

impl Gen {
    /// `int` or `nat`.
    pub(crate) fn number(&mut self, ty: &Ty, depth: usize) -> Exp {
        let below = depth - 1;
        let is_nat = *ty == Ty::Nat;
        let about = if self.sketches { 4 } else { 0 };
        match self.rng.weighted(&[12, 10, 6, 9, 4, 10, 10, 12, 14, 3, 3, 2, 6, about, 2]) {
            0 => self.arithmetic(ty, "+", below),
            1 if !is_nat => {
                let (a, b) = (self.exp(&Ty::Int, below), self.exp(&Ty::Int, below));
                Exp::new(Ty::Int, "($ - $)", [a, b])
            }
            2 => self.arithmetic(ty, "*", below),
            3 => self.division(ty, below),
            4 => {
                let of = self.exp(&Ty::Int, below);
                Exp::new(Ty::Nat, "abs($)", [of])
            }
            5 | 6 => self.counted(below),
            7 => {
                let (source, element) = self.collection(below);
                let (text, body) = self.lambda(&source, &element, |this| this.exp(ty, below));
                let (ty, size) = (body.ty.clone(), source.size);
                Exp::new(ty, &format!("$.sum({text})"), [source, body]).repeated(size).sized(1)
            }
            8 => self.opened(ty, below),
            9 => {
                let of = self.exp(&Ty::Text, below);
                Exp::new(Ty::Nat, "$.length()", [of])
            }
            10 if !is_nat => {
                let of = self.exp(&Ty::Float, below);
                Exp::new(Ty::Int, "int($)", [of])
            }
            11 => {
                let of = self.exp(&Ty::Int, below);
                Exp::new(Ty::Nat, "nat($)", [of])
            }
            12 => self.measured(is_nat, below),
            13 => self.about_how_many(below),
            14 if !is_nat => {
                let of = self.exp(&Ty::Text, below);
                Exp::new(Ty::Int, "$.to_int().or(1)", [of])
            }
            _ => self.looked_up(ty, below),
        }
    }

    fn arithmetic(&mut self, ty: &Ty, sign: &str, below: usize) -> Exp {
        let (a, b) = (self.exp(ty, below), self.exp(ty, below));
        let ty = a.ty.common(&b.ty).unwrap_or(Ty::Int);
        Exp::new(ty, &format!("($ {sign} $)"), [a, b])
    }

    /// Bare, or guarded by an `if` so that it must not fail.
    fn division(&mut self, ty: &Ty, below: usize) -> Exp {
        let (a, b) = (self.exp(ty, below), self.exp(ty, below));
        let result = a.ty.common(&b.ty).unwrap_or(Ty::Int);
        let sign = if self.rng.chance(60) { "/" } else { "%" };
        if self.rng.chance(50) {
            self.used.insert("guarded division");
            let otherwise = self.literal(&result);
            return Exp::new(result, &format!("(if $ != 0 then $ {sign} $ else $)"), [b.clone(), a, b, otherwise]);
        }
        self.used.insert("bare division");
        Exp::new(result, &format!("($ {sign} $)"), [a, b])
    }

    pub(crate) fn counted(&mut self, below: usize) -> Exp {
        let (source, element) = self.collection(below);
        if self.rng.chance(50) {
            return Exp::new(Ty::Nat, "$.count()", [source]).sized(1);
        }
        // What people write as a correlated sub-query, when there is something to correlate with.
        if !self.locals.is_empty() {
            self.used.insert("correlated");
        }
        let (text, body) = self.lambda(&source, &element, |this| this.exp(&Ty::Bool, below));
        let size = source.size;
        let kept = Exp::new(source.ty.clone(), &format!("$.filter({text})"), [source, body]).repeated(size);
        Exp::new(Ty::Nat, "$.count()", [kept]).sized(1)
    }

    /// An option with a default.
    pub(crate) fn opened(&mut self, ty: &Ty, below: usize) -> Exp {
        let option = self.exp(&Ty::opt(ty.clone()), below);
        let default = self.exp(ty, below.saturating_sub(1));
        let Ty::Opt(inner) = &option.ty else { return default };
        match inner.common(&default.ty) {
            Some(ty) => Exp::new(ty, "$.or($)", [option, default]),
            None => default,
        }
    }

    pub(crate) fn float(&mut self, depth: usize) -> Exp {
        let below = depth - 1;
        match self.rng.below(7) {
            0 => {
                let of = self.exp(&Ty::Int, below);
                Exp::new(Ty::Float, "float($)", [of])
            }
            6 => self.rounded(below),
            1 | 2 => {
                let (a, b) = (self.exp(&Ty::Float, below), self.exp(&Ty::Float, below));
                let sign = *self.rng.pick(&["+", "-", "*", "/"]);
                Exp::new(Ty::Float, &format!("($ {sign} $)"), [a, b])
            }
            3 => {
                let (source, element) = self.collection(below);
                let (text, body) = self.lambda(&source, &element, |this| this.exp(&Ty::Float, below));
                let size = source.size;
                Exp::new(Ty::Float, &format!("$.sum({text})"), [source, body]).repeated(size).sized(1)
            }
            4 => {
                let (source, element) = self.collection(below);
                let of = if self.rng.chance(70) { Ty::Int } else { Ty::Float };
                let (text, body) = self.lambda(&source, &element, |this| this.exp(&of, below));
                let size = source.size;
                let avg = Exp::new(Ty::opt(Ty::Float), &format!("$.avg({text})"), [source, body]).repeated(size);
                Exp::new(Ty::Float, "$.or(0.0)", [avg]).sized(1)
            }
            _ => self.opened(&Ty::Float, below),
        }
    }

    pub(crate) fn words(&mut self, depth: usize) -> Exp {
        let below = depth - 1;
        match self.rng.below(10) {
            8 | 9 => self.reworded(below),
            0 | 1 => {
                let ty = self.element_type();
                let (a, b) = (self.exp(&ty, below), self.exp(&Ty::Text, below));
                Exp::new(Ty::Text, "\"{$}-{$}\"", [a, b])
            }
            2 => {
                let of = self.exp(&Ty::Int, below);
                Exp::new(Ty::Text, "\"{$}\"", [of])
            }
            3 => {
                let call = *self.rng.pick(&["upper", "lower", "trim"]);
                let of = self.exp(&Ty::Text, below);
                Exp::new(Ty::Text, &format!("$.{call}()"), [of])
            }
            4 => self.looked_up(&Ty::Text, below),
            _ => self.opened(&Ty::Text, below),
        }
    }

    /// `option<of>`.
    pub(crate) fn option(&mut self, of: &Ty, depth: usize) -> Exp {
        let below = depth - 1;
        match self.rng.below(7) {
            6 if below > 0 => self.item(of, below),
            0 => {
                let inner = self.exp(of, below);
                let ty = Ty::opt(inner.ty.clone());
                if self.rng.chance(50) {
                    let condition = self.exp(&Ty::Bool, below);
                    return Exp::new(ty, "(if $ then some($) else none)", [condition, inner]);
                }
                Exp::new(ty, "some($)", [inner])
            }
            1 | 2 if of.is_ordered() => {
                let (source, element) = self.collection(below);
                let call = *self.rng.pick(&["min", "max"]);
                let (text, body) = self.lambda(&source, &element, |this| this.exp(of, below));
                let (ty, size) = (Ty::opt(body.ty.clone()), source.size);
                Exp::new(ty, &format!("$.{call}({text})"), [source, body]).repeated(size).sized(1)
            }
            3 if *of == Ty::Float => {
                let (source, element) = self.collection(below);
                let (text, body) = self.lambda(&source, &element, |this| this.exp(&Ty::Int, below));
                let size = source.size;
                Exp::new(Ty::opt(Ty::Float), &format!("$.avg({text})"), [source, body]).repeated(size).sized(1)
            }
            _ => self.got(of, below),
        }
    }
}
