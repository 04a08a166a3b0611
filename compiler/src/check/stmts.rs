//! Handlers, `when`s and `watch`es: statements and where they may stand.
//!
//! An update names a variable, walks maps by key and calls a method of the lattice it ends at; `+=`, `-=` and `:=` are
//! `inc`, `dec` and `set`. An update that answers is the whole condition of an `if` or the whole right side of a `let`.
//! `writable by` is checked here (E0401); what a `when` may do, in `stability`.

use lasp_grammar::Span;
use lasp_grammar::ast::{self, AssignOp, Block, Expr, ExprKind, Name, Stmt, StmtKind};
use lasp_lattice::{MethodParam, ParamKind};
use lasp_plan::Value;

use super::expr::described;
use super::names::nearest;
use super::{Checker, Decl};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::hir::{Hir, HirEmit, HirKind, HirStmt, HirUpdate};
use crate::program::{Crdt, HandlerDef, WatchDef, WhenDef};
use crate::ty::Ty;

/// Where statements stand: what they may do there.
#[derive(Clone, Copy)]
pub(super) struct Site<'s> {
    /// The role, if one is named.
    role: Option<&'s Name>,
    /// `watch` bodies only emit.
    emits_only: bool,
    /// A test writes at any node.
    any_role: bool,
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
            WhenDef { once, role, binding, condition, body, place: this.at(decl.when_span) }
        });
        self.program.whens.push(when);
        if let Some(once) = decl.once {
            self.not_yet(once, "`once`");
        }
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

    /// The variable and the keys of `views[a][b]`, if that is what it is.
    pub(super) fn var_path<'e>(&self, expr: &'e Expr) -> Option<(usize, Vec<&'e Expr>)> {
        let mut keys = Vec::new();
        let mut base = expr;
        loop {
            match &base.kind {
                ExprKind::Index(inner, key) => {
                    keys.push(&**key);
                    base = inner;
                }
                ExprKind::Name(name) if self.local(&name.text).is_none() => {
                    let Some(Decl::Var(index)) = self.value(&name.text) else { return None };
                    keys.reverse();
                    return Some((index, keys));
                }
                _ => return None,
            }
        }
    }

    /// The lattice behind that many keys.
    pub(super) fn crdt_at(&self, var: usize, depth: usize) -> Option<Crdt> {
        let mut crdt = &self.program.vars.get(var)?.crdt;
        for _ in 0..depth {
            match crdt {
                Crdt::Named { info, inner, .. } if info.params.contains(&ParamKind::Lattice) => crdt = inner.first()?,
                _ => return None,
            }
        }
        Some(crdt.clone())
    }

    pub(super) fn path_keys(&mut self, var: usize, keys: &[&Expr]) -> Vec<Hir> {
        keys.iter()
            .enumerate()
            .map(|(depth, key)| {
                let ty = match self.crdt_at(var, depth) {
                    Some(Crdt::Named { elements, .. }) => elements.first().cloned().unwrap_or(Ty::Error),
                    _ => Ty::Error,
                };
                self.want(key, &ty)
            })
            .collect()
    }

    /// Whether an expression has the form of an update of a variable.
    fn is_update(&self, expr: &Expr) -> bool {
        let ExprKind::Method(receiver, name, _) = &expr.kind else { return false };
        let Some((var, keys)) = self.var_path(receiver) else { return false };
        match self.crdt_at(var, keys.len()) {
            Some(Crdt::Named { info, .. }) => info.method(&name.text).is_some(),
            _ => false,
        }
    }

    fn answering(&mut self, expr: &Expr, site: Site<'_>, where_: &str) -> Option<HirUpdate> {
        let update = self.update_call(expr, site)?;
        if update.method.answers {
            return Some(update);
        }
        let method = update.method.name;
        self.error(Code::E0209, expr.span, format!("`{method}` does not answer, and {where_} needs an answer"))
            .help
            .push("write the update on a line of its own".to_string());
        None
    }

    fn update_call(&mut self, expr: &Expr, site: Site<'_>) -> Option<HirUpdate> {
        let ExprKind::Method(receiver, name, args) = &expr.kind else {
            self.error(Code::E0206, expr.span, "a statement is an update, `let`, `if`, `for` or `emit`");
            return None;
        };
        let args: Vec<&Expr> = args.iter().map(|arg| &arg.value).collect();
        self.update(receiver, &name.text, name.span, &args, expr.span, site)
    }

    fn assign(&mut self, target: &Expr, op: AssignOp, op_span: Span, value: &Expr, site: Site<'_>) -> Option<HirStmt> {
        let method = match op {
            AssignOp::Add => "inc",
            AssignOp::Sub => "dec",
            AssignOp::Set => "set",
        };
        let update = self.update(target, method, op_span, &[value], target.span.to(value.span), site)?;
        Some(HirStmt::Update(update))
    }

    pub(super) fn update_target(&mut self, name: &Name) {
        if self.value(&name.text).is_none() {
            self.unknown_value(name);
        }
    }

    fn update(
        &mut self,
        target: &Expr,
        method: &str,
        method_span: Span,
        args: &[&Expr],
        span: Span,
        site: Site<'_>,
    ) -> Option<HirUpdate> {
        let Some((var, keys)) = self.var_path(target) else {
            self.not_updatable(target);
            return None;
        };
        if site.emits_only {
            self.error(Code::E0206, span, "a `watch` only emits").why =
                Some("what is watched may go back, and an update could not be taken back with it".to_string());
            return None;
        }
        let path = self.path_keys(var, &keys);
        let Some(crdt) = self.crdt_at(var, keys.len()) else {
            let whole = self.program.vars[var].crdt.clone();
            if !matches!(whole, Crdt::Error) {
                let name = self.program.vars[var].name.clone();
                self.error(Code::E0206, target.span, format!("`{name}` is a `{whole}` and has no keys that deep"));
            }
            return None;
        };
        let Crdt::Named { info, elements, .. } = &crdt else {
            args.iter().for_each(|arg| drop(self.infer(arg, None)));
            return None;
        };
        let Some(found) = info.method(method) else {
            self.no_such_update(var, &crdt, method, method_span);
            return None;
        };
        self.may_write(var, site, span);
        if args.len() < found.required || args.len() > found.params.len() {
            let params: Vec<String> = found.params.iter().map(|param| parameter(*param, elements)).collect();
            self.error(
                Code::E0202,
                span,
                format!("`{method}` takes ({}), and {} arguments are given", params.join(", "), args.len()),
            );
            return None;
        }
        let args = args.iter().zip(found.params).map(|(arg, param)| self.update_arg(arg, *param, elements)).collect();
        let place = self.at(span);
        Some(HirUpdate { var, path, method: found, args, place })
    }

    fn update_arg(&mut self, arg: &Expr, param: MethodParam, elements: &[Ty]) -> Hir {
        let element = elements.first().cloned().unwrap_or(Ty::Error);
        match param {
            MethodParam::Element => self.want(arg, &element),
            MethodParam::ElementSet => self.want(arg, &Ty::set(element)),
            MethodParam::Node => {
                self.not_yet(arg.span, "naming a node");
                self.infer(arg, None)
            }
            MethodParam::Pair => self.infer(arg, None),
            MethodParam::Amount => {
                // A negative literal is caught here; a computed negative amount is refused at run time (R0703).
                let amount = self.want(arg, &Ty::Int);
                if let HirKind::Const(Value::Int(n)) = amount.kind
                    && n < 0
                {
                    self.error(Code::E0206, arg.span, format!("an amount is never negative, and this is {n}"))
                        .help
                        .push("the other direction is another update: `inc` up, `dec` or `spend` down".to_string());
                }
                amount
            }
        }
    }

    fn not_updatable(&mut self, target: &Expr) {
        let mut root = target;
        while let ExprKind::Index(inner, _) | ExprKind::Field(inner, _) = &root.kind {
            root = inner;
        }
        if let ExprKind::Name(name) = &root.kind {
            if self.local(&name.text).is_none() && self.value(&name.text).is_none() {
                let vars: Vec<&str> = self.program.vars.iter().map(|var| var.name.as_str()).collect();
                let near = nearest(&name.text, vars).map(str::to_string);
                let place = self.at(name.span);
                let diagnostic = self.error(Code::E0101, name.span, format!("there is no variable `{}`", name.text));
                diagnostic.primary.text = "unknown name".to_string();
                if let Some(near) = near {
                    diagnostic.help.push(format!("did you mean `{near}`?"));
                    diagnostic
                        .fixes
                        .push(crate::diagnostic::Fix { title: format!("write `{near}`"), edits: vec![(place, near)] });
                }
                return;
            }
            if let Some(Decl::Var(var)) = self.value(&name.text) {
                // A lattice of a later version has been reported where it was declared.
                let deeper = self.program.vars[var].crdt.kind().is_err();
                if !deeper {
                    let whole = self.program.vars[var].crdt.clone();
                    self.error(
                        Code::E0206,
                        target.span,
                        format!("this is no place in `{}`, which is a `{whole}`", name.text),
                    );
                }
                return;
            }
            let what = match self.value(&name.text) {
                _ if self.local(&name.text).is_some() => "a value",
                Some(Decl::View(_)) => "a view",
                Some(Decl::Fn(_)) => "a function",
                _ => "read here",
            };
            self.error(
                Code::E0206,
                target.span,
                format!("`{}` is {what}, and only a variable is updated", name.text),
            )
            .why = Some("a view is computed from variables; update those and it follows".to_string());
            return;
        }
        self.error(Code::E0206, target.span, "only a variable is updated, by its name and keys: `views[ad].inc(1)`");
    }

    fn no_such_update(&mut self, var: usize, crdt: &Crdt, method: &str, span: Span) {
        let Crdt::Named { info, .. } = crdt else { return };
        let declared = self.program.vars[var].type_place;
        let methods: Vec<&str> = info.methods.iter().map(|method| method.name).collect();
        let near = nearest(method, methods.iter().copied()).map(str::to_string);
        let at = self.at(span);
        let mut diagnostic = Diagnostic::new(Code::E0206, at, format!("`{}` has no update `{method}`", info.name))
            .label("unknown update")
            .also(declared, format!("of type `{}`", self.program.vars[var].crdt));
        let known_habit =
            matches!((info.name, method), ("gset", "remove" | "remove_all" | "clear") | (_, "dec" | "inc" | "set"));
        if let (Some(near), false) = (near, known_habit) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), at, near);
        } else if info.name == "gmap" {
            diagnostic = diagnostic.help("update what is under a key: `m[k].…`");
        } else {
            let methods: Vec<String> = methods.iter().map(|method| format!("`{method}`")).collect();
            diagnostic = diagnostic.help(format!("its updates are {}", methods.join(", ")));
        }
        diagnostic = match (info.name, method) {
            ("gset", "remove" | "remove_all" | "clear") => {
                diagnostic.help("a `gset` only grows; an `orset` can shrink")
            }
            ("gcounter", "dec") => diagnostic.help("a `gcounter` only grows; a `pncounter` also goes down"),
            ("bcounter", "dec") => {
                diagnostic.help("a `bcounter` goes down by `spend`, which answers whether the rights were there")
            }
            _ => diagnostic,
        };
        self.report(diagnostic);
    }

    fn may_write(&mut self, var: usize, site: Site<'_>, span: Span) {
        let var = &self.program.vars[var];
        if var.writable_by.is_empty() || site.any_role {
            return;
        }
        let allowed = var.writable_by.join(", ");
        let (name, declared) = (var.name.clone(), var.place);
        let message = match site.role {
            Some(role) if var.writable_by.contains(&role.text) => return,
            Some(role) => format!("`{name}` is writable by {allowed}, and this runs at {}", role.text),
            // Every node handles it, so every role must be allowed.
            None if self.program.roles.iter().all(|role| var.writable_by.contains(role)) => return,
            None => format!("`{name}` is writable by {allowed}, and this runs at every node"),
        };
        let place = self.at(span);
        self.report(
            Diagnostic::new(Code::E0401, place, message)
                .label("may not write here")
                .also(declared, "declared here")
                .help(format!("say where: `at {}`", allowed.split(", ").next().unwrap_or_default())),
        );
    }
}

fn parameter(param: MethodParam, elements: &[Ty]) -> String {
    let element = elements.first().map_or("_".to_string(), Ty::to_string);
    match param {
        MethodParam::Element => element,
        MethodParam::ElementSet => format!("set<{element}>"),
        MethodParam::Amount => "nat".to_string(),
        MethodParam::Node => "node".to_string(),
        MethodParam::Pair => "pair".to_string(),
    }
}
