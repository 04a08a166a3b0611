//! Types of generated programs: exact, so that what is generated always checks.
//!
//! A literal `3` is a `nat` and fits an `int`; a set of nats fits where a set of ints is wanted, but a map keyed by
//! nats is not looked up by an int. So every expression carries the type that the checker will infer for it, not just
//! the one that was asked for.

use lasp_plan::Value;

use super::rng::Rng;

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ty {
    Int,
    Nat,
    Float,
    Bool,
    Text,
    /// The enum `Shape` that every program declares.
    Shape,
    /// The lattice `Status` that every program declares, as the enum of its elements.
    Status,
    Tuple(Vec<Ty>),
    /// Fields sorted by name.
    Record(Vec<(String, Ty)>),
    Opt(Box<Ty>),
    List(Box<Ty>),
    Set(Box<Ty>),
    /// Key, value, and whether an absent key reads as a bottom.
    Map(Box<Ty>, Box<Ty>, bool),
}

/// The declaration of [`Ty::Shape`].
pub(crate) const SHAPE: &str = "type Shape = dot | line(int) | box(int, text)";

/// The declaration of [`Ty::Status`], and its elements in declared order.
pub(crate) const STATUS: &str = "lattice Status { placed < paid < shipped < returned, placed < cancelled < returned }";
pub(crate) const ELEMENTS: [&str; 5] = ["placed", "paid", "shipped", "returned", "cancelled"];

impl Ty {
    pub(crate) fn set(of: Ty) -> Ty {
        Ty::Set(Box::new(of))
    }

    pub(crate) fn opt(of: Ty) -> Ty {
        Ty::Opt(Box::new(of))
    }

    pub(crate) fn map(key: Ty, value: Ty, total: bool) -> Ty {
        Ty::Map(Box::new(key), Box::new(value), total)
    }

    pub(crate) fn pair(a: Ty, b: Ty) -> Ty {
        Ty::Tuple(vec![a, b])
    }

    /// The record that most sets of records hold.
    pub(crate) fn item() -> Ty {
        Ty::Record(vec![("k".into(), Ty::Text), ("v".into(), Ty::Int)])
    }

    /// Whether a value of this type can stand where `other` is wanted.
    pub(crate) fn fits(&self, other: &Ty) -> bool {
        self.common(other).as_ref() == Some(other)
    }

    /// The least type both fit.
    pub(crate) fn common(&self, other: &Ty) -> Option<Ty> {
        let both = |a: &Ty, b: &Ty| a.common(b).map(Box::new);
        Some(match (self, other) {
            (Ty::Int | Ty::Nat, Ty::Int) | (Ty::Int, Ty::Nat) => Ty::Int,
            (a, b) if a == b => a.clone(),
            (Ty::Tuple(a), Ty::Tuple(b)) if a.len() == b.len() => {
                Ty::Tuple(a.iter().zip(b).map(|(a, b)| a.common(b)).collect::<Option<_>>()?)
            }
            (Ty::Record(a), Ty::Record(b)) if a.len() == b.len() => {
                let field = |((name, a), (other, b)): (&(String, Ty), &(String, Ty))| {
                    (name == other).then(|| Some((name.clone(), a.common(b)?))).flatten()
                };
                Ty::Record(a.iter().zip(b).map(field).collect::<Option<_>>()?)
            }
            (Ty::Opt(a), Ty::Opt(b)) => Ty::Opt(both(a, b)?),
            (Ty::List(a), Ty::List(b)) => Ty::List(both(a, b)?),
            (Ty::Set(a), Ty::Set(b)) => Ty::Set(both(a, b)?),
            (Ty::Map(k, v, total), Ty::Map(l, w, other)) if total == other => Ty::Map(both(k, l)?, both(v, w)?, *total),
            _ => return None,
        })
    }

