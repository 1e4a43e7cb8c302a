"""What the rest of the premises sees of the link to the cloud."""

from collections.abc import AsyncIterator, Iterable
from typing import Protocol

from playhead.net.pool.http import Answer, Header
from playhead.wire.pool import Urgency


class SiteLink(Protocol):
    """Asks the cloud."""

    @property
    def up(self) -> bool:
        """Whether there is a link now."""
        ...

    async def wait_up(self) -> None:
        """Return when there is one; at once where there is."""
        ...

    async def ask(
        self,
        method: str,
        target: bytes,
        headers: Iterable[Header] = (),
        body: AsyncIterator[bytes] | bytes = b"",
        *,
        urgency: Urgency = Urgency.BULK,
    ) -> Answer:
        """Ask the cloud's application for sites; a round trip where it answers at once.

        The cloud knows from the certificate which site asks. Its application finds that by
        `playhead.cloud.links.origin_of`.

        Args:
            method: as in HTTP.
            target: path and query, percent-encoded, such as ``/site/replication``.
            headers: names in lower case.
            body: whole, or as it comes.
            urgency: bulk for what nobody waits for.

        Returns:
            The answer, its body still coming: iterate over it to the end, or `Answer.give_up`.

        Raises:
            UnavailableError: ``link.down`` where there is no link; ``pool.*`` where the stream was broken off, and it
                is not known whether the cloud acted.
            ProtocolError: ``http.answer``.
            LimitError: ``pool.streams``.
        """
        ...
