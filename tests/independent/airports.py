"""What examples/03_airports must print, computed from its two csv files alone: plain counting.

Usage: python3 airports.py [--check]
"""

from collections import Counter

from jsonl import EXAMPLES, by_time, emit, instant, main, records, rows, show

FOLDER = EXAMPLES / "03_airports"
PLACES = {"EWR": "Newark", "JFK": "John F. Kennedy", "LGA": "LaGuardia"}


def summary(flights):
    """Counts of a list of rows."""
    left = [row for row in flights if row["cancelled"] == "false"]
    delays = [int(row["dep_delay"]) for row in left]
    return {
        "flights": len(flights),
        "cancelled": len(flights) - len(left),
        "late": sum(delay > 60 for delay in delays),
        # `or 0` never matters below zero here: every group has a delayed flight, or none that left.
        "worst": max(delays) if delays else None,
    }


def expected(folder):
    """The lines that the program prints."""
    names = {row["code"]: row["name"] for row in rows(folder / "carriers.csv")}
    flights = rows(folder / "flights_january.csv")
    by_origin = {code: [row for row in flights if row["origin"] == code] for code in PLACES}
    by_carrier = {code: [row for row in flights if row["carrier"] == code] for code in {row["carrier"] for row in flights}}

    lines = [
        emit(
            "lost_a_day",
            flight=row["carrier"] + row["flight"],
            route=row["origin"] + "-" + row["dest"],
            scheduled=instant(row["t"]).strftime("%Y-%m-%dT%H:%M:%SZ"),
            minutes=int(row["dep_delay"]),
        )
        for row in by_time(flights)
        if row["dep_delay"] and int(row["dep_delay"]) > 600
    ]

    airports = []
    for code, name in PLACES.items():
        counts = summary(by_origin[code])
        departures = counts["flights"] - counts["cancelled"]
        airports.append({"airport": code, "name": name, "departures": departures, **counts})
    airlines = [{"airline": code, "name": names[code], **summary(by_carrier[code])} for code in by_carrier]
    unreliable = [
        {"name": row["name"], "percent": row["cancelled"] * 100 // row["flights"]}
        for row in airlines
        if row["cancelled"] * 40 > row["flights"]
    ]
    pairs = Counter((row["origin"], row["carrier"]) for row in flights)
    homes = Counter(carrier for _, carrier in pairs)
    loyal = sorted(
        f"{names[carrier]} flies from {origin} only: {count} flights"
        for (origin, carrier), count in pairs.items()
        if homes[carrier] == 1
    )
    return lines + [
        show("total", len(flights)),
        show("airports", records(airports)),
        show("airlines", records(airlines)),
        show("unreliable", records(unreliable)),
        show("flights_of", {code: len(by_carrier[code]) for code in sorted(by_carrier)}),
        show("loyal", loyal),
    ]


if __name__ == "__main__":
    main(FOLDER / "expected.jsonl", expected(FOLDER))
