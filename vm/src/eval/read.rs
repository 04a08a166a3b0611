//! Reading variables and views, one look at a time.
//!
//! ```text
//! views[ad]            Var views ─ get(ad) ─► one counter ─► 7          the map is never built
//! carts[who].count     Var carts ─ get(who) ─► one set ─ len ─► 3       the set is never built
//! orders[o].note       Var orders ─ get(o) ─ part(1) ─► one register    the record is never built
//! views                Var views ─► every entry                         asked for as a whole: built
//! ```
//!
//! A chain of lookups and fields is followed through the state as far as it goes; where a key is missing, the default
//! of that lookup takes over as a plain value.
//!
//! Invariant: the same result as building the whole value and looking into that.

use lasp_lattice::{Kind, Leaf, Read as Reads, Reading};
use lasp_plan::format::untyped_text_of;
use lasp_plan::{Expr, ExprKind, Place, Value, VarPlan, ViewId};

use super::{Frame, World, arith, eval, mismatch, slot_of};
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

/// A variable, or what lies under some of its keys and in some of its parts.
pub(super) struct Part<'w> {
    reading: &'w dyn Reading<Value>,
    kind: &'w Kind,
    var: &'w VarPlan,
    /// Whether this is the variable itself, whose register may read as its bare content.
    top: bool,
}

/// Follows variables, views, lookups and fields; evaluates everything else.
pub(super) fn read<'w>(expr: &Expr, frame: &mut Frame<'_>, world: &'w dyn World) -> Result<Read<'w>, Failure> {
    match &expr.kind {
        ExprKind::Var(id) => {
            let (state, var) = world.var(*id);
            Ok(Read::State(Part { reading: state, kind: &var.kind, var, top: true }))
        }
        ExprKind::View(id) => Ok(Read::View(*id)),
        ExprKind::Lookup(of, key, default) => {
            let of = read(of, frame, world)?;
            let key = eval(key, frame, world)?;
            of.lookup(&key, default.as_deref(), expr.place, world)
        }
        ExprKind::Field(of, slot) => read(of, frame, world)?.field(*slot, expr.place, world),
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
            Read::State(part) => match (part.reading.get(key), part.kind) {
                (Some(reading), Kind::GMap(kind) | Kind::OrMap(kind)) => {
                    let part = Part { reading, kind, top: false, ..part };
                    // Under a default the entry is a part of the variable still; as an option it is a value.
                    if default.is_some() {
                        return Ok(Read::State(part));
                    }
                    Some(part.value(place)?)
                }
                // A clock reads as a map, and is one value.
                (None, kind) if kind.info().read == Reads::MapCounts => {
                    return Read::Value(part.value(place)?).lookup(key, default, place, world);
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

    /// A slot of a tuple or record; of a product, a part of the variable still.
    fn field(self, slot: u32, place: Place, world: &dyn World) -> Result<Read<'w>, Failure> {
        if let Read::State(part) = &self
            && let (Kind::Product(kinds), Some(reading)) = (part.kind, part.reading.part(slot as usize))
            && let Some(kind) = kinds.get(slot as usize)
        {
            return Ok(Read::State(Part { reading, kind, var: part.var, top: false }));
        }
        self.into_value(place, world).map(|value| Read::Value(slot_of(&value, slot).clone()))
    }

    /// How many elements there are.
    pub(super) fn len(&self, place: Place, world: &dyn World) -> Result<usize, Failure> {
        match self {
            Read::State(part) => match part.reading.leaf() {
                None => Ok(part.reading.len()),
                // A list or a clock is one value.
                Some(_) => Read::Value(part.value(place)?).len(place, world),
            },
            Read::View(id) => world.view_len(*id).map_err(|failure| failure.at(place)),
            Read::Value(Value::Set(items) | Value::List(items)) => Ok(items.len()),
            Read::Value(Value::Map(entries)) => Ok(entries.len()),
            Read::Value(other) => mismatch("a collection", other),
        }
    }

    /// Whether an element, or in a map a key, is there.
    pub(super) fn contains(&self, item: &Value, place: Place, world: &dyn World) -> Result<bool, Failure> {
        match self {
            Read::State(part) => match part.reading.leaf() {
                None => Ok(part.reading.contains(item)),
                Some(_) => Read::Value(part.value(place)?).contains(item, place, world),
            },
            Read::View(id) => world.view_contains(*id, item).map_err(|failure| failure.at(place)),
            Read::Value(Value::Set(items)) => Ok(items.binary_search(item).is_ok()),
            Read::Value(Value::List(items)) => Ok(items.contains(item)),
            Read::Value(Value::Map(entries)) => Ok(entries.binary_search_by(|(k, _)| k.cmp(item)).is_ok()),
            Read::Value(other) => mismatch("a collection", other),
        }
    }

    /// The keys of a map. What stands under them is not looked at, so it is no failure if that has no value.
    pub(super) fn keys(self, place: Place, world: &dyn World) -> Result<Value, Failure> {
        if let Read::State(part) = &self
            && part.reading.leaf().is_none()
        {
            return Ok(Value::Set(part.reading.entries().map(|(key, _)| key.clone()).collect()));
        }
        match self.into_value(place, world)? {
            Value::Map(entries) => Ok(Value::Set(entries.iter().map(|(key, _)| key.clone()).collect())),
            other => mismatch("a map", &other),
        }
    }

    /// Whether an option is set. A variable that was set twice is set.
    pub(super) fn has_content(self, place: Place, world: &dyn World) -> Result<bool, Failure> {
        if let Read::State(part) = &self
            && let Some(Leaf::Conflict(_)) = part.reading.leaf()
        {
            return Ok(true);
        }
        Ok(self.into_value(place, world)? != Value::None)
    }

    /// What this node may spend of a bounded counter. Nobody has made rights under a key that is not there.
    pub(super) fn rights(&self, place: Place, world: &dyn World) -> Result<Value, Failure> {
        let Read::State(part) = self else { return Ok(Value::Int(0)) };
        let rights = part.reading.rights(world.replica()).unwrap_or(0);
        i64::try_from(rights).map(Value::Int).map_err(|_| Fault::Outside(rights).failure(part.var, place))
    }
}

impl Part<'_> {
    fn value(&self, place: Place) -> Result<Value, Failure> {
        let bare = self.top && self.var.bare;
        state_value(self.reading, self.kind, bare).map_err(|fault| fault.failure(self.var, place))
    }
}

/// Why a state has no value.
pub(crate) enum Fault {
    /// A count that does not fit `int`.
    Outside(i128),
    /// A register that should have an initial value has none, because computing that failed.
    Unset,
    /// Two or more values where there should be one.
    Conflict(Vec<Value>),
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
            Fault::Conflict(values) => conflict(&var.name, values, place),
        }
    }
}

