//! Runs a program over a batch.
//!
//! A [`Machine`] keeps the registers between batches, so that a batch of one row allocates nothing. Rows that fail or
//! do not pass a filter are taken from the list of rows that are left; while none has, there is no list.

use lasp_plan::{BinaryOp, Expr, Place, UnaryOp, Value};

use super::{Inst, Object, Program, Val, Word};
use crate::Failure;
use crate::eval::{Frame, NoWorld, compare, eval, infix, prefix};
use crate::flow::errors::print;
use crate::flow::repr::{Repr, float, hash_of};
use crate::flow::rows::{At, Rows};

/// A program and its registers.
#[derive(Debug, Default)]
pub(in crate::flow) struct Machine {
    program: Program,
    pub(super) words: Vec<Vec<u64>>,
    pub(super) objects: Vec<Vec<Value>>,
    /// Where texts are put together.
    pub(super) text: String,
    /// By object that is given: whether a register is given there and nowhere else, so that nobody needs it any more.
    moved: Vec<bool>,
    /// Lists of rows to be used again.
    spare: Vec<Vec<u32>>,
}

/// The rows that are left.
#[derive(Clone, Debug)]
pub(super) enum Left {
    All(usize),
    Some(Vec<u32>),
}

impl Left {
    #[inline]
    pub(super) fn each(&self, mut visit: impl FnMut(usize)) {
        match self {
            Left::All(rows) => (0..*rows).for_each(visit),
            Left::Some(rows) => rows.iter().for_each(|row| visit(*row as usize)),
        }
    }

    fn len(&self) -> usize {
        match self {
            Left::All(rows) => *rows,
            Left::Some(rows) => rows.len(),
        }
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Keeps those for which it holds, in a list that is at hand if there is none yet.
    fn retain(&mut self, spare: &mut Vec<Vec<u32>>, keep: impl Fn(usize) -> bool) {
        match self {
            Left::All(rows) => {
                let all = *rows;
                // Where all stay, which in a batch of one they do or all go, no list is needed.
                match (0..all).position(|row| !keep(row)) {
                    None => {}
                    Some(0) if all == 1 => *self = Left::All(0),
                    Some(first) => {
                        let mut list = spare.pop().unwrap_or_default();
                        list.extend(0..first as u32);
                        list.extend((first as u32 + 1..all as u32).filter(|row| keep(*row as usize)));
                        *self = Left::Some(list);
                    }
                }
            }
            Left::Some(rows) => rows.retain(|row| keep(*row as usize)),
        }
    }

    /// Those for which it holds, and the others.
    fn split(&self, spare: &mut Vec<Vec<u32>>, holds: impl Fn(usize) -> bool) -> (Left, Left) {
        if let Left::All(1) = self {
            return if holds(0) { (Left::All(1), Left::All(0)) } else { (Left::All(0), Left::All(1)) };
        }
        let (mut yes, mut no) = (spare.pop().unwrap_or_default(), spare.pop().unwrap_or_default());
        self.each(|row| if holds(row) { yes.push(row as u32) } else { no.push(row as u32) });
        (Left::Some(yes), Left::Some(no))
    }

    /// Gives the list back, if there is one.
    fn spend(self, spare: &mut Vec<Vec<u32>>) {
        if let Left::Some(mut rows) = self {
            rows.clear();
            spare.push(rows);
        }
    }
}

/// A column: every so many words from a first one.
#[derive(Clone, Copy)]
pub(super) struct Column<'a> {
    words: &'a [u64],
    stride: usize,
}

impl Column<'_> {
    #[inline]
    pub(super) fn get(&self, row: usize) -> u64 {
        self.words[row * self.stride]
    }
}

/// A failure of a row, and the stage at which it was.
struct Failed {
    row: usize,
    stage: u32,
    failure: Failure,
}

