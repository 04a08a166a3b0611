//! Types as the checker sees them: the plan's types, plus holes to be inferred and a type for what is already reported.
//!
//! `nat` is a subtype of `int`; values are immutable, so every constructor is covariant: `set<nat>` goes where
//! `set<int>` is wanted, and no conversion happens at run time. A *total* map is what a `gmap` reads as: `m[k]` of an
//! absent key is the bottom of its value type; of any other map `m[k]` is an option.
//!
//! Invariants: fields of a record are sorted by name; [`Ty::Error`] fits everything, so that one mistake is reported
//! once.

use std::rc::Rc;
use std::sync::Arc;

use lasp_lattice::UserLattice;
use lasp_plan::{EnumType, Type, Value};

/// A type during checking.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // The plain ones are named as users write them.
pub enum Ty {
    Int,
    Nat,
    Float,
    Bool,
    Text,
    Bytes,
    Time,
    Duration,
    Tuple(Vec<Ty>),
    Record(Vec<(String, Ty)>),
    Option(Box<Ty>),
    List(Box<Ty>),
    Set(Box<Ty>),
    /// Key, value, and whether it is total.
    Map(Box<Ty>, Box<Ty>, bool),
    Enum(Rc<EnumTy>),
    /// A hole, by number.
    Var(u32),
    /// Already reported.
    Error,
}

/// A declared enum.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EnumTy {
    /// Its name, with the arguments it was instantiated with.
    pub name: String,
    /// Variants in declared order.
    pub variants: Vec<(String, Vec<Ty>)>,
    /// The lattice whose elements they are, if it is one's.
    pub drawn: Option<Arc<UserLattice>>,
}

impl Ty {
    /// `set<t>`.
    #[must_use]
    pub fn set(of: Ty) -> Ty {
        Ty::Set(Box::new(of))
    }

    /// `option<t>`.
    #[must_use]
    pub fn option(of: Ty) -> Ty {
        Ty::Option(Box::new(of))
    }

    /// `list<t>`.
    #[must_use]
    pub fn list(of: Ty) -> Ty {
        Ty::List(Box::new(of))
    }

    /// `map<k, v>`.
    #[must_use]
    pub fn map(key: Ty, value: Ty, total: bool) -> Ty {
        Ty::Map(Box::new(key), Box::new(value), total)
    }

    /// `()`.
    #[must_use]
    pub fn unit() -> Ty {
        Ty::Tuple(Vec::new())
    }

