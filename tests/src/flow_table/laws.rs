//! The cells of the table as functions: on the lattices of the model, and on what is seen.
//!
//! A cell of rows (`map`, `product`) has a function of lattices, and what that shows must be the plain function of what
//! the sources show. A cell that reads its input out (`count`, `≥ k`, and all that is owned) has only the plain
//! function, whose results are a lattice by their own order.
//!
//! Invariant: each case of `operators::table` has a law here (tested). Neighbour: `verdict` tries them.

use lasp_compiler::operators::table::{Column, Condition, Mark, Row as Op};

use super::ops::{carry, closure, each_shown, either, grouped, keep, pairs, relabel, scaled, sketch, spread};
use super::state::{Row, Shown, State, cut};
use super::world::{Source, counted};

/// A function of lattices.
pub type Lattices = Box<dyn Fn(&[State]) -> State>;
/// The same, of what is seen.
pub type Plain = Box<dyn Fn(&[Shown]) -> Shown>;
/// How a result is read.
pub type Read = fn(&State) -> Shown;

/// A cell over certain sources.
pub struct Law {
    /// The operation, the column and the condition: of which case.
    pub case: (Op, Column, Condition),
    /// The types of the variables it is tried on.
    pub sources: Vec<Source>,
    /// Of lattices; none: the plain function, its results ordered as they are.
    pub lattices: Option<Lattices>,
    /// Of what is seen.
    pub plain: Plain,
    /// How the result of `lattices` is read.
    pub read: Read,
}

type Unary = fn(&Row) -> Vec<Row>;

fn reads(case: (Op, Column, Condition), source: Source, plain: impl Fn(&Shown) -> Shown + 'static) -> Law {
    Law {
        case,
        sources: vec![source],
        lattices: None,
        plain: Box::new(move |shown| plain(&shown[0])),
        read: State::shown,
    }
}

fn law(
    case: (Op, Column, Condition),
    sources: &[Source],
    lattices: impl Fn(&[State]) -> State + 'static,
    plain: impl Fn(&[Shown]) -> Shown + 'static,
) -> Law {
    let (lattices, plain): (Lattices, Plain) = (Box::new(lattices), Box::new(plain));
    Law { case, sources: sources.to_vec(), lattices: Some(lattices), plain, read: State::shown }
}

fn number(shown: &Shown, f: impl Fn(i64) -> i64) -> Shown {
    Shown::Number(shown.number().map(f))
}

fn compare(shown: &Shown, p: impl Fn(i64) -> bool) -> Shown {
    Shown::Truth(shown.number().is_some_and(p))
}

fn count(shown: &Shown) -> i64 {
    i64::try_from(shown.rows().len()).unwrap_or(0)
}

fn sum(shown: &Shown, f: impl Fn(i64) -> i64) -> i64 {
    shown.rows().iter().map(|row| f(row[0])).sum()
}

fn truth(shown: &Shown) -> bool {
    *shown == Shown::Truth(true)
}

/// Sixty times the mean, so that the means of up to six numbers are whole.
fn mean(shown: &Shown) -> Shown {
    Shown::Number((count(shown) > 0).then(|| 60 * sum(shown, |x| x) / count(shown)))
}

/// All laws.
#[must_use]
pub fn laws() -> Vec<Law> {
    let mut all = values();
    let removable = [Source::OrSet, Source::RwSet, Source::TwoPSet];
    let columns = [(Source::GSet, Column::Grow), (Source::Mv, Column::Register)];
    for (source, column) in columns.into_iter().chain(removable.map(|source| (source, Column::Removable))) {
        all.extend(rows(source, column));
        all.extend(aggregates(source, column));
    }
    all.extend(maps());
    // What has no case stands for no claim: `mv` has fewer operations than the sets.
    let stated = |law: &Law| lasp_compiler::operators::table::TABLE.iter().any(|case| same(law, case));
    all.into_iter().filter(stated).collect()
}

/// Whether a law is one of a case.
#[must_use]
pub fn same(law: &Law, case: &lasp_compiler::operators::table::Case) -> bool {
    law.case == (case.row, case.column, case.when)
}

