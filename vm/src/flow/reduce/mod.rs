//! One row per group: its key and an aggregate over its rows, kept up to date under removal.
//!
//! ```text
//! sum by key        + ("a", 3), + ("a", 4)   ─►  + ("a", 7)
//!                   - ("a", 3)               ─►  - ("a", 7), + ("a", 4)
//!                   - ("a", 4)               ─►  - ("a", 4)          an empty group has no row
//! ```
//!
//! Counts, sums of whole numbers and truths are a few words beside the key; the others (`values`) keep an ordered
//! multiset or an exact sum of their own. What a group showed before the step is noted when the step first touches it;
//! each touched group is answered once.
//!
//! A row whose argument fails is withheld from its group. A group whose result does not exist (a sum outside `int`) has
//! no row while that is so, and a failure in its place.
//!
//! Invariants: a group without rows is not there; between steps the last word of every group is `AT_REST`.

mod total;
mod values;

use lasp_plan::{Agg, Expr, Place};

use super::code::{Compiler, Machine};
use super::errors::print;
use super::operator::{Inputs, Operator};
use super::repr::Repr;
use super::rows::{At, Layout, RowRef, Rows};
use super::table::{Slot, Table, ahead};
use super::work::Work;
use crate::Failure;
use crate::exact::mean_of_ints;
use values::Values;

/// Behind the key: the number of rows, …
const COUNT: usize = 0;
/// … then the sum in two words, or the number of true ones, or which `Values`.
const STATE: usize = 1;
/// The last word of a group that the step has not touched, and of one that it has.
const AT_REST: u64 = 1;
const TOUCHED: u64 = 2;

/// Groups and what their rows add up to.
pub(super) struct Reduce {
    key: At,
    key_columns: usize,
    layout: Layout,
    agg: Agg,
    form: Form,
    /// The argument; none for a count.
    arg: Option<Machine>,
    /// That of the result.
    result: Layout,
    place: Place,
    groups: Table,
    /// How many words a group has behind its key, the last one not counted.
    state: usize,
    values: Vec<Values>,
    free: Vec<usize>,
    /// How many values those keep.
    kept: usize,
    /// Key and former result of the touched groups; the weight tells whether there was one.
    before: Rows,
    failed_before: Vec<(usize, Failure)>,
    args: Rows,
    of: Vec<u32>,
    hashes: Vec<u64>,
}

/// How the state of a group is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Count,
    /// A sum of words.
    Sum,
    /// The number of true arguments.
    Truth,
    Values,
}

/// What a group shows.
enum Answer {
    Nothing,
    Row,
    Failed(Failure),
}

impl Reduce {
    pub(super) fn new(key_columns: usize, agg: Agg, arg: &Expr, layout: &Layout) -> Reduce {
        let mut compiler = Compiler::over(layout);
        let val = compiler.value(arg);
        let of = val.repr.clone();
        let form = match agg {
            Agg::Count => Form::Count,
            Agg::Sum | Agg::Avg if matches!(of, Repr::Int | Repr::Duration) => Form::Sum,
            Agg::Any | Agg::All => Form::Truth,
            _ => Form::Values,
        };
        let arg_repr = if form == Form::Truth { Repr::Bool } else { of };
        let result = match agg {
            Agg::Count | Agg::ApproxCount => Repr::Int,
            Agg::Top(_) => match &arg_repr {
                Repr::Tuple(pair) if pair.len() == 2 => Repr::Many(Box::new(pair[1].clone())),
                _ => Repr::Boxed,
            },
            Agg::Avg => Repr::Float,
            Agg::Any | Agg::All => Repr::Bool,
            Agg::Set | Agg::Map => Repr::Many(Box::new(arg_repr.clone())),
            Agg::Sum | Agg::Min | Agg::Max => arg_repr.clone(),
        };
        let machine =
            (form != Form::Count).then(|| Machine::new(compiler.finish_as(vec![val], std::slice::from_ref(&arg_repr))));
        let arg_layout = Layout::new(vec![arg_repr]);
        let key = layout.at(key_columns);
        let result = Layout::new(vec![result]);
        let both = At { word: key.word + result.size().word, object: key.object + result.size().object };
        let state = match form {
            Form::Count => 1,
            Form::Sum => 3,
            Form::Truth | Form::Values => 2,
        };
        Reduce {
            key,
            key_columns,
            layout: layout.clone(),
            agg,
            form,
            arg: machine,
            place: arg.place,
            groups: Table::by_key(key, state + 1),
            state,
            values: Vec::new(),
            free: Vec::new(),
            kept: 0,
            before: Rows::new(both),
            failed_before: Vec::new(),
            args: Rows::new(arg_layout.size()),
            result,
            of: Vec::new(),
            hashes: Vec::new(),
        }
    }

