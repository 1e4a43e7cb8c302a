"""The player's media over HTTP: routes for the application on port 2020 to mount."""

from collections.abc import AsyncGenerator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from playhead.base.clock import Clock
from playhead.base.errors import NotFoundError, RefusedError
from playhead.base.ids import RecordingId, SegmentId
from playhead.domain.recordings import Recording
from playhead.net.http.from_page import page_of
from playhead.net.http.hosts import client_address
from playhead.premises.player import media, metrics
from playhead.premises.player.config import PlayerConfig
from playhead.premises.player.demand import Demand, Screen
from playhead.premises.player.document import tell
from playhead.premises.player.live import Viewer
from playhead.premises.player.reasons import Explain
from playhead.premises.player.rules import parse_after, parse_number
from playhead.premises.player.shelf import Shelf
from playhead.premises.player.streamed import Streamed, Turns
from playhead.premises.player.viewings import Viewings
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue, recordings, segments
from playhead.store.catalogue.segments import Located
from playhead.store.keyring import Keyring
from playhead.store.token_keys import verifying_keys
from playhead.wire.tokens import Audience, Claims, verify

PLAY: Final = "play"
LIVE: Final = "live"
EITHER: Final = frozenset({PLAY, LIVE})
"""What a token must allow: any one of these for the index and what pieces begin with, which both ways of watching need;
``play`` for what was recorded, ``live`` for what is being recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """What the routes need."""

    config: PlayerConfig
    clock: Clock
    catalogue: Catalogue
    keyring: Keyring
    shelf: Shelf
    screen: Screen
    demand: Demand
    audit: AuditTrail
    answers: Turns
    viewers: Turns
    viewings: Viewings
    explain: Explain | None = None

    def routes(self) -> list[BaseRoute]:
        """All of them, below ``/media``."""
        return [
            Route("/media/{recording}/index", self._index, methods=["GET"]),
            Route("/media/{recording}/live", self._live, methods=["GET"]),
            Route("/media/{recording}/{segment}/init", self._init, methods=["GET"]),
            Route("/media/{recording}/{segment}/pieces", self._pieces, methods=["GET"]),
            Route("/media/{recording}/{segment}/thumbnails/{record}", self._thumbnail, methods=["GET"]),
            Route("/media/{recording}/{segment}/sprites/{first}", self._sprite, methods=["GET"]),
        ]

    async def lookup(self, recording: RecordingId) -> tuple[Recording, Sequence[Located]]:
        """A recording and its segments, as the catalogue has them now.

        Raises:
            NotFoundError: ``recording.not_found``.
        """
        async with self.catalogue.reading() as connection:
            found = await recordings.get_recording(connection, recording)
            return found, await segments.locate_segments(connection, recording)

    async def _index(self, request: Request) -> Response:
        claims, recording = await self._admitted(request, EITHER)
        found, located = await self.lookup(recording)
        await self._note(request, "recording.viewed", claims, recording)
        packed = "gzip" in request.headers.get("accept-encoding", "")
        at = request.query_params.get("at")
        at_us = None if at is None else parse_number(at, "at") * 1000
        document = await tell(found, located, self.shelf, self.clock, packed=packed, at_us=at_us, explain=self.explain)
        headers = {"vary": "accept-encoding"}
        if document.packed is None:
            return Response(document.plain, 200, headers, media_type="application/json")
        headers["content-encoding"] = "gzip"
        return Response(document.packed, 200, headers, media_type="application/json")

    async def _init(self, request: Request) -> Response:
        located = await self._segment(request, EITHER)
        track = parse_number(request.query_params.get("track"), "track")
        epoch = parse_number(request.query_params.get("epoch"), "epoch")
        return Response(await media.init(self.shelf, located, track, epoch), media_type="video/mp4")

    async def _pieces(self, request: Request) -> Response:
        claims, located = await self._segment_for(request, {PLAY})
        track = parse_number(request.query_params.get("track"), "track")
        first = parse_number(request.query_params.get("from"), "from")
        last = parse_number(request.query_params.get("to"), "to")
        found = await media.pieces(self.shelf, located, track, first, last)
        address, page = client_address(request.scope), page_of(request.scope)
        self.viewings.sent(
            str(claims.user), located.segment.recording, address, found.shown_us, size=found.size, page=page
        )
        headers = {"content-length": str(found.size)}
        return Streamed(found.read(self.shelf), self.answers.turn(), media_type="video/mp4", headers=headers)

    async def _thumbnail(self, request: Request) -> Response:
        located = await self._segment(request)
        record = parse_number(request.path_params["record"], "record")
        return Response(await media.thumbnail(self.shelf, located, record), media_type="image/jpeg")

    async def _sprite(self, request: Request) -> Response:
        located = await self._segment(request)
        first = parse_number(request.path_params["first"], "first")
        return Response(await media.sprite(self.shelf, located, first), media_type="image/jpeg")

    async def _live(self, request: Request) -> Response:
        claims, recording = await self._admitted(request, {LIVE})
        text = request.query_params.get("after")
        after = None if text is None else parse_after(text)
        found, _ = await self.lookup(recording)
        await self._note(request, "recording.watched", claims, recording)
        viewer = Viewer(
            recording=recording,
            after=after,
            lookup=self.lookup,
            shelf=self.shelf,
            clock=self.clock,
            length_us=min(self.config.live_length.us, max(0, claims.expires_at_s * 1_000_000 - self.clock.wall_us())),
        )
        headers = {"x-accel-buffering": "no"}
        body = self._watched(viewer, found)
        return Streamed(body, self.viewers.turn(), media_type="application/octet-stream", headers=headers)

    async def _watched(self, viewer: Viewer, recording: Recording) -> AsyncGenerator[bytes]:
        with self.screen.subscribe(recording.id) as changes, self.demand.watching(recording.workstation):
            async with aclosing(viewer.messages(changes)) as messages:
                async for message in messages:
                    yield message

    async def _segment(self, request: Request, any_of: AbstractSet[str] = frozenset({PLAY})) -> Located:
        """The segment in the path, if it is one of the recording that the token is for.

        Raises:
            RefusedError: as `_admitted`.
            NotFoundError: ``segment.not_found``.
        """
        return (await self._segment_for(request, any_of))[1]

    async def _segment_for(self, request: Request, any_of: AbstractSet[str]) -> tuple[Claims, Located]:
        claims, recording = await self._admitted(request, any_of)
        identifier = SegmentId.parse(request.path_params["segment"])
        async with self.catalogue.reading() as connection:
            located = await segments.find_segment(connection, identifier)
            if located is None:
                await recordings.get_recording(connection, recording)  # says so where all of it was erased
        if located is None or located.segment.recording != recording:
            raise NotFoundError("segment.not_found", "There is no such segment in this recording.")
        return claims, located

    async def _admitted(self, request: Request, any_of: AbstractSet[str]) -> tuple[Claims, RecordingId]:
        """What the token says, if it opens the recording in the path for one of these.

        Raises:
            RefusedError: ``token.*``, ``access.refused``.
        """
        recording = RecordingId.parse(request.path_params["recording"])
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        actor = "unknown"
        try:
            if scheme.lower() != "bearer" or not token:
                hint = "Ask the token service for one."
                raise RefusedError("token.missing", "Media needs a token.", hint=hint)  # noqa: TRY301 - noted below
            claims = self._verified(token)
            actor = str(claims.user)
            if claims.recording != recording or claims.actions.isdisjoint(any_of):
                raise RefusedError("access.refused", "The token is for something else.")  # noqa: TRY301 - likewise
        except RefusedError as error:
            metrics.REFUSALS.labels(error.code).inc()
            address = client_address(request.scope)
            await self.audit.refuse(actor, "media.refused", str(recording), address, {"code": error.code})
            raise
        return claims, recording

    def _verified(self, token: str) -> Claims:
        keys = verifying_keys(self.keyring)
        now_s = self.clock.wall_us() // 1_000_000
        return verify(token, keys, audience=Audience.MEDIA, issuer=self.keyring.site, now_s=now_s)

    async def _note(self, request: Request, action: str, claims: Claims, recording: RecordingId) -> None:
        details = {"token_id": claims.id}
        await self.audit.note_once(str(claims.user), action, str(recording), client_address(request.scope), details)
