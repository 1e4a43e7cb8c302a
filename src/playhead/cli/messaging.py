"""``playhead messaging``: make a broker ready for Playhead, and talk to it as any other program would."""

import asyncio
import sys
from pathlib import Path

import click

from playhead.cli.options import data_option

_ORDERS = ("start", "stop", "blackout-on", "blackout-off")


@click.group(
    epilog="""\b
Examples:
  playhead messaging provision --integrator crm broker/
  rabbitmqctl import_definitions < broker/definitions.json
  playhead messaging order --user crm --password-file broker/crm.password start desk-7
  playhead messaging listen --user crm --password-file broker/crm.password 'playhead.coverage.#'"""
)
def messaging() -> None:
    """Connect Playhead to other programs through RabbitMQ."""


@messaging.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--integrator", "integrators", multiple=True, metavar="NAME", help="May subscribe, and give commands.")
@click.option("--subscriber", "subscribers", multiple=True, metavar="NAME", help="May subscribe alone.")
@click.option("--vhost", default="playhead", show_default=True, help="Virtual host of the broker.")
@click.option("--renew", is_flag=True, help="Make new passwords; otherwise those in FOLDER stay.")
def provision(
    folder: Path, integrators: tuple[str, ...], subscribers: tuple[str, ...], vhost: str, *, renew: bool
) -> None:
    r"""Write what the broker is to be told into FOLDER, and a file with the password of each account.

    Each account may do no more than it must. `rabbitmqctl import_definitions` reads definitions.json, as often as
    wanted. What an integrator may order says the user of the same name: add one with `playhead users add NAME`.

    \b
    Example:
      playhead messaging provision --integrator crm --subscriber wallboard broker/
    """
    from playhead.cli.provisioning import write_definitions

    write_definitions(folder, integrators, subscribers, vhost=vhost, renew=renew)


@messaging.command()
def asyncapi() -> None:
    """Print what every event and command looks like, as an AsyncAPI 3 document."""
    from playhead import __version__
    from playhead.cli.console import emit_json
    from playhead.domain.asyncapi import document

    emit_json(document(__version__))


@messaging.command()
@click.argument("what", type=click.Choice(_ORDERS))
@click.argument("workstation")
@click.option("--reason", default="", help="blackout-on: goes into the recording.")
@click.option("--minutes", type=click.IntRange(0, 1440), default=0, help="blackout-on: for how long; 0: until ended.")
@click.option("--user", required=True, help="As whom.")
@click.option("--password-file", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Its password.")
@data_option
def order(
    what: str, workstation: str, *, reason: str, minutes: int, user: str, password_file: Path, data: Path
) -> None:
    """Send WORKSTATION a command through the broker, wait for the answer and print it; ends with 1 where it says no.

    Where the broker is, and how it is reached, says [messaging] in premises.toml of the data folder.
    """
    from playhead.cli.amqp import send_order

    wish = {"workstation": workstation}
    more = {"reason": reason, "minutes": minutes} if what == "blackout-on" else {}
    sys.exit(asyncio.run(send_order(data, user, password_file, what, {**wish, **more})))


@messaging.command()
@click.argument("patterns", nargs=-1)
@click.option("--count", type=click.IntRange(min=1), help="End after so many.")
@click.option("--user", required=True, help="As whom.")
@click.option("--password-file", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Its password.")
@data_option
def listen(patterns: tuple[str, ...], count: int | None, user: str, password_file: Path, data: Path) -> None:
    """Print events as they happen, one a line: those whose type is meant by one of PATTERNS, or all.

    Nothing is kept for when it does not run. Where the broker is says [messaging] in premises.toml.
    """
    from playhead.cli.amqp import print_events

    asyncio.run(print_events(data, user, password_file, patterns or ("#",), count))
