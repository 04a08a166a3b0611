//! Forms that give sets.

use super::exp::Exp;
use super::generator::Gen;
use super::ty::Ty;

impl Gen {
    /// Any collection, and what its elements are.
    pub(crate) fn collection(&mut self, depth: usize) -> (Exp, Ty) {
        let known: Vec<Ty> = self
            .globals
            .iter()
            .map(|global| &global.ty)
            .chain(self.locals.iter().map(|(_, ty, _)| ty))
            .filter(|ty| ty.element().is_some())
            .cloned()
            .collect();
        let ty = if known.is_empty() || self.rng.chance(20) {
            Ty::set(self.element_type())
        } else {
            self.rng.pick(&known).clone()
        };
        let total = matches!(ty, Ty::Map(_, _, true));
        // A total map has no other form than a name.
        let tries = if total { 8 } else { 1 };
        let named = (0..tries).find_map(|_| self.in_scope(&ty));
        let source = match (named, &ty) {
            (Some(exp), _) if total || depth == 0 || self.rng.chance(60) => exp,
            (_, Ty::Map(key, value, _)) => self.exp(&Ty::map((**key).clone(), (**value).clone(), false), depth),
            _ => self.exp(&ty, depth),
        };
        let element = source.ty.element().unwrap_or(Ty::Int);
        (source, element)
    }

    /// A set, however it comes about.
    fn any_set(&mut self, depth: usize) -> (Exp, Ty) {
        let (source, element) = self.collection(depth);
        match &source.ty {
            Ty::Set(_) => (source, element),
            _ => {
                let size = source.size;
                (Exp::new(Ty::set(element.clone()), "$.to_set()", [source]).sized(size), element)
            }
        }
    }

    /// `set<of>`.
    pub(crate) fn set(&mut self, of: &Ty, depth: usize) -> Exp {
        let below = depth - 1;
        let wanted = Ty::set(of.clone());
        match self.rng.weighted(&[15, 13, 8, 18, 13, 5, 10, 16, 3, 7, 7]) {
            0 => self.mapped(of, below),
            1 => self.filtered(&wanted, below),
            2 => {
                let (source, element) = self.collection(below);
                let (text, body) = self.lambda(&source, &element, |this| this.exp(&wanted, below));
                let (ty, times, size) = (body.ty.clone(), source.size, source.size.saturating_mul(body.size));
                let ty = ty.element().map_or(wanted, Ty::set);
                Exp::new(ty, &format!("$.flat_map({text})"), [source, body]).repeated(times).sized(size)
            }
            3 => {
                let (a, b) = (self.exp(&wanted, below), self.exp(&wanted, below));
                let call = *self.rng.pick(&["union", "intersect", "minus"]);
                let (ty, size) = (a.ty.common(&b.ty).unwrap_or(wanted), a.size.saturating_add(b.size));
                Exp::new(ty, &format!("$.{call}($)"), [a, b]).sized(size)
            }
            4 => self.comprehension(of, below),
            5 => {
                let parts: Vec<Exp> = (0..=self.rng.below(3)).map(|_| self.exp(of, below)).collect();
                self.listed(parts, "{", "}", Ty::set)
            }
            6 => self.looked_up(&wanted, below),
            7 => match of {
                Ty::Tuple(types) if types.len() == 2 => self.paired(&types[0], &types[1], below),
                _ => self.mapped(of, below),
            },
            8 => {
                let list = self.exp(&Ty::List(Box::new(of.clone())), below);
                let (element, size) = (list.ty.element().unwrap_or(of.clone()), list.size);
                Exp::new(Ty::set(element), "$.to_set()", [list]).sized(size)
            }
            9 => self.keys_or_values(of, below),
            _ => self.of_the_greatest(of, below),
        }
    }

    pub(crate) fn mapped(&mut self, of: &Ty, below: usize) -> Exp {
        let (source, element) = self.collection(below);
        let (text, body) = self.lambda(&source, &element, |this| this.exp(of, below));
        let (ty, size) = (Ty::set(body.ty.clone()), source.size);
        Exp::new(ty, &format!("$.map({text})"), [source, body]).repeated(size).sized(size)
    }

    /// Of a set, list or map.
    pub(crate) fn filtered(&mut self, wanted: &Ty, below: usize) -> Exp {
        let source = self.exp(wanted, below);
        let element = source.ty.element().unwrap_or(Ty::Int);
        let (text, body) = self.lambda(&source, &element, |this| this.exp(&Ty::Bool, below));
        let size = source.size;
        // A filtered gmap is a map in which an absent key has no value.
        let ty = match &source.ty {
            Ty::Map(key, value, _) => Ty::map((**key).clone(), (**value).clone(), false),
            ty => ty.clone(),
        };
        Exp::new(ty, &format!("$.filter({text})"), [source, body]).repeated(size).sized(size)
    }

