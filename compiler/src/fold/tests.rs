//! Random functions: where the checker says that order cannot matter, no order does; and how often it cannot tell.
//!
//! Accepted functions are tried on all small numbers and on random large ones; of those refused without a
//! counterexample, the ones that are the same on all small numbers are counted and printed.

use lasp_plan::Value;

use super::Fold;
use super::paths::Paths;
use super::small::Small;
use crate::NoFiles;
use crate::hir::HirKind;
use crate::ty::Ty;

/// A generator of numbers (Knuth's linear one): the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

fn number(numbers: &mut Numbers, depth: u32) -> String {
    match numbers.below(if depth == 0 { 5 } else { 10 }) {
        0 | 1 => "acc".to_string(),
        2 | 3 => "x".to_string(),
        4 => format!("{}", numbers.below(4)),
        5 => format!("({} + {})", number(numbers, depth - 1), number(numbers, depth - 1)),
        6 => format!("({} - {})", number(numbers, depth - 1), numbers.below(3)),
        7 => format!("(x * {})", numbers.below(3)),
        8 => {
            let call = ["min", "max"][numbers.below(2) as usize];
            format!("({}.{call}({}))", number(numbers, depth - 1), number(numbers, depth - 1))
        }
        _ => {
            let (then, other) = (number(numbers, depth - 1), number(numbers, depth - 1));
            format!("(if {} then {then} else {other})", truth(numbers, depth - 1))
        }
    }
}

fn truth(numbers: &mut Numbers, depth: u32) -> String {
    if depth > 0 && numbers.below(4) == 0 {
        let sign = ["and", "or"][numbers.below(2) as usize];
        return format!("({} {sign} {})", truth(numbers, depth - 1), truth(numbers, depth - 1));
    }
    let sign = ["<", "<=", ">", ">=", "=="][numbers.below(5) as usize];
    let small = |numbers: &mut Numbers| ["acc", "x", "0", "2", "x % 2"][numbers.below(5) as usize].to_string();
    format!("{} {sign} {}", small(numbers), small(numbers))
}

/// The function of the fold that the first view of a program is, if the program was accepted, and the code if not.
/// `accepted` also gets the number of steps of the proof.
fn judged(body: &str, mut accepted: impl FnMut(&mut Small<'_>, &Fold<'_>, u32)) -> Option<String> {
    let text = format!("var s: gset<int>\nlet t = s.fold(0 - 1 + 1, (acc, x) => {body})\nshow t");
    let sources = crate::sources::Sources::read("t.lasp", &text, &mut NoFiles);
    let (program, found) = crate::check::check(&sources.units);
    if let Some(diagnostic) = found.first() {
        assert_eq!(diagnostic.code.as_str(), "E0305", "{body}: {}", diagnostic.message);
        return Some(diagnostic.message.clone());
    }
    let HirKind::Coll(_, _, args, Some(lambda)) = &program.views[0].value.kind else { panic!("{body} is no fold") };
    let fold = Fold { init: &args[0], lambda, gathered: &Ty::Int, element: &Ty::Int };
    let steps = |mut paths: Paths<'_>| (fold.proved(&mut paths).unwrap_or(false), paths.taken());
    let (found, coarse) = steps(Paths::new(&program).coarse(&lambda.body, &lambda.pattern));
    let fine = if found { 0 } else { steps(Paths::new(&program)).1 };
    accepted(&mut Small::new(&program), &fold, coarse + fine);
    None
}

fn disagrees(small: &mut Small<'_>, fold: &Fold<'_>, [start, x, y]: [i64; 3]) -> bool {
    let [start, x, y] = [start, x, y].map(Value::Int);
    let mut run = |x, y| fold.step(small, &start, x).and_then(|next| fold.step(small, &next, y));
    matches!((run(&x, &y), run(&y, &x)), (Some(one), Some(other)) if one != other)
}

/// All functions whose value is the same as this text's on small numbers, by the evaluator that tries.
fn is_the_same_on_small_numbers(body: &str) -> bool {
    let text = format!("let t = [0].fold(0 - 1 + 1, (acc, x) => {body})\nshow t");
    let sources = crate::sources::Sources::read("t.lasp", &text, &mut NoFiles);
    let (program, _) = crate::check::check(&sources.units);
    let HirKind::Coll(_, _, args, Some(lambda)) = &program.views[0].value.kind else { panic!("{body} is no fold") };
    let fold = Fold { init: &args[0], lambda, gathered: &Ty::Int, element: &Ty::Int };
    let all = || -4..=4;
    let mut small = Small::new(&program);
    !all().any(|a| all().any(|x| all().any(|y| disagrees(&mut small, &fold, [a, x, y]))))
}

#[test]
fn what_is_accepted_is_the_same_in_every_order() {
    let mut numbers = Numbers(7);
    let (mut accepted, mut shown, mut unproved, mut taken) = (0, 0, Vec::new(), Vec::new());
    for _ in 0..1_500 {
        let body = number(&mut numbers, 3);
        let mut large = Vec::new();
        for _ in 0..200 {
            large.push([(); 3].map(|()| numbers.below(1 << 30) as i64 - (1 << 29)));
        }
        let verdict = judged(&body, |small, fold, steps| {
            taken.push(steps);
            let all = || -5..=5;
            for start in all() {
                for x in all() {
                    for y in all() {
                        assert!(!disagrees(small, fold, [start, x, y]), "{body} was accepted: {start}, {x}, {y}");
                    }
                }
            }
            for [start, x, y] in &large {
                assert!(!disagrees(small, fold, [*start, *x, *y]), "{body} was accepted: {start}, {x}, {y}");
            }
        });
        match verdict {
            None => accepted += 1,
            Some(message) if message.contains("depends on the order") => shown += 1,
            Some(_) if is_the_same_on_small_numbers(&body) => unproved.push(body),
            Some(_) => {}
        }
    }
    println!("{accepted} accepted, {shown} refused with values, {} the same and not proved", unproved.len());
    taken.sort_unstable();
    let (half, most) = (taken[taken.len() / 2], taken[taken.len() * 99 / 100]);
    println!("steps of a proof: half take at most {half}, all but one of a hundred at most {most}");
    unproved.iter().take(10).for_each(|body| println!("  {body}"));
    assert!(accepted > 100 && shown > 100);
    assert!(unproved.len() * 10 < accepted, "{} folds of {accepted} are refused needlessly", unproved.len());
}

#[test]
fn what_the_page_says_is_accepted_and_refused() {
    // A step is about a tenth of a microsecond, and 1,000 lines are to be checked in 50 ms.
    let few = |_: &mut Small<'_>, _: &Fold<'_>, steps: u32| assert!(steps < 20_000, "{steps} steps");
    let accepted = [
        "if acc > x then acc else x",
        "if x > acc then x - 1 else acc",
        "acc + x",
        "if acc >= 10 then acc else acc + 1",
        "acc - x * 2",
        "if x > 2 or acc >= x then acc else x",
    ];
    accepted.iter().for_each(|body| assert_eq!(judged(body, few), None, "{body}"));
    for body in ["acc * 2 + x", "x", "if acc == 0 then x else acc", "acc - acc % x"] {
        assert!(judged(body, |_, _, _| {}).is_some(), "{body}");
    }
}
