//! Functions of single values: texts, numbers, times, durations. Each is a line of a table.
//!
//! ```text
//! "floor"   of a float                  -> float        x.floor()
//! "floor"   of a time, step: duration   -> time         t.floor(1h)
//! ```
//!
//! A name may have several lines; the type of what it is called on chooses. Neighbours: `rules` for what works on
//! collections; `rising` tells the judges which way a result goes.

use lasp_plan::Func;

use super::expr::described;
use super::{Call, Checker};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::hir::{Hir, HirKind};
use crate::ty::Ty;

/// The types in the table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    Int,
    Nat,
    Float,
    Bool,
    Text,
    Time,
    Duration,
    Texts,
    MaybeInt,
    MaybeFloat,
}

impl Is {
    fn ty(self) -> Ty {
        match self {
            Is::Int => Ty::Int,
            Is::Nat => Ty::Nat,
            Is::Float => Ty::Float,
            Is::Bool => Ty::Bool,
            Is::Text => Ty::Text,
            Is::Time => Ty::Time,
            Is::Duration => Ty::Duration,
            Is::Texts => Ty::List(Box::new(Ty::Text)),
            Is::MaybeInt => Ty::option(Ty::Int),
            Is::MaybeFloat => Ty::option(Ty::Float),
        }
    }
}

struct Form {
    name: &'static str,
    of: Is,
    /// With whether they must be there.
    params: &'static [(&'static str, Is, bool)],
    gives: Is,
    func: Func,
}

macro_rules! forms {
    ($($name:literal $of:ident ($($param:literal $is:ident $must:literal),*) $gives:ident $func:ident)+) => {
        const FORMS: &[Form] = &[$(Form {
            name: $name,
            of: Is::$of,
            params: &[$(($param, Is::$is, $must)),*],
            gives: Is::$gives,
            func: Func::$func,
        },)+];
    };
}

forms! {
    "length" Text () Nat Length
    "upper" Text () Text Upper
    "lower" Text () Text Lower
    "trim" Text () Text Trim
    "starts_with" Text ("part" Text true) Bool StartsWith
    "ends_with" Text ("part" Text true) Bool EndsWith
    "contains" Text ("part" Text true) Bool TextContains
    "replace" Text ("what" Text true, "with" Text true) Text Replace
    "split" Text ("by" Text true) Texts Split
    "slice" Text ("from" Int true, "to" Int false) Text Slice
    "join" Texts ("between" Text true) Text JoinText
    "to_int" Text () MaybeInt ParseInt
    "to_float" Text () MaybeFloat ParseFloat
    "round" Float () Float Round
    "floor" Float () Float Floor
    "floor" Time ("step" Duration true) Time FloorTo
    "floor" Duration ("step" Duration true) Duration FloorTo
    "ceil" Float () Float Ceil
    "sqrt" Float () Float Sqrt
    "time" Int () Time ToTime
    "year" Time () Int Year
    "month" Time () Nat Month
    "day" Time () Nat Day
    "hour" Time () Nat Hour
    "minute" Time () Nat Minute
    "second" Time () Nat Second
    "weekday" Time () Nat Weekday
    "milliseconds" Duration () Int Milliseconds
    "seconds" Duration () Int Seconds
    "minutes" Duration () Int Minutes
    "hours" Duration () Int Hours
    "days" Duration () Int Days
}

/// Whether a result goes up, or stays, when the first argument does and the others stay.
pub(crate) fn rising(func: Func) -> bool {
    use Func::{
        Ceil, Days, Floor, FloorTo, Hours, Milliseconds, Minutes, Round, Seconds, ToFloat, ToInt, ToNat, ToTime,
    };
    matches!(func, ToFloat | ToInt | ToNat | ToTime | Round | Floor | Ceil | FloorTo | Func::Year)
        || matches!(func, Milliseconds | Seconds | Minutes | Hours | Days)
}

