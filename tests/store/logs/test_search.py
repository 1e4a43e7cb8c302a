from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store.logs.loglines import START_US, some_lines

from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.base.instants import rfc3339
from playhead.domain.logs import QUESTION_CHARS_MAX, Cursor, Level, LogLine, LogQuery
from playhead.store.disk import SystemDisk
from playhead.store.logs import LogSearch, files, list_files, packing
from playhead.store.logs.journal import Journal
from playhead.store.logs.packing import pack
from playhead.testing.clock import SimClock

_TEXTS = (
    "",
    "premises",
    "SEGMENT sealed",
    "größe",
    "c:\\temp",
    'said "no"',
    "=",
    "code=net.timeout",
    "no such",
    "a",
    "\t",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[LogLine]]:
    """Two packed files of many blocks, one that is finished, and one that grows."""
    root = tmp_path_factory.mktemp("store") / "logs"
    disk, clock = SystemDisk(), SimClock(START_US)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "BLOCK_BYTES", 4000)
        patch.setattr(packing, "_BLOCK_BYTES_MIN", 1000)
        lines = some_lines(1200)
        for start in range(0, 1200, 300):
            journal = Journal(disk, root, clock, file_bytes=1 << 30, file_age_us=1 << 60, free_bytes_min=0)
            journal.open()
            journal.append(lines[start : start + 300])
            journal.close()
        for file in list_files(disk, root)[:2]:
            pack(disk, file)
    numbered = [LogLine(**{name: getattr(line, name) for name in line.__struct_fields__} | {"n": place + 1})
                for place, line in enumerate(lines)]  # fmt: skip
    return root, sorted(numbered, key=lambda line: line.key, reverse=True)


_QUERIES = st.builds(
    LogQuery,
    since=st.sampled_from(("", rfc3339(START_US + 100_000_000), rfc3339(START_US - 3_000_000_000))),
    until=st.sampled_from(("", rfc3339(START_US + 700_000_000), rfc3339(START_US))),
    workstation=st.sampled_from((None, "desk-3", "desk-0", "desk", "")),
    service=st.sampled_from((None, "shipper", "", "nothing")),
    level=st.sampled_from(list(Level)),
    text=st.sampled_from(_TEXTS),
    interaction=st.sampled_from(("", "call-7", "call-99")),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(query=_QUERIES, limit=st.sampled_from((1, 7, 100, 1000)))
def test_the_same_as_looking_at_every_line(store: tuple[Path, list[LogLine]], query: LogQuery, limit: int) -> None:
    root, lines = store
    search = LogSearch(SystemDisk(), root, SimClock())
    expected = [line for line in lines if query.matches(line)]
    found: list[LogLine] = []
    before: Cursor | None = None
    for _ in range(4):
        page = search.find(query, before=before, limit=limit)
        assert len(page.lines) <= limit
        found += page.lines
        before = page.following
        if before is None:
            break
    assert found == expected[: len(found)]
    assert (before is None) == (len(found) == len(expected))


class _SlowClock(SimClock):
    """On which every look takes a second."""

    def monotonic_us(self) -> int:
        self.advance(1_000_000)
        return super().monotonic_us()


def test_past_its_budget_it_says_how_far_it_came(store: tuple[Path, list[LogLine]]) -> None:
    root, lines = store
    query = LogQuery(text="premises reached")
    search = LogSearch(SystemDisk(), root, _SlowClock())
    expected = [line for line in lines if query.matches(line)]
    found, pages, before = list[LogLine](), 0, None
    while True:
        page = search.find(query, before=before, budget_us=5_000_000)
        found += page.lines
        pages += 1
        before = page.following
        if before is None:
            break
        assert page.searched_to
    assert found == expected
    assert pages > 1


def test_only_a_few_blocks_are_looked_into(store: tuple[Path, list[LogLine]], monkeypatch: pytest.MonkeyPatch) -> None:
    root, _ = store
    search = LogSearch(SystemDisk(), root, SimClock())
    looked: list[int] = []
    real = search._block
    monkeypatch.setattr(search, "_block", lambda number, block: looked.append(number) or real(number, block))
    until = rfc3339(START_US + 590_000_000 - 3_600_000_000)  # in what is packed
    search.find(LogQuery(until=until, text="no such thing anywhere"), limit=10)
    assert not [number for number in looked if number <= 2]
    search.find(LogQuery(until=until, workstation="desk-4"), limit=10)
    packed = sum(index.blocks for index in search._indexes.values())
    assert 0 < len([number for number in looked if number <= 2]) < packed / 3


def test_a_file_that_is_packed_or_removed_meanwhile(tmp_path: Path) -> None:
    disk, clock, root = SystemDisk(), SimClock(START_US), tmp_path / "logs"
    journal = Journal(disk, root, clock, file_bytes=1, file_age_us=1 << 60, free_bytes_min=0)
    journal.open()
    lines = some_lines(3)
    for line in lines:
        journal.append([line])
    search = LogSearch(disk, root, clock)
    assert len(search.find(LogQuery()).lines) == 3
    real, done = search._find, list[int]()

    def find_late(*arguments: object) -> object:
        if not done:
            done.append(1)
            pack(disk, list_files(disk, root)[0])
            files.remove(disk, list_files(disk, root)[1])
        return real(*arguments)  # type: ignore[arg-type]

    search._find = find_late  # type: ignore[method-assign]
    assert len(search.find(LogQuery()).lines) == 2


def test_what_is_damaged_hides_nothing_else(tmp_path: Path) -> None:
    root = tmp_path / "logs"
    disk, clock = SystemDisk(), SimClock(START_US)
    journal = Journal(disk, root, clock, file_bytes=1, file_age_us=1 << 60, free_bytes_min=0)
    journal.open()
    for line in some_lines(4):
        journal.append([line])
    journal.close()
    first, second, third, _ = list_files(disk, root)
    for file in (first, second):
        pack(disk, file)
    first.index.write_bytes(b"garbage!")
    damaged = bytearray(second.packed.read_bytes())
    damaged[len(damaged) // 2] ^= 255
    second.packed.write_bytes(damaged)
    third.plain.write_bytes(b"\0" * 300 + b"\n")
    assert len(LogSearch(disk, root, clock).find(LogQuery()).lines) == 1


def test_nothing_yet(tmp_path: Path) -> None:
    assert LogSearch(SystemDisk(), tmp_path / "none", SimClock()).find(LogQuery()).lines == ()


def test_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("no folder")
    with pytest.raises(UnavailableError) as caught:
        LogSearch(SystemDisk(), tmp_path / "logs", SimClock()).find(LogQuery())
    assert caught.value.code == "logs.unreadable"


def test_the_longest_question_and_one_that_is_longer(store: tuple[Path, list[LogLine]]) -> None:
    assert LogSearch(SystemDisk(), store[0], SimClock()).find(LogQuery(text="x" * QUESTION_CHARS_MAX)).lines == ()
    with pytest.raises(InvalidInputError):
        LogQuery(text="x" * (QUESTION_CHARS_MAX + 1))


def test_a_cursor_is_read_as_it_was_printed() -> None:
    cursor = Cursor(rfc3339(START_US), 17)
    assert Cursor.parse(str(cursor)) == cursor
    for text in ("", "17", "2026.x", f"{rfc3339(START_US)}.", f"{rfc3339(START_US)}.-1"):
        with pytest.raises(InvalidInputError):
            Cursor.parse(text)