/// R0707: a variable that is set once was set to several values, each at a node that did not know of the others.
pub(super) fn conflict(name: &str, values: &[Value], place: Place) -> Failure {
    let values: Vec<String> = values.iter().map(untyped_text_of).collect();
    let message = format!("`{name}` was set more than once, and differently: {}", values.join(" and "));
    Failure::new("R0707", message, place)
}

/// What an expression sees of a leaf: a count as an int, a register as an option or, `bare`, as its content.
fn leaf_value(leaf: Leaf<Value>, bare: bool) -> Result<Value, Fault> {
    match leaf {
        Leaf::Conflict(values) => Err(Fault::Conflict(values)),
        Leaf::Pair(halves) => {
            let [first, second] = *halves;
            Ok(Value::tuple([leaf_value(first, false)?, leaf_value(second, false)?]))
        }
        settled => leaf_row(settled, bare),
    }
}

/// What stands for a leaf in a row of the dataflow: its value; for a conflict the set of values, which the compiler
/// tells from the option that belongs there.
pub(crate) fn leaf_row(leaf: Leaf<Value>, bare: bool) -> Result<Value, Fault> {
    Ok(match leaf {
        Leaf::Count(n) => Value::Int(i64::try_from(n).map_err(|_| Fault::Outside(n))?),
        Leaf::Option(Some(value)) if bare => value,
        Leaf::Option(Some(value)) => Value::some(value),
        Leaf::Option(None) if bare => return Err(Fault::Unset),
        Leaf::Option(None) => Value::None,
        Leaf::Bool(truth) => Value::Bool(truth),
        Leaf::Rank(rank) => Value::Variant(rank.into(), [].into()),
        Leaf::List(values) => Value::List(values.into()),
        Leaf::Clock(ticks) => {
            let mut entries = Vec::with_capacity(ticks.len());
            for (replica, n) in ticks {
                let n = i64::try_from(n).map_err(|_| Fault::Outside(n.into()))?;
                entries.push((Value::text(&replica.to_string()), Value::Int(n)));
            }
            Value::map(entries)
        }
        Leaf::Pair(halves) => {
            let [first, second] = *halves;
            Value::tuple([leaf_row(first, false)?, leaf_row(second, false)?])
        }
        Leaf::Conflict(values) => Value::Set(values.into()),
    })
}

/// What an expression sees of a state. O(its size).
pub(crate) fn state_value(reading: &dyn Reading<Value>, kind: &Kind, bare: bool) -> Result<Value, Fault> {
    if let Some(leaf) = reading.leaf() {
        return leaf_value(leaf, bare);
    }
    match (kind, kind.info().read) {
        (Kind::GMap(inner) | Kind::OrMap(inner), _) => {
            let entries = reading.entries().map(|(key, value)| Ok((key.clone(), state_value(value, inner, false)?)));
            // A state iterates in key order, so the entries are canonical as they come.
            Ok(Value::Map(entries.collect::<Result<Vec<_>, Fault>>()?.into()))
        }
        (Kind::Product(kinds), _) => {
            let part = |(at, kind)| {
                let part = reading.part(at).expect("a product has the parts its kind says");
                state_value(part, kind, false)
            };
            Ok(Value::tuple(kinds.iter().enumerate().map(part).collect::<Result<Vec<_>, Fault>>()?))
        }
        (_, Reads::Set) => Ok(Value::Set(reading.elements().cloned().collect())),
        (kind, _) => unreachable!("{} is neither a leaf, a set, a map nor a product", kind.name()),
    }
}
