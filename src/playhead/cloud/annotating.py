"""Tags and holds in the cloud: said at the site of each recording first, then of the cloud's copy.

The site is the one that knows: what it has taken comes back with what it replicates. That the copy says the same at
once spares whoever ordered it the wait. While a site is away its recordings stay as they are.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from playhead.base.errors import PlayheadError
from playhead.base.ids import RecordingId, SiteId, UserId
from playhead.cloud.asking import Asking, Somebody
from playhead.domain.annotations import Annotated, Annotation
from playhead.store.annotating import Annotator
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.recordings import sites_of
from playhead.wire.site_changes import ANSWER_BYTES_MAX, AnnotationAnswer, AnnotationOrder, read, write

_ORDER_BYTES = 8

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class SitesAnnotator:
    """What `playhead.portal.needs.Annotating` asks for.

    Args:
        asking: the tenant's sites.
        catalogue: the tenant's.
        copy: changes what is said there.
    """

    asking: Asking
    catalogue: Catalogue
    copy: Annotator

    async def annotate(
        self, wanted: Annotation, recordings: Sequence[RecordingId], by: UserId, address: str, /
    ) -> Annotated:
        """As `Annotator.annotate`; a recording whose site cannot be reached is refused as ``site.away``."""
        order = secrets.token_hex(_ORDER_BYTES)
        somebody = Somebody(str(by), frozenset({wanted.needs}), address)
        async with self.catalogue.reading() as connection:
            owners = await sites_of(connection, recordings)
        by_site: defaultdict[SiteId, list[RecordingId]] = defaultdict(list)
        for one in recordings:
            if one in owners:
                by_site[owners[one]].append(one)
        refused = {one: "recording.not_found" for one in recordings if one not in owners}
        asked = (self._at_site(site, wanted, some, somebody, order) for site, some in by_site.items())
        for found in await asyncio.gather(*asked):
            refused |= found
        taken = [one for one in recordings if one not in refused]
        outcome = await self.copy.annotate(wanted, taken, by, address, order)
        # One that is gone from the copy has just been erased; at its site the order came in time.
        return Annotated(outcome.changed, refused | dict(outcome.refused))

    async def _at_site(
        self, site: SiteId, wanted: Annotation, some: Sequence[RecordingId], somebody: Somebody, order: str
    ) -> dict[RecordingId, str]:
        """Those that stayed as they were, and why."""
        told = AnnotationOrder(wanted.kind, tuple(str(one) for one in some), wanted.tag, wanted.reason, order)
        try:
            body = await self.asking.whole(
                site, "POST", "/asked/annotations", somebody, write(told), bytes_max=ANSWER_BYTES_MAX
            )
            refused = read(body, AnnotationAnswer).refused
        except PlayheadError as error:
            _log.warning("a site did not take an order", site=str(site), code=error.code, reason=error.message)
            return dict.fromkeys(some, error.code)
        return {one: refused[str(one)] for one in some if str(one) in refused}
