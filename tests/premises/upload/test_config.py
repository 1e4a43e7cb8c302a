from pathlib import Path

import pytest

from playhead.base.config import parse
from playhead.base.errors import InvalidInputError
from playhead.cli.settings import PremisesSettings


def read(text):
    return parse(text, PremisesSettings, source="premises.toml", folder=Path("/etc/playhead")).upload


def test_nothing_is_uploaded_unless_somebody_says_where():
    assert read("").stores == ()


def test_older_stores_are_read_beside_the_new_one():
    found = read(
        '[upload]\nurl = "s3://new/site"\ncredentials = "s3.ini"\nkeep_local = "7 d"\n'
        '[[upload.before]]\nurl = "file:///mnt/old"\n[[upload.before]]\nurl = "s3://old"\nregion = "eu-west-1"\n'
    )
    assert [one.url for one in found.stores] == ["s3://new/site", "file:///mnt/old", "s3://old"]
    assert found.stores[0].credentials == Path("/etc/playhead/s3.ini")
    assert found.stores[2].region == "eu-west-1"


@pytest.mark.parametrize(
    "line",
    ['part = "5119 KiB"', 'part = "65 MiB"', 'rate = "1 B"', 'cloud_key = "abc"', 'verify = "no"', "parallel = 17"],
)
def test_what_cannot_be_is_refused(line):
    with pytest.raises(InvalidInputError) as raised:
        read(f'[upload]\nurl = "s3://new"\n{line}\n')
    assert raised.value.code == "config.value"
