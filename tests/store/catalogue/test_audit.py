"""The audit log: what is added stays findable, by everything that can be asked, and nothing can be changed unseen."""

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest
from databases import SQLITE_ONLY
from sqlalchemy import text

from playhead.base.errors import LimitError
from playhead.domain.audit_chain import FIRST, Head
from playhead.store.catalogue import Catalogue, audit, audit_search, audit_verify
from playhead.store.catalogue.audit import AuditEntry, add_audit_entry, audit_after, audit_head, list_audit
from playhead.store.catalogue.audit_search import SET_BACK_US, AuditFilter, search_audit
from playhead.store.catalogue.audit_verify import Problem, verify_audit

SECOND_US = 1_000_000
AT_US = 1_767_225_600_000_000
SCHEMAS = Path(__file__).parent / "schemas"


@pytest.fixture
async def catalogue(location):
    opened = await Catalogue.open(location)
    yield opened
    await opened.close()


@pytest.fixture
def change(tmp_path):
    """Changes the file as somebody would who is not Playhead."""

    def run(statement, *values):
        with sqlite3.connect(tmp_path / "catalogue.db") as connection:
            connection.execute(statement, values)

    return run


async def add(catalogue, *entries):
    async with catalogue.writing() as connection:
        for entry in entries:
            await add_audit_entry(connection, entry)


async def add_some(catalogue, count):
    await add(
        catalogue, *(AuditEntry(AT_US + n * SECOND_US, "sue", "a.b", f"s{n}", "a", {"n": n}) for n in range(count))
    )


async def found(catalogue, limit=100, before=None, **wanted):
    async with catalogue.reading() as connection:
        return await search_audit(connection, AuditFilter(**wanted), before=before, limit=limit)


async def head_of(catalogue):
    async with catalogue.reading() as connection:
        return await audit_head(connection)


class TestChain:
    async def test_each_entry_is_linked_to_the_one_before(self, catalogue):
        await add_some(catalogue, 3)
        async with catalogue.reading() as connection:
            entries = await audit_after(connection, 0, 10)
        before = FIRST
        for number, entry in enumerate(entries, 1):
            assert (entry.id, entry.hash) == (number, entry.linked(before))
            before = entry.hash
        assert await head_of(catalogue) == Head(3, before)

    async def test_what_is_undone_leaves_no_hole(self, catalogue):
        await add_some(catalogue, 1)
        with contextlib.suppress(RuntimeError):
            async with catalogue.writing() as connection:
                await add_audit_entry(connection, AuditEntry(AT_US, "sue", "a.b"))
                raise RuntimeError
        await add_some(catalogue, 1)
        assert (await verify_audit(catalogue)).entries == 2

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("x" * audit.TEXT_CHARS_MAX, "x" * audit.TEXT_CHARS_MAX),
            ("x" * (audit.TEXT_CHARS_MAX + 1), "x" * audit.TEXT_CHARS_MAX),
            ("a\x00b\ud800", "a\ufffdb?"),
        ],
        ids=["longest", "too long", "no text"],
    )
    async def test_what_strangers_send_is_bounded_and_verifies(self, catalogue, given, kept):
        await add(catalogue, AuditEntry(AT_US, given, "a.b", given, given, {"said": given}, page=given))
        async with catalogue.reading() as connection:
            (entry,) = await list_audit(connection)
        assert [entry.actor, entry.subject, entry.address, entry.page, entry.details["said"]] == [kept] * 5
        assert (await verify_audit(catalogue)).whole

    async def test_details_are_bounded(self, catalogue):
        many = {f"n{number:03}": number for number in range(audit.DETAILS_MAX + 1)}
        await add(catalogue, AuditEntry(AT_US, "sue", "a.b", details=many))
        async with catalogue.reading() as connection:
            (entry,) = await list_audit(connection)
        assert len(entry.details) == audit.DETAILS_MAX

    @pytest.mark.parametrize("old", ["0001", "0002", "0003"])
    async def test_entries_of_older_versions_are_linked_by_the_migration(self, tmp_path, old):
        path = tmp_path / "old.db"
        with sqlite3.connect(path) as connection:
            connection.executescript((SCHEMAS / f"{old}.sql").read_text())
            details = json.dumps({"z": 1, "a": 'é "'})
            for number in (7, 8):
                connection.execute(
                    "INSERT INTO audit (id, at_us, actor, action, subject, address, details) "
                    "VALUES (?, 5, 'sue', 'a.b', 's', 'x', ?)",
                    (number, details),
                )
        upgraded = await Catalogue.open(path)
        try:
            verified = await verify_audit(upgraded)
            assert (verified.whole, verified.entries, verified.head.id) == (True, 3, 8)
            await add_some(upgraded, 1)
            assert (await verify_audit(upgraded)).head.id == 9
        finally:
            await upgraded.close()


