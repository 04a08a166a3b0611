"""What tests/programs/stock.lasp must print, computed from its csv file alone.

Usage: python3 stock.py [--check]
"""

from collections import Counter

from jsonl import PROGRAMS, by_time, emit, main, rows, show

STOCK = 16_000


def expected(path):
    """The lines that the program prints."""
    lines, stock, taken, refused, by_customer = [], STOCK, 0, 0, Counter()
    for order in by_time(rows(path), "date"):
        customer, cds = int(order["customer"]), int(order["cds"])
        if cds <= stock:
            sold_before = STOCK - stock
            stock -= cds
            taken += 1
            by_customer[customer] += cds
            if sold_before < 10_000 <= STOCK - stock:
                lines.append(emit("ten_thousand"))
        else:
            refused += 1
            lines.append(emit("sorry", customer=customer, cds=cds))
    return lines + [
        show("stock", stock),
        show("sold", STOCK - stock),
        show("taken", taken),
        show("refused", refused),
        show("total", sum(by_customer.values())),
        show("collectors", [[customer, n] for customer, n in sorted(by_customer.items()) if n >= 30]),
    ]


if __name__ == "__main__":
    main(PROGRAMS / "stock.expected.jsonl", expected(PROGRAMS / "stock.csv"))