/// A function of the table.
pub(crate) fn scalar(c: &mut Checker<'_>, call: Call<'_>) -> Hir {
    let forms: Vec<&Form> = FORMS.iter().filter(|form| form.name == call.name.text).collect();
    let found = c.head(&call.receiver.ty);
    let fits = |form: &&&Form| form.of.ty() == found || (form.of == Is::Int && found == Ty::Nat);
    let form = match (forms.iter().find(fits), forms.as_slice()) {
        (Some(form), _) => form,
        (None, [only]) => {
            c.fit(&call.receiver, &only.of.ty());
            only
        }
        (None, several) => {
            if found != Ty::Error {
                not_among(c, &call, several);
            }
            call.args.iter().for_each(|arg| drop(c.infer(&arg.value, None)));
            return c.wrong(call.span);
        }
    };
    let gives = form.gives.ty();
    let params: Vec<(&str, bool)> = form.params.iter().map(|(name, _, must)| (*name, *must)).collect();
    let Some(args) = c.arguments(&call, &params) else { return c.hir(HirKind::Error, gives, call.span) };
    let mut parts = vec![call.receiver];
    for (arg, (_, is, _)) in args.into_iter().zip(form.params) {
        parts.extend(arg.map(|arg| c.want(arg, &is.ty())));
    }
    c.hir(HirKind::Call(form.func, parts), gives, call.span)
}

fn not_among(c: &mut Checker<'_>, call: &Call<'_>, forms: &[&Form]) {
    let ty = c.known(&call.receiver.ty);
    let mut wanted: Vec<String> = forms.iter().map(|form| described(&form.of.ty())).collect();
    let last = wanted.pop().unwrap_or_default();
    let wanted = format!("{} or {last}", wanted.join(", "));
    let place = call.receiver.place;
    let mut diagnostic = Diagnostic::new(
        Code::E0201,
        place,
        format!("`{}` works on {wanted}, and this is {}", call.name.text, described(&ty)),
    )
    .label(format!("this is {}", described(&ty)));
    if ty.is_number() {
        diagnostic = diagnostic.help("whole numbers have nothing to be rounded: `x / 10 * 10` is down to tens");
    }
    c.report(diagnostic);
}

/// Whether values of this type have a lesser and a greater one that `min`, `max` and `clamp` choose.
pub(super) fn is_measure(ty: &Ty) -> bool {
    matches!(ty, Ty::Int | Ty::Nat | Ty::Float | Ty::Time | Ty::Duration)
}

/// `a.min(b)`, `a.max(b)`, `x.clamp(low, high)` of single values.
pub(crate) fn chosen(c: &mut Checker<'_>, call: Call<'_>) -> Hir {
    let ty = c.head(&call.receiver.ty);
    if ty == Ty::Error {
        return c.wrong(call.span);
    }
    let (func, params): (_, &[(&str, bool)]) = match call.name.text.as_str() {
        "min" => (Func::Min, &[("other", true)]),
        "max" => (Func::Max, &[("other", true)]),
        _ => (Func::Clamp, &[("low", true), ("high", true)]),
    };
    if !is_measure(&ty) {
        let (ty, place) = (c.known(&ty), call.receiver.place);
        let message =
            format!("`{}` works on a number, a time or a duration, and this is {}", call.name.text, described(&ty));
        let mut diagnostic = Diagnostic::new(Code::E0201, place, message).label(format!("this is {}", described(&ty)));
        if let Ty::Option(_) = ty {
            diagnostic = diagnostic.help("say what an unset one counts as: `.or(…)`");
        }
        c.report(diagnostic);
        return c.wrong(call.span);
    }
    let Some(args) = c.arguments(&call, params) else { return c.wrong(call.span) };
    let mut parts = vec![call.receiver];
    for arg in args.into_iter().flatten() {
        let hint = parts[0].ty.clone();
        parts.push(c.hinted(arg, Some(&hint)));
    }
    let mut ty = parts[0].ty.clone();
    for part in &parts[1..] {
        let so_far = Hir { ty: ty.clone(), ..parts[0].clone() };
        ty = c.joined(&so_far, part, "what is compared");
        if ty == Ty::Error {
            return c.wrong(call.span);
        }
    }
    // The greater of two is never negative if one of them is not.
    let nat = |part: &Hir| c.head(&part.ty) == Ty::Nat;
    let natural = match (func, parts.as_slice()) {
        (Func::Max, [a, b]) => nat(a) || nat(b),
        (Func::Clamp, [x, low, high]) => (nat(x) || nat(low)) && nat(high),
        _ => false,
    };
    let ty = if natural && c.head(&ty) == Ty::Int { Ty::Nat } else { ty };
    c.hir(HirKind::Call(func, parts), ty, call.span)
}
