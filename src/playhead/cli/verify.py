"""``playhead verify``: is this what was recorded, black where it should be, and nothing forbidden near?"""

import asyncio
import sys
from pathlib import Path

import click

from playhead.base.quantities import Duration
from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces


def _duration(_context: click.Context, _option: click.Parameter, text: str | None) -> Duration | None:
    if text is None:
        return None
    try:
        found = Duration.parse(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    if found.us == 0:
        raise click.BadParameter("Give a time above zero.")
    return found


@click.command(
    epilog="""\b
Examples:
  playhead verify 0198c0de
  playhead verify 0198c0de --ocr
  playhead verify --all --ocr --every '30 s' --statement proof.json
  playhead verify 0198c0de-7d3a.vid
  playhead verify proof.json
\b
Ends with
  0  all of it holds, and nothing was seen
  1  something is not as it should be, or it could not be done
  3  all of it holds, but something was seen that looks like the number of a card
  4  all of it holds, but some pictures could not be looked at
docs/services/proof.md says what each sentence proves."""
)
@click.argument("what", metavar="[ID|FILE]", required=False)
@click.option("--all", "every_recording", is_flag=True, help="Every recording there is.")
@click.option("--ocr", is_flag=True, help="Read the pictures near blackouts, and look for numbers of cards.")
@click.option(
    "--every", metavar="TIME", callback=_duration, help="With --ocr: and one picture every so often, throughout."
)
@click.option(
    "--statement",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what was found into a file that the site signs.",
)
@data_option
@json_option
def verify(
    *,
    what: str | None,
    every_recording: bool,
    ocr: bool,
    every: Duration | None,
    statement: Path | None,
    data: Path,
    as_json: bool,
) -> None:
    """Prove a recording, from the server's own files.

    Its hash chain is whole, every record was decrypted, the workstation's signature is valid; each blackout has its
    begin and end, and every picture within is black. With --ocr, text near blackouts is read, and numbers that may be
    of payment cards are told.

    ID is a recording's id or a beginning of it. FILE is a segment (.vid), or a statement that was written before.
    """
    from playhead.cli import verification
    from playhead.premises.proof.cards import Where

    if (what is None) != every_recording:
        raise click.UsageError("Name a recording or a file, or --all.")
    if every is not None and not ocr:
        raise click.UsageError("--every says how often to read a picture: give --ocr, too.")
    where = None if not ocr else Where.EDGES if every is None else Where.ALL
    every_us = verification.EVERY_US if every is None else every.us
    asked = verification.Asked(where, every_us, statement=statement, as_json=as_json)
    outcome = asyncio.run(verification.verify(PremisesPlaces(data), what, asked))
    sys.exit(outcome.exit_code)
