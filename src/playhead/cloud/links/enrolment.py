"""Letting sites in: a code and a request become a certificate; a certificate, a new one."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from playhead.base.clock import Clock
from playhead.base.errors import InvalidInputError, LimitError, PlayheadError, RefusedError
from playhead.base.ids import TenantSite
from playhead.cloud.links import metrics
from playhead.net.http.errors import error_response
from playhead.net.pool.enrolment import (
    AUTHORITY_PATH,
    ENROLMENT_PATH,
    MAX_BODY_BYTES,
    RENEWAL_PATH,
    Enrol,
    Enrolled,
)
from playhead.net.pool.http import Application
from playhead.store.catalogue import Catalogue
from playhead.store.sites.codes import redeem_code
from playhead.store.sites.keys import CloudKeys
from playhead.store.sites.sites import enrol_site, renew_site
from playhead.wire.pki import EnrolmentCode, check_request, fingerprint, key_of

_log: Any = structlog.get_logger()


class Enrolment:
    """Gives certificates.

    A wrong code is answered as slowly as a right one; its secret has 80 bits, so that guessing leads nowhere.

    Args:
        control: the control catalogue.
        keys: the cloud's.
        clock: tells the time.
        on_changed: called after another certificate became good.
    """

    def __init__(
        self, *, control: Catalogue, keys: CloudKeys, clock: Clock, on_changed: Callable[[], Awaitable[None]]
    ) -> None:
        self._control = control
        self._keys = keys
        self._clock = clock
        self._on_changed = on_changed
        routes = [
            Route(AUTHORITY_PATH, self._authority, methods=["GET"]),
            Route(ENROLMENT_PATH, self._enrol, methods=["POST"]),
        ]
        self.for_strangers: Application = Router(routes)
        """What is served to who has no certificate."""
        self.renewal = Route(RENEWAL_PATH, self._renew, methods=["POST"])
        """What is served to sites beside everything else."""

    async def _authority(self, _request: Request) -> Response:
        return Response(self._keys.authority.certificate, media_type="application/pkix-cert")

    async def _enrol(self, request: Request) -> Response:
        try:
            message = await _read(request)
            code_hash = EnrolmentCode.parse(message.code).secret_hash
            now_us = self._clock.wall_us()
            async with self._control.writing() as connection:
                site = await redeem_code(connection, code_hash, now_us)
                certificate = self._keys.issue_site(message.request, site)
                await enrol_site(connection, site, fingerprint(certificate), now_us)
            await self._on_changed()
        except PlayheadError as error:
            _log.warning("site not enrolled", code=error.code)
            metrics.ENROLMENTS.labels(error.code).inc()
            return error_response(error)
        _log.info("site enrolled", site=str(site))
        metrics.ENROLMENTS.labels("enrolled").inc()
        return self._answer(site, certificate)

    async def _renew(self, request: Request) -> Response:
        state: Mapping[str, Any] = request.scope["state"]
        site, shown = state["site"], state["certificate"]
        try:
            message = await _read(request)
            if check_request(message.request) != key_of(shown):  # a link without TLS may be somebody else's by now
                raise RefusedError("enrolment.other_key", "A certificate is renewed for its own key alone.")
            certificate = self._keys.issue_site(message.request, site)
            async with self._control.writing() as connection:
                await renew_site(connection, site, fingerprint(shown), fingerprint(certificate))
            await self._on_changed()
        except PlayheadError as error:
            metrics.ENROLMENTS.labels(error.code).inc()
            return error_response(error)
        _log.info("site's certificate renewed", site=str(site))
        metrics.ENROLMENTS.labels("renewed").inc()
        return self._answer(site, certificate)

    def _answer(self, site: TenantSite, certificate: bytes) -> Response:
        answer = Enrolled(certificate, self._keys.authority.certificate, str(site))
        return Response(msgspec.json.encode(answer), media_type="application/json")


async def _read(request: Request) -> Enrol:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            raise LimitError("http.body_length", f"The body is longer than {MAX_BODY_BYTES} bytes.")
    try:
        return msgspec.json.decode(body, type=Enrol)
    except msgspec.MsgspecError as error:
        raise InvalidInputError("enrolment.request", f"The request cannot be understood: {error}.") from None
