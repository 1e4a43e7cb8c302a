"""Windows Defender Firewall: PowerShell (New-NetFirewallRule) and, for older hands, netsh advfirewall."""

from collections.abc import Iterable

from playhead.environment.firewall.rules import Direction, Rule
from playhead.environment.ports import Host

GROUP = "Playhead"
"""Rules are made, found and removed by their group."""


def render_powershell(rules: tuple[Rule, ...]) -> str:
    """A script that replaces the group's rules."""
    lines = ["#Requires -RunAsAdministrator", "$ErrorActionPreference = 'Stop'", *_removal(), ""]
    for rule in rules:
        inward = rule.direction is Direction.IN
        options = [
            f"-Name '{rule.name}'",
            f"-DisplayName 'Playhead {rule.service}'",
            f"-Description '{rule.why}'",
            f"-Group '{GROUP}'",
            f"-Direction {'Inbound' if inward else 'Outbound'}",
            "-Action Allow",
            "-Protocol TCP",
            f"-{'Local' if inward else 'Remote'}Port {rule.port}",
            f"-RemoteAddress {_addresses(rule)}",
            f"-Profile {_quoted(_profiles(rule))}",
        ]
        lines.append("New-NetFirewallRule " + " `\n    ".join(options) + " | Out-Null")
    return "\r\n".join("\n".join([*lines, ""]).split("\n"))


def render_powershell_removal() -> str:
    """A script that takes the group away."""
    return "\r\n".join(["#Requires -RunAsAdministrator", *_removal(), ""])


def render_netsh(rules: tuple[Rule, ...]) -> str:
    """A batch file that does the same with netsh."""
    lines = ["@echo off"]
    for rule in rules:
        lines += [
            f'netsh advfirewall firewall delete rule name="{rule.name}" >nul 2>&1',
            _netsh(rule),
        ]
    return "\r\n".join([*lines, ""])


def render_netsh_removal(rules: tuple[Rule, ...]) -> str:
    """A batch file that takes the rules away."""
    lines = [f'netsh advfirewall firewall delete rule name="{rule.name}" >nul 2>&1' for rule in rules]
    return "\r\n".join(["@echo off", *lines, ""])


def _netsh(rule: Rule) -> str:
    way, side = ("in", "local") if rule.direction is Direction.IN else ("out", "remote")
    where = f"protocol=TCP {side}port={rule.port} remoteip={_remote(rule)}"
    profiles = ",".join(_profiles(rule)).lower()
    return f'netsh advfirewall firewall add rule name="{rule.name}" dir={way} action=allow {where} profile={profiles}'


def _removal() -> list[str]:
    return [f"Get-NetFirewallRule -Group '{GROUP}' -ErrorAction SilentlyContinue | Remove-NetFirewallRule"]


def _profiles(rule: Rule) -> tuple[str, ...]:
    """The networks where it holds. That of a machine in the cloud is public, by its own judgement."""
    in_cloud = rule.direction is Direction.IN and rule.row.target is Host.CLOUD
    return ("Any",) if in_cloud else ("Domain", "Private")


def _remote(rule: Rule) -> str:
    others = rule.sources if rule.direction is Direction.IN else rule.targets
    return ",".join(map(str, others)) or "any"


def _addresses(rule: Rule) -> str:
    remote = _remote(rule)
    return "Any" if remote == "any" else _quoted(remote.split(","))


def _quoted(words: Iterable[str]) -> str:
    return ",".join(f"'{one}'" for one in words)
