"""Events and commands as others see them: documented, valid, and readable by older and newer programs."""

import json
from pathlib import Path
from uuid import UUID

import jsonschema
import msgspec
import pytest

from playhead import __version__
from playhead.base.errors import InvalidInputError, LimitError
from playhead.base.ids import RecordingId, SegmentId, UserId, WorkstationId
from playhead.domain import commands, event_data, events
from playhead.domain.accounts import Present
from playhead.domain.asyncapi import document
from playhead.domain.blackouts import Source
from playhead.domain.cloudevents import MESSAGE_BYTES_MAX, TEXT_CHARS_MAX, decode, encode
from playhead.domain.coverage import Reason
from playhead.domain.exports import ExportWish
from playhead.domain.live import LiveBlackout, LiveWorkstation
from playhead.domain.recordings import Recording, RecordingState, Segment
from playhead.domain.topics import matches

DOCS = Path(__file__).parents[2] / "docs"
DESK, AT_US = WorkstationId("desk-7"), 1_800_000_000_000_000
ONE = RecordingId(UUID(int=1))


def segment(number, start_s, length_s, ended="sealed"):
    start_us = AT_US + start_s * 1_000_000
    return Segment(
        SegmentId(UUID(int=number)), ONE, start_us, length_s * 1_000_000, 1_000, sealed=ended == "sealed", ended=ended
    )


RECORDING = Recording(
    ONE, DESK, "jane", RecordingState.COMPLETE, AT_US, AT_US + 30_000_000, 2_000,
    (segment(2, 0, 10), segment(3, 20, 10)),
)  # fmt: skip
LIVE = LiveWorkstation(DESK, connected=True, changed_at_us=0, agent="jane")
ASKED = LiveBlackout(Source.API, "crm", "", "card", AT_US, AT_US + 5)
LATE = Present(DESK, "jane", "idle", covered=False, code=Reason.UNKNOWN, since_us=AT_US, alarm=True, message="Lost.")
ERASED = event_data.RecordingErased(
    recording=str(ONE), workstation=str(DESK), agent="jane", by="policy", reason="", rule="short"
)
ALARM = event_data.RuleAlarm(
    workstation="desk-7", agent="jane", at="2027-01-15T08:00:00.000000Z", rule="card", message="Look.",
    application="crm", recording=str(ONE),
)  # fmt: skip
FOUND = event_data.DoctorFindings(
    machine="desk-7", role="workstation", errors=1, warnings=0,
    findings=(event_data.Finding(code="a.b", severity="error", subject="s", message="m", mend=None),),
)  # fmt: skip

EVERY = [
    events.started(ONE, DESK, "jane", started_at_us=AT_US, at_us=AT_US),
    events.progress(RECORDING, AT_US),
    events.sealed(
        SegmentId(UUID(int=2)), ONE, DESK, span_us=(AT_US, AT_US + 10_000_000), durable_bytes=1_000, at_us=AT_US
    ),
    events.gap(RECORDING, AT_US),
    *(events.state(kind, RECORDING, AT_US) for kind in (events.ENDED, events.INTERRUPTED, events.RESUMED)),
    events.erased(ERASED, AT_US),
    events.exported(ExportWish(UserId("crm"), ONE, 5_000, None), 7, AT_US),
    events.uploaded(RECORDING, 2, 7, AT_US),
    *(events.blackout(kind, LIVE, ASKED, AT_US) for kind in (events.BLACKOUT_BEGAN, events.BLACKOUT_ENDED)),
    *(events.link(kind, DESK, AT_US) for kind in (events.UP, events.DOWN)),
    *(events.coverage(kind, LATE, AT_US) for kind in (events.LOST, events.REGAINED)),
    events.rule_alarm(ALARM, "spool", 7, AT_US),
    events.findings(FOUND, AT_US, AT_US),
    events.audited(7, AT_US, bytes(32), ("crm", "recording.start", "desk-7", "::1"), {"minutes": 5}),
    events.dropped(9, AT_US, AT_US, "age", AT_US),
]


def table(rows):
    lines = ["| type | subject | when |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| `{row.name}` | {row.subject} | {row.when} |" for row in rows)]) + "\n"


class TestDocuments:
    def test_the_asyncapi_document_is_what_the_code_says(self):
        """`playhead messaging asyncapi > docs/asyncapi.json` makes it anew."""
        assert json.loads((DOCS / "asyncapi.json").read_text()) == document(__version__)

    def test_the_page_has_the_table_of_events(self):
        assert table(events.KINDS) in (DOCS / "services" / "messaging.md").read_text()

    @pytest.mark.parametrize("event", EVERY, ids=lambda event: event.type)
    def test_an_event_is_what_the_document_says(self, event):
        described = document(__version__)
        schema = {**described["components"]["messages"][event.type]["payload"], "components": described["components"]}
        sent = json.loads(encode(event, "/playhead/sites/a"))
        jsonschema.validate(sent, schema)
        sent["data"].pop(next(iter(sent["data"])))
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(sent, schema)

    def test_every_kind_is_tried(self):
        assert {one.type for one in EVERY} == {kind.name for kind in events.KINDS}


