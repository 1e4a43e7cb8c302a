"""What changes, fanned out to the pages that are open.

One task follows the workstations and looks a changed recording up once, for however many pages there are. A page that
does not fetch what it is sent loses it, and is told to load its lists again: nothing grows with a slow peer.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self

import structlog

from playhead.base.errors import PlayheadError, UnavailableError
from playhead.base.ids import RecordingId
from playhead.base.instants import wall_us
from playhead.domain.access import Action, OfAgent, Who, may
from playhead.domain.live import (
    CoverageChanged,
    HealthChanged,
    LiveWorkstation,
    RecordingChanged,
    Resync,
    WorkstationChanged,
)
from playhead.domain.recordings import Recording
from playhead.net.inbox import Inbox
from playhead.portal.api.coverage_models import present_item
from playhead.portal.api.health_models import health_item
from playhead.portal.api.models import RecordingItem, WorkstationItem, live_item, recording_item
from playhead.portal.metrics import WATCHERS
from playhead.portal.needs import Control
from playhead.store.catalogue import Catalogue, recordings

WATCHERS_MAX: Final = 500
"""Pages that follow changes at a time."""

WAITING_MAX: Final = 256
"""News kept for a page that is slow."""

TOLD_ONE_BY_ONE_MAX: Final = 50
"""Recordings changed by one request: of more, a page loads its list faster than it takes the news."""

REFRESH_S: Final = 2.0
"""How often pages hear how far the recordings under way have come. A page that hears nothing new of one for five
seconds says so."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class News:
    """One thing that changed, ready to be sent."""

    event: str
    """Name of the server-sent event: ``recordings``, ``workstations``, ``coverage``, ``health``, ``resync``."""
    data: str
    """JSON."""
    about: OfAgent | None = None
    """Who may see this may hear of it; None for everyone."""


RESYNC: Final = News("resync", "{}")


class Watcher:
    """One page that is open. Used as a context manager."""

    def __init__(self, feed: "Feed", who: Who) -> None:
        self._feed = feed
        self.who = who
        """What it may see is decided for them; renewed while the page is open."""
        self._waiting: Inbox[News] = Inbox()

    def __enter__(self) -> Self:
        self._feed.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._feed.remove(self)

    def offer(self, news: News) -> None:
        """Put it in line, if its page may see it; never waits."""
        if news.about is not None and not may(self.who, Action.VIEW, news.about):
            return
        if len(self._waiting) >= WAITING_MAX:
            self._waiting.clear()
            news = RESYNC
        self._waiting.add(news)

    async def next(self, timeout_s: float) -> News | None:
        """The next one, or None when there was none for ``timeout_s``."""
        return await self._waiting.next(timeout_s)


class Feed:
    """Follows the site's changes for all pages."""

    def __init__(self, catalogue: Catalogue, control: Control) -> None:
        self._catalogue = catalogue
        self._control = control
        self._watchers: set[Watcher] = set()

    def watch(self, who: Who) -> Watcher:
        """What changes from the ``with`` on, as far as ``who`` may see it.

        Raises:
            UnavailableError: ``events.full``.
        """
        if len(self._watchers) >= WATCHERS_MAX:
            raise UnavailableError("events.full", f"{WATCHERS_MAX} pages follow changes already.")
        return Watcher(self, who)

    def add(self, watcher: Watcher) -> None:
        """Send it news from now on."""
        self._watchers.add(watcher)
        WATCHERS.set(len(self._watchers))

    def remove(self, watcher: Watcher) -> None:
        """Send it none any more."""
        self._watchers.discard(watcher)
        WATCHERS.set(len(self._watchers))

    def item(self, recording: Recording) -> RecordingItem:
        """A recording for the wire."""
        return recording_item(recording, self._control.progress_age_us(recording.id))

    def workstation_item(self, live: LiveWorkstation) -> WorkstationItem:
        """A workstation for the wire."""
        age_us = None if live.recording is None else self._control.progress_age_us(live.recording)
        return live_item(live, age_us)

    async def changed(self, recordings: Sequence[RecordingId]) -> None:
        """Tell the pages of recordings that a page has changed. Of many they are told to load their lists again."""
        if len(recordings) > TOLD_ONE_BY_ONE_MAX:
            self._publish([RESYNC])
            return
        for recording in recordings:
            await self._recording_changed(recording)

    async def run(self) -> None:
        """Follow until cancelled, or until the workstations are no longer followed."""
        refreshing = asyncio.create_task(self._refresh())
        try:
            with self._control.subscribe() as changes:
                async for change in changes:
                    match change:
                        case RecordingChanged(recording):
                            await self._recording_changed(recording)
                        case WorkstationChanged(workstation):
                            self._publish([_workstation_news(self.workstation_item(workstation))])
                        case CoverageChanged(present):
                            data = present_item(present).model_dump_json(by_alias=True)
                            self._publish([News("coverage", data, OfAgent(present.agent))])
                        case HealthChanged(problems):
                            self._publish([News("health", health_item(problems).model_dump_json(by_alias=True))])
                        case Resync():
                            self._publish([RESYNC])
                        case _:
                            pass
        finally:
            refreshing.cancel()

    async def _recording_changed(self, identifier: RecordingId) -> None:
        if not self._watchers:
            return
        try:
            async with self._catalogue.reading() as connection:
                found = await recordings.find_recording(connection, identifier)
        except PlayheadError as error:
            _log.warning("a change was not looked up", code=error.code)
            self._publish([RESYNC])
            return
        self._publish([RESYNC if found is None else _recording_news(self.item(found))])

    async def _refresh(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_S)
            if not self._watchers:
                continue
            try:
                async with self._catalogue.reading() as connection:
                    under_way = await recordings.list_unfinished(connection)
            except PlayheadError as error:
                _log.warning("recordings under way were not looked up", code=error.code)
                continue
            self._publish(_recording_news(self.item(one)) for one in under_way)

    def _publish(self, news: Iterable[News]) -> None:
        for one in news:
            for watcher in self._watchers:
                watcher.offer(one)


def _recording_news(item: RecordingItem) -> News:
    return News("recordings", item.model_dump_json(by_alias=True), OfAgent(item.agent, wall_us(item.started_at)))


def _workstation_news(item: WorkstationItem) -> News:
    return News("workstations", item.model_dump_json(by_alias=True), OfAgent(item.agent))
