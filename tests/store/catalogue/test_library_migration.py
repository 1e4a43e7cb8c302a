"""Catalogues from before the library: what SQL tells of their recordings is what the code tells."""

import sqlite3
from random import Random

import pytest
from sqlalchemy import create_engine, select

from playhead.domain.access import agent_key
from playhead.domain.timeline import facts_of
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.migrate import upgrade
from playhead.store.catalogue.recordings import get_recording
from playhead.store.catalogue.schema import recordings

AGENTS = ("jane", "CORP\\Jane", "ÅSA", "a\\b\\Ço", "")
SECOND_US = 1_000_000


@pytest.fixture
def old(tmp_path):
    """A catalogue as version 5 had it, with recordings of every kind."""
    path = tmp_path / "catalogue.db"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection, "0005")
    engine.dispose()
    rng = Random(1)  # noqa: S311 - repeats from its seed
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO workstations VALUES ('pc-1', x'00', x'00', 1, NULL, NULL, '', '')")
        for number in range(60):
            start_us = rng.randrange(10) * SECOND_US
            connection.execute(
                "INSERT INTO recordings VALUES (?, 'pc-1', ?, 'complete', ?, NULL)",
                (f"{number:032x}", rng.choice(AGENTS), start_us),
            )
            for part in range(rng.randrange(5)):
                begin_us = start_us + rng.randrange(8) * SECOND_US // 2
                connection.execute(
                    "INSERT INTO segments VALUES (?, ?, '', ?, ?, 1, x'', 1, ?)",
                    (
                        f"{1000 + number * 10 + part:032x}",
                        f"{number:032x}",
                        begin_us,
                        rng.choice([0, SECOND_US, SECOND_US * 3 // 2, 9 * SECOND_US]),
                        rng.choice(["sealed", "sealed", "killed", "corrupt", "deleting"]),
                    ),
                )
    return path


async def test_every_recording_is_told_as_by_the_code(old):
    catalogue = await Catalogue.open(old)
    try:
        async with catalogue.reading() as connection:
            rows = (await connection.execute(select(recordings).order_by(recordings.c.number))).all()
            for row in rows:
                facts = facts_of(await get_recording(connection, row.id))
                assert (row.length_us, row.has_gap, row.has_blackout) == (facts.length_us, facts.has_gap, False)
                assert row.agent_key == agent_key(row.agent)
    finally:
        await catalogue.close()
    assert [row.number for row in rows] == list(range(60))
    assert [(row.started_at_us, row.id) for row in rows] == sorted((row.started_at_us, row.id) for row in rows)
    assert {row.has_gap for row in rows} == {True, False}
