"""How this workstation gets its certificate, and a new one before the old one ends."""

from pathlib import Path

from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.base.errors import ProtocolError, RefusedError, UnavailableError
from playhead.base.ids import SiteId, WorkstationId
from playhead.net import enrolment
from playhead.net.network import Network
from playhead.net.screen import connect
from playhead.store.disk import Disk, SystemDisk
from playhead.wire.pki import EnrolmentCode, create_request
from playhead.wire.screen import Enrol, Enrolled, Goodbye
from playhead.workstation.identity import Identity, IdentityFolder, is_for

IDENTITY_FOLDER = "identity"
"""Within the workstation's data folder."""


async def enrol(
    address: Address,
    code: str,
    workstation: WorkstationId,
    data_folder: Path,
    *,
    clock: Clock,
    disk: Disk | None = None,
    network: Network | None = None,
) -> SiteId:
    """Enrol at the premises; safe to repeat with another code.

    Args:
        address: of the premises' screen service.
        code: as the administrator handed it out.
        workstation: the name to be known by.
        data_folder: the workstation's; the key is made there where there is none.
        clock: for heartbeats.
        disk: for simulations.
        network: likewise.

    Returns:
        The site that it belongs to now.

    Raises:
        InvalidInputError: ``enrolment.*``: mistyped.
        RefusedError: the code is not (any more) good, or the server is not the one it speaks of.
        UnavailableError: the server cannot be reached, or a file not written.
        ProtocolError: the server answers nonsense.
    """
    parsed = EnrolmentCode.parse(code)
    folder = IdentityFolder(disk or SystemDisk(), data_folder / IDENTITY_FOLDER)
    request = create_request(folder.load_or_make_key(), workstation)
    enrolled = await enrolment.enrol(address, parsed, workstation, request, clock=clock, network=network)
    folder.save_enrolled(workstation, enrolled)
    return SiteId(enrolled.site)


async def renew(
    address: Address, identity: Identity, folder: IdentityFolder, *, clock: Clock, network: Network | None = None
) -> None:
    """Get a new certificate on the strength of the old one, and keep it.

    Raises:
        RefusedError: the premises will not.
        UnavailableError: it cannot be reached, or the file not written.
        ProtocolError: it answers nonsense.
    """
    context = folder.tls_context(identity)
    peer = await connect(address, tls=context, clock=clock, site=identity.site, network=network)
    try:
        request = create_request(identity.signer, identity.workstation)
        await peer.send(Enrol("", str(identity.workstation), request))
        answer = await anext(aiter(peer), None)
    finally:
        await peer.close()
    if isinstance(answer, Goodbye):
        raise RefusedError(answer.code, answer.message)
    if answer is None:
        raise UnavailableError("net.closed", f"{address} closed the connection.")
    if not isinstance(answer, Enrolled) or not is_for(answer.certificate, identity.workstation, identity.signer):
        raise ProtocolError("enrolment.answer", "The premises answered a renewal with something else.")
    folder.save_enrolled(identity.workstation, answer)
