"""``playhead demo``: a whole Playhead on one machine, with a desktop to watch."""

from pathlib import Path

import click

from playhead.cli.options import data_option


@click.command(
    epilog="""\b
Examples:
  playhead demo                       your own display where there is one
  playhead demo --desktop scripted    a virtual desktop with a scripted agent
  playhead demo --on-demand           record only while told to, in the portal
  playhead demo --data /tmp/demo"""
)
@data_option
@click.option(
    "--desktop",
    type=click.Choice(["auto", "own", "scripted"]),
    default="auto",
    show_default=True,
    help="Which desktop to record: your own (DISPLAY), or a virtual one with a scripted agent at work.",
)
@click.option("--fps", type=click.IntRange(1, 15), default=5, show_default=True, help="Pictures a second at most.")
@click.option("--on-demand", is_flag=True, help="Record from `start` to `stop`, not all the time.")
def demo(data: Path, desktop: str, fps: int, *, on_demand: bool) -> None:
    """Start a server, a portal and a workstation that records a real desktop.

    Prints the portal's address and a login. Ctrl-C stops everything cleanly; a second start goes on with the same data.
    """
    from playhead.cli.demonstration import demonstrate

    demonstrate(data / "demo", desktop=desktop, fps=fps, continuous=not on_demand)
