"""Where an operator says that catalogues are."""

import pytest

from playhead.base.errors import PlayheadError
from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.store.catalogue.config import CatalogueConfig
from playhead.store.password_files import PASSWORD_BYTES_MAX


def read(folder, content):
    (folder / "premises.toml").write_text(f"[catalogue]\n{content}\n")
    return PremisesSettings.load(PremisesPlaces(folder)).catalogue


def test_it_is_a_file_unless_a_database_is_named(tmp_path):
    assert CatalogueConfig().location(tmp_path) == tmp_path


def test_a_database_with_its_password_from_a_file(tmp_path):
    (tmp_path / "password").write_text("h\u00fcnter 2\n")
    found = read(
        tmp_path, 'url = "postgresql://sam@db:5433/rec?sslmode=verify-full"\npassword_file = "password"\nschema = "a-1"'
    )
    url = found.location(tmp_path)
    assert url.render_as_string() == "postgresql+asyncpg://sam:***@db:5433/rec?sslmode=verify-full"
    assert url.password == "h\u00fcnter 2"
    assert found.schema == "a-1"


@pytest.mark.parametrize("content", [b"", b" \n", b"x" * (PASSWORD_BYTES_MAX + 1), b"\xff", None])
def test_files_that_hold_no_password(tmp_path, content):
    if content is not None:
        (tmp_path / "password").write_bytes(content)
    found = read(tmp_path, 'url = "postgresql://sam@db/rec"\npassword_file = "password"')
    with pytest.raises(PlayheadError) as raised:
        found.location(tmp_path)
    assert raised.value.code == "catalogue.password_file"


@pytest.mark.parametrize(
    "content",
    [
        'url = "nothing"',
        'url = "sqlite+aiosqlite:///x"',
        'url = "postgresql+psycopg://sam@db/rec"',
        'url = "postgresql://sam:hunter2@db/rec"',
        'url = "postgresql://sam@db/rec?password=hunter2"',
        'url = "postgresql://sam@db:x/rec"',
        'schema = "A"',
        'schema = "pg space"',
    ],
)
def test_what_cannot_be_is_refused_and_no_password_shown(tmp_path, content):
    with pytest.raises(PlayheadError) as raised:
        read(tmp_path, content)
    assert "line 2" in str(raised.value)
