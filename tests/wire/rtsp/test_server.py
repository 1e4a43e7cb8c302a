"""What a server answers before anybody looks into a request, and the session's table."""

import itertools

import pytest

from playhead.wire import rtsp
from playhead.wire.rtsp import State
from playhead.wire.rtsp.limits import CSEQ_MAX
from playhead.wire.rtsp.states import METHODS, OTHER_METHODS, STATELESS, TABLE


def parsed(data):
    (found,) = rtsp.Parser().receive_data(data)
    return found


def request(method="OPTIONS", *, version=rtsp.V1, **headers):
    named = {name.replace("_", "-"): value for name, value in {"cseq": "1", **headers}.items() if value is not None}
    return rtsp.Request(method, "rtsp://a/recordings/1", version, named)


def core_in(state):
    core = rtsp.ServerCore(60)
    if state is not State.INIT:
        core.begin("abc")
        core.state = state
    return core


def status(core, asked):
    answer = core.check(asked)
    return None if answer is None else parsed(answer).status


@pytest.mark.parametrize(("state", "method"), list(itertools.product(State, METHODS)))
def test_the_table_decides_what_is_valid(state, method):
    core = core_in(state)
    found = status(core, request(method, session="abc" if core.session else None))
    if method in STATELESS or (state, method) in TABLE:
        assert found is None
        core.succeed(method)
        assert core.state is TABLE.get((state, method), state)
    else:
        # Without a session there is none to be found (454); with one it is a matter of its state (455).
        assert found == (454 if state is State.INIT else 455)


def test_setup_while_playing_is_told_what_would_be_valid():
    answer = parsed(core_in(State.PLAYING).check(request("SETUP", session="abc")))
    assert answer.status == 455
    assert set(answer.headers["allow"].split(", ")) == {*STATELESS, "PLAY", "PAUSE", "TEARDOWN"}


@pytest.mark.parametrize("method", sorted(OTHER_METHODS))
def test_methods_that_are_known_and_not_served(method):
    answer = parsed(core_in(State.INIT).check(request(method)))
    assert (answer.status, answer.headers["allow"]) == (405, ", ".join(METHODS))


def test_methods_that_nobody_knows():
    assert status(core_in(State.INIT), request("JUMP")) == 501


@pytest.mark.parametrize(("named", "found"), [("abc", None), ("abc;timeout=60", None), ("abd", 454), (None, 454)])
def test_a_session_is_known_by_its_id(named, found):
    assert status(core_in(State.READY), request("PLAY", session=named)) == found


def test_a_sign_of_life_for_another_session_is_refused():
    assert status(core_in(State.READY), request("GET_PARAMETER", session="abd")) == 454


def test_pipelined_requests_need_not_name_the_session():
    assert status(core_in(State.READY), request("PLAY", version=rtsp.V2, pipelined_requests="7")) is None
    answer = parsed(core_in(State.READY).answer(request("PLAY", version=rtsp.V2, pipelined_requests="7"), 200))
    assert answer.headers["pipelined-requests"] == "7"


@pytest.mark.parametrize(
    ("number", "found"),
    [
        (None, 400),
        ("", 400),
        ("x", 400),
        ("-1", 400),
        ("0", None),
        (str(CSEQ_MAX), None),
        (str(CSEQ_MAX + 1), 400),
        ("9" * 11, 400),
        ("\u0661", 400),
    ],
)
def test_every_request_has_a_number(number, found):
    assert status(core_in(State.INIT), request(cseq=number)) == found


@pytest.mark.parametrize(("version", "again"), [(rtsp.V1, None), (rtsp.V2, 400)])
def test_numbers_grow_in_2_0_alone(version, again):
    core = core_in(State.INIT)
    assert status(core, request(version=version, cseq="7")) is None
    assert status(core, request(version=version, cseq="7")) == again
    assert status(core, request(version=version, cseq="6")) == again
    assert status(core, request(version=version, cseq="9")) is None


@pytest.mark.parametrize("version", [(0, 9), (1, 1), (3, 0)])
def test_other_versions_are_refused_in_1_0(version):
    answer = parsed(core_in(State.INIT).check(request(version=version)))
    assert (answer.status, answer.version) == (505, rtsp.V1)


def test_the_answer_is_in_the_version_of_the_request():
    core = core_in(State.INIT)
    asked = request(version=rtsp.V2)
    assert core.check(asked) is None
    assert parsed(core.answer(asked, 200)).version == rtsp.V2
    assert core.version == rtsp.V2


def test_what_is_required_and_not_known_is_named():
    answer = parsed(core_in(State.INIT).check(request(require="play.basic, funky-feature", proxy_require="nat.stun")))
    assert (answer.status, answer.headers["unsupported"]) == (551, "funky-feature, nat.stun")  # RFC 2326 §12.32
    assert status(core_in(State.INIT), request(require="play.basic, play.scale")) is None


def test_answers_carry_number_session_and_features():
    answer = parsed(
        core_in(State.READY).answer(request("PLAY", supported="play.basic", timestamp="0.5"), 200, {"A": "b"})
    )
    assert answer.headers == {
        "cseq": "1",
        "timestamp": "0.5",
        "server": "Playhead",
        "supported": "play.basic, play.scale, play.speed",
        "session": "abc;timeout=60",
        "a": "b",
    }


def test_a_description_belongs_to_no_session():
    assert "session" not in parsed(core_in(State.READY).answer(request("DESCRIBE"), 200)).headers


@pytest.mark.parametrize(
    ("data", "found"),
    [(b"?\n\n", 400), (b"OPTIONS " + b"x" * 5000, 414), (b"A a RTSP/1.0\nContent-Length: 99999\n\n", 413)],
)
def test_what_cannot_be_read_is_answered_and_ends_the_connection(data, found):
    core = core_in(State.INIT)
    assert core.receive_data(data) == []
    answer = parsed(core.unreadable(core.fault))
    assert (answer.status, answer.headers["connection"]) == (found, "close")


def test_the_end_is_told_in_2_0():
    core = core_in(State.READY)
    notice = parsed(core.notice("rtsp://a/", {"Notify-Reason": "end-of-stream"}))
    assert (notice.method, notice.version, notice.get("session"), notice.get("cseq")) == (
        "PLAY_NOTIFY",
        rtsp.V2,
        "abc",
        "1",
    )
    core.end()
    assert (core.session, core.state) == ("", State.INIT)
