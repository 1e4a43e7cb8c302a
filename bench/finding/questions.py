"""What supervisors ask a library: every filter by itself, and filters in combination."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from finding.catalogue import AGENTS, BEGIN_US, DESKS, GROUPS, SITES, TAGS, WORDS, YEARS_US, agent, desk

Params = dict[str, str | int | list[str]]
ORDERS = ("-started", "started", "-length", "length")


def _day(rng: Random, days: int) -> Params:
    begin = datetime.fromtimestamp((BEGIN_US + rng.random() * YEARS_US) / 1e6, UTC)
    return {"from": begin.isoformat(), "to": (begin + timedelta(days=days)).isoformat()}


FILTERS: dict[str, Callable[[Random], Params]] = {
    "none": lambda _: {},
    "agent": lambda rng: {"agent": agent(rng.randrange(AGENTS))},
    "five agents": lambda rng: {"agent": [agent(rng.randrange(AGENTS)) for _ in range(5)]},
    "group": lambda rng: {"group": f"group-{rng.randrange(GROUPS)}"},
    "workstation": lambda rng: {"workstation": desk(rng.randrange(DESKS))},
    "site": lambda rng: {"site": rng.choice(SITES)},
    "state": lambda rng: {"state": rng.choice(["recording", "complete", "interrupted"])},
    "tag": lambda rng: {"tag": rng.choice(TAGS)},
    "three tags": lambda rng: {"tag": rng.sample(TAGS, 3)},
    "day": lambda rng: _day(rng, 1),
    "quarter": lambda rng: _day(rng, 91),
    "shortest": lambda rng: {"minLength": rng.choice([60, 600, 1800, 3600])},
    "longest": lambda rng: {"maxLength": rng.choice([5, 30, 300])},
    "length": lambda rng: {"minLength": (begin := rng.randrange(10, 2000)), "maxLength": begin + 5},
    "gap": lambda rng: {"gap": rng.choice(["true", "false"])},
    "blackout": lambda rng: {"blackout": rng.choice(["true", "false"])},
    "held": lambda rng: {"held": rng.choice(["true", "false"])},
    "text: a word": lambda rng: {"q": rng.choice(WORDS)},
    "text: a name": lambda rng: {"q": agent(rng.randrange(AGENTS)).partition(".")[2]},
    "text: three words": lambda rng: {"q": " ".join([rng.choice(WORDS), rng.choice(WORDS)[:3], "pc"])},
    "text: nothing has it": lambda rng: {"q": f"zz{rng.randrange(1000)}"},
    "two that exclude": lambda _: {"tag": "billing", "blackout": "true"},
}


def combination(rng: Random) -> Params:
    """Two to five filters at once."""
    asked: Params = {}
    for name in rng.sample(sorted(set(FILTERS) - {"none", "two that exclude"}), rng.randint(2, 5)):
        asked = FILTERS[name](rng) | asked
    return asked
