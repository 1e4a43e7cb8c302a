"""Commands for ufw(8), which refuses what no rule allows once it is on.

Rules are written as ``ufw show added`` prints them, and known by their comment: so a script finds those that an earlier
configuration left, and what is there can be compared.
"""

from playhead.environment.firewall.rules import Direction, Network, Rule, pairs

_WORD = {Direction.IN: "allow", Direction.OUT: "allow out", Direction.THROUGH: "route allow"}
_OURS = r"s/^ufw \(route \)\{0,1\}\(.*\) comment 'playhead-[a-z-]*'$/\1delete \2/p"
"""For sed(1): the command that deletes a rule of ours, from the one that added it. ufw wants ``route`` first."""


def render(rules: tuple[Rule, ...]) -> str:
    """A shell script that adds the rules, and deletes those of an earlier configuration; the others are not touched."""
    wanted = "".join(f'  -e "{line}" \\\n' for line in lines(rules))
    kept = f"grep -vxF \\\n{wanted}  | " if wanted else ""
    script = ["#!/bin/sh", "# Playhead. ufw must be on: ufw enable", "set -eu", f"ufw show added | {kept}{_delete()}"]
    return "\n".join([*script, *lines(rules), ""])


def render_removal() -> str:
    """A shell script that takes all of ours away again, whatever the configuration was."""
    return "\n".join(["#!/bin/sh", "# Playhead.", "set -eu", f"ufw show added | {_delete()}", ""])


def lines(rules: tuple[Rule, ...]) -> list[str]:
    """The commands that add the rules, in ufw's own spelling."""
    return [
        f"ufw {_WORD[rule.direction]} {_where(source, target, rule.port)} comment '{rule.name}'"
        for rule in rules
        for source, target in pairs(rule)
    ]


def _where(source: Network | None, target: Network | None, port: int) -> str:
    if source is None and target is None:
        return f"{port}/tcp"
    origin = f"from {_spelt(source)} " if source is not None else ""
    return f"{origin}to {_spelt(target) if target is not None else 'any'} port {port} proto tcp"


def _spelt(network: Network) -> str:
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def _delete() -> str:
    return f'sed -n "{_OURS}" | while read -r rule; do ufw --force $rule </dev/null; done'
