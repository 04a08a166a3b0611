//! How the rows of a variable's ports lie: from its lattice and the type that it reads as.
//!
//! ```text
//! gmap<text, gcounter>        port 0   (text, int)
//! gmap<text, orset<int>>      port 0   (text)           port 1   (text, int)
//! ```
//!
//! Neighbour: `lasp_lattice::Kind::ports`, which says how many columns each has; where the two should not agree, the
//! columns hold anything.

use lasp_lattice::{Kind, PortRow};
use lasp_plan::{Type, VarPlan};

use super::repr::Repr;

/// The columns of each port.
pub(crate) fn ports(var: &VarPlan) -> Vec<Vec<Repr>> {
    let mut ports = columns(&var.kind, Some(&var.ty));
    let shapes = var.kind.ports();
    ports.resize(shapes.len(), Vec::new());
    for (port, shape) in ports.iter_mut().zip(shapes) {
        let wanted = shape.keys + usize::from(shape.row != PortRow::Keys);
        if port.len() != wanted {
            *port = vec![Repr::Boxed; wanted];
        }
    }
    ports
}

fn columns(kind: &Kind, ty: Option<&Type>) -> Vec<Vec<Repr>> {
    let whole = |ty: Option<&Type>| ty.map_or(Repr::Boxed, Repr::of);
    match (kind, ty) {
        (Kind::GMap(inner) | Kind::OrMap(inner), ty) => {
            let (key, value) = match ty {
                Some(Type::Map(key, value)) => (Repr::of(key), Some(&**value)),
                _ => (Repr::Boxed, None),
            };
            let below = columns(inner, value).into_iter();
            let below = below.map(|port| std::iter::once(key.clone()).chain(port).collect());
            let own = (inner.row() != PortRow::Scalar).then(|| vec![key.clone()]);
            own.into_iter().chain(below).collect()
        }
        (Kind::Product(kinds), ty) => {
            let part = |at: usize| match ty {
                Some(Type::Record(fields)) => fields.get(at).map(|(_, ty)| ty),
                Some(Type::Tuple(types)) => types.get(at),
                _ => None,
            };
            kinds.iter().enumerate().flat_map(|(at, kind)| columns(kind, part(at))).collect()
        }
        // Where it was set twice, the row holds the set of both values.
        (Kind::Ivar | Kind::Lex(..), _) => vec![vec![Repr::Boxed]],
        (kind, ty) => match (kind.row(), ty) {
            (PortRow::Elements, Some(Type::Set(element))) => vec![vec![Repr::of(element)]],
            (PortRow::Elements, _) => vec![vec![Repr::Boxed]],
            _ => vec![vec![whole(ty)]],
        },
    }
}