/// Row by row, and of two sets.
fn rows(source: Source, column: Column) -> Vec<Law> {
    let whole = if column == Column::Register { Condition::Whole } else { Condition::Always };
    let case = move |row: Op| (row, column, whole);
    let always = move |row: Op| (row, column, Condition::Always);
    let two = [source, source];
    let double: Unary = |row| vec![vec![row[0] * row[0] % 4]];
    let next: Unary = |row| vec![row.clone(), vec![row[0] + 1]];
    let keyed: Unary = |row| vec![vec![row[0] % 2, row[0]]];
    let mut all = vec![
        law(
            always(Op::Map),
            &[source],
            move |s| relabel(&s[0], |row| double(row).remove(0)),
            move |v| each_shown(&v[0], double),
        ),
        law(always(Op::FlatMap), &[source], move |s| spread(&s[0], next), move |v| each_shown(&v[0], next)),
        law(
            case(Op::Filter),
            &[source],
            |s| keep(&s[0], |row| row[0] > 2),
            |v| each_shown(&v[0], |row| if row[0] > 2 { vec![row.clone()] } else { vec![] }),
        ),
        law(case(Op::Union), &two, |s| either(&s[0], &s[1]), |v| Shown::Rows(v[0].rows() | v[1].rows())),
        law(
            always(Op::Intersect),
            &two,
            |s| pairs(&s[0], &s[1], |x, y| (x == y).then(|| x.clone())),
            |v| Shown::Rows(v[0].rows() & v[1].rows()),
        ),
        law(
            case(Op::Product),
            &two,
            |s| pairs(&s[0], &s[1], |x, y| Some(vec![x[0], y[0]])),
            |v| each_shown(&v[0], |x| v[1].rows().iter().map(|y| vec![x[0], y[0]]).collect()),
        ),
        law(
            always(Op::Join),
            &two,
            |s| pairs(&s[0], &s[1], |x, y| (x[0] % 2 == y[0] % 2).then(|| vec![x[0], y[0]])),
            |v| {
                each_shown(&v[0], |x| {
                    v[1].rows().iter().filter(|y| x[0] % 2 == y[0] % 2).map(|y| vec![x[0], y[0]]).collect()
                })
            },
        ),
        law(
            (Op::Minus, column, Condition::Fixed),
            &[source],
            |s| keep(&s[0], |row| !(1..=2).contains(&row[0])),
            |v| each_shown(&v[0], |row| if (1..=2).contains(&row[0]) { vec![] } else { vec![row.clone()] }),
        ),
        Law {
            lattices: None,
            ..law(
                (Op::Minus, column, Condition::Changing),
                &two,
                |s| s[0].clone(),
                |v| Shown::Rows(v[0].rows() - v[1].rows()),
            )
        },
    ];
    if column == Column::Grow {
        all.push(law(
            always(Op::Group),
            &[source],
            |s| grouped(&s[0], |row| row[0] % 2),
            move |v| each_shown(&v[0], keyed),
        ));
    } else {
        all.push(law(
            always(Op::Group),
            &[source],
            move |s| relabel(&s[0], |row| keyed(row).remove(0)),
            move |v| each_shown(&v[0], keyed),
        ));
        let moved: Unary = |row| vec![vec![row[0] % 2, row[0] + 1]];
        let each = (Op::Each, column, Condition::Rising);
        all.push(law(
            each,
            &[source],
            |s| relabel(&relabel(&s[0], |row| vec![row[0] % 2, row[0]]), |row| vec![row[0], row[1] + 1]),
            move |v| each_shown(&v[0], moved),
        ));
    }
    for (when, reached) in [(Condition::Rising, true), (Condition::Mixed, false), (Condition::Always, true)] {
        let counter = |v: &Shown, key: i64| v.rows().iter().find(|row| row[0] == key).map_or(0, |row| row[1]);
        all.push(law(
            (Op::Captured, column, when),
            &[source, Source::CounterMap],
            move |s| carry(&s[0], &s[1], 2, reached),
            move |v| {
                each_shown(
                    &v[0],
                    |row| if (counter(&v[1], row[0]) >= 2) == reached { vec![row.clone()] } else { vec![] },
                )
            },
        ));
    }
    all
}

