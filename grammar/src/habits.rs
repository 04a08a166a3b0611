//! What people write who know other languages, and what Lasp has instead.
//!
//! ```text
//! if a && !b { … }      Lasp writes `and`
//! evnt signed { … }     did you mean `event`?
//! ```
//!
//! Tables and guesses only, no parsing. Invariants: a guess is made only when little else could be meant.
//! Neighbours: `explain` asks, `token` knows the foreign signs.

use crate::token::Token;

/// What Lasp writes instead of a sign or word of another language: a message and advice.
pub(crate) fn foreign(sign: &str) -> (String, String) {
    let (meaning, advice) = match sign {
        "&&" | "&" => ("Lasp writes `and`", "replace it by `and`"),
        "||" => ("Lasp writes `or`", "replace it by `or`"),
        "!" => ("Lasp writes `not`", "replace it by `not`; \"not equal\" is `!=`"),
        ";" => ("statements need no semicolon", "remove it"),
        "===" => ("Lasp writes `==`", "replace it by `==`"),
        "!==" | "<>" => ("Lasp writes `!=`", "replace it by `!=`"),
        "**" => ("there is no power operator", "multiply: `x * x`"),
        "|>" => ("there is no pipe operator", "call a method: `xs.map(f)` is the same as `map(xs, f)`"),
        "::" => ("Lasp writes `.`", "replace it by `.`, as in `windows.hourly(xs)`"),
        ".." | "..." => ("there are no ranges", "write the condition out: `a <= x and x < b`"),
        "*=" | "/=" | "%=" => (
            "there is no such update",
            "the updates with a sign are `+=`, `-=` and `:=`; others are methods, as in `x.set(…)`",
        ),
        "?" => ("a choice is written `if c then a else b`", "an optional value has the type `option<T>`"),
        "??" => ("Lasp writes `.or(…)`", "as in `x.or(0)`"),
        "?." => ("there is no `?.`", "take an option apart with `match x { some(v) => …, none => … }`"),
        "null" | "nil" | "undefined" => {
            ("there is no such value", "write `none`; a value that may be absent is an `option`")
        }
        _ if sign.starts_with('#') => ("`#` does not begin a comment", "a comment begins with `//`"),
        _ if sign.starts_with('\'') => ("a text is written with double quotes", "write \"…\""),
        _ => ("this is not a sign of Lasp", "remove it"),
    };
    (meaning.to_owned(), advice.to_owned())
}

/// The words declarations begin with, and the tokens they are.
const ITEM_WORDS: [(&str, Token); 19] = [
    ("use", Token::Use),
    ("role", Token::Role),
    ("type", Token::Type),
    ("lattice", Token::Lattice),
    ("fn", Token::Fn),
    ("event", Token::Event),
    ("feed", Token::Feed),
    ("var", Token::Var),
    ("let", Token::Let),
    ("bind", Token::Bind),
    ("on", Token::On),
    ("once", Token::Once),
    ("for", Token::For),
    ("when", Token::When),
    ("watch", Token::Watch),
    ("invariant", Token::Invariant),
    ("seal", Token::Seal),
    ("show", Token::Show),
    ("test", Token::Test),
];

/// The declaration a misspelt word was meant to begin.
pub(crate) fn misspelt_item(word: &str) -> Option<Token> {
    let lower = word.to_ascii_lowercase();
    let near = |keyword: &str| {
        let allowed = match keyword.len() {
            // `onn`, but not `in`: of a short word only a letter too many is a slip.
            0..=2 => usize::from(lower.len() == 3 && lower.starts_with(keyword)),
            3..=4 => 1,
            _ => 2,
        };
        distance(&lower, keyword, allowed) <= allowed
    };
    let exact = ITEM_WORDS.iter().find(|(keyword, _)| *keyword == lower);
    exact.or_else(|| ITEM_WORDS.iter().find(|(keyword, _)| near(keyword))).map(|(_, token)| *token)
}

/// How a declaration of another language is written in Lasp.
pub(crate) fn foreign_item(word: &str) -> Option<&'static str> {
    const LONG: [&str; 5] = ["function", "import", "struct", "include", "interface"];
    let near = |known: &&&str| distance(word, known, 2) <= 2;
    let word = LONG.iter().find(near).copied().filter(|_| word.len() > 5).unwrap_or(word);
    Some(match word {
        "def" | "func" | "function" | "fun" | "proc" => "a function is declared with `fn name(x) = …`",
        "const" | "val" | "view" | "define" => "a value or view is declared with `let name = …`",
        "import" | "include" | "require" | "mod" | "module" | "open" => "another file is used with `use \"file.lasp\"`",
        "struct" | "record" | "class" | "enum" | "union" | "data" | "interface" => {
            "a type is declared with `type Name = { … }` or `type Name = a(int) | b`"
        }
        "crdt" | "state" | "table" | "declare" | "static" | "global" => "state is declared with `var name: type`",
        "rule" | "trigger" => "a rule is written `when condition { … }`, or `on event(…) { … }`",
        "print" | "println" | "display" | "output" | "query" => "a view is shown with `show name`",
        "assert" | "require_that" | "constraint" => "a property to keep is declared with `invariant condition`",
        "while" | "loop" => "there are no loops; views are computed from all elements at once, as in `xs.map(x => …)`",
        "if" => "a rule is written `when condition { … }`",
        _ => return None,
    })
}

/// What to write instead of a statement of another language.
pub(crate) fn foreign_statement(word: &str) -> Option<&'static str> {
    Some(match word {
        "return" => "a handler returns nothing; it updates variables and emits",
        "while" | "loop" => "there are no loops but `for x in xs { … }`",
        "elif" | "elsif" | "elseif" => "write `else if`",
        "const" | "val" | "mut" => "a local name is given with `let x = …`",
        "print" | "println" => "write `emit log { text: … }`; outputs are declared by emitting them",
        "send" | "raise" | "throw" | "publish" => "an output is sent with `emit name { … }`",
        "set" => "write `variable.set(…)` or `variable := …`",
        _ => return None,
    })
}

/// The number of letters to insert, drop, change or swap to make one word of another; above `most`, any larger number.
fn distance(a: &str, b: &str, most: usize) -> usize {
    if a.len().abs_diff(b.len()) > most {
        return most + 1;
    }
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let change = last[j] + usize::from(a[i] != b[j]);
            let mut best = change.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_words_are_guessed_and_others_are_not() {
        assert_eq!(misspelt_item("evnt"), Some(Token::Event));
        assert_eq!(misspelt_item("Event"), Some(Token::Event));
        assert_eq!(misspelt_item("invaraint"), Some(Token::Invariant));
        assert_eq!(misspelt_item("vra"), Some(Token::Var));
        assert_eq!(misspelt_item("wehn"), Some(Token::When));
        assert_eq!(misspelt_item("views"), None);
        assert_eq!(misspelt_item("x"), None);
    }
}
