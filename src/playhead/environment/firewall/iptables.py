"""Rules for iptables-restore(8) and ip6tables-restore(8): a chain of our own, hooked in once."""

from playhead.environment.firewall.rules import Direction, Rule, guards, pairs

CHAIN = "PLAYHEAD"

_JUMP = {
    Direction.IN: f"INPUT ! -i lo -j {CHAIN}",
    Direction.OUT: f"OUTPUT ! -o lo -j {CHAIN}",
    Direction.THROUGH: f"FORWARD -j {CHAIN}",
}
"""How each of the system's chains leads to ours: for all but what the machine says to itself."""


def render(rules: tuple[Rule, ...], *, version: int = 4) -> str:
    """A script for ``iptables-restore --noflush`` (or ``ip6tables-restore``): it replaces the chain and nothing else.

    Args:
        rules: of one direction.
        version: of the Internet protocol.
    """
    lines = ["*filter", f":{CHAIN} - [0:0]", f"-F {CHAIN}"]
    lines.append(f"-A {CHAIN} -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN")
    for rule in rules:
        for source, target in pairs(rule):
            if any(one is not None and one.version != version for one in (source, target)):
                continue
            where = f" -s {source}" if source is not None else ""
            where += f" -d {target}" if target is not None else ""
            lines.append(
                f'-A {CHAIN}{where} -p tcp -m tcp --dport {rule.port} -m comment --comment "{rule.name}" -j ACCEPT'
            )
    for place, ports in guards(rules).items():
        if place is None or place.version == version:
            where = f" -d {place}" if place is not None else ""
            lines += [f"-A {CHAIN}{where} -p tcp -m tcp --dport {port} -j DROP" for port in ports]
    return "\n".join([*lines, "COMMIT", ""])


def render_hook(direction: Direction, *, version: int = 4) -> str:
    """Shell commands that lead to the chain from the system's own, once."""
    command, jump = program(version), _JUMP[direction]
    return f"{command} -C {jump} 2>/dev/null || {command} -I {jump}\n"


def render_removal(direction: Direction, *, version: int = 4) -> str:
    """Shell commands that undo both; harmless where there is nothing."""
    command, jump = program(version), _JUMP[direction]
    return (
        f"{command} -D {jump} 2>/dev/null || true\n"
        f"{command} -F {CHAIN} 2>/dev/null || true\n{command} -X {CHAIN} 2>/dev/null || true\n"
    )


def program(version: int) -> str:
    """The command that handles rules of a version of the Internet protocol."""
    return "iptables" if version == 4 else "ip6tables"  # noqa: PLR2004 - the protocol's version
