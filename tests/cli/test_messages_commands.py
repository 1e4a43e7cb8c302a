"""``playhead messages`` and ``playhead messaging provision``, without a broker."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from cli.conftest import Run

from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.domain.events import Event
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.audit import list_audit
from playhead.store.catalogue.dead_letters import IN, DeadLetter, bury_event, bury_message
from playhead.store.catalogue.outbox import forget_events, next_events

PAGE = (Path(__file__).parents[2] / "docs" / "integrating.md").read_text()
AT_US = 1_800_000_000_000_000


def within(library, work):
    async def run():
        catalogue = await Catalogue.open(library.catalogue)
        try:
            async with catalogue.writing() as connection:
                return await work(connection)
        finally:
            await catalogue.close()

    return asyncio.run(run())


@pytest.fixture
def dead(library: PremisesPlaces) -> PremisesPlaces:
    async def bury(connection):
        event = Event("e-1", "playhead.workstation.up.v1", "desk-7", AT_US, b"{}")
        await bury_event(connection, event, code="messaging.refused", message="No.", at_us=AT_US, attempts=3)
        letter = DeadLetter(IN, "m-1", "playhead.command.start.v1", "crm", "message.expired", "Late.", b"{}", AT_US)
        await bury_message(connection, letter)
        await forget_events(connection, [one.number for one in await next_events(connection, 1_000)])

    within(library, bury)
    return library


def test_what_is_dead(run: Run, dead: PremisesPlaces) -> None:
    said = run("messages", "dead", "list", "--data", dead.root)
    assert [line.split()[:6] for line in said.out.splitlines()[1:]] == [
        ["2", "command", "playhead.command.start.v1", "crm", "1", "x"],
        ["1", "event", "playhead.workstation.up.v1", "desk-7", "3", "x"],
    ]
    found = json.loads(run("messages", "dead", "list", "--json", "--data", dead.root).out)
    assert [(one["number"], one["code"], one["message"]) for one in found] == [
        (2, "message.expired", "Late."),
        (1, "messaging.refused", "No."),
    ]


def test_an_event_is_tried_again_and_a_command_given_up(run: Run, dead: PremisesPlaces) -> None:
    assert run("messages", "dead", "retry", 1, "--data", dead.root).code == 0
    refused = run("messages", "dead", "retry", 2, "--data", dead.root)
    assert refused.code != 0
    assert "moment is over" in refused.err
    assert run("messages", "dead", "drop", 2, "--data", dead.root).code == 0
    assert "no dead letters" in run("messages", "dead", "list", "--data", dead.root).err
    waiting = within(dead, lambda connection: next_events(connection, 10))
    assert next(one.event.id for one in waiting) == "e-1"
    entries = within(dead, list_audit)
    assert [one.action for one in entries[:2]] == ["message.dropped", "message.retried"]


def test_the_state_and_its_exit_code(run: Run, dead: PremisesPlaces) -> None:
    said = run("messages", "status", "--json", "--data", dead.root)
    assert (said.code, json.loads(said.out)) == (
        1,
        {"transport": "in-process", "broker": "ready", "waiting": 0, "oldestSeconds": 0, "dead": 2},
    )
    for number in (1, 2):
        run("messages", "dead", "drop", number, "--data", dead.root)
    within(dead, forget_all)
    assert run("messages", "status", "--data", dead.root).code == 0


def test_the_status_of_the_server_has_it(run: Run, dead: PremisesPlaces) -> None:
    messages = json.loads(run("premises", "status", "--json", "--data", dead.root).out)["messages"]
    assert (messages["waiting"], messages["dead"]) == (0, 2)
    assert "0 events wait for other programs; 2 dead letters" in run("premises", "status", "--data", dead.root).out


async def forget_all(connection):
    await forget_events(connection, [one.number for one in await next_events(connection, 1_000)])


def test_a_broker_that_cannot_be_used_is_said(run: Run, dead: PremisesPlaces) -> None:
    dead.config.write_text('[messaging]\ntransport = "rabbitmq"\n')
    said = run("messages", "status", "--data", dead.root)
    assert said.code == 1
    assert "No password file is named." in said.err


class TestProvision:
    def test_writes_files_for_their_owner_alone_and_keeps_passwords(self, run: Run, tmp_path) -> None:
        folder = tmp_path / "broker"
        command = ("messaging", "provision", "--integrator", "crm", "--subscriber", "board", folder)
        said = run(*command)
        assert said.code == 0
        names = ["board.password", "crm.password", "definitions.json", "playhead.password"]
        assert sorted(path.name for path in folder.iterdir()) == names
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
        passwords = {path.name: path.read_text() for path in folder.glob("*.password")}
        assert len(set(passwords.values())) == 3
        everything = said.out + said.err + (folder / "definitions.json").read_text()
        assert not any(password.strip() in everything for password in passwords.values())
        run(*command)
        assert {path.name: path.read_text() for path in folder.glob("*.password")} == passwords
        run(*command, "--renew")
        assert not {path.read_text() for path in folder.glob("*.password")} & set(passwords.values())

    def test_writes_nothing_where_a_name_cannot_be(self, run: Run, tmp_path) -> None:
        said = run("messaging", "provision", "--integrator", "a.b", tmp_path / "broker")
        assert said.code != 0
        assert "No account can be called" in said.err
        assert not (tmp_path / "broker").exists()


def test_the_document_is_the_one_that_is_published(run: Run) -> None:
    assert json.loads(run("messaging", "asyncapi").out)["asyncapi"] == "3.0.0"


def test_what_the_page_says_to_do_once(run: Run, library: PremisesPlaces, tmp_path, monkeypatch) -> None:
    """docs/integrating.md, "Once": its commands and its settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLAYHEAD_DATA", str(library.root))
    once = dict(re.findall(r"^```(\w*)\n(.*?)^```", PAGE.partition("## From the")[0], re.DOTALL | re.MULTILINE))
    provision, add = (line.split()[1:] for line in once[""].splitlines())
    assert run(*provision).code == 0
    assert run(*add, "--password-stdin", stdin="correct horse battery staple\n").code == 0
    assert {path.name for path in (tmp_path / "broker").iterdir()} == {
        "definitions.json", "playhead.password", "crm.password", "wallboard.password",
    }  # fmt: skip
    library.config.write_text(once["toml"])
    found = PremisesSettings.load(library).messaging
    assert (found.transport, str(found.broker), found.password_file.name) == (
        "rabbitmq", "broker.example:5672", "playhead.password",
    )  # fmt: skip
