"""``playhead erasure``: what was erased, and proof of it."""

import asyncio
from pathlib import Path

import click

from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces


@click.group(
    epilog="""\b
Examples:
  playhead erasure list
  playhead erasure certificate 17 > erasure-17.json
  playhead erasure verify erasure-17.json
  playhead erasure apply /mnt/backup"""
)
def erasure() -> None:
    """See what was erased, and prove it.

    Erasing destroys the data key of each segment first, so that nothing is left to be read, and removes the files
    afterwards. `playhead recordings delete ID` erases one recording, the policy of retention all that are due.
    """


@erasure.command("list")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many, newest first.")
@data_option
@json_option
def list_command(data: Path, limit: int, *, as_json: bool) -> None:
    """Show the newest erasures."""
    from playhead.cli import erasing

    asyncio.run(erasing.show(PremisesPlaces(data), limit=limit, as_json=as_json))


@erasure.command()
@click.argument("number", type=click.IntRange(min=1))
@data_option
def certificate(number: int, data: Path) -> None:
    """Print the signed certificate of erasure NUMBER."""
    from playhead.cli import erasing

    asyncio.run(erasing.certificate(PremisesPlaces(data), number))


@erasure.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--authority", metavar="SHA256", help="Fingerprint of the site's authority, where its data is not here.")
@data_option
@json_option
def verify(file: Path, authority: str | None, data: Path, *, as_json: bool) -> None:
    """Verify a certificate of erasure, anywhere.

    The site is known by the fingerprint of its authority: that of this data folder, or the one that you were given.
    """
    from playhead.cli import erasing

    erasing.verify(PremisesPlaces(data), file, authority, as_json=as_json)


@erasure.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@data_option
def apply(folder: Path, data: Path) -> None:
    """Destroy the keys of everything that was erased in copies of recordings below FOLDER, such as a backup.

    Files are known by the ids in their names. Copies elsewhere stay readable for whoever has the site's keys.
    """
    from playhead.cli import erasing

    erasing.apply(PremisesPlaces(data), folder)
