"""Where recordings are uploaded to: reached, and the credentials good. One question about an object that there is not.

Files stay here until their objects are proven, so nothing here is worse than a warning.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from playhead.base.errors import PlayheadError, UnavailableError
from playhead.environment.doctor.codes import finding
from playhead.environment.doctor.findings import Finding
from playhead.store.objects import ObjectStore

ANSWER_S: Final = 5.0
KEY: Final = "playhead-doctor"
"""Of an object that nobody writes."""


async def look_at_storage(url: str, opened: Callable[[], ObjectStore]) -> Sequence[Finding]:
    """Ask a store for an object.

    Args:
        url: of the store, as it is configured.
        opened: opens it; may raise `PlayheadError` where its credentials are none.
    """
    subject = f"upload to {url}"
    try:
        store = opened()
        try:
            async with asyncio.timeout(ANSWER_S):
                await store.head(KEY)
        finally:
            await store.close()
    except TimeoutError:
        return [finding("storage.unreached", subject, f"It does not answer within {ANSWER_S:g} s.", url=url)]
    except UnavailableError as error:
        return [finding("storage.unreached", subject, str(error), url=url, said=error.code)]
    except PlayheadError as error:
        return [finding("storage.refused", subject, str(error), url=url, said=error.code)]
    return [finding("storage.reached", subject, "It answers, and takes our credentials.", url=url)]
