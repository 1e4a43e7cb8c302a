"""``/api/bookmarks``: moments of recordings that people come back to, and show to others."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from playhead.base.errors import RefusedError
from playhead.base.ids import RecordingId
from playhead.domain.access import Action, Installation, sight
from playhead.domain.words import QUESTION_CHARS_MAX, searched_words
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.library_models import (
    BookmarkChange,
    BookmarkInput,
    BookmarkItem,
    BookmarkPage,
    bookmark_item,
)
from playhead.portal.api.permissions import needs
from playhead.portal.api.recordings import visible_recording
from playhead.portal.api.views import number, person
from playhead.portal.callers import Caller, Changing, Reading
from playhead.portal.changes import changing
from playhead.portal.parts import Parts, parts_of
from playhead.store.catalogue import bookmarks
from playhead.store.catalogue.bookmarks import PAGE_ITEMS_MAX, Bookmark
from playhead.store.catalogue.recordings import get_recording

router = APIRouter(prefix="/api/bookmarks", tags=["bookmarks"], responses=ERRORS)


@router.get("", operation_id="listBookmarks", openapi_extra=needs(Action.VIEW))
async def list_bookmarks(
    request: Request,
    caller: Reading,
    *,
    recording: Annotated[str | None, Query(max_length=36)] = None,
    q: Annotated[str, Query(max_length=QUESTION_CHARS_MAX, description="Beginnings of words.")] = "",
    before: Annotated[str | None, Query(max_length=18, pattern="^[0-9]+$")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_ITEMS_MAX)] = 50,
) -> BookmarkPage:
    """One's own bookmarks and the shared ones, of recordings that the caller may see; the newest first."""
    user = caller.who.user
    async with parts_of(request).catalogue.reading() as connection:
        found = await bookmarks.list_bookmarks(
            connection,
            user,
            sight(caller.who, Action.VIEW),
            recording=None if recording is None else RecordingId.parse(recording),
            words=searched_words(q),
            before=None if before is None else int(before),
            limit=limit,
        )
    items = [bookmark_item(one, mine=one.user == user) for one in found]
    return BookmarkPage(items=items, next=items[-1].id if len(items) == limit else None)


@router.post("", operation_id="addBookmark", status_code=201, openapi_extra=needs(Action.VIEW))
async def add_bookmark(request: Request, caller: Changing, wanted: BookmarkInput) -> BookmarkItem:
    """Bookmark a moment, or a stretch. One that others see takes the permission to annotate."""
    parts, user = parts_of(request), person(caller)
    recording = await _annotated(parts, caller, RecordingId.parse(wanted.recording), shared=wanted.shared)
    bookmark = Bookmark(
        recording=recording,
        user=user,
        at_us=wanted.at_ms * 1000,
        end_us=None if wanted.end_ms is None else wanted.end_ms * 1000,
        text=wanted.text.strip(),
        shared=wanted.shared,
        created_at_us=parts.clock.wall_us(),
    )
    async with changing(parts, caller, str(recording)) as change:
        await get_recording(change.connection, recording)  # it may have been erased meanwhile
        bookmark = replace(bookmark, id=await bookmarks.add_bookmark(change.connection, bookmark))
        if bookmark.shared:
            await change.note("bookmark.added", str(recording), {"detail": bookmark.text})
    return bookmark_item(bookmark, mine=True)


@router.patch("/{bookmark}", operation_id="changeBookmark", openapi_extra=needs("own"))
async def change_bookmark(request: Request, caller: Changing, bookmark: str, wanted: BookmarkChange) -> BookmarkItem:
    """Change one of one's own bookmarks."""
    parts = parts_of(request)
    before = await _found(parts, caller, bookmark)
    if before.user != person(caller):
        raise RefusedError("access.refused", "This bookmark is somebody else's.", hint="Make one of your own.")
    after = _changed(before, wanted)
    await _annotated(parts, caller, after.recording, shared=before.shared or after.shared)
    async with changing(parts, caller, str(after.recording)) as change:
        await bookmarks.change_bookmark(change.connection, after)
        if before.shared or after.shared:
            await change.note("bookmark.changed", str(after.recording), {"detail": after.text})
    return bookmark_item(after, mine=True)


@router.delete("/{bookmark}", operation_id="deleteBookmark", status_code=204, openapi_extra=needs("own"))
async def delete_bookmark(request: Request, caller: Changing, bookmark: str) -> Response:
    """Remove one of one's own bookmarks; whoever administers may remove those that others share."""
    parts = parts_of(request)
    before = await _found(parts, caller, bookmark)
    if before.user != caller.who.user:
        await caller.require(parts, Action.ADMINISTER, Installation(), f"bookmark {before.id}")
    async with changing(parts, caller, str(before.recording)) as change:
        await bookmarks.delete_bookmark(change.connection, before)
        if before.shared:
            await change.note("bookmark.deleted", str(before.recording), {"detail": before.text})
    return Response(status_code=204)


async def _found(parts: Parts, caller: Caller, bookmark: str) -> Bookmark:
    async with parts.catalogue.reading() as connection:
        return await bookmarks.get_bookmark(connection, number(bookmark, "bookmark"), caller.who.user)


async def _annotated(parts: Parts, caller: Caller, recording: RecordingId, *, shared: bool) -> RecordingId:
    """The recording, if the caller may see it and, for others to see, annotate it."""
    found = await visible_recording(parts, caller, recording)
    if shared:
        await visible_recording(parts, caller, recording, Action.ANNOTATE)
    return found.id


def _changed(before: Bookmark, wanted: BookmarkChange) -> Bookmark:
    changes: dict[str, Any] = {}
    if wanted.at_ms is not None:
        changes["at_us"] = wanted.at_ms * 1000
    if "end_ms" in wanted.model_fields_set:
        changes["end_us"] = None if wanted.end_ms is None else wanted.end_ms * 1000
    if wanted.text is not None:
        changes["text"] = wanted.text.strip()
    if wanted.shared is not None:
        changes["shared"] = wanted.shared
    return replace(before, **changes)
