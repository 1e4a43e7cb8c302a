"""What could not be taken in or made, and waits for somebody to look at it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from playhead.base.ids import RecordingId, WorkstationId

Kind = Literal["segment", "upload", "object"]
"""A segment, a file made of recordings to be taken elsewhere (an export), or a segment's way to the object store."""

Place = Literal["store", "aside", "workstation", "nowhere"]
"""Where it waits. ``store``: in its place, lacking bytes that were acknowledged. ``aside``: in the quarantine folder.
``workstation``: it was refused, and its workstation keeps it. ``nowhere``: there is nothing to keep."""

REFUSED_MAX: Final = 200
"""Refused segments listed of one workstation: beyond, the oldest goes. Its files stay where they are, with it."""

TAKEN_ELSEWHERE: Final = frozenset({"recording.erased"})
"""Final refusals that say nothing bad of a segment: nobody needs to look at it."""

OrderName = Literal["retry", "drop"]
"""What a workstation is to do with a segment that it keeps: offer it again, or remove it."""

OrderState = Literal["waiting", "told", "failed"]
"""``waiting``: the workstation is told when it connects next. ``told``: it offers the segment again. ``failed``: it
could not."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was decided about a segment that waits at its workstation."""

    name: OrderName
    state: OrderState = "waiting"
    message: str = ""
    """Why it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """One thing that waits."""

    kind: Kind
    subject: str
    """What it is, among its kind: a segment's id, or which export."""
    place: Place
    code: str
    """Why: a stable code."""
    message: str
    """The same as a sentence."""
    at_us: int
    """When it was last found so, in wall time."""
    recording: RecordingId | None = None
    workstation: WorkstationId | None = None
    location: str = ""
    """Where its file lies, below the store's folder; empty where there is none."""
    bytes: int = 0
    """Of the file; of a refused segment, those that were taken before the fault."""
    details: Mapping[str, str | int] = field(default_factory=dict[str, str | int])
    """What trying again takes."""
    order: Order | None = None
    """What its workstation is to do, where that was decided and is not over."""
    id: int = 0
    """In the list; 0 before it is there."""
    first_at_us: int = 0
    attempts: int = 1
