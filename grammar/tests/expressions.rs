//! Expressions and the trees they are, as a table.

mod support;

use lasp_grammar::{dump_expr, parse_expr};

fn check(table: &str) {
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (text, expected) = line.split_once(" ⇒ ").expect("a row is `expression ⇒ tree`");
        let (expr, errors) = parse_expr(text.trim());
        assert!(errors.is_empty(), "{text}\n{}", support::report(text, &errors));
        let tree = expr.as_ref().map(dump_expr).unwrap_or_default();
        assert_eq!(tree, expected.trim(), "the tree of `{}`", text.trim());
    }
}

#[test]
fn operators_bind_as_documented() {
    check(
        "
        a or b and not c == d + e * -f.g      ⇒ (or a (and b (not (== c (+ d (* e (neg (. f g))))))))
        a or b or c                           ⇒ (or (or a b) c)
        a and b or c and d                    ⇒ (or (and a b) (and c d))
        not not a and b                       ⇒ (and (not (not a)) b)
        not a < b                             ⇒ (not (< a b))
        a - b - c                             ⇒ (- (- a b) c)
        a - -b                                ⇒ (- a (neg b))
        a--b                                  ⇒ (- a (neg b))
        a * b / c % d                         ⇒ (% (/ (* a b) c) d)
        -a.b                                  ⇒ (neg (. a b))
        -a[1].f(2)                            ⇒ (neg (method ([] a 1) f 2))
        a + b >= c * d                        ⇒ (>= (+ a b) (* c d))
        a != b                                ⇒ (!= a b)
        (a or b) and c                        ⇒ (and (or a b) c)
        if a then b else c + d                ⇒ (if a b (+ c d))
        if a then b else if c then d else e   ⇒ (if a b (if c d e))
        x => a or b                           ⇒ (=> x (or a b))
        x => y => x + y                       ⇒ (=> x (=> y (+ x y)))
        -9223372036854775808                  ⇒ (neg 9223372036854775808)
        18446744073709551615                  ⇒ 18446744073709551615
        ",
    );
}

