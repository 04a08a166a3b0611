//! The operator table: one row per operation that users can call, for everybody who needs to know about it.
//!
//! `s.map(x => x * 2)` and `map(s, x => x * 2)` both find the row `map`; its rule types the call. The checker, the
//! error messages, completion and the documentation read this list and no other.
//!
//! What an operation does to the two judgements is not written here in prose: it depends on what it is applied to, and
//! [`table`] says so cell by cell.
//!
//! Invariant (tested): names are unique, every example is a program that checks. Neighbours: `check::calls` holds the
//! rules, `lower` what each becomes, `flow` and `stability` judge.

pub mod table;

use crate::check::rules as rule;

/// What types a call.
pub(crate) type Rule = fn(&mut crate::check::Checker<'_>, crate::check::Call<'_>) -> crate::hir::Hir;

/// An operation.
#[derive(Clone, Copy)]
pub struct Operator {
    /// Its name.
    pub name: &'static str,
    /// How it is called and what it gives.
    pub signature: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// A program that uses it.
    pub example: &'static str,
    pub(crate) rule: Rule,
}

impl std::fmt::Debug for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operator").field("name", &self.name).field("signature", &self.signature).finish_non_exhaustive()
    }
}

/// The row of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Operator> {
    OPERATORS.iter().find(|operator| operator.name == name)
}

macro_rules! operators {
    ($($name:literal $rule:ident $signature:literal $summary:literal $example:literal)+) => {
        /// Every operation, by family.
        pub const OPERATORS: &[Operator] = &[$(Operator {
            name: $name,
            signature: $signature,
            summary: $summary,
            example: $example,
            rule: rule::$rule,
        },)+];
    };
}

