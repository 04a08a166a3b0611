//! Stages and expressions to instructions.
//!
//! The representation of every value is found from below: columns have theirs, constants show it, operators say what
//! they give. Where two meet that differ (the branches of an `if`, the sides of a comparison), both are converted to
//! the least one that fits. An operator without an instruction for its operands becomes an [`Inst::Eval`] over them, or
//! over the whole expression if that binds names of its own.

use lasp_plan::parts::parts;
use lasp_plan::{BinaryOp, CollOp, Expr, ExprKind, Func, Place, UnaryOp, Value};

use super::choice::can_test;
use super::text::is_told;
use super::{Direct, Inst, Object, Program, Val, Word, can_fail};
use crate::flow::repr::Repr;
use crate::flow::rows::Layout;

/// A program in the making.
pub(in crate::flow) struct Compiler {
    pub(super) program: Program,
    /// The block that instructions go to.
    block: Vec<Inst>,
    /// What slots hold, by number.
    pub(super) slots: Vec<Option<Val>>,
    /// How many of them are columns of the row.
    width: u32,
    /// How deep in an expression it is.
    depth: u32,
}

/// Deeper parts are left to the evaluator, which takes no stack for long chains.
const DEPTH_MAX: u32 = 64;

impl Compiler {
    /// A program over rows of a layout.
    pub(in crate::flow) fn over(layout: &Layout) -> Compiler {
        let mut compiler =
            Compiler { program: Program::default(), block: Vec::new(), slots: Vec::new(), width: 0, depth: 0 };
        let columns = layout.columns.iter().enumerate().map(|(column, repr)| {
            let (from, to) = (layout.at(column), layout.at(column + 1));
            Val {
                repr: repr.clone(),
                words: (from.word..to.word).map(|word| Word::Row(word as u32)).collect(),
                objects: (from.object..to.object).map(|object| Object::Row(object as u32)).collect(),
            }
        });
        compiler.enter(columns.collect());
        compiler
    }

    /// From here on these are the columns of the row.
    pub(in crate::flow) fn enter(&mut self, columns: Vec<Val>) {
        self.width = columns.len() as u32;
        self.slots = columns.iter().cloned().map(Some).collect();
        self.emit(Inst::Enter(self.program.stages.len() as u32));
        self.program.stages.push(columns);
    }

    /// The columns of the row as they are now.
    pub(in crate::flow) fn columns(&self) -> Vec<Val> {
        self.program.stages.last().cloned().unwrap_or_default()
    }

    /// Rows for which the condition does not hold leave.
    pub(in crate::flow) fn keep(&mut self, condition: &Expr) {
        let condition = self.truth(condition);
        self.emit(Inst::Keep { condition });
    }

    /// Completes the program: it gives these values.
    pub(in crate::flow) fn finish(mut self, gives: Vec<Val>) -> Program {
        self.program.insts = self.block;
        self.program.gives = gives;
        self.program
    }

    /// The same, in representations that they fit.
    pub(in crate::flow) fn finish_as(mut self, gives: Vec<Val>, reprs: &[Repr]) -> Program {
        let gives = gives.into_iter().zip(reprs).map(|(val, repr)| self.convert(val, repr)).collect();
        self.finish(gives)
    }

    pub(super) fn emit(&mut self, inst: Inst) {
        self.block.push(inst);
    }

    /// The instructions that `work` emits, as a block of their own.
    pub(super) fn in_block<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> (Vec<Inst>, T) {
        let outer = std::mem::take(&mut self.block);
        let result = work(self);
        (std::mem::replace(&mut self.block, outer), result)
    }

