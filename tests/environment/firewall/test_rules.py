"""Which connections must pass."""

from dataclasses import replace

import pytest
from environment.firewall.made import CLOUDED, INSTALLATION, OPEN, OPEN_CLOUDED

from playhead.base.errors import InvalidInputError
from playhead.environment.firewall.rules import Direction, Role, guards, one_way, pairs, rules_of
from playhead.environment.installation import NETWORKS_MAX, Installation, Listener, parse_networks
from playhead.environment.ports import Service


@pytest.mark.parametrize(
    ("role", "direction"),
    [(Role.PREMISES, Direction.IN), (Role.CLIENT, Direction.OUT), (Role.SITE, Direction.THROUGH)],
)
def test_each_firewall_sees_the_same_ports_from_its_side(role, direction):
    rules = rules_of(role, INSTALLATION)
    assert [(rule.service, rule.port) for rule in rules] == [
        (Service.HTTPS, 443),
        (Service.TOKENS, 5650),
        (Service.SCREEN, 5733),
    ]
    assert {rule.direction for rule in rules} == {direction}


def test_ranges_are_named_only_where_they_help():
    for role, has_sources, has_targets in (
        (Role.PREMISES, True, False),
        (Role.CLIENT, False, True),
        (Role.SITE, True, True),
    ):
        for rule in rules_of(role, INSTALLATION):
            assert bool(rule.sources) == has_sources, role
            assert bool(rule.targets) == has_targets, role
    assert all(not rule.sources and not rule.targets for role in Role for rule in rules_of(role, OPEN))


CLOUD = ((Service.UPLOAD, 443), (Service.POOL, 2010))


def dialled(role, installation):
    """The rules to the cloud, besides which the others are as they are without."""
    rules = rules_of(role, installation)
    found = tuple(rule for rule in rules if (rule.service, rule.port) in CLOUD)
    assert tuple(rule for rule in rules if rule not in found) == rules_of(role, replace(installation, cloud=None))
    assert tuple((rule.service, rule.port) for rule in found) in {CLOUD, ()}
    return found


def test_the_cloud_is_let_out_to_only_where_there_is_one():
    sites, cloud = INSTALLATION.premises, CLOUDED.cloud
    for installation, targets in ((CLOUDED, cloud), (OPEN_CLOUDED, ())):
        for rule in dialled(Role.PREMISES, installation):
            assert (rule.direction, rule.sources, rule.targets) == (Direction.OUT, (), targets)
    assert len(dialled(Role.PREMISES, CLOUDED)) == len(CLOUD)
    assert {(rule.direction, rule.sources, rule.targets) for rule in dialled(Role.SITE, CLOUDED)} == {
        (Direction.THROUGH, sites, cloud)
    }
    assert dialled(Role.CLIENT, CLOUDED) == ()


def test_a_machine_in_the_cloud_lets_the_sites_in_to_its_own_rows_alone():
    for installation in (INSTALLATION, CLOUDED, replace(INSTALLATION, listeners=())):
        rules = rules_of(Role.CLOUD, installation)
        assert tuple((rule.service, rule.port) for rule in rules) == CLOUD
        assert {(rule.direction, rule.sources, rule.targets) for rule in rules} == {
            (Direction.IN, INSTALLATION.clients, ())
        }
        assert guards(rules) == {None: (443, 2010)}


def test_what_goes_to_the_cloud_shuts_nothing():
    for role in (Role.PREMISES, Role.SITE):
        assert guards(rules_of(role, CLOUDED)) == guards(rules_of(role, INSTALLATION))


def test_rules_of_two_directions_are_told_apart():
    rules = rules_of(Role.PREMISES, CLOUDED)
    kept = one_way(rules)
    assert {suffix: direction for suffix, (direction, _) in kept.items()} == {"": Direction.IN, "-out": Direction.OUT}
    assert kept[""][1] == rules_of(Role.PREMISES, INSTALLATION)
    assert {*kept[""][1], *kept["-out"][1]} == set(rules)
    for role in Role:
        if role is not Role.PREMISES:
            assert [some for _, some in one_way(rules_of(role, CLOUDED)).values()] == [rules_of(role, CLOUDED)]
    nothing_in = rules_of(Role.PREMISES, replace(CLOUDED, listeners=()))
    assert one_way(nothing_in) == {"": (Direction.IN, ()), "-out": (Direction.OUT, nothing_in)}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_what_only_this_machine_reaches_needs_no_rule(host):
    assert rules_of(Role.PREMISES, Installation((Listener(Service.SCREEN, host, 5633),))) == ()


def test_sources_and_targets_are_paired_by_family():
    (rule, *_) = rules_of(Role.SITE, INSTALLATION)
    assert [(str(source), str(target)) for source, target in pairs(rule)] == [
        ("10.1.0.0/16", "10.9.0.5/32"),
        ("2001:db8:1::/48", "2001:db8:9::5/128"),
    ]


def test_ports_are_shut_to_others_only_where_it_is_known_whose_they_are():
    ports = (443, 5650, 5733)
    assert guards(rules_of(Role.PREMISES, INSTALLATION)) == guards(rules_of(Role.PREMISES, OPEN)) == {None: ports}
    assert guards(rules_of(Role.SITE, INSTALLATION)) == dict.fromkeys(INSTALLATION.premises, ports)
    assert guards(rules_of(Role.SITE, OPEN)) == {}  # others of the site have port 443, too
    assert guards(rules_of(Role.CLIENT, INSTALLATION)) == {}


@pytest.mark.parametrize("text", ["10.1.0.1/16", "ten", "", "10.0.0.0/33", "10.0.0.0/8; reboot"])
def test_a_range_that_is_none(text):
    with pytest.raises(InvalidInputError) as raised:
        parse_networks((text,))
    assert raised.value.code == "environment.network"


def test_as_many_ranges_as_there_may_be():
    texts = tuple(f"10.0.{number}.0/24" for number in range(NETWORKS_MAX))
    assert len(parse_networks(texts)) == NETWORKS_MAX
    with pytest.raises(InvalidInputError):
        parse_networks((*texts, "10.1.0.0/24"))
