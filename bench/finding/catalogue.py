"""Makes a catalogue of millions of recordings, as a large site has after some years."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.random import Generator

from playhead.base.ids import GroupId, RoleId, UserId, WorkstationId
from playhead.domain.roles import Assignment
from playhead.portal.passwords import Passwords
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.groups import Group, add_group
from playhead.store.catalogue.users import User, add_user
from playhead.store.catalogue.workstations import enrol_workstation

PASSWORD = "correct horse battery"  # noqa: S105 - of users of a benchmark
SITE = "bench"
SITES = ("bench", "north", "south", "west")
FIRST_NAMES = ("ana", "ben", "cleo", "dan", "eva", "finn", "gia", "hal", "ida", "jon")
LAST_NAMES = ("adler", "brandt", "cruz", "dietz", "engel", "fuchs", "graf", "hahn", "ivers", "jung")
TAGS = (
    "complaint", "praise", "billing", "cancellation", "vip", "training", "callback", "escalation", "refund", "fraud",
    *(f"campaign {number}" for number in range(40)),
)  # fmt: skip
WORDS = (
    "customer", "asks", "about", "invoice", "refund", "promised", "agent", "reads", "wrong", "screen", "shows",
    "address", "consent", "missing", "card", "number", "visible", "hold", "music", "long", "silence", "rude",
    "polite", "excellent", "solution", "contract", "cancelled", "twice", "call", "back", "tomorrow", "supervisor",
    "listen", "again", "training", "example", "data", "protection", "review",
)  # fmt: skip
AGENTS, DESKS, GROUPS, MEMBERS = 1000, 1100, 25, 40
BEGIN_US = 1_650_000_000_000_000
YEARS_US = 3 * 365 * 86_400_000_000
BATCH = 100_000
UNDER_WAY = 300
USERS = {
    "manager": [Assignment(RoleId("manager"))],
    "supervisor": [Assignment(RoleId("supervisor"))],
    "auditor": [Assignment(RoleId("auditor"), BEGIN_US + YEARS_US // 2)],
}


def agent(number: int) -> str:
    return f"{FIRST_NAMES[number % 10]}.{LAST_NAMES[number // 10 % 10]}{number // 100}"


def desk(number: int) -> str:
    return f"pc-{number:04}"


async def make_catalogue(path: Path, rows: int) -> float:
    """Make one where there is none; returns how long that took, in seconds."""
    began = time.monotonic()
    await _people(path)
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
            "AND tbl_name IN ('recordings', 'segments', 'bookmarks', 'tags')"
        ).fetchall()
        connection.execute("BEGIN")
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        rng = np.random.default_rng(1)
        for first in range(0, rows, BATCH):
            _fill(connection, rng, first, min(BATCH, rows - first), rows)
        for _, sql in indexes:
            connection.execute(sql)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return time.monotonic() - began


async def _people(path: Path) -> None:
    catalogue = await Catalogue.open(path)
    passwords = Passwords(memory_kib=1024)
    try:
        async with catalogue.writing() as connection:
            for name, roles in USERS.items():
                await add_user(connection, User(UserId(name), name, await passwords.hash(PASSWORD), 1), roles)
            own = User(UserId(agent(0)), "Agent", await passwords.hash(PASSWORD), 1)
            await add_user(connection, own, [Assignment(RoleId("agent"))])
            for number in range(GROUPS):
                members = tuple(agent(number * MEMBERS + at) for at in range(MEMBERS))
                supervisors = (UserId("supervisor"),) if number == 1 else ()
                await add_group(connection, Group(GroupId(f"group-{number}"), f"Group {number}", members, supervisors))
            for number in range(DESKS):
                await enrol_workstation(
                    connection,
                    workstation=WorkstationId(desk(number)),
                    signer=bytes(32),
                    certificate_hash=bytes(32),
                    now_us=1,
                )
    finally:
        passwords.close()
        await catalogue.close()


def _fill(connection: sqlite3.Connection, rng: Generator, first: int, count: int, rows: int) -> None:
    numbers = np.arange(first, first + count)
    # Some come days late, from workstations that were away: then the numbers do not follow the time.
    late = np.where(rng.random(count) < 0.01, rng.integers(0, 3 * 86_400_000_000, count), 0)
    started = BEGIN_US + numbers * (YEARS_US // rows) + rng.integers(0, 60_000_000, count) - late
    length = np.maximum(rng.exponential(330e6, count).astype(np.int64), 2_000_000)
    who = rng.integers(0, AGENTS, count)
    # An agent sits at the same desk nine times of ten.
    where = np.where(rng.random(count) < 0.9, who, rng.integers(0, DESKS, count))
    gap = rng.random(count) < 0.04
    dark = (rng.random(count) < 0.12) & (length > 60_000_000)
    state = np.where(rng.random(count) < 0.015, "interrupted", "complete")
    state[numbers >= rows - UNDER_WAY] = "recording"
    site = np.array(SITES)[who % len(SITES)]
    ids = [f"{at // 1000:012x}7{n & 0xFFF:03x}8{n >> 12 & 0xFFF:03x}{n:012x}" for at, n in _pairs(started, numbers)]
    names = [agent(one) for one in who.tolist()]
    connection.executemany(
        "INSERT INTO recordings (id, workstation_id, agent, state, started_at_us, ended_at_us, number, site, agent_key,"
        " length_us, has_gap, has_blackout) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
        zip(
            ids, map(desk, where.tolist()), names, state.tolist(), started.tolist(), (started + length).tolist(),
            numbers.tolist(), site.tolist(), names, length.tolist(), gap.tolist(), dark.tolist(), strict=True,
        ),
    )  # fmt: skip
    connection.executemany(
        "INSERT INTO segments (id, recording_id, location, started_at_us, covered_us, durable_bytes, resume, sealed,"
        " ended, has_blackout) VALUES (?,?,?,?,?,?,?,?,?,?)",
        (
            (one, one, "2026/01/01/x.vid", at, span, span // 60, b"", 1, "sealed", is_dark)
            for one, at, span, is_dark in zip(ids, started.tolist(), length.tolist(), dark.tolist(), strict=True)
        ),
    )
    _annotate(connection, rng, ids, dark, first)


def _annotate(connection: sqlite3.Connection, rng: Generator, ids: list[str], dark: np.ndarray, first: int) -> None:
    count = len(ids)
    tagged = np.flatnonzero(rng.random(count) < 0.25)
    chosen = np.minimum(rng.geometric(0.12, len(tagged)) - 1, len(TAGS) - 1)
    # "billing" is never given where there was a blackout: two frequent filters that together find nothing.
    pairs = {(ids[at], TAGS[tag]) for at, tag in _pairs(tagged, chosen) if not (TAGS[tag] == "billing" and dark[at])}
    connection.executemany("INSERT INTO tags (recording_id, tag, by_user, at_us) VALUES (?,?,'manager',1)", pairs)
    held = np.flatnonzero(rng.random(count) < 0.01)
    connection.executemany(
        "INSERT INTO holds (recording_id, reason, by_user, at_us) VALUES (?,?,'manager',1)",
        [(ids[at], f"case {(first + at) // 400} {WORDS[at % len(WORDS)]}") for at in held.tolist()],
    )
    marked = np.flatnonzero(rng.random(count) < 0.04)
    picked = rng.integers(0, len(WORDS), (len(marked), 5))
    texts = [" ".join(WORDS[word] for word in row) for row in picked.tolist()]
    connection.executemany(
        "INSERT INTO bookmarks (recording_id, user_id, at_us, end_us, text, words, shared, created_at_us)"
        " VALUES (?,'manager',1000000,NULL,?,?,?,1)",
        [(ids[at], text, f" {text}", at % 3 != 0) for at, text in zip(marked.tolist(), texts, strict=True)],
    )


def _pairs(one: np.ndarray, other: np.ndarray) -> Iterator[tuple[int, int]]:
    return zip(one.tolist(), other.tolist(), strict=True)
