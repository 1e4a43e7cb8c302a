"""``playhead recordings``: what the premises server on this machine holds."""

import asyncio
from pathlib import Path

import click

from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces


@click.group(
    epilog="""\b
Examples:
  playhead recordings list --workstation desk-7
  playhead recordings export 0198c0de call.mp4
  playhead recordings verify 0198c0de"""
)
def recordings() -> None:
    """List, export and verify recordings.

    Works on the data folder itself, so it also works while the server is stopped. A recording is named by its id or by
    any beginning of it that only one recording has.
    """


@recordings.command("list")
@click.option("--workstation", help="Only of this workstation.")
@click.option("--state", type=click.Choice(["recording", "complete", "interrupted"]), help="Only in this state.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many, newest first.")
@data_option
@json_option
def list_command(workstation: str | None, state: str | None, limit: int, data: Path, *, as_json: bool) -> None:
    """Show the newest recordings."""
    from playhead.cli import library

    asyncio.run(library.show(PremisesPlaces(data), workstation=workstation, state=state, limit=limit, as_json=as_json))


@recordings.command()
@click.argument("recording", metavar="ID")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--monitor", help="Only this monitor; by default each becomes a track of the file.")
@click.option("--force", is_flag=True, help="Replace the file where it exists.")
@data_option
def export(recording: str, out: Path, monitor: str | None, data: Path, *, force: bool) -> None:
    r"""Write a recording as a standard MP4, without re-encoding.

    \b
    Examples:
      playhead recordings export 0198c0de call.mp4
      playhead recordings export 0198c0de left.mp4 --monitor DP-1
    """
    from playhead.cli import library

    asyncio.run(library.export(PremisesPlaces(data), recording, out, monitor=monitor, force=force))


@recordings.command()
@click.argument("recording", metavar="ID")
@data_option
@json_option
def verify(recording: str, data: Path, *, as_json: bool) -> None:
    """Prove that a recording is exactly what its workstation sealed.

    Reads every byte: framing, order, chain of hashes, the workstation's signature, and the encryption of every record.
    Exit code 0 where all of it holds (an open or interrupted recording is proved up to its durable end), 1 where not.
    """
    from playhead.cli import verification

    whole = asyncio.run(verification.verify(PremisesPlaces(data), recording, as_json=as_json))
    if not whole:
        raise SystemExit(1)
