//! Forms that give a truth value.

use super::exp::Exp;
use super::generator::Gen;
use super::ty::Ty;

impl Gen {
    /// `bool`.
    pub(crate) fn logic(&mut self, depth: usize) -> Exp {
        let below = depth - 1;
        match self.rng.weighted(&[22, 12, 4, 8, 8, 5, 6, 4, 8, 3, 3, 3]) {
            0 => self.comparison(below),
            1 => {
                let (a, b) = (self.exp(&Ty::Bool, below), self.exp(&Ty::Bool, below));
                let word = *self.rng.pick(&["and", "or"]);
                Exp::new(Ty::Bool, &format!("($ {word} $)"), [a, b])
            }
            2 => {
                let of = self.exp(&Ty::Bool, below);
                Exp::new(Ty::Bool, "(not $)", [of])
            }
            3 => self.containing(below),
            4 => {
                let (source, element) = self.collection(below);
                let call = *self.rng.pick(&["any", "all"]);
                let (text, body) = self.lambda(&source, &element, |this| this.exp(&Ty::Bool, below));
                let size = source.size;
                Exp::new(Ty::Bool, &format!("$.{call}({text})"), [source, body]).repeated(size).sized(1)
            }
            5 => {
                let (source, _) = self.collection(below);
                Exp::new(Ty::Bool, "$.is_empty()", [source]).sized(1)
            }
            6 => {
                let call = *self.rng.pick(&["at_least", "at_most"]);
                let receiver = if self.rng.chance(50) { Ty::Int } else { Ty::opt(Ty::Int) };
                let (of, bound) = (self.exp(&receiver, below), self.exp(&Ty::Int, below));
                Exp::new(Ty::Bool, &format!("$.{call}($)"), [of, bound])
            }
            7 => {
                let of = self.scalar_type();
                let option = self.exp(&Ty::opt(of), below);
                Exp::new(Ty::Bool, "$.is_set()", [option])
            }
            8 => {
                let of = self.element_type();
                let ty = if self.rng.chance(70) { Ty::set(of) } else { Ty::opt(of) };
                let (a, b) = (self.exp(&ty, below), self.exp(&ty, below));
                let sign = *self.rng.pick(&["==", "!="]);
                if a.ty.element().is_some() {
                    self.used.insert("set equality");
                }
                Exp::new(Ty::Bool, &format!("($ {sign} $)"), [a, b]).sized(1)
            }
            9 => {
                let call = *self.rng.pick(&["starts_with", "ends_with", "contains"]);
                let (a, b) = (self.exp(&Ty::Text, below), self.exp(&Ty::Text, below));
                Exp::new(Ty::Bool, &format!("$.{call}($)"), [a, b])
            }
            10 => {
                // An option beside a bound: unset is false.
                let ty = if self.rng.chance(80) { Ty::Int } else { Ty::Status };
                let (a, b) = (self.exp(&Ty::opt(ty.clone()), below), self.exp(&ty, below));
                let sign = *self.rng.pick(&["<", "<=", ">", ">="]);
                Exp::new(Ty::Bool, &format!("($ {sign} $)"), [a, b])
            }
            _ => self.guarded(below),
        }
    }

    /// Of two numbers, mostly.
    pub(crate) fn comparison(&mut self, below: usize) -> Exp {
        let ty = if self.rng.chance(60) { Ty::Int } else { self.scalar_type() };
        let ty = if below == 0 && ty == Ty::Bool { Ty::Text } else { ty };
        let (a, mut b) = (self.exp(&ty, below), self.exp(&ty, below));
        if a.text() == b.text() {
            b = self.literal(&ty);
        }
        // An equality is what a join is made of.
        let sign = *self.rng.pick(&["==", "==", "==", "!=", "<", "<=", ">", ">="]);
        Exp::new(Ty::Bool, &format!("($ {sign} $)"), [a, b])
    }

    /// `b != 0 and a / b …`: the right side must not be computed for a `b` of 0.
    fn guarded(&mut self, below: usize) -> Exp {
        self.used.insert("guarded by `and`, `or`");
        let (a, b, c) = (self.exp(&Ty::Int, below), self.exp(&Ty::Int, below), self.exp(&Ty::Int, below));
        let template = if self.rng.chance(50) { "($ != 0 and $ / $ > $)" } else { "($ == 0 or $ % $ == $)" };
        Exp::new(Ty::Bool, template, [b.clone(), a, b, c])
    }

    fn containing(&mut self, below: usize) -> Exp {
        let (source, element) = self.collection(below);
        let sought = match (&source.ty, element) {
            (Ty::Map(key, ..), _) => (**key).clone(),
            (_, element) => element,
        };
        let sought = if sought == Ty::Nat { Ty::Int } else { sought };
        let sought = self.exp(&sought, below);
        Exp::new(Ty::Bool, "$.contains($)", [source, sought]).sized(1)
    }
}
