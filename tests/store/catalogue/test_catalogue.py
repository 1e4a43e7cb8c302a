"""Opening the catalogue, its transactions and its schema."""

import asyncio
import sqlite3
from pathlib import Path

import aiosqlite
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from playhead.base.errors import ConflictError, InvalidInputError, UnavailableError
from playhead.base.ids import UserId
from playhead.store.catalogue import Catalogue, catalogue, checkpoints, migrate
from playhead.store.catalogue.connection import connect
from playhead.store.catalogue.schema import metadata
from playhead.store.catalogue.users import User, add_user, find_user

SCHEMAS = Path(__file__).parent / "schemas"
ALEX = User(UserId("alex"), "Alex", "hash", 1)


@pytest.fixture
async def opened(tmp_path):
    found = await Catalogue.open(tmp_path / "catalogue.db")
    yield found
    await found.close()


def _schema(path):
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
    return {(kind, name): " ".join(sql.split()) for kind, name, sql in rows if sql}


def _rows(path):
    """How many rows each table has."""
    tables = [name for kind, name in _schema(path) if kind == "table"]
    with sqlite3.connect(path) as connection:
        return {table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables}  # noqa: S608


async def _difference(found):
    async with found.reading() as connection:
        return await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), metadata)
        )


class TestSchema:
    async def test_a_fresh_catalogue_is_what_the_code_describes(self, opened):
        assert await _difference(opened) == []

    @pytest.mark.parametrize("old", sorted(SCHEMAS.glob("*.sql")), ids=lambda path: path.stem)
    @pytest.mark.usefixtures("opened")
    async def test_an_old_catalogue_becomes_the_same_as_a_fresh_one(self, tmp_path, old):
        path = tmp_path / "old.db"
        with sqlite3.connect(path) as connection:
            connection.executescript(old.read_text())
        before = _rows(path)
        assert all(before.values()), "a sample has a row in every table"
        upgraded = await Catalogue.open(path)
        try:
            assert await _difference(upgraded) == []
        finally:
            await upgraded.close()
        after = _rows(path)
        # Built-in roles may come to allow what is new.
        assert after.pop("role_permissions") >= before.pop("role_permissions", 0)
        assert {table: after[table] for table in before} == before
        assert _schema(path) == _schema(tmp_path / "catalogue.db")

    def test_every_version_has_a_sample(self):
        """A new migration needs a dump of the catalogue as it was before it, with one row in every table."""
        versions = Path(catalogue.__file__).parent / "migrations" / "versions"
        made = {path.stem[1:5] for path in versions.glob("v*.py")}
        assert made == {path.stem for path in SCHEMAS.glob("*.sql")}

    async def test_a_catalogue_of_a_newer_version_is_refused(self, tmp_path, opened):
        await opened.close()
        with sqlite3.connect(tmp_path / "catalogue.db") as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(ConflictError) as raised:
            await Catalogue.open(tmp_path / "catalogue.db")
        assert raised.value.code == "catalogue.newer"

    @pytest.mark.parametrize("attempt", range(10))
    async def test_several_may_open_it_at_once(self, tmp_path, attempt):
        opened = await asyncio.gather(*(Catalogue.open(tmp_path / f"new-{attempt}.db") for _ in range(3)))
        for found in opened:
            assert await _difference(found) == []
            await found.close()


