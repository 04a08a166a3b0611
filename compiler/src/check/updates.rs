//! Updates: a place in a variable, a method of the lattice that stands there, its arguments.
//!
//! ```text
//! carts[u].items.add(x)      carts ─ key u ─ part items ─► orset: add(x)
//! stock -= 1                 `+=`, `-=` and `:=` are `inc`, `dec` and `set`
//! ```
//!
//! An update that answers is the whole condition of an `if` or the whole right side of a `let`. `writable by` is
//! checked here (E0401); what a `when` may do, in `stability`. Neighbours: `paths` walks to the place, `stmts` says
//! where updates may stand.

use lasp_grammar::Span;
use lasp_grammar::ast::{AssignOp, Expr, ExprKind};
use lasp_lattice::MethodParam;
use lasp_plan::Value;

use super::names::nearest;
use super::stmts::Site;
use super::{Checker, Decl};
use crate::codes::Code;
use crate::crdt::Crdt;
use crate::diagnostic::Diagnostic;
use crate::hir::{Hir, HirKind, HirUpdate};
use crate::ty::Ty;

impl Checker<'_> {
    /// Whether an expression has the form of an update of a variable.
    pub(super) fn is_update(&self, expr: &Expr) -> bool {
        let ExprKind::Method(receiver, name, _) = &expr.kind else { return false };
        let found = self.var_path(receiver).and_then(|path| self.crdt_at(&path));
        found.is_some_and(|crdt| crdt.method(&name.text).is_some())
    }

    pub(super) fn answering(&mut self, expr: &Expr, site: Site<'_>, where_: &str) -> Option<HirUpdate> {
        let update = self.update_call(expr, site)?;
        if self.program.answers(&update) {
            return Some(update);
        }
        let method = update.method.name;
        self.error(Code::E0209, expr.span, format!("`{method}` does not answer, and {where_} needs an answer"))
            .help
            .push("write the update on a line of its own".to_string());
        None
    }

    pub(super) fn update_call(&mut self, expr: &Expr, site: Site<'_>) -> Option<HirUpdate> {
        let ExprKind::Method(receiver, name, args) = &expr.kind else {
            self.error(Code::E0206, expr.span, "a statement is an update, `let`, `if`, `for` or `emit`");
            return None;
        };
        let args: Vec<&Expr> = args.iter().map(|arg| &arg.value).collect();
        self.update(receiver, &name.text, name.span, &args, expr.span, site)
    }

    pub(super) fn assign(
        &mut self,
        target: &Expr,
        op: AssignOp,
        op_span: Span,
        value: &Expr,
        site: Site<'_>,
    ) -> Option<HirUpdate> {
        let method = match op {
            AssignOp::Add => "inc",
            AssignOp::Sub => "dec",
            AssignOp::Set => "set",
        };
        self.update(target, method, op_span, &[value], target.span.to(value.span), site)
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
        let Some(way) = self.var_path(target) else {
            self.not_updatable(target);
            return None;
        };
        let var = way.var;
        self.program.uses.written.insert(var);
        if site.emits_only {
            self.error(Code::E0206, span, "a `watch` only emits").why =
                Some("what is watched may go back, and an update could not be taken back with it".to_string());
            return None;
        }
        let (path, crdt) = self.walk(&way);
        let Some(crdt) = crdt else {
            args.iter().for_each(|arg| drop(self.infer(arg, None)));
            return None;
        };
        let Some(found) = crdt.method(method) else {
            self.no_such_update(var, &crdt, method, method_span);
            return None;
        };
        self.may_write(var, site, span);
        if args.len() < found.required || args.len() > found.params.len() {
            let params: Vec<String> = found.params.iter().map(|param| parameter(*param, &crdt)).collect();
            self.error(
                Code::E0202,
                span,
                format!("`{method}` takes ({}), and {} arguments are given", params.join(", "), args.len()),
            );
            return None;
        }
        let args = args.iter().zip(found.params).map(|(arg, param)| self.update_arg(arg, *param, &crdt)).collect();
        let place = self.at(span);
        Some(HirUpdate { var, path, method: found, args, place })
    }

    fn update_arg(&mut self, arg: &Expr, param: MethodParam, crdt: &Crdt) -> Hir {
        match param {
            MethodParam::Element | MethodParam::ElementSet | MethodParam::Pair | MethodParam::Rank => {
                self.want(arg, &written(param, crdt))
            }
            // A node is known by its name.
            MethodParam::Node => self.want(arg, &Ty::Text),
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
                let near = nearest(&name.text, vars);
                let place = self.at(name.span);
                let diagnostic = self.error(Code::E0101, name.span, format!("there is no variable `{}`", name.text));
                diagnostic.primary.text = "unknown name".to_string();
                if let Some(near) = near {
                    diagnostic.did_you_mean(place, near);
                }
                return;
            }
            if let Some(Decl::Var(var)) = self.value(&name.text) {
                // What is wrong with its lattice has been reported where it was declared.
                if self.program.vars[var].crdt.kind().is_some() {
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
        let declared = self.program.vars[var].type_place;
        let name = crdt.lattice_name();
        let methods: Vec<&str> = crdt.methods().iter().map(|method| method.name).collect();
        let near = nearest(method, methods.iter().copied());
        let at = self.at(span);
        let mut diagnostic = Diagnostic::new(Code::E0206, at, format!("{} has no update `{method}`", crdt.called()))
            .label("unknown update")
            .also(declared, format!("of type `{}`", self.program.vars[var].crdt));
        let known_habit =
            matches!((name, method), ("gset", "remove" | "remove_all" | "clear") | (_, "dec" | "inc" | "set"));
        if let (Some(near), false) = (near, known_habit) {
            diagnostic.did_you_mean(at, near);
        } else if let Crdt::Record(fields, _) = crdt {
            let fields: Vec<String> = fields.iter().map(|(field, _)| format!("`{field}`")).collect();
            diagnostic = diagnostic.help(format!("update one of its parts: {}", fields.join(", ")));
        } else if let Crdt::Tuple(..) = crdt {
            diagnostic = diagnostic.help("update one of its parts: `x.0.…`");
        } else if name == "gmap" {
            diagnostic = diagnostic.help("update what is under a key: `m[k].…`");
        } else {
            let methods: Vec<String> = methods.iter().map(|method| format!("`{method}`")).collect();
            diagnostic = diagnostic.help(format!("its updates are {}", methods.join(", ")));
        }
        diagnostic = match (name, method) {
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

/// The type of a parameter of a method of this lattice.
fn written(param: MethodParam, crdt: &Crdt) -> Ty {
    let element = || match crdt {
        Crdt::Named { elements, .. } => elements.first().cloned().unwrap_or(Ty::Error),
        _ => Ty::Error,
    };
    match param {
        MethodParam::Element => element(),
        MethodParam::ElementSet => Ty::set(element()),
        MethodParam::Amount => Ty::Nat,
        MethodParam::Node => Ty::Text,
        MethodParam::Rank => crdt.read(false),
        MethodParam::Pair => match crdt {
            Crdt::Named { inner, .. } => Ty::Tuple(inner.iter().map(half).collect()),
            _ => Ty::Error,
        },
    }
}

/// What one half of a `lex` is set to: as the register alone would be.
fn half(crdt: &Crdt) -> Ty {
    let param = crdt.method("set").and_then(|set| set.params.first());
    param.map_or(Ty::Error, |param| written(*param, crdt))
}

fn parameter(param: MethodParam, crdt: &Crdt) -> String {
    match param {
        MethodParam::Node => "the name of a node".to_string(),
        param => written(param, crdt).to_string(),
    }
}
