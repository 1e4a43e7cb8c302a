"""``playhead cloud run``: the cloud, as a process."""

from typing import Literal, cast

import click

from playhead.base import logs
from playhead.base.clock import SystemClock
from playhead.cli.cloud_places import CloudPlaces
from playhead.cli.cloud_role import run_cloud
from playhead.cli.cloud_settings import CloudSettings
from playhead.cli.console import done
from playhead.cli.run import run_until_stopped


def serve_cloud(places: CloudPlaces, *, log: str) -> None:
    """Run the cloud until told to stop.

    Args:
        places: its data folder.
        log: ``human`` or ``json``.
    """
    clock = SystemClock()
    logs.configure(clock, form=cast("Literal['human', 'json']", log))
    settings = CloudSettings.load(places)

    def announce(portal: str, port: int) -> None:
        done(f"The portals are at {portal}")
        done(f"Sites connect to port {port}")

    run_until_stopped(run_cloud(places, settings, clock=clock, announce=announce))
    click.echo("Stopped.", err=True)
