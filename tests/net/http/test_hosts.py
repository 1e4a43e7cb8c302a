"""Host headers: addresses always, names when known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.net.http.hosts import AllowedHosts, HostHeader

HOSTS = AllowedHosts(frozenset({"recorder.example"}))


@pytest.mark.parametrize(
    ("text", "name", "port"),
    [
        ("127.0.0.1:2020", "127.0.0.1", 2020),
        ("10.1.2.3", "10.1.2.3", None),
        ("[2001:db8::1]:5650", "[2001:db8::1]", 5650),
        ("[::1]", "[::1]", None),
        ("localhost:2020", "localhost", 2020),
        ("Recorder.Example:65535", "recorder.example", 65535),
        ("recorder.example.", "recorder.example.", None),
    ],
)
def test_allowed(text, name, port):
    assert HOSTS.allow(text) == HostHeader(name, port)


@pytest.mark.parametrize(
    "text",
    [
        "evil.example",
        "evil.example:2020",
        "recorder.example.evil",
        "recorder.example:65536",
        "recorder.example:",
        "recorder.example:2020:2020",
        "recorder.example/",
        "user@recorder.example",
        "recorder.example, evil.example",
        "localhost.evil",
        "[recorder.example]",
        "[::1",
        "::1",
        "",
        " localhost",
        "localhost\n",
        "1.2.3",
        "0x7f.1",
        "999.1.1.1",
    ],
)
def test_refused(text):
    assert HOSTS.allow(text) is None


@given(st.text(max_size=300))
def test_garbage_does_not_crash(text):
    HOSTS.allow(text)


def test_the_machine_knows_its_own_name():
    import socket  # noqa: PLC0415 - the expected value

    assert AllowedHosts.of_this_machine("X.example").allow(socket.gethostname()) is not None
    assert AllowedHosts.of_this_machine("X.example").allow("x.example") is not None