/// What goes on while a batch runs.
pub(super) struct Run<'a> {
    pub(super) batch: &'a Rows,
    pub(super) left: Left,
    stage: u32,
    failed: Vec<Failed>,
}

impl Run<'_> {
    /// These rows fail.
    pub(super) fn fail(&mut self, failed: Vec<(usize, Failure)>) {
        let stage = self.stage;
        self.failed.extend(failed.into_iter().map(|(row, failure)| Failed { row, stage, failure }));
    }
}

impl Machine {
    pub(in crate::flow) fn new(program: Program) -> Machine {
        let words = vec![Vec::new(); program.words as usize];
        let objects = vec![Vec::new(); program.objects as usize];
        let given: Vec<Object> = program.gives.iter().flat_map(|val| val.objects.iter().copied()).collect();
        let is_only = |object: &Object| given.iter().filter(|other| *other == object).count() == 1;
        let moved = given.iter().map(|object| matches!(object, Object::Reg(_)) && is_only(object)).collect();
        Machine { program, words, objects, text: String::new(), moved, spare: Vec::new() }
    }

    /// The representations of what it gives.
    pub(in crate::flow) fn reprs(&self) -> Vec<Repr> {
        self.program.reprs()
    }

    /// Runs the program: what it gives is appended to `out` with the weights of the rows, and to `of` which rows it
    /// was. Failing rows are told with their weights.
    pub(in crate::flow) fn run(
        &mut self,
        batch: &Rows,
        out: &mut Rows,
        of: Option<&mut Vec<u32>>,
        mut fail: impl FnMut(Failure, i64),
    ) {
        let program = std::mem::take(&mut self.program);
        let mut run = Run { batch, left: Left::All(batch.len()), stage: 0, failed: Vec::new() };
        self.block(&program, &program.insts, &mut run);
        self.give(&program, &run, out);
        if let Some(of) = of {
            run.left.each(|row| of.push(row as u32));
        }
        for Failed { row, stage, failure } in std::mem::take(&mut run.failed) {
            let columns = || -> Vec<Value> {
                program.stages[stage as usize].iter().map(|val| self.decode(&program, batch, val, row)).collect()
            };
            fail(failure.over(|| print(&columns())), batch.weights[row]);
        }
        run.left.spend(&mut self.spare);
        self.program = program;
        // Registers keep their room, not what they shared.
        self.objects.iter_mut().for_each(Vec::clear);
    }

    fn give(&mut self, program: &Program, run: &Run<'_>, out: &mut Rows) {
        let At { word, object } = out.size();
        let (first, rows) = (out.words.len(), run.left.len());
        out.words.resize(first + rows * word, 0);
        for (lane, from) in program.gives.iter().flat_map(|val| &val.words).enumerate() {
            let column = self.column(program, run.batch, *from);
            let mut at = first + lane;
            run.left.each(|row| {
                out.words[at] = column.get(row);
                at += word;
            });
        }
        if object > 0 {
            let moved = std::mem::take(&mut self.moved);
            run.left.each(|row| {
                for (object, moved) in program.gives.iter().flat_map(|val| &val.objects).zip(&moved) {
                    let value = match object {
                        Object::Reg(reg) if *moved => {
                            std::mem::replace(&mut self.objects[*reg as usize][row], Value::None)
                        }
                        object => self.object(program, run.batch, *object, row).clone(),
                    };
                    out.objects.push(value);
                }
            });
            self.moved = moved;
        }
        run.left.each(|row| out.weights.push(run.batch.weights[row]));
    }

