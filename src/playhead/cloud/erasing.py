"""Erasing in the cloud: the site of a recording destroys it, and the cloud's copy goes before the answer comes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from playhead.base.errors import PlayheadError
from playhead.base.ids import SegmentId, SiteId
from playhead.cloud.asking import Asking, Somebody
from playhead.domain.replication import DOCUMENT_BYTES_MAX, ErasureDocument
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.erasures import Erasure, find_erasure
from playhead.store.catalogue.recordings import get_recording
from playhead.store.erasure import Order
from playhead.store.replication import apply_erasure
from playhead.wire.site_changes import ErasureOrder, read, write


@dataclass(frozen=True, slots=True, kw_only=True)
class SitesErasing:
    """What `playhead.portal.needs.Erasing` asks for.

    Args:
        asking: the tenant's sites.
        catalogue: the tenant's.
        audit: likewise.
        on_erased: told of segments of which nothing may be kept at hand.
    """

    asking: Asking
    catalogue: Catalogue
    audit: AuditTrail
    on_erased: Callable[[Sequence[SegmentId]], None]

    async def erase(self, order: Order, /) -> Erasure:
        """Have a recording's site erase it.

        Raises:
            NotFoundError: ``recording.not_found``, ``recording.erased``.
            ConflictError: ``recording.held``, ``recording.recording``, ``recording.changing``.
            UnavailableError: ``site.away``, ``site.lost``.
        """
        async with self.catalogue.reading() as connection:
            site = SiteId((await get_recording(connection, order.recording)).site)
        somebody = Somebody(order.by, frozenset({"delete"}), order.address)
        target = f"/asked/recordings/{order.recording}/erasure"
        details = {"reason": order.reason, "site": str(site)}
        try:
            body = await self.asking.whole(
                site, "POST", target, somebody, write(ErasureOrder(order.reason)), bytes_max=DOCUMENT_BYTES_MAX
            )
        except PlayheadError as error:  # the site may have begun it
            failed = details | {"outcome": error.code}
            await self.audit.note(order.by, "erasure.began", str(order.recording), order.address, failed)
            raise
        document = read(body, ErasureDocument)
        async with self.catalogue.writing() as connection:
            gone = await apply_erasure(connection, site, document)
            found = await find_erasure(connection, order.recording)
        self.on_erased(gone)
        await self.audit.note(order.by, "erasure.began", str(order.recording), order.address, details)
        assert found is not None  # noqa: S101 - it has just been put there
        return found
