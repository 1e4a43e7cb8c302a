"""Which connections must pass, by the machine whose firewall it is. Pure; the renderers only write it down."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from playhead.environment.installation import Installation, Network
from playhead.environment.ports import REGISTRY, Host, Port, Service, port_of


class Role(StrEnum):
    """Whose firewall."""

    PREMISES = "premises"
    CLIENT = "client"
    SITE = "site"
    """Between the networks of the site, and to the internet."""
    CLOUD = "cloud"
    """A machine in the cloud that premises servers dial."""


class Direction(StrEnum):
    """How a connection passes the machine. Answers come back on it; no rule is needed for them."""

    IN = "in"
    OUT = "out"
    THROUGH = "through"


_MACHINE = {Role.PREMISES: Host.PREMISES, Role.CLIENT: Host.CLIENT, Role.CLOUD: Host.CLOUD}
"""Whose own firewall it is. That of the site is nobody's own."""


@dataclass(frozen=True, slots=True)
class Rule:
    """New TCP connections to one port are let through."""

    service: Service
    direction: Direction
    port: int
    sources: tuple[Network, ...]
    """From where; empty for anywhere."""
    targets: tuple[Network, ...]
    """To where; empty for anywhere."""

    @property
    def row(self) -> Port:
        """What the registry says of it."""
        return port_of(self.service)

    @property
    def name(self) -> str:
        """Short and stable, for tools that know rules by their names."""
        return rule_name(self.service)

    @property
    def why(self) -> str:
        """A comment: what the rule is for."""
        return f"{self.port}/tcp {self.row.purpose}"


def rule_name(service: Service) -> str:
    """What the rule of a service is called in every firewall, for example ``playhead-screen``."""
    return f"playhead-{service.replace('_', '-')}"


def rules_of(role: Role, installation: Installation) -> tuple[Rule, ...]:
    """What a firewall must let through, by port. Least privilege: from and to known ranges alone, where they are known.

    A listener that only this machine reaches needs none.
    """
    networks = {Host.CLIENT: installation.clients, Host.PREMISES: installation.premises}
    if role is Role.CLOUD:  # which sees a site's client PCs and its server behind the same public addresses
        networks[Host.PREMISES] = installation.clients
    networks[Host.CLOUD] = installation.cloud or ()
    found: list[Rule] = []
    for row, port in _needed(role, installation):
        match _MACHINE.get(role):
            case row.target:
                found.append(Rule(row.service, Direction.IN, port, networks[row.source], ()))
            case row.source:
                found.append(Rule(row.service, Direction.OUT, port, (), networks[row.target]))
            case None:
                sources, targets = networks[row.source], networks[row.target]
                found.append(Rule(row.service, Direction.THROUGH, port, sources, targets))
            case _:
                pass  # the machine has no part in it
    order = {row.service: place for place, row in enumerate(REGISTRY)}
    return tuple(sorted(found, key=lambda rule: (rule.port, order[rule.service])))


def _needed(role: Role, installation: Installation) -> Iterator[tuple[Port, int]]:
    """Rows of the registry with their ports: what client PCs reach, and the cloud's where there is one."""
    for listener in installation.listeners:
        row = port_of(listener.service)
        if not listener.is_local and row.source is Host.CLIENT and row.target is Host.PREMISES:
            yield row, listener.port
    if role is Role.CLOUD or installation.cloud is not None:
        dialled = {listener.service: listener.port for listener in installation.listeners}
        yield from ((row, dialled.get(row.service, row.number)) for row in REGISTRY if row.target is Host.CLOUD)


def guards(rules: tuple[Rule, ...]) -> dict[Network | None, tuple[int, ...]]:
    """What is shut to everybody whom no rule lets in: ports by where they are, None for the machine itself.

    Nothing of what goes out, to the cloud neither. And nothing of what passes through to servers that are not known,
    because the same ports of all others would be shut with them.
    """
    found: dict[Network | None, set[int]] = {}
    for rule in rules:
        if rule.direction is Direction.IN:
            found.setdefault(None, set()).add(rule.port)
        elif rule.direction is Direction.THROUGH and rule.row.target is Host.PREMISES:
            for target in rule.targets:
                found.setdefault(target, set()).add(rule.port)
    return {place: tuple(sorted(ports)) for place, ports in found.items()}


def one_way(rules: tuple[Rule, ...]) -> dict[str, tuple[Direction, tuple[Rule, ...]]]:
    """Rules in sets of one direction each, by what a firewall that keeps those apart appends to its name for ours.

    The first is always there, so that applying no rules takes those of an earlier configuration away. What a premises
    server sends to the cloud is the other, called ``out``.
    """
    out = tuple(rule for rule in rules if rule.direction is Direction.OUT and rule.row.target is Host.CLOUD)
    first = tuple(rule for rule in rules if rule not in out)
    found = {"": (first[0].direction if first else Direction.IN, first)}
    return {**found, "-out": (Direction.OUT, out)} if out else found


def pairs(rule: Rule) -> list[tuple[Network | None, Network | None]]:
    """Every source with every target of the same address family; None for anywhere."""
    sources, targets = rule.sources or (None,), rule.targets or (None,)
    return [
        (source, target)
        for source in sources
        for target in targets
        if source is None or target is None or source.version == target.version
    ]


def by_family(networks: tuple[Network, ...]) -> dict[int, list[Network]]:
    """Networks by the version of the Internet protocol, 4 first."""
    ordered = sorted(networks, key=lambda one: (one.version, int(one.network_address), one.prefixlen))
    return {version: list(some) for version, some in groupby(ordered, key=lambda one: one.version)}