    /// Pairs: a product, a filtered product, a join, or the entries of a map.
    fn paired(&mut self, a: &Ty, b: &Ty, below: usize) -> Exp {
        let (left, right) = (self.exp(&Ty::set(a.clone()), below), self.exp(&Ty::set(b.clone()), below));
        let (Some(a), Some(b)) = (left.ty.element(), right.ty.element()) else { return left };
        let size = left.size.saturating_mul(right.size);
        let pair = Ty::pair(a.clone(), b.clone());
        match self.rng.below(4) {
            0 => {
                let cost = size.saturating_add(left.cost).saturating_add(right.cost);
                Exp::new(Ty::set(pair), "$.product($)", [left, right]).costing(cost).sized(size)
            }
            form => {
                let (x, y) = (self.fresh(), self.fresh());
                let names = [(x.as_str(), &a, left.size), (y.as_str(), &b, right.size)];
                let body = self.with(&names, |this| this.condition(below));
                let template = match form {
                    1 => format!("$.product($).filter(({x}, {y}) => $)"),
                    _ => format!("$.join($, on: ({x}, {y}) => $)"),
                };
                Exp::new(Ty::set(pair), &template, [left, right, body]).repeated(size).sized(size)
            }
        }
    }

    /// A condition on what is in scope, an equality first of all.
    fn condition(&mut self, below: usize) -> Exp {
        let ty = if self.rng.chance(60) { Ty::Int } else { Ty::Text };
        let (a, b) = (self.exp(&ty, below.min(1)), self.exp(&ty, below.min(1)));
        let equal = Exp::new(Ty::Bool, "$ == $", [a, b]);
        match self.rng.below(4) {
            0 => self.exp(&Ty::Bool, below),
            1 => Exp::new(Ty::Bool, "($)", [equal]),
            2 => {
                let more = self.exp(&Ty::Bool, below);
                Exp::new(Ty::Bool, "($ and $)", [equal, more])
            }
            _ => {
                let more = self.exp(&Ty::Bool, below);
                Exp::new(Ty::Bool, "($ and $)", [more, equal])
            }
        }
    }

    /// `from … where … select …` over one to three sources, later ones dependent on earlier ones now and then.
    fn comprehension(&mut self, of: &Ty, below: usize) -> Exp {
        let sources = 1 + self.rng.weighted(&[30, 50, 20]);
        let (mut template, mut parts, mut size, mut cost) = (String::from("(from "), Vec::new(), 1u64, 1u64);
        let mut names: Vec<(String, Ty, u64)> = Vec::new();
        for i in 0..sources {
            let dependent = i > 0 && self.rng.chance(35);
            let scope: Vec<_> = if dependent { names.clone() } else { Vec::new() };
            let scope: Vec<_> = scope.iter().map(|(name, ty, size)| (name.as_str(), ty, *size)).collect();
            let (source, element) = self.with(&scope, |this| this.collection(below.min(1)));
            if dependent && names.iter().any(|(name, ..)| source.text().contains(name.as_str())) {
                self.used.insert("dependent source");
            }
            let (pattern, bound) = self.pattern(&element, source.size);
            template.push_str(&format!("{}{pattern} in $", if i > 0 { ", " } else { "" }));
            cost = cost.saturating_add(size.saturating_mul(source.cost));
            size = size.saturating_mul(source.size);
            names.extend(bound);
            parts.push(source);
        }
        self.used.insert(["from 1", "from 2", "from 3"][sources - 1]);
        let scope: Vec<_> = names.iter().map(|(name, ty, size)| (name.as_str(), ty, *size)).collect();
        if self.rng.chance(75) {
            let filter = self.with(&scope, |this| this.condition(below));
            cost = cost.saturating_add(size.saturating_mul(filter.cost));
            template.push_str(" where $");
            parts.push(filter);
        }
        let select = self.with(&scope, |this| this.exp(of, below));
        cost = cost.saturating_add(size.saturating_mul(select.cost));
        let ty = Ty::set(select.ty.clone());
        template.push_str(" select $)");
        parts.push(select);
        Exp::new(ty, &template, parts).costing(cost).sized(size)
    }

    fn keys_or_values(&mut self, of: &Ty, below: usize) -> Exp {
        let found = |value: bool| {
            move |ty: &Ty| match ty {
                Ty::Map(key, of, _) => Some(if value { (**of).clone() } else { (**key).clone() }),
                _ => None,
            }
        };
        let value = self.rng.chance(50);
        match self.map_in_scope(found(value), of) {
            Some(map) => {
                let ty = found(value)(&map.ty).map_or(Ty::set(of.clone()), Ty::set);
                let size = map.size;
                Exp::new(ty, if value { "$.values()" } else { "$.keys()" }, [map]).sized(size)
            }
            None => {
                let (source, element) = self.any_set(below);
                let (text, body) = self.lambda(&source, &element, |this| this.exp(of, below));
                let (ty, size) = (Ty::set(body.ty.clone()), source.size);
                Exp::new(ty, &format!("$.group(by: {text}).keys()"), [source, body]).repeated(size).sized(size)
            }
        }
    }
}