    /// Whether a map stands in it that only a variable reads as.
    pub(crate) fn has_total(&self) -> bool {
        match self {
            Ty::Map(_, value, total) => *total || value.has_total(),
            Ty::Opt(of) | Ty::List(of) | Ty::Set(of) => of.has_total(),
            Ty::Tuple(types) => types.iter().any(Ty::has_total),
            Ty::Record(fields) => fields.iter().any(|(_, ty)| ty.has_total()),
            _ => false,
        }
    }

    /// What iterating over it gives.
    pub(crate) fn element(&self) -> Option<Ty> {
        match self {
            Ty::Set(of) | Ty::List(of) => Some((**of).clone()),
            Ty::Map(key, value, _) => Some(Ty::pair((**key).clone(), (**value).clone())),
            _ => None,
        }
    }

    /// Whether `<` orders it.
    pub(crate) fn is_ordered(&self) -> bool {
        !matches!(self, Ty::Set(_) | Ty::Map(..))
    }

    /// As the program writes it.
    pub(crate) fn text(&self) -> String {
        let list = |types: &[Ty]| types.iter().map(Ty::text).collect::<Vec<_>>().join(", ");
        match self {
            Ty::Int => "int".into(),
            Ty::Nat => "nat".into(),
            Ty::Float => "float".into(),
            Ty::Bool => "bool".into(),
            Ty::Text => "text".into(),
            Ty::Shape => "Shape".into(),
            Ty::Status => "Status".into(),
            Ty::Tuple(types) => format!("({})", list(types)),
            Ty::Record(fields) => {
                let fields: Vec<_> = fields.iter().map(|(name, ty)| format!("{name}: {}", ty.text())).collect();
                format!("{{ {} }}", fields.join(", "))
            }
            Ty::Opt(of) => format!("option<{}>", of.text()),
            Ty::List(of) => format!("list<{}>", of.text()),
            Ty::Set(of) => format!("set<{}>", of.text()),
            Ty::Map(key, value, _) => format!("map<{}, {}>", key.text(), value.text()),
        }
    }

    /// A value for an event's field, from a domain so small that values meet again.
    pub(crate) fn value(&self, rng: &mut Rng) -> Value {
        match self {
            Ty::Int if rng.chance(2) => Value::Int(*rng.pick(&[i64::MAX, i64::MIN, i64::MAX - 1])),
            Ty::Int => Value::Int(rng.between(-4, 4)),
            Ty::Nat if rng.chance(2) => Value::Int(i64::MAX),
            Ty::Nat => Value::Int(rng.between(0, 4)),
            Ty::Float => Value::Float((*rng.pick(&[0.0, 0.5, -1.5, 2.0, 0.1, 1e308, -1e308])).into()),
            Ty::Bool => Value::Bool(rng.chance(50)),
            Ty::Text => Value::text(["a", "b", "c", "d"][rng.below(4)]),
            Ty::Shape => match rng.below(3) {
                0 => Value::Variant(0, [].into()),
                1 => Value::Variant(1, [Ty::Int.value(rng)].into()),
                _ => Value::Variant(2, [Ty::Int.value(rng), Ty::Text.value(rng)].into()),
            },
            Ty::Status => Value::Variant(rng.below(ELEMENTS.len()) as u32, [].into()),
            Ty::Tuple(types) => Value::tuple(types.iter().map(|ty| ty.value(rng)).collect::<Vec<_>>()),
            Ty::Record(fields) => Value::tuple(fields.iter().map(|(_, ty)| ty.value(rng)).collect::<Vec<_>>()),
            Ty::Opt(of) => {
                if rng.chance(25) {
                    Value::None
                } else {
                    Value::some(of.value(rng))
                }
            }
            Ty::List(of) => Value::List((0..rng.below(4)).map(|_| of.value(rng)).collect()),
            Ty::Set(of) => Value::set((0..rng.below(4)).map(|_| of.value(rng)).collect()),
            Ty::Map(key, value, _) => {
                Value::map((0..rng.below(3)).map(|_| (key.value(rng), value.value(rng))).collect())
            }
        }
    }
}
