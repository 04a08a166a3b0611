"""What examples/04_shopping_cart must print, computed from its csv file alone: after each click, everything from scratch.

Usage: python3 shopping_cart.py [--check]
"""

from collections import Counter

from jsonl import EXAMPLES, by_time, emit, main, records, rows, show

FOLDER = EXAMPLES / "04_shopping_cart"
FREE_FROM = 5000


def total(items):
    return sum(price for _, price in items)


def expected(folder):
    """The lines that the program prints."""
    carts = {}
    lines = []
    for click in by_time(rows(folder / "clicks.csv")):
        customer, action = click["customer"], click["action"]
        item = (click["name"], int(click["price"]))
        free_before = {who for who, items in carts.items() if total(items) >= FREE_FROM}
        if action == "put":
            carts.setdefault(customer, set()).add(item)
        elif action == "take":
            carts[customer].discard(item)
        else:
            lines.append(emit("not_understood", customer=customer, action=action))
        free_after = {who for who, items in carts.items() if total(items) >= FREE_FROM}
        # One click changes one cart, so at most one of these says something.
        lines += [emit("delivery_is_free", customer=who) for who in sorted(free_after - free_before)]
        lines += [emit("delivery_is_charged", customer=who) for who in sorted(free_before - free_after)]

    def per_cart(value):
        return {who: value(carts[who]) for who in sorted(carts)}

    demand = Counter(name for items in carts.values() for name, _ in items)
    return lines + [
        show("carts", per_cart(lambda items: records({"name": name, "price": price} for name, price in items))),
        show("totals", per_cart(total)),
        show("turnover", sum(total(items) for items in carts.values())),
        show("free_delivery", sorted(who for who, items in carts.items() if total(items) >= FREE_FROM)),
        show("demand", dict(sorted(demand.items()))),
        show("dearest", per_cart(lambda items: max((price for _, price in items), default=None))),
    ]


if __name__ == "__main__":
    main(FOLDER / "expected.jsonl", expected(FOLDER))
