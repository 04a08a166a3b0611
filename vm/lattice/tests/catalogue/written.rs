//! Types and updates as a program would write them, read into what the crate takes.
//!
//! ```text
//! ormap<text, gcounter>      Kind::OrMap(GCounter)            `text` and `nat` are element types: no part of a kind
//! m[k].inc(2)                path [k], inc, [Amount(2)]
//! set(x) @9                  set, [Element(x)], by a wall clock that shows 9
//! ```

use std::sync::Arc;

use lasp_lattice::{
    Arg, Kind, KindParam, MethodParam, Mutation, ReplicaId, Stamp, State, Step, UpdateError, UserLattice,
};

use crate::word::Word;

/// The lattice that programs of the language draw.
pub const STATUS: &str = "lattice Status { placed < paid < shipped < returned, placed < cancelled < returned }";

/// The replica of a letter.
pub fn replica(letter: char) -> ReplicaId {
    ReplicaId { node: u64::from(letter) - u64::from('A') + 1, incarnation: 0 }
}

/// The letter of a replica.
pub fn letter(replica: ReplicaId) -> char {
    char::from(b'A' + u8::try_from(replica.node - 1).expect("a letter"))
}

/// A type as written.
#[derive(Clone)]
pub struct Type {
    pub text: String,
    pub kind: Kind,
    /// The names of a product's parts, wherever it stands: no type of the catalogue has two products.
    pub parts: Vec<String>,
}

impl Type {
    pub fn read(text: &str) -> Self {
        let mut parts = Vec::new();
        let kind = kind(text, &mut parts).unwrap_or_else(|| panic!("`{text}` is not a type"));
        Self { text: text.to_owned(), kind, parts }
    }
}

fn kind(text: &str, parts: &mut Vec<String>) -> Option<Kind> {
    if text == "Status" {
        return Some(Kind::User(status()));
    }
    if let Some(fields) = text.strip_prefix("{ ").and_then(|rest| rest.strip_suffix(" }")) {
        let fields: Vec<(&str, &str)> =
            split(fields).iter().map(|field| field.split_once(": ")).collect::<Option<_>>()?;
        let values =
            fields.iter().map(|(_, value)| kind(value, parts).map(KindParam::Lattice)).collect::<Option<Vec<_>>>()?;
        parts.extend(fields.iter().map(|(name, _)| (*name).to_owned()));
        return Kind::of("product", &values);
    }
    let (name, params) = match text.split_once('<') {
        Some((name, params)) => (name, split(params.strip_suffix('>')?)),
        None => (text, Vec::new()),
    };
    let lattices = params.into_iter().filter(|param| !matches!(*param, "text" | "nat"));
    let param = |param: &str| match param.parse() {
        Ok(n) => Some(KindParam::Int(n)),
        Err(_) => kind(param, parts).map(KindParam::Lattice),
    };
    Kind::of(name, &lattices.map(param).collect::<Option<Vec<_>>>()?)
}

fn status() -> Arc<UserLattice> {
    let elements = ["placed", "paid", "shipped", "returned", "cancelled"].map(str::to_owned).to_vec();
    let order = [(0, 1), (1, 2), (2, 3), (0, 4), (4, 3)];
    Arc::new(UserLattice::new("Status", elements, &order).expect("a lattice"))
}

/// At commas outside all brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut items, mut from, mut depth) = (Vec::new(), 0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '<' | '{' | '(' | '[' => depth += 1,
            '>' | '}' | ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                items.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    items.extend(Some(text[from..].trim()).filter(|last| !last.is_empty()));
    items
}

/// An update as written.
#[derive(Clone, Debug)]
pub struct Update {
    /// Without the clock.
    pub text: String,
    pub clock_us: Option<i64>,
    pub method: String,
    path: Vec<Step<Word>>,
    args: Vec<Arg<Word>>,
}

impl Update {
    pub fn read(text: &str, of: &Type) -> Self {
        let (text, clock_us) = match text.split_once(" @") {
            Some((text, clock)) => (text, Some(clock.parse().expect("a clock"))),
            None => (text, None),
        };
        let (place, args) = text.strip_suffix(')').and_then(|text| text.split_once('(')).expect("a call");
        let (place, method) = place.rsplit_once('.').unwrap_or(("", place));
        let path = path(place, of);
        let kind = path.iter().try_fold(&of.kind, |kind, step| kind.at(step)).expect("a place to update");
        let info = kind.info().method(method).unwrap_or_else(|| panic!("`{text}`: no such method"));
        let args = info.params.iter().zip(split(args)).map(|(param, text)| arg(*param, text, kind)).collect();
        Self { text: text.to_owned(), clock_us, method: method.to_owned(), path, args }
    }

    /// As it was read.
    pub fn written(&self) -> String {
        self.clock_us.map_or(self.text.clone(), |clock| format!("{} @{clock}", self.text))
    }

    /// Makes the delta.
    pub fn make(&self, state: &State<Word>, kind: &Kind, at: char, now_us: i64) -> Result<Mutation<Word>, UpdateError> {
        let stamp = Stamp { replica: replica(at), now_us: self.clock_us.unwrap_or(now_us) };
        state.mutate(kind, &self.path, &self.method, &self.args, &stamp)
    }
}

/// `m[k][j]`, `p.tags`, `m[k].tags`; the name in front says nothing.
fn path(place: &str, of: &Type) -> Vec<Step<Word>> {
    let begin = place.find(['[', '.']).unwrap_or(place.len());
    let steps = place[begin..].split(['[', '.', ']']).filter(|step| !step.is_empty());
    let step = |step: &str| match of.parts.iter().position(|part| part == step) {
        Some(part) => Step::Part(part),
        None => Step::Key(Word(step.to_owned())),
    };
    steps.map(step).collect()
}

fn arg(param: MethodParam, text: &str, kind: &Kind) -> Arg<Word> {
    match (param, kind) {
        (MethodParam::Element, _) => Arg::Element(Word(text.to_owned())),
        (MethodParam::ElementSet, _) => {
            let elements = text.trim_start_matches('{').trim_end_matches('}');
            Arg::Elements(split(elements).into_iter().map(|x| Word(x.to_owned())).collect())
        }
        (MethodParam::Amount, _) => Arg::Amount(text.parse().expect("an amount")),
        (MethodParam::Node, _) => Arg::Node(replica(text.parse().expect("a letter"))),
        (MethodParam::Rank, Kind::User(drawn)) => Arg::Rank(drawn.rank(text).expect("an element of the drawing")),
        (MethodParam::Pair, Kind::Lex(first, second)) => {
            let halves = split(text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).expect("a pair"));
            let half =
                |text: &str, kind: &Kind| arg(kind.info().method("set").expect("a register").params[0], text, kind);
            Arg::Pair(Box::new([half(halves[0], first), half(halves[1], second)]))
        }
        (param, kind) => panic!("a {kind} takes no {param}"),
    }
}

/// The same update of a value that stands under `m[k]`.
pub fn under_key(text: &str) -> String {
    let ident = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(0);
    match text[ident..].starts_with(['[', '.']) {
        true => format!("m[k]{}", &text[ident..]),
        false => format!("m[k].{text}"),
    }
}
