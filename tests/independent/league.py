"""What tests/programs/league.lasp must print, computed from its csv file alone.

Usage: python3 league.py [--check]
"""

from jsonl import PROGRAMS, instant, main, rows, show


def expected(path):
    """The lines that the program prints."""
    table, lost_at_home, goals = {}, set(), 0
    matches = rows(path)
    for match in matches:
        home, away = int(match["home_goals"]), int(match["away_goals"])
        goals += home + away
        for team, scored, conceded, at_home in (
            (match["home"], home, away, True),
            (match["away"], away, home, False),
        ):
            row = table.setdefault(team, {"away_wins": 0, "difference": 0, "most": 0, "played": 0, "points": 0})
            row["played"] += 1
            row["points"] += 3 if scored > conceded else 1 if scored == conceded else 0
            row["difference"] += scored - conceded
            row["away_wins"] += not at_home and scored > conceded
            row["most"] = max(row["most"], scored)
            if at_home and scored < conceded:
                lost_at_home.add(team)
    table = dict(sorted(table.items()))
    ranking = sorted((row["points"] for row in table.values()), reverse=True)
    return [
        show("table", table),
        show("champions", [team for team, row in table.items() if row["points"] == ranking[0]]),
        show("places", {team: 1 + ranking.index(row["points"]) for team, row in table.items()}),
        show("unbeaten_at_home", [team for team in table if team not in lost_at_home]),
        show("goals", goals),
        show("goals_a_match", goals / len(matches)),
        show("first_day", min(instant(match["date"]) for match in matches).strftime("%Y-%m-%dT%H:%M:%SZ")),
    ]


if __name__ == "__main__":
    main(PROGRAMS / "league.expected.jsonl", expected(PROGRAMS / "league.csv"))
