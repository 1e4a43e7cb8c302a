"""What goes wrong with a bucket, as this program's errors. Nothing that a server sends is repeated but its code."""

import contextlib
import re
from collections.abc import Generator
from http import HTTPStatus
from typing import Final

import httpx2
from obstore import exceptions as obstore_errors

from playhead.base.errors import CorruptError, NotFoundError, PlayheadError, RefusedError, UnavailableError

_CODE: Final = re.compile(r"<Code>([A-Za-z0-9]{1,64})</Code>")
_STATUS: Final = re.compile(r"status code: (\d{3})")

_KEYS: Final = "See whether the credentials are right, and what the bucket's policy lets them do (docs/operations.md)."
_REACH: Final = "See the endpoint, the way there (firewall, proxy) and its certificate."
_CHECKSUMS: Final = frozenset({"XAmzContentSHA256Mismatch", "BadDigest", "InvalidDigest", "IncompleteBody"})
_AGAIN: Final = frozenset({"SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable", "OperationAborted"})


def refusal(status: int, body: str, url: str) -> PlayheadError:
    """What an answer that is no success means."""
    match = _CODE.search(body)
    code = match[1] if match else ""
    if code == "NoSuchUpload":
        return NotFoundError("objects.multipart_gone", "The upload was completed, broken off, or swept away.")
    if code == "NoSuchBucket":
        return RefusedError("objects.bucket", f"There is no bucket at {url}.", hint="Make it, or name the right one.")
    if code in _CHECKSUMS:
        return CorruptError("objects.checksum", f"{url} received other bytes than were sent ({code}).")
    return _by_status(status, code, url)


def _by_status(status: int, code: str, url: str) -> PlayheadError:
    said = f"{status} {code}".rstrip()
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return RefusedError("objects.refused", f"{url} refuses access ({said}).", hint=_KEYS)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS or code in _AGAIN:
        return UnavailableError("objects.unavailable", f"{url} cannot answer now ({said}).", hint="It is tried again.")
    if status == HTTPStatus.NOT_FOUND:
        return NotFoundError("objects.missing", f"There is no such object in {url}.")
    return RefusedError("objects.rejected", f"{url} does not take this request ({said}).", hint=_KEYS)


def unreachable(url: str) -> UnavailableError:
    """Nobody answers there."""
    return UnavailableError("objects.unreachable", f"{url} cannot be reached.", hint=_REACH)


@contextlib.contextmanager
def mapping_errors(url: str) -> Generator[None]:
    """Errors of `httpx2` and `obstore` become this program's.

    Raises:
        NotFoundError: ``objects.missing``.
        RefusedError: ``objects.refused``, ``objects.bucket``, ``objects.rejected``.
        UnavailableError: ``objects.unreachable``, ``objects.unavailable``.
    """
    try:
        yield
    except FileNotFoundError as error:  # obstore's own, too
        raise refusal(HTTPStatus.NOT_FOUND, str(error), url) from None
    except (obstore_errors.PermissionDeniedError, obstore_errors.UnauthenticatedError):
        raise refusal(HTTPStatus.FORBIDDEN, "", url) from None
    except httpx2.TransportError:
        raise unreachable(url) from None
    except obstore_errors.BaseError as error:
        # Its text has the request in it, and so what was signed: only status and code are taken from it.
        text = str(error)
        match = _STATUS.search(text)
        raise (refusal(int(match[1]), text, url) if match else unreachable(url)) from None
