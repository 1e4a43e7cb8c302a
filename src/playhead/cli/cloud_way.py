"""What the doctor looks at on a premises server that has a cloud: the way there, the link, and where it uploads to."""

from collections.abc import Sequence
from functools import partial

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.cli.operator import Operator
from playhead.cli.places import PremisesPlaces, Running
from playhead.cli.settings import PremisesSettings
from playhead.environment.doctor.checks.certificates import look_at_certificate
from playhead.environment.doctor.checks.pool import Way, look_at_pool
from playhead.environment.doctor.checks.storage import look_at_storage
from playhead.environment.doctor.codes import finding
from playhead.environment.doctor.findings import Finding
from playhead.environment.doctor.runner import Check
from playhead.net.network import SystemNetwork
from playhead.premises.link.identity import LinkFolder, LinkIdentity
from playhead.premises.link.proxying import way_out
from playhead.store.disk import SystemDisk
from playhead.store.objects import StoreConfig, open_store


def cloud_checks(places: PremisesPlaces, settings: PremisesSettings, clock: Clock) -> Sequence[Check]:
    """None for a server without a cloud and without uploads."""
    checks = [_storage(store, clock) for store in settings.upload.stores]
    folder = LinkFolder(SystemDisk(), places.cloud)
    try:
        identity = folder.load()
    except PlayheadError as error:
        return [Check.done("cloud", [_refused("link to the cloud", error)]), *checks]
    if identity is None:
        return checks
    return [
        Check("cloud", lambda: _look_at_cloud(settings, folder, identity, clock)),
        Check.blocking("link to the cloud", lambda: _look_at_link(places)),
        *checks,
    ]


async def _look_at_cloud(
    settings: PremisesSettings, folder: LinkFolder, identity: LinkIdentity, clock: Clock
) -> Sequence[Finding]:
    config = settings.cloud
    held = look_at_certificate("site's certificate at the cloud", identity.validity, now_us=clock.wall_us())
    address = config.address or identity.address
    if config.transport == "plain":
        return [held, finding("cloud.plain", f"link to {address}", "The link is set to plain HTTP.")]
    try:
        network = way_out(config, SystemNetwork(receive_buffer_bytes=None))
        way = Way(address, network, folder.tls_context(identity), identity.authority, config.proxy)
    except PlayheadError as error:
        return [held, _refused(f"cloud {address}", error)]
    return [held, *await look_at_pool(way)]


def _look_at_link(places: PremisesPlaces) -> Sequence[Finding]:
    """How the running server has it; nothing where none runs, which is told elsewhere. Blocks."""
    try:
        Running.read(places)
        state = Operator(places).link()
    except PlayheadError:
        return []
    subject = f"link to {state['cloud']}"
    if state["up"]:
        return [finding("cloud.linked", subject, f"{len(state['links'])} links of {state['linksWanted']} are up.")]
    return [finding("cloud.refused", subject, state["message"] or "It is down.", said=state["code"])]


def _storage(store: StoreConfig, clock: Clock) -> Check:
    return Check(
        f"upload to {store.url}",
        lambda: look_at_storage(store.url, partial(open_store, store, disk=SystemDisk(), clock=clock)),
    )


def _refused(subject: str, error: PlayheadError) -> Finding:
    return finding("cloud.refused", subject, str(error), said=error.code)
