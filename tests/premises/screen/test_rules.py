"""The decisions of the screen service."""

from dataclasses import replace
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from playhead.base.errors import LimitError, RefusedError
from playhead.base.ids import RecordingId, SegmentId, SiteId, WorkstationId
from playhead.domain.recordings import Recording, RecordingState, Segment
from playhead.premises.screen import rules
from playhead.premises.screen.rules import Guesses, admit, end_of, judge_offer, next_command, state_of
from playhead.store.catalogue.workstations import Workstation
from playhead.testing.segments import make_segment
from playhead.wire.screen.messages import Offer

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
DESK = Workstation(WorkstationId("desk-1"), KEY.public_key().public_bytes_raw(), bytes(32), 1)
SITE = SiteId("site-1")
RECORDING = RecordingId(UUID(int=1))
MADE = make_segment(recording=RECORDING, segment=SegmentId(UUID(int=2)), signer=KEY)
OFFER = Offer(1, RECORDING.bytes, MADE.header.segment.bytes, MADE.start)


class TestAdmission:
    def test_an_enrolled_one_with_its_key(self):
        assert admit(DESK.id, DESK, DESK.signer) is DESK

    def test_plain_tcp_has_no_key_to_compare(self):
        assert admit(DESK.id, DESK, None) is DESK

    @pytest.mark.parametrize(
        ("known", "key", "code"),
        [
            (None, DESK.signer, "screen.not_enrolled"),
            (replace(DESK, revoked_at_us=5), DESK.signer, "screen.revoked"),
            (DESK, b"other", "screen.superseded"),
        ],
    )
    def test_all_others_are_refused(self, known, key, code):
        with pytest.raises(RefusedError) as raised:
            admit(DESK.id, known, key)
        assert raised.value.code == code
        assert raised.value.hint


class TestOffers:
    def _judge(self, header=MADE.header, recording=None, offer=OFFER, workstation=DESK):
        signers = {bytes(32), DESK.signer}
        refusal = judge_offer(offer, header, site=SITE, workstation=workstation, signers=signers, recording=recording)
        return refusal and refusal.code

    def test_its_own_segment_of_its_own_recording(self):
        assert self._judge() is None
        assert self._judge(recording=Recording(RECORDING, DESK.id, "", RecordingState.INTERRUPTED, 0, 0, 0)) is None

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"recording": RecordingId(UUID(int=9))}, "segment.ids"),
            ({"segment": SegmentId(UUID(int=9))}, "segment.ids"),
            ({"site": SiteId("other")}, "segment.site"),
            ({"workstation": WorkstationId("other")}, "segment.workstation"),
            ({"signer": bytes(31) + b"1"}, "segment.signer"),
        ],
    )
    def test_anything_else_is_refused(self, changes, code):
        assert self._judge(replace(MADE.header, **changes)) == code

    def test_what_an_earlier_key_of_it_signed_may_come_later(self):
        assert self._judge(workstation=replace(DESK, signer=bytes(32))) is None
        assert self._judge(replace(MADE.header, signer=bytes(32))) is None

    def test_another_workstations_recording_is_refused(self):
        other = Recording(RECORDING, WorkstationId("other"), "", RecordingState.RECORDING, 0, None, 0)
        assert self._judge(recording=other) == "segment.recording"


def part(*, ended="", sealed=False, started_at_us=0, covered_us=50):
    return Segment(SegmentId(UUID(int=3)), RECORDING, started_at_us, covered_us, 9, sealed, ended)


OPEN, SEALED, KILLED, EMPTY = part(), part(ended="sealed", sealed=True), part(ended="killed"), part(covered_us=0)


class TestStates:
    @pytest.mark.parametrize(
        ("segments", "connected", "making", "expected"),
        [
            ([OPEN], True, True, "recording"),
            ([OPEN], True, False, "recording"),  # it still comes
            ([SEALED], True, True, "recording"),  # between two segments
            ([KILLED], True, True, "recording"),
            ([], True, True, "recording"),
            ([OPEN], False, True, "interrupted"),
            ([OPEN], False, False, "interrupted"),
            ([SEALED], False, True, "interrupted"),  # lost in the middle
            ([SEALED], True, False, "complete"),
            ([SEALED], False, False, "complete"),
            ([KILLED, SEALED], False, False, "complete"),
            ([SEALED, KILLED], True, False, "interrupted"),
            ([OPEN, SEALED], False, False, "interrupted"),  # part of it has yet to come
            ([EMPTY, SEALED], True, False, "complete"),  # its file went with the power
            ([EMPTY, SEALED], True, True, "recording"),
            ([SEALED, EMPTY], True, False, "recording"),  # it is about to come
            ([], False, False, "interrupted"),
            ([], True, False, "interrupted"),
        ],
    )
    def test_follow_from_segments_and_workstation(self, segments, connected, making, expected):
        assert state_of(segments, connected=connected, making=making) == expected

    def test_the_end_is_that_of_the_last_media(self):
        parts = [part(started_at_us=100), part(started_at_us=10)]
        assert end_of(parts, RecordingState.COMPLETE) == 150
        assert end_of(parts, RecordingState.RECORDING) is None
        assert end_of([], RecordingState.INTERRUPTED) is None


class TestGuesses:
    def test_so_many_and_no_more(self):
        guesses = Guesses()
        for at_us in range(rules.GUESSES_MAX):
            guesses.check("192.0.2.1", at_us)
            guesses.wrong("192.0.2.1", at_us)
        with pytest.raises(LimitError) as raised:
            guesses.check("192.0.2.1", rules.GUESSES_WINDOW_US - 1)
        assert raised.value.code == "enrolment.too_many"
        guesses.check("192.0.2.2", 0)
        guesses.check("192.0.2.1", rules.GUESSES_WINDOW_US)

    def test_so_many_addresses_and_no_more(self):
        guesses = Guesses()
        for number in range(rules.GUESSING_ADDRESSES_MAX + 1):
            guesses.wrong(str(number), 0)
        assert len(guesses._wrong) == rules.GUESSING_ADDRESSES_MAX
        assert "0" not in guesses._wrong


def test_command_ids_grow_even_where_the_clock_does_not():
    assert next_command(0, 1000) == 1000
    assert next_command(1000, 1000) == 1001
    assert next_command(5000, 1000) == 5001
