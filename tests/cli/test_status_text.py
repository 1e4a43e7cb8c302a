"""What `playhead workstation status` says is for people: no value of the program's own language is in it."""

from msgspec.structs import replace

from playhead.cli.status_text import lines_of
from playhead.wire.screen import BlackoutRequest
from playhead.workstation.status import DesktopStatus, LocalStatus

IDLE = LocalStatus(
    workstation="desk-1",
    state="idle",
    reason="",
    recording="",
    durable=False,
    durable_age_ms=None,
    connected=True,
    connection_problem="",
    spool_bytes=0,
    fps=0.0,
    monitors=(),
    premises="10.0.0.1:5633",
)


def test_idle() -> None:
    assert lines_of(IDLE) == [
        "workstation  desk-1",
        "state        idle",
        "waiting      nothing to be sent",
        "server       connected to 10.0.0.1:5633",
    ]


def test_everything_at_once() -> None:
    status = replace(
        IDLE,
        agent="alex",
        state="disk_full",
        reason="The disk is full.",
        recording="0198c0de",
        durable_age_ms=12_300,
        connected=False,
        connection_problem="Nobody listens there.",
        spool_bytes=3_200_000,
        fps=4.96,
        monitors=("DP-1", "HDMI-2"),
        due=True,
        code="disk_full",
        alarm=True,
        blackouts=(BlackoutRequest("command_line", 1_800_000_000_000_000, by="alex", reason="card"),),
        unkept="It is not kept.",
        analytics=DesktopStatus(
            watching_since_us=1_800_000_000_000_000,
            problem="Nobody listens there.",
            rules=3,
            digest="0123456789abcdef",
            told=50,
            waiting=12,
            lost=1,
            refused=2,
            fired=4,
            sent_us=1_800_000_060_000_000,
        ),
        clock_offset_ms=-1500,
    )
    assert lines_of(status) == [
        "workstation  desk-1",
        "agent        alex",
        "state        disk full: The disk is full.",
        "recording    0198c0de",
        "at server    the newest of it 12.3 s ago, which is too long",
        "waiting      3.2 MB to be sent",
        "server       not connected: Nobody listens there.",
        "missing      what is shown now does not come to the server: disk full (alarm)",
        "black        asked for by the command line, alex at 2027-01-15T08:00:00Z, until it is ended: card",
        (
            "analytics    watching since 2027-01-15T08:00:00Z, 12 events waiting, last sent 2027-01-15T08:01:00Z, "
            "1 lost, 2 refused, 3 rules (0123456789ab): Nobody listens there."
        ),
        "not kept     It is not kept.",
        "monitors     DP-1, HDMI-2",
        "pictures     5.0 a second",
        "clock        the server's is 1.500 s behind this one",
    ]
