"""Rules for iptables-restore(8) and ip6tables-restore(8): chains of our own, hooked in once."""

from playhead.environment.firewall.rules import Direction, Rule, guards, one_way, pairs

CHAIN = "PLAYHEAD"
"""What a premises server sends to the cloud is in another, ``PLAYHEAD-OUT``."""

_FROM = {Direction.IN: "INPUT ! -i lo", Direction.OUT: "OUTPUT ! -o lo", Direction.THROUGH: "FORWARD"}
"""What of each of the system's chains goes to ours: all but what the machine says to itself."""


def render(rules: tuple[Rule, ...], *, version: int = 4) -> str:
    """A script for ``iptables-restore --noflush`` (or ``ip6tables-restore``): it replaces our chains and nothing else.

    Args:
        rules: of one firewall.
        version: of the Internet protocol.
    """
    lines = ["*filter"]
    for suffix, (_, some) in one_way(rules).items():
        lines += _chain(CHAIN + suffix.upper(), some, version)
    return "\n".join([*lines, "COMMIT", ""])


def render_hook(rules: tuple[Rule, ...], *, version: int = 4) -> str:
    """Shell commands that lead to the chains from the system's own, once."""
    command = program(version)
    return "".join(f"{command} -C {jump} 2>/dev/null || {command} -I {jump}\n" for jump in _jumps(rules).values())


def render_removal(rules: tuple[Rule, ...], *, version: int = 4) -> str:
    """Shell commands that undo both; harmless where there is nothing."""
    command = program(version)
    return "".join(
        f"{command} -D {jump} 2>/dev/null || true\n"
        f"{command} -F {chain} 2>/dev/null || true\n{command} -X {chain} 2>/dev/null || true\n"
        for chain, jump in _jumps(rules).items()
    )


def _jumps(rules: tuple[Rule, ...]) -> dict[str, str]:
    """How the system's chains lead to each of ours."""
    chains = {CHAIN + suffix.upper(): direction for suffix, (direction, _) in one_way(rules).items()}
    return {chain: f"{_FROM[direction]} -j {chain}" for chain, direction in chains.items()}


def _chain(chain: str, rules: tuple[Rule, ...], version: int) -> list[str]:
    lines = [f":{chain} - [0:0]", f"-F {chain}", f"-A {chain} -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN"]
    for rule in rules:
        for source, target in pairs(rule):
            if any(one is not None and one.version != version for one in (source, target)):
                continue
            where = f" -s {source}" if source is not None else ""
            where += f" -d {target}" if target is not None else ""
            lines.append(
                f'-A {chain}{where} -p tcp -m tcp --dport {rule.port} -m comment --comment "{rule.name}" -j ACCEPT'
            )
    for place, ports in guards(rules).items():
        if place is None or place.version == version:
            where = f" -d {place}" if place is not None else ""
            lines += [f"-A {chain}{where} -p tcp -m tcp --dport {port} -j DROP" for port in ports]
    return lines


def program(version: int) -> str:
    """The command that handles rules of a version of the Internet protocol."""
    return "iptables" if version == 4 else "ip6tables"  # noqa: PLR2004 - the protocol's version
