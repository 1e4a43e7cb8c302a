"""firewalld (firewalld.policies(5), firewalld.richlanguage(5)): policies of our own, whatever the zones are.

Policies are there from firewalld 0.9 on. Ours stand before the zones (priority −1), accept what is allowed, refuse
what else comes to our ports, and leave everything else to the zones.
"""

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from playhead.environment.firewall.rules import Direction, Network, Rule, guards, one_way, pairs

POLICY = "playhead"
"""What a premises server sends to the cloud is in another, ``playhead-out``."""

_ZONES = {Direction.IN: ("ANY", "HOST"), Direction.OUT: ("HOST", "ANY"), Direction.THROUGH: ("ANY", "ANY")}
"""Where a connection comes from and goes to, by its direction; HOST is the machine itself."""
_GUARD_PRIORITY = 10
"""Rich rules are asked from low to high; those without a number are 0."""


def render(rules: tuple[Rule, ...]) -> str:
    """A shell script that replaces the policies, permanently and now."""
    made = policies(rules)
    lines = [*_head(made), "folder=$(mktemp -d)", "trap 'rm -rf \"$folder\"' EXIT"]
    for name, text in made.items():
        lines += [f"cat >\"$folder/{name}.xml\" <<'END'", f"{text}END"]
        lines.append(f'firewall-cmd --permanent --new-policy-from-file="$folder/{name}.xml" --name={name}')
    return "\n".join([*lines, "firewall-cmd --reload", ""])


def render_removal(rules: tuple[Rule, ...]) -> str:
    """A shell script that takes the policies away, if they are there."""
    return "\n".join([*_head(policies(rules)), "firewall-cmd --reload", ""])


def policies(rules: tuple[Rule, ...]) -> dict[str, str]:
    """Each policy as a file of firewalld's (firewalld.policy(5)), by its name."""
    return {POLICY + suffix: _policy(*some) for suffix, some in one_way(rules).items()}


def _policy(direction: Direction, rules: tuple[Rule, ...]) -> str:
    about = "; ".join(rule.why for rule in rules)
    source, target = _ZONES[direction]
    lines = ['<?xml version="1.0" encoding="utf-8"?>', '<policy target="CONTINUE" priority="-1">']
    lines += ["  <short>Playhead</short>", f"  <description>{about}</description>"]
    lines += [f'  <ingress-zone name="{source}"/>', f'  <egress-zone name="{target}"/>']
    lines += [_allowed(rule, *pair) for rule in rules for pair in pairs(rule)]
    lines += [_guard(port, place) for place, ports in guards(rules).items() for port in ports]
    return "\n".join([*lines, "</policy>", ""])


def _head(names: Iterable[str]) -> list[str]:
    return [
        "#!/bin/sh",
        "# Playhead: a policy of its own (firewalld 0.9 or later).",
        "set -eu",
        *(
            f'case " $(firewall-cmd --permanent --get-policies) " in *" {name} "*) '
            f"firewall-cmd --permanent --delete-policy={name} ;; esac"
            for name in names
        ),
    ]


def _allowed(rule: Rule, source: Network | None, target: Network | None) -> str:
    return f"  <rule{_family(source or target)}>{_ends(source, target)}{_port(rule.port)}<accept/></rule>"


def _guard(port: int, target: Network | None) -> str:
    start = f'  <rule priority="{_GUARD_PRIORITY}"{_family(target)}>'
    return f"{start}{_ends(None, target)}{_port(port)}<drop/></rule>"


def _family(network: Network | None) -> str:
    return "" if network is None else f' family="ipv{network.version}"'


def _ends(source: Network | None, target: Network | None) -> str:
    return "".join(
        f"<{word} address={quoteattr(str(network))}/>"
        for word, network in (("source", source), ("destination", target))
        if network is not None
    )


def _port(port: int) -> str:
    return f'<port port="{port}" protocol="tcp"/>'
