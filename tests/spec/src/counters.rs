//! Counters: `gcounter`, `pncounter`, `rcounter`, `bcounter` and `vclock`.
//!
//! All sum what counts; they differ in what does. After `inc(5)`, a reset that saw it, and an `inc(2)` that neither saw
//! nor was seen by the reset, an `rcounter` reads 2.
//!
//! Invariant: amounts are summed in 128 bits, which up to 128 amounts of 64 bits cannot exceed.

use std::collections::BTreeMap;

use crate::op::Act;
use crate::view::View;

/// `gcounter`: all that was counted.
pub(crate) fn up(view: &View) -> i128 {
    view.require(|act| matches!(act, Act::Inc(_)));
    view.acts().map(|(_, made)| counted(&made.op.act)).sum()
}

/// `pncounter`: all that was counted, up and down.
pub(crate) fn up_and_down(view: &View) -> i128 {
    view.require(|act| matches!(act, Act::Inc(_) | Act::Dec(_)));
    view.acts().map(|(_, made)| counted(&made.op.act)).sum()
}

/// `rcounter`: what was counted, up and down, and no reset has seen.
pub(crate) fn since_reset(view: &View) -> i128 {
    view.require(|act| matches!(act, Act::Inc(_) | Act::Dec(_) | Act::Reset));
    let resets = view.which(|act| *act == Act::Reset);
    let left = view.unseen_by(view.which(|act| *act != Act::Reset), resets);
    view.acts().filter(|(id, _)| left.contains(*id)).map(|(_, made)| counted(&made.op.act)).sum()
}

/// `bcounter`: made less spent. A reader may know a spend before it knows what was spent; it then reads 0.
pub(crate) fn unspent(view: &View) -> i128 {
    require_bounded(view);
    let spent: i128 = view.acts().map(|(_, made)| spent(&made.op.act)).sum();
    let made: i128 = view.acts().map(|(_, made)| counted(&made.op.act)).sum();
    (made - spent).max(0)
}

/// What a replica may spend: made and moved in, less moved out and spent.
pub(crate) fn rights(view: &View, holder: usize) -> i128 {
    require_bounded(view);
    let mut rights = 0;
    for (_, made) in view.acts() {
        if made.op.at == holder {
            rights += counted(&made.op.act) - spent(&made.op.act);
        }
        if let Act::Transfer(n, to) = made.op.act {
            rights += if to == holder { i128::from(n) } else { 0 };
            rights -= if made.op.at == holder { i128::from(n) } else { 0 };
        }
    }
    rights.max(0)
}

/// `vclock`: how often each replica ticked.
pub(crate) fn ticks(view: &View) -> BTreeMap<usize, u64> {
    view.require(|act| *act == Act::Tick);
    let mut ticks = BTreeMap::new();
    for (_, made) in view.acts() {
        *ticks.entry(made.op.at).or_default() += 1;
    }
    ticks
}

fn require_bounded(view: &View) {
    view.require(|act| matches!(act, Act::Inc(_) | Act::Spend(_) | Act::Transfer(..)));
}

fn counted(act: &Act) -> i128 {
    match act {
        Act::Inc(n) => i128::from(*n),
        Act::Dec(n) => -i128::from(*n),
        _ => 0,
    }
}

fn spent(act: &Act) -> i128 {
    if let Act::Spend(n) = act { i128::from(*n) } else { 0 }
}