    /// `int`, `nat` or `float`.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self, Ty::Int | Ty::Nat | Ty::Float)
    }

    /// `int` or `nat`.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        matches!(self, Ty::Int | Ty::Nat)
    }

    /// Something with elements that a view keeps as a relation.
    #[must_use]
    pub fn is_relation(&self) -> bool {
        matches!(self, Ty::Set(_) | Ty::Map(..))
    }

    /// The types inside it, one level down.
    #[must_use]
    pub fn parts(&self) -> Vec<&Ty> {
        match self {
            Ty::Tuple(types) => types.iter().collect(),
            Ty::Record(fields) => fields.iter().map(|(_, ty)| ty).collect(),
            Ty::Option(ty) | Ty::List(ty) | Ty::Set(ty) => vec![ty],
            Ty::Map(key, value, _) => vec![key, value],
            Ty::Enum(declared) => declared.variants.iter().flat_map(|(_, fields)| fields).collect(),
            _ => Vec::new(),
        }
    }

    /// How many nodes it has, counted up to `most`: a chain of definitions that each use the last one twice doubles at
    /// every step.
    #[must_use]
    pub fn size(&self, most: usize) -> usize {
        let mut size = 1;
        for part in self.parts() {
            if size >= most {
                break;
            }
            size += part.size(most - size);
        }
        size
    }

    /// Whether types lie deeper in each other than this.
    #[must_use]
    pub fn is_deeper_than(&self, most: usize) -> bool {
        most == 0 || self.parts().into_iter().any(|part| part.is_deeper_than(most - 1))
    }

    /// The drawn lattice it is the elements of, also as the content of an option.
    #[must_use]
    pub fn drawn(&self) -> Option<&Arc<UserLattice>> {
        match self {
            Ty::Enum(declared) => declared.drawn.as_ref(),
            Ty::Option(inner) => inner.drawn(),
            _ => None,
        }
    }

    /// What an absent entry of this type reads as, if the type has a bottom.
    #[must_use]
    pub fn bottom(&self) -> Option<Value> {
        match self {
            Ty::Int | Ty::Nat => Some(Value::Int(0)),
            Ty::Bool => Some(Value::Bool(false)),
            Ty::Option(_) => Some(Value::None),
            Ty::Set(_) => Some(Value::set(Vec::new())),
            Ty::List(_) => Some(Value::List([].into())),
            Ty::Map(..) => Some(Value::map(Vec::new())),
            Ty::Record(fields) => {
                fields.iter().map(|(_, ty)| ty.bottom()).collect::<Option<Vec<_>>>().map(Value::tuple)
            }
            Ty::Tuple(parts) => parts.iter().map(Ty::bottom).collect::<Option<Vec<_>>>().map(Value::tuple),
            Ty::Enum(declared) => {
                let drawn = declared.drawn.as_ref()?;
                Some(Value::Variant(drawn.least().into(), [].into()))
            }
            _ => None,
        }
    }

    /// The closed type for the plan; a hole that is left stands for a type without values that are ever seen.
    #[must_use]
    pub fn closed(&self) -> Type {
        match self {
            Ty::Int => Type::Int,
            Ty::Nat => Type::Nat,
            Ty::Float => Type::Float,
            Ty::Bool => Type::Bool,
            Ty::Text => Type::Text,
            Ty::Bytes => Type::Bytes,
            Ty::Time => Type::Time,
            Ty::Duration => Type::Duration,
            Ty::Tuple(types) => Type::Tuple(types.iter().map(Ty::closed).collect()),
            Ty::Record(fields) => Type::Record(fields.iter().map(|(name, ty)| (name.clone(), ty.closed())).collect()),
            Ty::Option(ty) => Type::Option(Box::new(ty.closed())),
            Ty::List(ty) => Type::List(Box::new(ty.closed())),
            Ty::Set(ty) => Type::Set(Box::new(ty.closed())),
            Ty::Map(key, value, _) => Type::Map(Box::new(key.closed()), Box::new(value.closed())),
            Ty::Enum(declared) => Type::Enum(EnumType {
                name: declared.name.clone(),
                variants: declared
                    .variants
                    .iter()
                    .map(|(name, fields)| (name.clone(), fields.iter().map(Ty::closed).collect()))
                    .collect(),
            }),
            Ty::Var(_) | Ty::Error => Type::Tuple(Vec::new()),
        }
    }
}

impl std::fmt::Display for Ty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Ty::Tuple(types) => {
                let types: Vec<String> = types.iter().map(Ty::to_string).collect();
                write!(f, "({})", types.join(", "))
            }
            Ty::Record(fields) => {
                let fields: Vec<String> = fields.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
                if fields.is_empty() { f.write_str("{ }") } else { write!(f, "{{ {} }}", fields.join(", ")) }
            }
            Ty::Option(ty) => write!(f, "option<{ty}>"),
            Ty::List(ty) => write!(f, "list<{ty}>"),
            Ty::Set(ty) => write!(f, "set<{ty}>"),
            Ty::Map(key, value, _) => write!(f, "map<{key}, {value}>"),
            Ty::Enum(declared) => f.write_str(&declared.name),
            Ty::Var(_) | Ty::Error => f.write_str("_"),
            plain => write!(f, "{}", plain.closed()),
        }
    }
}

/// The holes of one program and what is known of them.
#[derive(Debug, Default)]
pub struct Holes {
    bound: Vec<Option<Ty>>,
}

impl Holes {
    /// A new hole.
    pub fn fresh(&mut self) -> Ty {
        self.bound.push(None);
        Ty::Var(u32::try_from(self.bound.len() - 1).unwrap_or(u32::MAX))
    }

    /// The type with known holes filled at its head.
    #[must_use]
    pub fn head(&self, ty: &Ty) -> Ty {
        let mut ty = ty.clone();
        while let Ty::Var(hole) = ty {
            match self.bound.get(hole as usize).and_then(Option::as_ref) {
                Some(bound) => ty = bound.clone(),
                None => return ty,
            }
        }
        ty
    }

    /// The type with known holes filled everywhere.
    #[must_use]
    pub fn full(&self, ty: &Ty) -> Ty {
        self.filled(ty, |plain| plain)
    }

    /// The type with `int` for every `nat` in it: what a set of such elements may be asked for.
    #[must_use]
    pub fn widest(&self, ty: &Ty) -> Ty {
        self.filled(ty, |plain| if plain == Ty::Nat { Ty::Int } else { plain })
    }

