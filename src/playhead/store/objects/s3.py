"""A bucket of S3, or of any server that speaks like it.

`obstore` reads, lists and presigns. The steps of a multipart upload, which it has not one by one, are requests
of our own: so an upload can be gone on with by another process. Every body is signed with its SHA-256, and the server
refuses other bytes.
"""

import contextlib
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Mapping, Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import httpx2
import obstore
from obstore.store import S3Store as Bucket

from playhead.base.clock import Clock
from playhead.base.errors import NotFoundError, RefusedError, UnavailableError
from playhead.base.instants import utc
from playhead.domain.uploads import Part
from playhead.store.objects.errors import mapping_errors, refusal
from playhead.store.objects.interface import Pacing, Stored, unpaced
from playhead.store.objects.signing import Credentials, query_string, signed_headers

CONNECT_S: Final = 10
ANSWER_S: Final = 60
"""Longest silence of a server that is to answer, or to take more."""
ANSWER_BYTES_MAX: Final = 4 << 20
"""An answer in XML: a thousand multipart uploads take less than one."""
SLICE_BYTES: Final = 64 << 10
"""Between two looks at the link's share."""
LIST_MAX: Final = 1_000
"""One page of a list (S3: ``max-keys``)."""


class S3Store:
    """See the module; as `ObjectStore`.

    Args:
        bucket: its name.
        prefix: before every key, without slashes at its ends; may be empty.
        endpoint: scheme, host and port; empty for Amazon's own in the region.
        region: of the bucket.
        credentials: who asks; called when they are first needed, and again after a refusal, for they may be changed.
        storage_class: for new objects, such as ``STANDARD_IA``; empty for the bucket's own.
        clock: what requests are signed with.
    """

    def __init__(
        self,
        bucket: str,
        prefix: str,
        *,
        endpoint: str,
        region: str,
        credentials: Callable[[], Credentials],
        storage_class: str = "",
        clock: Clock,
    ) -> None:
        self.url = f"s3://{bucket}/{prefix}".rstrip("/")
        """As `ObjectStore.url`."""
        self._name = bucket
        self._prefix = prefix
        self._endpoint = (endpoint or f"https://s3.{region}.amazonaws.com").rstrip("/")
        self._host = urlsplit(self._endpoint).netloc
        self._path = f"/{bucket}/{prefix}".rstrip("/")
        self._bucket_path = f"/{bucket}"
        self._region = region
        self._credentials = credentials
        self._storage: dict[str, str] = {"x-amz-storage-class": storage_class} if storage_class else {}
        self._clock = clock
        self._signing: tuple[Credentials, Bucket] | None = None
        self._made: httpx2.AsyncClient | None = None

    async def head(self, key: str) -> int | None:
        """As `ObjectStore.head`."""
        try:
            with self._asking() as (_, bucket):
                return (await obstore.head_async(bucket, key))["size"]
        except NotFoundError:
            return None

    async def put(self, key: str, data: bytes, pace: Pacing = unpaced) -> None:
        """As `ObjectStore.put`."""
        async with self._saying_why("GET", self._bucket_path, {"uploads": "", "max-uploads": "1"}):
            await self._ask("PUT", f"{self._path}/{key}", {}, data, pace, headers=self._storage)

    def read(self, key: str, size: int, offset: int) -> bytes:
        """As `ObjectStore.read`."""
        if not size:
            return b""
        with self._asking() as (_, bucket):
            try:
                return bytes(obstore.get_range(bucket, key, start=offset, length=size))
            except obstore.exceptions.BaseError as error:
                # A range that begins behind the end: 416 (RFC 9110 §15.5.17). One that was cut is no error.
                if "416" in str(error).partition("\n")[0]:
                    return b""
                raise

    async def begin(self, key: str) -> str:
        """As `ObjectStore.begin`."""
        answer = await self._ask("POST", f"{self._path}/{key}", {"uploads": ""}, headers=self._storage)
        return _text(self._tree(answer), "UploadId")

    async def send(self, key: str, multipart: str, number: int, data: bytes, pace: Pacing = unpaced) -> Part:
        """As `ObjectStore.send`."""
        query = {"partNumber": str(number), "uploadId": multipart}
        async with self._saying_why("GET", f"{self._path}/{key}", {"uploadId": multipart, "max-parts": "1"}):
            answer = await self._ask("PUT", f"{self._path}/{key}", query, data, pace)
        return Part(number, len(data), answer.headers.get("etag", ""))

    async def complete(self, key: str, multipart: str, parts: Sequence[Part]) -> None:
        """As `ObjectStore.complete`."""
        said = "".join(
            f"<Part><PartNumber>{part.number}</PartNumber><ETag>{escape(part.etag)}</ETag></Part>" for part in parts
        )
        body = f"<CompleteMultipartUpload>{said}</CompleteMultipartUpload>".encode()
        answer = await self._ask("POST", f"{self._path}/{key}", {"uploadId": multipart}, body)
        # It may begin to answer before it knows, and then say in the body of a success that it failed.
        if _name(self._tree(answer)) == "Error":
            raise refusal(500, answer.text, self.url)

    async def abort(self, key: str, multipart: str) -> None:
        """As `ObjectStore.abort`."""
        try:
            await self._ask("DELETE", f"{self._path}/{key}", {"uploadId": multipart})
        except NotFoundError:
            return

    async def multiparts(self, prefix: str) -> list[tuple[str, str]]:
        """As `ObjectStore.multiparts`; up to `LIST_MAX`."""
        below = f"{self._path.removeprefix(self._bucket_path).lstrip('/')}/".lstrip("/")
        query = {"uploads": "", "prefix": f"{below}{prefix}", "max-uploads": str(LIST_MAX)}
        tree = self._tree(await self._ask("GET", self._bucket_path, query))
        found = [one for one in tree if _name(one) == "Upload"]
        return [(_text(one, "Key").removeprefix(below), _text(one, "UploadId")) for one in found]

    async def delete(self, key: str) -> None:
        """As `ObjectStore.delete`."""
        # Not obstore's, which asks for many at a time even where there is one: not every server knows that.
        try:
            await self._ask("DELETE", f"{self._path}/{key}", {})
        except NotFoundError:
            return

    async def stored(self, prefix: str) -> AsyncIterator[Stored]:
        """As `ObjectStore.stored`."""
        with self._asking() as (_, bucket):
            wanted = prefix.strip("/") or None
            pages = bucket.list(wanted, chunk_size=LIST_MAX)  # pyright: ignore[reportUnknownMemberType] # Arrow's
            async for page in pages:
                for one in page:
                    yield Stored(one["path"], one["size"])

    def presign(self, key: str, seconds: int) -> str | None:
        """As `ObjectStore.presign`."""
        with self._asking() as (_, bucket):
            return obstore.sign(bucket, "GET", key, timedelta(seconds=seconds))

    async def make(self) -> None:
        """Make the bucket: for those who may."""
        await self._ask("PUT", self._bucket_path, {})

    async def close(self) -> None:
        """As `ObjectStore.close`."""
        if self._made is not None:
            await self._made.aclose()
            self._made = None

    @property
    def _client(self) -> httpx2.AsyncClient:
        if self._made is None:
            self._made = httpx2.AsyncClient(timeout=httpx2.Timeout(ANSWER_S, connect=CONNECT_S))
        return self._made

    async def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: bytes = b"",
        pace: Pacing = unpaced,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        url = f"{self._endpoint}{path}?{query_string(query)}".rstrip("?")
        with self._asking() as (credentials, _):
            signed = signed_headers(
                credentials,
                self._region,
                method=method,
                host=self._host,
                path=path,
                query=query,
                headers=headers or {},
                payload_hash=hashlib.sha256(body).hexdigest(),
                at=utc(self._clock.wall_us()),
            )
            # Said, so that the body is not sent in chunks of unknown number, which servers of S3 do not take.
            signed["content-length"] = str(len(body))
            answer = await self._client.request(method, url, content=_slices(body, pace), headers=signed)
            if not answer.is_success:
                raise refusal(answer.status_code, answer.text[:ANSWER_BYTES_MAX], self.url)
        return answer

    @contextlib.asynccontextmanager
    async def _saying_why(self, method: str, path: str, query: Mapping[str, str]) -> AsyncGenerator[None]:
        """Where a connection broke while a body was sent: a server that refuses says so at once and hangs up.

        What it said is lost then, so it is asked about the same thing without a body, and the error of that is told.
        """
        try:
            yield
        except UnavailableError as error:
            if error.code == "objects.unreachable":
                await self._ask(method, path, query)
            raise

    @contextlib.contextmanager
    def _asking(self) -> Generator[tuple[Credentials, Bucket]]:
        """Who asks, and the bucket as they see it. After a refusal the credentials are read anew the next time."""
        if self._signing is None:
            credentials = self._credentials()
            self._signing = credentials, self._opened(credentials)
        try:
            with mapping_errors(self.url):
                yield self._signing
        except RefusedError:
            self._signing = None
            raise

    def _opened(self, credentials: Credentials) -> Bucket:
        return Bucket(
            self._name,
            prefix=self._prefix or None,
            endpoint=self._endpoint,
            region=self._region,
            access_key_id=credentials.key_id,
            secret_access_key=credentials.secret,
            config={"session_token": credentials.token} if credentials.token else {},
            client_options={
                "allow_http": self._endpoint.startswith("http://"),
                "connect_timeout": f"{CONNECT_S}s",
                "timeout": f"{ANSWER_S}s",
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=ANSWER_S)},
        )

    def _tree(self, answer: httpx2.Response) -> ET.Element:
        try:
            # What it says is a few names; expat refuses entities that grow (since 2.4.1).
            return ET.fromstring(answer.content[:ANSWER_BYTES_MAX])  # noqa: S314
        except ET.ParseError:
            raise UnavailableError("objects.unavailable", f"{self.url} does not answer as S3 does.") from None


async def _slices(body: bytes, pace: Pacing) -> AsyncIterator[bytes]:
    for offset in range(0, len(body), SLICE_BYTES):
        piece = body[offset : offset + SLICE_BYTES]
        await pace(len(piece))
        yield piece


def _name(element: ET.Element) -> str:
    """Without its namespace, which servers do not agree on."""
    return element.tag.rpartition("}")[2]


def _text(element: ET.Element, name: str) -> str:
    return next((one.text or "" for one in element if _name(one) == name), "")
