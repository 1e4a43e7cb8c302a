"""Brings a catalogue's schema up to date. Old versions stay upgradable for ever; none is ever edited."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy import Connection

from playhead.base.errors import ConflictError

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Apply every migration up to ``revision`` within the connection's transaction.

    Raises:
        ConflictError: ``catalogue.newer``.
    """
    config = _config()
    if revision == "head" and MigrationContext.configure(connection).get_current_revision() == _newest():
        return
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except (CommandError, ResolutionError) as error:
        message = "The catalogue was made by a newer Playhead than this one."
        raise ConflictError("catalogue.newer", message, hint="Install that version or a later one.") from error


@cache
def _newest() -> str | None:
    """The newest version that this program knows; to read the migrations takes longer than to open the catalogue."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
