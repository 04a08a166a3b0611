//! Variables of every type, each with the events that update it, below the keys and parts of what it stands in.
//!
//! ```text
//! var m2: ormap<text, { a: orset<int>, b: Status }>
//!   add_m2_a { key, x }   m2[key].a.add(x)      remove_m2 { key }   m2.remove(key)      …
//! ```

use super::case::{Event, Var};
use super::rng::Rng;
use super::ty::Ty;

/// A lattice type.
#[derive(Clone, Debug)]
pub(crate) enum Lattice {
    GSet(Ty),
    OrSet(Ty),
    RwSet(Ty),
    TwoPSet(Ty),
    GCounter,
    PnCounter,
    RCounter,
    BCounter,
    Max(Ty),
    Min(Ty),
    Lww(Ty),
    Ivar(Ty),
    Mv(Ty),
    Flag,
    EwFlag,
    DwFlag,
    TopK(Ty, u64),
    VClock,
    Status,
    Lex(Box<Lattice>, Box<Lattice>),
    GMap(Ty, Box<Lattice>),
    OrMap(Ty, Box<Lattice>),
    /// Parts `a`, `b`, …
    Record(Vec<Lattice>),
    Tuple(Vec<Lattice>),
}

/// The names of the parts of a record.
pub(crate) const PARTS: [&str; 3] = ["a", "b", "c"];

/// A variable with its events. `n` numbers it.
pub(crate) fn variable(rng: &mut Rng, n: usize) -> (Var, Vec<Event>) {
    let (var, lattice) = declared(rng, n);
    let mut events = Vec::new();
    Place { name: &var.name, path: var.name.clone(), keys: Vec::new() }.events(rng, &lattice, &mut events);
    (var, events)
}

