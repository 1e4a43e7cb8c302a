"""The torture tells what was lost from what was not, and a short one is survived."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
from outages.listener import Told
from torturing.messages import disordered
from torturing.plan import plan
from torturing.witness import Conversation, Seen, Witness

from playhead.wire.screen.codec import encode_control
from playhead.wire.screen.frames import control_frame, records_head
from playhead.wire.screen.messages import Accept, Ack, Offer, Records

TORTURE = Path(__file__).parents[2] / "bench" / "torture.py"
SEGMENT = UUID(int=7)


@given(st.integers(0, 1000), st.floats(5, 900), st.integers(1, 30))
def test_all_faults_are_over_when_the_run_is_and_the_server_has_one_at_a_time(seed, seconds, desks):
    faults = plan(seed, seconds, desks, broker=True)
    assert all(0 <= fault.at_s < seconds and fault.at_s + fault.for_s <= seconds + 1e-6 for fault in faults)
    assert all(number < desks for fault in faults for number in fault.desks)
    of_broker = [fault for fault in faults if fault.kind == "kill broker"]
    of_server = [fault for fault in faults if not fault.desks and fault not in of_broker]
    for alone in (of_server, of_broker):
        assert all(a.at_s + a.for_s < b.at_s for a, b in itertools.pairwise(alone))
    assert faults == plan(seed, seconds, desks, broker=True)
    assert [fault for fault in faults if fault not in of_broker] == plan(seed, seconds, desks)


def conversation(witness: Witness, data: bytes, acknowledged: int, part: int) -> None:
    """A segment is offered, sent and acknowledged, in parts of so many bytes."""
    header, body = data[:4], data[4:]
    sent = control_frame(encode_control(Offer(1, bytes(16), SEGMENT.bytes, header)))
    sent += records_head(Records(1, 4, body)) + body
    answered = control_frame(encode_control(Accept(1, 4))) + control_frame(encode_control(Ack(1, acknowledged)))
    seen = Conversation(witness)
    for way, stream in ((seen.sent, sent), (seen.answered, answered)):
        for at in range(0, len(stream), part):
            way(stream[at : at + part])


@given(st.binary(min_size=5, max_size=60), st.integers(0, 60), st.integers(1, 90))
def test_what_was_acknowledged_has_to_be_there_and_the_same(data, acknowledged, part):
    acknowledged = min(acknowledged, len(data))
    witness = Witness()
    conversation(witness, data, acknowledged, part)
    seen = witness.segments[SEGMENT]
    assert (witness.acknowledged, witness.unseen) == (acknowledged, 0)
    assert seen.lost(data) == 0
    assert seen.lost(data[:acknowledged]) == 0
    if acknowledged:
        assert seen.lost(data[: acknowledged - 1]) == 1
        other = bytes([data[0] ^ 1]) + data[1:]
        assert seen.lost(other) == 1


def test_an_acknowledgement_of_what_never_passed_by_is_seen():
    witness = Witness()
    witness.segments[SEGMENT] = seen = Seen()
    seen.put(0, b"abc")
    seen.put(5, b"fg")
    seen.acknowledged = 7
    assert witness.unseen == 2


def test_what_was_acknowledged_may_not_be_sent_otherwise():
    seen = Seen()
    seen.put(0, b"abcdef")
    seen.acknowledged = 3
    seen.put(3, b"xyz")
    assert seen.altered == 0
    seen.put(2, b"Cxyz")
    assert seen.altered == 1


def test_events_that_are_out_of_order_are_seen():
    def entry(number):
        return Told(f"a{number}", "playhead.audit.entry.v1", "audit", {"number": number})

    def of_recording(what):
        return Told(what, f"playhead.recording.{what}.v1", "r", {"segment": "s"})

    assert disordered([entry(1), of_recording("started"), entry(2), of_recording("sealed")]) == []
    assert len(disordered([entry(2), entry(1)])) == len(disordered([entry(1), entry(3)])) == 1
    assert len(disordered([of_recording("sealed"), of_recording("started")])) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a disk")
def test_a_short_one_is_survived(tmp_path):
    asked = [
        "--minutes",
        "0.15",
        "--workstations",
        "2",
        "--real",
        "0",
        "--no-broker",
        "--seed",
        "3",
        "--keep",
        str(tmp_path / "site"),
    ]
    done = subprocess.run(
        [sys.executable, str(TORTURE), *asked], capture_output=True, text=True, check=False, timeout=110
    )
    told = json.loads(done.stdout.strip().splitlines()[-1])
    assert done.returncode == 0, done.stdout + done.stderr
    assert told["acknowledged_bytes"] > 0
    assert told["faults"] > 2
