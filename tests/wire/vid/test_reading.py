import pytest
from wire.vid.segments import reader, scan, small

from playhead.base.errors import CorruptError
from playhead.wire import vid

DATA, HEADER, KEY = small()
_, FOUND = scan(DATA)


def test_the_header_says_where_the_records_begin():
    assert vid.read_header(reader(DATA)) == (HEADER, FOUND[0].offset)


def test_a_file_cut_in_its_header_has_none():
    for size in range(FOUND[0].offset):
        with pytest.raises(CorruptError) as caught:
            vid.read_header(reader(DATA[:size]))
        assert caught.value.code == "vid.truncated"


def test_walking_finds_what_scanning_found_from_any_record_on():
    for number, scanned in enumerate(FOUND):
        assert list(vid.walk(reader(DATA), len(DATA), scanned.offset)) == FOUND[number:]
        assert list(vid.walk(reader(DATA), len(DATA), scanned.offset, number)) == FOUND[number:]


def test_walking_stops_before_a_torn_record_and_looks_no_further_than_it_may():
    for size in range(FOUND[0].offset, len(DATA) + 1):
        expected = [scanned for scanned in FOUND if scanned.offset + scanned.size <= size]
        assert list(vid.walk(reader(DATA), size, FOUND[0].offset)) == expected
        assert list(vid.walk(reader(DATA[:size]), size, FOUND[0].offset)) == expected


def test_walking_reads_forty_bytes_a_record():
    asked = []

    def read_at(size, offset):
        asked.append(size)
        return DATA[offset : offset + size]

    assert len(list(vid.walk(read_at, len(DATA), FOUND[0].offset))) == len(asked) == 8
    assert set(asked) == {40}


def test_walking_astray_is_noticed():
    with pytest.raises(CorruptError) as caught:
        list(vid.walk(reader(DATA), len(DATA), FOUND[1].offset, 0))
    assert caught.value.code == "vid.sequence"
    with pytest.raises(CorruptError):
        list(vid.walk(reader(DATA[: FOUND[2].offset] + bytes(100)), len(DATA), FOUND[0].offset))


def test_any_record_opens_by_its_place():
    bodies = [vid.open_at(reader(DATA), KEY, scanned) for scanned in FOUND]
    assert bodies[:3] == [b"init one", b"piece one", b'{"code":"a.b"}']
    assert bodies[-1].startswith(b'{"records":7,')


def test_a_file_that_shrank_is_corrupt_and_nothing_worse():
    for cut in range(FOUND[3].offset - 40, FOUND[3].offset + FOUND[3].size):
        with pytest.raises(CorruptError):
            vid.open_at(reader(DATA[:cut]), KEY, FOUND[3])
