//! A view that nobody reads (W0506) and a variable that is read and never written (W0507).
//!
//! Both are mostly a name that was forgotten, or the wrong one of two like names. A view that only another unread view
//! reads is not reported: the last one of the chain is the cause.
//!
//! Not reported: anything in a module, which is there for other programs; anything in a program that shows and does
//! nothing at all (views), or handles no event (variables): it is a module itself, or it is driven from outside; a
//! variable with an initial value, which is a constant by another name; a view whose name begins with `_`.

use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::program::Program;

/// The file that was asked for; the others are used by it.
const MAIN: u16 = 0;

/// Reports names that lead nowhere and names that come from nowhere.
pub(super) fn check(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    let acts = !(program.shows.is_empty()
        && program.watches.is_empty()
        && program.whens.is_empty()
        && program.handlers.is_empty());
    if acts {
        for (index, view) in program.views.iter().enumerate() {
            let meant = view.name.starts_with('_');
            if view.place.file == MAIN && !meant && !program.uses.views.contains(&index) {
                diagnostics.push(
                    Diagnostic::new(Code::W0506, view.place, format!("nobody reads `{}`", view.name))
                        .label("not shown, not watched, not used by anything")
                        .why("a view that nobody reads is not computed; it is more often forgotten than meant")
                        .help(format!(
                            "look at it with `show {}`, leave it out, or call it `_{0}` if that is meant",
                            view.name
                        )),
                );
            }
        }
    }
    if program.handlers.is_empty() || program.uses.written.is_empty() {
        return;
    }
    for (index, var) in program.vars.iter().enumerate() {
        let uses = &program.uses;
        if var.place.file == MAIN && var.init.is_none() && uses.vars.contains(&index) && !uses.written.contains(&index)
        {
            let update = var.crdt.methods().first().map_or("set", |method| method.name);
            diagnostics.push(
                Diagnostic::new(
                    Code::W0507,
                    var.place,
                    format!("nobody writes `{}`, so it stays as it begins", var.name),
                )
                .label("read, and never written")
                .why("no handler, `when` or test updates it; every read sees its beginning")
                .help(format!(
                    "write it in a handler: `{}.{update}(…)`; or say what it holds: `var {0}: {1} = …`",
                    var.name, var.crdt
                )),
            );
        }
    }
}
