//! Any text, any bytes: never a panic, places inside the text, no hole without an error.

mod support;

use lasp_grammar::{parse, parse_bytes, parse_expr, parse_line};
use proptest::prelude::*;

fn sources() -> Vec<String> {
    let mut out: Vec<String> = support::programs("programs").into_iter().map(|(_, text)| text).collect();
    out.extend(support::programs("errors").into_iter().map(|(_, text)| text));
    out
}

fn check(text: &str) {
    support::checked(text);
    support::check_places(text, &parse_expr(text).1);
    support::check_places(text, &parse_line(text).errors);
}

/// Words and signs of the language in any order.
fn token_soup() -> impl Strategy<Value = String> {
    let words = "use role type lattice fn event feed var let bind on once for when watch invariant seal show test if then \
                 else match from in where select emit at by or and not true none rec stable any shard tree added removed \
                 escrow within into nodes heal expect a b Ad 1 2.5 5m \"t\" \"{ } \" ( ) [ ] { } , . : = | -> => <- := += \
                 -= == < <= > >= + - * / % _ && ; ! é $ \n \n \n";
    let words: Vec<String> = words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    prop::collection::vec(prop::sample::select(words), 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_string(text in "\\PC*") {
        check(&text);
    }

    #[test]
    fn any_printable_lines(text in "[ -~\n{}()\"]{0,200}") {
        check(&text);
    }

    #[test]
    fn any_words(text in token_soup()) {
        check(&text);
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let parse = parse_bytes(&bytes);
        for error in &parse.errors {
            prop_assert!(error.span.range().end <= bytes.len());
        }
        if std::str::from_utf8(&bytes).is_err() {
            prop_assert_eq!(parse.errors[0].code, "E0002");
        }
    }

    /// A real program with a piece cut out, doubled, moved or replaced.
    #[test]
    fn mutated_programs(
        source in prop::sample::select(sources()),
        from in any::<prop::sample::Index>(),
        length in 0_usize..40,
        to in any::<prop::sample::Index>(),
        insert in prop_oneof![Just(String::new()), token_soup(), "\\PC{0,5}"],
        keep in any::<bool>(),
    ) {
        let mut characters: Vec<char> = source.chars().collect();
        let start = from.index(characters.len());
        let end = (start + length).min(characters.len());
        let cut: Vec<char> = if keep { characters[start..end].to_vec() } else { characters.drain(start..end).collect() };
        let at = to.index(characters.len() + 1);
        characters.splice(at..at, cut);
        let at = start.min(characters.len());
        characters.splice(at..at, insert.chars());
        check(&characters.into_iter().collect::<String>());
    }
}

/// The properties can fail: in most programs a lost token is noticed.
#[test]
fn a_lost_character_is_mostly_noticed() {
    let source = &support::programs("programs")[0].1;
    let brackets: Vec<usize> = source.match_indices(['{', '}', '(', ')']).map(|(at, _)| at).collect();
    let noticed = brackets.iter().filter(|&&at| {
        let text = format!("{}{}", &source[..at], &source[at + 1..]);
        !parse(&text).errors.is_empty()
    });
    let (noticed, all) = (noticed.count(), brackets.len());
    // Brackets inside comments do not count, and a few leave another program.
    assert!(noticed * 10 >= all * 8, "{noticed} of {all}");
}

#[test]
fn bytes_that_are_no_text_are_named() {
    let parse = parse_bytes(b"role a\nvar \xff: int");
    let error = &parse.errors[0];
    assert_eq!((error.code, error.span.range()), ("E0002", 11..12));
    assert!(error.message.contains("byte 11 (0xff), on line 2"), "{}", error.message);
    assert_eq!(parse_bytes(b"\xff\xfea\0").errors[0].code, "E0002");
}

#[test]
fn a_byte_order_mark_is_named_and_the_rest_is_read() {
    for parse in [parse("\u{feff}role a\n"), parse_bytes(b"\xef\xbb\xbfrole a\n")] {
        assert_eq!(parse.errors.len(), 1);
        assert_eq!(parse.errors[0].code, "E0003");
        assert_eq!(parse.file.items.len(), 1);
    }
}

#[test]
fn an_empty_text_is_a_program() {
    for text in ["", " \r\n\t", "// only a comment", "\n\n"] {
        let parse = support::checked(text);
        assert!(parse.errors.is_empty() && parse.file.items.is_empty());
    }
}