    /// What `work` gives; the names it binds are unknown behind it. A name of the same place that an expression binds
    /// itself would else be taken for one of them, which may stand in a branch that no row has taken.
    pub(super) fn scoped<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let slots = self.slots.clone();
        let result = work(self);
        self.slots = slots;
        result
    }

    /// A register for a word.
    fn register(&mut self) -> u32 {
        self.program.words += 1;
        self.program.words - 1
    }

    /// A word that an instruction makes.
    pub(super) fn word(&mut self, repr: Repr, inst: impl FnOnce(u32) -> Inst) -> Val {
        let out = self.register();
        self.emit(inst(out));
        Val { repr, words: vec![Word::Reg(out)], objects: Vec::new() }
    }

    /// A condition.
    pub(super) fn truth(&mut self, condition: &Expr) -> Word {
        let val = self.value(condition);
        self.convert(val, &Repr::Bool).words[0]
    }

    /// The value of an expression.
    pub(in crate::flow) fn value(&mut self, expr: &Expr) -> Val {
        if self.depth == DEPTH_MAX {
            return self.whole(expr);
        }
        self.depth += 1;
        let val = self.form(expr);
        self.depth -= 1;
        val
    }

    fn form(&mut self, expr: &Expr) -> Val {
        match &expr.kind {
            ExprKind::Const(value) => self.constant(value),
            ExprKind::Local(slot) => self.slots[*slot as usize].clone().expect("a slot is bound before it is read"),
            ExprKind::Field(of, slot) => {
                let of = self.value(of);
                self.field(of, *slot, expr.place)
            }
            ExprKind::Tuple(parts) => {
                let parts: Vec<Val> = parts.iter().map(|part| self.value(part)).collect();
                Compiler::side_by_side(&parts)
            }
            ExprKind::Some(of) => {
                let content = self.value(of);
                self.set(content)
            }
            ExprKind::Unary(UnaryOp::Not, of) => {
                let of = self.truth(of);
                self.word(Repr::Bool, |out| Inst::Not { out, of })
            }
            ExprKind::Unary(UnaryOp::Neg, of) => {
                let of = self.value(of);
                if of.repr.is_word() {
                    let (repr, place, word) = (of.repr.clone(), expr.place, of.words[0]);
                    return self.word(of.repr, |out| Inst::Neg { out, of: word, repr, place });
                }
                self.eval_over(expr, vec![of], Repr::Boxed)
            }
            ExprKind::Text(parts) => self.text(parts, expr.place),
            ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), left, right) => self.both(*op, left, right),
            ExprKind::Binary(op, ..) => self.chain(*op, expr),
            ExprKind::CompareSet(op, left, right) => {
                let left = self.value(left);
                let right = self.value(right);
                self.compare_set(*op, left, right, expr.place)
            }
            ExprKind::If(condition, yes, no) => self.branches(condition, |this| this.value(yes), |this| this.value(no)),
            ExprKind::Let(pattern, value, body) => {
                let value = self.value(value);
                if !can_test(pattern, &value.repr) {
                    return self.whole(expr);
                }
                self.scoped(|this| {
                    this.bind_tested(pattern, &value);
                    this.value(body)
                })
            }
            ExprKind::Match(subject, arms) => self.scoped(|this| this.choose(subject, arms, expr)),
            ExprKind::Call(func, args) => self.call(*func, args, expr),
            ExprKind::Variant(variant, parts) if parts.is_empty() => {
                self.constant(&Value::Variant(*variant, [].into()))
            }
            ExprKind::Variant(variant, parts) => self.variant(*variant, parts, expr),
            ExprKind::Coll(..) | ExprKind::Fix(..) => self.whole(expr),
            ExprKind::Var(_) | ExprKind::View(_) | ExprKind::Rights(_) => {
                unreachable!("the compiler has turned every read inside the dataflow into a column")
            }
            ExprKind::Set(_)
            | ExprKind::List(_)
            | ExprKind::Map(_)
            | ExprKind::CompareDrawn(..)
            | ExprKind::Lookup(..) => {
                let operands: Vec<Val> = parts(expr).into_iter().map(|part| self.value(part)).collect();
                let repr = match &expr.kind {
                    ExprKind::Set(_) | ExprKind::List(_) => {
                        let elements = operands.iter().fold(Repr::Never, |repr, part| repr.and(&part.repr));
                        Repr::Many(Box::new(elements))
                    }
                    ExprKind::CompareDrawn(..) => Repr::Bool,
                    ExprKind::Lookup(_, _, Some(default)) => whole_of(default),
                    _ => Repr::Boxed,
                };
                self.eval_over(expr, operands, repr)
            }
        }
    }

    /// A set option.
    pub(super) fn set(&mut self, content: Val) -> Val {
        let mut words = self.constant_as(&Value::Bool(true), &Repr::Bool).words;
        words.extend(content.words);
        Val { repr: Repr::Option(Box::new(content.repr)), words, objects: content.objects }
    }

    /// A slot of a tuple.
    pub(super) fn field(&mut self, of: Val, slot: u32, place: Place) -> Val {
        if let Repr::Tuple(slots) = of.repr.clone() {
            return of.slot(&slots, slot as usize);
        }
        self.direct(Direct::Field(slot), vec![of], Repr::Boxed, place)
    }

    /// An infix operator that is not `and` or `or`. The left spine of a chain is walked: 10,000 terms take no stack.
    fn chain(&mut self, op: BinaryOp, expr: &Expr) -> Val {
        let mut links = Vec::new();
        let (mut op, mut expr) = (op, expr);
        let mut val = loop {
            let ExprKind::Binary(_, left, right) = &expr.kind else { unreachable!("it was asked for as one") };
            links.push((op, &**right, expr.place));
            match &left.kind {
                ExprKind::Binary(inner, ..) if !matches!(inner, BinaryOp::And | BinaryOp::Or) => {
                    (op, expr) = (*inner, left);
                }
                _ => break self.value(left),
            }
        };
        for (op, right, place) in links.into_iter().rev() {
            let right = self.value(right);
            val = self.binary(op, val, right, place);
        }
        val
    }

    /// An infix operator of two values at hand.
    pub(super) fn binary(&mut self, op: BinaryOp, left: Val, right: Val, place: Place) -> Val {
        let arithmetic = matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem);
        if !arithmetic {
            return self.compare(op, left, right);
        }
        let (left, right) = self.unboxed(op, left, right);
        let result = match (&left.repr, &right.repr) {
            (Repr::Int, Repr::Int) => Repr::Int,
            (Repr::Float, Repr::Float) => Repr::Float,
            (Repr::Time, Repr::Time) | (Repr::Duration, Repr::Duration | Repr::Int) | (Repr::Int, Repr::Duration) => {
                Repr::Duration
            }
            (Repr::Time, Repr::Duration) | (Repr::Duration, Repr::Time) => Repr::Time,
            _ => return self.direct(Direct::Infix(op), vec![left, right], Repr::Boxed, place),
        };
        let (reprs, words) = ([left.repr, right.repr], [left.words[0], right.words[0]]);
        let [left, right] = words;
        if result == Repr::Float {
            return self.word(result, |out| Inst::Float { op, out, left, right });
        }
        self.word(result, |out| Inst::Int { op, out, left, right, reprs, place, only: None })
    }

    /// Of two operands of one type, of which only one is known well: the other as well known. Sums and differences of
    /// ints and floats have operands of one type; where times and durations mix, nothing can be told.
    fn unboxed(&mut self, op: BinaryOp, left: Val, right: Val) -> (Val, Val) {
        let one_type = |repr: &Repr| match repr {
            Repr::Float => true,
            Repr::Int => matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Rem),
            _ => false,
        };
        if left.repr.is_object() && one_type(&right.repr) {
            let left = self.convert(left, &right.repr);
            return (left, right);
        }
        if right.repr.is_object() && one_type(&left.repr) {
            let right = self.convert(right, &left.repr);
            return (left, right);
        }
        (left, right)
    }

    /// A comparison of two values of one type.
    pub(super) fn compare(&mut self, op: BinaryOp, left: Val, right: Val) -> Val {
        let (left, right) = match (&left.repr, &right.repr) {
            // Which variant it is tells, as the one on the other side has no fields.
            (Repr::Sum(_), Repr::Enum) | (Repr::Enum, Repr::Sum(_)) => (left.which(), right.which()),
            _ => (left, right),
        };
        let repr = match (left.repr.is_object(), right.repr.is_object()) {
            (true, false) if right.repr.is_word() => right.repr.clone(),
            (false, true) if left.repr.is_word() => left.repr.clone(),
            _ => left.repr.and(&right.repr),
        };
        let left = self.convert(left, &repr);
        let right = self.convert(right, &repr);
        if repr.is_word() && repr != Repr::Float {
            let (left, right) = (left.words[0], right.words[0]);
            return self.word(Repr::Bool, |out| Inst::Test { op, out, left, right });
        }
        self.word(Repr::Bool, |out| Inst::Order { op, out, left, right })
    }

    /// A comparison in which either side may be an option: unset compares false.
    pub(super) fn compare_set(&mut self, op: BinaryOp, left: Val, right: Val, place: Place) -> Val {
        if left.repr.is_object() || right.repr.is_object() {
            return self.direct(Direct::CompareSet(op), vec![left, right], Repr::Bool, place);
        }
        let mut tests = Vec::new();
        let mut content = |val: Val| match val.repr.clone() {
            Repr::Option(inner) => {
                tests.push(val.words[0]);
                val.content(&inner)
            }
            _ => val,
        };
        let (left, right) = (content(left), content(right));
        // An unset content compares somehow, without failing.
        let compared = self.compare(op, left, right);
        tests.into_iter().fold(compared, |all, set| {
            let left = all.words[0];
            self.word(Repr::Bool, |out| Inst::Both { or: false, out, left, right: set })
        })
    }

    /// `and` and `or` do not evaluate their right side in vain, unless that does no harm.
    fn both(&mut self, op: BinaryOp, left: &Expr, right: &Expr) -> Val {
        // The left spine is walked, like that of a chain.
        let mut links = vec![(op, right)];
        let mut first = left;
        while let ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), left, right) = &first.kind {
            links.push((*op, right));
            first = left;
        }
        let mut so_far = self.truth(first);
        while let Some((op, right)) = links.pop() {
            let (block, right) = self.in_block(|this| this.truth(right));
            let or = op == BinaryOp::Or;
            if !block.iter().any(can_fail) {
                block.into_iter().for_each(|inst| self.emit(inst));
                let left = so_far;
                so_far = self.word(Repr::Bool, |out| Inst::Both { or, out, left, right }).words[0];
                continue;
            }
            let out = self.register();
            let answer = |from| Inst::Move { words: vec![(out, from)], objects: Vec::new() };
            let mut asks = block;
            asks.push(answer(right));
            let decided = vec![answer(so_far)];
            let (yes, no) = if or { (decided, asks) } else { (asks, decided) };
            self.emit(Inst::Choose { condition: so_far, yes, no });
            so_far = Word::Reg(out);
        }
        Val { repr: Repr::Bool, words: vec![so_far], objects: Vec::new() }
    }

    fn call(&mut self, func: Func, args: &[Expr], expr: &Expr) -> Val {
        let first = args.first().expect("a function has an argument");
        match func {
            Func::Or => {
                let (block, option) = self.in_block(|this| this.value(first));
                let Repr::Option(inner) = option.repr.clone() else { return self.whole(expr) };
                block.into_iter().for_each(|inst| self.emit(inst));
                let content = option.content(&inner);
                self.either(option.words[0], |_| content, |this| this.value(&args[1]))
            }
            Func::Agreed => self.whole(expr),
            Func::IsSet => {
                let option = self.value(first);
                match option.repr {
                    Repr::Option(_) => Val { repr: Repr::Bool, words: vec![option.words[0]], objects: Vec::new() },
                    _ => self.direct(Direct::Func(func), vec![option], Repr::Bool, expr.place),
                }
            }
            Func::AtLeast | Func::AtMost => {
                let op = if func == Func::AtLeast { BinaryOp::Ge } else { BinaryOp::Le };
                let left = self.value(first);
                let right = self.value(&args[1]);
                self.compare_set(op, left, right, expr.place)
            }
            _ if is_told(func) => self.told(func, args),
            _ => {
                let operands: Vec<Val> = args.iter().map(|arg| self.value(arg)).collect();
                let repr = result_of(func, &operands);
                let bounds = match func {
                    Func::Min => &[false][..],
                    Func::Max => &[true],
                    Func::Clamp => &[true, false],
                    _ => &[],
                };
                let whole = |val: &Val| val.repr == repr && repr.is_word() && repr != Repr::Float;
                if bounds.is_empty() || !operands.iter().all(whole) {
                    return self.direct(Direct::Func(func), operands, repr, expr.place);
                }
                let mut left = operands[0].words[0];
                for (greater, right) in bounds.iter().zip(&operands[1..]) {
                    let (greater, right) = (*greater, right.words[0]);
                    left = self.word(repr.clone(), |out| Inst::Bound { greater, out, left, right }).words[0];
                }
                Val { repr, words: vec![left], objects: Vec::new() }
            }
        }
    }

    /// The expression, whose parts are these values, by the evaluator.
    pub(super) fn eval_over(&mut self, expr: &Expr, operands: Vec<Val>, repr: Repr) -> Val {
        let mut over = expr.clone();
        for (slot, part) in (0..).zip(lasp_plan::parts::parts_mut(&mut over)) {
            *part = Expr { kind: ExprKind::Local(slot), place: part.place };
        }
        let width = operands.len() as u32;
        self.eval(over, (0..).zip(operands).collect(), width, repr)
    }

    /// The expression as a whole by the evaluator, over the slots that it reads.
    pub(super) fn whole(&mut self, expr: &Expr) -> Val {
        let mut read = Vec::new();
        slots_read(expr, &mut read);
        read.sort_unstable();
        read.dedup();
        let slots = read.into_iter().filter_map(|slot| Some((slot, self.slots.get(slot as usize)?.clone()?))).collect();
        let repr = self.repr(expr);
        self.eval(expr.clone(), slots, self.width, repr)
    }

    fn eval(&mut self, expr: Expr, slots: Vec<(u32, Val)>, width: u32, repr: Repr) -> Val {
        let regs = self.registers(&repr);
        let (words, objects) = regs.clone();
        self.emit(Inst::Eval { expr: Box::new(expr), slots, width, words, objects, repr: repr.clone() });
        Compiler::in_registers(repr, &regs)
    }

    /// What is known of the value of an expression that is left to the evaluator.
    fn repr(&self, expr: &Expr) -> Repr {
        match &expr.kind {
            ExprKind::Const(value) => Repr::of_value(value),
            ExprKind::Local(slot) => {
                self.slots.get(*slot as usize).cloned().flatten().map_or(Repr::Boxed, |val| val.repr)
            }
            ExprKind::Field(of, slot) => match self.repr(of) {
                Repr::Tuple(slots) => slots[*slot as usize].clone(),
                _ => Repr::Boxed,
            },
            ExprKind::Coll(op, source, args, lambda) => {
                let source = self.repr(source);
                let element = || match &source {
                    Repr::Many(element) if lambda.is_none() => (**element).clone(),
                    _ => Repr::Boxed,
                };
                match op {
                    CollOp::Count | CollOp::ApproxCount => Repr::Int,
                    CollOp::Top => match source {
                        Repr::Many(_) => source,
                        _ => Repr::Boxed,
                    },
                    CollOp::IsEmpty | CollOp::Any | CollOp::All | CollOp::Contains => Repr::Bool,
                    CollOp::Sum => match &args[0].kind {
                        ExprKind::Const(zero) => whole_of(zero),
                        _ => Repr::Boxed,
                    },
                    CollOp::Avg => Repr::Option(Box::new(Repr::Float)),
                    CollOp::Min | CollOp::Max => Repr::Option(Box::new(element())),
                    CollOp::Filter | CollOp::Minus => match source {
                        Repr::Many(_) => source,
                        _ => Repr::Boxed,
                    },
                    _ => Repr::Boxed,
                }
            }
            _ => Repr::Boxed,
        }
    }

    /// Gives a name to a value.
    pub(super) fn bind(&mut self, slot: u32, val: Val) {
        let slot = slot as usize;
        if self.slots.len() <= slot {
            self.slots.resize(slot + 1, None);
        }
        self.slots[slot] = Some(val);
    }
}

