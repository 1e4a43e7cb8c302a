from playhead.base.instants import from_rfc3339, rfc3339
from playhead.base.logs import Said
from playhead.domain.logs import FIELDS_MAX, NAME_CHARS_MAX, TEXT_CHARS_MAX, VALUE_CHARS_MAX, LogLine
from playhead.premises.logs.rules import ABOUT_US, AHEAD_US_MAX, BEHIND_US_MAX, FIELDS, OURS, line_of, own_line
from playhead.wire.syslog import Message

NOW_US = from_rfc3339("2026-11-23T12:00:00Z")


def made(message: Message, workstation: str | None = None) -> LogLine:
    return line_of(message, workstation=workstation, address="10.0.0.7", now_us=NOW_US)


def at(at_us: int | None, offset: str = "") -> LogLine:
    data = {OURS: {"offset": offset}} if offset else {}
    return made(Message(1, 6, "x", at_us, data=data))


def test_who_says_it() -> None:
    claimed, proven = Message(3, 4, "x", host="desk-9", app="crm", process="7"), "desk-1"
    line = made(claimed)
    assert (line.workstation, line.proven, line.address, line.level) == ("desk-9", False, "10.0.0.7", "warning")
    assert (line.service, line.process) == ("crm", "7")
    line = made(claimed, proven)
    assert (line.workstation, line.proven, line.address) == ("desk-1", True, "")
    assert made(Message(1, 6, "x")).workstation == "10.0.0.7"


def test_when_it_happened() -> None:
    assert at(None).at == at(NOW_US).at == rfc3339(NOW_US)
    assert at(NOW_US).received_at == at(NOW_US - ABOUT_US).received_at == ""
    assert at(NOW_US - ABOUT_US - 1).received_at == rfc3339(NOW_US)
    for off_us in (-BEHIND_US_MAX, AHEAD_US_MAX):
        assert at(NOW_US + off_us).at == rfc3339(NOW_US + off_us)
    for off_us in (-BEHIND_US_MAX - 1, AHEAD_US_MAX + 1):  # that clock is wrong
        line = at(NOW_US + off_us)
        assert (line.at, line.said_at) == (rfc3339(NOW_US), rfc3339(NOW_US + off_us))


def test_a_clock_that_is_known_to_be_wrong_is_corrected() -> None:
    line = at(NOW_US - 5_000_000, "4500000")
    assert (line.at, line.said_at) == (rfc3339(NOW_US - 500_000), rfc3339(NOW_US - 5_000_000))
    assert at(NOW_US + 90_000_000, "-90000000").at == rfc3339(NOW_US)
    for nonsense in ("x", "--5", "9" * 30, "٣"):
        assert at(NOW_US, nonsense).at == rfc3339(NOW_US)


def test_values_and_what_it_is_about() -> None:
    data = {OURS: {"interaction": "i-1"}, FIELDS: {"code": "a"}, "origin": {"ip": "::1"}}
    line = made(Message(1, 6, "x", id="ID47", data=data))
    assert line.fields == {"code": "a", "origin.ip": "::1", "msgid": "ID47"}
    assert line.interaction == "i-1"
    assert made(Message(1, 6, "x", data={FIELDS: {"recording": "r-1"}})).interaction == "r-1"


def test_numbers_of_a_spool() -> None:
    def numbered(**ours: str) -> tuple[str, int]:
        line = made(Message(1, 6, "x", data={OURS: ours}))
        return line.spool, line.sequence

    assert numbered(spool="s", sequence="7") == ("s", 7)
    assert numbered(spool="s") == numbered(sequence="7") == numbered(spool="s", sequence="-7") == ("", 0)


def test_everything_is_bounded() -> None:
    long = "x" * 100_000
    fields = {f"{number:03}{long}": long for number in range(FIELDS_MAX + 1)}
    for line in (
        made(Message(1, 6, long, None, long, long, long, long, {FIELDS: fields, OURS: {"interaction": long}})),
        own_line(Said(rfc3339(NOW_US), "info", "x", long, {**fields, "interaction": long})),
    ):
        assert len(line.text) == TEXT_CHARS_MAX
        assert len(line.fields) == FIELDS_MAX
        assert {(len(name), len(value)) for name, value in line.fields.items()} <= {(NAME_CHARS_MAX, VALUE_CHARS_MAX)}
        assert max(map(len, (line.workstation, line.service, line.process, line.interaction))) <= NAME_CHARS_MAX
