"""What goes wrong, when, to whom, and for how long: decided by a seed before anything begins."""

import random
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal[
    "kill desk", "freeze desk", "restart desk", "cut", "stall", "blackout",
    "kill server", "freeze server", "restart server", "fill disk", "kill broker",
]  # fmt: skip

OF_DESKS: Final[tuple[tuple[Kind, int, float, float], ...]] = (
    ("kill desk", 4, 0.5, 6.0),
    ("freeze desk", 3, 1.0, 15.0),
    ("restart desk", 2, 0.2, 2.0),
    ("cut", 5, 1.0, 25.0),
    ("stall", 3, 2.0, 30.0),
    ("blackout", 2, 2.0, 8.0),
)
"""Each with its weight, and the shortest and longest it lasts, in seconds."""

OF_SERVER: Final[tuple[tuple[Kind, int, float, float], ...]] = (
    ("kill server", 3, 0.2, 5.0),
    ("freeze server", 2, 1.0, 8.0),
    ("restart server", 2, 0.1, 1.0),
    ("fill disk", 2, 5.0, 20.0),
)

BROKER_S: Final = (0.5, 15.0)
"""How long it stays dead."""

DESK_EVERY_S: Final = 4.0
SERVER_EVERY_S: Final = 40.0
BROKER_EVERY_S: Final = 45.0
"""Mean times between two faults of a desk, of the server and of the broker. The last two have one at a time each."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        at_s: seconds from the beginning.
        for_s: how long it lasts.
        desks: whom it hits; empty where it is the server or the broker.
    """

    at_s: float
    for_s: float
    kind: Kind
    desks: tuple[int, ...] = ()

    def __str__(self) -> str:
        """For the log."""
        whom = " " + ",".join(map(str, self.desks)) if self.desks else ""
        return f"{self.at_s:6.1f} s  {self.kind}{whom} for {self.for_s:.1f} s"


def plan(seed: int, seconds: float, desks: int, *, broker: bool = False) -> list[Fault]:
    """The faults of a run in time order; each is over when the run is. A ``broker`` changes nothing of the others."""
    dice = random.Random(seed)
    faults: list[Fault] = []
    at_s = dice.expovariate(1 / DESK_EVERY_S)
    while at_s < seconds:
        kind, for_s = _choose(dice, OF_DESKS)
        # A switch that fails takes many with it.
        count = desks if kind == "cut" and dice.random() < 0.15 else 1
        faults.append(Fault(at_s, min(for_s, seconds - at_s), kind, tuple(sorted(dice.sample(range(desks), count)))))
        at_s += dice.expovariate(1 / DESK_EVERY_S)
    at_s = dice.uniform(3.0, SERVER_EVERY_S / 4)
    while at_s < seconds:
        kind, for_s = _choose(dice, OF_SERVER)
        faults.append(Fault(at_s, min(for_s, seconds - at_s), kind))
        at_s += for_s + dice.expovariate(1 / SERVER_EVERY_S) + 3.0
    at_s = dice.uniform(2.0, BROKER_EVERY_S / 4)
    while broker and at_s < seconds:
        for_s = dice.uniform(*BROKER_S)
        faults.append(Fault(at_s, min(for_s, seconds - at_s), "kill broker"))
        at_s += for_s + dice.expovariate(1 / BROKER_EVERY_S) + 3.0
    return sorted(faults, key=lambda fault: fault.at_s)


def _choose(dice: random.Random, kinds: tuple[tuple[Kind, int, float, float], ...]) -> tuple[Kind, float]:
    kind, _, shortest_s, longest_s = dice.choices(kinds, weights=[weight for _, weight, _, _ in kinds])[0]
    return kind, dice.uniform(shortest_s, longest_s)
