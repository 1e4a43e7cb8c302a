"""How this site joins a cloud, and gets a new certificate before the old one ends."""

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from playhead.base.addresses import Address
from playhead.base.ids import SiteId, TenantSite
from playhead.net.network import Network
from playhead.net.pool import enrolment
from playhead.net.pool.end import PoolEnd
from playhead.net.pool.http import ask
from playhead.premises.link.identity import LinkFolder, LinkIdentity
from playhead.wire.pki import EnrolmentCode, create_request
from playhead.wire.pool import Urgency


async def join(address: Address, code: str, site: SiteId, folder: LinkFolder, *, network: Network) -> TenantSite:
    """Join the cloud at ``address``; safe to repeat with another code.

    Args:
        address: of its port 2010.
        code: as its administrator handed it out.
        site: this site's own name.
        folder: where to keep what is answered.
        network: how to get there.

    Returns:
        Who this site is there.

    Raises:
        InvalidInputError: ``enrolment.*``: mistyped.
        RefusedError: the code is not (any more) good, or the cloud is not the one it speaks of.
        UnavailableError: it cannot be reached, or a file not written.
        ProtocolError: it answers nonsense.
    """
    parsed = EnrolmentCode.parse(code)
    key = Ed25519PrivateKey.generate()
    enrolled = await enrolment.enrol(address, parsed, create_request(key, site), network=network)
    folder.save(address, key, enrolled)
    return TenantSite.parse(enrolled.site)


async def renew(end: PoolEnd, identity: LinkIdentity, folder: LinkFolder) -> None:
    """Get a new certificate over the link that the old one opened, and keep it.

    Raises:
        RefusedError: the cloud will not.
        UnavailableError: there is no link, or the file was not written.
        ProtocolError: it answers nonsense.
    """
    request = create_request(identity.key, identity.site.site)
    body = msgspec.json.encode(enrolment.Enrol(request))
    answer = await ask(end, "POST", enrolment.RENEWAL_PATH.encode(), (), body, urgency=Urgency.CONTROL)
    enrolled = enrolment.read_enrolled(await enrolment.body_of(answer), identity.authority, request)
    folder.save_certificate(identity.key, enrolled.certificate)
