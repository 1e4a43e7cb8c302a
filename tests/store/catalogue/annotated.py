"""A catalogue with a few recordings, for what people keep of them."""

from uuid import UUID

from playhead.base.ids import RecordingId, UserId, WorkstationId
from playhead.store.catalogue.recordings import add_recording
from playhead.store.catalogue.users import User, add_user
from playhead.store.catalogue.workstations import enrol_workstation

SUE, JOE = UserId("sue"), UserId("joe")


def recording(number):
    return RecordingId(UUID(int=number))


async def fill(connection, *, recordings=3):
    """Recordings 1, 2, 3 of jane, and two users."""
    desk = WorkstationId("pc-1")
    await enrol_workstation(connection, workstation=desk, signer=bytes(32), certificate_hash=bytes(32), now_us=1)
    for user in (SUE, JOE):
        await add_user(connection, User(user, "", "", 1))
    for number in range(1, recordings + 1):
        await add_recording(
            connection,
            recording=recording(number),
            workstation=desk,
            agent="jane" if number < 3 else "joe",
            started_at_us=number,
        )


async def plan_of(connection, query):
    """How SQLite would answer, in one line: without going through a table, and without sorting."""
    sql = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    plan = " ".join(row[3] for row in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}"))
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan
    return plan
