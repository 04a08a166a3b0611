//! The page, from the registry and from what running it showed.

use lasp_lattice::{LATTICES, LatticeInfo, MethodInfo, MethodParam, Order, ParamKind, Read};

use crate::cost::{self, Cost, Emptied, UPDATES};
use crate::run;
use crate::scene::{Scene, scenes};
use crate::shown;
use crate::under_removal;
use crate::written::STATUS;

/// Where the laws are tested, and which: the table at the head of those tests.
const LAWS: &str = include_str!("../laws/main.rs");

pub fn page() -> String {
    let scenes = scenes();
    let costs: Vec<Cost> = scenes.iter().map(cost::cost).collect();
    let mut page = vec![head()];
    for row in LATTICES {
        let of_row = scenes.iter().zip(&costs).filter(|(scene, _)| scene.row() == *row);
        page.push(section(row, &of_row.collect::<Vec<_>>()));
    }
    page.extend([inside_ormap(&scenes), laws(), measured(&scenes, &costs)]);
    page.join("\n")
}

fn head() -> String {
    "\
# The replicated types

What a `var` can be. Generated from the registry of `vm/lattice` and by running it; to change this page, change a type, then
`UPDATE_PAGES=1 cargo test -p lasp-lattice --test catalogue`.

| type | what it is | grows | takes back |
|---|---|---|---|
"
    .to_owned()
        + &index()
        + "
*Grows*: what is read moves one way only. That is what makes a condition on it stable: a program may act on it and never has to take
it back. *Takes back*: the updates that undo the visible effect of others, those they have seen. Then there are
[what becomes of each type inside an `ormap`](#inside-an-ormap), [the laws](#laws) and [the costs](#costs).

**How to read the tables.** A and B have heard the same and read the same. Each makes an update, *not having heard* of the other's;
then each hears of the other's, and **both read** what the middle column says. The two columns after it show the same two updates one
after the other. Where those two agree with each other, the updates commute and nothing had to be decided. Each pair is shown once.
Letters and numbers stand for any others; `at 8` is the wall clock of whoever writes; `: true`, `: false` and *an error* are what the
handler is told. Of an update, *twice is once* says that doing it again, or on two nodes, shows as doing it once: it may stand in the body
of a `when`.
"
}

fn index() -> String {
    let mut lines = Vec::new();
    for row in LATTICES {
        let grows = match row.order {
            Order::Grows => "yes",
            Order::Shrinks => "shrinks",
            Order::Pointwise => "part by part",
            Order::None => "no",
        };
        let removing: Vec<String> =
            row.methods.iter().filter(|method| method.removes).map(|method| format!("`{}`", method.name)).collect();
        let removing = if removing.is_empty() { "–".to_owned() } else { removing.join(" ") };
        lines.push(format!("| [`{}`](#{}) | {} | {grows} | {removing} |", row.name, row.name, row.summary));
    }
    lines.join("\n") + "\n"
}

fn section(row: &LatticeInfo, scenes: &[(&Scene, &Cost)]) -> String {
    let mut lines = vec![format!("## {}\n", row.name)];
    lines.push(format!("{}: {}.\n", written(row), row.summary));
    lines.push(format!("- **Reads as** {}. {}", reads_as(row), order(row)));
    for member in row.members {
        let read = read(member.read);
        let moves = if member.order == Order::Grows { "only grows" } else { "goes either way" };
        lines.push(format!("- **Also read**: `.{}`, {read}: {}; it {moves}.", member.name, member.summary));
    }
    lines.push(format!("- **Which updates count**: {}.", row.which_count));
    for (scene, cost) in scenes {
        let of = if scenes.len() > 1 { format!(" of `{}`", scene.of.text) } else { String::new() };
        lines.push(format!("- **Costs**{of}: {}", costs(cost)));
    }
    lines.push(format!("- **Source**: {}.\n", row.source));
    lines.extend(scenes.first().map(|(scene, _)| updates(row, scene)));
    lines.extend(scenes.iter().map(|(scene, _)| concurrent(scene)));
    lines.join("\n")
}

/// As in a declaration.
fn written(row: &LatticeInfo) -> String {
    match (row.name, row.params) {
        ("product", _) => "`(L1, L2)` or `{ a: L1, b: L2 }`".to_owned(),
        ("lattice", _) => "`lattice Name { a < b, … }`, then `Name`".to_owned(),
        (name, []) => format!("`{name}`"),
        (name, params) => format!("`{name}<{}>`", params_as_letters(params).join(", ")),
    }
}

fn params_as_letters(params: &[ParamKind]) -> Vec<&'static str> {
    match params {
        [ParamKind::Element, ParamKind::Lattice] => vec!["K", "L"],
        [ParamKind::Lattice, ParamKind::Lattice] => vec!["L1", "L2"],
        _ => params
            .iter()
            .map(|param| match param {
                ParamKind::Element => "T",
                ParamKind::Lattice => "L",
                ParamKind::Int => "n",
            })
            .collect(),
    }
}