#[test]
fn the_left_side_of_an_arrow_is_a_pattern() {
    check(
        "
        (k, v) => v                   ⇒ (=> (tuple k v) v)
        { ad, limit } => ad           ⇒ (=> (record ad limit) ad)
        { ad: a, limit } => a         ⇒ (=> (record (ad a) limit) a)
        { ad: { x, y } } => x         ⇒ (=> (record (ad (record x y))) x)
        {} => 1                       ⇒ (=> (record) 1)
        _ => 0                        ⇒ (=> _ 0)
        (_, (a, _)) => a              ⇒ (=> (tuple _ (tuple a _)) a)
        some(x) => x                  ⇒ (=> (variant some x) x)
        circle(-1, \"a\", 5m) => 1    ⇒ (=> (variant circle (neg 1) \"a\" 300000000us) 1)
        none => 1                     ⇒ (=> none 1)
        (x) => x                      ⇒ (=> x x)
        () => 1                       ⇒ (=> (tuple) 1)
        f(_ => 1, x => x)             ⇒ (call f (=> _ 1) (=> x x))
        { a: x => x }                 ⇒ (record (a (=> x x)))
        ",
    );
}

#[test]
fn brackets_say_what_they_hold() {
    check(
        "
        {}                             ⇒ (set)
        {1, 2,}                        ⇒ (set 1 2)
        {x}                            ⇒ (set x)
        { id: \"a\" }                  ⇒ (record (id \"a\"))
        { id: 1, at: 2, }              ⇒ (record (id 1) (at 2))
        []                             ⇒ (list)
        [1, 2,]                        ⇒ (list 1 2)
        [:]                            ⇒ (map)
        [\"a\": 1, \"b\": 2,]          ⇒ (map (\"a\" 1) (\"b\" 2))
        [true: 1, none: 2]             ⇒ (map (true 1) (none 2))
        ()                             ⇒ (tuple)
        (1)                            ⇒ 1
        (1,)                           ⇒ (tuple 1)
        (1, \"a\")                     ⇒ (tuple 1 \"a\")
        {{1}, {}}                      ⇒ (set (set 1) (set))
        pair.0.1                       ⇒ (. (. pair 0) 1)
        m[\"k\"][1].x                  ⇒ (. ([] ([] m \"k\") 1) x)
        ",
    );
}

#[test]
fn calls_take_names() {
    check(
        "
        f()                                     ⇒ (call f)
        f(x, by: y,)                            ⇒ (call f x by: y)
        xs.top(3, by: x => x.n)                 ⇒ (method xs top 3 by: (=> x (. x n)))
        join(b, on: (x, y) => x.k == y.k)       ⇒ (call join b on: (=> (tuple x y) (== (. x k) (. y k))))
        windows.hourly(xs)                      ⇒ (method windows hourly xs)
        xs.fold(into: max<int>, x => x.price)   ⇒ (method xs fold into: (type max<int>) (=> x (. x price)))
        xs.fold(into: gmap<text, gmap<text, (int, text)>>, f)  ⇒ (method xs fold into: (type gmap<text, gmap<text, (tuple int text)>>) f)
        a.from.select.let                       ⇒ (. (. (. a from) select) let)
        f(when: 1, if: 2)                       ⇒ (call f when: 1 if: 2)
        into + shard + heal + nodes             ⇒ (+ (+ (+ into shard) heal) nodes)
        some(x)                                 ⇒ (call some x)
        x.or(0)                                 ⇒ (method x or 0)
        ",
    );
}

#[test]
fn sources_and_cases() {
    check(
        "
        from a in xs select a                                   ⇒ (from (in a xs) (select a))
        from a in xs, (b, _) in ys where a == b select { a: b } ⇒ (from (in a xs) (in (tuple b _) ys) (where (== a b)) (select (record (a b))))
        from a in (from b in c select b) select a               ⇒ (from (in a (from (in b c) (select b))) (select a))
        match s { circle(r) if r > 1 => r, rect(w, h) => w * h, _ => 0 }  ⇒ (match s (arm (variant circle r) (guard (> r 1)) r) (arm (variant rect w h) (* w h)) (arm _ 0))
        match x { 1 => a, -1 => b, \"t\" => c, none => d, }     ⇒ (match x (arm 1 a) (arm (neg 1) b) (arm \"t\" c) (arm none d))
        match x { y => z => 1 }                                 ⇒ (match x (arm y (=> z 1)))
        match m { { a, b: _ } => a } + 1                        ⇒ (+ (match m (arm (record a (b _)) a)) 1)
        ",
    );
}

#[test]
fn literals_mean_what_they_say() {
    check(
        r#"
        1_000                         ⇒ 1000
        1.5e3                         ⇒ 1500.0
        2e-3                          ⇒ 0.002
        5m                            ⇒ 300000000us
        1h30m                         ⇒ 5400000000us
        2d                            ⇒ 172800000000us
        250ms                         ⇒ 250000us
        10us                          ⇒ 10us
        1w                            ⇒ 604800000000us
        ""                            ⇒ ""
        "a\n\t\r\"\\\{\}\u{e9}"       ⇒ "a\n\t\r\"\\{}é"
        "größe } //"                  ⇒ "größe } //"
        "{a}"                         ⇒ (text a)
        "{ad.id}: {n} left"           ⇒ (text (. ad id) ": " n " left")
        "{f("x {1} y")}!"             ⇒ (text (call f (text "x " 1 " y")) "!")
        "{ {a: {1}} }{[2]}"           ⇒ (text (record (a (set 1))) (list 2))
        "{if a then "b" else "c"}"    ⇒ (text (if a "b" "c"))
        "\{a\}"                       ⇒ "{a}"
        "#,
    );
}

/// The table can fail: a wrong tree is noticed.
#[test]
#[should_panic(expected = "the tree of `1 + 2 * 3`")]
fn a_wrong_tree_is_noticed() {
    check("1 + 2 * 3 ⇒ (* (+ 1 2) 3)");
}

/// The table can fail: an error is noticed.
#[test]
#[should_panic(expected = "comparisons do not chain")]
fn an_error_is_noticed() {
    check("a < b < c ⇒ (< (< a b) c)");
}
