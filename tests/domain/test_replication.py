"""Batches of changes: how they are cut, read and judged."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import InvalidInputError, LimitError
from playhead.domain import replication
from playhead.domain.replication import (
    BEGINNING,
    Batch,
    DayDocument,
    Place,
    cut,
    introduced_by,
    judge,
    read_about,
    read_batch,
    read_place,
    resume,
    write_batch,
    write_place,
)


def day(position, size=0):
    return DayDocument(
        position=position, workstation_id="pc-1", day="2026-01-01", due_us=0, kept_us=0, missing="x" * size, kept="",
        is_final=True,
    )  # fmt: skip


def batch(after, upto, *positions, stream=7):
    return Batch(stream=stream, after=after, upto=upto, documents=tuple(day(one) for one in positions))


class TestCut:
    def test_all_of_what_is_little(self):
        found = cut([day(3), day(5)], 9)
        assert (len(found.written), found.upto, found.oversized) == (2, 9, ())

    def test_a_batch_ends_before_what_would_make_it_too_long(self, monkeypatch):
        one = len(msgspec.msgpack.encode(day(3)))
        monkeypatch.setattr(replication, "BATCH_BYTES", 2 * one)
        assert cut([day(3), day(5)], 9).upto == 9
        found = cut([day(3), day(5), day(8)], 9)
        assert (len(found.written), found.upto) == (2, 7)

    def test_one_document_always_goes_and_one_that_is_too_long_never(self, monkeypatch):
        one = len(msgspec.msgpack.encode(day(3)))
        monkeypatch.setattr(replication, "BATCH_BYTES", 1)
        assert len(cut([day(3)], 3).written) == 1
        monkeypatch.setattr(replication, "DOCUMENT_BYTES_MAX", one)
        assert cut([day(3), day(4, 1)], 4).oversized == (4,)

    def test_what_is_written_is_read(self):
        found = read_batch(write_batch(Place(7, 2), cut([day(3), day(5)], 9), []))
        assert found == batch(2, 9, 3, 5)
        assert introduced_by(found.documents) == ["pc-1"]


class TestRead:
    @pytest.mark.parametrize("wrong", [b"", b"\xc1", msgspec.msgpack.encode({"stream": 1}), b"\x91" * 10_000])
    def test_nonsense(self, wrong):
        for read in (read_batch, read_place):
            with pytest.raises(InvalidInputError) as caught:
                read(wrong)
            assert caught.value.code == "replication.malformed"

    @pytest.mark.parametrize("documents", [(5, 3), (1,), (10,)])
    def test_documents_out_of_order_or_beyond_the_batch(self, documents):
        with pytest.raises(InvalidInputError):
            read_batch(msgspec.msgpack.encode(batch(2, 9, *documents)))

    def test_its_size_is_limited(self, monkeypatch):
        body = msgspec.msgpack.encode(batch(0, 1, 1))
        monkeypatch.setattr(replication, "BATCH_BYTES_MAX", len(body))
        assert read_batch(body)
        with pytest.raises(LimitError):
            read_batch(body + b"x")

    def test_more_documents_than_a_batch_has(self):
        positions = range(1, replication.BATCH_DOCUMENTS_MAX + 1)
        assert read_batch(msgspec.msgpack.encode(batch(0, 10_000, *positions)))
        with pytest.raises(InvalidInputError):
            read_batch(msgspec.msgpack.encode(batch(0, 10_000, *positions, 5_000)))

    def test_what_a_later_version_adds_is_left_aside(self):
        body = msgspec.msgpack.encode({"stream": 1, "after": 0, "upto": 1, "documents": [], "new": True})
        assert read_batch(body).upto == 1

    def test_where_a_site_is_reached_can_be_nothing_but_an_origin(self):
        for origins in (["https://a\x00"], ["javascript:x"], ["https://a; script-src *"], ["https://a"] * 9):
            with pytest.raises(InvalidInputError):
                read_about(msgspec.msgpack.encode({"origins": origins}))
        assert read_about(msgspec.msgpack.encode({"origins": ["https://a:8443"] * 8})).origins

    def test_places(self):
        assert read_place(write_place(Place(7, 9))) == Place(7, 9)


class TestJudge:
    def test_what_follows_is_applied(self):
        verdict = judge(Place(7, 2), batch(2, 9, 3, 5))
        assert ([one.position for one in verdict.documents], verdict.place) == ([3, 5], Place(7, 9))

    def test_what_is_known_is_not(self):
        assert judge(Place(7, 9), batch(2, 9, 3, 5)).documents == ()
        verdict = judge(Place(7, 4), batch(2, 9, 3, 5))
        assert [one.position for one in verdict.documents] == [5]

    def test_nor_what_is_older(self):
        assert judge(Place(8, 1), batch(0, 9, 3)).place == Place(8, 1)

    def test_a_gap(self):
        assert judge(Place(7, 1), batch(2, 9, 3)) is None
        assert judge(BEGINNING, batch(2, 9, 3)) is None

    def test_a_new_stream_begins_at_its_beginning(self):
        assert judge(Place(6, 100), batch(0, 9, 3)).place == Place(7, 9)
        assert judge(Place(6, 100), batch(2, 9, 3)) is None

    @given(
        st.lists(st.integers(1, 30), unique=True, min_size=1).map(sorted),
        st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=12),
    )
    def test_whatever_comes_again_and_late_each_is_applied_once(self, positions, windows):
        """Windows of one stream, in any order; then all of it."""
        known, applied = Place(7, 0), []
        for after, length in [*windows, (0, 30)]:
            upto = after + length
            found = judge(known, batch(after, upto, *(one for one in positions if after < one <= upto)))
            if found is not None:
                applied += [one.position for one in found.documents]
                known = found.place
        assert applied == positions


class TestResume:
    def test_where_the_cloud_stands(self):
        assert resume(Place(7, 9), Place(7, 4)) == Place(7, 4)

    def test_from_the_beginning_of_a_new_stream(self):
        assert resume(Place(7, 9), BEGINNING) == Place(7, 0)
        assert resume(Place(7, 9), Place(6, 4)) == Place(7, 0)

    def test_not_where_the_cloud_knows_more(self):
        assert resume(Place(7, 9), Place(7, 10)) is None
        assert resume(Place(7, 9), Place(8, 1)) is None
