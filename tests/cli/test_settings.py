from pathlib import Path

import msgspec
import pytest

from playhead.base.config_reference import reference
from playhead.base.errors import InvalidInputError
from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


@pytest.mark.parametrize("table", msgspec.structs.fields(PremisesSettings), ids=lambda field: field.name)
def test_every_key_of_the_premises_is_documented_as_it_is(table):
    assert f"## `[{table.name}]`" in PAGE.read_text()
    assert reference(table.type, table.name) in PAGE.read_text()


def test_without_a_file_everything_has_its_default(tmp_path):
    assert PremisesSettings.load(PremisesPlaces(tmp_path)) == PremisesSettings()


def test_an_unknown_key_is_refused_with_its_line_and_the_likely_one(tmp_path):
    places = PremisesPlaces(tmp_path)
    places.config.write_text('[portal]\nlistem = "127.0.0.1:2020"\n')
    with pytest.raises(InvalidInputError) as caught:
        PremisesSettings.load(places)
    assert caught.value.code == "config.unknown_key"
    assert "line 2" in str(caught.value)
    assert "listen" in str(caught.value)
