"""``playhead users``: who may sign in."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cli.conftest import Run

from playhead.cli.places import PremisesPlaces
from playhead.portal.lockout import user_key
from playhead.testing.catalogues import provide

GOOD = "correct horse battery"


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(PremisesPlaces(folder).catalogue)) as catalogue:
        return catalogue.execute(query).fetchall()


@pytest.fixture
def jo(run: Run, tmp_path: Path) -> Path:
    """A data folder in which Jo may sign in."""
    catalogue = PremisesPlaces(tmp_path).catalogue
    catalogue.parent.mkdir(parents=True)
    asyncio.run(provide(catalogue))
    arguments = ("--role", "agent", "--name", "Jo Doe", "--password-stdin", "--data", tmp_path)
    said = run("users", "add", "jo", *arguments, stdin=f"{GOOD}\n")
    assert (said.code, said.out) == (0, "")
    assert "jo may sign in as agent." in said.err
    return tmp_path


def test_a_password_is_kept_by_its_hash_only(jo: Path) -> None:
    ((name, role, password),) = rows(
        jo, "SELECT name, role_id, password_hash FROM users JOIN user_roles ON user_id = users.id"
    )
    assert (name, role) == ("Jo Doe", "agent")
    assert str(password).startswith("$argon2id$")
    assert GOOD not in str(password)


def test_a_person_is_added_once(run: Run, jo: Path) -> None:
    said = run("users", "add", "jo", "--password-stdin", "--data", jo, stdin=f"another {GOOD}\n")
    assert said.code == 1
    assert said.err.startswith("playhead: ")
    assert "jo" in said.err
    assert rows(jo, "SELECT name FROM users") == [("Jo Doe",)]


@pytest.mark.parametrize("password", ["", "short", "x" * 2000])
@pytest.mark.parametrize("command", ["add", "set-password"])
def test_a_password_that_is_none(run: Run, jo: Path, command: str, password: str) -> None:
    before = rows(jo, "SELECT * FROM users")
    user = "sam" if command == "add" else "jo"
    said = run("users", command, user, "--password-stdin", "--data", jo, stdin=f"{password}\n")
    assert said.code == 1
    assert said.err.startswith("playhead: ")
    assert not password or password not in said.err
    assert rows(jo, "SELECT * FROM users") == before


@pytest.mark.parametrize("password", ["password1234", "my name is jo doe"])
def test_a_password_that_is_guessed_first(run: Run, tmp_path: Path, password: str) -> None:
    arguments = ("--name", "Jo Doe", "--password-stdin", "--data", tmp_path)
    said = run("users", "add", "jo", *arguments, stdin=f"{password}\n")
    assert said.code == 1
    assert "easy to remember" in said.err or "name" in said.err


def test_a_second_factor_is_taken_away(run: Run, jo: Path) -> None:
    said = run("users", "totp-off", "jo", "--data", jo)
    assert said.code == 1
    assert "no second factor" in said.err
    with closing(sqlite3.connect(PremisesPlaces(jo).catalogue)) as catalogue:
        catalogue.execute("INSERT INTO totp VALUES ('jo', x'00', 1, 2, 3)")
        catalogue.commit()
    said = run("users", "totp-off", "jo", "--data", jo)
    assert said.code == 0
    assert "jo signs in by password alone" in said.err
    assert rows(jo, "SELECT * FROM totp") == []
    assert rows(jo, "SELECT actor, subject FROM audit WHERE action = 'totp.off'") == [("operator", "jo")]


def test_a_user_who_is_locked_out_is_let_in(run: Run, jo: Path) -> None:
    with closing(sqlite3.connect(PremisesPlaces(jo).catalogue)) as catalogue:
        for name in ("jo", "sam"):
            catalogue.execute("INSERT INTO sign_in_failures VALUES ('user', ?, '', 99, 1, 2)", (user_key(name),))
        catalogue.commit()
    assert run("users", "unlock", "nobody", "--data", jo).code == 1
    assert run("users", "unlock", "jo", "--data", jo).code == 0
    assert rows(jo, "SELECT user_key FROM sign_in_failures") == [(user_key("sam"),)]
    assert rows(jo, "SELECT actor, subject FROM audit WHERE action = 'user.unlocked'") == [("operator", "jo")]


def test_every_change_is_in_the_audit_log(run: Run, jo: Path) -> None:
    run("users", "set-password", "jo", "--password-stdin", "--data", jo, stdin=f"another {GOOD}\n")
    run("users", "disable", "jo", "--data", jo)
    run("users", "enable", "jo", "--data", jo)
    assert rows(jo, "SELECT actor, action, subject FROM audit ORDER BY id") == [
        ("operator", action, "jo") for action in ("user.added", "user.password_set", "user.disabled", "user.enabled")
    ]
    assert GOOD not in str(rows(jo, "SELECT * FROM audit"))


def test_another_password(run: Run, jo: Path) -> None:
    before = rows(jo, "SELECT password_hash FROM users")
    said = run("users", "set-password", "jo", "--password-stdin", "--data", jo, stdin=f"another {GOOD}\n")
    assert (said.code, said.out) == (0, "")
    assert rows(jo, "SELECT password_hash FROM users") != before


def test_out_and_in_again(run: Run, jo: Path) -> None:
    for command, state in (("disable", "disabled"), ("enable", "may sign in")):
        assert run("users", command, "jo", "--data", jo).code == 0
        (listed,) = json.loads(run("users", "list", "--json", "--data", jo).out)
        assert listed == {"id": "jo", "name": "Jo Doe", "roles": "agent", "state": state}


@pytest.mark.parametrize(
    "command", [["disable", "eve"], ["enable", "eve"], ["set-password", "eve", "--password-stdin"]]
)
def test_somebody_who_is_not_there(run: Run, jo: Path, command: list[str]) -> None:
    said = run("users", *command, "--data", jo, stdin=f"{GOOD}\n")
    assert said.code == 1
    assert said.err.startswith("playhead: ")
    assert "eve" in said.err


@pytest.mark.parametrize("user", ["Jo Doe", "", "jo/", "j" * 64])
def test_an_id_that_nobody_may_have(run: Run, jo: Path, user: str) -> None:
    said = run("users", "add", user, "--password-stdin", "--data", jo, stdin=f"{GOOD}\n")
    assert said.code == 1
    assert said.err.startswith("playhead: ")
    assert len(rows(jo, "SELECT id FROM users")) == 1


def test_a_role_that_there_is_not(run: Run, tmp_path: Path) -> None:
    arguments = ("--role", "king", "--password-stdin", "--data", tmp_path)
    said = run("users", "add", "jo", *arguments, stdin=f"{GOOD}\n")
    assert said.code == 1
    assert "role" in said.err
    assert rows(tmp_path, "SELECT id FROM users") == []


def test_everybody_by_id(run: Run, jo: Path) -> None:
    assert run("users", "add", "al", "--password-stdin", "--data", jo, stdin=f"{GOOD}\n").code == 0
    said = run("users", "list", "--data", jo)
    assert [line.split()[0] for line in said.out.splitlines()] == ["USER", "al", "jo"]


def test_nobody(run: Run, library: PremisesPlaces) -> None:
    said = run("users", "list", "--data", library.root)
    assert (said.code, said.out) == (0, "Nobody may sign in yet. Add somebody with `playhead users add`.\n")


def test_a_folder_that_holds_nothing_stays_empty(run: Run, tmp_path: Path) -> None:
    assert run("users", "list", "--data", tmp_path).code == 1
    assert list(tmp_path.iterdir()) == []
