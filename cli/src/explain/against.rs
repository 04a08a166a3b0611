//! What another node can do to a result that may go back: a schedule, found by trying.
//!
//! ```text
//! a: cart.add_all({1, 2})                   `cart.count() >= 2` is true at a
//! b, having heard of a: cart.remove(1)
//! a hears of b                              `cart.count() >= 2` is false at a
//! ```
//!
//! Neighbours: the vm's explorer tries; what it does not find is said to be not found, no more.

use lasp_compiler::explanation::{Explainer, Question, Topic};
use lasp_plan::parts::parts;
use lasp_plan::{Expr, Type};
use lasp_vm::explore::{Effort, Explorer, Told};

/// How many steps are tried for a small question: well below a second.
const EFFORT: Effort = Effort { exhaustive: 8_000, random: 40_000 };
/// Questions of about so many nodes take as long as an update; larger ones get fewer steps.
const SMALL: usize = 16;
/// The stream of choices: always the same one.
const SEED: u64 = 1;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Against {
    /// A schedule, step by step.
    Found(Vec<Told>),
    /// None was found: how many steps were tried, and up to which length every schedule was.
    NotFound {
        /// Updates and exchanges in all.
        tried: usize,
        /// Steps of a schedule.
        depth: usize,
    },
    /// It unfolds too far to be tried.
    TooLarge,
}

/// Looks for a schedule after which the result has gone back.
#[must_use]
pub fn look(explainer: &Explainer, topic: &Topic) -> Against {
    let Some(question) = explainer.question(topic) else { return Against::TooLarge };
    let Question { expr, ty, is_condition } = &question;
    let explorer = match is_condition {
        true => Explorer::new(explainer.vars(), expr).torn(),
        false => Explorer::of_value(explainer.vars(), expr, ty),
    };
    let share = 1 + size(expr) / SMALL;
    let effort = Effort { exhaustive: EFFORT.exhaustive / share, random: EFFORT.random / share };
    if effort.random == 0 {
        return Against::TooLarge;
    }
    let explored = explorer.explore(effort, SEED);
    let Some(found) = explored.broken else {
        return Against::NotFound { tried: effort.exhaustive + effort.random, depth: explored.depth };
    };
    let short = explorer.shrink(&found);
    let short = explorer.elsewhere(&short).unwrap_or(short);
    let rows = match ty {
        Type::Set(of) if *is_condition => Some(&**of),
        _ => None,
    };
    Against::Found(explorer.told(&short, words(topic, &question), rows))
}

/// What the question is called in the schedule: a condition by itself, what has a name by it.
fn words<'t>(topic: &'t Topic, question: &Question) -> &'t str {
    match question {
        Question { is_condition: true, ty: Type::Bool, .. } => &topic.text,
        _ if topic.kind == "bind" => &topic.text,
        _ => &topic.name,
    }
}

fn size(expr: &Expr) -> usize {
    1 + parts(expr).into_iter().map(size).sum::<usize>()
}
