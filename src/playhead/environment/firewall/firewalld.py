"""firewalld (firewalld.policies(5), firewalld.richlanguage(5)): one policy of our own, whatever the zones are.

Policies are there from firewalld 0.9 on. Ours stands before the zones (priority −1), accepts what is allowed, refuses
what else comes to our ports, and leaves everything else to the zones.
"""

from xml.sax.saxutils import quoteattr

from playhead.environment.firewall.rules import Direction, Network, Rule, guards, pairs

POLICY = "playhead"

_ZONES = {Direction.IN: ("ANY", "HOST"), Direction.OUT: ("HOST", "ANY"), Direction.THROUGH: ("ANY", "ANY")}
"""Where a connection comes from and goes to, by its direction; HOST is the machine itself."""
_GUARD_PRIORITY = 10
"""Rich rules are asked from low to high; those without a number are 0."""


def render(rules: tuple[Rule, ...]) -> str:
    """A shell script that replaces the policy, permanently and now."""
    return "\n".join(
        [
            *_head(),
            "folder=$(mktemp -d)",
            "trap 'rm -rf \"$folder\"' EXIT",
            f"cat >\"$folder/{POLICY}.xml\" <<'END'",
            f"{policy(rules)}END",
            f'firewall-cmd --permanent --new-policy-from-file="$folder/{POLICY}.xml" --name={POLICY}',
            "firewall-cmd --reload",
            "",
        ]
    )


def render_removal() -> str:
    """A shell script that takes the policy away, if it is there."""
    return "\n".join([*_head(), "firewall-cmd --reload", ""])


def policy(rules: tuple[Rule, ...]) -> str:
    """The policy as a file of firewalld's (firewalld.policy(5))."""
    about = "; ".join(rule.why for rule in rules)
    source, target = _ZONES[rules[0].direction if rules else Direction.IN]
    lines = ['<?xml version="1.0" encoding="utf-8"?>', '<policy target="CONTINUE" priority="-1">']
    lines += ["  <short>Playhead</short>", f"  <description>{about}</description>"]
    lines += [f'  <ingress-zone name="{source}"/>', f'  <egress-zone name="{target}"/>']
    lines += [_allowed(rule, *pair) for rule in rules for pair in pairs(rule)]
    lines += [_guard(port, place) for place, ports in guards(rules).items() for port in ports]
    return "\n".join([*lines, "</policy>", ""])


def _head() -> list[str]:
    there = f'*" {POLICY} "*) firewall-cmd --permanent --delete-policy={POLICY} ;;'
    return [
        "#!/bin/sh",
        "# Playhead: a policy of its own (firewalld 0.9 or later).",
        "set -eu",
        f'case " $(firewall-cmd --permanent --get-policies) " in {there} esac',
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
