"""Which connections must pass, by the machine whose firewall it is. Pure; the renderers only write it down."""

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
    """Between the networks of the site."""


class Direction(StrEnum):
    """How a connection passes the machine. Answers come back on it; no rule is needed for them."""

    IN = "in"
    OUT = "out"
    THROUGH = "through"


_DIRECTION = {Role.PREMISES: Direction.IN, Role.CLIENT: Direction.OUT, Role.SITE: Direction.THROUGH}


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
    found: list[Rule] = []
    for listener in installation.listeners:
        row = port_of(listener.service)
        if listener.is_local or row.source is not Host.CLIENT or row.target is not Host.PREMISES:
            continue
        sources = () if role is Role.CLIENT else installation.clients
        targets = () if role is Role.PREMISES else installation.premises
        found.append(Rule(listener.service, _DIRECTION[role], listener.port, sources, targets))
    order = {row.service: place for place, row in enumerate(REGISTRY)}
    return tuple(sorted(found, key=lambda rule: (rule.port, order[rule.service])))


def guards(rules: tuple[Rule, ...]) -> dict[Network | None, tuple[int, ...]]:
    """What is shut to everybody whom no rule lets in: ports by where they are, None for the machine itself.

    Nothing of what goes out. And nothing of what passes through to servers that are not known, because the same ports
    of all others would be shut with them.
    """
    found: dict[Network | None, set[int]] = {}
    for rule in rules:
        if rule.direction is Direction.IN:
            found.setdefault(None, set()).add(rule.port)
        elif rule.direction is Direction.THROUGH:
            for target in rule.targets:
                found.setdefault(target, set()).add(rule.port)
    return {place: tuple(sorted(ports)) for place, ports in found.items()}


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
