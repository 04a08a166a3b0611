//! Variables of every type that runs, each with the events that update it.

use super::case::{Event, Var};
use super::rng::Rng;
use super::ty::Ty;

/// A lattice type.
#[derive(Clone, Debug)]
enum Lattice {
    GSet(Ty),
    OrSet(Ty),
    GCounter,
    PnCounter,
    BCounter,
    Max(Ty),
    Min(Ty),
    Lww(Ty),
    GMap(Ty, Box<Lattice>),
}

/// A variable with its events. `n` numbers it.
pub(super) fn variable(rng: &mut Rng, n: usize) -> (Var, Vec<Event>) {
    let lattice = match rng.weighted(&[45, 25, 30]) {
        0 => set_lattice(rng),
        1 => leaf(rng),
        _ => {
            let key = if rng.chance(60) { Ty::Text } else { Ty::Int };
            Lattice::GMap(key, Box::new(inner(rng, 1)))
        }
    };
    let letter = match &lattice {
        Lattice::GSet(_) | Lattice::OrSet(_) => 's',
        Lattice::GMap(..) => 'm',
        _ => 'c',
    };
    let name = format!("{letter}{n}");
    let init = if rng.chance(35) { initial(rng, &lattice) } else { None };
    let ty = match (&lattice, &init) {
        (Lattice::Max(of) | Lattice::Min(of), Some(_)) => of.clone(),
        _ => lattice.read(),
    };
    let text = match &init {
        Some(init) => format!("var {name}: {} = {init}", lattice.text()),
        None => format!("var {name}: {}", lattice.text()),
    };
    let events = events(rng, &name, &lattice);
    (Var { name, ty, text, is_monotone: lattice.is_monotone() }, events)
}

fn set_lattice(rng: &mut Rng) -> Lattice {
    let of = match rng.weighted(&[40, 15, 30, 8, 7]) {
        0 => Ty::Int,
        1 => Ty::Text,
        2 => Ty::item(),
        3 => Ty::pair(Ty::Text, Ty::Int),
        _ => Ty::Shape,
    };
    if rng.chance(25) { Lattice::GSet(of) } else { Lattice::OrSet(of) }
}

fn leaf(rng: &mut Rng) -> Lattice {
    let of = match rng.weighted(&[60, 20, 10, 10]) {
        0 => Ty::Int,
        1 => Ty::Text,
        2 => Ty::pair(Ty::Int, Ty::Text),
        _ => Ty::Float,
    };
    match rng.below(6) {
        0 => Lattice::GCounter,
        1 => Lattice::PnCounter,
        2 => Lattice::BCounter,
        3 => Lattice::Max(of),
        4 => Lattice::Min(of),
        _ => Lattice::Lww(of),
    }
}

fn inner(rng: &mut Rng, deeper: usize) -> Lattice {
    match rng.weighted(&[55, 25, 20 * deeper]) {
        0 => leaf(rng),
        1 => set_lattice(rng),
        _ => Lattice::GMap(Ty::Text, Box::new(inner(rng, 0))),
    }
}

/// An initial value as text.
fn initial(rng: &mut Rng, lattice: &Lattice) -> Option<String> {
    Some(match lattice {
        Lattice::GSet(Ty::Int) | Lattice::OrSet(Ty::Int) => "{1, -2, 3}".into(),
        Lattice::GSet(Ty::Text) | Lattice::OrSet(Ty::Text) => "{\"a\", \"b\"}".into(),
        Lattice::OrSet(Ty::Record(_)) => "{ { k: \"a\", v: 1 }, { k: \"b\", v: -2 } }".into(),
        Lattice::GCounter | Lattice::BCounter => rng.between(0, 3).to_string(),
        Lattice::PnCounter | Lattice::Max(Ty::Int) | Lattice::Min(Ty::Int) | Lattice::Lww(Ty::Int) => {
            rng.between(-3, 3).to_string()
        }
        Lattice::GMap(Ty::Text, inner) => format!("[\"a\": {}]", initial(rng, inner)?),
        _ => return None,
    })
}

