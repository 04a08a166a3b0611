"""What examples/02_ad_counter must print, computed from its two csv files alone: a log replayed by hand.

Usage: python3 ad_counter.py [--check]
"""

from collections import Counter
from pathlib import Path

from jsonl import EXAMPLES, by_time, emit, main, records, rows, show

FOLDER = EXAMPLES / "02_ad_counter"


def expected(folder: Path):
    """The lines that the program prints for `contracts.csv` and `impressions.csv` in `folder`."""
    contracts = {row["ad"]: (row["advertiser"], int(row["limit"])) for row in rows(folder / "contracts.csv")}
    views = Counter()
    lines = []
    for impression in by_time(rows(folder / "impressions.csv")):
        ad = impression["ad"]
        limit = contracts[ad][1]
        if views[ad] == limit:
            lines.append(emit("refused", ad=ad))
            continue
        views[ad] += 1
        if views[ad] == limit:
            lines.append(emit("exhausted", ad=ad, limit=limit))
    active = records(
        {"ad": ad, "advertiser": advertiser, "left": limit - views[ad]}
        for ad, (advertiser, limit) in contracts.items()
        if views[ad] < limit
    )
    lines.append(show("active", active))
    lines.append(show("views", dict(sorted(views.items()))))
    return lines


if __name__ == "__main__":
    main(FOLDER / "expected.jsonl", expected(FOLDER))
