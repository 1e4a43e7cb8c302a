"""Tags: what people call recordings, so that they find them again."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import LimitError
from playhead.base.ids import RecordingId, UserId
from playhead.store.catalogue.changes import note_changed
from playhead.store.catalogue.schema import tags

TAGS_OF_RECORDING_MAX: Final = 20
"""Tags of one recording: more are no help to anybody."""

TAGS_OF_SITE_MAX: Final = 2_000
"""Different tags at a site: a number for each call belongs into a text, and not into a list to choose from."""


async def add_tag(
    connection: AsyncConnection, recording: RecordingId, tag: str, *, by_user: UserId, now_us: int
) -> bool:
    """Tag a recording that exists; returns whether it was not tagged so before.

    Args:
        connection: of the transaction.
        recording: which.
        tag: as `playhead.domain.words.tag_of` gives it.
        by_user: who does it.
        now_us: wall time.

    Raises:
        LimitError: ``tag.recording``, ``tag.site``.
    """
    present = (await connection.execute(select(tags.c.tag).where(tags.c.recording_id == recording))).scalars().all()
    if tag in present:
        return False
    if len(present) >= TAGS_OF_RECORDING_MAX:
        raise LimitError("tag.recording", f"A recording has up to {TAGS_OF_RECORDING_MAX} tags.")
    if not await _is_known(connection, tag) and len(await _different(connection)) >= TAGS_OF_SITE_MAX:
        message = f"A site has up to {TAGS_OF_SITE_MAX} different tags."
        raise LimitError("tag.site", message, hint="Use one that exists, or a bookmark for what is special.")
    values = {"recording_id": recording, "tag": tag, "by_user": by_user, "at_us": now_us}
    await connection.execute(insert(tags), values)
    await note_changed(connection, [recording])
    return True


async def remove_tag(connection: AsyncConnection, recording: RecordingId, tag: str) -> bool:
    """Take a tag off a recording; returns whether it had it."""
    gone = await connection.execute(delete(tags).where(tags.c.recording_id == recording, tags.c.tag == tag))
    if gone.rowcount == 0:
        return False
    await note_changed(connection, [recording])
    return True


async def tags_of(connection: AsyncConnection, recordings: Sequence[RecordingId]) -> dict[RecordingId, tuple[str, ...]]:
    """The tags of those recordings that have some, sorted."""
    query = select(tags.c.recording_id, tags.c.tag).where(tags.c.recording_id.in_(recordings)).order_by(tags.c.tag)
    found: dict[RecordingId, tuple[str, ...]] = {}
    for row in (await connection.execute(query)).all():
        found[row.recording_id] = (*found.get(row.recording_id, ()), row.tag)
    return found


async def _is_known(connection: AsyncConnection, tag: str) -> bool:
    query = select(tags.c.tag).where(tags.c.tag == tag).limit(1)
    return (await connection.execute(query)).scalar_one_or_none() is not None


async def _different(connection: AsyncConnection) -> list[str]:
    """Every tag, each found from the one before: reads one row a tag, however many recordings have it."""
    every = select(func.min(tags.c.tag).label("tag")).cte("every", recursive=True)
    following = select(func.min(tags.c.tag)).where(tags.c.tag > every.c.tag).scalar_subquery()
    every = every.union_all(select(following).where(every.c.tag.isnot(None)))
    query = select(every.c.tag).where(every.c.tag.isnot(None)).limit(TAGS_OF_SITE_MAX)
    return list((await connection.execute(query)).scalars())