@SQLITE_ONLY
class TestTampering:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit SET actor = 'eve' WHERE id = 3",
            "UPDATE audit SET at_us = at_us + 1 WHERE id = 3",
            "UPDATE audit SET action = 'a.c' WHERE id = 3",
            "UPDATE audit SET subject = '' WHERE id = 3",
            "UPDATE audit SET address = '' WHERE id = 3",
            "UPDATE audit SET page = 'x' WHERE id = 3",
            "UPDATE audit SET details = '{\"n\": 3}' WHERE id = 3",
            "UPDATE audit SET hash = zeroblob(32) WHERE id = 3",
        ],
    )
    async def test_a_changed_entry_is_found(self, catalogue, change, statement):
        await add_some(catalogue, 5)
        change(statement)
        verified = await verify_audit(catalogue)
        assert (verified.first_bad, verified.problem) == (3, Problem.CHANGED)
        assert not verified.whole

    @pytest.mark.parametrize(("gone", "bad"), [(1, 2), (3, 4)])
    async def test_a_removed_entry_is_found(self, catalogue, change, gone, bad):
        await add_some(catalogue, 5)
        change("DELETE FROM audit WHERE id = ?", gone)
        assert (await verify_audit(catalogue)).first_bad == bad

    async def test_exchanged_entries_are_found(self, catalogue, change):
        await add_some(catalogue, 5)
        change("UPDATE audit SET id = 99 WHERE id = 2")
        change("UPDATE audit SET id = 2 WHERE id = 3")
        change("UPDATE audit SET id = 3 WHERE id = 99")
        assert (await verify_audit(catalogue)).first_bad == 2

    async def test_an_entry_put_in_is_found(self, catalogue, change):
        await add_some(catalogue, 2)
        change(
            "INSERT INTO audit SELECT 3, at_us, actor, action, subject, address, page, details, hash FROM audit LIMIT 1"
        )
        assert (await verify_audit(catalogue)).first_bad == 3

    async def test_cutting_the_newest_off_is_found_with_a_head_and_only_then(self, catalogue, change):
        await add_some(catalogue, 5)
        head = await head_of(catalogue)
        change("DELETE FROM audit WHERE id > 3")
        assert (await verify_audit(catalogue)).whole
        verified = await verify_audit(catalogue, head)
        assert (verified.first_bad, verified.problem, verified.head.id) == (4, Problem.CUT, 3)

    async def test_an_emptied_log_is_found_with_a_head(self, catalogue, change):
        await add_some(catalogue, 2)
        head = await head_of(catalogue)
        change("DELETE FROM audit")
        verified = await verify_audit(catalogue, head)
        assert (verified.first_bad, verified.problem, verified.head) == (1, Problem.CUT, None)

    async def test_a_log_written_anew_is_found_with_a_head(self, catalogue, change):
        await add_some(catalogue, 5)
        head = await head_of(catalogue)
        change("DELETE FROM audit WHERE id > 3")
        await add(catalogue, *(AuditEntry(AT_US, "eve", "a.b") for _ in range(4)))
        assert (await verify_audit(catalogue)).whole
        verified = await verify_audit(catalogue, head)
        assert (verified.first_bad, verified.problem) == (5, Problem.OTHER)

    async def test_a_head_that_never_was_is_no_proof_of_wholeness(self, catalogue):
        await add_some(catalogue, 2)
        assert (await verify_audit(catalogue, Head(0, b""))).problem is Problem.OTHER

    async def test_batches_meet(self, catalogue, monkeypatch):
        monkeypatch.setattr(audit_verify, "BATCH", 2)
        await add_some(catalogue, 5)
        verified = await verify_audit(catalogue)
        assert (verified.whole, verified.entries) == (True, 5)

    async def test_an_empty_log_is_whole(self, catalogue):
        assert await verify_audit(catalogue) == audit_verify.Verified(0, None)


