"""The ASGI application that the cloud asks over the link: a list of paths, and none but these."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.base.ids import RecordingId, WorkstationId
from playhead.domain.accounts import Present
from playhead.domain.health import Problem
from playhead.domain.live import LiveWorkstation
from playhead.domain.presence import LivePicture, SitePresence, write_presence
from playhead.net.http.errors import error_response, tell_unserved
from playhead.net.http.server import AsgiApp
from playhead.premises.asked.rules import behalf_of, claims_of
from playhead.premises.player.newest import NewestThumbnails
from playhead.store.keyring import Keyring
from playhead.store.token_keys import signing_key
from playhead.wire.screen.blackouts import BlackoutOrder
from playhead.wire.screen.messages import CommandName, Result
from playhead.wire.site_orders import read_order
from playhead.wire.tokens import sign

_JSON: Final = "application/json"
_MSGPACK: Final = "application/msgpack"


class Control(Protocol):
    """The workstations. `ScreenService`."""

    async def command(
        self,
        workstation: WorkstationId,
        name: CommandName,
        *,
        recording: RecordingId | None = None,
        reason: str = "",
        blackout: BlackoutOrder,
    ) -> Result:
        """Have one do something."""
        ...

    def workstations(self) -> list[LiveWorkstation]:
        """Every one that has connected since the start."""
        ...

    def progress_age_us(self, recording: RecordingId) -> int | None:
        """How long ago more of a recording became durable."""
        ...

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the server now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the routes need.

    Args:
        control: the workstations.
        pictures: of what is being recorded.
        media: the player's routes; they ask for a token of this site, which is made here for each request.
        keyring: signs it.
        clock: tells the time.
        presents: who is covered.
        time_zone: in which the site's days begin.
        more: routes of the modules beside this one.
    """

    control: Control
    pictures: NewestThumbnails
    media: Sequence[BaseRoute]
    keyring: Keyring
    clock: Clock
    presents: Callable[[], Sequence[Present]] = tuple
    time_zone: str = "UTC"
    more: Sequence[BaseRoute] = ()

    def application(self) -> AsgiApp:
        """To be served over the link alone: whoever reaches it is taken for the cloud."""
        handlers = {PlayheadError: _tell, HTTPException: tell_unserved}
        player = cast("AsgiApp", Starlette(routes=list(self.media), exception_handlers=handlers))
        routes: list[BaseRoute] = [
            Route("/asked/presence", self._presence, methods=["GET"]),
            Route("/asked/pictures/{recording}", self._picture, methods=["GET"]),
            Route("/asked/token/{recording}", self._token, methods=["POST"]),
            Route("/asked/workstations/{workstation}", self._command, methods=["POST"]),
            Route("/media/{recording}/{rest:path}", _Admitting(player, self), methods=["GET"]),
            *self.more,
        ]
        return cast("AsgiApp", Starlette(routes=routes, exception_handlers=handlers))

    async def _presence(self, request: Request) -> Response:
        """What is happening now; 304 where that is still the same."""
        workstations = self.control.workstations()
        growing = [one.recording for one in workstations if one.recording is not None]
        found = await self.pictures.find(growing)
        ages = {one: self.control.progress_age_us(one) for one in growing}
        presence = SitePresence(
            workstations=tuple(workstations),
            progress_age_us={str(one): age for one, age in ages.items() if age is not None},
            pictures={str(one): LivePicture(picture.tag, picture.at_us) for one, picture in found.items()},
            problems=self.control.problems(),
            coverage=tuple(self.presents()),
            time_zone=self.time_zone,
        )
        body = write_presence(presence)
        tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"etag": tag})
        return Response(body, media_type=_MSGPACK, headers={"etag": tag})

    async def _picture(self, request: Request) -> Response:
        """The newest small picture of a recording, for somebody who may see it."""
        behalf = behalf_of(request.headers)
        recording = RecordingId.parse(request.path_params["recording"])
        claims_of(behalf, recording, self.clock.wall_us())
        tag, jpeg = await self.pictures.open(recording)
        return Response(jpeg, media_type="image/jpeg", headers={"etag": f'"{tag}"'})

    async def _token(self, request: Request) -> Response:
        """A token with which a browser on this site's network comes here directly."""
        recording = RecordingId.parse(request.path_params["recording"])
        token = self.signed(request, recording)
        return Response(msgspec.json.encode({"token": token}), media_type=_JSON)

    async def _command(self, request: Request) -> Response:
        """Have a workstation do something."""
        behalf_of(request.headers)
        workstation = WorkstationId(request.path_params["workstation"])
        order = read_order(await request.body())
        recording = None if not order.recording else RecordingId.parse(order.recording)
        result = await self.control.command(
            workstation, order.name, recording=recording, reason=order.reason, blackout=order.blackout
        )
        return Response(msgspec.msgpack.encode(result), media_type=_MSGPACK)

    def signed(self, request: Request, recording: RecordingId) -> str:
        """A token of this site for what the cloud vouches for.

        Raises:
            RefusedError: ``asked.nobody``, ``asked.nothing``.
        """
        claims = claims_of(behalf_of(request.headers), recording, self.clock.wall_us())
        return sign(claims, signing_key(self.keyring), issuer=self.keyring.site)


@dataclass(frozen=True, slots=True)
class _Admitting:
    """The player, given a token for what the cloud vouches for, and the address of whom it does so."""

    player: AsgiApp
    asked: Asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        token = self.asked.signed(request, RecordingId.parse(request.path_params["recording"]))
        others = [pair for pair in scope["headers"] if pair[0] != b"authorization"]
        inner: dict[str, Any] = {
            **scope,
            "headers": [*others, (b"authorization", f"Bearer {token}".encode())],
            "client": (behalf_of(request.headers).address, 0),
            "path_params": {},
        }
        await self.player(inner, receive, send)


async def _tell(_request: Request, error: Exception) -> Response:
    assert isinstance(error, PlayheadError)  # noqa: S101 - registered for it
    return error_response(error)
