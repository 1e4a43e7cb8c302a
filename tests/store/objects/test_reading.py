"""A segment in a store is read like a file, with few requests."""

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import CorruptError, NotFoundError, UnavailableError
from playhead.premises.player.index import SegmentIndex
from playhead.store.objects import Objects
from playhead.store.objects.outline import SUFFIX, Outline, make_outline
from playhead.store.objects.reading import BLOCK_BYTES, Cache, ObjectFile
from playhead.testing.vid import make_vid

FIXTURE = make_vid("large", sizes=((640, 480),), seconds=40)
LARGE = FIXTURE.data


KEY = f"{FIXTURE.header.segment}.vid"


class Counting:
    """A store in memory that counts what is asked of it."""

    url = "s3://bucket"

    def __init__(self, data):
        self.objects = {KEY: data}
        self.asked = []

    def read(self, key, size, offset):
        self.asked.append((key, size, offset))
        if key not in self.objects:
            raise NotFoundError("objects.missing", "none")
        return self.objects[key][offset : offset + size]


def in_memory(data):
    return lambda size, offset: data[offset : offset + size]


@pytest.fixture
def store():
    made_store = Counting(LARGE)
    made_store.objects[KEY + SUFFIX] = make_outline(in_memory(LARGE), len(LARGE))
    return made_store


def columns(read_at):
    index = SegmentIndex.begin(read_at)
    index.extend(read_at, len(LARGE), FIXTURE.data_key)
    assert not index.fault
    return (index.sealed, index.records, index.epochs, [list(pieces.offset) for pieces in index.tracks.values()])


def test_an_index_is_made_of_the_outline_alone(store):
    assert columns(ObjectFile(store, KEY, Cache()).read_at) == columns(in_memory(LARGE))
    assert [key for key, _, _ in store.asked] == [KEY + SUFFIX]
    assert len(store.objects[KEY + SUFFIX]) < 6_000


@pytest.mark.parametrize("outline", [None, b"", b"garbage", b"(\xb5/\xfd\x04\x00"])
def test_without_one_or_with_a_damaged_one_the_object_tells_the_same(store, outline):
    if outline is None:
        del store.objects[KEY + SUFFIX]
    else:
        store.objects[KEY + SUFFIX] = outline
    assert columns(ObjectFile(store, KEY, Cache()).read_at) == columns(in_memory(LARGE))
    blocks = -(-len(LARGE) // BLOCK_BYTES)
    assert len([key for key, _, _ in store.asked if key == KEY]) <= blocks


def test_an_outline_of_another_segment_counts_for_nothing(store):
    """Whoever has the bucket could show what is in its markers to somebody who may see only this one."""
    other = make_vid("other", seconds=1).data
    store.objects[KEY + SUFFIX] = make_outline(in_memory(other), len(other))
    assert columns(ObjectFile(store, KEY, Cache()).read_at) == columns(in_memory(LARGE))


@given(st.lists(st.tuples(st.integers(0, 3 * BLOCK_BYTES), st.integers(0, len(LARGE) + 9)), max_size=12))
def test_every_read_is_what_the_file_would_say(places):
    store = Counting(LARGE)
    store.objects[KEY + SUFFIX] = make_outline(in_memory(LARGE), len(LARGE))
    file = ObjectFile(store, KEY, Cache(3 * BLOCK_BYTES))
    for size, offset in places:
        assert file.read_at(size, offset) == LARGE[offset : offset + size]


def test_what_follows_is_at_hand_and_the_cache_has_an_end(store):
    cache = Cache(2 * BLOCK_BYTES)
    file = ObjectFile(store, KEY, cache)
    for offset in range(50, BLOCK_BYTES, 10_000):
        file.read_at(100, offset)
    assert len(store.asked) == 1
    for block in range(5):
        file.read_at(100, block * BLOCK_BYTES)
    assert sum(len(data) for data in cache._blocks.values()) <= 2 * BLOCK_BYTES
    cache.forget(f"s3://bucket/{KEY}")
    assert cache._bytes == 0


def test_a_long_read_is_one_request(store):
    assert ObjectFile(store, KEY, Cache()).read_at(3 << 20, 0) == LARGE
    assert store.asked == [(KEY, 3 << 20, 0)]


def test_what_is_gone_is_missing(store):
    with pytest.raises(CorruptError) as raised:
        ObjectFile(store, "b.vid", Cache()).read_at(100, 0)
    assert raised.value.code == "store.missing"


def test_a_location_finds_its_store_by_the_longest_beginning():
    stores = [Counting(b"one"), Counting(b"two")]
    stores[1].url = "s3://bucket/deep"
    objects = Objects(stores)
    assert objects.view(f"s3://bucket/deep/{KEY}").read_at(3, 0) == b"two"
    assert objects.view(f"s3://bucket/{KEY}").read_at(3, 0) == b"one"
    for elsewhere in ("s3://other/a.vid", "s3://bucket-2/a.vid"):
        with pytest.raises(UnavailableError) as raised:
            objects.view(elsewhere)
        assert raised.value.code == "objects.unknown"


def test_an_outline_that_leads_nowhere_is_refused():
    for data in (b"PHOL\x01" + bytes(8) + b"\xff\xff\xff\xff", b"PHOL\x01" + (bytes(12) * 2)):
        with pytest.raises(CorruptError):
            Outline(zstandard.compress(data))