fn reads_as(row: &LatticeInfo) -> &'static str {
    read(row.read)
}

fn read(read: Read) -> &'static str {
    match read {
        Read::Set => "`set<T>`",
        Read::Nat => "`nat`",
        Read::Int => "`int`",
        Read::Bool => "`bool`",
        Read::OptionElement => "`option<T>`",
        Read::Map => "a map from `K` to what `L` reads as",
        Read::List => "`list<T>`, the greatest first",
        Read::Pair => "what its parts read as, side by side",
        Read::MapCounts => "a map from nodes to `nat`",
        Read::Element => "one of its elements",
    }
}

/// What stays true once it has been seen.
fn order(row: &LatticeInfo) -> &'static str {
    match (row.order, row.read) {
        (Order::Grows, Read::Set) => "It only grows: what is in stays in.",
        (Order::Grows, Read::Nat | Read::Int) => "It only goes up: `>= n`, once true, stays true.",
        (Order::Grows, Read::Bool) => "Once true, it stays true.",
        (Order::Grows, Read::Element) => "It only climbs: at or above an element, it stays at or above it.",
        (Order::Grows, Read::Pair) => {
            "The pair only climbs, first half first; so the first half does, and the second alone may fall."
        }
        (Order::Grows, _) if row.members.iter().any(|member| member.name == "is_set") => "Once set, it stays set.",
        (Order::Grows, _) => "It only goes up: `>= n`, once true, stays true.",
        (Order::Shrinks, _) => "It only goes down: `<= n`, once true, stays true.",
        (Order::Pointwise, Read::Map) => "A key that is there stays there; what is under it moves as `L` does.",
        (Order::Pointwise, Read::MapCounts) => "No entry ever goes down.",
        (Order::Pointwise, _) => "Each part moves as its own type does.",
        (Order::None, _) => "It may change back: no condition on it is stable.",
    }
}

fn updates(row: &LatticeInfo, scene: &Scene) -> String {
    let mut lines = Vec::new();
    let has = |kind| row.params.contains(&kind);
    let below = match row.read {
        Read::Map if has(ParamKind::Lattice) => Some(
            "Values are updated in place: `m[k].update(…)`, whatever updates `L` has; the key is there from then on.",
        ),
        Read::Pair if row.methods.is_empty() => {
            Some("Its parts are updated in place: `p.a.update(…)`, whatever updates that part has.")
        }
        _ => None,
    };
    lines.extend(below.map(|below| format!("{below}\n")));
    if !row.methods.is_empty() {
        lines.extend(["| update | what it does | |".to_owned(), "|---|---|---|".to_owned()]);
        for method in row.methods {
            let single = format!("as `{}` of each", method.name.trim_end_matches("_all"));
            let traits = [
                (scene.is_plural(method), single.as_str()),
                (method.answers, "answers `bool`; `false` has done nothing"),
                (method.idempotent, "twice is once"),
                (method.removes, "takes back"),
            ];
            let traits: Vec<&str> = traits.iter().filter(|(has, _)| *has).map(|(_, what)| *what).collect();
            lines.push(format!("| `{}` | {} | {} |", signature(row, method), method.summary, traits.join(", ")));
        }
        lines.push(String::new());
    }
    lines.join("\n")
}

