"""What the scripted agent types and finds on its disk: plain ASCII, drawn from a seeded generator. Nobody is real."""

import random

_FIRST = ("Ada", "Bela", "Chidi", "Dunya", "Elif", "Farid", "Greta", "Hana", "Ivo", "Joana", "Kofi", "Lena")
_LAST = ("Amsel", "Birch", "Castro", "Dahl", "Eklund", "Ferro", "Grieg", "Holm", "Iversen", "Jansen", "Keller", "Lund")
_PRODUCTS = ("router", "handset", "meter", "modem", "sensor", "gateway", "tablet", "charger")
_OPENINGS = ("Customer reports that", "Caller says", "We agreed that", "Checked with dispatch:", "Second call today:")
_TROUBLES = (
    "the {0} restarts twice a day since the move",
    "the {0} was delivered to the neighbour",
    "invoice and order differ by one {0}",
    "the new {0} shows a red light after the update",
    "the {0} works, but the app does not find it",
)
_ENDINGS = (
    "Sent a replacement, arrives Thursday.",
    "Asked to call back after the engineer was there.",
    "Credit note written, customer is content.",
    "Moved to second line with the serial number.",
    "Explained the steps, it works again.",
)
_COMMANDS = (
    "grep -n timeout service.log | tail -n 25",
    "tail -n 40 service.log",
    "ls -l --time-style=iso cases",
    "grep -c retry service.log",
    "cut -d' ' -f3 service.log | sort | uniq -c | sort -rn | head",
    "head -n 30 cases/case-00{0}.txt",
    "awk '$4 == \"ERROR\"' service.log | tail -n 20",
)
_PARTS = ("billing", "orders", "dispatch", "identity", "messages", "metering")
_LEVELS = ("INFO", "INFO", "INFO", "INFO", "WARN", "ERROR")
_EVENTS = (
    "request served in {0} ms",
    "retry {1} after timeout",
    "queue depth {0}",
    "record {0} saved",
    "cache refreshed, {0} entries",
    "upstream timeout after {0} ms",
)


def person(dice: random.Random) -> tuple[str, str]:
    """First and last name."""
    return dice.choice(_FIRST), dice.choice(_LAST)


def telephone(dice: random.Random) -> str:
    """A number from the range that is kept for fiction (Ofcom: 020 7946 0xxx)."""
    return f"020 7946 0{dice.randint(100, 999)}"


def filter_word(dice: random.Random) -> str:
    """A word that occurs in the orders table."""
    return dice.choice(_PRODUCTS)


def trouble(dice: random.Random) -> str:
    """What is wrong, as an agent notes it."""
    return f"{dice.choice(_OPENINGS)} {dice.choice(_TROUBLES).format(dice.choice(_PRODUCTS))}."


def ending(dice: random.Random) -> str:
    """What was done about it."""
    return dice.choice(_ENDINGS)


def command(dice: random.Random) -> str:
    """A shell command about the files that `log_lines` and `case` fill."""
    return dice.choice(_COMMANDS).format(dice.randint(1, 9))


def log_lines(dice: random.Random, count: int) -> str:
    """A service's log of ``count`` lines."""
    lines: list[str] = []
    second = 8 * 3600
    for _ in range(count):
        second += dice.randint(0, 9)
        text = dice.choice(_EVENTS).format(dice.randint(10, 4000), dice.randint(1, 3))
        at = f"{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}"
        lines.append(f"2026-11-02 {at} {dice.choice(_PARTS)} {dice.choice(_LEVELS)} {text}")
    return "\n".join(lines) + "\n"


def case(dice: random.Random) -> str:
    """The text of one past case."""
    first, last = person(dice)
    lines = [f"Customer: {first} {last}", f"Telephone: {telephone(dice)}", ""]
    lines += [f"{trouble(dice)} {ending(dice)}" for _ in range(dice.randint(12, 24))]
    return "\n".join(lines) + "\n"
