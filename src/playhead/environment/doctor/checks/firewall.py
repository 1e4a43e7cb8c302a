"""Whether the rules of ours that this machine's firewall has are of the ports that are configured now (Linux, as root).

What other rules do is not judged: that shows in the connections of workstations.
"""

import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from playhead.environment.doctor.codes import finding
from playhead.environment.doctor.findings import Finding
from playhead.environment.firewall import iptables, nftables
from playhead.environment.firewall.rules import Rule

LIST_S: Final = 3.0

LISTINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "nftables": ("nft", "list", "table", "inet", nftables.TABLE),
    "iptables": ("iptables", "-S", iptables.CHAIN),
    "ufw": ("ufw", "show", "added"),
}
"""What prints our rules, as the kinds of firewall call them; it fails where there are none."""

_OURS: Final = re.compile(r"^.*\b(playhead-[a-z-]+).*$", re.MULTILINE)
_PORT: Final = re.compile(r"\bd?port (\d{1,5})\b")


def look_at_own_firewall(
    rules: tuple[Rule, ...], listing: Callable[[Sequence[str]], str] | None = None
) -> Sequence[Finding]:
    """Compare each kind of firewall that has rules of ours with what they should be about.

    Args:
        rules: of this machine, from its configuration.
        listing: what a command prints; empty where it cannot. For tests.
    """
    found: list[Finding] = []
    for form, command in LISTINGS.items():
        loaded = rules_in((listing or _listed)(command))
        if not loaded:
            continue
        missing = [rule for rule in rules if (rule.name, rule.port) not in loaded]
        found += [
            finding(
                "firewall.lacks",
                f"{form}: {rule.name}",
                f"The rules that are loaded let TCP {rule.port} ({rule.row.purpose}) in by no rule.",
                rule=rule.name,
                port=rule.port,
                form=form,
            )
            for rule in missing
        ]
        if not missing:
            told = f"Rules for {', '.join(str(rule.port) for rule in rules)} are loaded."
            found.append(finding("firewall.fits", form, told, form=form))
    return found


def rules_in(text: str) -> frozenset[tuple[str, int]]:
    """The rules of ours in a listing, by name and port. Two may have the same port: 443 in, and 443 of the cloud."""
    return frozenset((line[1], int(port)) for line in _OURS.finditer(text) for port in _PORT.findall(line[0]))


def _listed(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIST_S, check=False)
    except (OSError, subprocess.TimeoutExpired):  # not installed, or busy: then it has nothing to tell
        return ""
    return done.stdout if done.returncode == 0 else ""
