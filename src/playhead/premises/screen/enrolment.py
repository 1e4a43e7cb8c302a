"""Letting new workstations in: `Inquire` and `Enrol` (docs/wire/screen.md §9)."""

import hashlib
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.clock import Clock
from playhead.base.errors import InvalidInputError, PlayheadError, RefusedError
from playhead.base.ids import WorkstationId
from playhead.net.screen import ScreenPeer
from playhead.premises.screen import metrics
from playhead.premises.screen.rules import Guesses, admit
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.enrolment_codes import redeem_code
from playhead.store.catalogue.workstations import enrol_workstation, find_workstation
from playhead.store.keyring import Keyring
from playhead.wire.pki import EnrolmentCode, check_request
from playhead.wire.screen.messages import Enrol, Enrolled

_log: Any = structlog.get_logger()


class Enrolment:
    """Turns a code and a request into a certificate."""

    def __init__(self, *, catalogue: Catalogue, keyring: Keyring, audit: AuditTrail, clock: Clock) -> None:
        self._catalogue = catalogue
        self._keyring = keyring
        self._audit = audit
        self._clock = clock
        self._guesses = Guesses()

    async def enrol(self, peer: ScreenPeer, message: Enrol) -> Enrolled:
        """The answer to ``message``.

        Raises:
            RefusedError: ``enrolment.*``, ``screen.*``.
            InvalidInputError: ``enrolment.*``, ``pki.request``.
            LimitError: ``enrolment.too_many``.
        """
        workstation = WorkstationId(message.workstation)
        address = peer.remote.rpartition(":")[0]
        action = "workstation.enrolled" if message.code else "workstation.renewed"
        try:
            certificate = await self._certificate(message, workstation, address)
        except PlayheadError as error:
            metrics.ENROLMENTS.labels(error.code).inc()
            await self._audit.refuse("system", "workstation.enrolment_refused", str(workstation), address)
            raise
        metrics.ENROLMENTS.labels("enrolled" if message.code else "renewed").inc()
        await self._audit.note("system", action, str(workstation), address)
        _log.info("workstation enrolled", workstation=str(workstation), remote=peer.remote, renewed=not message.code)
        return Enrolled(
            certificate=certificate,
            authority=self._keyring.authority.certificate,
            site=str(self._keyring.site),
            site_key=self._keyring.site_key,
        )

    async def _certificate(self, message: Enrol, workstation: WorkstationId, address: str) -> bytes:
        secret_hash = self._secret_hash(message.code, address) if message.code else b""
        signer = check_request(message.request).public_bytes_raw()
        async with self._catalogue.writing() as connection:
            known = await find_workstation(connection, workstation)
            if message.code:
                bound = await self._redeem(connection, secret_hash, workstation, address)
                if bound is None and known is not None:
                    text = f"There is a workstation {workstation} already."
                    hint = f"Choose another name, or ask for a code that is made for {workstation}."
                    raise RefusedError("enrolment.name_taken", text, hint=hint)
            else:
                admit(workstation, known, signer)
            certificate = self._keyring.issue_workstation(message.request, workstation)
            await enrol_workstation(
                connection,
                workstation=workstation,
                signer=signer,
                certificate_hash=hashlib.sha256(certificate).digest(),
                now_us=self._clock.wall_us(),
            )
        return certificate

    async def _redeem(
        self, connection: AsyncConnection, secret_hash: bytes, workstation: WorkstationId, address: str
    ) -> WorkstationId | None:
        try:
            return await redeem_code(connection, secret_hash, workstation, self._clock.wall_us())
        except RefusedError:
            self._guesses.wrong(address, self._clock.monotonic_us())
            raise

    def _secret_hash(self, text: str, address: str) -> bytes:
        now_us = self._clock.monotonic_us()
        self._guesses.check(address, now_us)
        try:
            return EnrolmentCode.parse(text).secret_hash
        except InvalidInputError:
            self._guesses.wrong(address, now_us)
            raise
