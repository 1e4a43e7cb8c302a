"""A change request that a network team can read, and answer."""

from playhead.environment.firewall.rules import Direction, Role, Rule
from playhead.environment.ports import Host

_TITLE = {
    Role.PREMISES: "the premises server's own firewall",
    Role.CLIENT: "the firewalls of the client PCs",
    Role.SITE: "the firewall between the networks of the site",
    Role.CLOUD: "the firewall of the cloud machine",
}
_ANY = {Host.CLIENT: "any client PC", Host.PREMISES: "the premises server", Host.CLOUD: "the cloud"}
"""What is written where no addresses are known."""
_HOW = {Direction.IN: "in", Direction.OUT: "out", Direction.THROUGH: "through"}


def render(rules: tuple[Rule, ...], role: Role) -> str:
    """Markdown: what to let through, from where to where, why, and how to see that it works."""
    lines = [
        f"# Firewall change: Playhead, {_TITLE[role]}",
        "",
        "Please let these new TCP connections pass. Answers return on the same connection. Nothing else is needed;",
        "nothing is opened from the internet." if role is not Role.CLOUD else "nothing is opened towards the sites.",
        "",
        "| name | way | from | to | TCP port | for | protected by |",
        "|---|---|---|---|---|---|---|",
    ]
    for rule in rules:
        cells = (
            rule.name,
            _HOW[rule.direction],
            ", ".join(map(str, rule.sources)) or _ANY[rule.row.source],
            ", ".join(map(str, rule.targets)) or _ANY[rule.row.target],
            str(rule.port),
            rule.row.purpose,
            rule.row.secured,
        )
        lines.append(f"| {' | '.join(cells)} |")
    inspected = [str(rule.port) for rule in rules if rule.row.both_ways]
    lines += ["", "Please do not"]
    lines.append("")
    if inspected:
        text = f"- inspect TLS on {' and '.join(inspected)}: both sides show certificates, and a replaced one ends it;"
        lines.append(text)
    lines += [
        "- end connections that are quiet for less than five minutes: they are kept open all day;",
        "- buffer answers of the portal: live pictures come as one long answer.",
    ]
    if role is Role.CLOUD:
        return "\n".join([*lines, ""])
    lines += [
        "",
        "To see that it works, from a client PC: `playhead doctor` names each port that does not answer.",
    ]
    return "\n".join([*lines, ""])
