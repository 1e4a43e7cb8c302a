"""``playhead up`` and ``playhead premises run``: the premises server, as a process."""

from dataclasses import replace
from typing import Literal, cast

import click
import msgspec

from playhead.base import logs
from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.cli.console import done, notice
from playhead.cli.occupancy import notice_borrowed, require_free_ports
from playhead.cli.places import PremisesPlaces, Running
from playhead.cli.ports import choose
from playhead.cli.roles import run_premises
from playhead.cli.run import run_until_stopped
from playhead.cli.settings import LISTENING, PremisesSettings
from playhead.cli.together import run_together
from playhead.environment.ports import port_of


def serve(places: PremisesPlaces, *, move_ports: bool, log: str, with_cloud: bool = False) -> None:
    """Run the server until told to stop.

    Args:
        places: its data folder.
        move_ports: replace a port that cannot be had by the next free one, and say so.
        log: ``human`` or ``json``.
        with_cloud: have a cloud beside it.
    """
    clock = SystemClock()
    logs.configure(clock, form=cast("Literal['human', 'json']", log))
    settings = PremisesSettings.load(places)
    notice_borrowed(places, settings)
    if move_ports:
        settings = with_free_ports(settings)
    else:
        require_free_ports(places, settings)

    def announce(running: Running) -> None:
        running.write(places.running)
        done(f"The portal is at {running.portal}")
        if running.https not in {"", running.portal}:
            done(f"Over HTTPS it is at {running.https}")
        done(f"Workstations connect to port {running.screen_port}")

    run = run_together if with_cloud else run_premises
    run_until_stopped(run(places, settings, clock=clock, announce=announce))
    click.echo("Stopped.", err=True)


def with_free_ports(settings: PremisesSettings) -> PremisesSettings:
    """The settings with every port that cannot be listened on replaced, and a sentence for each.

    Raises:
        UnavailableError: ``ports.none_free``.
    """
    taken: set[int] = set()
    wanted_by = settings.listening()
    for service, table, key in LISTENING:
        if f"{table}.{key}" not in wanted_by:
            continue
        section = getattr(settings, table)
        wanted: Address = getattr(section, key)
        number, sentence = choose(replace(port_of(service), number=wanted.port), wanted.host, taken=frozenset(taken))
        if sentence:
            notice(sentence)
        taken.add(number)
        moved = msgspec.structs.replace(section, **{key: Address(wanted.host, number)})
        settings = msgspec.structs.replace(settings, **{table: moved})
    return settings
