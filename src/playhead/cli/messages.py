"""``playhead messages``: events that wait, and messages that nobody could take."""

import asyncio
import sys
from pathlib import Path

import click

from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces

_number = click.argument("number", type=click.IntRange(min=1))


@click.group(
    epilog="""\b
Examples:
  playhead messages status
  playhead messages dead list
  playhead messages dead retry 3
  playhead messages dead drop 4"""
)
def messages() -> None:
    """See to messages between Playhead and other programs.

    docs/integrating.md says how programs subscribe to events and give commands.
    """


@messages.command()
@data_option
@json_option
def status(data: Path, *, as_json: bool) -> None:
    """Say what waits, since when, and whether the broker is there; ends with 1 where somebody should look.

    That is: the broker cannot be reached, an event has waited for more than a minute, or there are dead letters.
    """
    from playhead.cli import messaging_desk

    sys.exit(asyncio.run(messaging_desk.show_status(PremisesPlaces(data), as_json=as_json)))


@messages.group(
    epilog="""\b
Examples:
  playhead messages dead list
  playhead messages dead retry 3"""
)
def dead() -> None:
    """See to events that nobody took, and to commands that nobody could act on."""


@dead.command("list")
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True, help="How many, newest first.")
@data_option
@json_option
def list_command(data: Path, *, limit: int, as_json: bool) -> None:
    """List them, newest first."""
    from playhead.cli import messaging_desk

    asyncio.run(messaging_desk.show_dead(PremisesPlaces(data), limit=limit, as_json=as_json))


@dead.command()
@_number
@data_option
def retry(number: int, data: Path) -> None:
    """Have an event delivered again. A command is not: its moment is over."""
    from playhead.cli import messaging_desk
    from playhead.cli.console import done

    asyncio.run(messaging_desk.retry(PremisesPlaces(data), number))
    done(f"Number {number} waits to be delivered again.")


@dead.command()
@_number
@data_option
def drop(number: int, data: Path) -> None:
    """Give one up."""
    from playhead.cli import messaging_desk
    from playhead.cli.console import done

    asyncio.run(messaging_desk.drop(PremisesPlaces(data), number))
    done(f"Number {number} was given up.")
