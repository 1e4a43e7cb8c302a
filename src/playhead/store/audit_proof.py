"""Verifying the audit log against all that is known of it on this machine: its chain, and its signed head."""

import asyncio
from dataclasses import replace

from playhead.base.errors import CorruptError, UnavailableError
from playhead.domain.audit_chain import Head
from playhead.store.audit_anchor import AuditAnchor
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.audit_verify import Problem, Verified, verify_audit


class AuditProof:
    """Verifies the log, one at a time: it reads all of it.

    Args:
        catalogue: open.
        anchor: the signed head; None where there is none to be had.
    """

    def __init__(self, catalogue: Catalogue, anchor: AuditAnchor | None = None) -> None:
        self._catalogue = catalogue
        self._anchor = anchor
        self._turn = asyncio.Lock()

    async def verify(self, *known: Head) -> Verified:
        """Look at every entry.

        Args:
            known: heads that are known from elsewhere, beside the one that is kept here.

        Raises:
            UnavailableError: ``audit.busy``; ``file.unreadable``.
        """
        if self._turn.locked():
            raise UnavailableError("audit.busy", "The log is being verified already.", hint="Try again in a moment.")
        async with self._turn:
            kept: list[Head] = []
            is_forged = False
            if self._anchor is not None:
                try:
                    found = await asyncio.to_thread(self._anchor.read)
                except CorruptError:
                    is_forged = True
                else:
                    kept += [] if found is None else [found]
            verified = await verify_audit(self._catalogue, *kept, *known)
        return replace(verified, problem=Problem.ANCHOR) if is_forged and verified.whole else verified
