//! `let rec`: sets that are computed from themselves, and what they are by hand.
//!
//! The forms are those that recursion is used for: ways of any length along edges, what can be reached, a rule over a
//! small domain, arithmetic within bounds. The view's own name stands only where more of it gives more, so every
//! program checks; filters and sources around it are any expressions.
//!
//! [`by_rounds`] computes a fixed point without the machine's: the body with the set of the last round written into it
//! as a constant, until two rounds agree.

use lasp_plan::{Expr, ExprKind, Value};

use super::exp::Exp;
use super::generator::Gen;
use super::ty::Ty;
use lasp_plan::parts::{parts, parts_mut};

/// Edges and domains of more elements are too many to go over in every round.
const SOURCE_MAX: u64 = 8;
/// About how many rounds there are.
const ROUNDS: u64 = 5;
/// More rounds than any generated program needs.
const ROUNDS_MAX: usize = 1_000;

impl Gen {
    /// The body of a recursive view of this name.
    pub(super) fn fixed_point(&mut self, name: &str) -> Exp {
        let of = if self.rng.chance(75) { Ty::Int } else { Ty::Text };
        let form = self.rng.weighted(&[20, 12, 20, 10, 12, 8, 10, 8, 8]);
        self.used.insert(FORMS[form]);
        let is_number = of == Ty::Int;
        match form {
            0 => {
                let (edges, more) = (self.edges(&of), self.edges(&of));
                let (a, b, c, d) = (self.fresh(), self.fresh(), self.fresh(), self.fresh());
                let names = [(a.as_str(), &of, 8), (b.as_str(), &of, 8), (c.as_str(), &of, 8), (d.as_str(), &of, 8)];
                let kept = self.with(&names, |this| this.exp(&Ty::Bool, 1));
                let template = format!(
                    "$.union((from ({a}, {b}) in {name}, ({c}, {d}) in $ where {b} == {c} and $ select ({a}, {d})))"
                );
                self.turning(Ty::pair(of.clone(), of), &template, vec![edges, more, kept], SOURCE_MAX * SOURCE_MAX)
            }
            1 => {
                let edges = self.edges(&of);
                let template = format!("$.union((from (a, b) in {name}, (c, d) in {name} where b == c select (a, d)))");
                let pairs = SOURCE_MAX * SOURCE_MAX;
                self.turning(Ty::pair(of.clone(), of), &template, vec![edges], pairs * SOURCE_MAX)
            }
            2 => {
                let (start, edges, closed) = (self.few(&of), self.edges(&of), self.few(&of));
                let not = if self.rng.chance(60) { "not " } else { "" };
                let template =
                    format!("$.union((from n in {name}, (c, d) in $ where n == c and {not}$.contains(d) select d))");
                self.turning(of, &template, vec![start, edges, closed], SOURCE_MAX * SOURCE_MAX)
            }
            3 => {
                let (start, edges) = (self.few(&of), self.edges(&of));
                let template = format!("$.union({name}.flat_map(n => $.filter((c, _) => c == n).map((_, d) => d)))");
                self.turning(of, &template, vec![start, edges], SOURCE_MAX * SOURCE_MAX)
            }
            4 => {
                let (domain, start, edges) = (self.few(&of), self.few(&of), self.edges(&of));
                let template =
                    format!("$.filter(n => $.contains(n) or $.any((c, d) => d == n and {name}.contains(c)))");
                self.turning(of, &template, vec![domain, start, edges], SOURCE_MAX * SOURCE_MAX)
            }
            5 if is_number => {
                let start = self.few(&of);
                let step = *self.rng.pick(&["n + 1", "n - 2", "n * 2", "(n * 3 + 1) % 7"]);
                let template = format!("$.union({name}.filter(n => n > -9 and n < 9).map(n => {step}))");
                self.turning(of, &template, vec![start], 20)
            }
            6 => {
                let (start, edges, closed) = (self.few(&of), self.edges(&of), self.few(&of));
                let template = format!("$.union($.filter((c, _) => {name}.contains(c)).map((_, d) => d).minus($))");
                self.turning(of, &template, vec![start, edges, closed], SOURCE_MAX)
            }
            7 => {
                let (start, late) = (self.few(&of), self.few(&of));
                let least = self.rng.between(1, 4);
                let template = format!("$.union($.filter(_ => {name}.count() >= {least}))");
                self.turning(of, &template, vec![start, late], SOURCE_MAX)
            }
            _ => {
                let (start, edges) = (self.few(&of), self.edges(&of));
                let template = format!(
                    "$.union($.filter((c, d) => {name}.contains(c)).group(by: (c, d) => d)\
                     .filter((k, g) => g.count() >= 2).keys())"
                );
                self.turning(of, &template, vec![start, edges], SOURCE_MAX)
            }
        }
    }

