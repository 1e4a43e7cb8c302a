"""The questions that are asked again and again are answered by an index, however much is uploaded."""

import pytest
from sqlalchemy import event

from playhead.store.catalogue.uploads import behind_since, count_unproven, due_uploads, removable_uploads
from playhead.testing.catalogues import opened as opened_catalogue


@pytest.fixture
async def catalogue(tmp_path):
    opened = await opened_catalogue(tmp_path / "catalogue.db")
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    "ask",
    [
        lambda connection: due_uploads(connection, 1, part_bytes=1, idle_before_us=1, limit=9),
        lambda connection: removable_uploads(connection, verified_before_us=1, limit=9),
        count_unproven,
        behind_since,
    ],
    ids=["due", "removable", "count", "behind"],
)
async def test_no_look_goes_through_all_uploads(catalogue, ask):
    asked = []
    async with catalogue.reading() as connection:

        def note(_connection, _cursor, statement, parameters, *_):
            asked.append((statement, parameters))

        event.listen(connection.sync_connection, "before_cursor_execute", note)
        await ask(connection)
        event.remove(connection.sync_connection, "before_cursor_execute", note)
        statement, parameters = asked[-1]
        rows = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)).all()
    plan = [row[-1] for row in rows]
    assert any("USING INDEX ix_uploads" in step or "USING COVERING INDEX ix_uploads" in step for step in plan), plan
    assert not any(step.startswith("SCAN") for step in plan), plan
