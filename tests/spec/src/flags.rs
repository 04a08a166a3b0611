//! Flags: `flag`, `ewflag` and `dwflag`.
//!
//! A flag is a set of one possible element. Enabled at one replica and disabled at another, neither having seen the
//! other: an `ewflag` is true, a `dwflag` is false.
//!
//! Neighbour: `sets` has the same two rules for each element.

use crate::op::Act;
use crate::view::View;

/// `flag`: enabled at any time.
pub(crate) fn ever(view: &View) -> bool {
    view.require(|act| *act == Act::Enable);
    !view.is_empty()
}

/// `ewflag`: true iff some enable has been seen by no disable and no clear.
pub(crate) fn enable_wins(view: &View) -> bool {
    view.require(|act| matches!(act, Act::Enable | Act::Disable | Act::Clear));
    let enables = view.which(|act| *act == Act::Enable);
    let cancels = view.which(|act| matches!(act, Act::Disable | Act::Clear));
    !view.unseen_by(enables, cancels).is_empty()
}

/// `dwflag`: true iff an enable unseen by any clear exists, and every disable unseen by any clear has been seen by some
/// such enable.
pub(crate) fn disable_wins(view: &View) -> bool {
    view.require(|act| matches!(act, Act::Enable | Act::Disable | Act::Clear));
    let clears = view.which(|act| *act == Act::Clear);
    let enables = view.unseen_by(view.which(|act| *act == Act::Enable), clears);
    let disables = view.unseen_by(view.which(|act| *act == Act::Disable), clears);
    !enables.is_empty() && view.all_seen_by(disables, enables)
}
