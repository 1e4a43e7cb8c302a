"""docs/wire/vid.md says what the code does."""

import json
import re
from pathlib import Path

import pytest

from playhead.wire import vid
from playhead.wire.fmp4 import HOLD_US, MAX_SAMPLES
from playhead.wire.vid.limits import MAX_SEAL_BODY_BYTES

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "wire" / "vid.md").read_text()
SOURCES = [path for folder in ("vid", "fmp4") for path in (ROOT / "src/playhead/wire" / folder).glob("*.py")]


def section(number):
    return PAGE.split(f"\n## {number} ")[1].split("\n## ")[0]


def test_every_error_code_is_explained_and_no_other():
    raised = {code for path in SOURCES for code in re.findall(r'"((?:vid|fmp4)\.[a-z0-9_]+)"', path.read_text())}
    assert set(re.findall(r"`((?:vid|fmp4)\.[a-z0-9_]+)`", section(9))) == raised


@pytest.mark.parametrize(
    "limit",
    [
        vid.MAX_HEADER_BODY_BYTES,
        vid.MAX_RECORD_BODY_BYTES,
        MAX_SEAL_BODY_BYTES,
        vid.MAX_TRACKS,
        vid.MAX_KEYS,
        vid.MAX_NAME_CHARS,
        vid.MAX_AGENT_CHARS,
        vid.REORDER_US,
    ],
)
def test_every_limit_has_its_value_on_the_page(limit):
    assert re.search(rf"(?<![\d,]){limit:,}(?![\d,])", section(9))


def test_media_numbers_are_the_pages():
    assert f"{HOLD_US:,} when stored" in section(11)
    assert f"at most {MAX_SAMPLES:,} samples" in section(11)


def test_every_kind_and_field_is_in_its_table():
    for kind in vid.Kind:
        assert re.search(rf"^\| {kind.value} \| {kind.name} \|", section(5), re.MULTILINE)
    for name in vid.RecordHeader.__slots__:
        assert re.search(rf"^\| \d+ \| \d \| {name} `u\d+` \|", section(5), re.MULTILINE), name


def test_the_worked_example_is_the_vector():
    vector = json.loads((Path(__file__).parent / "vectors" / "v1.json").read_text())
    data = bytes.fromhex("".join(vector["file"]))
    lines = re.findall(r"^    ([0-9a-f]{4}): ((?:[0-9a-f]{2} )+)", section(13), re.MULTILINE)
    assert len(lines) == 30
    for offset, value in lines:
        assert data[int(offset, 16) :].startswith(bytes.fromhex(value)), offset
