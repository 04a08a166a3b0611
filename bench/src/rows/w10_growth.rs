//! W10: one change at 1,000 … 1,000,000 rows, for every operator, in and out. The slope is what is looked at: a change
//! should cost the same but for cache misses.
//!
//! ```text
//! a, b: n rows each, half shared ─► operator ─► subscriber      insert s, remove s: elements of a, one at a time
//! ```
//!
//! There is no hand-written side: it would be one loop per operator. The result after each step is checked against the
//! definition of the operator, computed from scratch (`definition`).

mod definition;

use std::rc::Rc;

use lasp_plan::Value;

use super::Sizes;
use crate::measure::{Case, Entrant, Machine, Mode, Script, Step, System};
use crate::ours::{self, Lasp};
use lasp_gauge::elems;

/// An operator: what to call it, the view, and its result by definition.
pub struct Operator {
    /// Its name.
    pub name: &'static str,
    /// The view, over `a`, `b` (sets of integers) and `m` (a map that holds the elements of `b`).
    pub lasp: &'static str,
    /// The checksum of the result for these elements of `a` and `b`.
    pub result: fn(&[i64], &[i64]) -> u64,
    /// How many elements `b` has, if not as many as `a`.
    pub others: Option<usize>,
    /// How many single changes are timed, and of how many rows at most: fewer for what costs the state and not the
    /// change.
    pub singles: usize,
    /// See there.
    pub rows_max: usize,
}

/// An element of a (`true`) or b, coming (`true`) or going.
type Change = (bool, i64, bool);

struct Ours {
    lasp: Lasp,
    add: u32,
    remove: u32,
    add_b: u32,
    /// The right checksum after each step, last to first.
    expected: Vec<u64>,
}

impl Machine<Change> for Ours {
    fn listen(&mut self) {
        self.lasp.listen();
    }

    fn apply(&mut self, changes: &[Change]) {
        let (add, remove, add_b) = (self.add, self.remove, self.add_b);
        self.lasp.apply(changes.iter().map(|(in_a, x, comes)| {
            let event = match (in_a, comes) {
                (true, true) => add,
                (true, false) => remove,
                (false, _) => add_b,
            };
            (event, [Value::Int(*x)])
        }));
    }

    fn check(&mut self) -> u64 {
        let sum = self.lasp.check();
        assert_eq!(Some(sum), self.expected.pop(), "the result is that of the definition");
        sum
    }
}

fn case(operator: &'static Operator, n: usize) -> Case {
    let case = Case::new("W10", operator.name, n, move || {
        let singles = operator.singles.min(n / 2);
        let others = operator.others.unwrap_or(n);
        let words = elems(n + singles + others, 17);
        let a = &words[..n];
        let fresh = &words[n..n + singles];
        // Half of a's, or as many as there are to be.
        let shared = (n / 2).min(others);
        let b: Vec<i64> = words[n - shared..n].iter().chain(&words[n + singles..]).copied().take(others).collect();
        let gone = &a[n - singles..];
        let with = |in_a: bool, words: &[i64], comes: bool| words.iter().map(|x| (in_a, *x, comes)).collect::<Vec<_>>();
        let (more, less) = ([a, fresh].concat(), [&a[..n - singles], fresh].concat());
        let mut expected = vec![(operator.result)(a, &b), (operator.result)(&more, &b), (operator.result)(&less, &b)];
        expected.reverse();
        let load: Vec<Change> = [with(false, &b, true), with(true, a, true)].concat();
        let scripts = Rc::new(vec![Script(vec![
            Step::new("load", Mode::Before, load),
            Step::new("insert", Mode::Singles, with(true, fresh, true)),
            Step::new("remove", Mode::Singles, with(true, gone, false)).removing(),
        ])]);
        let reads_map = operator.lasp.contains("m[");
        let (var, also) = if reads_map { ("var m: ormap<int, max<int>>", "m[x].set(x)") } else { ("", "") };
        let plan = ours::plan(&format!(
            "var a: orset<int>
             var b: orset<int>
             {var}
             event add {{ x: int }}
             event remove {{ x: int }}
             event add_b {{ x: int }}
             on add({{ x }}) {{ a.add(x) }}
             on remove({{ x }}) {{ a.remove(x) }}
             on add_b({{ x }}) {{ b.add(x) {also} }}
             let result = {}
             show result",
            operator.lasp
        ));
        vec![Entrant::machine(System::Lasp, &scripts, move || Ours {
            lasp: Lasp::start(&plan),
            add: ours::event_of(&plan, "add"),
            remove: ours::event_of(&plan, "remove"),
            add_b: ours::event_of(&plan, "add_b"),
            expected: expected.clone(),
        })]
    });
    case.once()
}

/// See the module.
#[must_use]
pub fn cases(sizes: Sizes) -> Vec<Case> {
    let of = |operator: &'static Operator| {
        let sizes = sizes.growth().iter().filter(|n| **n <= operator.rows_max);
        sizes.map(move |n| case(operator, *n))
    };
    definition::OPERATORS.iter().flat_map(of).collect()
}
