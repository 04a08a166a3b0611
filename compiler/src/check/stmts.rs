//! Handlers, `when`s and `watch`es: statements and where they may stand.
//!
//! Updates themselves are read by `updates`; what a `when` may do is judged in `stability`.

use lasp_grammar::Span;
use lasp_grammar::ast::{self, Block, Expr, ExprKind, Name, Stmt, StmtKind};

use super::Checker;
use super::expr::described;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::hir::{HirEmit, HirKind, HirStmt};
use crate::program::{HandlerDef, WatchDef, WhenDef};
use crate::ty::Ty;

/// Where statements stand: what they may do there.
#[derive(Clone, Copy)]
pub(super) struct Site<'s> {
    /// The role, if one is named.
    pub role: Option<&'s Name>,
    /// `watch` bodies only emit.
    pub emits_only: bool,
    /// A test writes at any node.
    pub any_role: bool,
}

impl Checker<'_> {
    pub(super) fn check_on(&mut self, decl: &ast::OnDecl) {
        let event = self.known_event(&decl.event);
        let role_known = decl.at.as_ref().is_none_or(|role| self.known_role(role));
        let record = event.map_or(Ty::Error, |event| self.program.events[event].record());
        let site = Site { role: decl.at.as_ref().filter(|_| role_known), emits_only: false, any_role: !role_known };
        let (pattern, body) = self.handler(|this| {
            let pattern = this.irrefutable(&decl.pattern, &record);
            (pattern, this.block(&decl.body, site))
        });
        if let Some(event) = event {
            let place = self.at(decl.event.span);
            let role = decl.at.as_ref().map(|role| role.text.clone());
            self.program.handlers.push(HandlerDef { event, role, pattern, body, place });
        }
    }

    fn handler<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        self.in_handler = true;
        let result = self.scoped(read);
        self.in_handler = false;
        result
    }

    pub(super) fn check_when(&mut self, decl: &ast::WhenDecl) {
        if let Some(role) = &decl.at {
            self.known_role(role);
        }
        let site = Site { role: decl.at.as_ref(), emits_only: false, any_role: false };
        let when = self.scoped(|this| {
            let binding = decl.binding.as_ref().map(|(pattern, source)| {
                let source = this.infer(source, None);
                let element = this.element(&source);
                (this.irrefutable(pattern, &element), source)
            });
            let condition = this.want(&decl.condition, &Ty::Bool);
            let body = this.block(&decl.body, site);
            let role = decl.at.as_ref().map(|role| role.text.clone());
            let once = decl.once.is_some();
            let done = decl.once.and_then(|once| this.remembered(once, binding.as_ref().map(|(_, source)| source)));
            let place = this.at(decl.when_span);
            WhenDef { once, done, made_for: None, role, binding, condition, body, place }
        });
        self.program.whens.push(when);
    }

    pub(super) fn check_watch(&mut self, decl: &ast::WatchDecl, span: Span) {
        if let Some(role) = &decl.at {
            self.known_role(role);
        }
        let value = self.infer(&decl.value, None);
        let element = match self.head(&value.ty) {
            Ty::Set(_) | Ty::Map(..) => self.element(&value),
            Ty::Bool => Ty::unit(),
            other => other,
        };
        let site = Site { role: decl.at.as_ref(), emits_only: true, any_role: false };
        let side = |this: &mut Self, (pattern, body): &(ast::Pattern, Block)| {
            this.scoped(|this| {
                let pattern = this.irrefutable(pattern, &element);
                (pattern, this.block(body, site))
            })
        };
        let added = side(self, &decl.added);
        let removed = decl.removed.as_ref().map(|removed| side(self, removed));
        let role = decl.at.as_ref().map(|role| role.text.clone());
        let place = self.at(span);
        self.program.watches.push(WatchDef { role, value, added, removed, place });
    }

    fn block(&mut self, block: &Block, site: Site<'_>) -> Vec<HirStmt> {
        self.scoped(|this| block.stmts.iter().filter_map(|stmt| this.stmt(stmt, site)).collect())
    }

    pub(super) fn test_update(&mut self, stmt: &Stmt) {
        let site = Site { role: None, emits_only: false, any_role: true };
        self.stmt(stmt, site);
    }

    fn stmt(&mut self, stmt: &Stmt, site: Site<'_>) -> Option<HirStmt> {
        match &stmt.kind {
            StmtKind::Error => None,
            StmtKind::Call(expr) => {
                let update = self.update_call(expr, site)?;
                if update.method.answers {
                    let method = update.method.name;
                    let diagnostic = self.error(Code::E0209, stmt.span, format!("the answer of `{method}` is ignored"));
                    diagnostic.primary.text = "it may have been refused".to_string();
                    diagnostic.help.push(format!("ask it: `if x.{method}(…) {{ … }} else {{ … }}`"));
                }
                Some(HirStmt::Update(update))
            }
            StmtKind::Assign { target, op, op_span, value } => self.assign(target, *op, *op_span, value, site),
            StmtKind::Let(pattern, value) => {
                if self.is_update(value) {
                    let update = self.answering(value, site, "a `let`")?;
                    let pattern = self.irrefutable(pattern, &Ty::Bool);
                    return Some(HirStmt::LetUpdate(pattern, update));
                }
                let value = self.infer(value, None);
                let pattern = self.irrefutable(pattern, &value.ty);
                Some(HirStmt::Let(pattern, value))
            }
            StmtKind::If(condition, then, otherwise) => {
                let empty = Block::default();
                let otherwise = otherwise.as_ref().unwrap_or(&empty);
                if self.is_update(condition) {
                    let update = self.answering(condition, site, "an `if`");
                    let then = self.block(then, site);
                    let otherwise = self.block(otherwise, site);
                    return Some(HirStmt::IfUpdate(update?, then, otherwise));
                }
                let condition = self.want(condition, &Ty::Bool);
                let then = self.block(then, site);
                let otherwise = self.block(otherwise, site);
                Some(HirStmt::If(condition, then, otherwise))
            }
            StmtKind::For(pattern, source, body) => {
                let source = self.infer(source, None);
                let element = self.element(&source);
                self.scoped(|this| {
                    let pattern = this.irrefutable(pattern, &element);
                    let body = this.block(body, site);
                    Some(HirStmt::For(pattern, source, body))
                })
            }
            StmtKind::Emit(name, record) => self.emit(name, record, stmt.span),
        }
    }

    fn emit(&mut self, name: &Name, record: &Expr, span: Span) -> Option<HirStmt> {
        let event = self.events.get(&name.text).copied();
        let wanted = match event {
            Some(event) => Some(self.program.events[event].payload()),
            None => self.outputs.get(&name.text).map(|(ty, _)| ty.clone()),
        };
        let empty = matches!(&record.kind, ExprKind::Set(parts) if parts.is_empty());
        let value = if empty {
            self.hir(HirKind::Record(Vec::new()), Ty::Record(Vec::new()), record.span)
        } else {
            self.infer(record, event.and(wanted.as_ref()))
        };
        let place = self.at(span);
        match (event, &wanted) {
            (Some(_), Some(wanted)) => {
                self.fit(&value, wanted);
            }
            (None, Some(first)) => match self.program.holes.common(first, &value.ty) {
                Some(ty) => {
                    if let Some(entry) = self.outputs.get_mut(&name.text) {
                        entry.0 = ty;
                    }
                }
                None => {
                    let (_, first_place) = self.outputs[&name.text];
                    let (found, first) = (self.known(&value.ty), self.known(first));
                    self.report(
                        Diagnostic::new(
                            Code::E0208,
                            place,
                            format!(
                                "`{}` is emitted as {} here, and as {} elsewhere",
                                name.text,
                                described(&found),
                                described(&first)
                            ),
                        )
                        .label(described(&found))
                        .also(first_place, described(&first))
                        .help("all emits of one name carry the same fields; give one of them another name"),
                    );
                }
            },
            _ => {
                self.outputs.insert(name.text.clone(), (value.ty.clone(), place));
            }
        }
        Some(HirStmt::Emit(HirEmit { name: name.text.clone(), event, value, place }))
    }
}
