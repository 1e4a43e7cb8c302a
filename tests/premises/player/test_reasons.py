"""Why there is nothing to play: the ledger is asked where the files do not know."""

from uuid import UUID

from playhead.base.ids import RecordingId, WorkstationId
from playhead.domain.coverage import Missing, Reason
from playhead.domain.recordings import Recording, RecordingState
from playhead.domain.timeline import Gap
from playhead.premises.player.reasons import explained

START = 1_000
RECORDING = Recording(
    RecordingId(UUID(int=1)), WorkstationId("pc-1"), "sam", RecordingState.COMPLETE, START, None, durable_bytes=0
)


async def told(gaps, missing):
    asked = []

    async def explain(recording, stretches):
        assert recording is RECORDING
        asked.extend(stretches)
        return missing

    return await explained(RECORDING, gaps, explain), asked


async def test_each_gap_gets_its_reasons_and_is_cut_where_they_change():
    gaps = [Gap(10, 40, "killed"), Gap(60, 70, "sealed")]
    missing = [
        Missing(START + 10, START + 20, Reason.UNKNOWN),
        Missing(START + 20, START + 40, Reason.OFF),
        Missing(START + 60, START + 70, Reason.ASLEEP),
    ]
    found, asked = await told(gaps, missing)
    assert found == [Gap(10, 20, "killed"), Gap(20, 40, "off"), Gap(60, 70, "asleep")]
    assert asked == [(START + 10, START + 40), (START + 60, START + 70)]


async def test_what_the_files_know_best_stays():
    gaps = [Gap(10, 40, "corrupt"), Gap(50, 60, "disk_full"), Gap(70, 80, "unreadable")]
    assert await told(gaps, [Missing(START, START + 100, Reason.OFF)]) == (gaps, [])


async def test_a_gap_of_which_nothing_is_said_stays():
    gaps = [Gap(10, 40, "lost")]
    found, _ = await told(gaps, [])
    assert found == gaps
