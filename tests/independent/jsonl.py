"""Expected output as `lasp run --format json` prints it, and the choice between writing and checking it.

One object per line: emits as they happen, then the shown names. Ids of emits cannot be computed independently; they are
written as "*" and stand for any id. Sets are sorted, maps are sorted by key, the keys of a record are sorted.
"""

import csv
import json
import sys
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
PROGRAMS = ROOT / "tests" / "programs"


def rows(path):
    """The rows of a CSV file with a header, as dicts of text."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def instant(text):
    """A time without zone is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def by_time(timed, column="t"):
    """In the order of time, ties in file order (`sorted` is stable)."""
    return sorted(timed, key=lambda row: instant(row[column]))


def emit(name, **data):
    return {"emit": name, "id": "*", "data": dict(sorted(data.items()))}


def show(name, value):
    return {"show": name, "value": value}


def records(rows_of_view):
    """A set of records: each with sorted keys, all in order of their values."""
    ordered = [dict(sorted(row.items())) for row in rows_of_view]
    return sorted(ordered, key=lambda row: list(row.values()))


def text(lines):
    return "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)


def main(expected_path, lines):
    """Writes the expected file, or with `--check` compares it and exits with 1 at the first difference."""
    arguments = sys.argv[1:]
    if arguments not in ([], ["--check"]):
        sys.exit(f"usage: {Path(sys.argv[0]).name} [--check]")
    computed = text(lines)
    if not arguments:
        expected_path.write_text(computed, encoding="utf-8")
        print(f"{expected_path}: {len(lines)} lines written")
        return
    committed = expected_path.read_text(encoding="utf-8")
    if committed == computed:
        print(f"{expected_path}: {len(lines)} lines, as computed")
        return
    pairs = zip(committed.splitlines() + ["(end of file)"], computed.splitlines() + ["(end of file)"])
    for number, (found, wanted) in enumerate(pairs, start=1):
        if found != wanted:
            sys.exit(f"{expected_path}:{number}: committed {found}\n  computed {wanted}")
    sys.exit(f"{expected_path}: differs from what was computed only in its line ends")
