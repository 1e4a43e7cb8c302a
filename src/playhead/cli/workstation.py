"""``playhead workstation``: the program on the agent's PC."""

from pathlib import Path

import click

from playhead.cli.options import data_option, json_option


@click.group(
    epilog="""\b
Examples:
  playhead workstation enrol --server recorder.example:5633
  playhead workstation run
  playhead workstation status
  playhead workstation blackout on --minutes 5
  playhead workstation told
  playhead workstation indicator"""
)
def workstation() -> None:
    """Record this machine's desktop and send it to the premises server.

    Enrol once with a code from `playhead premises enrolment-code`, then keep `run` running. Settings are read from
    workstation.toml in the data folder; docs/configuration.md lists every key.
    """


@workstation.command()
@click.option("--server", required=True, metavar="HOST[:PORT]", help="The premises server; port 5633 by default.")
@click.option(
    "--code", help="The one-time code from `playhead premises enrolment-code`; asked for where it is left out."
)
@click.option("--name", help="This workstation's id; by default its host name.")
@data_option
def enrol(server: str, code: str | None, name: str | None, data: Path) -> None:
    """Make a key for this workstation and have the site certify it."""
    from playhead.cli import agent_side

    agent_side.enrol(data, server=server, code=code or click.prompt("One-time code", type=str), name=name)


@workstation.command()
@data_option
@click.option("--log", type=click.Choice(["human", "json"]), default="json", show_default=True, help="Form of the log.")
@click.option(
    "--take-over",
    is_flag=True,
    help="Have the one that runs here stop once this one is ready, and go on with what it does: for updates.",
)
def run(data: Path, log: str, *, take_over: bool) -> None:
    """Capture, spool and send until told to stop (Ctrl-C or SIGTERM)."""
    from playhead.cli import agent_side

    agent_side.run(data, log=log, takes_over=take_over)


@workstation.command()
@data_option
@json_option
def status(data: Path, *, as_json: bool) -> None:
    """Say what the workstation is doing, and how fresh the newest acknowledgement is."""
    from playhead.cli import agent_side

    agent_side.status(data, as_json=as_json)


@workstation.command()
@click.argument("switch", type=click.Choice(["on", "off"]))
@click.option("--reason", default="asked for by the agent", show_default=True, help="Goes into the recording.")
@click.option(
    "--minutes",
    type=click.IntRange(1, 24 * 60),
    help="How long; by default, and at the most, as long as the configuration allows.",
)
@data_option
def blackout(switch: str, reason: str, minutes: int | None, data: Path) -> None:
    """Stop looking at the screen, or look again. Nothing shown under blackout is captured, stored or sent.

    `off` ends what `on` began. It stays black while somebody else wants it so: `status` says who.
    """
    from playhead.cli import agent_side

    agent_side.blackout(data, on=switch == "on", reason=reason, minutes=minutes)


@workstation.command()
@data_option
def indicator(data: Path) -> None:
    """Show on the agent's screen whether it is recorded, in the system tray or in a small window.

    A click begins a blackout, or ends the one that the agent began. Start it with the agent's desktop session.
    """
    from playhead.cli import agent_side

    agent_side.indicator(data)


@workstation.command()
@data_option
@json_option
@click.option(
    "--events", "-n", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many of the newest."
)
def told(data: Path, events: int, *, as_json: bool) -> None:
    """Show what desktop analytics has told the premises about whoever works here: exactly that, and nothing else is.

    What waits to be sent is marked. Settings of privacy are applied before anything is written down.
    """
    from playhead.cli import agent_told

    agent_told.told(data, events_max=events, as_json=as_json)