/// What reads a set out.
fn aggregates(source: Source, column: Column) -> Vec<Law> {
    let case = |row: Op| (row, column, Condition::Always);
    let extreme = |greatest: bool| {
        move |v: &Shown| {
            let mut numbers = v.rows().iter().map(|row| row[0]);
            Shown::Number(if greatest { numbers.next_back() } else { numbers.next() })
        }
    };
    let whens = [Condition::Always, Condition::NonNegative];
    let mut all: Vec<Law> =
        whens.map(|when| reads((Op::Sum, column, when), source, |v| Shown::Number(Some(sum(v, |x| x))))).into();
    all.extend([
        reads((Op::Sum, column, Condition::Signed), source, |v| Shown::Number(Some(sum(v, |x| x - 2)))),
        reads(case(Op::Count), source, |v| Shown::Number(Some(count(v)))),
        reads(case(Op::IsEmpty), source, |v| Shown::Truth(count(v) == 0)),
        reads(case(Op::Avg), source, mean),
        reads(case(Op::Min), source, extreme(false)),
        reads(case(Op::Max), source, extreme(true)),
        reads(case(Op::Fold), source, extreme(true)),
        reads(case(Op::Any), source, |v| Shown::Truth(v.rows().iter().any(|row| row[0] > 2))),
        reads(case(Op::All), source, |v| Shown::Truth(v.rows().iter().all(|row| row[0] > 2))),
        reads(case(Op::Contains), source, |v| Shown::Truth(v.rows().contains(&vec![2]))),
        reads(case(Op::LetRec), source, |v| Shown::Rows(closure(v.rows()))),
    ]);
    if column != Column::Register {
        all.push(reads(case(Op::AtLeast), source, |v| Shown::Truth(count(v) >= 2)));
        all.push(reads(case(Op::AtMost), source, |v| Shown::Truth(count(v) <= 1)));
    }
    let top = |shown: &Shown| Shown::Rows(cut(shown.rows().clone()));
    if column == Column::Grow {
        let estimated = |shown: &Shown| sketch(shown.rows()).shown();
        all.push(law(
            case(Op::Top),
            &[source],
            move |s| State::Top(top(&s[0].shown()).rows().clone()),
            move |v| top(&v[0]),
        ));
        all.push(law(case(Op::ApproxCount), &[source], |s| sketch(s[0].shown().rows()), move |v| estimated(&v[0])));
    } else {
        all.push(reads(case(Op::Top), source, top));
    }
    all
}

/// Single values.
fn values() -> Vec<Law> {
    use Column::{Choice, Counter, Register};
    use Condition::{Always, Branching, Chain, Falling, Linear, Mixed, Rising, Unset, Whole};
    let slots = |state: &State, k: i64| match state {
        State::Slots(up) => State::Slots(scaled(up, k)),
        State::Both(up, down) => State::Both(scaled(up, k), scaled(down, k)),
        other => panic!("{other:?} is not a counter"),
    };
    let total = |v: &[Shown]| Shown::Number(Some(v.iter().filter_map(Shown::number).sum()));
    let mut all = vec![
        law(
            (Op::Map, Register, Whole),
            &[Source::Lww],
            |s| match &s[0] {
                State::Stamped(write) => State::Stamped(write.clone().map(|(stamp, row)| (stamp, vec![row[0] % 2]))),
                other => panic!("{other:?} is not a register"),
            },
            |v| number(&v[0], |x| x % 2),
        ),
        law(
            (Op::Union, Choice, Always),
            &[Source::Flag; 2],
            |s| s[0].join(&s[1]),
            |v| Shown::Truth(truth(&v[0]) || truth(&v[1])),
        ),
        law(
            (Op::And, Choice, Always),
            &[Source::Flag; 2],
            |s| State::Or(truth(&s[0].shown()) && truth(&s[1].shown())),
            |v| Shown::Truth(truth(&v[0]) && truth(&v[1])),
        ),
        reads((Op::AtLeast, Choice, Branching), Source::Drawn, |v| compare(v, |rank| rank == 3)),
        reads((Op::AtLeast, Choice, Chain), Source::Max, |v| compare(v, |x| x >= 2)),
        reads((Op::AtMost, Choice, Chain), Source::Max0, |v| compare(v, |x| x <= 2)),
        reads((Op::AtMost, Choice, Unset), Source::Max, |v| compare(v, |x| x <= 2)),
        reads((Op::Filter, Choice, Rising), Source::Max, |v| Shown::Number(v.number().filter(|x| *x > 2))),
        reads((Op::Filter, Choice, Mixed), Source::Max, |v| Shown::Number(v.number().filter(|x| *x <= 2))),
        reads((Op::Map, Choice, Rising), Source::Max0, |v| number(v, |x| x + 1)),
        reads((Op::Map, Choice, Falling), Source::Max0, |v| number(v, |x| 1 - x)),
        reads((Op::Map, Choice, Mixed), Source::Max0, |v| number(v, |x| x % 2)),
        reads((Op::Map, Counter, Rising), Source::GCounter, |v| number(v, |x| x / 2)),
        reads((Op::Map, Counter, Falling), Source::GCounter, |v| number(v, |x| 1 - x)),
    ];
    for (source, column) in [(Source::GCounter, Counter), (Source::PnCounter, Register)] {
        all.extend([
            law((Op::Map, column, Linear), &[source], move |s| slots(&s[0], 2), |v| number(&v[0], |x| x * 2)),
            law((Op::Union, column, Linear), &[source; 2], |s| State::Beside(s.to_vec()), total),
            reads((Op::Map, column, Mixed), source, |v| number(v, |x| x.rem_euclid(2))),
            reads((Op::AtLeast, column, Always), source, |v| compare(v, |x| x >= 3)),
            reads((Op::AtMost, column, Always), source, |v| compare(v, |x| x <= 3)),
        ]);
    }
    all
}

