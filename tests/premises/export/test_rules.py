"""What a file is called, and how long it will be."""

from dataclasses import replace
from uuid import UUID

import pytest

from playhead.base.ids import RecordingId, SegmentId, UserId, WorkstationId
from playhead.domain.exports import ExportWish
from playhead.domain.recordings import Recording, RecordingState, Segment
from playhead.premises.export.rules import NAME_CHARS_MAX, estimate_bytes, file_name

AT_US = 1_767_225_600_000_000
ID = RecordingId(UUID(int=1, version=4))
HOUR_US = 3_600_000_000
SEGMENT = Segment(SegmentId(UUID(int=2, version=4)), ID, AT_US, HOUR_US, 3_600_000, sealed=True, ended="sealed")
RECORDING = Recording(
    ID, WorkstationId("pc-1"), "CORP\\jané o'neil", RecordingState.COMPLETE, AT_US, AT_US, 3_600_000, (SEGMENT,)
)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("CORP\\jané o'neil", "pc-1-jan-o-neil-2026-01-01-000000.mp4"),
        ("../../etc/passwd", "pc-1-etc-passwd-2026-01-01-000000.mp4"),
        ('"; rm -rf /', "pc-1-rm-rf-2026-01-01-000000.mp4"),
        ("", "pc-1-2026-01-01-000000.mp4"),
        ("x" * 99, f"pc-1-{'x' * NAME_CHARS_MAX}-2026-01-01-000000.mp4"),
    ],
)
def test_a_name_is_plain(agent, name):
    assert file_name(replace(RECORDING, agent=agent), ExportWish(UserId("sue"), ID)) == name


@pytest.mark.parametrize(
    ("begin_us", "end_us", "size"),
    [(0, HOUR_US, 3_600_000), (0, HOUR_US // 2, 1_800_000), (HOUR_US // 2, HOUR_US // 2 + 1_000_000, 301_000)],
)
def test_a_part_is_its_share_with_what_is_decoded_before_it(begin_us, end_us, size):
    assert estimate_bytes(RECORDING, begin_us, end_us) == size