def test_what_is_wrong_with_a_machine_fits_into_a_message_in_any_language():
    wide = "\U0001f5a5" * event_data.FINDING_CHARS_MAX
    one = event_data.Finding(code="a" * 64, severity="warning", subject=wide, message=wide, mend=wide)
    most = msgspec.structs.replace(FOUND, findings=(one,) * event_data.FINDINGS_MAX)
    assert len(encode(events.findings(most, AT_US, AT_US), "/playhead/sites/a")) <= MESSAGE_BYTES_MAX


class TestGrowth:
    @pytest.mark.parametrize("event", EVERY, ids=lambda event: event.type)
    def test_a_program_that_knows_less_can_read_what_knows_more(self, event):
        shape = next(kind.shape for kind in events.KINDS if kind.name == event.type)
        body = json.loads(encode(event, "/playhead/sites/a"))
        body |= {"traceparent": "00-1", "later": {"deep": [1]}}
        body["data"] |= {"later": 1}
        found = decode(json.dumps(body).encode())
        assert msgspec.json.decode(found.data, type=shape) == msgspec.json.decode(event.data, type=shape)

    @pytest.mark.parametrize("kind", commands.COMMANDS, ids=lambda kind: kind.name)
    def test_a_command_needs_no_more_than_it_ever_did(self, kind):
        required = [field.name for field in msgspec.structs.fields(kind.shape) if field.required]
        assert required == ["workstation"]


class TestEvents:
    def test_the_same_change_told_twice_has_the_same_id_and_another_has_another(self):
        assert events.link(events.UP, DESK, AT_US).id == events.link(events.UP, DESK, AT_US).id
        ids = {one.id for one in EVERY}
        assert len(ids) == len(EVERY)
        assert events.link(events.UP, DESK, AT_US + 1).id not in ids

    def test_a_gap_tells_where(self):
        assert json.loads(events.gap(RECORDING, AT_US).data)["gaps"] == [
            {"fromMs": 10_000, "toMs": 20_000, "reason": "sealed"}
        ]


class TestCloudEvents:
    @pytest.mark.parametrize(
        "changed",
        [{"specversion": "0.3"}, {"id": ""}, {"source": ""}, {"id": "x" * (TEXT_CHARS_MAX + 1)}, {"id": 7}],
    )
    def test_what_is_none_is_refused(self, changed):
        body = {"specversion": "1.0", "id": "a", "source": "/b", "type": "c", "data": {}} | changed
        with pytest.raises(InvalidInputError) as caught:
            decode(json.dumps(body).encode())
        assert caught.value.code == "message.malformed"

    def test_texts_and_messages_are_bounded(self):
        body = {"specversion": "1.0", "id": "x" * TEXT_CHARS_MAX, "source": "/b", "type": "c", "data": ""}
        room = MESSAGE_BYTES_MAX - len(json.dumps(body))
        decode(json.dumps({**body, "data": "x" * room}).encode())
        with pytest.raises(LimitError):
            decode(json.dumps({**body, "data": "x" * (room + 1)}).encode())

    @pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 5_000, b"null", b"[]"])
    def test_garbage_is_refused(self, body):
        with pytest.raises(InvalidInputError):
            decode(body)


class TestAnswers:
    @pytest.mark.parametrize(
        ("to", "sender", "allowed"),
        [
            ("amq.rabbitmq.reply-to.g1h2", "crm", True),
            ("amq.gen-abc", "crm", True),
            ("crm.answers", "crm", True),
            ("crm2.answers", "crm", False),
            ("playhead.commands", "crm", False),
            ("crm", "crm", False),
            ("amq.gen-abc", "", False),
            (".x", "", False),
        ],
    )
    def test_go_to_queues_of_the_sender_alone(self, to, sender, allowed):
        assert commands.may_be_answered(to, sender) is allowed


@pytest.mark.parametrize(
    ("pattern", "key", "means"),
    [
        ("a.b", "a.b", True),
        ("a.b", "a.b.c", False),
        ("a.*", "a.b", True),
        ("a.*", "a", False),
        ("*.b", "a.b", True),
        ("#", "", True),
        ("#", "a.b.c", True),
        ("a.#", "a", True),
        ("a.#.d", "a.b.c.d", True),
        ("a.#.d", "a.d", True),
        ("a.#.d", "a.b.c", False),
        ("#.#", "a", True),
        ("*.#", "", True),
        ("*.*", "a", False),
        ("a.#.#.b", "a.b.b", True),
    ],
)
def test_topics_mean_what_the_protocol_says(pattern, key, means):
    assert matches(pattern, key) is means
