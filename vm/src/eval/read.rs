//! Reading variables and views, one look at a time.
//!
//! ```text
//! views[ad]            Var views ─ get(ad) ─► one counter ─► 7          the map is never built
//! carts[who].count     Var carts ─ get(who) ─► one set ─ len ─► 3       the set is never built
//! views                Var views ─► every entry                         asked for as a whole: built
//! ```
//!
//! A chain of lookups is followed through the state as far as it goes; where a key is missing, the default of that lookup
//! takes over as a plain value.
//!
//! Invariant: the same result as building the whole value and looking into that.

use lasp_lattice::{Kind, Leaf, Read as Reads, State};
use lasp_plan::{Expr, ExprKind, Place, Value, VarPlan, ViewId};

use super::{Frame, World, arith, eval, mismatch};
use crate::Failure;

/// Something read, not yet built.
pub(super) enum Read<'w> {
    /// A part of a variable.
    State(Part<'w>),
    /// A whole view.
    View(ViewId),
    /// A plain value.
    Value(Value),
}

/// A variable, or what lies under some of its keys.
pub(super) struct Part<'w> {
    state: &'w State<Value>,
    kind: &'w Kind,
    var: &'w VarPlan,
    /// Whether this is the variable itself, whose register may read as its bare content.
    top: bool,
}

/// Follows variables, views and lookups; evaluates everything else.
pub(super) fn read<'w>(expr: &Expr, frame: &mut Frame<'_>, world: &'w dyn World) -> Result<Read<'w>, Failure> {
    match &expr.kind {
        ExprKind::Var(id) => {
            let (state, var) = world.var(*id);
            Ok(Read::State(Part { state, kind: &var.kind, var, top: true }))
        }
        ExprKind::View(id) => Ok(Read::View(*id)),
        ExprKind::Lookup(of, key, default) => {
            let of = read(of, frame, world)?;
            let key = eval(key, frame, world)?;
            of.lookup(&key, default.as_deref(), expr.place, world)
        }
        _ => eval(expr, frame, world).map(Read::Value),
    }
}

impl<'w> Read<'w> {
    /// Builds the value.
    pub(super) fn into_value(self, place: Place, world: &dyn World) -> Result<Value, Failure> {
        match self {
            Read::State(part) => part.value(place),
            Read::View(id) => world.view(id).map_err(|failure| failure.at(place)),
            Read::Value(value) => Ok(value),
        }
    }

    /// `m[k]`: with a default the value or the default, without one an option.
    fn lookup(
        self,
        key: &Value,
        default: Option<&Value>,
        place: Place,
        world: &dyn World,
    ) -> Result<Read<'w>, Failure> {
        let found = match self {
            Read::State(part) => match (part.state.get(key), part.kind) {
                (Some(state), Kind::GMap(kind)) => {
                    let part = Part { state, kind, top: false, ..part };
                    // Under a default the entry is a part of the variable still; as an option it is a value.
                    if default.is_some() {
                        return Ok(Read::State(part));
                    }
                    Some(part.value(place)?)
                }
                _ => None,
            },
            Read::View(id) => world.view_lookup(id, key).map_err(|failure| failure.at(place))?,
            Read::Value(Value::Map(entries)) => {
                entries.binary_search_by(|(k, _)| k.cmp(key)).ok().map(|at| entries[at].1.clone())
            }
            Read::Value(other) => mismatch("a map", &other),
        };
        Ok(Read::Value(match (found, default) {
            (Some(value), Some(_)) => value,
            (Some(value), None) => Value::some(value),
            (None, Some(default)) => default.clone(),
            (None, None) => Value::None,
        }))
    }

    /// How many elements there are.
    pub(super) fn len(&self, place: Place, world: &dyn World) -> Result<usize, Failure> {
        match self {
            Read::State(part) => Ok(part.state.len()),
            Read::View(id) => world.view_len(*id).map_err(|failure| failure.at(place)),
            Read::Value(Value::Set(items) | Value::List(items)) => Ok(items.len()),
            Read::Value(Value::Map(entries)) => Ok(entries.len()),
            Read::Value(other) => mismatch("a collection", other),
        }
    }

    /// Whether an element, or in a map a key, is there.
    pub(super) fn contains(&self, item: &Value, place: Place, world: &dyn World) -> Result<bool, Failure> {
        match self {
            Read::State(part) => Ok(part.state.contains(item)),
            Read::View(id) => world.view_contains(*id, item).map_err(|failure| failure.at(place)),
            Read::Value(Value::Set(items)) => Ok(items.binary_search(item).is_ok()),
            Read::Value(Value::List(items)) => Ok(items.contains(item)),
            Read::Value(Value::Map(entries)) => Ok(entries.binary_search_by(|(k, _)| k.cmp(item)).is_ok()),
            Read::Value(other) => mismatch("a collection", other),
        }
    }
}

impl Part<'_> {
    fn value(&self, place: Place) -> Result<Value, Failure> {
        let bare = self.top && self.var.bare;
        state_value(self.state, self.kind, bare).map_err(|fault| fault.failure(self.var, place))
    }
}

/// Why a state has no value.
pub(crate) enum Fault {
    /// A count that does not fit `int`.
    Outside(i128),
    /// A register that should have an initial value has none, because computing that failed.
    Unset,
}

impl Fault {
    /// The failure to show for a variable.
    pub(crate) fn failure(&self, var: &VarPlan, place: Place) -> Failure {
        match self {
            Fault::Outside(n) => arith::outside(&format!("`{}` counts {n}, which", var.name), "int", place),
            Fault::Unset => Failure::new(
                "R0706",
                format!("`{}` has no value, because its initial value could not be computed", var.name),
                place,
            ),
        }
    }
}

/// What an expression sees of a leaf: a count as an int, a register as an option or, `bare`, as its content.
pub(crate) fn leaf_value(leaf: Leaf<Value>, bare: bool) -> Result<Value, Fault> {
    match leaf {
        Leaf::Count(n) => i64::try_from(n).map(Value::Int).map_err(|_| Fault::Outside(n)),
        Leaf::Option(Some(value)) if bare => Ok(value),
        Leaf::Option(Some(value)) => Ok(Value::some(value)),
        Leaf::Option(None) if bare => Err(Fault::Unset),
        Leaf::Option(None) => Ok(Value::None),
    }
}

/// What an expression sees of a state. O(its size).
pub(crate) fn state_value(state: &State<Value>, kind: &Kind, bare: bool) -> Result<Value, Fault> {
    if let Some(leaf) = state.leaf() {
        return leaf_value(leaf, bare);
    }
    match (kind, kind.info().read) {
        (Kind::GMap(inner), _) => {
            let entries = state.entries().map(|(key, value)| Ok((key.clone(), state_value(value, inner, false)?)));
            // A state iterates in key order, so the entries are canonical as they come.
            Ok(Value::Map(entries.collect::<Result<Vec<_>, Fault>>()?.into()))
        }
        (_, Reads::Set) => Ok(Value::Set(state.elements().cloned().collect())),
        (kind, _) => unreachable!("{} is neither a leaf, a set nor a map", kind.name()),
    }
}
