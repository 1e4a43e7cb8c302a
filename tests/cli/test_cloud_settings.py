"""``cloud.toml``: documented as it is, and strict."""

from pathlib import Path

import pytest

from playhead.base.config_reference import reference
from playhead.base.errors import InvalidInputError
from playhead.base.ids import CloudId
from playhead.cli.cloud_messaging import TenantMessagingConfig
from playhead.cli.cloud_objects import TenantStoreConfig
from playhead.cli.cloud_places import CloudPlaces
from playhead.cli.cloud_settings import CloudConfig, CloudSettings
from playhead.cloud.links import LinksConfig
from playhead.store.catalogue.config import DatabaseConfig

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


@pytest.mark.parametrize(
    ("shape", "name"), [(CloudConfig, "cloud"), (DatabaseConfig, "database"), (LinksConfig, "links")]
)
def test_every_key_of_the_cloud_is_documented_as_it_is(shape, name):
    assert f"## `[{name}]` in the cloud" in PAGE.read_text()
    assert reference(shape, name) in PAGE.read_text()


@pytest.mark.parametrize(("shape", "name"), [(TenantMessagingConfig, "messaging"), (TenantStoreConfig, "objects")])
def test_and_of_what_each_tenant_has(shape, name):
    assert f"## `[[{name}]]` in the cloud" in PAGE.read_text()
    assert reference(shape, name) in PAGE.read_text()


def test_without_a_file_everything_has_its_default(tmp_path):
    assert CloudSettings.load(CloudPlaces(tmp_path)) == CloudSettings()


def test_what_is_written_is_read_and_what_is_unknown_refused(tmp_path):
    places = CloudPlaces(tmp_path)
    places.config.write_text('[cloud]\nid = "example"\n[links]\nlisten = "0.0.0.0:2011"\n')
    settings = CloudSettings.load(places)
    assert (settings.cloud.id, settings.links.listen.port) == (CloudId("example"), 2011)
    places.config.write_text('[links]\nlistem = "0.0.0.0:2011"\n')
    with pytest.raises(InvalidInputError) as caught:
        CloudSettings.load(places)
    assert caught.value.code == "config.unknown_key"
