//! The updates to try on a variable: every method of its lattice, and of those below its keys and parts.
//!
//! ```text
//! var carts: gmap<text, { items: orset<int>, open: flag }>
//!   carts["a"].items.add(1) … carts["a"].items.clear() … carts["b"].open.enable()
//! ```
//!
//! Which methods there are and what they take is read from the registry of lattices. Neighbours: `alphabet` the values.

use lasp_lattice::{Arg, Kind, MethodParam, Step};
use lasp_plan::format::text_of;
use lasp_plan::{Type, Value, VarPlan};

use super::alphabet::{Alphabet, BULK_MAX};

/// How many updates are tried per variable.
const PER_VAR_MAX: usize = 48;
/// How many elements are tried in a variable, and below keys.
const ELEMENTS: [usize; 3] = [7, 4, 3];
/// How many keys.
const KEYS: [usize; 3] = [5, 4, 2];

/// An update of a variable.
#[derive(Clone, Debug, PartialEq)]
pub struct Op {
    /// Which variable, by position.
    pub(super) var: usize,
    /// The way to the lattice that is updated.
    pub(super) path: Vec<Step<Value>>,
    /// The method.
    pub(super) method: &'static str,
    /// Its arguments.
    pub(super) args: Vec<Arg<Value>>,
}

/// What to try, by variable.
pub(super) fn all(vars: &[VarPlan], alphabet: &Alphabet) -> Vec<Vec<Op>> {
    let of = |(var, plan): (usize, &VarPlan)| {
        let mut found = Vec::new();
        let mut site = Site { alphabet, var, path: Vec::new(), found: &mut found };
        site.visit(&plan.kind, &plan.ty, 0);
        thinned(found)
    };
    vars.iter().enumerate().map(of).collect()
}

/// Evenly fewer of them. The variable's own updates, such as the removal of a key, all stay.
fn thinned(ops: Vec<Op>) -> Vec<Op> {
    let (own, below): (Vec<Op>, Vec<Op>) = ops.into_iter().partition(|op| op.path.is_empty());
    let (len, most) = (below.len(), PER_VAR_MAX.saturating_sub(own.len()));
    let keep = |at: usize| len <= most || (at * most) / len != ((at + 1) * most) / len;
    let kept = below.into_iter().enumerate().filter(|(at, _)| keep(*at)).map(|(_, op)| op);
    own.into_iter().chain(kept).collect()
}

/// A place in a variable.
struct Site<'a> {
    alphabet: &'a Alphabet,
    var: usize,
    path: Vec<Step<Value>>,
    found: &'a mut Vec<Op>,
}