class TestOpening:
    async def test_is_readable_by_the_service_alone(self, tmp_path, opened):
        async with opened.writing() as connection:
            await add_user(connection, ALEX)
        assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("catalogue.db*")} == {
            "catalogue.db": 0o600,
            "catalogue.db-wal": 0o600,
            "catalogue.db-shm": 0o600,
        }

    async def test_promises_what_the_documentation_says(self, opened):
        async with opened.writing() as connection:
            for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
                assert (await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar_one() == value
        async with opened.writing(durable=False) as connection:
            assert (await connection.exec_driver_sql("PRAGMA synchronous")).scalar_one() == 1

    async def test_what_is_logged_is_moved_to_its_place_beside_the_writer(self, tmp_path, opened, monkeypatch):
        monkeypatch.setattr(checkpoints, "CHECKPOINT_S", 0)
        before = (tmp_path / "catalogue.db").read_bytes()
        async with opened.writing() as connection:
            await add_user(connection, ALEX)
        await opened._checkpoints._running
        assert (tmp_path / "catalogue.db").read_bytes() != before

    async def test_a_log_that_grows_too_long_holds_the_writers_up(self, opened, monkeypatch):
        monkeypatch.setattr(checkpoints, "CHECKPOINT_S", 0)
        monkeypatch.setattr(checkpoints, "WAL_BYTES_MAX", 0)
        async with opened.writing() as connection:
            await add_user(connection, ALEX)
        assert opened._checkpoints._running is None

    async def test_a_log_that_was_moved_while_its_length_was_looked_at_holds_nobody_up(self, opened, monkeypatch):
        monkeypatch.setattr(checkpoints, "CHECKPOINT_S", 0)

        async def looked_slowly(_look):
            await opened._checkpoints._running
            return True

        monkeypatch.setattr(checkpoints.asyncio, "to_thread", looked_slowly)
        async with opened.writing() as connection:
            await add_user(connection, ALEX)
        async with opened.reading() as connection:
            assert await find_user(connection, ALEX.id) is not None

    async def test_a_file_that_is_no_catalogue_is_refused(self, tmp_path):
        path = tmp_path / "note.txt"
        path.write_text("not a database" * 100)
        with pytest.raises(UnavailableError) as raised:
            await Catalogue.open(path)
        assert raised.value.code == "catalogue.unavailable"

    async def test_a_missing_folder_is_said(self, tmp_path):
        with pytest.raises(UnavailableError, match="No such file"):
            await Catalogue.open(tmp_path / "none" / "catalogue.db")

    @pytest.mark.parametrize("location", ["sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:", "://x"])
    async def test_locations_that_cannot_be(self, location):
        with pytest.raises(InvalidInputError) as raised:
            await Catalogue.open(location)
        assert raised.value.code == "catalogue.location"


class TestTransactions:
    async def test_an_error_undoes_all(self, opened):
        async def fail():
            async with opened.writing() as connection:
                await add_user(connection, ALEX)
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await fail()
        async with opened.reading() as connection:
            assert await find_user(connection, ALEX.id) is None

    async def test_readers_see_the_last_commit_and_wait_for_nobody(self, opened):
        async with opened.writing() as writing:
            await add_user(writing, ALEX)
            async with opened.reading() as reading:
                assert await find_user(reading, ALEX.id) is None
        async with opened.reading() as reading:
            assert await find_user(reading, ALEX.id) == ALEX

    async def test_writers_take_turns(self, opened):
        async def add(number):
            async with opened.writing() as connection:
                await add_user(connection, User(UserId(f"user-{number}"), "", "", 0))

        await asyncio.gather(*(add(number) for number in range(20)))
        async with opened.reading() as connection:
            assert (await connection.execute(text("SELECT count(*) FROM users"))).scalar_one() == 20

    async def test_readers_change_nothing(self, opened):
        with pytest.raises(UnavailableError, match="readonly"):
            async with opened.reading() as connection:
                await add_user(connection, ALEX)

    async def test_another_process_that_holds_the_lock_is_reported(self, tmp_path, monkeypatch):
        monkeypatch.setattr("playhead.store.catalogue.connection.BUSY_TIMEOUT_S", 0.001)
        found = await Catalogue.open(tmp_path / "busy.db")
        other = sqlite3.connect(tmp_path / "busy.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            with pytest.raises(UnavailableError, match="locked") as raised:
                async with found.writing():
                    pass
            assert raised.value.code == "catalogue.unavailable"
        finally:
            other.close()
            await found.close()

    async def test_a_connection_that_is_asked_twice_to_close_ends(self, tmp_path):
        thread = await connect(str(tmp_path / "twice.db"))
        closing = asyncio.create_task(thread.close())
        await asyncio.sleep(0)
        thread.stop()
        thread._thread.join()  # what it answered waits for the loop, and comes after the cancellation
        closing.cancel()
        await asyncio.wait({closing}, timeout=10)
        assert closing.done()

    async def test_a_task_that_is_cancelled_leaves_no_lock_behind(self, opened, monkeypatch):
        async def cancelled(_cursor):
            asyncio.current_task().cancel()
            await asyncio.sleep(0)

        async def ask():
            async with opened.writing() as connection:
                await add_user(connection, ALEX)
                await find_user(connection, ALEX.id)

        with monkeypatch.context() as between:
            between.setattr(aiosqlite.Cursor, "fetchall", cancelled)
            with pytest.raises(asyncio.CancelledError) as held:
                await asyncio.create_task(ask())
        async with opened.writing() as connection:  # although the traceback, with all that it holds, is still there
            assert await find_user(connection, ALEX.id) is None
        assert held.tb is not None


class TestLooking:
    async def test_reads_beside_the_one_that_writes_and_writes_nothing(self, tmp_path, opened):
        async with opened.writing() as connection:
            await add_user(connection, ALEX)
        looked = await Catalogue.look(tmp_path / "catalogue.db")
        try:
            async with looked.reading() as connection:
                assert await find_user(connection, ALEX.id) == ALEX
            with pytest.raises(UnavailableError, match="readonly"):
                async with looked.writing() as connection:
                    await add_user(connection, User(UserId("sam"), "Sam", "hash", 1))
        finally:
            await looked.close()

    @pytest.mark.parametrize("version", ["0001", "9999", None])
    async def test_one_of_another_version_is_left_as_it_is(self, tmp_path, version):
        path = tmp_path / "other.db"
        with sqlite3.connect(path) as connection:
            connection.executescript((SCHEMAS / "0001.sql").read_text())
            connection.execute("UPDATE alembic_version SET version_num = ?", [version or ""])
            if version is None:
                connection.execute("DROP TABLE alembic_version")
        before = path.read_bytes()
        with pytest.raises(ConflictError) as raised:
            await Catalogue.look(path)
        assert raised.value.code == ("catalogue.newer" if version == "9999" else "catalogue.older")
        assert path.read_bytes() == before

    async def test_none_is_made(self, tmp_path):
        with pytest.raises(UnavailableError, match=f"{tmp_path}/none.db cannot be opened: No such file"):
            await Catalogue.look(tmp_path / "none.db")
        assert list(tmp_path.iterdir()) == []

    def test_files_of_migrations_bear_their_versions(self):
        config = Config()
        config.set_main_option("script_location", str(migrate.MIGRATIONS))
        assert migrate.newest() == ScriptDirectory.from_config(config).get_current_head()
