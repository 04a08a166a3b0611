//! Whether a recursive view only adds to itself: reports E0303.
//!
//! A least fixed point begins with the empty set and grows round by round. That makes sense if what is found stays
//! found: more in the set must never mean less in the next round. So the view's own name is a source like another while
//! its body is judged, and its tone must be `+`:
//!
//! ```text
//! reach.filter(p), reach.count() >= 3           +   more of it gives more
//! nodes.minus(reach), reach.is_empty()          -   more of it gives less
//! {1}.map(_ => reach.count())                   ?   another element in place of this one
//! ```
//!
//! If it is, the least fixed point moves with every other source as the body does.
//!
//! Neighbours: the parent module judges the body and keeps how it reads its own name.

use super::Judge;
use super::tones::{Leaf, Read, Source, Tone, Why};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::program::Program;

/// Reports every recursive view that may take away from itself.
pub(crate) fn check_recursion(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    let mut judge = Judge::new(program);
    for (index, view) in program.views.iter().enumerate().filter(|(_, view)| view.rec) {
        judge.view(index);
        let Some(own) = judge.reads_itself(index).filter(|read| read.tone != Tone::Plus) else { continue };
        let Some(turn) = own.turn else { continue };
        let name = &view.name;
        let mut diagnostic =
            Diagnostic::new(Code::E0303, turn.place, format!("`{name}` takes away from itself")).label(turn.why.text());
        if own.place != turn.place {
            diagnostic = diagnostic.also(own.place, format!("`{name}` as found so far"));
        }
        let rest = match turn.why {
            Why::TakenAway => format!("take away afterwards, in a view of its own: `let rest = ….minus({name})`"),
            _ => format!("ask afterwards, in a view of its own that reads `{name}`"),
        };
        diagnostics.push(
            diagnostic
                .also(view.place, "begins empty, and grows until nothing new follows")
                .why("what one round adds another would have to take back: there need not be an end, nor one answer")
                .help(rest)
                .help(format!("or let it depend on a variable, or on a view that does not read `{name}`")),
        );
    }
}

impl Leaf {
    /// How it reads a source.
    pub(super) fn read_of(&self, source: Source) -> Option<&Read> {
        self.reads().iter().find(|read| read.source == source)
    }
}
