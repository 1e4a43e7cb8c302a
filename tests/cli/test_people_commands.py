"""``playhead groups``, ``playhead roles``, and the roles of users."""

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cli.conftest import Run

from playhead.base.ids import UserId
from playhead.cli.catalogues import opened_catalogue
from playhead.cli.places import PremisesPlaces
from playhead.domain.roles import ADMINISTRATOR, SUPERVISOR, Assignment
from playhead.store.catalogue.users import User, add_user

GOOD = "correct horse battery"


def audited(folder: Path) -> list[tuple[str, str, str]]:
    """Who did what to which, oldest first."""
    with closing(sqlite3.connect(PremisesPlaces(folder).catalogue)) as catalogue:
        return catalogue.execute("SELECT actor, action, subject FROM audit ORDER BY id").fetchall()


async def _make(places: PremisesPlaces) -> None:
    async with opened_catalogue(places) as catalogue, catalogue.writing() as connection:
        for user, role in (("root", ADMINISTRATOR), ("sam", SUPERVISOR)):
            await add_user(connection, User(UserId(user), user.title(), "no hash", 1), [Assignment(role)])


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    asyncio.run(_make(PremisesPlaces(folder)))
    return folder


@pytest.fixture
def site(_made: Path, tmp_path: Path) -> Path:
    """A data folder with an administrator and a supervisor."""
    return Path(shutil.copytree(_made, tmp_path / "data"))


def test_several_roles(run: Run, site: Path) -> None:
    arguments = ("--role", "agent", "--role", "auditor", "--role", "agent", "--password-stdin", "--data", site)
    assert run("users", "add", "jo", *arguments, stdin=f"{GOOD}\n").code == 0
    listed = {one["id"]: one["roles"] for one in json.loads(run("users", "list", "--json", "--data", site).out)}
    assert listed == {"jo": "agent auditor", "root": "administrator", "sam": "supervisor"}


def test_other_roles(run: Run, site: Path) -> None:
    said = run("users", "set-roles", "sam", "--role", "manager", "--since", "2026-01-02", "--data", site)
    assert (said.code, said.out) == (0, "")
    with closing(sqlite3.connect(PremisesPlaces(site).catalogue)) as catalogue:
        rows = catalogue.execute("SELECT role_id, since_us FROM user_roles WHERE user_id = 'sam'").fetchall()
    assert rows == [("manager", 1_767_312_000_000_000)]
    assert run("users", "set-roles", "sam", "--data", site).code == 0
    listed = json.loads(run("users", "list", "--json", "--data", site).out)
    assert [one["roles"] for one in listed] == ["administrator", ""]
    assert audited(site)[-2:] == [("operator", "user.roles_set", "sam")] * 2


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["users", "set-roles", "root", "--role", "agent"], "nobody who may administer"),
        (["users", "disable", "root"], "nobody who may administer"),
        (["users", "set-roles", "sam", "--role", "king"], "role"),
        (["users", "set-roles", "eve", "--role", "agent"], "eve"),
        (["users", "set-roles", "sam", "--role", "agent", "--since", "2999-01-01"], "future"),
        (["users", "sign-out", "eve"], "eve"),
        (["groups", "add", "Day", "--supervisor", "eve"], "supervisors"),
        (["groups", "change", "day"], "day"),
        (["groups", "delete", "day"], "day"),
        (["roles", "add", "Coach", "--allow", "fly:all"], "fly"),
        (["roles", "add", "Coach", "--allow", "view"], "view"),
        (["roles", "add", "Coach", "--allow", "audit:own"], "audit:all"),
        (["roles", "delete", "agent"], "every site"),
        (["roles", "delete", "none"], "none"),
    ],
)
def test_what_cannot_be(run: Run, site: Path, command: list[str], told: str) -> None:
    before = audited(site)
    said = run(*command, "--data", site)
    assert said.code == 1
    assert said.err.startswith("playhead: ")
    assert told in said.err
    assert audited(site) == before


def test_groups(run: Run, site: Path) -> None:
    assert run("groups", "list", "--data", site).out.startswith("There is no group yet.")
    members = ("--member", "CORP\\Jane", "--member", "joe")
    said = run("groups", "add", "Night Shift", *members, "--supervisor", "sam", "--data", site)
    assert (said.code, said.out) == (0, "night-shift\n")
    changes = (
        "--add-member",
        "eve",
        "--remove-member",
        "JOE",
        "--add-supervisor",
        "root",
        "--remove-supervisor",
        "sam",
    )
    assert run("groups", "change", "night-shift", *changes, "--data", site).code == 0
    (group,) = json.loads(run("groups", "list", "--json", "--data", site).out)
    expected = {"id": "night-shift", "name": "Night Shift", "members": ["eve", "jane"], "supervisors": ["root"]}
    assert group == expected
    assert run("groups", "list", "--data", site).out.splitlines()[1].split() == [
        *("night-shift", "Night", "Shift", "eve", "jane", "root")
    ]
    assert run("groups", "delete", "night-shift", "--data", site).code == 0
    assert [one[1:] for one in audited(site)][-3:] == [
        (action, "night-shift") for action in ("group.added", "group.changed", "group.deleted")
    ]


def test_roles(run: Run, site: Path) -> None:
    allowed = ("--allow", "view:team", "--allow", "audit:all")
    assert run("roles", "add", "Coach", *allowed, "--data", site).out == "coach\n"
    listed = json.loads(run("roles", "list", "--json", "--data", site).out)
    assert [one["id"] for one in listed] == ["administrator", "agent", "auditor", "manager", "supervisor", "coach"]
    assert listed[-1]["grants"] == [{"action": "view", "scope": "team"}, {"action": "audit", "scope": "all"}]
    assert run("roles", "list", "--data", site).out.splitlines()[-1].split() == [
        *("coach", "Coach", "view:team", "audit:all")
    ]
    assert run("users", "set-roles", "sam", "--role", "coach", "--data", site).code == 0
    assert run("roles", "delete", "coach", "--data", site).code == 1
    assert run("users", "set-roles", "sam", "--data", site).code == 0
    assert run("roles", "delete", "coach", "--data", site).code == 0


def test_signing_out(run: Run, site: Path) -> None:
    assert run("users", "sign-out", "sam", "--data", site).code == 0
    assert audited(site)[-1] == ("operator", "session.ended", "sam")