impl Lattice {
    fn text(&self) -> String {
        match self {
            Lattice::GSet(of) => format!("gset<{}>", of.text()),
            Lattice::OrSet(of) => format!("orset<{}>", of.text()),
            Lattice::GCounter => "gcounter".into(),
            Lattice::PnCounter => "pncounter".into(),
            Lattice::BCounter => "bcounter".into(),
            Lattice::Max(of) => format!("max<{}>", of.text()),
            Lattice::Min(of) => format!("min<{}>", of.text()),
            Lattice::Lww(of) => format!("lww<{}>", of.text()),
            Lattice::GMap(key, inner) => format!("gmap<{}, {}>", key.text(), inner.text()),
        }
    }

    /// What an expression sees.
    fn read(&self) -> Ty {
        match self {
            Lattice::GSet(of) | Lattice::OrSet(of) => Ty::set(of.clone()),
            Lattice::GCounter | Lattice::BCounter => Ty::Nat,
            Lattice::PnCounter => Ty::Int,
            Lattice::Max(of) | Lattice::Min(of) | Lattice::Lww(of) => Ty::opt(of.clone()),
            Lattice::GMap(key, inner) => Ty::map(key.clone(), inner.read(), true),
        }
    }

    /// Whether what is read only grows, and conditions "at least" on it stay true.
    fn is_monotone(&self) -> bool {
        match self {
            Lattice::GSet(_) | Lattice::GCounter => true,
            Lattice::Max(of) => *of == Ty::Int,
            Lattice::GMap(_, inner) => inner.is_monotone(),
            _ => false,
        }
    }
}

/// An event for every kind of update.
fn events(rng: &mut Rng, name: &str, lattice: &Lattice) -> Vec<Event> {
    let (mut path, mut keys, mut at) = (name.to_string(), Vec::new(), lattice);
    while let Lattice::GMap(key, inner) = at {
        let field = if keys.is_empty() { "key" } else { "sub" };
        path.push_str(&format!("[{field}]"));
        keys.push((field.to_string(), key.clone()));
        at = inner;
    }
    let mut made = Vec::new();
    let mut event = |verb: &str, fields: &[(&str, Ty)], body: String, weight: usize| {
        let mut all = keys.clone();
        all.extend(fields.iter().map(|(field, ty)| ((*field).to_string(), ty.clone())));
        made.push(Event { name: format!("{verb}_{name}"), fields: all, body: vec![body], weight });
    };
    match at {
        Lattice::GSet(of) | Lattice::OrSet(of) => {
            event("add", &[("x", of.clone())], format!("{path}.add(x)"), 10);
            event("add_both", &[("x", of.clone()), ("y", of.clone())], format!("{path}.add_all({{x, y}})"), 5);
            if matches!(at, Lattice::OrSet(_)) {
                event("remove", &[("x", of.clone())], format!("{path}.remove(x)"), 8);
                event(
                    "remove_both",
                    &[("x", of.clone()), ("y", of.clone())],
                    format!("{path}.remove_all({{x, y}})"),
                    4,
                );
                event("clear", &[], format!("{path}.clear()"), 2);
            }
        }
        Lattice::GCounter => event("inc", &[("n", Ty::Nat)], format!("{path}.inc(n)"), 8),
        Lattice::PnCounter => {
            event("inc", &[("n", Ty::Nat)], format!("{path} += n"), 6);
            event("dec", &[("n", Ty::Nat)], format!("{path}.dec(n)"), 6);
        }
        Lattice::BCounter => {
            event("inc", &[("n", Ty::Nat)], format!("{path}.inc(n)"), 6);
            let body = format!("if {path}.spend(n) {{ emit spent {{ n: n }} }} else {{ emit refused {{ n: n }} }}");
            event("spend", &[("n", Ty::Nat)], body, 6);
        }
        Lattice::Max(of) | Lattice::Min(of) | Lattice::Lww(of) => {
            let assign = rng.chance(50);
            let body = if assign { format!("{path} := x") } else { format!("{path}.set(x)") };
            event("set", &[("x", of.clone())], body, 10);
        }
        Lattice::GMap(..) => unreachable!("maps were walked through"),
    }
    made
}