operators! {
    "map" map "set<T>.map(T => U) -> set<U>" "the results of a function on each element, each once"
        "var s: gset<int>\nlet t = s.map(x => x * 2)\nshow t"
    "filter" filter "set<T>.filter(T => bool) -> set<T>; of a map: a map" "the elements that satisfy a condition"
        "var s: gset<int>\nlet t = s.filter(x => x > 2)\nshow t"
    "flat_map" flat_map "set<T>.flat_map(T => set<U>) -> set<U>" "the elements of the sets that a function gives"
        "var s: gset<int>\nlet t = s.flat_map(x => {x, x + 1})\nshow t"
    "union" union "set<T>.union(set<T>) -> set<T>" "the elements of either"
        "var a: gset<int>\nvar b: gset<int>\nlet t = a.union(b)\nshow t"
    "intersect" union "set<T>.intersect(set<T>) -> set<T>" "the elements of both"
        "var a: gset<int>\nvar b: gset<int>\nlet t = a.intersect(b)\nshow t"
    "minus" union "set<T>.minus(set<T>) -> set<T>" "the elements of the first that the second has not"
        "var a: gset<int>\nvar b: gset<int>\nlet t = a.minus(b)\nshow t"
    "product" product "set<T>.product(set<U>) -> set<(T, U)>" "every pair"
        "var a: gset<int>\nvar b: gset<int>\nlet t = a.product(b)\nshow t"
    "join" join "set<T>.join(set<U>, on: (T, U) => bool) -> set<(T, U)>; list<text>.join(between) -> text"
        "the pairs that satisfy a condition; the texts as one"
        "var a: gset<int>\nvar b: gset<int>\nlet t = a.join(b, on: (x, y) => x == y)\nshow t"
    "group" group "set<T>.group(by: T => K) -> map<K, set<T>>" "the elements by key"
        "var s: gset<int>\nlet t = s.group(by: x => x % 2)\nshow t"
    "each" each "map<K, V>.each(V => U) -> map<K, U>" "a function of each value, under its key"
        "var s: gset<int>\nlet t = s.group(by: x => x % 2).each(g => g.count())\nshow t"
    "count" count "set<T>.count() -> nat" "how many"
        "var s: gset<int>\nlet n = s.count()\nshow n"
    "is_empty" is_empty "set<T>.is_empty() -> bool" "whether there is none"
        "var s: gset<int>\nlet t = s.is_empty()\nshow t"
    "sum" sum "set<T>.sum(T => number) -> number" "the sum of a number of each element; 0 of none"
        "var s: gset<int>\nlet t = s.sum(x => x)\nshow t"
    "avg" avg "set<T>.avg(T => number) -> option<float>" "the mean; none of none"
        "var s: gset<int>\nlet t = s.avg(x => x)\nshow t"
    "min" extreme "set<T>.min(T => U) -> option<U>; of a number: min(other)"
        "the least; none of none; the lesser of two"
        "var s: gset<int>\nlet t = s.min(x => x)\nshow t"
    "max" extreme "set<T>.max(T => U) -> option<U>; of a number: max(other)"
        "the greatest; none of none; the greater of two"
        "var s: gset<int>\nlet t = s.max(x => x)\nshow t"
    "any" any "set<T>.any(T => bool) -> bool" "whether some element satisfies a condition"
        "var s: gset<int>\nlet t = s.any(x => x > 2)\nshow t"
    "all" any "set<T>.all(T => bool) -> bool" "whether every element does"
        "var s: gset<int>\nlet t = s.all(x => x > 2)\nshow t"
    "contains" contains "set<T>.contains(T) -> bool; of a map: a key; of a text: a part" "whether it is there"
        "var s: gset<int>\nlet t = s.contains(3)\nshow t"
    "keys" keys "map<K, V>.keys() -> set<K>" "the keys"
        "var m: gmap<text, gcounter>\nlet t = m.keys()\nshow t"
    "values" values "map<K, V>.values() -> set<V>" "the values, each once"
        "var m: gmap<text, gcounter>\nlet t = m.values()\nshow t"
    "get" get "map<K, V>.get(K) -> option<V>; list<T>.get(place) -> option<T>"
        "what is under a key, or at a place counted from 0, if it is there"
        "var m: gmap<text, gcounter>\nlet t = m.get(\"a\")\nshow t"
    "or" or "option<T>.or(T) -> T" "the content, or a default"
        "var m: max<int>\nlet t = m.or(0)\nshow t"
    "is_set" is_set "option<T>.is_set() -> bool" "whether there is a content"
        "var m: max<int>\nlet t = m.is_set()\nshow t"
    "at_least" at_least "number.at_least(number) -> bool; of an option: unset is false" "whether it has reached a bound"
        "var m: max<int>\nlet t = m.at_least(3)\nshow t"
    "at_most" at_least "number.at_most(number) -> bool; of an option: unset is false" "whether it is down to a bound"
        "var m: min<int>\nlet t = m.at_most(3)\nshow t"
    "to_set" to_set "list<T>.to_set() -> set<T>; of a map: its entries as pairs" "the elements as a set"
        "let t = [1, 2, 2].to_set()\nshow t"
    "top" top "set<T>.top(n, by: T => U) -> list<T>"
        "the greatest n, the greatest first; of equal ones the greater element"
        "var s: gset<int>\nlet t = s.top(3, by: x => x % 10)\nshow t"
    "fold" fold "set<T>.fold(into: lattice, T => U), or set<T>.fold(U, (U, T) => U)"
        "each element into a lattice, joined; or gathered by a function that no order can be told from"
        "var s: gset<int>\nlet t = s.fold(0, (acc, x) => if acc > x then acc else x)\nlet u = s.fold(into: max<int>, x => x)\nshow t, u"
    "approx_count" approx_count "set<T>.approx_count() -> nat"
        "about how many, within 2.5 % in 99 of 100 cases; of what only grows"
        "var s: gset<int>\nlet t = s.approx_count()\nshow t"
    "sealed" sealed_of "variable.sealed() -> option<what it reads as>" "its value as it was sealed, unset before"
        "role server\nvar votes: gset<text>\nseal votes at server when votes.count() >= 3\nlet result = sealed(votes)\nshow result"
    "late" late_of "variable.late() -> set<T>; of a map: its entries; of anything else: option<T>"
        "what has come after the seal"
        "role server\nvar votes: gset<text>\nseal votes at server when votes.count() >= 3\nlet more = late(votes)\nshow more"
    "abs" abs "int.abs() -> nat" "without its sign"
        "var n: pncounter\nlet t = n.abs()\nshow t"
    "float" convert "float(int) -> float" "as a float"
        "var n: gcounter\nlet t = float(n)\nshow t"
    "int" convert "int(float) -> int" "without the fraction; fails outside int"
        "let t = int(2.5)\nshow t"
    "nat" convert "nat(int) -> nat" "as a nat; fails when negative"
        "var n: pncounter\nlet t = nat(n)\nshow t"
    "clamp" chosen "x.clamp(low, high) of numbers, times or durations" "within two bounds"
        "var n: pncounter\nlet t = n.clamp(0, 10)\nshow t"
    "round" scalar "float.round() -> float" "to the nearest whole one, halves away from 0"
        "let t = 2.5.round()\nshow t"
    "floor" scalar "float.floor() -> float; time.floor(step), duration.floor(step)"
        "down to a whole one; down to a multiple of a step"
        "event e { n: int }\nvar m: max<time>\non e({ at: t, n }) { m.set(t.floor(1h)) }\nshow m"
    "ceil" scalar "float.ceil() -> float" "up to a whole one"
        "let t = 2.5.ceil()\nshow t"
    "sqrt" scalar "float.sqrt() -> float" "the square root; NaN of a negative number"
        "let t = 2.0.sqrt()\nshow t"
    "length" scalar "text.length() -> nat" "how many characters"
        "let t = \"abc\".length()\nshow t"
    "upper" scalar "text.upper() -> text" "in capitals"
        "let t = \"abc\".upper()\nshow t"
    "lower" scalar "text.lower() -> text" "in small letters"
        "let t = \"ABC\".lower()\nshow t"
    "trim" scalar "text.trim() -> text" "without white space around it"
        "let t = \" a \".trim()\nshow t"
    "starts_with" scalar "text.starts_with(text) -> bool" "whether it begins so"
        "let t = \"abc\".starts_with(\"a\")\nshow t"
    "ends_with" scalar "text.ends_with(text) -> bool" "whether it ends so"
        "let t = \"abc\".ends_with(\"c\")\nshow t"
    "replace" scalar "text.replace(what, with) -> text" "with another text wherever a text stands"
        "let t = \"a-b\".replace(\"-\", \"_\")\nshow t"
    "split" scalar "text.split(by) -> list<text>" "the parts between; by an empty text, the characters"
        "let t = \"a,b\".split(\",\")\nshow t"
    "slice" scalar "text.slice(from, to) -> text; without `to`, to its end"
        "the characters from a place, counted from 0, up to another"
        "let t = \"2024-05\".slice(0, 4)\nshow t"
    "to_int" scalar "text.to_int() -> option<int>" "the whole number it is; none if it is none"
        "let t = \"12\".to_int().or(0)\nshow t"
    "to_float" scalar "text.to_float() -> option<float>" "the number it is; none if it is none"
        "let t = \"1.5\".to_float().or(0.0)\nshow t"
    "time" scalar "time(int) -> time" "so many seconds after 1970 began in UTC"
        "let t = time(1_700_000_000)\nshow t"
    "year" scalar "time.year() -> int" "its year, in UTC like all parts of a time"
        "let t = time(0).year()\nshow t"
    "month" scalar "time.month() -> nat" "its month, from 1"
        "let t = time(0).month()\nshow t"
    "day" scalar "time.day() -> nat" "its day of the month, from 1"
        "let t = time(0).day()\nshow t"
    "weekday" scalar "time.weekday() -> nat" "its day of the week, from Monday, 1, to Sunday, 7"
        "let t = time(0).weekday()\nshow t"
    "hour" scalar "time.hour() -> nat" "its hour, from 0"
        "let t = time(0).hour()\nshow t"
    "minute" scalar "time.minute() -> nat" "its minute, from 0"
        "let t = time(0).minute()\nshow t"
    "second" scalar "time.second() -> nat" "its second, from 0"
        "let t = time(0).second()\nshow t"
    "days" scalar "duration.days() -> int" "how many whole days of 24 hours it has"
        "let t = 49h.days()\nshow t"
    "hours" scalar "duration.hours() -> int" "how many whole hours it has"
        "let t = 90m.hours()\nshow t"
    "minutes" scalar "duration.minutes() -> int" "how many whole minutes it has"
        "let t = 90s.minutes()\nshow t"
    "seconds" scalar "duration.seconds() -> int" "how many whole seconds it has"
        "let t = 1m30s.seconds()\nshow t"
    "milliseconds" scalar "duration.milliseconds() -> int" "how many whole milliseconds it has"
        "let t = 1s.milliseconds()\nshow t"
}
