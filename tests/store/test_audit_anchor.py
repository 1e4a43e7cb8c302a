"""The signed head of the audit log: follows it, shows what was cut off, and is nobody else's."""

import asyncio
import contextlib
import sqlite3

import pytest

from playhead.base.errors import CorruptError
from playhead.base.ids import SiteId
from playhead.domain.audit_chain import Head
from playhead.store.audit_anchor import AuditAnchor
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue.audit import audit_head, list_audit
from playhead.store.catalogue.audit_verify import Problem, verify_audit
from playhead.store.keyring import Keyring
from playhead.testing.catalogues import opened as opened_catalogue
from playhead.testing.clock import SimClock


@pytest.fixture
def clock():
    return SimClock()


@pytest.fixture
async def catalogue(tmp_path):
    opened = await opened_catalogue(tmp_path / "catalogue.db")
    yield opened
    await opened.close()


def keyring_in(folder, clock, site="site"):
    folder.mkdir(mode=0o700)
    return Keyring.open(folder, SiteId(site), clock)


@pytest.fixture
def anchor(tmp_path, clock):
    return AuditAnchor(tmp_path / "audit-head.json", keyring_in(tmp_path / "keys", clock), clock)


async def note(catalogue, clock, count=1):
    for _ in range(count):
        await AuditTrail(catalogue, clock).note("sue", "a.b", "s", "a")
    async with catalogue.reading() as connection:
        return await audit_head(connection)


async def follow_once(anchor, catalogue):
    """Run it as a server that is stopped at once."""
    running = asyncio.create_task(anchor.run(catalogue))
    await asyncio.sleep(0)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def cut(tmp_path, after):
    with sqlite3.connect(tmp_path / "catalogue.db") as connection:
        connection.execute("DELETE FROM audit WHERE id > ?", (after,))


def test_there_is_none_before_the_first(anchor):
    assert anchor.read() is None


def test_it_says_what_was_kept(anchor, tmp_path):
    head = Head(5, bytes(range(32)))
    anchor.write(head)
    assert anchor.read() == head
    assert (tmp_path / "audit-head.json").stat().st_mode & 0o077 == 0


async def test_it_follows_the_log_until_the_server_stops(anchor, catalogue, clock):
    head = await note(catalogue, clock, 3)
    written = asyncio.Event()
    loop, write = asyncio.get_running_loop(), anchor.write

    def writing(newest):
        write(newest)
        loop.call_soon_threadsafe(written.set)

    anchor.write = writing
    running = asyncio.create_task(anchor.run(catalogue))
    await written.wait()
    assert anchor.read() == head
    later = await note(catalogue, clock)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert anchor.read() == later
    assert (await verify_audit(catalogue, later)).whole


async def test_what_was_cut_off_is_found_and_noted_at_the_next_start(anchor, catalogue, clock, tmp_path):
    anchor.write(await note(catalogue, clock, 5))
    cut(tmp_path, 3)
    verified = await verify_audit(catalogue, anchor.read())
    assert (verified.problem, verified.first_bad) == (Problem.CUT, 4)
    kept = anchor.read()
    assert await anchor.check(catalogue) is None
    async with catalogue.reading() as connection:
        (entry,) = await list_audit(connection, action="audit.broken")
    assert entry.details == {"kept": str(kept)}
    assert (tmp_path / "audit-head.json.broken").exists()
    assert await anchor.check(catalogue) is None  # said once


async def test_an_untouched_log_is_held_against_it_in_silence(anchor, catalogue, clock):
    head = await note(catalogue, clock, 2)
    anchor.write(head)
    await note(catalogue, clock)
    assert await anchor.check(catalogue) == head
    async with catalogue.reading() as connection:
        assert await list_audit(connection, action="audit.broken") == []


@pytest.mark.parametrize("how", ["another site", "changed", "no JSON", "unknown member"])
async def test_nobody_else_can_make_one_up(anchor, catalogue, clock, tmp_path, how):
    path = tmp_path / "audit-head.json"
    anchor.write(Head(5, bytes(32)))
    if how == "another site":
        AuditAnchor(path, keyring_in(tmp_path / "theirs", clock), clock).write(Head(4, bytes(32)))
    else:
        data = path.read_bytes()
        changed = {"changed": data.replace(b"5:", b"4:"), "no JSON": b"{", "unknown member": data[:-1] + b',"x":1}'}
        path.write_bytes(changed[how])
    with pytest.raises(CorruptError) as raised:
        anchor.read()
    assert raised.value.code == "audit.anchor"
    assert await anchor.check(catalogue) is None
    async with catalogue.reading() as connection:
        assert len(await list_audit(connection, action="audit.broken")) == 1


async def test_a_disk_that_cannot_be_written_stops_no_server(anchor, catalogue, clock, tmp_path):
    await note(catalogue, clock)
    (tmp_path / "audit-head.json.new").mkdir()
    await follow_once(anchor, catalogue)
    assert anchor.read() is None
