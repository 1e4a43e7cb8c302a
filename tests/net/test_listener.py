"""Binding: the port chosen is told, and a port that cannot be had is said plainly."""

import socket

import pytest

from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.net.listener import STALL_MS, listen


def test_port_zero_lets_the_system_choose():
    with listen("127.0.0.1", 0) as listener:
        assert listener.getsockname()[1] > 0


def test_a_taken_port_is_named():
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(UnavailableError, match=f"Port {port} is taken") as caught:
            listen("127.0.0.1", port)
    assert caught.value.code == "net.port_taken"


def test_a_port_can_be_taken_again_at_once_after_a_stop():
    with listen("127.0.0.1", 0) as first, socket.create_connection(first.getsockname()):
        port = first.getsockname()[1]
    listen("127.0.0.1", port).close()


@pytest.mark.parametrize("host", ["no.such.host.invalid", "1.2.3.4.5", "a" * 300])
def test_an_unknown_host_is_refused(host):
    with pytest.raises(InvalidInputError) as caught:
        listen(host, 0)
    assert caught.value.code == "net.host_unknown"


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(UnavailableError) as caught:
        listen("192.0.2.1", 0)  # TEST-NET-1 (RFC 5737)
    assert caught.value.code == "net.address_unusable"


@pytest.mark.parametrize("host", ["*", "::1", "127.0.0.1", "localhost"])
def test_connections_inherit_the_time_after_which_a_silent_reader_is_cut_off(host):
    with listen(host, 0) as listener:
        listener.settimeout(5)
        target = "127.0.0.1" if host == "*" else host
        with socket.create_connection((target, listener.getsockname()[1])):
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == STALL_MS
