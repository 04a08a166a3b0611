"""Writes a variant of the advertisement counter into a folder: other names, another order, other limits.

The program is the example's, word for word. Ads get names with accents, commas and quotes; the impressions come in
reversed order (the times are dealt out again, so that the reversed order is the real one); and the limit of each ad is
another one. A program that has the example's numbers built in fails here.

Usage: python3 ad_counter_variant.py OUTDIR [--limit N]

OUTDIR then holds main.lasp, contracts.csv, impressions.csv, `expected.jsonl` (everything that is printed, ids as "*") and
`expected.json` (the same in brief, by formula: an ad is shown min(impressions, limit) times and refused for the rest).
"""

import argparse
import csv
import json
import shutil
from collections import Counter
from pathlib import Path

import ad_counter
from jsonl import rows, text


def renamed(ad):
    return f'ad é {ad}, "quoted"' if int(ad) % 2 else f"Ünïcode ✓ {ad}"


def write_csv(path, header, lines):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(lines)


def write_variant(out: Path, base: int):
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ad_counter.FOLDER / "main.lasp", out / "main.lasp")

    contracts = rows(ad_counter.FOLDER / "contracts.csv")
    limits = {renamed(row["ad"]): base + 11 * (int(row["ad"]) % 4) for row in contracts}
    write_csv(
        out / "contracts.csv",
        ["ad", "advertiser", "limit"],
        [(renamed(row["ad"]), row["advertiser"], limits[renamed(row["ad"])]) for row in reversed(contracts)],
    )

    impressions = rows(ad_counter.FOLDER / "impressions.csv")
    times = [row["t"] for row in impressions]
    shown = [(renamed(row["ad"]), row["client"]) for row in reversed(impressions)]
    # The columns stand in another order too: they are read by name.
    write_csv(out / "impressions.csv", ["ad", "t", "client"], [(ad, t, client) for t, (ad, client) in zip(times, shown)])

    wanted = Counter(ad for ad, _ in shown)
    views = {ad: min(count, limits[ad]) for ad, count in sorted(wanted.items())}
    refused = {ad: wanted[ad] - views[ad] for ad in views if wanted[ad] > views[ad]}
    brief = {
        "views": views,
        "refused": refused,
        "refused_total": sum(refused.values()),
        "exhausted": sorted(ad for ad in views if views[ad] == limits[ad]),
        "active": sorted(ad for ad in limits if views.get(ad, 0) < limits[ad]),
    }
    (out / "expected.json").write_text(json.dumps(brief, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    lines = ad_counter.expected(out)
    agree(lines, brief)
    (out / "expected.jsonl").write_text(text(lines), encoding="utf-8")
    print(f"{out}: {sum(views.values())} served, {brief['refused_total']} refused, {len(brief['exhausted'])} exhausted")


def agree(lines, brief):
    """The replay and the formula must say the same."""
    emits = [(line["emit"], line["data"]["ad"]) for line in lines if "emit" in line]
    shows = {line["show"]: line["value"] for line in lines if "show" in line}
    assert shows["views"] == brief["views"]
    assert [row["ad"] for row in shows["active"]] == brief["active"]
    assert Counter(ad for name, ad in emits if name == "refused") == brief["refused"]
    assert sorted(ad for name, ad in emits if name == "exhausted") == brief["exhausted"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Writes a variant of the advertisement counter.")
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--limit", type=int, default=137, help="the smallest limit of an ad (default 137)")
    arguments = parser.parse_args()
    if arguments.limit < 1:
        parser.error("--limit must be at least 1")
    write_variant(arguments.outdir, arguments.limit)
