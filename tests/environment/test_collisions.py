import pytest

from playhead.environment.collisions import Clash, borrowed, clash_in
from playhead.environment.installation import Listener
from playhead.environment.ports import Module, Service

ANY = "0.0.0.0"  # noqa: S104 - described, not opened


def screen(host: str, port: int) -> Listener:
    return Listener(Service.SCREEN, host, port)


def tokens(host: str, port: int) -> Listener:
    return Listener(Service.TOKENS, host, port)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("*", "10.0.0.5"),
        ("::1", "*"),
        (ANY, "10.0.0.5"),
        ("::", "2001:db8::5"),
        ("localhost", "127.0.0.1"),
        ("localhost", ANY),
    ],
)
def test_two_services_cannot_have_one_port(one: str, other: str) -> None:
    first, second = tokens(one, 5633), screen(other, 5633)
    assert clash_in([first, second]) == clash_in([second, first]) == Clash(first, second, 5650)


@pytest.mark.parametrize(
    ("one", "other"), [("127.0.0.1", "10.0.0.5"), (ANY, "2001:db8::5"), ("::", "10.0.0.5"), (ANY, "::")]
)
def test_at_addresses_that_have_nothing_in_common_they_can(one: str, other: str) -> None:
    assert clash_in([tokens(one, 5633), screen(other, 5633)]) is None


def test_ports_that_the_system_chooses_differ() -> None:
    assert clash_in([tokens("*", 0), screen("*", 0)]) is None


def test_what_is_advised_is_not_given_away() -> None:
    listeners = [tokens("*", 7000), screen("*", 7000), Listener(Service.PORTAL, "*", 5650)]
    assert clash_in(listeners) == Clash(listeners[0], listeners[1], None)


def test_the_port_of_another_module_is_seen_whether_this_version_has_it_or_not() -> None:
    found = borrowed([screen("*", 443), tokens("*", 5634), Listener(Service.PORTAL, "*", 5650)])
    assert [(listener.service, row.module) for listener, row in found] == [
        (Service.SCREEN, Module.PORTAL),
        (Service.TOKENS, Module.ANALYTICS),
    ]


def test_ports_of_the_cloud_are_no_port_of_ours() -> None:
    assert borrowed([screen("*", 2010)]) == []
