from pathlib import Path
from uuid import UUID

import pytest

from playhead.base.errors import InvalidInputError
from playhead.base.ids import SegmentId
from playhead.store.segments.layout import location_of, path_of, segment_of

NAME = "00000000-0000-0000-0000-000000000001"


def test_a_segment_lies_in_the_folder_of_its_day():
    segment = SegmentId(UUID(int=1))
    assert location_of(segment, 1_767_225_599_999_999) == f"2025/12/31/{NAME}.vid"
    assert location_of(segment, 1_767_225_600_000_000) == f"2026/01/01/{NAME}.vid"


@pytest.mark.parametrize("location", ["", "/etc/passwd", "../x", "2026/../../x", "a/.."])
def test_no_location_leads_out_of_the_store(location):
    with pytest.raises(InvalidInputError) as raised:
        path_of(Path("/srv"), location)
    assert raised.value.code == "store.location"


def test_a_location_is_below_the_root():
    assert path_of(Path("/srv"), "2026/01/01/x.vid") == Path("/srv/2026/01/01/x.vid")


@pytest.mark.parametrize("name", ["", "x.vid", f"{NAME}.VID", NAME, f"{NAME}.vid.new", NAME.replace("-", "") + ".vid"])
def test_other_files_are_not_taken_for_segments(name):
    assert segment_of(name) is None


def test_a_segments_file_is_known_by_its_name():
    assert segment_of(f"{NAME}.vid") == SegmentId(UUID(int=1))
