"""``playhead check``: what it does. The comparison is in `playhead.store.segments.check`, mending in ``repair``."""

from contextlib import nullcontext
from dataclasses import asdict
from typing import Final

import click

from playhead.base.clock import SystemClock
from playhead.cli.catalogues import look_at_catalogue, open_catalogue
from playhead.cli.console import done, emit_json, notice
from playhead.cli.places import PremisesPlaces
from playhead.cli.uploads import objects_of
from playhead.premises.screen.recordings import Recordings
from playhead.store.disk import SystemDisk
from playhead.store.folder_lock import FolderLock
from playhead.store.keyring import Keyring
from playhead.store.segments.check import Finding, check_segments
from playhead.store.segments.layout import is_object
from playhead.store.segments.repair import repair

HARMLESS: Final = frozenset({"check.tail", "check.orphan"})
"""Nothing that was acknowledged is concerned, unless the catalogue was lost."""


async def check(places: PremisesPlaces, *, thorough: bool, mend: bool, as_json: bool) -> bool:
    """Check, print what was found, and mend it where asked to; True where all is well afterwards.

    Raises:
        ConflictError: ``folder.locked``: the server runs, and something is to be mended.
        UnavailableError: ``data.no_premises``.
    """
    if not places.recordings.is_dir():
        places.require()
    disk, clock = SystemDisk(), SystemClock()
    keyring = Keyring.open_existing(places.keys, clock)
    told: list[dict[str, str]] = []
    whole = True
    with FolderLock(places.lock_folder, "premises server") if mend else nullcontext():
        if not mend:
            places.require()
        catalogue = await (open_catalogue if mend else look_at_catalogue)(places)
        try:
            async for finding in check_segments(
                catalogue, disk, places.recordings, thorough=thorough, elsewhere=objects_of(places)
            ):
                can_mend = mend and not is_object(finding.location)
                mended = await repair(catalogue, disk, places.recordings, finding, clock) if can_mend else ""
                whole = whole and (bool(mended) or finding.code in HARMLESS)
                told.append({**_plain(finding), "mended": mended})
                if not as_json:
                    _tell(finding, mended)
            if mend:
                recordings = Recordings(catalogue, keyring.site, clock, lambda _: None, lambda _: None)
                await recordings.refresh_of()
        finally:
            await catalogue.close()
    if as_json:
        emit_json({"whole": whole, "findings": told})
    elif not told:
        done("Every recording is there and whole.")
    elif not mend:
        notice("`playhead check --repair`, with the server stopped, mends what can be mended.")
    return whole


def _plain(finding: Finding) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(finding).items()}


def _tell(finding: Finding, mended: str) -> None:
    text = f"{finding.location}: {finding.message} ({finding.code})"
    if mended:
        done(f"{text}\n  {mended}")
    else:
        click.echo(text)
