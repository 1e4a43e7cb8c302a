"""Every form against its golden file, and what must hold of all of them.

``PLAYHEAD_WRITE_GOLDEN=1`` writes the files anew, to be looked at in the difference.
"""

import os
from pathlib import Path

import pytest
from environment.firewall.made import CLOUDED, INSTALLATION, OPEN, OPEN_CLOUDED

from playhead.environment.firewall import request
from playhead.environment.firewall.rules import Role, rules_of
from playhead.environment.firewall.written import FORMS

GOLDEN = Path(__file__).parent / "golden"
DIALLING = (Role.PREMISES, Role.SITE)
"""Whose rules are others where there is a cloud."""
CASES = [(name, role) for name, form in FORMS.items() for role in sorted(form.roles)]


def compare(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("PLAYHEAD_WRITE_GOLDEN"):
        path.write_bytes(text.encode())
    assert path.read_bytes().decode() == text


@pytest.mark.parametrize(("name", "role"), CASES)
def test_rules_are_as_they_were(name, role):
    compare(f"{name}.{role}.txt", FORMS[name].render(rules_of(role, INSTALLATION)))


@pytest.mark.parametrize("name", [name for name, form in FORMS.items() if form.remove is not None])
def test_removals_are_as_they_were(name):
    compare(f"{name}.removal.txt", FORMS[name].remove(rules_of(Role.PREMISES, INSTALLATION)))


@pytest.mark.parametrize("role", Role)
def test_the_request_is_as_it_was(role):
    compare(f"request.{role}.md", request.render(rules_of(role, INSTALLATION), role))


@pytest.mark.parametrize(("name", "role"), CASES)
def test_without_known_ranges_every_port_is_there_still(name, role):
    text = FORMS[name].render(rules_of(role, OPEN))
    if name != "iptables-hook":
        assert all(str(port) in text for port in ((443, 2010) if role is Role.CLOUD else (443, 5650, 5733)))
    assert "2020" not in text
    assert "10.1." not in text


@pytest.mark.parametrize(("name", "role"), [case for case in CASES if case[1] in DIALLING])
def test_rules_with_a_cloud_are_as_they_were(name, role):
    compare(f"{name}.{role}-to-cloud.txt", FORMS[name].render(rules_of(role, CLOUDED)))
    text = FORMS[name].render(rules_of(role, OPEN_CLOUDED))
    assert name == "iptables-hook" or "2010" in text
    assert "203.0.113" not in text


@pytest.mark.parametrize("name", ["iptables", "ip6tables", "firewalld", "netsh"])
def test_removals_with_a_cloud_are_as_they_were(name):
    compare(f"{name}.removal-to-cloud.txt", FORMS[name].remove(rules_of(Role.PREMISES, CLOUDED)))


@pytest.mark.parametrize("role", DIALLING)
def test_the_request_with_a_cloud_is_as_it_was(role):
    compare(f"request.{role}-to-cloud.md", request.render(rules_of(role, CLOUDED), role))


@pytest.mark.parametrize("name", FORMS)
def test_no_default_has_anything_to_do_with_the_cloud(name):
    for role in FORMS[name].roles - {Role.CLOUD}:
        text = FORMS[name].render(rules_of(role, INSTALLATION))
        assert not any(word in text.lower() for word in ("2010", "upload", "pool", "-out", "cloud"))
