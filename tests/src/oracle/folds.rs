//! Folds: with functions of the shapes that the checker can prove, and into lattices.
//!
//! The shapes are what people write: greatest, least, sum, count, all of them bounded or in pairs. What they are about
//! is any expression over the element, bound by a `match` so that it stands once.

use super::exp::Exp;
use super::generator::Gen;
use super::ty::Ty;

impl Gen {
    /// A fold that gives this type, if one does.
    pub(super) fn folded(&mut self, ty: &Ty, below: usize) -> Option<Exp> {
        let (source, element) = self.collection(below);
        // Over a list, a fold must not read what stands around it.
        if let Ty::List(_) = source.ty {
            return None;
        }
        let (pattern, names) = self.pattern(&element, source.size);
        let size = source.size;
        let about = |this: &mut Gen, ty: &Ty| {
            let names: Vec<(&str, &Ty, u64)> =
                names.iter().map(|(name, ty, size)| (name.as_str(), ty, *size)).collect();
            this.with(&names, |this| this.exp(ty, below.min(1)))
        };
        let (acc, e) = (self.fresh(), self.fresh());
        let into = self.rng.chance(40);
        let exp = match ty {
            Ty::Int | Ty::Nat if !into => {
                let of = about(self, ty);
                // A sum from nothing is kept up to date, one from something is folded anew.
                let none = self.rng.chance(40).then(|| Exp::new(Ty::Nat, "0", []));
                let start = none.unwrap_or_else(|| self.literal(&Ty::Nat));
                let found = start.ty.common(&of.ty)?;
                let form = self.rng.below(6);
                let step = match form {
                    0 => format!("if {acc} > {e} then {acc} else {e}"),
                    1 => format!("if {e} < {acc} then {e} else {acc}"),
                    2 => format!("{acc} + {e}"),
                    3 => format!("if {e} > 2 or {acc} >= {e} then {acc} else {e}"),
                    4 => format!("if {e} % 2 == 0 then {acc} + 3 else {acc}"),
                    _ => {
                        let both = format!("({acc}.0 + 1, if {e} > {acc}.1 then {e} else {acc}.1)");
                        let at = self.rng.below(2);
                        let found = if at == 0 { start.ty.clone() } else { found };
                        let template =
                            format!("$.fold(($, 0), ({acc}, {pattern}) => match $ {{ {e} => {both} }}).{at}");
                        self.used.insert("fold with a function");
                        return Some(Exp::new(found, &template, [source, start, of]).repeated(size).sized(1));
                    }
                };
                self.used.insert("fold with a function");
                // What is only counted has the type of the count.
                let found = if form == 4 { start.ty.clone() } else { found };
                let template = format!("$.fold($, ({acc}, {pattern}) => match $ {{ {e} => {step} }})");
                Exp::new(found, &template, [source, start, of])
            }
            Ty::Bool if !into => {
                let of = about(self, &Ty::Bool);
                let (start, sign) = if self.rng.chance(50) { ("false", "or") } else { ("true", "and") };
                self.used.insert("fold with a function");
                Exp::new(Ty::Bool, &format!("$.fold({start}, ({acc}, {pattern}) => {acc} {sign} $)"), [source, of])
            }
            Ty::Bool => {
                let of = about(self, &Ty::Bool);
                if self.rng.chance(40) {
                    self.used.insert("fold into a record");
                    let other = about(self, &Ty::Int);
                    // The part that is not looked at is not computed, so it cannot fail.
                    return Some(if self.rng.chance(50) {
                        let template =
                            format!("$.fold(into: {{ a: flag, b: max<int> }}, {pattern} => {{ a: $, b: $ }}).a");
                        Exp::new(Ty::Bool, &template, [source, of, other]).repeated(size).sized(1)
                    } else {
                        let template = format!("$.fold(into: (min<int>, flag), {pattern} => ($, $)).1");
                        Exp::new(Ty::Bool, &template, [source, other, of]).repeated(size).sized(1)
                    });
                }
                Exp::new(Ty::Bool, &format!("$.fold(into: flag, {pattern} => $)"), [source, of])
            }
            Ty::Status => {
                let of = about(self, &Ty::Status);
                Exp::new(Ty::Status, &format!("$.fold(into: Status, {pattern} => $)"), [source, of])
            }
            Ty::Opt(of) if **of == Ty::Int => {
                let lattice = *self.rng.pick(&["max", "min"]);
                let of = about(self, &Ty::Int);
                if self.rng.chance(50) {
                    let template = format!("$.fold(into: {lattice}<int>, {pattern} => $)");
                    Exp::new(Ty::opt(Ty::Int), &template, [source, of])
                } else {
                    let (key, sought) = (about(self, &Ty::Text), self.literal(&Ty::Text));
                    let template = format!("$.fold(into: gmap<text, {lattice}<int>>, {pattern} => [$: $])[$]");
                    Exp::new(Ty::opt(Ty::Int), &template, [source, key, of, sought])
                }
            }
            _ => return None,
        };
        if exp.text().contains("(into: ") {
            self.used.insert("fold into a lattice");
        }
        Some(exp.repeated(size).sized(1))
    }
}
