"""Rules and exclusions as files, and what is said to a wish that cannot be."""

from pathlib import PurePosixPath, PureWindowsPath

import pytest

from playhead.base.errors import InvalidInputError
from playhead.environment.antivirus import written as antivirus
from playhead.environment.downloads import (
    _ENDINGS,
    PATH_CHARS_MAX,
    REQUEST,
    exclusions_file,
    parse_path,
    rules_file,
)
from playhead.environment.firewall import written
from playhead.environment.firewall.rules import Role
from playhead.environment.installation import Listener
from playhead.environment.ports import Service

LISTENERS = [Listener(Service.SCREEN, "0.0.0.0", 5633), Listener(Service.TOKENS, "127.0.0.1", 5650)]  # noqa: S104
DATA, PROGRAM = PurePosixPath("/srv/playhead"), PurePosixPath("/opt/playhead/bin/python3")


def refused(call, *arguments, **named):
    with pytest.raises(InvalidInputError) as caught:
        call(*arguments, **named)
    return caught.value.code


def test_every_form_has_an_ending_of_its_own_kind():
    assert set(_ENDINGS) == {REQUEST, *written.FORMS, *antivirus.FORMS}


@pytest.mark.parametrize("form", [REQUEST, *written.FORMS])
def test_rules_are_what_was_asked_for(form):
    file = rules_file(LISTENERS, form=form, role=Role.PREMISES, clients=["10.1.0.0/16"])
    assert file.name.startswith("playhead-premises.")
    assert "5650" not in file.text, "only this machine reaches it"
    if form not in {"ip6tables", "iptables-hook"}:  # the range is of IPv4; the other has no rules in it
        assert "5633" in file.text
        assert "10.1.0.0/16" in file.text


def test_the_cloud_is_in_them_where_one_is_named():
    wish = {"form": "nftables", "clients": ["10.1.0.0/16"]}
    assert "2010" not in rules_file(LISTENERS, role=Role.PREMISES, **wish).text
    text = rules_file(LISTENERS, role=Role.PREMISES, clouds=["203.0.113.5"], **wish).text
    assert "ip daddr { 203.0.113.5/32 } tcp dport 2010 accept" in text
    file = rules_file(LISTENERS, role=Role.CLOUD, **wish)
    assert file.name == "playhead-cloud.nft"
    assert "ip saddr { 10.1.0.0/16 } tcp dport 2010 accept" in file.text
    assert "5633" not in file.text


def test_what_takes_them_away():
    file = rules_file(LISTENERS, form="nftables", role=Role.PREMISES, remove=True)
    assert file.name == "playhead-premises-remove.nft"
    assert "delete table" in file.text


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"form": "pf"}, "environment.form"),
        ({"form": "nftables", "clients": ["10.1.0.1/16"]}, "environment.network"),
        ({"form": "nftables", "servers": ["here"]}, "environment.network"),
        ({"form": "nftables", "clouds": ["there"]}, "environment.network"),
        ({"form": "aws", "role": Role.CLIENT}, "environment.role"),
        ({"form": "aws", "remove": True}, "environment.removal"),
        ({"form": REQUEST, "remove": True}, "environment.removal"),
    ],
)
def test_a_wish_that_cannot_be(wish, code):
    assert refused(rules_file, LISTENERS, **{"role": Role.PREMISES, **wish}) == code


@pytest.mark.parametrize("form", list(antivirus.FORMS))
def test_exclusions_of_this_server_and_of_a_workstation(form):
    here = exclusions_file(form=form, role="premises", data=DATA, program=PROGRAM)
    there = exclusions_file(
        form=form, role="workstation", data=DATA, program=PROGRAM, folder=r"C:\ProgramData\Playhead"
    )
    assert "recordings" in here.text
    assert "/srv" not in there.text
    assert "spool" in there.text
    assert "bin/python3" not in there.text


def test_the_program_of_a_workstation_is_named_where_it_is_known():
    file = exclusions_file(
        form="csv",
        role="workstation",
        data=DATA,
        program=PROGRAM,
        folder="/var/lib/playhead",
        executable="/opt/p/python",
    )
    assert "/opt/p/python" in file.text


def test_a_form_of_exclusions_that_is_not():
    assert refused(exclusions_file, form="norton", role="premises", data=DATA, program=PROGRAM) == "environment.form"


def test_paths_of_other_machines():
    assert parse_path(" /var/lib/playhead ") == PurePosixPath("/var/lib/playhead")
    assert parse_path(r"D:\Playhead") == PureWindowsPath(r"D:\Playhead")
    assert parse_path("/" + "a" * (PATH_CHARS_MAX - 1))
    for text in ("", "playhead", r"Playhead\data", "/a/../b", "/a\nb", "/" + "a" * PATH_CHARS_MAX):
        assert refused(parse_path, text) == "environment.folder"
