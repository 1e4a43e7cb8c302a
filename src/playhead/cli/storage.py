"""``playhead storage``: where recordings lie, beside this server's disk."""

import asyncio
import sys
from pathlib import Path

import click

from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces


@click.group(
    epilog="""\b
Examples:
  playhead storage status
  playhead storage move s3://old-bucket s3://new-bucket
  playhead storage reconcile
  playhead storage reconcile --delete
  playhead storage rebuild           with the server stopped, after its catalogue was lost"""
)
def storage() -> None:
    """See what is uploaded, move it, and compare the object store with the catalogue.

    All but rebuild may run beside the server. docs/services/upload.md tells more.
    """


@storage.command()
@data_option
@json_option
def status(data: Path, *, as_json: bool) -> None:
    """Say how much is uploaded, what waits, and whether the store answers.

    Ends with 1 where it does not answer, or uploads were given up.
    """
    from playhead.cli import storage_desk

    sys.exit(0 if asyncio.run(storage_desk.show(PremisesPlaces(data), as_json=as_json)) else 1)


@storage.command()
@click.argument("source")
@click.argument("target")
@data_option
def move(source: str, target: str, data: Path) -> None:
    """Move everything that is proven from the store SOURCE to TARGET, both as the configuration names them.

    Each object is copied, read again, and only then deleted in SOURCE. Begun again after whatever came in between, it
    goes on.
    """
    from playhead.cli import storage_desk

    asyncio.run(storage_desk.move(PremisesPlaces(data), source, target))


@storage.command()
@click.option("--delete", is_flag=True, help="Delete objects that the catalogue does not know, and unfinished parts.")
@click.option(
    "--share",
    type=click.FloatRange(0, 1),
    default=0.01,
    show_default=True,
    help="Of all objects, how many --delete may take; ten it always may.",
)
@data_option
@json_option
def reconcile(data: Path, *, delete: bool, share: float, as_json: bool) -> None:
    """Compare the objects of this site with the catalogue. Without --delete it changes nothing.

    Ends with 1 where an object is missing or is not what it should be.
    """
    from playhead.cli import storage_desk

    whole = asyncio.run(storage_desk.reconcile(PremisesPlaces(data), delete=delete, share=share, as_json=as_json))
    sys.exit(0 if whole else 1)


@storage.command()
@data_option
@json_option
def rebuild(data: Path, *, as_json: bool) -> None:
    """Take recordings into the catalogue again whose objects are there. Only while the server is stopped.

    For a server that was lost: install another with the same configuration, put the folder keys back, and run this.
    Every object is read as a whole and its chain checked; begun again, it goes on. What people added to recordings does
    not lie in objects, and workstations have to be enrolled anew.

    Ends with 1 where an object was left, or the keys here do not open it.
    """
    from playhead.cli import storage_desk

    whole = asyncio.run(storage_desk.rebuild(PremisesPlaces(data), as_json=as_json))
    sys.exit(0 if whole else 1)