    /// The type with known holes filled everywhere, and something else for what has no parts.
    fn filled(&self, ty: &Ty, leaf: fn(Ty) -> Ty) -> Ty {
        let part = |ty: &Ty| self.filled(ty, leaf);
        match self.head(ty) {
            Ty::Tuple(types) => Ty::Tuple(types.iter().map(part).collect()),
            Ty::Record(fields) => Ty::Record(fields.iter().map(|(name, ty)| (name.clone(), part(ty))).collect()),
            Ty::Option(ty) => Ty::option(part(&ty)),
            Ty::List(ty) => Ty::list(part(&ty)),
            Ty::Set(ty) => Ty::set(part(&ty)),
            Ty::Map(key, value, total) => Ty::map(part(&key), part(&value), total),
            plain => leaf(plain),
        }
    }

    /// Whether a hole is left anywhere in it.
    #[must_use]
    pub fn is_open(&self, ty: &Ty) -> bool {
        match self.head(ty) {
            Ty::Var(_) => true,
            Ty::Enum(_) => false,
            known => known.parts().into_iter().any(|part| self.is_open(part)),
        }
    }

    fn occurs(&self, hole: u32, ty: &Ty) -> bool {
        match self.head(ty) {
            Ty::Var(other) => other == hole,
            Ty::Enum(_) => false,
            known => known.parts().into_iter().any(|part| self.occurs(hole, part)),
        }
    }

    /// Whether a value of `found` goes where `wanted` is wanted; fills holes on both sides on the way.
    pub fn fits(&mut self, found: &Ty, wanted: &Ty) -> bool {
        match (self.head(found), self.head(wanted)) {
            (Ty::Error, _) | (_, Ty::Error) => true,
            (Ty::Var(a), Ty::Var(b)) if a == b => true,
            (Ty::Var(hole), ty) | (ty, Ty::Var(hole)) => {
                if self.occurs(hole, &ty) {
                    return false;
                }
                self.bound[hole as usize] = Some(ty);
                true
            }
            (Ty::Nat, Ty::Int) => true,
            (Ty::Tuple(a), Ty::Tuple(b)) => a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| self.fits(a, b)),
            (Ty::Record(a), Ty::Record(b)) => {
                a.len() == b.len() && a.iter().zip(&b).all(|((x, a), (y, b))| x == y && self.fits(a, b))
            }
            (Ty::Option(a), Ty::Option(b)) | (Ty::List(a), Ty::List(b)) | (Ty::Set(a), Ty::Set(b)) => self.fits(&a, &b),
            (Ty::Map(ka, va, total_a), Ty::Map(kb, vb, total_b)) => {
                (total_a || !total_b) && self.fits(&ka, &kb) && self.fits(&va, &vb)
            }
            (a, b) => a == b,
        }
    }

    /// The least type both fit, if there is one.
    pub fn common(&mut self, a: &Ty, b: &Ty) -> Option<Ty> {
        match (self.head(a), self.head(b)) {
            (Ty::Error, other) | (other, Ty::Error) => Some(other),
            (Ty::Int, Ty::Nat) | (Ty::Nat, Ty::Int) => Some(Ty::Int),
            (Ty::Tuple(a), Ty::Tuple(b)) if a.len() == b.len() => {
                a.iter().zip(&b).map(|(a, b)| self.common(a, b)).collect::<Option<_>>().map(Ty::Tuple)
            }
            (Ty::Record(a), Ty::Record(b)) if a.len() == b.len() => a
                .iter()
                .zip(&b)
                .map(|((x, a), (y, b))| if x == y { self.common(a, b).map(|ty| (x.clone(), ty)) } else { None })
                .collect::<Option<_>>()
                .map(Ty::Record),
            (Ty::Option(a), Ty::Option(b)) => self.common(&a, &b).map(Ty::option),
            (Ty::List(a), Ty::List(b)) => self.common(&a, &b).map(Ty::list),
            (Ty::Set(a), Ty::Set(b)) => self.common(&a, &b).map(Ty::set),
            (Ty::Map(ka, va, total_a), Ty::Map(kb, vb, total_b)) => {
                let key = self.common(&ka, &kb)?;
                let value = self.common(&va, &vb)?;
                Some(Ty::map(key, value, total_a && total_b))
            }
            (a, b) => self.fits(&a, &b).then_some(b),
        }
    }
}