/// What is known of the result of a function.
fn result_of(func: Func, operands: &[Val]) -> Repr {
    let element = || match &operands[0].repr {
        Repr::Many(element) => (**element).clone(),
        _ => Repr::Boxed,
    };
    match func {
        Func::Abs | Func::FloorTo if operands[0].repr.is_word() => operands[0].repr.clone(),
        // All operands are of one type.
        Func::Min | Func::Max | Func::Clamp if operands.iter().all(|operand| operand.repr == operands[0].repr) => {
            operands[0].repr.clone()
        }
        Func::ToFloat | Func::Round | Func::Floor | Func::Ceil | Func::Sqrt => Repr::Float,
        Func::ToInt
        | Func::ToNat
        | Func::Length
        | Func::Year
        | Func::Month
        | Func::Day
        | Func::Hour
        | Func::Minute
        | Func::Second
        | Func::Weekday
        | Func::Milliseconds
        | Func::Seconds
        | Func::Minutes
        | Func::Hours
        | Func::Days => Repr::Int,
        Func::ToTime => Repr::Time,
        Func::StartsWith | Func::EndsWith | Func::TextContains => Repr::Bool,
        Func::ParseInt => Repr::Option(Box::new(Repr::Int)),
        Func::ParseFloat => Repr::Option(Box::new(Repr::Float)),
        Func::ItemAt => Repr::Option(Box::new(element())),
        Func::Places => Repr::Many(Box::new(Repr::Tuple([Repr::Int, element()].into()))),
        _ => Repr::Boxed,
    }
}

/// The representation of all values of the type of a constant, as far as that shows it.
fn whole_of(value: &Value) -> Repr {
    let repr = Repr::of_value(value);
    if repr.is_whole() { repr } else { Repr::Boxed }
}

/// The slots that an expression reads, those it binds itself among them.
fn slots_read(expr: &Expr, read: &mut Vec<u32>) {
    if let ExprKind::Local(slot) = expr.kind {
        read.push(slot);
    }
    let mut left: Vec<&Expr> = parts(expr);
    while let Some(part) = left.pop() {
        if let ExprKind::Local(slot) = part.kind {
            read.push(slot);
        }
        left.extend(parts(part));
    }
}
