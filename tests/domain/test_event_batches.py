"""Batches of a site's events: how they are written, read and judged, and where a site goes on."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import InvalidInputError, LimitError
from playhead.domain.event_batches import (
    BATCH_BYTES,
    BATCH_BYTES_MAX,
    BATCH_EVENTS_MAX,
    BEGINNING,
    SUBJECT_CHARS_MAX,
    EventBatch,
    EventPlace,
    Own,
    ToldEvent,
    judge,
    read_event_place,
    read_events,
    readable,
    resume,
    write_event_place,
    write_events,
)
from playhead.domain.events import Event


def event(number, subject="desk-7", data=b"{}"):
    return Event(f"00000000-0000-5000-8000-{number:012x}", "playhead.recording.started.v1", subject, number, data)


def batch_of(after, *numbers, stream=5, upto=None):
    events = [(one, event(one)) for one in numbers]
    written = write_events(EventPlace(stream, after), events)
    batch = read_events(written.body)
    return batch if upto is None else EventBatch(**{**_members(batch), "upto": upto})


def _members(batch):
    return {name: getattr(batch, name) for name in batch.__struct_fields__}


class TestWriting:
    def test_what_is_written_is_read(self):
        written = write_events(EventPlace(5, 2, "x"), [(3, event(3)), (7, event(7, data=b'{"a": 1}'))])
        batch = read_events(written.body)
        assert (batch.stream, batch.after, batch.upto, batch.last) == (5, 2, 7, event(7).id)
        assert [(one.number, one.id, one.data) for one in batch.events] == [
            (3, event(3).id, b"{}"),
            (7, event(7).id, b'{"a": 1}'),
        ]
        assert (written.events, written.left_out) == (2, ())

    def test_it_ends_at_the_limits_of_a_batch(self):
        many = [(number, event(number)) for number in range(1, BATCH_EVENTS_MAX + 2)]
        assert read_events(write_events(BEGINNING, many).body).upto == BATCH_EVENTS_MAX
        long = [(number, event(number, data=b'"' + b"x" * 60_000 + b'"')) for number in range(1, 40)]
        written = write_events(BEGINNING, long)
        assert BATCH_BYTES < len(written.body) < BATCH_BYTES_MAX
        assert read_events(written.body).upto == written.events < 39

    @pytest.mark.parametrize(
        "wrong",
        [event(2, subject="x" * (SUBJECT_CHARS_MAX + 1)), event(2, subject="\x00"), event(2, data=b"x" * 70_000)],
    )
    def test_what_the_cloud_does_not_take_is_left_out_and_passed(self, wrong):
        written = write_events(BEGINNING, [(1, event(1)), (2, wrong)])
        assert (written.events, written.left_out) == (1, (2,))
        batch = read_events(written.body)
        assert (batch.upto, batch.last, len(batch.events)) == (2, wrong.id, 1)
        assert write_events(BEGINNING, [(1, event(1, subject="x" * SUBJECT_CHARS_MAX))]).left_out == ()


class TestReading:
    @given(st.binary(max_size=200))
    def test_nonsense_is_refused(self, body):
        with pytest.raises(InvalidInputError) as caught:
            read_events(body)
        assert caught.value.code == "events.malformed"

    def test_what_is_too_long_is_refused(self):
        with pytest.raises(LimitError) as caught:
            read_events(bytes(BATCH_BYTES_MAX + 1))
        assert caught.value.code == "events.size"

    @pytest.mark.parametrize("numbers", [(2, 1), (1, 1)])
    def test_events_come_in_their_order(self, numbers):
        with pytest.raises(InvalidInputError):
            batch_of(0, *numbers)

    def test_and_within_the_batch(self):
        for wrong in ({"after": 1}, {"upto": 0}):
            members = {**_members(batch_of(0, 1)), **wrong}
            with pytest.raises(InvalidInputError):
                read_events(_encoded(EventBatch(**members)))

    def test_a_place_is_read_as_it_was_written(self):
        place = EventPlace(1, 2, "x")
        assert read_event_place(write_event_place(place)) == place
        with pytest.raises(InvalidInputError):
            read_event_place(b"\xc1")

    def test_data_that_are_no_json_would_say_anything_within_a_message(self):
        told = batch_of(0, 1).events[0]
        forged = ToldEvent(**{**_members(told), "data": b'1,"source":"/playhead/sites/other"'})
        assert readable([told, forged]) == ([told], [forged])


def _encoded(batch):
    return msgspec.msgpack.encode(batch)


class TestJudging:
    def test_what_is_new_is_taken(self):
        verdict = judge(EventPlace(5, 2), batch_of(2, 3, 4))
        assert [one.number for one in verdict.events] == [3, 4]
        assert verdict.place == EventPlace(5, 4, event(4).id)

    def test_what_is_known_is_not_taken_again(self):
        known = EventPlace(5, 4, event(4).id)
        assert judge(known, batch_of(2, 3, 4)).place == known
        assert [one.number for one in judge(known, batch_of(2, 3, 4, 6)).events] == [6]

    def test_another_stream(self):
        known = EventPlace(5, 4)
        assert judge(known, batch_of(4, 9, stream=4)).place == known
        assert judge(known, batch_of(4, 9, stream=6)) is None
        assert len(judge(known, batch_of(0, 1, 2, stream=6)).events) == 2

    def test_a_gap_is_none_of_it(self):
        assert judge(EventPlace(5, 2), batch_of(3, 4)) is None


class TestResuming:
    def test_where_the_cloud_stands(self):
        known = EventPlace(5, 7, "x")
        assert resume(Own(5, 7, 9), known) == known
        assert resume(Own(5, 3, 9, "x"), known) == known

    def test_a_site_that_has_a_new_stream_begins_there(self):
        assert resume(Own(6, 3, 9), EventPlace(5, 7, "x")) == EventPlace(6, 0)

    @pytest.mark.parametrize(
        "own",
        [Own(0, 0, 0), Own(5, 3, 6), Own(5, 3, 9, "y"), Own(5, 3, 9, ""), Own(4, 7, 9)],
        ids=["none", "less than the cloud has", "another event there", "no event there", "an older stream"],
    )
    def test_one_that_was_put_back_begins_another(self, own):
        assert resume(own, EventPlace(5, 7, "x")) is None

    def test_a_cloud_that_was_put_back_gets_what_there_is(self):
        assert resume(Own(5, 7, 9), EventPlace(5, 2, "x")) == EventPlace(5, 2, "x")