    /// That of its output.
    pub(super) fn columns(&self) -> Vec<Repr> {
        self.layout.columns[..self.key_columns].iter().chain(&self.result.columns).cloned().collect()
    }

    /// What a group shows, its result in `row`.
    fn answer(&self, slot: Slot, row: &mut Rows) -> Answer {
        let words = &self.groups.words(slot)[self.key.word..];
        let count = words[COUNT].cast_signed();
        if count <= 0 {
            return Answer::Nothing;
        }
        row.clear();
        let word = match self.form {
            Form::Count => count.cast_unsigned(),
            Form::Truth => {
                let truths = words[STATE].cast_signed();
                u64::from(if self.agg == Agg::All { truths == count } else { truths > 0 })
            }
            Form::Sum => {
                let sum = (u128::from(words[STATE + 1]) << 64 | u128::from(words[STATE])).cast_signed();
                match (self.agg, i64::try_from(sum)) {
                    (Agg::Avg, _) => lasp_plan::Float::new(mean_of_ints(sum, count.unsigned_abs())).get().to_bits(),
                    (_, Ok(sum)) => sum.cast_unsigned(),
                    (_, Err(_)) => {
                        let of = if self.result.columns[0] == Repr::Int { "int" } else { "duration" };
                        return self.failed(slot, &total::outside(sum, of));
                    }
                }
            }
            Form::Values => match self.values[words[STATE] as usize].result(self.agg, count) {
                Ok(value) => {
                    self.result.encode(std::iter::once(&value), &mut row.words, &mut row.objects);
                    row.weights.push(1);
                    return Answer::Row;
                }
                Err(message) => return self.failed(slot, &message),
            },
        };
        row.words.push(word);
        row.weights.push(1);
        Answer::Row
    }

    #[cold]
    fn failed(&self, slot: Slot, message: &str) -> Answer {
        let key = self.groups.row(slot, self.key);
        let row = (self.key_columns > 0).then(|| print(&self.layout.decode(key, 0..self.key_columns)));
        Answer::Failed(Failure { code: "R0701", message: message.to_string(), place: self.place, row })
    }

    /// Takes a row of a group in, or out with a negative weight.
    #[inline]
    fn add(&mut self, slot: Slot, nth: usize, weight: i64) {
        let words = &mut self.groups.words_mut(slot)[self.key.word..];
        words[COUNT] = words[COUNT].cast_signed().wrapping_add(weight).cast_unsigned();
        match self.form {
            Form::Count => {}
            Form::Truth => {
                if self.args.words[nth] != 0 {
                    words[STATE] = words[STATE].cast_signed().wrapping_add(weight).cast_unsigned();
                }
            }
            Form::Sum => {
                // Wraps only beyond 2^63 rows; and then it still comes back when they go.
                let sum = u128::from(words[STATE + 1]) << 64 | u128::from(words[STATE]);
                let more = i128::from(self.args.words[nth].cast_signed()) * i128::from(weight);
                let sum = sum.wrapping_add(more.cast_unsigned());
                (words[STATE], words[STATE + 1]) = (sum as u64, (sum >> 64) as u64);
            }
            Form::Values => {
                let (at, arg) = (words[STATE] as usize, self.args.row(nth));
                let change = self.values[at].add(arg, weight);
                self.kept = self.kept.saturating_add_signed(change);
            }
        }
    }

    /// Room for the values of a new group.
    fn new_values(&mut self, slot: Slot) {
        let repr = &self.arg.as_ref().expect("only a count has no argument").reprs()[0];
        let fresh = Values::new(self.agg, repr);
        let at = match self.free.pop() {
            Some(at) => {
                self.values[at] = fresh;
                at
            }
            None => {
                self.values.push(fresh);
                self.values.len() - 1
            }
        };
        self.groups.words_mut(slot)[self.key.word + STATE] = at as u64;
    }