impl Site<'_> {
    fn visit(&mut self, kind: &Kind, ty: &Type, depth: usize) {
        for method in kind.info().methods {
            let choices: Option<Vec<Vec<Arg<Value>>>> =
                method.params.iter().map(|param| self.args(*param, kind, ty, depth)).collect();
            // No method takes two parameters of which several values matter, but `transfer`, which is left out.
            match choices.as_deref() {
                Some([]) => self.push(method.name, Vec::new()),
                Some([choices]) => choices.iter().for_each(|arg| self.push(method.name, vec![arg.clone()])),
                _ => {}
            }
        }
        match (kind, ty) {
            (Kind::GMap(inner) | Kind::OrMap(inner), Type::Map(key, value)) => {
                for key in self.alphabet.many(key, 2, KEYS[depth.min(2)]) {
                    self.path.push(Step::Key(key));
                    self.visit(inner, value, depth + 1);
                    self.path.pop();
                }
            }
            (Kind::Product(kinds), ty) => {
                for (part, (kind, ty)) in kinds.iter().zip(parts_of(ty)).enumerate() {
                    self.path.push(Step::Part(part));
                    self.visit(kind, ty, depth);
                    self.path.pop();
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, method: &'static str, args: Vec<Arg<Value>>) {
        self.found.push(Op { var: self.var, path: self.path.clone(), method, args });
    }

    /// What to try for a parameter; none for a node.
    fn args(&self, param: MethodParam, kind: &Kind, ty: &Type, depth: usize) -> Option<Vec<Arg<Value>>> {
        let content = || content(kind, ty);
        let most = ELEMENTS[depth.min(2)];
        Some(match param {
            MethodParam::Element => self.alphabet.values(&content(), most).into_iter().map(Arg::Element).collect(),
            MethodParam::ElementSet => {
                let all = self.alphabet.many(&content(), 1, BULK_MAX);
                let two = all[..all.len().min(2)].to_vec();
                if two.len() == all.len() {
                    vec![Arg::Elements(all)]
                } else {
                    vec![Arg::Elements(two), Arg::Elements(all)]
                }
            }
            MethodParam::Amount => self.alphabet.amounts().into_iter().map(Arg::Amount).collect(),
            MethodParam::Rank => match kind {
                Kind::User(drawn) => {
                    (0..drawn.elements().len()).filter_map(|at| Some(Arg::Rank(u16::try_from(at).ok()?))).collect()
                }
                _ => return None,
            },
            MethodParam::Pair => match (&kind.inner()[..], ty) {
                ([first, second], Type::Tuple(types)) if types.len() == 2 => {
                    let half = |kind: &Kind, ty: &Type| {
                        let param = kind.info().method("set")?.params.first()?;
                        self.args(*param, kind, ty, depth + 1)
                    };
                    let (firsts, seconds) = (half(first, &types[0])?, half(second, &types[1])?);
                    let pair = |a: &Arg<Value>, b: &Arg<Value>| Arg::Pair(Box::new([a.clone(), b.clone()]));
                    firsts.iter().flat_map(|a| seconds.iter().map(move |b| pair(a, b))).collect()
                }
                _ => return None,
            },
            MethodParam::Node => return None,
        })
    }
}

/// The types of the parts of what a product reads as.
fn parts_of(ty: &Type) -> Vec<&Type> {
    match ty {
        Type::Record(fields) => fields.iter().map(|(_, ty)| ty).collect(),
        Type::Tuple(types) => types.iter().collect(),
        _ => Vec::new(),
    }
}

/// The type of the elements, keys or content of a lattice that reads as `ty`.
fn content(kind: &Kind, ty: &Type) -> Type {
    match (kind, ty) {
        (Kind::Max | Kind::Min | Kind::Lww | Kind::Ivar, Type::Option(of)) => (**of).clone(),
        (Kind::User(_) | Kind::Max | Kind::Min | Kind::Lww | Kind::Ivar, ty) => ty.clone(),
        (_, Type::Set(of) | Type::List(of)) => (**of).clone(),
        (_, Type::Map(key, _)) => (**key).clone(),
        (_, ty) => ty.clone(),
    }
}

impl Op {
    /// How many elements it has to do with.
    pub(super) fn weight(&self) -> usize {
        let elements: usize =
            self.args.iter().map(|arg| if let Arg::Elements(all) = arg { all.len() } else { 1 }).sum();
        // `clear` has to do with whatever is there, and says less than the removal of one.
        elements.max(1)
    }

    /// The same with one element less, if it has to do with several.
    pub(super) fn with_fewer(&self) -> Vec<Op> {
        let mut made = Vec::new();
        for (n, arg) in self.args.iter().enumerate() {
            let Arg::Elements(all) = arg else { continue };
            // From the end: the first elements are those that the question names.
            for left_out in (0..all.len()).rev() {
                let mut fewer = all.clone();
                fewer.remove(left_out);
                let mut op = self.clone();
                op.args[n] = Arg::Elements(fewer);
                made.push(op);
            }
        }
        made
    }

    /// In the words of the program: `carts["a"].items.add(1)`.
    pub(super) fn text(&self, vars: &[VarPlan]) -> String {
        let Some(var) = vars.get(self.var) else { return String::new() };
        let (mut text, mut kind, mut ty) = (var.name.clone(), &var.kind, &var.ty);
        for step in &self.path {
            match (step, ty) {
                (Step::Key(key), Type::Map(of, value)) => {
                    text.push_str(&format!("[{}]", text_of(key, of)));
                    ty = value;
                }
                (Step::Part(part), Type::Record(fields)) => {
                    if let Some((name, of)) = fields.get(*part) {
                        text.push_str(&format!(".{name}"));
                        ty = of;
                    }
                }
                (Step::Part(part), Type::Tuple(types)) => {
                    text.push_str(&format!(".{part}"));
                    ty = types.get(*part).unwrap_or(ty);
                }
                _ => {}
            }
            kind = kind.at(step).unwrap_or(kind);
        }
        let args: Vec<String> = self.args.iter().map(|arg| arg_text(arg, kind, ty)).collect();
        format!("{text}.{}({})", self.method, args.join(", "))
    }
}

fn arg_text(arg: &Arg<Value>, kind: &Kind, ty: &Type) -> String {
    match (arg, kind.inner().as_slice(), ty) {
        (Arg::Element(value), _, _) => text_of(value, &content(kind, ty)),
        (Arg::Elements(values), _, _) => text_of(&Value::set(values.clone()), &Type::Set(Box::new(content(kind, ty)))),
        (Arg::Amount(n), _, _) => n.to_string(),
        (Arg::Rank(rank), _, _) => text_of(&Value::Variant((*rank).into(), [].into()), ty),
        (Arg::Pair(halves), [first, second], Type::Tuple(types)) if types.len() == 2 => {
            format!("({}, {})", arg_text(&halves[0], first, &types[0]), arg_text(&halves[1], second, &types[1]))
        }
        (Arg::Pair(_) | Arg::Node(_), _, _) => "…".to_string(),
    }
}
