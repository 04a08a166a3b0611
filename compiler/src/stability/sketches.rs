//! Approximate counts need what only grows: a sketch cannot forget.
//!
//! ```text
//! cart.approx_count()        E0308 where `cart` is an orset: `cart.count()`
//! seen.approx_count()        of a gset, the keys of a gmap, a group of them, what a rising condition lets through
//! ```
//!
//! They stand anywhere, also inside functions of elements, so the judge notes them where it comes by and this sees to
//! it that it comes by everywhere. Neighbours: `coll` judges the count itself; `refusal` has the words.

use lasp_plan::CollOp;

use super::Judge;
use super::moves::Moves;
use super::refusal::{Need, has_error, refuse};
use super::tones::Leaf;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::hir::{Hir, HirEmit, HirKind, HirStep, HirStmt, HirUpdate};
use crate::program::Program;

/// Reports the approximate counts of what may shrink.
pub(crate) fn check_sketches(program: &Program, files: &[SourceFile], diagnostics: &mut Vec<Diagnostic>) {
    let mut judge = Judge::new(program);
    judge.shrinking = Some(Vec::new());
    for index in 0..program.views.len() {
        judge.view(index);
    }
    for show in &program.shows {
        judge.judge(&show.value);
    }
    for bind in &program.binds {
        judge.judge(&bind.value);
    }
    for when in &program.whens {
        if let Some((pattern, source)) = &when.binding {
            let moves = judge.judge(source);
            judge.bind_element(pattern, &moves, source.place);
        }
        judge.judge(&when.condition);
        judge.statements(&when.body);
    }
    for watch in &program.watches {
        let moves = judge.judge(&watch.value);
        for (pattern, body) in [&watch.added].into_iter().chain(&watch.removed) {
            judge.bind_element(pattern, &moves, watch.value.place);
            judge.statements(body);
        }
    }
    for handler in &program.handlers {
        judge.bind(&handler.pattern, &Moves::constant(), handler.place);
        judge.statements(&handler.body);
    }
    let mut reported = Vec::new();
    for (count, counted) in judge.shrinking.take().unwrap_or_default() {
        if !reported.contains(&count.place) && !has_error(&count) {
            reported.push(count.place);
            diagnostics.push(refuse(program, files, Need::Sketch, &count, &counted));
        }
    }
}

impl Judge<'_> {
    /// Notes an approximate count of what may shrink.
    pub(super) fn sketched(&mut self, count: &Hir, counted: &Leaf) {
        debug_assert!(matches!(count.kind, HirKind::Coll(CollOp::ApproxCount, ..)));
        if let Some(shrinking) = &mut self.shrinking
            && !counted.grows()
        {
            shrinking.push((count.clone(), counted.clone()));
        }
    }

    /// Judges all that statements read.
    fn statements(&mut self, body: &[HirStmt]) {
        for stmt in body {
            match stmt {
                HirStmt::Update(update) => self.update(update),
                HirStmt::LetUpdate(pattern, update) => {
                    self.update(update);
                    self.bind(pattern, &Moves::constant(), update.place);
                }
                HirStmt::Let(pattern, value) => {
                    let moves = self.judge(value);
                    self.bind(pattern, &moves, value.place);
                }
                HirStmt::If(condition, then, otherwise) => {
                    self.judge(condition);
                    self.statements(then);
                    self.statements(otherwise);
                }
                HirStmt::IfUpdate(update, then, otherwise) => {
                    self.update(update);
                    self.statements(then);
                    self.statements(otherwise);
                }
                HirStmt::For(pattern, source, body) => {
                    let moves = self.judge(source);
                    self.bind_element(pattern, &moves, source.place);
                    self.statements(body);
                }
                HirStmt::Emit(HirEmit { value, .. }) => drop(self.judge(value)),
            }
        }
    }

    fn update(&mut self, update: &HirUpdate) {
        for step in &update.path {
            if let HirStep::Key(key) = step {
                self.judge(key);
            }
        }
        for arg in &update.args {
            self.judge(arg);
        }
    }
}
