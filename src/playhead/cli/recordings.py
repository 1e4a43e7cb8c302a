"""``playhead recordings``: what the premises server on this machine holds."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from playhead.cli.finding import Filters, filter_options
from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces


@click.group(
    epilog="""\b
Examples:
  playhead recordings list --workstation desk-7 --min-length '5 min' --gap
  playhead recordings tag 0198c0de complaint
  playhead recordings hold 0198c0de --reason 'case 4711'
  playhead recordings export 0198c0de call.mp4
  playhead recordings play 0198c0de
  playhead recordings delete 0198c0de --reason 'request 812 of the customer'"""
)
def recordings() -> None:
    """List, tag, hold, play, export and erase recordings.

    Works on the data folder itself, so it also works while the server is stopped. A recording is named by its id or by
    any beginning of it that only one recording has.
    """


@recordings.command("list")
@filter_options
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many.")
@data_option
@json_option
def list_command(limit: int, data: Path, *, as_json: bool, **filters: Any) -> None:  # noqa: ANN401 # as `filter_options` has them
    """Show the newest recordings, or those that are asked for."""
    from playhead.cli import library

    asyncio.run(library.show(PremisesPlaces(data), Filters(**filters), limit=limit, as_json=as_json))


@recordings.command()
@click.argument("recording", metavar="ID")
@click.argument("tags", metavar="TAG...", nargs=-1, required=True)
@click.option("--remove", is_flag=True, help="Take the tags off instead.")
@data_option
def tag(recording: str, tags: tuple[str, ...], data: Path, *, remove: bool) -> None:
    """Tag a recording, so that it is found by what it is about."""
    from playhead.cli import labels

    asyncio.run(labels.tag(PremisesPlaces(data), recording, tags, remove=remove))


@recordings.command()
@click.argument("recording", metavar="ID")
@click.option("--reason", help="Why it must be kept, such as the number of a case.")
@click.option("--release", is_flag=True, help="Let it be deleted again instead.")
@data_option
def hold(recording: str, reason: str | None, data: Path, *, release: bool) -> None:
    """Keep a recording from being deleted."""
    from playhead.cli import labels

    if release == (reason is not None):
        raise click.UsageError("Give a --reason to hold it, or --release.")
    if reason is None:
        asyncio.run(labels.release(PremisesPlaces(data), recording))
    else:
        asyncio.run(labels.hold(PremisesPlaces(data), recording, reason))


@recordings.command()
@click.argument("recording", metavar="ID")
@click.option("--reason", required=True, help="Why, such as the request of a customer: it goes into the certificate.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def delete(recording: str, reason: str, data: Path, *, yes: bool) -> None:
    """Erase a recording for good: its keys are destroyed first, then its files are removed.

    Nobody can undo it. What is held, or is being recorded, is refused.
    """
    from playhead.cli import erasing

    if not yes:
        click.confirm(f"Erase {recording} for good?", abort=True)
    asyncio.run(erasing.delete(PremisesPlaces(data), recording, reason))


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
@click.argument("options", metavar="[-- OPTIONS]", nargs=-1, type=click.UNPROCESSED)
@click.option("--mpv", "player", flag_value="mpv", help="With mpv.")
@click.option("--vlc", "player", flag_value="vlc", help="With VLC.")
@click.option("--ffplay", "player", flag_value="ffplay", help="With ffplay.")
@data_option
def play(recording: str, options: tuple[str, ...], player: str | None, data: Path) -> None:
    r"""Play a recording in a native player on this machine, with the best that is installed unless one is named.

    The server must run here. What follows -- is for the player.

    \b
    Examples:
      playhead recordings play 0198c0de
      playhead recordings play 0198c0de --mpv -- --fs --speed=2
    """
    from playhead.cli import native_playing

    sys.exit(native_playing.play_recording(PremisesPlaces(data), recording, player=player, extra=options))