/// A variable and its lattice. `n` numbers it.
pub(crate) fn declared(rng: &mut Rng, n: usize) -> (Var, Lattice) {
    let lattice = match rng.weighted(&[37, 21, 20, 14, 8]) {
        0 => set_lattice(rng),
        1 => leaf(rng),
        2 => Lattice::GMap(key(rng), Box::new(inner(rng, 1))),
        3 => Lattice::OrMap(key(rng), Box::new(below_removal(inner(rng, 1)))),
        _ => product(rng, 1),
    };
    let letter = match &lattice {
        Lattice::GSet(_) | Lattice::OrSet(_) | Lattice::RwSet(_) | Lattice::TwoPSet(_) => 's',
        Lattice::GMap(..) | Lattice::OrMap(..) => 'm',
        Lattice::Record(_) | Lattice::Tuple(_) => 'r',
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
    (Var { name, ty, text, is_monotone: lattice.is_monotone() }, lattice)
}

fn key(rng: &mut Rng) -> Ty {
    if rng.chance(60) { Ty::Text } else { Ty::Int }
}

fn set_lattice(rng: &mut Rng) -> Lattice {
    let of = match rng.weighted(&[38, 15, 28, 8, 6, 5]) {
        0 => Ty::Int,
        1 => Ty::Text,
        2 => Ty::item(),
        3 => Ty::pair(Ty::Text, Ty::Int),
        4 => Ty::Shape,
        _ => Ty::Status,
    };
    match rng.weighted(&[25, 50, 15, 10]) {
        0 => Lattice::GSet(of),
        1 => Lattice::OrSet(of),
        2 => Lattice::RwSet(of),
        _ => Lattice::TwoPSet(of),
    }
}

fn leaf(rng: &mut Rng) -> Lattice {
    let of = match rng.weighted(&[55, 20, 10, 10, 5]) {
        0 => Ty::Int,
        1 => Ty::Text,
        2 => Ty::pair(Ty::Int, Ty::Text),
        3 => Ty::Float,
        _ => Ty::Status,
    };
    match rng.weighted(&[8, 8, 8, 8, 7, 7, 8, 6, 8, 5, 5, 5, 8, 4, 9, 6]) {
        0 => Lattice::GCounter,
        1 => Lattice::PnCounter,
        2 => Lattice::BCounter,
        3 => Lattice::RCounter,
        4 => Lattice::Max(of),
        5 => Lattice::Min(of),
        6 => Lattice::Lww(of),
        7 => Lattice::Ivar(of),
        8 => Lattice::Mv(of),
        9 => Lattice::Flag,
        10 => Lattice::EwFlag,
        11 => Lattice::DwFlag,
        12 => Lattice::TopK(of, 1 + rng.below(3) as u64),
        13 => Lattice::VClock,
        14 => Lattice::Status,
        _ => {
            let first = if rng.chance(50) { Lattice::Max(Ty::Int) } else { Lattice::Min(Ty::Int) };
            let second = match rng.below(4) {
                0 => Lattice::Max(of),
                1 => Lattice::Ivar(of),
                2 => Lattice::Status,
                _ => Lattice::Lww(of),
            };
            Lattice::Lex(Box::new(first), Box::new(second))
        }
    }
}

fn inner(rng: &mut Rng, deeper: usize) -> Lattice {
    match rng.weighted(&[50, 20, 15 * deeper, 5 * deeper, 22]) {
        0 => leaf(rng),
        1 => set_lattice(rng),
        2 => Lattice::GMap(Ty::Text, Box::new(inner(rng, 0))),
        3 => Lattice::OrMap(Ty::Text, Box::new(below_removal(inner(rng, 0)))),
        _ => product(rng, 0),
    }
}

/// Parts that are no maps: what a map in a record reads as cannot be written down, and the generator writes everything
/// down somewhere.
fn product(rng: &mut Rng, deeper: usize) -> Lattice {
    let part = |rng: &mut Rng| loop {
        let part = match rng.weighted(&[60, 40, 12 * deeper]) {
            0 => leaf(rng),
            1 => set_lattice(rng),
            _ => product(rng, 0),
        };
        if !matches!(part, Lattice::VClock) {
            break part;
        }
    };
    let count = 2 + rng.below(2);
    let parts: Vec<Lattice> = (0..count).map(|_| part(rng)).collect();
    if rng.chance(75) { Lattice::Record(parts) } else { Lattice::Tuple(parts) }
}

/// The same without what a removable map cannot hold.
fn below_removal(lattice: Lattice) -> Lattice {
    let all = |parts: Vec<Lattice>| parts.into_iter().map(below_removal).collect();
    match lattice {
        Lattice::BCounter => Lattice::RCounter,
        Lattice::GMap(key, inner) => Lattice::GMap(key, Box::new(below_removal(*inner))),
        Lattice::OrMap(key, inner) => Lattice::OrMap(key, Box::new(below_removal(*inner))),
        Lattice::Record(parts) => Lattice::Record(all(parts)),
        Lattice::Tuple(parts) => Lattice::Tuple(all(parts)),
        other => other,
    }
}

/// An initial value as text.
fn initial(rng: &mut Rng, lattice: &Lattice) -> Option<String> {
    use Lattice as L;
    Some(match lattice {
        L::GSet(Ty::Int) | L::OrSet(Ty::Int) | L::RwSet(Ty::Int) | L::TwoPSet(Ty::Int) => "{1, -2, 3}".into(),
        L::GSet(Ty::Text) | L::OrSet(Ty::Text) | L::RwSet(Ty::Text) => "{\"a\", \"b\"}".into(),
        L::OrSet(Ty::Record(_)) => "{ { k: \"a\", v: 1 }, { k: \"b\", v: -2 } }".into(),
        L::GCounter | L::BCounter => rng.between(0, 3).to_string(),
        L::PnCounter | L::RCounter => rng.between(-3, 3).to_string(),
        L::Max(Ty::Int) | L::Min(Ty::Int) | L::Lww(Ty::Int) | L::Ivar(Ty::Int) | L::Mv(Ty::Int) => {
            rng.between(-3, 3).to_string()
        }
        L::Flag | L::EwFlag | L::DwFlag => "true".into(),
        L::TopK(Ty::Int, _) => "[2, -1]".into(),
        L::Status => "paid".into(),
        L::Lex(first, second) => format!("({}, {})", initial(rng, first)?, initial(rng, second)?),
        L::GMap(Ty::Text, inner) | L::OrMap(Ty::Text, inner) => format!("[\"a\": {}]", initial(rng, inner)?),
        L::Record(parts) => {
            let parts = parts.iter().zip(PARTS).map(|(part, name)| Some(format!("{name}: {}", initial(rng, part)?)));
            format!("{{ {} }}", parts.collect::<Option<Vec<_>>>()?.join(", "))
        }
        L::Tuple(parts) => {
            let parts = parts.iter().map(|part| initial(rng, part)).collect::<Option<Vec<_>>>()?;
            format!("({})", parts.join(", "))
        }
        _ => return None,
    })
}

impl Lattice {
    fn text(&self) -> String {
        let one = |name: &str, of: &Ty| format!("{name}<{}>", of.text());
        match self {
            Lattice::GSet(of) => one("gset", of),
            Lattice::OrSet(of) => one("orset", of),
            Lattice::RwSet(of) => one("rwset", of),
            Lattice::TwoPSet(of) => one("twopset", of),
            Lattice::GCounter => "gcounter".into(),
            Lattice::PnCounter => "pncounter".into(),
            Lattice::RCounter => "rcounter".into(),
            Lattice::BCounter => "bcounter".into(),
            Lattice::Max(of) => one("max", of),
            Lattice::Min(of) => one("min", of),
            Lattice::Lww(of) => one("lww", of),
            Lattice::Ivar(of) => one("ivar", of),
            Lattice::Mv(of) => one("mv", of),
            Lattice::Flag => "flag".into(),
            Lattice::EwFlag => "ewflag".into(),
            Lattice::DwFlag => "dwflag".into(),
            Lattice::TopK(of, n) => format!("topk<{}, {n}>", of.text()),
            Lattice::VClock => "vclock".into(),
            Lattice::Status => "Status".into(),
            Lattice::Lex(first, second) => format!("lex<{}, {}>", first.text(), second.text()),
            Lattice::GMap(key, inner) => format!("gmap<{}, {}>", key.text(), inner.text()),
            Lattice::OrMap(key, inner) => format!("ormap<{}, {}>", key.text(), inner.text()),
            Lattice::Record(parts) => {
                let parts: Vec<_> =
                    parts.iter().zip(PARTS).map(|(part, name)| format!("{name}: {}", part.text())).collect();
                format!("{{ {} }}", parts.join(", "))
            }
            Lattice::Tuple(parts) => {
                format!("({})", parts.iter().map(Lattice::text).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// What an expression sees.
    pub(crate) fn read(&self) -> Ty {
        match self {
            Lattice::GSet(of) | Lattice::OrSet(of) | Lattice::RwSet(of) | Lattice::TwoPSet(of) | Lattice::Mv(of) => {
                Ty::set(of.clone())
            }
            Lattice::GCounter | Lattice::BCounter => Ty::Nat,
            Lattice::PnCounter | Lattice::RCounter => Ty::Int,
            Lattice::Max(of) | Lattice::Min(of) | Lattice::Lww(of) | Lattice::Ivar(of) => Ty::opt(of.clone()),
            Lattice::Flag | Lattice::EwFlag | Lattice::DwFlag => Ty::Bool,
            Lattice::TopK(of, _) => Ty::List(Box::new(of.clone())),
            Lattice::VClock => Ty::map(Ty::Text, Ty::Nat, true),
            Lattice::Status => Ty::Status,
            Lattice::Lex(first, second) => Ty::pair(first.read(), second.read()),
            Lattice::GMap(key, inner) | Lattice::OrMap(key, inner) => Ty::map(key.clone(), inner.read(), true),
            Lattice::Record(parts) => {
                Ty::Record(parts.iter().zip(PARTS).map(|(part, name)| (name.to_string(), part.read())).collect())
            }
            Lattice::Tuple(parts) => Ty::Tuple(parts.iter().map(Lattice::read).collect()),
        }
    }

    /// Whether what is read only grows, and conditions "at least" on it stay true.
    fn is_monotone(&self) -> bool {
        match self {
            Lattice::GSet(_) | Lattice::GCounter | Lattice::Flag | Lattice::Status => true,
            Lattice::Max(of) => *of == Ty::Int,
            Lattice::GMap(_, inner) => inner.is_monotone(),
            _ => false,
        }
    }
}

/// Where a lattice stands in its variable.
#[derive(Clone)]
struct Place<'n> {
    name: &'n str,
    path: String,
    /// The event fields that hold the keys on the way.
    keys: Vec<(String, Ty)>,
}

impl Place<'_> {
    fn event(&self, verb: &str, fields: &[(&str, &Ty)], body: String, weight: usize) -> Event {
        let mut all = self.keys.clone();
        all.extend(fields.iter().map(|(field, ty)| ((*field).to_string(), (*ty).clone())));
        // The parts on the way tell events of one variable apart.
        let parts: String = self.path.split('.').skip(1).map(|part| format!("_{}", &part[..1])).collect();
        let depth = ["", "", "_deep"].get(self.keys.len()).copied().unwrap_or("_deeper");
        Event { name: format!("{verb}_{}{parts}{depth}", self.name), fields: all, body: vec![body], weight }
    }

    fn part(&self, part: &str) -> Self {
        Place { path: format!("{}.{part}", self.path), ..self.clone() }
    }

    /// An event for every kind of update.
    fn events(&self, rng: &mut Rng, lattice: &Lattice, made: &mut Vec<Event>) {
        let path = &self.path;
        let mut event = |verb: &str, fields: &[(&str, &Ty)], body: String, weight: usize| {
            made.push(self.event(verb, fields, body, weight));
        };
        match lattice {
            Lattice::GSet(of) | Lattice::OrSet(of) | Lattice::RwSet(of) => {
                event("add", &[("x", of)], format!("{path}.add(x)"), 10);
                event("add_both", &[("x", of), ("y", of)], format!("{path}.add_all({{x, y}})"), 5);
                if !matches!(lattice, Lattice::GSet(_)) {
                    event("remove", &[("x", of)], format!("{path}.remove(x)"), 8);
                    event("remove_both", &[("x", of), ("y", of)], format!("{path}.remove_all({{x, y}})"), 4);
                    event("clear", &[], format!("{path}.clear()"), 2);
                }
            }
            Lattice::TwoPSet(of) | Lattice::TopK(of, _) => {
                event("add", &[("x", of)], format!("{path}.add(x)"), 12);
                if matches!(lattice, Lattice::TwoPSet(_)) {
                    event("remove", &[("x", of)], format!("{path}.remove(x)"), 6);
                }
            }
            Lattice::GCounter => event("inc", &[("n", &Ty::Nat)], format!("{path}.inc(n)"), 8),
            Lattice::PnCounter | Lattice::RCounter => {
                event("inc", &[("n", &Ty::Nat)], format!("{path} += n"), 6);
                event("dec", &[("n", &Ty::Nat)], format!("{path}.dec(n)"), 6);
                if matches!(lattice, Lattice::RCounter) {
                    event("reset", &[], format!("{path}.reset()"), 3);
                }
            }
            Lattice::BCounter => {
                event("inc", &[("n", &Ty::Nat)], format!("{path}.inc(n)"), 6);
                let body = format!("if {path}.spend(n) {{ emit spent {{ n: n }} }} else {{ emit refused {{ n: n }} }}");
                event("spend", &[("n", &Ty::Nat)], body, 6);
            }
            Lattice::Max(of) | Lattice::Min(of) | Lattice::Lww(of) | Lattice::Ivar(of) | Lattice::Mv(of) => {
                let body = if rng.chance(50) { format!("{path} := x") } else { format!("{path}.set(x)") };
                event("set", &[("x", of)], body, 10);
                if matches!(lattice, Lattice::Mv(_)) {
                    event("clear", &[], format!("{path}.clear()"), 4);
                }
            }
            Lattice::Status => event("set", &[("x", &Ty::Status)], format!("{path} := x"), 8),
            Lattice::Lex(first, second) => {
                let content = |half: &Lattice| match half.read() {
                    Ty::Opt(of) => *of,
                    ty => ty,
                };
                let fields = [("x", &content(first)), ("y", &content(second))];
                event("set", &fields, format!("{path}.set((x, y))"), 10);
            }
            Lattice::Flag | Lattice::EwFlag | Lattice::DwFlag => {
                event("enable", &[], format!("{path}.enable()"), 4);
                if !matches!(lattice, Lattice::Flag) {
                    event("disable", &[], format!("{path}.disable()"), 4);
                    event("clear", &[], format!("{path}.clear()"), 2);
                }
            }
            Lattice::VClock => event("tick", &[], format!("{path}.tick()"), 6),
            Lattice::GMap(key, inner) | Lattice::OrMap(key, inner) => {
                let field = if self.keys.is_empty() { "key" } else { "sub" };
                let mut below = Place { path: format!("{path}[{field}]"), ..self.clone() };
                below.keys.push((field.to_string(), key.clone()));
                if matches!(lattice, Lattice::OrMap(..)) {
                    event(
                        if self.keys.is_empty() { "drop" } else { "drop_sub" },
                        &[("k", key)],
                        format!("{path}.remove(k)"),
                        7,
                    );
                    event(
                        if self.keys.is_empty() { "drop_all" } else { "drop_subs" },
                        &[],
                        format!("{path}.clear()"),
                        2,
                    );
                }
                below.events(rng, inner, made);
            }
            Lattice::Record(parts) => {
                for (part, name) in parts.iter().zip(PARTS) {
                    self.part(name).events(rng, part, made);
                }
            }
            Lattice::Tuple(parts) => {
                for (at, part) in parts.iter().enumerate() {
                    self.part(&at.to_string()).events(rng, part, made);
                }
            }
        }
    }
}