/// Maps.
fn maps() -> Vec<Law> {
    use Column::{Grow, Removable};
    use Condition::{Always, Rising};
    let map = |state: &State| if let State::Map(map) = state { map.clone() } else { panic!("{state:?} is not a map") };
    let first = |v: &Shown| Shown::Number(Some(v.rows().iter().filter(|row| row[0] == 1).map(|row| row[1]).sum()));
    let keys = |v: &Shown| each_shown(v, |row| vec![vec![row[0]]]);
    let contents = |v: &Shown| each_shown(v, |row| vec![vec![row[1]]]);
    let counters = [Source::CounterMap];
    let removable = [Source::RemovableMap];
    let mut all = vec![
        law(
            (Op::Lookup, Grow, Always),
            &counters,
            move |s| map(&s[0]).remove(&vec![1]).unwrap_or(State::Slots([].into())),
            move |v| first(&v[0]),
        ),
        law(
            (Op::Keys, Grow, Always),
            &counters,
            move |s| State::Set(map(&s[0]).into_keys().collect()),
            move |v| keys(&v[0]),
        ),
        law((Op::Values, Grow, Always), &counters, |s| s[0].clone(), move |v| contents(&v[0])),
        law(
            (Op::Each, Grow, Rising),
            &[Source::MaxMap],
            move |s| {
                let reached = |state: &State| State::Or(compare(&state.shown(), |x| x >= 2) == Shown::Truth(true));
                State::Map(map(&s[0]).into_iter().map(|(key, state)| (key, reached(&state))).collect())
            },
            |v| each_shown(&v[0], |row| vec![vec![row[0], i64::from(row[1] >= 2)]]),
        ),
        law((Op::Lookup, Removable, Always), &removable, |s| keep(&s[0], |row| row[0] == 1), move |v| first(&v[0])),
        law((Op::Keys, Removable, Always), &removable, |s| relabel(&s[0], |row| vec![row[0]]), move |v| keys(&v[0])),
        law((Op::Values, Removable, Always), &removable, |s| s[0].clone(), move |v| contents(&v[0])),
    ];
    for law in &mut all {
        law.read = match (law.case.0, law.case.1) {
            (Op::Values, Grow) => |s| each_shown(&s.shown(), |row| vec![vec![row[1]]]),
            (Op::Values, _) => |s| each_shown(&counted(&s.shown()), |row| vec![vec![row[1]]]),
            (Op::Lookup, Removable) => |s| Shown::Number(Some(s.shown().rows().iter().map(|row| row[1]).sum())),
            _ => State::shown,
        };
    }
    all
}

/// Which way a case's visible value is ordered as a lattice.
#[must_use]
pub fn is_up(mark: Mark) -> bool {
    mark != Mark::Down
}