    fn drop_group(&mut self, slot: Slot) {
        if self.form == Form::Values {
            let at = self.groups.words(slot)[self.key.word + STATE] as usize;
            self.values[at] = Values::Gone;
            self.free.push(at);
        }
        self.groups.remove(slot);
    }
}

impl Operator for Reduce {
    fn apply(&mut self, inputs: &Inputs<'_>, work: &mut Work<'_>) {
        let batch = inputs.port(0);
        let last = self.key.word + self.state;
        let key_of = |row: RowRef<'_>, key: At| -> u64 { row.part(At::default(), key).hash() };
        self.args.clear();
        self.of.clear();
        match &mut self.arg {
            Some(machine) => work.run_into(machine, batch, &mut self.args, Some(&mut self.of)),
            None => self.of.extend(0..batch.len() as u32),
        }
        self.hashes.clear();
        self.hashes.extend(self.of.iter().map(|at| key_of(batch.row(*at as usize), self.key)));
        let mut result = Rows::new(self.result.size());
        for nth in 0..self.of.len() {
            if let Some(next) = ahead(&self.hashes, nth) {
                self.groups.warm(next);
            }
            let at = self.of[nth] as usize;
            let key = batch.row(at).part(At::default(), self.key);
            let (slot, new) = self.groups.entry(key, self.hashes[nth]);
            if new && self.form == Form::Values {
                self.new_values(slot);
            }
            if self.groups.words(slot)[last] == AT_REST {
                let shown = self.answer(slot, &mut result);
                if let Answer::Failed(failure) = shown {
                    self.failed_before.push((self.before.len(), failure));
                    result.clear();
                } else if matches!(shown, Answer::Nothing) {
                    result.clear();
                }
                if result.is_empty() {
                    self.result.columns[0].encode_nothing(&mut result.words, &mut result.objects);
                    result.weights.push(0);
                }
                self.before.push_both(key, result.row(0), result.weights[0]);
                self.groups.words_mut(slot)[last] = TOUCHED;
            }
            self.add(slot, nth, batch.weights[at]);
        }
        self.answer_touched(&mut result, last, work);
        // Groups differ in their keys, and a group takes back another row than it puts in.
        work.is_consolidated();
    }

    fn kept(&self) -> usize {
        self.groups.len() + self.kept
    }

    fn bytes(&self) -> usize {
        self.groups.bytes() + self.values.capacity() * size_of::<Values>() + self.kept * 48
    }
}

impl Reduce {
    /// Answers each touched group once, and drops those without rows.
    fn answer_touched(&mut self, result: &mut Rows, last: usize, work: &mut Work<'_>) {
        let before = std::mem::take(&mut self.before);
        let mut failures = std::mem::take(&mut self.failed_before).into_iter().peekable();
        for (nth, (row, weight)) in before.iter().enumerate() {
            let key = row.part(At::default(), self.key);
            let was = row.part(self.key, before.size());
            let failed = failures.next_if(|(at, _)| *at == nth).map(|(_, failure)| failure);
            let Some(slot) = self.groups.find(key, key.hash()) else { continue };
            self.groups.words_mut(slot)[last] = AT_REST;
            let now = self.answer(slot, result);
            let same = match (&now, &failed) {
                (Answer::Row, None) => weight != 0 && result.row(0).is(was),
                (Answer::Failed(now), Some(before)) => now == before,
                (Answer::Nothing, None) => weight == 0,
                _ => false,
            };
            if !same {
                if weight != 0 {
                    work.emit_both(key, was, -1);
                }
                if let Some(failure) = failed {
                    work.fail_with(failure, -1);
                }
                match now {
                    Answer::Nothing => {}
                    Answer::Row => work.emit_both(key, result.row(0), 1),
                    Answer::Failed(failure) => work.fail_with(failure, 1),
                }
            }
            if self.groups.words(slot)[self.key.word + COUNT] == 0 {
                self.drop_group(slot);
            }
        }
        self.before = before;
        self.before.clear();
    }
}