fn signature(row: &LatticeInfo, method: &MethodInfo) -> String {
    let element = params_as_letters(row.params).first().copied().unwrap_or("T");
    let param = |(at, param): (usize, &MethodParam)| {
        let typed = match param {
            MethodParam::Element if element == "K" => "k: K",
            MethodParam::Element => "x: T",
            MethodParam::ElementSet => "xs: set<T>",
            MethodParam::Amount => "n: nat",
            MethodParam::Node => "to: node",
            MethodParam::Pair => "pair: (L1, L2)",
            MethodParam::Rank => "x: Name",
        };
        if at < method.required { typed.to_owned() } else { format!("{typed} = 1") }
    };
    let params: Vec<String> = method.params.iter().enumerate().map(param).collect();
    format!("{}({})", method.name, params.join(", "))
}

fn concurrent(scene: &Scene) -> String {
    let mut lines = Vec::new();
    let start = shown::value(&scene.of, &run::start(scene));
    let of = match &scene.of.text {
        text if *text == scene.row().name => String::new(),
        text if text == "Status" => format!(" of `{STATUS}`"),
        text => format!(" of `{text}`"),
    };
    lines.push(format!("Two replicas{of} that both read `{start}`:\n"));
    lines.push("| A does | B does, not having heard | both read | had B heard A | had A heard B |".to_owned());
    lines.push("|---|---|---|---|---|".to_owned());
    for outcome in run::outcomes(scene) {
        let run::Outcome { a, b, together, a_first, b_first } = outcome;
        lines.push(format!("| {a} | {b} | **`{together}`** | {} | {} |", code(&a_first), code(&b_first)));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// The value as code, and what stands behind it as it is.
fn code(read: &str) -> String {
    match read.split_once(" (B: ").or_else(|| read.split_once(" (A: ")) {
        Some((value, _)) => format!("`{value}`{}", &read[value.len()..]),
        None => format!("`{read}`"),
    }
}

fn costs(cost: &Cost) -> String {
    let Cost { update, delta_bytes, one_writer_bytes, three_writers_bytes, elements_bytes, emptied, .. } = cost;
    let mut text = format!(
        "{} times `{update}` leave {} by one writer and {} by three",
        thousands(UPDATES),
        bytes(*one_writer_bytes),
        thousands(*three_writers_bytes)
    );
    if *elements_bytes > 0 {
        text += &format!(", of which {} are elements", thousands(*elements_bytes));
    }
    if !emptied.is_empty() {
        text += &format!("; emptied, {} remain", removals(emptied));
    }
    let more = if *delta_bytes == 1 { "sends nothing".to_owned() } else { format!("sends {}", bytes(*delta_bytes)) };
    text + &format!("; one more {more} ([how measured](#costs)).")
}

fn inside_ormap(scenes: &[Scene]) -> String {
    let mut lines = vec![
        "## Inside an ormap\n".to_owned(),
        "\
An `ormap` removes keys, and a removal takes back what it has seen of the value: of the updates it has not seen, what counts is what
always counts. Here A updates the value under `k` and B, not having heard, does `m.remove(k)`."
            .to_owned()
            + "\n",
        "| `m: ormap<text, …>` | both at first read | A does | both read |".to_owned(),
        "|---|---|---|---|".to_owned(),
    ];
    for scene in scenes {
        lines.push(match under_removal::outcome(scene) {
            Ok((inside, outcome)) => {
                let start = shown::value(&inside.of, &run::start(&inside));
                format!("| `{}` | `{start}` | {} | **`{}`** |", scene.of.text, outcome.a, outcome.together)
            }
            Err(flaw) => format!("| `{}` | not allowed | {flaw} | |", scene.of.text),
        });
    }
    lines.join("\n") + "\n"
}

fn laws() -> String {
    let table = LAWS.lines().filter_map(|line| line.strip_prefix("//! |")).map(|row| format!("|{row}"));
    let (early, late) = run::removed_before_it_came();
    let text = format!(
        "\
## Laws

Every type obeys these, a new one as soon as it is in the registry: `vm/lattice/tests/laws`.

{}

**What is promised, and when.** Replicas that have heard the same deltas are equal, whatever the order, the grouping and the repetitions:
always. A replica reads exactly what \"which updates count\" says of the updates it has heard, when it hears of an update only after
all that the update had seen (*causal delivery*, which sending whole states gives, and deltas in the order they came). Without it a type
that only grows is at worst behind, or ahead of the updates heard by those they had seen. One that takes back may show for a moment
what nobody should see: in an `orset`, A adds `x` twice and B, having heard both, removes it; C, who has heard the first addition
and the removal, reads `{early}`, and only with the second addition `{late}`. A `bcounter` that has heard of a spending and not of the
rights behind it reads 0.
",
        table.collect::<Vec<_>>().join("\n")
    );
    text
}

fn measured(scenes: &[Scene], costs: &[Cost]) -> String {
    let envelope = scenes.first().map_or(0, cost::envelope_bytes);
    let updates = thousands(UPDATES);
    let mut lines = vec![format!(
        "\
## Costs

Measured, not estimated. Each type is updated {updates} times, with another element of six bytes (`#`) each time, by one writer and by
three in turn; sizes are those of the canonical encoding, without its envelope of {envelope} bytes. *Delta*: what one more
update sends (1 byte: nothing, it changed nothing). *Emptied*: what is left in the state of three writers when one of them
has removed everything, and after the arrow, if that is less, when the others have written again and that has been removed too.
*Compared*: how many pairs of elements are put in order to join that delta, rounded up to tens (elements of sets and keys of maps are
found by hash). Replicas have short names here; the first mention of one with a random 64-bit key takes up to 9 bytes more.

Joining a delta costs O(delta) and reading one element O(1), but for `topk`, which is kept in order; the value of a counter, register or
flag and the size of a set are read in O(1), and a whole set or map in O(n log n), as it is put in order then. (These are from the code's documentation, not measured.)

| type | update | delta | state, 1 writer | 3 writers | elements alone | emptied | compared |
|---|---|---|---|---|---|---|---|"
    )];
    for (scene, cost) in scenes.iter().zip(costs) {
        let Cost { update, delta_bytes, one_writer_bytes, three_writers_bytes, elements_bytes, emptied, comparisons } =
            cost;
        let [delta, one, three, elements, compared] =
            [*delta_bytes, *one_writer_bytes, *three_writers_bytes, *elements_bytes, comparisons.next_multiple_of(10)]
                .map(thousands);
        let emptied = if emptied.is_empty() { "–".to_owned() } else { removals(emptied) };
        lines.push(format!(
            "| `{}` | `{update}` | {delta} | {one} | {three} | {elements} | {emptied} | {compared} |",
            scene.of.text
        ));
    }
    lines.join("\n") + "\n"
}

fn removals(emptied: &[Emptied]) -> String {
    let each = |emptied: &Emptied| {
        let Emptied { method, of_each, bytes, settled_bytes } = emptied;
        let each = if *of_each { " of each" } else { "" };
        let settled = if settled_bytes < bytes { format!(" → {}", thousands(*settled_bytes)) } else { String::new() };
        format!("{}{settled} (`{method}`{each})", thousands(*bytes))
    };
    emptied.iter().map(each).collect::<Vec<_>>().join(", ")
}

fn thousands(n: usize) -> String {
    match n {
        0..1_000 => n.to_string(),
        _ => format!("{},{:03}", thousands(n / 1_000), n % 1_000),
    }
}

fn bytes(n: usize) -> String {
    format!("{} byte{}", thousands(n), if n == 1 { "" } else { "s" })
}
