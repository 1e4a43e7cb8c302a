"""Commands for ufw(8), which refuses what no rule allows once it is on. It passes over a rule that it has already."""

from playhead.environment.firewall.rules import Direction, Rule, pairs

_WORD = {Direction.IN: "allow", Direction.OUT: "allow out", Direction.THROUGH: "route allow"}


def render(rules: tuple[Rule, ...]) -> str:
    """A shell script that adds the rules."""
    return "\n".join(["#!/bin/sh", "# Playhead. ufw must be on: ufw enable", "set -eu", *_lines(rules, "ufw "), ""])


def render_removal(rules: tuple[Rule, ...]) -> str:
    """A shell script that takes them away again."""
    return "\n".join(["#!/bin/sh", *(f"{line} || true" for line in _lines(rules, "ufw --force delete ")), ""])


def _lines(rules: tuple[Rule, ...], command: str) -> list[str]:
    found: list[str] = []
    for rule in rules:
        for source, target in pairs(rule):
            verb = _WORD[rule.direction]
            if verb.startswith("route ") and "delete" in command:  # ufw wants the word first
                line = f"ufw --force route delete {verb.removeprefix('route ')}"
            else:
                line = f"{command}{verb}"
            where = f"from {source or 'any'} to {target or 'any'} port {rule.port} proto tcp"
            found.append(f"{line} {where} comment '{rule.name}'" if "delete" not in line else f"{line} {where}")
    return found
