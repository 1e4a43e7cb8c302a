"""``playhead up`` and ``playhead premises run``: the premises server, as a process."""

from dataclasses import replace
from typing import Literal, cast

import click
import msgspec

from playhead.base import logs
from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.cli.console import done, notice
from playhead.cli.places import PremisesPlaces, Running
from playhead.cli.ports import choose
from playhead.cli.roles import run_premises
from playhead.cli.run import run_until_stopped
from playhead.cli.settings import PremisesSettings
from playhead.environment.ports import Service, port_of


def serve(places: PremisesPlaces, *, move_ports: bool, log: str) -> None:
    """Run the server until told to stop.

    Args:
        places: its data folder.
        move_ports: replace a port that cannot be had by the next free one, and say so.
        log: ``human`` or ``json``.
    """
    clock = SystemClock()
    logs.configure(clock, form=cast("Literal['human', 'json']", log))
    settings = PremisesSettings.load(places)
    if move_ports:
        settings = with_free_ports(settings)

    def announce(running: Running) -> None:
        running.write(places.running)
        done(f"The portal is at {running.portal}")
        done(f"Workstations connect to port {running.screen_port}")

    run_until_stopped(run_premises(places, settings, clock=clock, announce=announce))
    click.echo("Stopped.", err=True)


def with_free_ports(settings: PremisesSettings) -> PremisesSettings:
    """The settings with every port that cannot be listened on replaced, and a sentence for each.

    Raises:
        UnavailableError: ``ports.none_free``.
    """
    taken: set[int] = set()
    chosen: dict[str, Address] = {}
    for service in (Service.PORTAL, Service.TOKENS, Service.SCREEN):
        wanted: Address = getattr(settings, service.value).listen
        row = replace(port_of(service), number=wanted.port)
        number, sentence = choose(row, wanted.host, taken=frozenset(taken))
        if sentence:
            notice(sentence)
        taken.add(number)
        chosen[service.value] = Address(wanted.host, number)
    replaced = {
        name: msgspec.structs.replace(getattr(settings, name), listen=address) for name, address in chosen.items()
    }
    return msgspec.structs.replace(settings, **replaced)
