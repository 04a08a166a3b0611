"""What tests/programs/crowd.lasp must print, computed from its csv file alone.

The sketch is the plain one, a list of greatest ranks; BLAKE3 is written out from its specification, for messages of one
chunk (1,024 bytes).

Usage: python3 crowd.py [--check]
"""

from collections import Counter

from jsonl import PROGRAMS, emit, main, rows, show

IV = [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19]
ORDER = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8]
CHUNK_START, CHUNK_END, ROOT = 1, 2, 8
WORD = 0xFFFFFFFF


def turned(word, by):
    return (word >> by | word << 32 - by) & WORD


def mix(state, a, b, c, d, x, y):
    for word, first, second in ((x, 16, 12), (y, 8, 7)):
        state[a] = (state[a] + state[b] + word) & WORD
        state[d] = turned(state[d] ^ state[a], first)
        state[c] = (state[c] + state[d]) & WORD
        state[b] = turned(state[b] ^ state[c], second)


def blake3(message):
    """The first eight bytes of the hash of at most 1,024 bytes, as a number."""
    assert len(message) <= 1024
    chain = IV
    blocks = [message[at : at + 64] for at in range(0, max(len(message), 1), 64)]
    for nth, block in enumerate(blocks):
        flags = (CHUNK_START if nth == 0 else 0) | (CHUNK_END | ROOT if nth == len(blocks) - 1 else 0)
        padded = block.ljust(64, b"\0")
        words = [int.from_bytes(padded[at : at + 4], "little") for at in range(0, 64, 4)]
        state = chain + IV[:4] + [0, 0, len(block), flags]
        for _ in range(7):
            for column in range(4):
                mix(state, column, column + 4, column + 8, column + 12, words[2 * column], words[2 * column + 1])
            for column in range(4):
                b, c, d = 4 + (column + 1) % 4, 8 + (column + 2) % 4, 12 + (column + 3) % 4
                mix(state, column, b, c, d, words[8 + 2 * column], words[9 + 2 * column])
            words = [words[at] for at in ORDER]
        chain = [state[at] ^ state[at + 8] for at in range(8)]
    return int.from_bytes(b"".join(word.to_bytes(4, "little") for word in chain[:2]), "big")


def number(n):
    """LEB128."""
    return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + number(n >> 7)


def encoded(value):
    """The canonical bytes of a number that is not negative, a text or a tuple of them."""
    if isinstance(value, int):
        return b"\x04" + number(value << 1)
    if isinstance(value, str):
        return b"\x06" + number(len(value.encode())) + value.encode()
    return b"\x0a" + number(len(value)) + b"".join(encoded(part) for part in value)


def estimate(values):
    """HyperLogLog with 2^14 registers and Ertl's estimator (arXiv 1702.01284, algorithm 6)."""
    greatest = {}
    for value in values:
        bits = blake3(encoded(value))
        register, rest = bits >> 50, bits & (1 << 50) - 1
        rank = 50 - rest.bit_length() + 1
        greatest[register] = max(greatest.get(register, 0), rank)
    registers = 1 << 14
    if not greatest:
        return 0
    power = total = (registers - len(greatest)) / registers
    factor = 1.0
    while power > 0:
        power *= power
        total += power * factor
        factor *= 2
    filled = sum(2.0**-rank for rank in greatest.values())
    return round(0.7213475204444817 * registers * registers / (registers * total + filled))


def expected(path):
    """The lines that the program prints."""
    visits, lines, crowded = Counter(), [], False
    for row in rows(path):
        visits[row["who"]] += int(row["n"])
        if not crowded and len(visits) > 90 and estimate(visits) >= 100:
            crowded = True
            lines.append(emit("crowded"))
    letters = {}
    for who in sorted(visits):
        letters.setdefault(who[0], []).append(who)
    return lines + [
        show("people", estimate(visits)),
        show("exact", len(visits)),
        show("pairs", estimate((a, b) for a in visits for b in visits)),
        show("exact_pairs", len(visits) ** 2),
        show("per_letter", {letter: estimate(group) for letter, group in letters.items()}),
        show("keys", estimate(visits)),
        show("often", estimate(who for who, n in visits.items() if n >= 3)),
        show("lengths", len({len(who) for who in visits})),
        show("nobody", 0),
    ]


if __name__ == "__main__":
    main(PROGRAMS / "crowd.expected.jsonl", expected(PROGRAMS / "crowd.csv"))
