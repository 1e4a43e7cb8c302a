import pytest
from store.segments.crashing import RECORDING

from playhead.base.ids import WorkstationId
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.recordings import add_recording
from playhead.store.catalogue.workstations import enrol_workstation

DESK = WorkstationId("desk-1")


@pytest.fixture
async def catalogue(location):
    found = await Catalogue.open(location)
    async with found.writing() as connection:
        await enrol_workstation(connection, workstation=DESK, signer=bytes(32), certificate_hash=bytes(32), now_us=1)
        await add_recording(connection, recording=RECORDING, workstation=DESK, agent="", started_at_us=1)
    yield found
    await found.close()
