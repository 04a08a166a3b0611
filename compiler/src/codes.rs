//! Every code the compiler and the running program can report: one row each, one page each, one test each.
//!
//! Families: E00 text, E01 names, E02 types, E03 stability, E04 flow and placement, E05 invariants, E06 laws, E08 known
//! to the language but not to this version, W05 warnings, R07 at run time. A code's page is `compiler/explain/CODE.md`.
//!
//! Invariant (tested): codes ↔ pages ↔ tests are one to one.

use crate::diagnostic::Severity;

macro_rules! codes {
    ($($code:ident $title:literal,)+) => {
        /// A rule with a page of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)] // Each variant's title stands in the list below.
        pub enum Code { $($code,)+ }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Code] = &[$(Code::$code,)+];

            /// As it is printed.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$code => stringify!($code),)+ }
            }

            /// What it is about, in a line.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Code::$code => $title,)+ }
            }

            /// Its page, as Markdown.
            #[must_use]
            pub fn page(self) -> &'static str {
                match self { $(Code::$code => include_str!(concat!("../explain/", stringify!($code), ".md")),)+ }
            }
        }
    };
}

codes! {
    E0001 "the text does not fit the grammar",
    E0002 "the file is not UTF-8",
    E0003 "the file starts with a byte-order mark",
    E0004 "a number is out of range",
    E0005 "a text literal does not end, or has a bad escape",
    E0006 "nested too deep",
    E0007 "a character that means nothing here, or a file that is too large",
    E0008 "`>=` or `<-` where two signs were meant",
    E0101 "unknown name",
    E0102 "a name is declared twice",
    E0103 "unknown type",
    E0104 "no such field",
    E0105 "no such function or method",
    E0106 "`use` leads nowhere, or in a circle",
    E0107 "unknown role, event or feed option",
    E0201 "one type was expected, another found",
    E0202 "wrong arguments",
    E0203 "an operator does not work on this type",
    E0204 "the type cannot be told",
    E0205 "a pattern that does not fit, or a `match` that leaves something out",
    E0206 "an update of something that cannot be updated so",
    E0207 "a definition that needs itself",
    E0208 "emits of one name disagree in type",
    E0209 "an update's answer is needed, or there is none",
    E0210 "a program that unfolds too large",
    E0301 "`when` needs a condition that stays true",
    E0302 "the body of a `when` does something that cannot be repeated",
    E0303 "a recursive view that takes away from itself",
    E0304 "declared `stable`, and it can go back",
    E0306 "a `bind` whose two sides do not go together",
    E0307 "`seal`, `sealed` or `late` of something that is not sealed",
    E0305 "a fold whose result depends on the order of the elements, or on how often one comes",
    E0308 "an approximate count of what can shrink",
    E0401 "this role may not write that variable",
    E0501 "an invariant that two nodes can break together",
    E0502 "`by escrow` on what is not a sum of counters",
    E0503 "an invariant that is not true at the beginning",
    E0601 "lattices that do not go together",
    E0602 "a drawn lattice whose order goes round",
    E0603 "a drawn lattice without a least element",
    E0604 "a drawn lattice with two elements that do not merge",
    E0801 "part of the language, but not of this version",
    W0501 "a handler guards an update by a read that may change elsewhere",
    W0502 "a set of mapped values loses equal ones before it is summed",
    W0503 "a default makes an unset `max` or `min` pass a bound",
    W0504 "a value that only moves one way is compared with `==`",
    W0505 "two roles write one `lww`",
    W0506 "nobody reads this view",
    W0507 "nobody writes this variable",
    R0701 "a result is out of range",
    R0702 "division by zero",
    R0703 "an update was refused",
    R0704 "a row of a feed cannot be read",
    R0705 "a limit was reached",
    R0706 "a view that failed was read",
    R0707 "a variable that is set once was set to two values",
}

impl Code {
    /// The code that prints as `text`, in any case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.as_str().eq_ignore_ascii_case(text))
    }

    /// Warnings are W, all others are errors.
    #[must_use]
    pub fn severity(self) -> Severity {
        if self.as_str().starts_with('W') { Severity::Warning } else { Severity::Error }
    }
}
