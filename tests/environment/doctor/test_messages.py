"""What the doctor says of events that wait."""

import pytest

from playhead.environment.doctor.checks.messages import look_at_outbox


@pytest.mark.parametrize(("events", "waited_s", "code", "message"), [
    (0, 0, "messaging.current", "None waits."),
    (5, 60, "messaging.current", "5 wait, the oldest for 60 s."),
    (5, 61, "messaging.behind", "5 wait, the oldest for 61 s."),
])  # fmt: skip
def test_what_waits(events, waited_s, code, message):
    found = look_at_outbox(events=events, waited_s=waited_s, patience_s=60, kept="3 d")
    assert (found.code, found.message) == (code, message)
    assert "3 d" in found.meaning or code == "messaging.current"
