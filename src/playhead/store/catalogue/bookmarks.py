"""Bookmarks: moments of recordings that people come back to, and show to others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import InvalidInputError, LimitError, NotFoundError
from playhead.base.ids import RecordingId, UserId
from playhead.domain.access import Sight
from playhead.domain.words import words_of
from playhead.store.catalogue.changes import note_changed
from playhead.store.catalogue.schema import bookmarks, recordings
from playhead.store.catalogue.sight import in_sight

TEXT_CHARS_MAX: Final = 200
"""As in the products that people know; the rest belongs into an evaluation."""
BOOKMARKS_OF_RECORDING_MAX: Final = 500
"""Of all people together: a player shows them all."""
BOOKMARKS_OF_USER_MAX: Final = 10_000
PAGE_ITEMS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A moment of a recording, or a stretch, with a remark."""

    recording: RecordingId
    user: UserId
    at_us: int
    """On the recording's timeline."""
    end_us: int | None
    text: str
    shared: bool
    created_at_us: int
    id: int = 0
    """Given when it is added."""


async def list_bookmarks(
    connection: AsyncConnection,
    user: UserId,
    sight: Sight,
    *,
    recording: RecordingId | None = None,
    words: Sequence[str] = (),
    before: int | None = None,
    limit: int = 50,
) -> list[Bookmark]:
    """Up to ``limit`` bookmarks, the newest first: a user's own and the shared ones, of recordings in sight.

    Args:
        connection: of the transaction.
        user: who asks.
        sight: what they may see.
        recording: only of this one.
        words: beginnings of words that the text must have.
        before: only those with a lower id.
        limit: 1 to `PAGE_ITEMS_MAX`.

    Raises:
        LimitError: ``list.limit``.
    """
    if not 1 <= limit <= PAGE_ITEMS_MAX:
        raise LimitError("list.limit", f"A page holds 1 to {PAGE_ITEMS_MAX} bookmarks, not {limit}.")
    rows: list[Row[Any]] = []
    if recording is not None:  # few; which of them are to be seen is looked at later, for the sake of one index
        query = bookmarks_query(sight, bookmarks.c.recording_id == recording, words, before)
        rows += [row for row in (await connection.execute(query)).all() if row.shared or row.user_id == user]
    else:  # one index each; both in one query would sort all of them
        for which in (bookmarks.c.user_id == user, and_(bookmarks.c.shared, bookmarks.c.user_id != user)):
            query = bookmarks_query(sight, which, words, before)
            rows += (await connection.execute(query.limit(limit))).all()
    return [_bookmark(row) for row in sorted(rows, key=lambda row: -row.id)[:limit]]


def bookmarks_query(
    sight: Sight, which: ColumnElement[bool], words: Sequence[str] = (), before: int | None = None
) -> Select[Any]:
    """Some of the bookmarks of recordings in sight, without a limit, newest first."""
    query = select(bookmarks).join(recordings, recordings.c.id == bookmarks.c.recording_id)
    query = query.where(which, in_sight(sight))
    for word in words:
        query = query.where(bookmarks.c.words.contains(f" {word}", autoescape=True))
    if before is not None:
        query = query.where(bookmarks.c.id < before)
    return query.order_by(bookmarks.c.id.desc())


async def get_bookmark(connection: AsyncConnection, bookmark: int, user: UserId) -> Bookmark:
    """One of a user's own, or a shared one; whether its recording is in sight is for the caller to ask.

    Raises:
        NotFoundError: ``bookmark.not_found``.
    """
    visible = or_(bookmarks.c.user_id == user, bookmarks.c.shared)
    row = (await connection.execute(select(bookmarks).where(bookmarks.c.id == bookmark, visible))).one_or_none()
    if row is None:
        raise NotFoundError("bookmark.not_found", "There is no such bookmark, or it is not shared.")
    return _bookmark(row)


async def add_bookmark(connection: AsyncConnection, bookmark: Bookmark) -> int:
    """Add one to a recording that exists; returns its id.

    Raises:
        InvalidInputError: ``bookmark.text``, ``bookmark.range``.
        LimitError: ``bookmark.recording``, ``bookmark.user``.
    """
    _check(bookmark)
    for column, value, most, code in (
        (bookmarks.c.recording_id, bookmark.recording, BOOKMARKS_OF_RECORDING_MAX, "bookmark.recording"),
        (bookmarks.c.user_id, bookmark.user, BOOKMARKS_OF_USER_MAX, "bookmark.user"),
    ):
        query = select(func.count()).select_from(bookmarks).where(column == value)
        if (await connection.execute(query)).scalar_one() >= most:
            whose = "A recording has" if code == "bookmark.recording" else "You can keep"
            raise LimitError(code, f"{whose} up to {most} bookmarks.", hint="Delete one that is not needed any more.")
    added = await connection.execute(insert(bookmarks).values(_values(bookmark)))
    if bookmark.shared:
        await note_changed(connection, [bookmark.recording])
    key = added.inserted_primary_key
    assert key is not None  # noqa: S101 # one row was inserted
    return key[0]


async def change_bookmark(connection: AsyncConnection, bookmark: Bookmark) -> None:
    """Make one what is given.

    Raises:
        InvalidInputError: ``bookmark.text``, ``bookmark.range``.
    """
    _check(bookmark)
    await connection.execute(update(bookmarks).where(bookmarks.c.id == bookmark.id).values(_values(bookmark)))
    await note_changed(connection, [bookmark.recording])


async def delete_bookmark(connection: AsyncConnection, bookmark: Bookmark) -> None:
    """Remove one. Harmless where it is gone already."""
    await connection.execute(delete(bookmarks).where(bookmarks.c.id == bookmark.id))
    if bookmark.shared:
        await note_changed(connection, [bookmark.recording])


def _check(bookmark: Bookmark) -> None:
    if not bookmark.text.strip() or len(bookmark.text) > TEXT_CHARS_MAX:
        raise InvalidInputError("bookmark.text", f"A bookmark needs a text of up to {TEXT_CHARS_MAX} characters.")
    if bookmark.end_us is not None and bookmark.end_us <= bookmark.at_us:
        raise InvalidInputError("bookmark.range", "A stretch ends after it begins.")


def _values(bookmark: Bookmark) -> dict[str, Any]:
    return {
        "recording_id": bookmark.recording,
        "user_id": bookmark.user,
        "at_us": bookmark.at_us,
        "end_us": bookmark.end_us,
        "text": bookmark.text,
        "words": f" {' '.join(words_of(bookmark.text))}",
        "shared": bookmark.shared,
        "created_at_us": bookmark.created_at_us,
    }


def _bookmark(row: Row[Any]) -> Bookmark:
    return Bookmark(
        row.recording_id, row.user_id, row.at_us, row.end_us, row.text, row.shared, row.created_at_us, row.id
    )
