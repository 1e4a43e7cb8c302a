"""Each wrong order is planted once, and the promise that it breaks is found broken within a few seeds."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

import pytest

from playhead.domain import retention as retention_rules
from playhead.store.catalogue import retention
from playhead.store.catalogue.segments import Located
from playhead.store.segments import commit, committer, store
from playhead.store.segments.committer import Committer
from playhead.store.segments.store import SegmentStore
from playhead.testing.office import keeping
from playhead.testing.office.office import DESK, LARGE, Size
from playhead.testing.office.play import play
from playhead.wire.screen.messages import End
from playhead.workstation import spool_files
from playhead.workstation.intake import Intake
from playhead.workstation.orders import Orders
from playhead.workstation.shipping import Shipping
from playhead.workstation.state_file import StateFile
from playhead.workstation.wanted import Wanted

Mutation = Callable[[], AbstractContextManager[object]]


def nothing(*_arguments: object, **_more: object) -> None:
    """In the place of something that should be done."""


@contextmanager
def index_before_file() -> Iterator[None]:
    right = Committer._commit

    async def wrong(self: Committer) -> None:
        works = [committer._take(segment) for segment in self._dirty]
        created = [work.segment.located(work.progress) for work in works if not work.segment.recorded]
        progress = [work.progress for work in works if work.segment.recorded and committer._is_news(work)]
        await self._ledger.record(created, progress)
        for work in works:
            work.segment.recorded = True
            work.segment.pending, work.segment.pending_bytes = work.data, work.size
            work.segment.written -= work.size
        await right(self)

    with patch.object(Committer, "_commit", wrong):
        yield


@contextmanager
def index_twice() -> Iterator[None]:
    numbers = iter(range(10, 10_000))

    async def nowhere(self: SegmentStore, located: Located, *_: object) -> None:
        await self._ledger.forget(located.segment.id)

    with (
        patch.object(SegmentStore, "_reopened", nowhere),
        patch.object(store, "location_of", lambda segment, _: f"2027/{next(numbers)}/01/{segment}.vid"),
    ):
        yield


@contextmanager
def removed_when_sent() -> Iterator[None]:
    right = Shipping._end

    def wrong(self: Shipping, channel: Any) -> End:
        end = right(self, channel)
        self._spool.remove(channel.segment)
        return end

    with patch.object(Shipping, "_end", wrong):
        yield


@contextmanager
def finished_before_synced() -> Iterator[None]:
    class Unsynced:
        def sync(self) -> None:
            """Not now."""

    right = spool_files.finish

    def wrong(disk: Any, folders: Any, segment: Any, file: Any) -> None:
        del file
        right(disk, folders, segment, Unsynced())

    with patch.object(spool_files, "finish", wrong):
        yield


@contextmanager
def commands_forgotten() -> Iterator[None]:
    right = StateFile.load

    def wrong(self: StateFile) -> Any:
        state = right(self)
        return type(state)(**{name: getattr(state, name) for name in state.__struct_fields__} | {"command": -1})

    with patch.object(StateFile, "load", wrong):
        yield


MUTATIONS: dict[str, tuple[Mutation, str]] = {
    "acknowledged before the file is synced": (lambda: patch.object(commit, "_sync", nothing), "cknowledged"),
    "the file is synced, its folder is not": (lambda: patch.object(commit, "_sync_folders", nothing), "cknowledged"),
    "the index knows before the file": (index_before_file, "uarantine"),
    "indexed twice when offered again": (index_twice, "twice|cknowledged"),
    "the spool is emptied when all is sent": (removed_when_sent, "spool keeps"),
    "finished in the spool before it is synced": (finished_before_synced, "in the spool is whole"),
    "commands are forgotten with the program's end": (commands_forgotten, "twice"),
    "a look that is under way outlives a blackout's beginning": (
        lambda: patch.object(Intake, "is_shut_for", lambda *_: False),
        "under a blackout",
    ),
    "a blackout is forgotten with the program's end": (lambda: patch.object(Orders, "darken", nothing), "a blackout"),
    "a gap without its reason": (lambda: patch.object(Wanted, "place", lambda *_: []), "reason"),
}

SEEDS = range(120)
"""Within so many seeds each is found."""


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_wrong_order_is_found(name: str) -> None:
    mutation, said = MUTATIONS[name]
    with mutation():
        is_found = any(re.search(said, broken(seed)) for seed in SEEDS)
    assert is_found, f"{len(SEEDS)} seeds have not noticed"


@contextmanager
def days_too_short() -> Iterator[None]:
    with (
        patch.object(retention_rules, "DAY_US", retention_rules.DAY_US // 2),
        patch.object(retention, "DAY_US", retention_rules.DAY_US // 2),
    ):
        yield


async def no_hold(*_: object) -> bool:
    return True


@pytest.mark.parametrize(
    ("mutation", "said"),
    [
        pytest.param(days_too_short, "never early", id="days that are too short"),
        pytest.param(lambda: patch.object(keeping, "add_hold", no_hold), "what is held", id="a hold that is not kept"),
    ],
)
def test_wrong_keeping_is_found(mutation: Mutation, said: str) -> None:
    with mutation():
        assert any(re.search(said, broken(seed, LARGE)) for seed in range(5))


def broken(seed: int, size: Size = DESK) -> str:
    """What a run says is broken."""
    try:
        play(seed, size)
    except AssertionError as error:
        return str(error)
    return ""
