from pathlib import Path

import pytest

from playhead.base.addresses import Address
from playhead.base.config import Section, parse
from playhead.base.config_reference import reference
from playhead.base.errors import InvalidInputError
from playhead.base.ids import WorkstationId
from playhead.base.quantities import Duration
from playhead.workstation.config import WorkstationConfig


class File(Section, frozen=True):
    workstation: WorkstationConfig


def read(text: str) -> WorkstationConfig:
    return parse(f'[workstation]\nid = "desk-7"\n{text}', File, source="f", folder=Path("/etc")).workstation


def test_the_defaults() -> None:
    config = read("")
    assert config.id == WorkstationId("desk-7")
    assert config.places == ((Address("127.0.0.1", 5633),),)
    assert config.spool_when_full == "stop"
    assert (config.fps, config.pre_buffer, config.continuous, config.plain) == (5, Duration(10_000_000), False, False)


def test_addresses_take_the_registry_port_where_they_name_none() -> None:
    config = read('premises = ["one.example", ["two.example:6000", "[::1]"]]')
    assert [[str(address) for address in addresses] for addresses in config.places] == [
        ["one.example:5633"],
        ["two.example:6000", "[::1]:5633"],
    ]


def test_four_premises_with_three_addresses_each_can_be_named() -> None:
    three = '["a", "b", "c"]'
    assert len(read(f"premises = [{', '.join([three] * 4)}]").places) == 4


@pytest.mark.parametrize(
    "line",
    [
        'pre_buffer = "61 s"',
        "fps = 0",
        "fps = 16",
        "quality = 17",
        "premises = []",
        'premises = ["a b"]',
        "premises = [[]]",
        'premises = ["a", "b", "c", "d", "e"]',
        'premises = [["a", "b", "c", "d"]]',
        'spool_when_full = "drop-newest"',
        'segment_length = "9 s"',
        'segment_size = "1 MB"',
        'spool_max = "1 MiB"',
        'continuous_length = "1 min"',
        'colour = "red"',
        f'agent = "{"a" * 257}"',
    ],
)
def test_what_would_not_work_is_refused(line: str) -> None:
    with pytest.raises(InvalidInputError):
        read(line)


@pytest.mark.parametrize(
    "line", ['pre_buffer = "60 s"', 'pre_buffer = "0 s"', "fps = 1", "fps = 15", 'segment_length = "24 h"']
)
def test_the_limits_themselves_are_taken(line: str) -> None:
    read('continuous_length = "24 h"\n' + line)


def test_every_key_is_documented_as_it_is() -> None:
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
    assert reference(WorkstationConfig, "workstation") in page
