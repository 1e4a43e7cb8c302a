"""Brings a catalogue's schema up to date. Old versions stay upgradable for ever; none is ever edited."""

from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from playhead.base.errors import ConflictError

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Apply every migration up to ``revision`` within the connection's transaction.

    Raises:
        ConflictError: ``catalogue.newer``.
    """
    if revision == "head" and _version(connection) == newest():
        return
    # Loading it takes longer than opening a catalogue that is up to date, which most are.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script.revision import ResolutionError  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except (CommandError, ResolutionError) as error:
        raise _made_by_newer() from error


def require_newest(connection: Connection) -> None:
    """Refuse a catalogue of another version than this program's, and change nothing.

    Raises:
        ConflictError: ``catalogue.older``, ``catalogue.newer``.
    """
    version = _version(connection)
    if version == newest():
        return
    if version is not None and version > newest():
        raise _made_by_newer()
    hint = "The server upgrades it when it starts: `playhead premises run`."
    raise ConflictError("catalogue.older", "The catalogue was made by an older Playhead than this one.", hint=hint)


@cache
def newest() -> str:
    """The newest version that this program knows. Files are named by their versions: to load them all takes longer."""
    return max(path.stem[1:5] for path in (MIGRATIONS / "versions").glob("v*.py"))


def _version(connection: Connection) -> str | None:
    """Of the catalogue's schema; None where it has none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _made_by_newer() -> ConflictError:
    message = "The catalogue was made by a newer Playhead than this one."
    return ConflictError("catalogue.newer", message, hint="Install that version or a later one.")
