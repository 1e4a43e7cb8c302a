"""Who may connect: the control catalogue's word, kept in memory, for a handshake waits for no database."""

from playhead.base.errors import RefusedError
from playhead.base.ids import TenantSite
from playhead.store.catalogue import Catalogue
from playhead.store.sites.sites import Site, list_sites, roster_version
from playhead.wire.pki import Validity


def check_time(validity: Validity, now_us: int) -> None:
    """Whether a certificate holds now, by our clock.

    Raises:
        RefusedError: ``site.expired``, ``site.not_yet``.
    """
    if now_us > validity.not_after_us:
        raise RefusedError("site.expired", "The certificate has ended, by the cloud's clock.")
    if now_us < validity.not_before_us:
        raise RefusedError("site.not_yet", "The certificate is from a later time, by the cloud's clock.")


class Roster:
    """Sites and their certificates.

    Args:
        control: the control catalogue.
    """

    def __init__(self, control: Catalogue) -> None:
        self._control = control
        self._version: int | None = None
        self._sites: dict[TenantSite, Site] = {}

    async def refresh(self) -> bool:
        """Look for changes; whether there were any.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        async with self._control.reading() as connection:
            version = await roster_version(connection)
            if version == self._version:
                return False
            self._sites = {site.id: site for site in await list_sites(connection)}
        self._version = version
        return True

    def admit(self, site: TenantSite, certificate: bytes) -> None:
        """Let a site in that has shown a certificate of ours, by its hash.

        Raises:
            RefusedError: ``site.unknown``, ``site.revoked``, ``site.enrolled_anew``.
        """
        known = self._sites.get(site)
        if known is None or known.enrolled_at_us is None:
            raise RefusedError("site.unknown", f"There is no site {site}.")
        if known.revoked_at_us is not None:
            raise RefusedError("site.revoked", f"Site {site} was revoked.")
        if certificate not in known.certificates:
            raise RefusedError("site.enrolled_anew", f"Site {site} was enrolled anew, with another certificate.")
