//! `docs/operators.md`: the table as a person reads it, with an example for each cell that claims less than `through`.

use lasp_compiler::operators::OPERATORS;
use lasp_compiler::operators::table::{Case, Column, TABLE, cases};

/// All operations, in the order of their list.
fn operations() -> String {
    let mut text = String::from("| operation | how it is called | what it gives |\n|---|---|---|\n");
    for operator in OPERATORS {
        text.push_str(&format!("| {} | `{}` | {} |\n", operator.name, operator.signature, operator.summary));
    }
    text
}

/// The page, given the reason of each case in the order of the table.
#[must_use]
pub fn page(reasons: &[String]) -> String {
    let mut text = String::from(
        "# Operations\n\nGenerated from `compiler/src/operators/` by `UPDATE_PAGES=1 cargo test -p lasp-tests --test flow_table`.\n\n",
    );
    text.push_str(&operations());
    text.push_str(
        "\n## The operator table\n\n\
         Each cell says how results that were computed apart may be merged (through ⊏ meet ⊏ gather ⊏ owned) and how the\n\
         visible value moves (↑ only grows, ↓ only shrinks, ~ may go back). Where a cell has conditions they stand before it;\n\
         where nothing stands, the operation does not apply, or is owned. Every claim is tried against a model of the\n\
         lattice, and each that says less than `through` has its reason below.\n\n",
    );
    text.push_str(&format!(
        "| |{}\n|---|---|---|---|---|---|\n",
        Column::ALL.map(|column| format!(" {} |", column.title())).concat()
    ));
    let mut rows = Vec::new();
    for case in TABLE {
        if !rows.contains(&case.row) {
            rows.push(case.row);
        }
    }
    for row in rows {
        let cells =
            Column::ALL.map(|column| format!(" {} |", cases(row, column).map(claim).collect::<Vec<_>>().join("; ")));
        text.push_str(&format!("| {} |{}\n", row.title(), cells.concat()));
    }
    text.push_str(
        "\n## Why not more\n\nFound by trying, the shortest first. For `meet` and `gather`: parts that, joined, are less than the whole.\n\
         For `owned`: a replica learns more, and the result goes back; and it does not go back always either.\n\
         `avg` is shown times 60.\n\n",
    );
    for (case, reason) in TABLE.iter().zip(reasons).filter(|(_, reason)| !reason.is_empty()) {
        let when = if case.when.text().is_empty() { String::new() } else { format!(" ({})", case.when.text()) };
        text.push_str(&format!(
            "- **{}**, {}{when}: {}. {reason}.\n",
            case.row.title(),
            case.column.title(),
            case.flow
        ));
    }
    text
}

fn claim(case: &Case) -> String {
    let when = case.when.text();
    let before = if when.is_empty() { String::new() } else { format!("{when}: ") };
    format!("{before}{} {}", case.flow, case.mark.sign())
}
