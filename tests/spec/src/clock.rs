//! Hybrid clocks: what an `lww` orders its writes by.
//!
//! A clock is a wall time and a count. The maker of a write looks at the greatest clock its register holds. If that
//! one's wall time is now or ahead, the write takes the same wall time and the next count; otherwise its own wall time
//! and 0. So a write wins over all it has seen: at 12:00, after a write by a clock that was ten years ahead, the next
//! is (ten years ahead, 1).
//!
//! What the register holds is what its maker had seen of it, less what an `ormap` above has removed since: a removed
//! register starts anew. In a `lex` it is less than that: see `lex::continued`.
//!
//! Neighbour: `registers` asks for the clocks of a register.

use std::collections::BTreeMap;

use crate::kind::Kind;
use crate::lex;
use crate::op::{Act, Arg};
use crate::registers::{Write, writes};
use crate::view::View;

/// Wall time and count.
pub(crate) type Clock = (i64, u64);

/// The clocks of all writes that were ever made to the register a view is of.
pub(crate) fn clocks(kind: &Kind, view: &View) -> BTreeMap<usize, Clock> {
    let mut clocks = BTreeMap::new();
    let Some(path) = view.path() else { return clocks };
    let history = view.history();
    // A write has seen only earlier ones, whose ids are less than its own, so one pass from the front will do.
    for id in 0..history.len() {
        let made = history.made(id);
        if let (true, Act::Set(arg)) = (made.op.path == path, &made.op.act) {
            let held = held(kind, &writes(&View::of(history, made.seen).down(path)), arg);
            let clock = match held.iter().map(|write| clocks[&write.id]).max() {
                Some((wall, count)) if wall >= made.op.now_us => (wall, count + 1),
                _ => (made.op.now_us, 0),
            };
            clocks.insert(id, clock);
        }
    }
    clocks
}

/// The writes an `lww` holds when its maker sets it, or sets the `lex` it is the second half of.
fn held<'h>(kind: &Kind, writes: &[Write<'h>], new: &Arg) -> Vec<Write<'h>> {
    match kind {
        Kind::Lex(first, second) => held(second, &lex::continued(first, writes, new), lex::second(new)),
        _ => writes.to_vec(),
    }
}
