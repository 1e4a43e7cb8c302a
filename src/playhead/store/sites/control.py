"""Opening the control catalogue."""

from pathlib import Path
from typing import Final

from sqlalchemy import URL

from playhead.store.catalogue import Catalogue
from playhead.store.sites.schema import require_newest, upgrade

SCHEMA: Final = "control"
"""Where it is in PostgreSQL."""


async def open_control(location: str | Path | URL) -> Catalogue:
    """Open the control catalogue, making it where there is none.

    Args:
        location: as of `Catalogue.open`.

    Raises:
        InvalidInputError: ``catalogue.location``.
        ConflictError: ``catalogue.newer``.
        UnavailableError: ``catalogue.unavailable``.
    """
    return await Catalogue.open(location, schema=SCHEMA, upgrade=upgrade)


async def look_at_control(location: str | Path | URL) -> Catalogue:
    """Open the control catalogue for reading alone.

    Raises:
        InvalidInputError: ``catalogue.location``.
        ConflictError: ``catalogue.older``, ``catalogue.newer``.
        UnavailableError: ``catalogue.unavailable``.
    """
    return await Catalogue.look(location, schema=SCHEMA, require=require_newest)
