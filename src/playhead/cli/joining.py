"""``playhead premises join`` and ``leave``: which cloud this site belongs to."""

from playhead.base.addresses import Address
from playhead.cli.console import done, step
from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.environment.ports import Service, port_of
from playhead.net.network import SystemNetwork
from playhead.premises.link.enrolment import join
from playhead.premises.link.identity import LinkFolder
from playhead.premises.link.proxying import way_out
from playhead.store.disk import SystemDisk


async def join_cloud(places: PremisesPlaces, code: str, cloud: str) -> None:
    """Join the cloud at an address; a running server notices within seconds.

    Raises:
        InvalidInputError: ``enrolment.*``: mistyped; ``address.*``.
        RefusedError: the code is not (any more) good, or the cloud is not the one it speaks of.
        UnavailableError: it cannot be reached; ``data.no_premises``.
    """
    places.require()
    settings = PremisesSettings.load(places)
    address = Address.parse(cloud if ":" in cloud else f"{cloud}:{port_of(Service.POOL).number}")
    step(f"asking the cloud at {address}")
    network = way_out(settings.cloud, SystemNetwork(receive_buffer_bytes=None))
    site = await join(address, code, settings.site.id, LinkFolder(SystemDisk(), places.cloud), network=network)
    done(f"This site is {site} there now. A running server connects within seconds.")


def leave_cloud(places: PremisesPlaces) -> None:
    """Forget the cloud; a running server ends the link within seconds.

    Raises:
        UnavailableError: ``data.no_premises``.
    """
    places.require()
    LinkFolder(SystemDisk(), places.cloud).forget()
    done("This site has left its cloud. What the cloud has of it stays there.")
