"""Rules for nftables (nft(8)): a table of our own, which replaces itself and touches no other.

A chain of another table that drops still drops: nftables asks every table. What comes to our ports from elsewhere is
refused here, so that the table is least privilege by itself.
"""

from playhead.environment.firewall.rules import Direction, Network, Rule, by_family, guards

TABLE = "playhead"

_HOOK = {Direction.IN: "input", Direction.OUT: "output", Direction.THROUGH: "forward"}


def render(rules: tuple[Rule, ...]) -> str:
    """A script for ``nft -f``; loading it twice is loading it once."""
    lines = ["#!/usr/sbin/nft -f", "# Playhead. Load: nft -f FILE. Undo: nft destroy table inet playhead.", ""]
    lines += [f"table inet {TABLE}", f"delete table inet {TABLE}", f"table inet {TABLE} {{"]
    for direction in dict.fromkeys(rule.direction for rule in rules):
        lines += _chain(direction, tuple(rule for rule in rules if rule.direction is direction))
    return "\n".join([*lines, "}", ""])


def render_removal() -> str:
    """A script for ``nft -f`` that takes the table away; without the table it does nothing."""
    return f"#!/usr/sbin/nft -f\ntable inet {TABLE}\ndelete table inet {TABLE}\n"


def _chain(direction: Direction, rules: tuple[Rule, ...]) -> list[str]:
    hook = _HOOK[direction]
    lines = [f"  chain {hook} {{", f"    type filter hook {hook} priority filter; policy accept;"]
    lines.append("    ct state established,related accept")
    if direction is Direction.IN:
        lines.append('    iif "lo" accept')
    if direction is Direction.OUT:
        lines.append('    oif "lo" accept')
    for rule in rules:
        lines += [
            f'    {match}tcp dport {rule.port} accept comment "{rule.name}: {rule.why}"' for match in _matches(rule)
        ]
    for place, ports in guards(rules).items():
        target = f"{_word(place)} daddr {place} " if place is not None else ""
        shut = f"tcp dport {{ {', '.join(map(str, ports))} }} drop"
        lines.append(f'    {target}{shut} comment "playhead: from nowhere else"')
    return [*lines, "  }"]


def _matches(rule: Rule) -> list[str]:
    """One condition for each family of addresses that the rule is about."""
    if not rule.sources and not rule.targets:
        return [""]
    sources, targets = by_family(rule.sources), by_family(rule.targets)
    versions = set(sources or targets) & set(targets or sources)
    found: list[str] = []
    for version in sorted(versions):
        parts = [
            f"{_word(some[version][0])} {side} {{ {', '.join(map(str, some[version]))} }} "
            for side, some in (("saddr", sources), ("daddr", targets))
            if version in some
        ]
        found.append("".join(parts))
    return found


def _word(network: Network) -> str:
    return "ip" if network.version == 4 else "ip6"  # noqa: PLR2004 - the protocol's version
