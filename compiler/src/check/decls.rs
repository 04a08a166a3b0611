//! Declarations: first their names, then their bodies.
//!
//! `collect` enters every declared name of every file, so that order does not matter; `check_all` then reads the
//! bodies. What the language has but this version does not run (`invariant`, …) is read like the rest and reported once
//! (E0801).

use lasp_grammar::Span;
use lasp_grammar::ast::{self, ItemKind, Name, Param, PlaceKind};
use lasp_plan::Place;

use super::types::TypeDef;
use super::{Checker, Decl, Progress, VariantRef};
use crate::codes::Code;
use crate::crdt::Crdt;
use crate::diagnostic::Diagnostic;
use crate::hir::{Hir, HirKind};
use crate::program::{EventDef, FeedDef, FnDef, ShowDef, VarDef, ViewDef};
use crate::ty::Ty;

impl<'a> Checker<'a> {
    /// Enters all names, and the types that expressions need.
    pub(super) fn collect(&mut self) {
        let units = self.units;
        for (unit, file) in units.iter().enumerate() {
            self.unit = unit;
            for item in &file.tree.items {
                match &item.kind {
                    ItemKind::Role(names) => names.iter().for_each(|name| self.enter_role(name)),
                    ItemKind::Type(decl) => self.enter_type(decl),
                    ItemKind::Lattice(decl) => self.enter_lattice(decl),
                    ItemKind::Var(decl) => self.enter_var(decl),
                    ItemKind::Let(decl) => self.enter_view(decl),
                    ItemKind::Fn(decl) => self.enter_fn(decl),
                    ItemKind::Seal(decl) => self.enter_seal(decl),
                    ItemKind::When(decl) => self.enter_once(decl),
                    ItemKind::Invariant(decl) => self.enter_pool(decl, item.span),
                    _ => {}
                }
            }
        }
        // Types of events and variables may name types and lattices of any file.
        self.each_item(|this, item| {
            if let ItemKind::Event(decl) = &item.kind {
                this.enter_event(decl);
            }
        });
        for (unit, decl, index) in self.vars.clone() {
            self.elsewhere(unit, |this| this.read_var_type(index, decl));
        }
        self.find_sealed();
    }