    fn turning(&mut self, of: Ty, template: &str, parts: Vec<Exp>, pairs: u64) -> Exp {
        let cost = parts.iter().map(|part| part.cost).fold(1, u64::saturating_add);
        let cost = cost.saturating_mul(pairs).saturating_mul(ROUNDS);
        Exp::new(Ty::set(of), template, parts).costing(cost).sized(SOURCE_MAX * 2)
    }

    /// Some elements.
    fn few(&mut self, of: &Ty) -> Exp {
        let wanted = Ty::set(of.clone());
        self.small(&wanted)
    }

    /// Pairs that lead from one element to another.
    fn edges(&mut self, of: &Ty) -> Exp {
        let pairs = Ty::set(Ty::pair(of.clone(), of.clone()));
        if *of == Ty::Int && self.rng.chance(60) {
            let source = self.small(&Ty::set(Ty::Int));
            let body = *self.rng.pick(&["(x % 4, (x + 1) % 4)", "(x, x + 1)", "(x + 1, x)", "(x % 3, x)"]);
            let size = source.size;
            return Exp::new(pairs, &format!("$.map(x => {body})"), [source]).sized(size);
        }
        self.small(&pairs)
    }

    fn small(&mut self, wanted: &Ty) -> Exp {
        for _ in 0..4 {
            let exp = if self.rng.chance(40) { self.in_scope(wanted) } else { Some(self.exp(wanted, 2)) };
            if let Some(exp) = exp.filter(|exp| exp.size <= SOURCE_MAX && exp.cost <= 30) {
                return exp;
            }
        }
        self.literal(wanted)
    }
}

/// For the tally.
const FORMS: [&str; 9] = [
    "let rec: ways",
    "let rec: ways, twice itself",
    "let rec: reached, captured lookup",
    "let rec: flat_map",
    "let rec: rule over a domain",
    "let rec: arithmetic",
    "let rec: minus",
    "let rec: threshold",
    "let rec: groups",
];

/// The marks of the forms.
pub(super) fn forms() -> &'static [&'static str] {
    &FORMS
}

/// Whether an expression computes a fixed point.
pub(super) fn turns(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Fix(..)) || parts(expr).into_iter().any(turns)
}

/// The expression with every fixed point in it computed by rounds. None if a round fails, or there are too many.
pub(super) fn by_rounds(expr: &Expr, eval: &mut dyn FnMut(&Expr) -> Option<Value>) -> Option<Expr> {
    let mut copy = expr.clone();
    if let ExprKind::Fix(slot, body) = &expr.kind {
        let mut found = Value::set(Vec::new());
        for _ in 0..ROUNDS_MAX {
            let mut round = (**body).clone();
            write_in(&mut round, *slot, &found);
            let round = by_rounds(&round, eval)?;
            let next = eval(&round)?;
            if next == found {
                return Some(Expr { kind: ExprKind::Const(found), place: expr.place });
            }
            found = next;
        }
        return None;
    }
    for part in parts_mut(&mut copy) {
        *part = by_rounds(part, eval)?;
    }
    Some(copy)
}

fn write_in(expr: &mut Expr, slot: u32, value: &Value) {
    match &expr.kind {
        ExprKind::Local(read) if *read == slot => expr.kind = ExprKind::Const(value.clone()),
        _ => parts_mut(expr).into_iter().for_each(|part| write_in(part, slot, value)),
    }
}
