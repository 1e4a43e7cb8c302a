"""firewalld (firewalld.service(5), firewalld.richlanguage(5)): one service a row, and who may use it."""

from playhead.environment.firewall.rules import Rule

FOLDER = "/etc/firewalld/services"


def render(rules: tuple[Rule, ...], *, zone: str = "") -> str:
    """A shell script that makes services and lets them through, permanently and now.

    Args:
        rules: of connections that come in.
        zone: of firewalld; empty for its default one.
    """
    command = _command(zone)
    lines = ["#!/bin/sh", "# Playhead.", "set -eu"]
    for rule in rules:
        about = f"firewall-cmd --permanent --service={rule.name}"
        lines += [
            f"{about} --get-short >/dev/null 2>&1 || firewall-cmd --permanent --new-service={rule.name}",
            f"{about} --set-short='Playhead {rule.service}'",
            f"{about} --set-description='{rule.why}'",
            f"{about} --add-port={rule.port}/tcp",
        ]
    lines += [f"{command} --add-{allowed}" for allowed in _allowed(rules)]
    return "\n".join([*lines, "firewall-cmd --reload", ""])


def render_removal(rules: tuple[Rule, ...], *, zone: str = "") -> str:
    """A shell script that undoes it."""
    command = _command(zone)
    lines = ["#!/bin/sh", *(f"{command} --remove-{allowed} || true" for allowed in _allowed(rules))]
    lines += [f"firewall-cmd --permanent --delete-service={rule.name} || true" for rule in rules]
    return "\n".join([*lines, "firewall-cmd --reload", ""])


def _command(zone: str) -> str:
    return f"firewall-cmd --permanent --zone={zone}" if zone else "firewall-cmd --permanent"


def _allowed(rules: tuple[Rule, ...]) -> list[str]:
    found: list[str] = []
    for rule in rules:
        if not rule.sources:
            found.append(f"service={rule.name}")
        for source in rule.sources:
            family = f"ipv{source.version}"
            found.append(
                f'rich-rule=\'rule family="{family}" source address="{source}" service name="{rule.name}" accept\''
            )
    return found
