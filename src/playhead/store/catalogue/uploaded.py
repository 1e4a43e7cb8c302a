"""A segment's object is proven: what changes with that."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.domain.events import uploaded
from playhead.domain.uploads import Upload, UploadState
from playhead.store.catalogue.outbox import add_events
from playhead.store.catalogue.recordings import find_recording
from playhead.store.catalogue.segments import find_segment
from playhead.store.catalogue.uploads import begin_anew, complete_uploads_of, forget_parts, save_upload


async def note_verified(connection: AsyncConnection, upload: Upload, now_us: int) -> bool:
    """The object is what the segment was when it was stored; returns whether there is more by now.

    Where that was the last of its recording, everybody hears of it.
    """
    located = await find_segment(connection, upload.segment)
    if located is None:
        return True  # its object is to be deleted
    if located.segment.durable_bytes != upload.size_bytes:
        await begin_anew(connection, upload)
        return True
    verified = replace(upload, state=UploadState.VERIFIED, verified_at_us=now_us, attempts=0, code="")
    await save_upload(connection, verified)
    await forget_parts(connection, upload.segment)
    whole = await complete_uploads_of(connection, upload.recording)
    recording = await find_recording(connection, upload.recording)
    if whole is not None and recording is not None:
        segments, size_bytes = whole
        await add_events(connection, [uploaded(recording, segments, size_bytes, now_us)])
    return False
