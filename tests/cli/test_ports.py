import socket
from dataclasses import replace

import pytest

from playhead.base.errors import UnavailableError
from playhead.cli import ports
from playhead.environment.ports import Port, Service, port_of


def row(number: int) -> Port:
    return replace(port_of(Service.PORTAL), number=number, purpose="web portal")


@pytest.fixture
def occupied():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_free_port_is_used_as_it_is():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    assert ports.choose(row(number), "127.0.0.1") == (number, "")


def test_a_taken_port_gives_way_to_the_next_free_one_and_says_so(occupied):
    number, sentence = ports.choose(row(occupied), "127.0.0.1")
    assert number > occupied
    assert sentence == f"Port {occupied} (web portal) is taken by {ports.who(occupied)}; using {number} instead."


def test_ports_given_to_other_services_are_left_to_them(occupied):
    first, _ = ports.choose(row(occupied), "127.0.0.1")
    second, _ = ports.choose(row(occupied), "127.0.0.1", taken=frozenset({first}))
    assert second not in {first, occupied}


def test_when_none_is_free_it_says_which(occupied, monkeypatch):
    monkeypatch.setattr(ports, "ATTEMPTS_MAX", 0)
    with pytest.raises(UnavailableError, match="is taken by") as caught:
        ports.choose(row(occupied), "127.0.0.1")
    assert caught.value.code == "ports.none_free"


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_everywhere_is_taken_where_either_version_is(family, host):
    with socket.socket(family) as listener:
        listener.bind((host, 0))
        listener.listen()
        number = listener.getsockname()[1]
        assert "taken" in ports.why_not("*", number)
        assert ports.why_not("127.0.0.2" if ":" in host else "::1", number) == ""
