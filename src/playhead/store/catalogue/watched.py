"""Who saw a recording, and who ordered it: what the audit log says about some recordings."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.ids import RecordingId
from playhead.domain.recordings import Recording
from playhead.store.catalogue.schema import audit

How = Literal["played", "live", "exported"]

ACTIONS: Final[dict[str, How]] = {
    "recording.viewed": "played",
    "recording.played": "played",
    "recording.watched": "live",
    "wall.watched": "live",
    "export.made": "exported",
    "recording.exported": "exported",
}
"""What counts as seeing it."""

WATCHED_MAX: Final = 50
"""Told of one recording, the newest."""

ORDERS_MAX: Final = 10_000
"""Orders looked at for one page of recordings."""

ORDER_US: Final = 900_000_000
"""An order is noted within so long of the recording's beginning: when the workstation has answered."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Somebody saw a recording."""

    by: str
    """A user's id."""
    at_us: int
    how: How
    from_ms: int | None = None
    """Where they began, from the recording's beginning; None where that is not known."""
    to_ms: int | None = None


async def watched_of(connection: AsyncConnection, wanted: Sequence[RecordingId]) -> dict[RecordingId, list[Watched]]:
    """Who saw each of some recordings, newest first, each at most `WATCHED_MAX` times.

    That somebody opened it is left out where it is known what they played.
    """
    by_text = {str(recording): recording for recording in wanted}
    place = func.row_number().over(partition_by=audit.c.subject, order_by=audit.c.id.desc()).label("place")
    columns = (audit.c.actor, audit.c.at_us, audit.c.action, audit.c.subject, audit.c.details, audit.c.id, place)
    rows = select(*columns).where(audit.c.subject.in_(by_text), audit.c.action.in_(ACTIONS)).subquery()
    query = select(rows).where(rows.c.place <= WATCHED_MAX).order_by(rows.c.id.desc())
    found: defaultdict[RecordingId, list[Watched]] = defaultdict(list)
    played: set[tuple[str, str]] = set()
    for row in (await connection.execute(query)).all():
        who = (row.subject, row.actor)
        if row.action == "recording.played":
            played.add(who)
        elif row.action == "recording.viewed" and who in played:
            continue
        seen = Watched(
            row.actor, row.at_us, ACTIONS[row.action], _ms(row.details.get("from_ms")), _ms(row.details.get("to_ms"))
        )
        found[by_text[row.subject]].append(seen)
    return found


async def ordered_of(connection: AsyncConnection, wanted: Sequence[Recording]) -> dict[RecordingId, str]:
    """Who ordered each of some recordings; those that began without an order are left out."""
    if not wanted:
        return {}
    starts = [one.started_at_us for one in wanted]
    query = select(audit.c.actor, audit.c.details).where(
        audit.c.action == "recording.start",
        audit.c.subject.in_({str(one.workstation) for one in wanted}),
        audit.c.at_us.between(min(starts) - ORDER_US, max(starts) + ORDER_US),
    )
    by_text = {str(one.id): one.id for one in wanted}
    found: dict[RecordingId, str] = {}
    for row in (await connection.execute(query.order_by(audit.c.id).limit(ORDERS_MAX))).all():
        recording = by_text.get(str(row.details.get("detail", "")))
        if recording is not None and "outcome" not in row.details:
            found[recording] = row.actor
    return found


def _ms(value: object) -> int | None:
    return value if isinstance(value, int) else None
