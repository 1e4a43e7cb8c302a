"""The indicator says nothing that is not known."""

import msgspec
import pytest

from playhead.wire.screen.blackouts import BlackoutRequest
from playhead.workstation.indicator.face import NO_ANSWER, TEXT_CHARS_MAX, Face, Tone, face_of
from playhead.workstation.status import LocalStatus

RECORDING = LocalStatus(
    workstation="pc-1",
    state="recording",
    reason="",
    recording="r",
    durable=True,
    durable_age_ms=10,
    connected=True,
    connection_problem="",
    spool_bytes=0,
    fps=5.0,
    monitors=("screen",),
)
JANE = BlackoutRequest("agent", 0, by="jane")
CARD = BlackoutRequest("api", 0, by="anna", reason="card number", until_us=3_600_000_000)


def change(**fields: object) -> LocalStatus:
    return msgspec.structs.replace(RECORDING, **fields)


@pytest.mark.parametrize(
    ("status", "face"),
    [
        (None, NO_ANSWER),
        (RECORDING, Face(Tone.RECORDING, "RECORDING")),
        (
            change(durable=False),
            Face(Tone.UNSAVED, "RECORDED HERE ONLY", "The server has not confirmed it yet."),
        ),
        (
            change(durable=False, alarm=True, connection_problem="It is not there."),
            Face(Tone.ALARM, "RECORDED HERE ONLY", "It is not there."),
        ),
        (change(state="idle"), Face(Tone.OFF, "NOT RECORDING", "nothing is to be recorded")),
        (change(state="disk_full", alarm=True), Face(Tone.ALARM, "NOT RECORDING", "the disk is full")),
        (change(state="failed", reason="No picture."), Face(Tone.ALARM, "NOT RECORDING", "No picture.")),
        (change(state="blackout", blackouts=(JANE,)), Face(Tone.BLACK, "BLACK", "asked for by you")),
        (
            change(state="blackout", blackouts=(CARD,)),
            Face(Tone.BLACK, "BLACK until 01:00", "asked for by the portal (anna): card number"),
        ),
        (change(blackouts=(CARD, JANE)), Face(Tone.BLACK, "BLACK, 2 requests", "asked for by you")),
    ],
)
def test_what_is_shown(status: LocalStatus | None, face: Face) -> None:
    assert face_of(status) == face


def test_a_long_reason_fits() -> None:
    assert len(face_of(change(state="failed", reason="x" * 500)).detail) == TEXT_CHARS_MAX


def test_only_durable_progress_is_called_recording() -> None:
    told = [face_of(change(durable=durable, blackouts=asked)) for durable in (True, False) for asked in ((), (JANE,))]
    assert [face.text for face in told if face.tone is Tone.RECORDING] == ["RECORDING"]
