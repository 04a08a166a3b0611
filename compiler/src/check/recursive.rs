//! `let rec`: a set that is defined by itself.
//!
//! ```text
//! let rec reach = edges.union(from (a, b) in reach, (c, d) in edges where b == c select (a, d))
//!                 └── a set of pairs: so is `reach`
//! ```
//!
//! The type may be written. Otherwise what the rest is united with is read once with the own name standing for
//! anything, which fits everywhere; its type is then the type of all, and the definition is read with it.
//!
//! Neighbours: `decls` reads views on first need; `stability::recursion` makes sure that the set only grows by itself.

use lasp_grammar::Span;
use lasp_grammar::ast;

use super::expr::described;
use super::{Checker, Decl};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::hir::Hir;
use crate::ty::Ty;

/// How often a definition is read until its type holds: numbers of the sort `nat` may turn out to be `int`.
const READINGS_MAX: usize = 3;

impl<'a> Checker<'a> {
    /// The definition of a recursive view, with its type.
    pub(super) fn read_recursive(&mut self, index: usize, decl: &'a ast::LetDecl) -> Hir {
        if let Some(written) = &decl.ty {
            let ty = self.plain(written);
            if !matches!(self.head(&ty), Ty::Set(_) | Ty::Error) {
                self.not_a_set(&decl.name.text, &ty, written.span);
                return self.wrong(decl.value.span);
            }
            self.program.views[index].ty = ty.clone();
            let mut value = self.want(&decl.value, &ty);
            value.ty = ty;
            return value;
        }
        let before = self.diagnostics.len();
        let mut ty = self.infer(first_operand(&decl.value), None).ty;
        if !self.is_known(&ty) {
            let before = self.diagnostics.len();
            ty = self.infer(&decl.value, None).ty;
            self.forget_repeats(before);
        }
        if !matches!(self.head(&ty), Ty::Set(_) | Ty::Error | Ty::Var(_)) {
            self.not_a_set(&decl.name.text, &ty, decl.name.span);
            return self.wrong(decl.value.span);
        }
        if !self.is_known(&ty) {
            if self.diagnostics.len() == before {
                let name = &decl.name.text;
                let message = format!("the type of `{name}` cannot be told from its value");
                let help = format!("write the type: `let rec {name}: set<int> = …`");
                let diagnostic = self.error(Code::E0204, decl.name.span, message);
                diagnostic.primary.text = "of what?".to_string();
                diagnostic.help.push(help);
            }
            return self.wrong(decl.value.span);
        }
        for _ in 0..READINGS_MAX {
            self.program.views[index].ty = ty.clone();
            let before = self.diagnostics.len();
            let mut value = self.infer(&decl.value, Some(&ty));
            self.forget_repeats(before);
            let found = self.known(&value.ty);
            if !self.program.holes.fits(&found, &ty) && self.program.holes.fits(&ty, &found) {
                ty = found;
                continue;
            }
            self.fit(&value, &ty);
            value.ty = ty;
            return value;
        }
        self.wrong(decl.value.span)
    }

    fn is_known(&self, ty: &Ty) -> bool {
        !self.program.holes.is_open(ty) && !has_error(&self.known(ty))
    }

    fn not_a_set(&mut self, name: &str, ty: &Ty, span: Span) {
        let found = described(&self.known(ty));
        let diagnostic = self.error(Code::E0201, span, format!("`let rec` gives a set, and `{name}` is {found}"));
        diagnostic.primary.text = "not a set".to_string();
        diagnostic.why = Some("it starts from the empty set and adds what follows, until nothing new does".to_string());
        let help = "compute the set by `let rec`, and this from the set: `let n = reach.count()`";
        diagnostic.help.push(help.to_string());
    }

    /// Reports that a recursive view and others need each other. False if no recursive view is among them.
    pub(super) fn reported_circle(&mut self, index: usize, span: Span) -> bool {
        let Some(from) = self.reading.iter().position(|decl| *decl == Decl::View(index)) else { return false };
        let circle = self.reading[from..].to_vec();
        let name_of = |decl: &Decl| match decl {
            Decl::View(index) => self.program.views[*index].name.clone(),
            Decl::Fn(index) => self.program.fns[*index].name.clone(),
            Decl::Var(index) => self.program.vars[*index].name.clone(),
        };
        let is_rec = |decl: &Decl| matches!(decl, Decl::View(index) if self.views[*index].1.rec);
        let Some(rec) = circle.iter().find(|decl| is_rec(decl)).map(name_of) else { return false };
        let names: Vec<String> = circle.iter().map(|decl| format!("`{}`", name_of(decl))).collect();
        let others: Vec<&String> = names.iter().filter(|name| **name != format!("`{rec}`")).collect();
        let Some(other) = others.first() else { return false };
        let (at, place) = (self.at(span), self.program.views[index].place);
        let is_fn = circle.iter().any(|decl| matches!(decl, Decl::Fn(_)));
        let help = if is_fn {
            format!("give the function what it needs as an argument: `f({rec})`")
        } else {
            format!(
                "write what {other} stands for into the definition of `{rec}`, or make one `let rec` of both, whose \
                 elements say which they are of: `(\"{rec}\", x)`"
            )
        };
        self.report(
            Diagnostic::new(Code::E0207, at, format!("{} need each other", names.join(" and ")))
                .label("needs what is still being defined")
                .also(place, "defined here")
                .why("a `let rec` may name itself in its own definition, and nowhere else")
                .help(help),
        );
        true
    }
}

/// What the others are united with: mostly what there is without any recursion.
fn first_operand(mut expr: &ast::Expr) -> &ast::Expr {
    loop {
        expr = match &expr.kind {
            ast::ExprKind::Method(receiver, name, _) if name.text == "union" => receiver,
            ast::ExprKind::Call(name, args) if name.text == "union" && !args.is_empty() => &args[0].value,
            _ => return expr,
        }
    }
}

fn has_error(ty: &Ty) -> bool {
    *ty == Ty::Error || !matches!(ty, Ty::Enum(_)) && ty.parts().into_iter().any(has_error)
}