class TestSearch:
    @pytest.fixture
    async def entries(self, catalogue):
        kinds = ("recording.played", "recording.exported", "sign_in.ok")
        await add(
            catalogue,
            *(
                AuditEntry(
                    AT_US + n * SECOND_US,
                    ("sue", "joe")[n % 2],
                    kinds[n % 3],
                    f"r{n % 5}",
                    f"192.0.2.{n % 4}",
                    {"detail": f"Straße 100% {n}"},
                    page=f"/recordings/{n}",
                )
                for n in range(60)
            ),
        )

    async def ids(self, catalogue, **wanted):
        return [entry.id for entry in (await found(catalogue, **wanted)).items]

    @pytest.mark.usefixtures("entries")
    @pytest.mark.parametrize(
        ("wanted", "fits"),
        [
            ({}, lambda _: True),
            ({"actor": "sue"}, lambda n: n % 2 == 0),
            ({"action": "recording.played"}, lambda n: n % 3 == 0),
            ({"action": "recording"}, lambda n: n % 3 != 2),
            ({"action": "rec"}, lambda _: False),
            ({"subject": "r2"}, lambda n: n % 5 == 2),
            ({"address": "192.0.2.3"}, lambda n: n % 4 == 3),
            ({"page": "/recordings/1"}, lambda n: str(n).startswith("1")),
            ({"page": "/recordings/%"}, lambda _: False),
            ({"from_us": AT_US + 10 * SECOND_US}, lambda n: n >= 10),
            ({"to_us": AT_US + 10 * SECOND_US}, lambda n: n <= 10),
            ({"from_us": AT_US + 5 * SECOND_US, "to_us": AT_US + 6 * SECOND_US}, lambda n: n in {5, 6}),
            ({"from_us": AT_US + 1000 * SECOND_US + SET_BACK_US}, lambda _: False),
            ({"to_us": AT_US - 1 - SET_BACK_US}, lambda _: False),
            ({"text": "100% 7"}, lambda n: n == 7),
            ({"text": "EXPORTED"}, lambda n: n % 3 == 1),
            ({"text": "recordings/42"}, lambda n: n == 42),
            ({"actor": "joe", "action": "sign_in.ok", "subject": "r0"}, lambda n: n % 2 and n % 3 == 2 and n % 5 == 0),
        ],
    )
    async def test_it_finds_just_what_is_wanted_newest_first(self, catalogue, wanted, fits):
        assert await self.ids(catalogue, **wanted) == [n + 1 for n in reversed(range(60)) if fits(n)]

    @pytest.mark.usefixtures("entries")
    async def test_pages_meet(self, catalogue):
        seen, before = [], None
        while True:
            page = await found(catalogue, limit=7, before=before, actor="sue")
            seen += [entry.id for entry in page.items]
            before = page.next
            if before is None:
                break
        assert seen == [n for n in reversed(range(1, 61)) if n % 2 == 1]

    @pytest.mark.usefixtures("entries")
    async def test_a_rare_text_is_looked_for_in_bounded_steps(self, catalogue, monkeypatch):
        monkeypatch.setattr(audit_search, "LOOKED_AT_MAX", 16)
        seen, steps, before = [], 0, None
        while True:
            page = await found(catalogue, before=before, text="100% 3")
            seen += [entry.id for entry in page.items]
            steps, before = steps + 1, page.next
            if before is None:
                break
        assert (seen, steps) == ([*range(40, 30, -1), 4], 4)

    @pytest.mark.usefixtures("entries")
    async def test_a_clock_that_was_set_back_hides_nothing(self, catalogue):
        back_us = AT_US + 59 * SECOND_US - SET_BACK_US
        await add(catalogue, AuditEntry(back_us, "sue", "a.b"), AuditEntry(AT_US + SECOND_US, "sue", "a.b"))
        assert await self.ids(catalogue, to_us=AT_US - 1) == [61]
        assert await self.ids(catalogue, from_us=back_us, to_us=AT_US + SECOND_US) == [62, 61, 2, 1]
        assert await self.ids(catalogue, from_us=AT_US + 59 * SECOND_US) == [60]
        await add(catalogue, AuditEntry(AT_US + 10 * SET_BACK_US, "sue", "a.b"))
        assert await self.ids(catalogue, to_us=AT_US) == [61, 1]
        assert await self.ids(catalogue, from_us=AT_US + 9 * SET_BACK_US) == [63]

    async def test_limits(self, catalogue):
        for limit in (1, audit.PAGE_ITEMS_MAX):
            await found(catalogue, limit=limit)
        for limit in (0, audit.PAGE_ITEMS_MAX + 1):
            with pytest.raises(LimitError):
                await found(catalogue, limit=limit)

    @pytest.mark.parametrize("column", ["actor", "action", "subject", "address"])
    @SQLITE_ONLY
    async def test_one_filter_is_served_by_an_index(self, catalogue, column):
        async with catalogue.reading() as connection:
            query = (
                f"EXPLAIN QUERY PLAN SELECT * FROM audit WHERE {column} = 'x' AND id >= 1 AND id <= 9 ORDER BY id DESC"  # noqa: S608
            )
            plan = " ".join(row.detail for row in await connection.execute(text(query)))
        assert f"ix_audit_{column}_id" in plan
        assert "TEMP B-TREE" not in plan