    #[inline]
    pub(super) fn column<'a>(&'a self, program: &'a Program, batch: &'a Rows, word: Word) -> Column<'a> {
        match word {
            Word::Row(at) => Column { words: batch.words.get(at as usize..).unwrap_or(&[]), stride: batch.size().word },
            Word::Reg(reg) => Column { words: &self.words[reg as usize], stride: 1 },
            Word::Const(at) => Column { words: &program.constants[at as usize..], stride: 0 },
        }
    }

    #[inline]
    pub(super) fn object<'a>(&'a self, program: &'a Program, batch: &'a Rows, object: Object, row: usize) -> &'a Value {
        match object {
            Object::Row(at) => &batch.objects[row * batch.size().object + at as usize],
            Object::Reg(reg) => &self.objects[reg as usize][row],
            Object::Const(at) => &program.shared[at as usize],
        }
    }

    /// A value of a row, put together.
    pub(super) fn decode(&self, program: &Program, batch: &Rows, val: &Val, row: usize) -> Value {
        if val.repr.is_word() {
            return val.repr.word_value(self.column(program, batch, val.words[0]).get(row));
        }
        if val.repr.is_object() {
            return self.object(program, batch, val.objects[0], row).clone();
        }
        let words: Vec<u64> = val.words.iter().map(|word| self.column(program, batch, *word).get(row)).collect();
        let objects: Vec<Value> =
            val.objects.iter().map(|object| self.object(program, batch, *object, row).clone()).collect();
        val.repr.decode(&words, &objects)
    }

    fn block(&mut self, program: &Program, insts: &[Inst], run: &mut Run<'_>) {
        for inst in insts {
            if run.left.is_empty() {
                return;
            }
            let failed = run.failed.len();
            self.inst(program, inst, run);
            if run.failed.len() > failed {
                let mut gone = vec![false; run.batch.len()];
                run.failed[failed..].iter().for_each(|failed| gone[failed.row] = true);
                run.left.retain(&mut self.spare, |row| !gone[row]);
            }
        }
    }

    /// Fills a register for the rows that are left.
    #[inline]
    fn fill(&mut self, program: &Program, run: &Run<'_>, out: u32, operands: [Word; 2], of: impl Fn(u64, u64) -> u64) {
        let mut register = self.take(out, run.batch.len());
        let [left, right] = operands;
        let (left, right) = (self.column(program, run.batch, left), self.column(program, run.batch, right));
        run.left.each(|row| register[row] = of(left.get(row), right.get(row)));
        self.words[out as usize] = register;
    }

    /// A register with room for so many rows, to be put back.
    pub(super) fn take(&mut self, out: u32, rows: usize) -> Vec<u64> {
        let mut register = std::mem::take(&mut self.words[out as usize]);
        if register.len() < rows {
            register.resize(rows, 0);
        }
        register
    }

    /// The same of objects.
    pub(super) fn take_objects(&mut self, out: u32, rows: usize) -> Vec<Value> {
        let mut register = std::mem::take(&mut self.objects[out as usize]);
        if register.len() < rows {
            register.resize(rows, Value::None);
        }
        register
    }

    fn inst(&mut self, program: &Program, inst: &Inst, run: &mut Run<'_>) {
        match inst {
            Inst::Enter(stage) => run.stage = *stage,
            Inst::Int { op, out, left, right, reprs, place, only } => {
                let (operands, told) = ([*left, *right], (*op, reprs, *place, *only));
                // One loop for each: a choice per row would cost more than the sum.
                match op {
                    BinaryOp::Add => self.checked(program, run, *out, operands, i64::checked_add, told),
                    BinaryOp::Sub => self.checked(program, run, *out, operands, i64::checked_sub, told),
                    BinaryOp::Mul => self.checked(program, run, *out, operands, i64::checked_mul, told),
                    BinaryOp::Div => self.checked(program, run, *out, operands, i64::checked_div, told),
                    _ => {
                        // The least int % -1 is 0, although its quotient does not fit.
                        let rest = |a: i64, b: i64| (b != 0).then(|| a.wrapping_rem(b));
                        self.checked(program, run, *out, operands, rest, told);
                    }
                }
            }
            Inst::Float { op, out, left, right } => {
                let of = |a: u64, b: u64| {
                    let (a, b) = (f64::from_bits(a), f64::from_bits(b));
                    let x = match op {
                        BinaryOp::Add => a + b,
                        BinaryOp::Sub => a - b,
                        BinaryOp::Mul => a * b,
                        BinaryOp::Div => a / b,
                        _ => a % b,
                    };
                    lasp_plan::Float::new(x).get().to_bits()
                };
                self.fill(program, run, *out, [*left, *right], of);
            }
            Inst::Test { op, out, left, right } => {
                let operands = [*left, *right];
                match op {
                    BinaryOp::Eq => self.fill(program, run, *out, operands, |a, b| u64::from(a == b)),
                    BinaryOp::Ne => self.fill(program, run, *out, operands, |a, b| u64::from(a != b)),
                    BinaryOp::Lt => {
                        self.fill(program, run, *out, operands, |a, b| u64::from(a.cast_signed() < b.cast_signed()));
                    }
                    BinaryOp::Le => {
                        self.fill(program, run, *out, operands, |a, b| u64::from(a.cast_signed() <= b.cast_signed()));
                    }
                    BinaryOp::Gt => {
                        self.fill(program, run, *out, operands, |a, b| u64::from(a.cast_signed() > b.cast_signed()));
                    }
                    _ => self.fill(program, run, *out, operands, |a, b| u64::from(a.cast_signed() >= b.cast_signed())),
                }
            }
            Inst::Both { or, out, left, right } => {
                let or = *or;
                self.fill(program, run, *out, [*left, *right], |a, b| if or { a | b } else { a & b });
            }
            Inst::Not { out, of } => self.fill(program, run, *out, [*of, *of], |a, _| u64::from(a == 0)),
            Inst::Neg { out, of, repr: Repr::Float, .. } => {
                let negated = |a: u64, _| lasp_plan::Float::new(-float(a).get()).get().to_bits();
                self.fill(program, run, *out, [*of, *of], negated);
            }
            Inst::Order { op, out, left, right } => self.order(program, run, *op, *out, left, right),
            Inst::Move { words, objects } => {
                for (out, from) in words {
                    self.fill(program, run, *out, [*from, *from], |a, _| a);
                }
                for (out, from) in objects {
                    self.fill_objects(run, *out, |this, row| this.object(program, run.batch, *from, row).clone());
                }
            }
            Inst::Select { out, condition, yes, no } => {
                let mut register = self.take(*out, run.batch.len());
                let column = |word: &Word| self.column(program, run.batch, *word);
                let (condition, yes, no) = (column(condition), column(yes), column(no));
                run.left.each(|row| {
                    let (yes, no) = (yes.get(row), no.get(row));
                    register[row] = if condition.get(row) != 0 { yes } else { no };
                });
                self.words[*out as usize] = register;
            }
            Inst::SelectObject { out, condition, yes, no } => {
                self.fill_objects(run, *out, |this, row| {
                    let holds = this.column(program, run.batch, *condition).get(row) != 0;
                    this.object(program, run.batch, if holds { *yes } else { *no }, row).clone()
                });
            }
            Inst::Choose { condition, yes, no } => {
                let mut spare = std::mem::take(&mut self.spare);
                let column = self.column(program, run.batch, *condition);
                let (chose, others) = run.left.split(&mut spare, |row| column.get(row) != 0);
                self.spare = spare;
                let all = std::mem::replace(&mut run.left, chose);
                self.block(program, yes, run);
                std::mem::replace(&mut run.left, others).spend(&mut self.spare);
                self.block(program, no, run);
                // Rows that failed inside leave by the caller, who sees that there are more.
                std::mem::replace(&mut run.left, all).spend(&mut self.spare);
            }
            Inst::Keep { condition } => {
                let mut spare = std::mem::take(&mut self.spare);
                let column = self.column(program, run.batch, *condition);
                run.left.retain(&mut spare, |row| column.get(row) != 0);
                self.spare = spare;
            }
            Inst::Bound { greater, out, left, right } => {
                let operands = [*left, *right];
                let (max, min) = (i64::max, i64::min);
                let of = |of: fn(i64, i64) -> i64, a: u64, b: u64| of(a.cast_signed(), b.cast_signed()).cast_unsigned();
                if *greater {
                    self.fill(program, run, *out, operands, |a, b| of(max, a, b));
                } else {
                    self.fill(program, run, *out, operands, |a, b| of(min, a, b));
                }
            }
            Inst::Told { func, out, of } => self.told(program, run, *func, *out, *of),
            Inst::Text { pieces, word, object, place } => {
                self.text(program, run, pieces, (*word, *object), *place);
            }
            Inst::Box { .. } | Inst::Unbox { .. } | Inst::Direct { .. } | Inst::Eval { .. } | Inst::Neg { .. } => {
                self.by_value(program, inst, run);
            }
        }
    }

    /// Checked arithmetic of whole numbers.
    #[inline]
    fn checked(
        &mut self,
        program: &Program,
        run: &mut Run<'_>,
        out: u32,
        operands: [Word; 2],
        of: impl Fn(i64, i64) -> Option<i64>,
        (op, reprs, place, only): (BinaryOp, &[Repr; 2], Place, Option<Word>),
    ) {
        let mut register = self.take(out, run.batch.len());
        let [left, right] = operands;
        let (left, right) = (self.column(program, run.batch, left), self.column(program, run.batch, right));
        let mut wrong = Vec::new();
        run.left.each(|row| match of(left.get(row).cast_signed(), right.get(row).cast_signed()) {
            Some(n) => register[row] = n.cast_unsigned(),
            None => wrong.push(row),
        });
        if let Some(only) = only {
            let column = self.column(program, run.batch, only);
            wrong.retain(|row| column.get(*row) != 0);
        }
        for row in wrong {
            let (left, right) = (reprs[0].word_value(left.get(row)), reprs[1].word_value(right.get(row)));
            if let Err(failure) = infix(op, &left, &right, place) {
                run.failed.push(Failed { row, stage: run.stage, failure });
            }
        }
        self.words[out as usize] = register;
    }

    /// A comparison of values of any one representation.
    fn order(&mut self, program: &Program, run: &Run<'_>, op: BinaryOp, out: u32, left: &Val, right: &Val) {
        let mut register = self.take(out, run.batch.len());
        let batch = run.batch;
        let equality = matches!(op, BinaryOp::Eq | BinaryOp::Ne);
        let columns = |val: &Val| -> Vec<Column<'_>> {
            val.words.iter().map(|word| self.column(program, batch, *word)).collect()
        };
        let (left_words, right_words) = (columns(left), columns(right));
        let objects = || left.objects.iter().zip(&right.objects);
        run.left.each(|row| {
            let answer = if equality {
                let same = left_words.iter().zip(&right_words).all(|(left, right)| left.get(row) == right.get(row))
                    && objects().all(|(left, right)| {
                        self.object(program, batch, *left, row) == self.object(program, batch, *right, row)
                    });
                same == (op == BinaryOp::Eq)
            } else if left.repr == Repr::Float {
                let of = |columns: &[Column<'_>]| Value::Float(float(columns[0].get(row)));
                compare(op, &of(&left_words), &of(&right_words))
            } else if let (true, [left], [right]) = (left.repr.is_object(), &left.objects[..], &right.objects[..]) {
                compare(op, self.object(program, batch, *left, row), self.object(program, batch, *right, row))
            } else {
                let value = |val| self.decode(program, batch, val, row);
                compare(op, &value(left), &value(right))
            };
            register[row] = u64::from(answer);
        });
        self.words[out as usize] = register;
    }

    fn fill_objects(&mut self, run: &Run<'_>, out: u32, of: impl Fn(&Self, usize) -> Value) {
        let mut register = self.take_objects(out, run.batch.len());
        run.left.each(|row| register[row] = of(self, row));
        self.objects[out as usize] = register;
    }

    /// The instructions that look at values one by one.
    fn by_value(&mut self, program: &Program, inst: &Inst, run: &mut Run<'_>) {
        match inst {
            Inst::Box { word, object, from } => {
                let value = |this: &Machine, row| Ok(this.decode(program, run.batch, from, row));
                self.results(run, (&[*word], &[*object], &Repr::Boxed), value);
            }
            Inst::Unbox { from, words, objects, repr } => {
                let value = |this: &Machine, row| Ok(this.object(program, run.batch, *from, row).clone());
                self.results(run, (words, objects, repr), value);
            }
            Inst::Neg { out, of, repr, place } => {
                let value = |this: &Machine, row| {
                    let word = this.column(program, run.batch, *of).get(row);
                    prefix(UnaryOp::Neg, &repr.word_value(word), *place)
                };
                self.results(run, (&[*out], &[], repr), value);
            }
            Inst::Eval { expr, slots, width, words, objects, repr } => {
                let value = |this: &Machine, row| this.eval(program, run.batch, expr, slots, *width, row);
                self.results(run, (words, objects, repr), value);
            }
            Inst::Direct { what, args, words, objects, repr, place } => {
                let value = |this: &Machine, row| this.direct(program, run.batch, (*what, args, *place), row);
                self.results(run, (words, objects, repr), value);
            }
            _ => unreachable!("`inst` runs the others"),
        }
    }

    fn eval(
        &self,
        program: &Program,
        batch: &Rows,
        expr: &Expr,
        slots: &[(u32, Val)],
        width: u32,
        row: usize,
    ) -> Result<Value, Failure> {
        let mut columns = vec![Value::None; width as usize];
        for (slot, val) in slots.iter().filter(|(slot, _)| *slot < width) {
            columns[*slot as usize] = self.decode(program, batch, val, row);
        }
        let mut frame = Frame::new(&columns);
        for (slot, val) in slots.iter().filter(|(slot, _)| *slot >= width) {
            frame.set(*slot, self.decode(program, batch, val, row));
        }
        eval(expr, &mut frame, &NoWorld)
    }

    /// Fills registers with the lanes of values.
    fn results(
        &mut self,
        run: &mut Run<'_>,
        (words, objects, repr): (&[u32], &[u32], &Repr),
        value: impl Fn(&Machine, usize) -> Result<Value, Failure>,
    ) {
        let rows = run.batch.len();
        let mut outs: Vec<Vec<u64>> = words.iter().map(|reg| self.take(*reg, rows)).collect();
        let mut shared: Vec<Vec<Value>> = objects.iter().map(|reg| self.take_objects(*reg, rows)).collect();
        let (mut word_lanes, mut object_lanes) = (Vec::new(), Vec::new());
        let mut failed = Vec::new();
        run.left.each(|row| match value(self, row) {
            Ok(value) if repr.is_object() => {
                outs[0][row] = hash_of(&value);
                shared[0][row] = value;
            }
            Ok(value) => {
                word_lanes.clear();
                object_lanes.clear();
                match value {
                    // The content of an unset option is no value; nobody looks at it.
                    Value::None if !matches!(repr, Repr::Option(_)) => {
                        repr.encode_nothing(&mut word_lanes, &mut object_lanes);
                    }
                    value => repr.encode(&value, &mut word_lanes, &mut object_lanes),
                }
                outs.iter_mut().zip(&word_lanes).for_each(|(out, word)| out[row] = *word);
                shared.iter_mut().zip(object_lanes.drain(..)).for_each(|(out, object)| out[row] = object);
            }
            Err(failure) => failed.push((row, failure)),
        });
        run.fail(failed);
        words.iter().zip(outs).for_each(|(reg, out)| self.words[*reg as usize] = out);
        objects.iter().zip(shared).for_each(|(reg, out)| self.objects[*reg as usize] = out);
    }
}
