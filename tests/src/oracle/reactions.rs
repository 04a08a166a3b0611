//! `when`s and watches, and what they must tell.
//!
//! A `when` comes with a view of the same condition. What it fires for must be what that view, recomputed from scratch
//! after each event, has ever held: each row once. A watch is replayed: what was added and not removed since is the
//! view's value.
//!
//! Conditions of `when`s are monotone by construction: bounds on counters, sizes and maxima that only grow.

use super::case::{Let, Var};
use super::exp::Exp;
use super::generator::Gen;
use super::ty::{ELEMENTS, Ty};

/// A reaction to a view, by the view's position among the `let`s.
#[derive(Clone, Debug)]
pub(super) enum Reaction {
    /// `for x in source when condition`, or `when condition`: the source's text with the name, and the condition's.
    When { view: usize, binding: Option<(String, String)>, condition: String },
    /// `watch view`.
    Watch { view: usize },
}

impl Reaction {
    /// The position of the view.
    pub(super) fn view(&self) -> usize {
        match self {
            Reaction::When { view, .. } | Reaction::Watch { view } => *view,
        }
    }

    /// As the program writes it.
    pub(super) fn text(&self, lets: &[Let]) -> String {
        match self {
            Reaction::When { view, binding: Some((name, source)), condition } => {
                let view = &lets[*view].name;
                format!("for {name} in {source} when {condition} {{ emit fired_{view} {{ x: {name} }} }}\n")
            }
            Reaction::When { view, binding: None, condition } => {
                format!("when {condition} {{ emit fired_{} {{ }} }}\n", lets[*view].name)
            }
            Reaction::Watch { view } => {
                let view = &lets[*view].name;
                format!(
                    "watch {view} {{ added(x) {{ emit came_{view} {{ x: x }} }} removed(x) {{ emit went_{view} {{ x: x }} }} }}\n"
                )
            }
        }
    }
}

/// A few of them, now and then.
pub(super) fn generate(g: &mut Gen, vars: &[Var], lets: &mut Vec<Let>) -> Vec<Reaction> {
    let mut made = Vec::new();
    if g.rng.chance(25) {
        made.push(Reaction::Watch { view: g.rng.below(lets.len()) });
    }
    let monotone: Vec<&Var> = vars.iter().filter(|var| var.is_monotone).collect();
    if monotone.is_empty() || g.rng.chance(50) {
        return made;
    }
    let sources: Vec<(String, Ty)> = monotone
        .iter()
        .filter_map(|var| match &var.ty {
            Ty::Set(of) => Some((var.name.clone(), (**of).clone())),
            Ty::Map(key, ..) => Some((format!("{}.keys()", var.name), (**key).clone())),
            _ => None,
        })
        .collect();
    let binding = if sources.is_empty() || g.rng.chance(30) { None } else { Some(g.rng.pick(&sources).clone()) };
    let mut condition = bound(g, &monotone, binding.as_ref().map(|(_, ty)| ty));
    if g.rng.chance(40) {
        let other = bound(g, &monotone, binding.as_ref().map(|(_, ty)| ty));
        let word = if g.rng.chance(60) { "and" } else { "or" };
        condition = format!("{condition} {word} {other}");
    }
    let view = lets.len();
    let (body, binding) = match binding {
        Some((source, ty)) => {
            (Exp::leaf(Ty::set(ty), format!("{source}.filter(w => {condition})")), Some(("w".to_string(), source)))
        }
        None => (Exp::leaf(Ty::Bool, condition.clone()), None),
    };
    lets.push(Let { name: format!("v{view}"), body, rec: None, shown: true });
    made.push(Reaction::When { view, binding, condition });
    made
}

/// A condition that stays true, on a variable and maybe the element `w`.
fn bound(g: &mut Gen, vars: &[&Var], element: Option<&Ty>) -> String {
    let var = *g.rng.pick(vars);
    let (name, k) = (&var.name, g.rng.between(1, 4));
    let key = |g: &mut Gen, wanted: &Ty| match element {
        Some(ty) if ty.fits(wanted) && g.rng.chance(80) => "w".to_string(),
        Some(Ty::Record(_)) if *wanted == Ty::Text => "w.k".to_string(),
        _ => g.literal(wanted).text(),
    };
    match &var.ty {
        Ty::Set(of) => match g.rng.below(3) {
            0 => format!("{name}.count() >= {k}"),
            1 => format!("{name}.contains({})", key(g, of)),
            _ if **of == Ty::Int => format!("{name}.any(y => y > {})", key(g, of)),
            _ => format!("{name}.any(y => y == {})", key(g, of)),
        },
        Ty::Map(of, value, _) => match &**value {
            Ty::Map(..) => format!("{name}[{}].count() >= {k}", key(g, of)),
            Ty::Set(_) => format!("{name}[{}].count() >= {k}", key(g, of)),
            Ty::Opt(_) => format!("{name}[{}] >= {k}", key(g, of)),
            Ty::Bool => format!("{name}[{}]", key(g, of)),
            Ty::Status => format!("{name}[{}] >= {}", key(g, of), g.rng.pick(&ELEMENTS)),
            ty => {
                let entry = format!("{name}[{}]", key(g, of));
                format!("{} >= {k}", reckoned(g, entry, ty))
            }
        },
        Ty::Bool => name.clone(),
        Ty::Status => format!("{name} >= {}", g.rng.pick(&ELEMENTS)),
        ty => format!("{} >= {k}", reckoned(g, name.clone(), ty)),
    }
}

/// A number that grows with a number, now and then by arithmetic, which fails at once, soon, late or never.
fn reckoned(g: &mut Gen, number: String, ty: &Ty) -> String {
    if !matches!(ty, Ty::Int | Ty::Nat) || g.rng.chance(50) {
        return number;
    }
    g.used.insert("arithmetic in a when");
    let factor = 1i64 << g.rng.pick(&[1, 2, 31, 58, 59, 60, 61, 62]);
    match g.rng.below(5) {
        0 => format!("{number} * {factor}"),
        1 => format!("{number} * {factor} + {factor}"),
        2 => format!("{number} + {}", i64::MAX - g.rng.between(0, 20)),
        3 => format!("({number} * 3 - 1) / 2"),
        _ => format!("{number} * {factor} / {factor}"),
    }
}
