"""Every form in which firewall rules can be had, by name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from playhead.environment.firewall import firewalld, iptables, nftables, terraform, ufw, windows
from playhead.environment.firewall.rules import Role, Rule

Writer = Callable[[tuple[Rule, ...]], str]


@dataclass(frozen=True, slots=True)
class Form:
    """How rules are written for one consumer."""

    title: str
    render: Writer
    remove: Writer | None = None
    """None where taking it away is done where it was applied (`terraform destroy`)."""
    roles: frozenset[Role] = frozenset(Role)
    """Whose firewalls it can be."""


_SERVERS: Final = frozenset({Role.PREMISES, Role.CLOUD})
_ENDS: Final = frozenset({Role.PREMISES, Role.CLIENT, Role.CLOUD})


FORMS: Final[dict[str, Form]] = {
    "nftables": Form("nftables", nftables.render, lambda _: nftables.render_removal()),
    "iptables": Form("iptables, IPv4", iptables.render, iptables.render_removal),
    "ip6tables": Form(
        "iptables, IPv6",
        lambda rules: iptables.render(rules, version=6),
        lambda rules: iptables.render_removal(rules, version=6),
    ),
    "iptables-hook": Form(
        "leading iptables to the rules",
        lambda rules: iptables.render_hook(rules) + iptables.render_hook(rules, version=6),
    ),
    "ufw": Form("ufw", ufw.render, lambda _: ufw.render_removal()),
    "firewalld": Form("firewalld", firewalld.render, firewalld.render_removal),
    "powershell": Form(
        "Windows, PowerShell", windows.render_powershell, lambda _: windows.render_powershell_removal(), _ENDS
    ),
    "netsh": Form("Windows, netsh", windows.render_netsh, windows.render_netsh_removal, _ENDS),
    "aws": Form("Terraform, AWS", terraform.render_aws, None, _SERVERS),
    "azure": Form("Terraform, Azure", terraform.render_azure, None, _SERVERS),
}
"""The change request is apart: it names the role (`playhead.environment.firewall.request`)."""
