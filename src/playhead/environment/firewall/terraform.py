"""Terraform for servers in a public cloud: an AWS security group, an Azure network security group."""

import json

from playhead.environment.firewall.rules import Direction, Rule
from playhead.environment.installation import ANYWHERE, Network
from playhead.environment.ports import Host

_FIRST_PRIORITY = 1000
"""Azure's go from 100 to 4096 (lower first); there is room for others before and behind."""


def render_aws(rules: tuple[Rule, ...]) -> str:
    """An ``aws_security_group`` for the premises server or the cloud's, and its rules; set ``vpc_id``."""
    blocks = [
        'variable "vpc_id" {\n  type = string\n}',
        _block(
            "aws_security_group",
            "playhead",
            {"name": '"playhead"', "description": f'"Playhead {_machine(rules)}"', "vpc_id": "var.vpc_id"},
        ),
    ]
    for rule in rules:
        way = "ingress" if rule.direction is Direction.IN else "egress"
        for number, network in enumerate(_others(rule) or ANYWHERE):
            family = "cidr_ipv4" if network.version == 4 else "cidr_ipv6"  # noqa: PLR2004 - the protocol's version
            values = {
                "security_group_id": "aws_security_group.playhead.id",
                family: json.dumps(str(network)),
                "ip_protocol": '"tcp"',
                "from_port": str(rule.port),
                "to_port": str(rule.port),
                "description": json.dumps(_plain(rule.why)),
            }
            blocks.append(_block(f"aws_vpc_security_group_{way}_rule", f"{_word(rule)}_{number}", values))
    return "\n\n".join([*blocks, ""])


def render_azure(rules: tuple[Rule, ...]) -> str:
    """An ``azurerm_network_security_group`` for either, and its rules; set where it lies."""
    blocks = [
        'variable "location" {\n  type = string\n}',
        'variable "resource_group_name" {\n  type = string\n}',
        _block(
            "azurerm_network_security_group",
            "playhead",
            {"name": '"playhead"', "location": "var.location", "resource_group_name": "var.resource_group_name"},
        ),
    ]
    for number, rule in enumerate(rules):
        inward = rule.direction is Direction.IN
        here, there = ("destination", "source") if inward else ("source", "destination")
        values = {
            "name": json.dumps(rule.name),
            "description": json.dumps(_plain(rule.why)),
            "priority": str(_FIRST_PRIORITY + 10 * number),
            "direction": '"Inbound"' if inward else '"Outbound"',
            "access": '"Allow"',
            "protocol": '"Tcp"',
            "source_port_range": '"*"',
            "destination_port_range": json.dumps(str(rule.port)),
            f"{here}_address_prefix": '"*"',
            "resource_group_name": "var.resource_group_name",
            "network_security_group_name": "azurerm_network_security_group.playhead.name",
        }
        if _others(rule):
            values[f"{there}_address_prefixes"] = json.dumps([str(network) for network in _others(rule)])
        else:
            values[f"{there}_address_prefix"] = '"*"'
        blocks.append(_block("azurerm_network_security_rule", _word(rule), values))
    return "\n\n".join([*blocks, ""])


def _machine(rules: tuple[Rule, ...]) -> Host:
    """Whose group it is."""
    return next((rule.row.target for rule in rules if rule.direction is Direction.IN), Host.PREMISES)


def _others(rule: Rule) -> tuple[Network, ...]:
    """Who is at the other end."""
    return rule.sources if rule.direction is Direction.IN else rule.targets


def _word(rule: Rule) -> str:
    return rule.service.replace("-", "_")


def _plain(text: str) -> str:
    """AWS takes few characters in a description."""
    kept = " ._-:/()#,@[]+=&;{}!$*"
    return "".join(one if one.isalnum() or one in kept else " " for one in text)


def _block(kind: str, name: str, values: dict[str, str]) -> str:
    width = max(map(len, values))
    lines = [f"  {key.ljust(width)} = {value}" for key, value in values.items()]
    return "\n".join([f'resource "{kind}" "{name}" {{', *lines, "}"])
