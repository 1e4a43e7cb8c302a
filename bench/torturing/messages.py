"""A real broker for the site, a program that follows everything, and what is to be there in the end.

What was committed is in the catalogue: each entry of the audit log, each recording, each segment that is whole. Of
each there has to be one event, no event may be of what is not there, and those of the audit log come without a gap.
"""

import asyncio
import contextlib
import json
import sqlite3
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from outages.listener import Listener, Told

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
from broker.bus import LOGINS, PASSWORDS
from broker.rabbit import HOME, Rabbit

from playhead.premises.messaging.provision import definitions

VHOST: Final = "torture"
DRAINED_S: Final = 120.0
"""Everything that waits is to be delivered within so long after the last fault."""

Key = tuple[str, str]
"""Type of an event, and what it is told of."""

_AUDIT, _STARTED, _SEALED = "playhead.audit.entry.v1", "playhead.recording.started.v1", "playhead.recording.sealed.v1"


@dataclass
class Broker:
    """It may be killed; who follows comes back with it."""

    rabbit: Rabbit
    listener: Listener
    password: Path

    @property
    def settings(self) -> str:
        """Of the server."""
        return (
            f'[messaging]\ntransport = "rabbitmq"\nbroker = "127.0.0.1:{self.rabbit.port}"\nsecurity = "plain"\n'
            f'vhost = "{VHOST}"\npassword_file = "{self.password}"\n'
        )

    async def die(self, seconds: float) -> None:
        """Kill it, and start it again after a while."""
        self.rabbit.kill()
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self.rabbit.start)

    async def settle(self, catalogue: Path) -> None:
        """Wait until all that was committed has come, or for as long as that may take."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAINED_S):
                while waiting(catalogue) or committed(catalogue) - handled(self.listener.handled):  # noqa: ASYNC110
                    await asyncio.sleep(0.5)


def is_installed() -> bool:
    return HOME is not None


@contextlib.asynccontextmanager
async def run_broker(folder: Path) -> AsyncGenerator[Broker]:
    """One that runs, with a listener in a durable queue, before anything is told."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += ["-keyout", str(key), "-out", str(certificate), "-subj", "/CN=broker"]
    await asyncio.to_thread(folder.mkdir)
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    password = folder / "password"
    password.write_text(PASSWORDS["playhead"])
    rabbit = Rabbit(folder, certificate, key)
    try:
        await asyncio.to_thread(rabbit.start)
        await asyncio.to_thread(rabbit.ask, "POST", "/api/definitions", definitions(VHOST, LOGINS))
        made = Broker(rabbit, Listener(rabbit, VHOST), password)
        following = asyncio.create_task(made.listener.run())
        await made.listener.listening.wait()
        await asyncio.to_thread(rabbit.settle)
        yield made
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
    finally:
        await asyncio.to_thread(rabbit.close)


def waiting(catalogue: Path) -> int:
    """How many events wait."""
    return _ask(catalogue, "SELECT count(*) FROM outbox")[0][0]


def committed(catalogue: Path) -> set[Key]:
    """What there has to be an event of, whether it waits or was delivered."""
    found = {(_AUDIT, str(number)) for (number,) in _ask(catalogue, "SELECT id FROM audit")}
    found |= {(_STARTED, str(UUID(one))) for (one,) in _ask(catalogue, "SELECT id FROM recordings")}
    return found | {(_SEALED, str(UUID(one))) for (one,) in _ask(catalogue, "SELECT id FROM segments WHERE sealed")}


def handled(told: Sequence[Told]) -> set[Key]:
    """The same, of what came."""
    return {key for one in told if (key := key_of(one)) is not None}


def key_of(told: Told) -> Key | None:
    """What an event is of; None where the catalogue does not keep that."""
    match told.type:
        case "playhead.audit.entry.v1":
            return told.type, str(told.data["number"])
        case "playhead.recording.started.v1":
            return told.type, told.subject
        case "playhead.recording.sealed.v1":
            return told.type, told.data["segment"]
        case _:
            return None


def wrong_of(catalogue: Path, listener: Listener) -> list[str]:
    """What is wrong in the end; the server does not run any more."""
    there, came = committed(catalogue), handled(listener.handled)
    kept = _ask(catalogue, "SELECT type, subject, data FROM outbox")
    came_or_waits = came | handled([Told("", row[0], row[1], json.loads(row[2])) for row in kept])
    dead = _ask(catalogue, "SELECT count(*) FROM dead_letters")[0][0]
    return [
        *(f"no event was told of {kind} {what}" for kind, what in sorted(there - came_or_waits)),
        *(f"an event was told of what is not there: {kind} {what}" for kind, what in sorted(came - there)),
        *disordered(listener.handled),
        *([f"{dead} dead letters"] if dead else []),
    ]


def disordered(told: Sequence[Told]) -> list[str]:
    """Entries of the audit log come one after the other, and a recording begins before anything else is told of it."""
    numbers = [one.data["number"] for one in told if one.type == _AUDIT]
    wrong = [] if numbers == list(range(1, len(numbers) + 1)) else ["entries of the audit log came out of their order"]
    begun: set[str] = set()
    for one in told:
        if one.type == _STARTED:
            begun.add(one.subject)
        elif one.type.startswith("playhead.recording.") and one.subject not in begun:
            wrong.append(f"{one.type} of {one.subject} came before its beginning")
    return wrong


def _ask(catalogue: Path, query: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(f"file:{catalogue}?mode=ro", uri=True, timeout=60)) as opened:
        return opened.execute(query).fetchall()
