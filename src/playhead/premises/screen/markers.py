"""What the markers of a segment tell the library, once no more will come: whether there was a blackout in it.

Markers are sealed like everything else, so taking a segment in does not show it. A workstation also says when it is
dark, but what it spooled while it was away comes without that.
"""

import asyncio
from typing import Any, Final

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from playhead.base.errors import CorruptError, PlayheadError, RefusedError
from playhead.premises.screen.recordings import Recordings
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.counters import get_counter, raise_counter
from playhead.store.catalogue.recordings import name_site
from playhead.store.catalogue.segments import Located, list_unexamined, note_examined
from playhead.store.disk import Readable
from playhead.store.keyring import Keyring
from playhead.store.segments import SegmentStore
from playhead.wire import vid
from playhead.wire.vid import Kind

EXAMINE_S: Final = 10.0
"""How often it is looked for segments that have ended."""

AT_ONCE: Final = 20
"""Segments looked up at a time."""

NAMED_AT_ONCE: Final = 500
"""Recordings whose site is noted in one transaction."""

MARKER_BYTES_MAX: Final = 4_096
"""A marker that is longer is not ours."""

MARKERS_MAX: Final = 10_000
"""Markers opened of one segment."""

_NAMED: Final = "recordings with a site"
"""A counter: 1 once every recording has one."""

_DARK: Final = "blackout.on"
_log: Any = structlog.get_logger()


class Markers:
    """Looks at what has ended.

    Args:
        catalogue: open.
        store: where the segments lie.
        keyring: opens them.
        recordings: told what was found.
    """

    def __init__(self, catalogue: Catalogue, store: SegmentStore, keyring: Keyring, recordings: Recordings) -> None:
        self._catalogue = catalogue
        self._store = store
        self._keyring = keyring
        self._recordings = recordings

    async def run(self, every_s: float = EXAMINE_S) -> None:
        """Look again and again, until cancelled."""
        are_named = False
        while True:
            try:
                while await self.examine():
                    pass
                if not are_named:
                    await self.name_sites()
                    are_named = True
            except PlayheadError as error:
                _log.warning("markers not looked at", code=error.code, reason=error.message)
            await asyncio.sleep(every_s)

    async def examine(self) -> int:
        """Look at some segments that nobody has looked at; returns how many there were.

        Raises:
            UnavailableError: ``catalogue.unavailable``, ``store.failed``: they are looked at the next time.
        """
        async with self._catalogue.reading() as connection:
            found = await list_unexamined(connection, limit=AT_ONCE)
        for located in found:
            dark = await asyncio.to_thread(self._is_dark, located)
            async with self._catalogue.writing(durable=False) as connection:
                await note_examined(connection, located.segment.id, has_blackout=dark)
            if dark:
                await self._recordings.darkened(located.segment.recording)
        return len(found)

    async def name_sites(self) -> None:
        """Say of the recordings from before sites were noted that they were made here; once for all.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        async with self._catalogue.reading() as connection:
            are_named = await get_counter(connection, _NAMED)
        while not are_named:
            async with self._catalogue.writing(durable=False) as connection:
                if await name_site(connection, str(self._keyring.site), NAMED_AT_ONCE) == 0:
                    await raise_counter(connection, _NAMED, 1)
                    return

    def _is_dark(self, located: Located) -> bool:
        """Whether a segment tells of a blackout, as far as it can be read. Blocks."""
        try:
            file = self._store.view(located.location)
            try:
                return has_blackout(file, located.segment.durable_bytes, self._keyring.recording_key)
            finally:
                file.close()
        except (CorruptError, RefusedError) as error:
            _log.warning("markers not readable", segment=str(located.segment.id), code=error.code)
            return False


def has_blackout(file: Readable, durable_bytes: int, site_key: X25519PrivateKey) -> bool:
    """Whether a segment's markers tell of a blackout. Blocks; reads 40 bytes a record, and the markers.

    Raises:
        CorruptError: ``vid.*``.
        RefusedError: ``vid.recipient``.
    """
    header, begin = vid.read_header(file.read_at)
    data_key = vid.open_data_key(header, site_key)
    opened = 0
    for found in vid.glance(file.read_at, durable_bytes, begin):
        if found.kind == Kind.MARKER and found.body_bytes <= MARKER_BYTES_MAX and opened < MARKERS_MAX:
            opened += 1
            if _code(vid.open_at(file.read_at, data_key, found.scanned)) == _DARK:
                return True
    return False


class _Said(msgspec.Struct):
    code: str = ""


def _code(said: bytes) -> str:
    try:
        return msgspec.json.decode(said, type=_Said).code
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return ""  # sealed like this: the player says so where it is played
