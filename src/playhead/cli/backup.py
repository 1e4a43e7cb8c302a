"""``playhead backup``, ``restore``, ``recovery-key``: a copy of everything elsewhere, and coming back from it."""

import asyncio
import sys
from pathlib import Path

import click

from playhead.base.quantities import Size
from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces

_folder = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
_stdin_option = click.option(
    "--passphrase-stdin", is_flag=True, help="Read the pass phrase of the recovery key from standard input."
)


def _size(_context: click.Context, _option: click.Parameter, text: str) -> Size:
    try:
        return Size.parse(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command(
    epilog="""\b
Examples:
  playhead backup /mnt/backups --incremental --keep 14
  playhead backup /mnt/backups --without-keys
  playhead backup /mnt/backups --list
\b
Ends with 1 where something is not whole; the rest was backed up all the same. docs/operations.md tells more."""
)
@_folder
@click.option("--incremental", is_flag=True, help="Copy only what the newest backup there does not have.")
@click.option("--keep", type=click.IntRange(1), help="Remove all but so many of the newest afterwards.")
@click.option(
    "--rate", default="50 MB", show_default=True, callback=_size, help="Copy so much a second; 0 B: no limit."
)
@click.option("--copy", is_flag=True, help="Copy recordings even where they could share their files with the server's.")
@click.option("--without-keys", is_flag=True, help="Leave the site's keys out. Then keep them elsewhere yourself.")
@click.option("--list", "listing", is_flag=True, help="Show what is there instead.")
@data_option
@json_option
def backup(
    *,
    folder: Path,
    incremental: bool,
    keep: int | None,
    rate: Size,
    copy: bool,
    without_keys: bool,
    listing: bool,
    data: Path,
    as_json: bool,
) -> None:
    """Back up the premises server into FOLDER, while it runs or not.

    Everything is of one instant: the catalogue, and of each recording what was durable then. The site's keys are in it
    sealed to the recovery key (see `playhead recovery-key FILE`). Each backup is a folder of its own there.
    """
    from playhead.cli import backing_up

    if listing:
        backing_up.show(folder, as_json=as_json)
        return
    wanted = backing_up.Wanted(
        incremental=incremental, keep=keep, rate=rate.bytes, share=not copy, with_keys=not without_keys
    )
    whole = asyncio.run(backing_up.backup(PremisesPlaces(data), folder, wanted, as_json=as_json))
    sys.exit(0 if whole else 1)


@click.command(
    epilog="""\b
Examples:
  playhead restore /mnt/backups --recovery-key recovery.pem --data /srv/playhead
  playhead restore /mnt/backups --backup 20261123T020000Z --keys /media/stick/keys
  playhead restore /mnt/backups --recording 0198c0de
\b
Ends with 1 where something is not whole. docs/operations.md, "After a disaster", has every step."""
)
@_folder
@click.option("--backup", "wanted", default="", help="Which; the newest that is whole by default.")
@click.option(
    "--recording", metavar="ID", help="Only this one, into the server that is there; a beginning of its id is enough."
)
@click.option(
    "--recovery-key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Opens the keys in the backup."
)
@click.option(
    "--keys", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of keys kept apart instead."
)
@click.option(
    "--erasures",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Journal of erasures that survived (premises/erasures), so that what was erased since does not come back.",
)
@_stdin_option
@data_option
@json_option
def restore(
    *,
    folder: Path,
    wanted: str,
    recording: str | None,
    recovery_key: Path | None,
    keys: Path | None,
    erasures: tuple[Path, ...],
    passphrase_stdin: bool,
    data: Path,
    as_json: bool,
) -> None:
    """Bring a backup in FOLDER back into an empty place, or one recording of it into a server.

    The manifest is checked first, and each recording's chain on the way; nothing is ever replaced. What was erased
    since is erased again. Interrupted, it leaves no server's data that could be taken for whole: begin again.
    """
    from playhead.cli import backing_up

    places = PremisesPlaces(data)
    if recording is not None:
        whole = asyncio.run(backing_up.put_back_one(places, folder, wanted, recording, as_json=as_json))
    else:
        if (recovery_key is None) == (keys is None):
            raise click.UsageError("Name the --recovery-key, or a folder of --keys.")
        passphrase = _passphrase(from_stdin=passphrase_stdin)
        opening = backing_up.Opening(recovery_key, keys, passphrase)
        whole = asyncio.run(backing_up.restore(places, folder, wanted, opening, erasures, as_json=as_json))
    sys.exit(0 if whole else 1)


@click.command(
    "recovery-key",
    epilog="""\b
Examples:
  playhead recovery-key recovery.pem
  playhead recovery-key /media/stick/recovery.pem --no-passphrase""",
)
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--no-passphrase", is_flag=True, help="Whoever has the file then has the key.")
@click.option("--replace", is_flag=True, help="Take the place of the one there is. Backups made before need that one.")
@_stdin_option
@data_option
def recovery_key(out: Path, data: Path, *, no_passphrase: bool, replace: bool, passphrase_stdin: bool) -> None:
    """Make the key that opens the site's keys in backups, and write it to OUT.

    The server keeps its public half alone. Take the file away: keep it where neither the server nor its backups are,
    and twice. Without it, and without the server's own keys, nothing in a backup can be played again.
    """
    from playhead.cli import backing_up

    passphrase = b""
    if not no_passphrase:
        asked = None if passphrase_stdin else click.prompt("Pass phrase", hide_input=True, confirmation_prompt=True)
        passphrase = (sys.stdin.readline().rstrip("\n") if asked is None else str(asked)).encode()
        if not passphrase:
            raise click.UsageError("The pass phrase is empty. If that is meant: --no-passphrase.")
    asyncio.run(backing_up.make_key(PremisesPlaces(data), out, passphrase, replace=replace))


def _passphrase(*, from_stdin: bool) -> bytes | None:
    """None: to be asked for when it is needed."""
    return sys.stdin.readline().rstrip("\n").encode() if from_stdin else None