    fn each_item(&mut self, mut read: impl FnMut(&mut Self, &'a ast::Item)) {
        let units = self.units;
        for (unit, file) in units.iter().enumerate() {
            self.unit = unit;
            for item in &file.tree.items {
                read(self, item);
            }
        }
    }

    fn enter(&mut self, name: &Name, decl: Decl) -> bool {
        let qualified = self.qualified(&name.text);
        let place = self.at(name.span);
        if let Some((_, first)) = self.values.get(&qualified) {
            let first = *first;
            self.twice(&name.text, place, first);
            return false;
        }
        self.values.insert(qualified, (decl, place));
        true
    }

    pub(super) fn twice(&mut self, name: &str, place: Place, first: Place) {
        self.report(
            Diagnostic::new(Code::E0102, place, format!("`{name}` is declared twice"))
                .label("declared again here")
                .also(first, "first declared here"),
        );
    }

    fn enter_role(&mut self, name: &Name) {
        let place = self.at(name.span);
        if let Some(first) = self.roles.insert(name.text.clone(), place) {
            self.twice(&name.text, place, first);
        } else {
            self.program.roles.push(name.text.clone());
        }
    }

    fn enter_type(&mut self, decl: &'a ast::TypeDecl) {
        let qualified = self.qualified(&decl.name.text);
        let place = self.at(decl.name.span);
        if let Some(first) = self.type_place(&qualified) {
            self.twice(&decl.name.text, place, first);
            return;
        }
        self.types.insert(qualified.clone(), TypeDef { decl, unit: self.unit });
        if let ast::TypeBody::Enum(variants) = &decl.body {
            for (tag, variant) in variants.iter().enumerate() {
                let reference = VariantRef { ty: qualified.clone(), tag: u32::try_from(tag).unwrap_or(u32::MAX) };
                self.variants.entry(variant.name.text.clone()).or_default().push(reference);
                if variants[..tag].iter().any(|other| other.name.text == variant.name.text) {
                    self.error(Code::E0102, variant.name.span, format!("`{}` is declared twice", variant.name.text));
                }
            }
        }
    }

    fn enter_var(&mut self, decl: &'a ast::VarDecl) {
        let index = self.program.vars.len();
        if self.enter(&decl.name, Decl::Var(index)) {
            self.vars.push((self.unit, decl, index));
            self.program.vars.push(VarDef {
                name: self.qualified(&decl.name.text),
                crdt: Crdt::Error,
                ty: Ty::Error,
                init: None,
                writable_by: decl.writable_by.iter().map(|role| role.text.clone()).collect(),
                place: self.at(decl.name.span),
                type_place: self.at(decl.ty.span),
                hidden: None,
            });
        }
    }

    fn read_var_type(&mut self, index: usize, decl: &'a ast::VarDecl) {
        let crdt = self.crdt(&decl.ty);
        let crdt = self.sound(crdt);
        let var = &mut self.program.vars[index];
        var.ty = crdt.read(decl.init.is_some());
        var.crdt = crdt;
    }

    fn enter_view(&mut self, decl: &'a ast::LetDecl) {
        let index = self.program.views.len();
        if self.enter(&decl.name, Decl::View(index)) {
            self.views.push((self.unit, decl, Progress::Waiting));
            let place = self.at(decl.name.span);
            self.program.views.push(ViewDef {
                name: self.qualified(&decl.name.text),
                ty: Ty::Error,
                value: Hir { kind: HirKind::Error, ty: Ty::Error, place },
                rec: decl.rec,
                place,
                stable: decl.stable.map(|stable| self.at(stable)),
            });
        }
    }

    fn enter_fn(&mut self, decl: &'a ast::FnDecl) {
        let index = self.program.fns.len();
        if self.enter(&decl.name, Decl::Fn(index)) {
            self.fns.push((self.unit, decl, Progress::Waiting));
            let place = self.at(decl.name.span);
            self.program.fns.push(FnDef {
                name: self.qualified(&decl.name.text),
                params: Vec::new(),
                result: Ty::Error,
                body: Hir { kind: HirKind::Error, ty: Ty::Error, place },
            });
        }
    }

    fn enter_event(&mut self, decl: &'a ast::EventDecl) {
        let place = self.at(decl.name.span);
        if let Some(&first) = self.events.get(&decl.name.text) {
            let first = self.program.events[first].place;
            self.twice(&decl.name.text, place, first);
            return;
        }
        if let Some((name, _)) = decl.fields.iter().find(|(name, _)| name.text == "at") {
            self.error(Code::E0102, name.span, "every event has `at: time` already")
                .help
                .push("leave the field out: `at` is the time column of the feed, or the time of arrival".to_string());
        }
        let mut fields = self.record_fields(&decl.fields);
        fields.retain(|(name, _)| name != "at");
        self.events.insert(decl.name.text.clone(), self.program.events.len());
        self.program.events.push(EventDef { name: decl.name.text.clone(), fields, place });
    }

    /// Reads every body.
    pub(super) fn check_all(&mut self) {
        self.each_item(|this, item| {
            if let ItemKind::Invariant(decl) = &item.kind {
                this.check_invariant(decl, item.span);
            }
        });
        self.each_item(|this, item| this.check_item(item));
    }

    fn check_item(&mut self, item: &'a ast::Item) {
        match &item.kind {
            ItemKind::Use(_) | ItemKind::Role(_) | ItemKind::Event(_) => {}
            ItemKind::Lattice(decl) => self.check_lattice(decl),
            ItemKind::Type(decl) => {
                // Reading it once reports what is wrong in it even if nobody uses it.
                if decl.params.is_empty() {
                    let path = [decl.name.clone()];
                    let named = ast::TypeExprKind::Named { path: path.to_vec(), args: Vec::new() };
                    let before = self.diagnostics.len();
                    self.plain(&ast::TypeExpr { kind: named, span: decl.name.span });
                    self.forget_repeats(before);
                }
            }
            ItemKind::Var(decl) => self.check_var(decl),
            ItemKind::Let(decl) => self.check_let(decl),
            ItemKind::Fn(decl) => {
                if let Some(Decl::Fn(index)) = self.value(&decl.name.text) {
                    self.need_fn(index, decl.name.span);
                }
            }
            ItemKind::Feed(decl) => self.check_feed(decl, item.span),
            ItemKind::Bind(decl) => self.check_bind(decl),
            ItemKind::On(decl) => self.check_on(decl),
            ItemKind::When(decl) => self.check_when(decl, item.span),
            ItemKind::Watch(decl) => self.check_watch(decl, item.span),
            // Read before everything else: handlers need to know what is held by rights.
            ItemKind::Invariant(_) => {}
            ItemKind::Seal(decl) => self.check_seal(decl),
            ItemKind::Show(names) => names.iter().for_each(|name| self.check_show(name)),
            ItemKind::Test(decl) => self.check_test(decl),
        }
    }

    /// Drops messages from `before` on that were already given for the same place.
    pub(super) fn forget_repeats(&mut self, before: usize) {
        let fresh = self.diagnostics.split_off(before);
        for diagnostic in fresh {
            if !self.diagnostics.contains(&diagnostic) {
                self.diagnostics.push(diagnostic);
            }
        }
    }

    fn check_var(&mut self, decl: &'a ast::VarDecl) {
        for role in decl.at.iter().chain(&decl.writable_by) {
            self.known_role(role);
        }
        let Some(Decl::Var(index)) = self.value(&decl.name.text) else { return };
        if self.program.vars[index].place != self.at(decl.name.span) {
            return;
        }
        if let [first, .., last] | [first @ last] = decl.at.as_slice() {
            self.not_yet(first.span.to(last.span), "a variable held by some roles only (`at`)");
        }
        if let Some(init) = &decl.init {
            let crdt = self.program.vars[index].crdt.clone();
            let ty = match crdt.genesis() {
                Ok(ty) => ty,
                Err(part) => {
                    self.no_genesis(part, init);
                    return;
                }
            };
            let init = self.want(init, &ty);
            if init.any(&mut |part| matches!(part.kind, HirKind::Var(_) | HirKind::View(_))) {
                let place = init.place;
                self.report(
                    Diagnostic::new(Code::E0201, place, "an initial value must be a constant")
                        .label("depends on other variables")
                        .why("the genesis state is the same on every node that runs the program"),
                );
            } else {
                self.program.vars[index].init = Some(init);
            }
        }
    }

    /// What has no initial value: it is written by nodes, and the genesis state is nobody's.
    fn no_genesis(&mut self, part: &Crdt, init: &'a ast::Expr) {
        let message = format!("{} has no initial value: it starts empty on every node", part.called());
        self.infer(init, None);
        let diagnostic = self.error(Code::E0201, init.span, message);
        diagnostic.primary.text = "cannot be its beginning".to_string();
        diagnostic.help.push("leave the initial value out".to_string());
    }

    fn check_let(&mut self, decl: &'a ast::LetDecl) {
        if let Some(place) = &decl.at {
            self.check_place(place);
        }
        let Some(Decl::View(index)) = self.value(&decl.name.text) else { return };
        if self.program.views[index].place != self.at(decl.name.span) {
            return;
        }
        self.need_view(index, decl.name.span);
    }

    fn check_place(&mut self, place: &ast::Place) {
        match &place.kind {
            PlaceKind::Role(role) => {
                self.known_role(role);
            }
            PlaceKind::Each => self.not_yet(place.span, "the place `each`"),
            PlaceKind::Any(role, _) => {
                self.known_role(role);
                self.not_yet(place.span, "the place `any(…)`");
            }
            PlaceKind::Shard(_, role) => {
                self.known_role(role);
                self.not_yet(place.span, "the place `shard(…)`");
            }
            PlaceKind::Tree(roles) => {
                for role in roles {
                    self.known_role(role);
                }
                self.not_yet(place.span, "the place `tree(…)`");
            }
        }
    }

    fn check_feed(&mut self, decl: &ast::FeedDecl, span: Span) {
        let mut options: Vec<(String, String)> = Vec::new();
        for (name, column, _) in &decl.options {
            if !matches!(name.text.as_str(), "node" | "time" | "src" | "seq") {
                let known = ["node", "time", "src", "seq"].map(str::to_string);
                self.unknown_among(Code::E0107, name, "feed option", &known, "");
            } else if options.iter().any(|(other, _)| *other == name.text) {
                self.error(Code::E0102, name.span, format!("the option `{}` is given twice", name.text));
            } else {
                options.push((name.text.clone(), column.clone()));
            }
        }
        let Some(event) = self.known_event(&decl.event) else { return };
        if let Some(first) = self.program.feeds.iter().find(|feed| feed.event == event && feed.path == decl.path) {
            let (place, first) = (self.at(span), first.place);
            self.twice(&format!("feed {}", decl.event.text), place, first);
            return;
        }
        let place = self.at(decl.path_span);
        self.program.feeds.push(FeedDef { event, path: decl.path.clone(), options, place });
    }

    fn check_show(&mut self, name: &Name) {
        let value = match self.value(&name.text) {
            Some(Decl::Fn(_)) => {
                self.error(
                    Code::E0201,
                    name.span,
                    format!("`{}` is a function; only a variable or a view has a value to show", name.text),
                );
                return;
            }
            Some(_) => self.reference(name),
            None => {
                self.unknown_value(name);
                return;
            }
        };
        if self.program.shows.iter().any(|show| show.name == name.text) {
            self.error(Code::E0102, name.span, format!("`{}` is shown twice", name.text));
            return;
        }
        self.program.shows.push(ShowDef { name: name.text.clone(), value });
    }

    pub(super) fn known_role(&mut self, role: &Name) -> bool {
        if self.roles.contains_key(&role.text) {
            return true;
        }
        let roles = self.program.roles.clone();
        let help = format!("declare it with `role {}`", role.text);
        self.unknown_among(Code::E0107, role, "role", &roles, &help);
        false
    }

    pub(super) fn known_event(&mut self, event: &Name) -> Option<usize> {
        let found = self.events.get(&event.text).copied();
        if found.is_none() {
            let events: Vec<String> = self.program.events.iter().map(|event| event.name.clone()).collect();
            let help = format!("declare it with `event {} {{ … }}`", event.text);
            self.unknown_among(Code::E0107, event, "event", &events, &help);
        }
        found
    }

    /// Checks a view on first need; its type afterwards.
    pub(super) fn need_view(&mut self, index: usize, span: Span) -> Ty {
        let (unit, decl, progress) = self.views[index];
        match progress {
            Progress::Done => {}
            Progress::Running if decl.rec && self.reading.last() == Some(&Decl::View(index)) => {}
            Progress::Running if self.reported_circle(index, span) => return Ty::Error,
            Progress::Running => {
                let place = self.program.views[index].place;
                let name = decl.name.text.clone();
                let at = self.at(span);
                self.report(
                    Diagnostic::new(Code::E0207, at, format!("`{name}` is defined by itself"))
                        .label("needs its own value")
                        .also(place, "defined here")
                        .help(format!("a least fixed point is written `let rec {name} = …`")),
                );
                return Ty::Error;
            }
            Progress::Waiting => {
                self.views[index].2 = Progress::Running;
                self.reading.push(Decl::View(index));
                let value = self.elsewhere(unit, |this| match &decl.ty {
                    _ if decl.rec => this.read_recursive(index, decl),
                    Some(ty) => {
                        let ty = this.plain(ty);
                        let mut value = this.want(&decl.value, &ty);
                        value.ty = ty;
                        value
                    }
                    None => this.infer(&decl.value, None),
                });
                self.reading.pop();
                let ty = self.sized(value.ty.clone(), decl.name.span);
                self.program.views[index].ty = ty;
                self.program.views[index].value = value;
                self.views[index].2 = Progress::Done;
            }
        }
        self.program.views[index].ty.clone()
    }

    /// Checks a function on first need.
    pub(super) fn need_fn(&mut self, index: usize, span: Span) -> bool {
        let (unit, decl, progress) = self.fns[index];
        match progress {
            Progress::Done => true,
            Progress::Running => {
                let at = self.at(span);
                let name = decl.name.text.clone();
                self.report(
                    Diagnostic::new(Code::E0207, at, format!("`{name}` calls itself"))
                        .label("recursive call")
                        .why("functions are total: a program must not be able to run for ever"),
                );
                false
            }
            Progress::Waiting => {
                self.fns[index].2 = Progress::Running;
                self.reading.push(Decl::Fn(index));
                self.elsewhere(unit, |this| this.scoped(|this| this.read_fn(index, decl)));
                self.reading.pop();
                self.fns[index].2 = Progress::Done;
                true
            }
        }
    }

    fn read_fn(&mut self, index: usize, decl: &'a ast::FnDecl) {
        let params = decl.params.iter().map(|param| self.param(param)).collect();
        let result = decl.result.as_ref().map(|ty| self.plain(ty));
        let body = match &result {
            Some(ty) => self.want(&decl.body, ty),
            None => self.infer(&decl.body, None),
        };
        let result = self.sized(result.unwrap_or_else(|| body.ty.clone()), decl.name.span);
        let function = &mut self.program.fns[index];
        function.params = params;
        function.result = result;
        function.body = body;
    }

    fn param(&mut self, param: &Param) -> (String, crate::hir::LocalId) {
        let ty = match &param.ty {
            Some(ty) => self.plain(ty),
            None => self.program.holes.fresh(),
        };
        (param.name.text.clone(), self.bind_local(&param.name.text, ty))
    }

    /// Views whose type is still open when all is read cannot run.
    pub(super) fn report_holes(&mut self) {
        for index in 0..self.program.views.len() {
            let view = &self.program.views[index];
            if self.program.holes.is_open(&view.ty) {
                let (place, name) = (view.place, view.name.clone());
                let example = match self.program.holes.head(&view.ty) {
                    Ty::Option(_) => "option<int>",
                    Ty::List(_) => "list<int>",
                    Ty::Map(..) => "map<text, int>",
                    _ => "set<int>",
                };
                self.report(
                    Diagnostic::new(Code::E0204, place, format!("the type of `{name}` cannot be told from its value"))
                        .label("of what?")
                        .help(format!("write the type: `let {name}: {example} = …`")),
                );
            }
        }
    }
}
