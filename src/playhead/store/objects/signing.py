"""Signatures of requests to S3 (AWS Signature Version 4, "Authenticating Requests: Using the Authorization Header").

`obstore` signs its own requests, and has none for the single steps of a multipart upload; those are made here.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

ALGORITHM: Final = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks. Never shown or logged."""

    key_id: str
    secret: str
    token: str = ""
    """Of a temporary session; mostly empty."""

    def __repr__(self) -> str:
        return f"Credentials({self.key_id})"


def signed_headers(
    credentials: Credentials,
    region: str,
    *,
    method: str,
    host: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    payload_hash: str,
    at: datetime,
) -> dict[str, str]:
    """All headers of a request to be sent, ``Authorization`` among them.

    Args:
        credentials: who asks.
        region: of the bucket.
        method: of HTTP.
        host: as in the ``Host`` header, with a port that is not the scheme's own.
        path: of the object, not encoded.
        query: parameters, not encoded.
        headers: further ones, names in lower case; all are signed.
        payload_hash: SHA-256 of the body in hexadecimal. The server refuses a body that has another, so that what is
            stored is what was sent.
        at: now, in UTC.
    """
    stamp = at.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    every = {**headers, "host": host, "x-amz-content-sha256": payload_hash, "x-amz-date": stamp}
    if credentials.token:
        every["x-amz-security-token"] = credentials.token
    names = ";".join(sorted(every))
    canonical = "\n".join(
        [
            method,
            quote(path, safe="/-_.~"),
            query_string(query),
            *(f"{name}:{every[name].strip()}" for name in sorted(every)),
            "",
            names,
            payload_hash,
        ]
    )
    wanted = "\n".join([ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{credentials.secret}".encode()
    for step in (*scope.split("/"), wanted):
        key = hmac.digest(key, step.encode(), "sha256")
    signature = f"{ALGORITHM} Credential={credentials.key_id}/{scope},SignedHeaders={names},Signature={key.hex()}"
    return {**every, "authorization": signature}


def query_string(query: Mapping[str, str]) -> str:
    """Parameters as they are signed, and so have to be sent: by name, everything encoded."""
    return "&".join(f"{quote(name, safe='-_.~')}={quote(query[name], safe='-_.~')}" for name in sorted(query))
