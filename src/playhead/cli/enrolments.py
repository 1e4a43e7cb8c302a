"""Enrolments, carried from one server of a site to another, so that workstations may fail over."""

import hashlib
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from playhead.base.clock import SystemClock
from playhead.base.errors import ConflictError, InvalidInputError
from playhead.base.ids import WorkstationId
from playhead.cli.administration import note
from playhead.cli.catalogues import existing_catalogue, opened_catalogue
from playhead.cli.console import done
from playhead.cli.places import PremisesPlaces
from playhead.store.catalogue.workstations import (
    PAGE_ITEMS_MAX,
    Workstation,
    enrol_workstation,
    find_workstation,
    list_workstations,
    revoke_workstation,
)
from playhead.store.keyring import Keyring

WORKSTATIONS_MAX: Final = 20_000
"""In one file: ten times what one server serves."""
FILE_BYTES_MAX: Final = 16 << 20

_Hash = Annotated[bytes, Meta(min_length=32, max_length=32)]
_Instant = Annotated[int, Meta(ge=0, le=(1 << 53) - 1)]


class Enrolment(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One workstation's. Nothing of it is secret."""

    workstation: str
    signer: _Hash
    certificate_hash: _Hash
    enrolled_at_us: _Instant
    revoked_at_us: _Instant | None = None


class Enrolments(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What the file holds, as JSON; bytes in base64."""

    authority: _Hash
    """SHA-256 of the authority that all servers of the site share (DER)."""
    workstations: Annotated[tuple[Enrolment, ...], Meta(max_length=WORKSTATIONS_MAX)]


def judge(known: Workstation | None, told: Enrolment) -> tuple[Literal["enrol", ""], Literal["revoke", ""]]:
    """What to do where another server tells of an enrolment: the newest counts, and a revocation after it.

    Args:
        known: what is known of the workstation here.
        told: what the other one says.
    """
    is_newer = known is None or (told.enrolled_at_us > known.enrolled_at_us and told.signer != known.signer)
    enrolled_at_us = told.enrolled_at_us if known is None or is_newer else known.enrolled_at_us
    is_revoked = known is not None and not is_newer and known.revoked_at_us is not None
    revoke = told.revoked_at_us is not None and told.revoked_at_us >= enrolled_at_us and not is_revoked
    return ("enrol" if is_newer else "", "revoke" if revoke else "")


async def export(places: PremisesPlaces) -> bytes:
    """Every enrolment of this server, as JSON.

    Raises:
        UnavailableError: ``data.no_premises``, ``catalogue.unavailable``.
    """
    found: list[Workstation] = []
    async with existing_catalogue(places) as catalogue:
        while True:
            async with catalogue.reading() as connection:
                page = await list_workstations(connection, after=found[-1].id if found else None)
            found += page
            if len(page) < PAGE_ITEMS_MAX:
                break
    workstations = tuple(
        Enrolment(str(one.id), one.signer, one.certificate_hash, one.enrolled_at_us, one.revoked_at_us) for one in found
    )
    return msgspec.json.format(msgspec.json.encode(Enrolments(_authority(places), workstations)))


async def take_over(places: PremisesPlaces, file: Path) -> None:
    """Take over what another server of the site has told. Whatever is newer here stays.

    Raises:
        InvalidInputError: ``enrolments.file``.
        ConflictError: ``enrolments.authority``: it is of another site, or this server has other keys.
        UnavailableError: ``data.no_premises``, ``catalogue.unavailable``.
    """
    told = _read(file)
    if told.authority != _authority(places):
        hint = "Servers of one site share the folder premises/keys."
        raise ConflictError("enrolments.authority", f"{file} is of a server with another authority.", hint=hint)
    enrolled = revoked = 0
    async with opened_catalogue(places) as catalogue, catalogue.writing() as connection:
        for one in told.workstations:
            name = WorkstationId(one.workstation)
            enrol, revoke = judge(await find_workstation(connection, name), one)
            if enrol:
                await enrol_workstation(
                    connection,
                    workstation=name,
                    signer=one.signer,
                    certificate_hash=one.certificate_hash,
                    now_us=one.enrolled_at_us,
                )
            if revoke and one.revoked_at_us is not None:
                await revoke_workstation(connection, name, one.revoked_at_us)
            enrolled += bool(enrol)
            revoked += bool(revoke)
        await note(connection, "enrolments.imported", "", {"enrolled": enrolled, "revoked": revoked})
    done(
        f"{enrolled} workstations were enrolled here, and {revoked} revoked; {len(told.workstations)} are in the file."
    )


def _authority(places: PremisesPlaces) -> bytes:
    places.require()
    keyring = Keyring.open_existing(places.keys, SystemClock())
    return hashlib.sha256(keyring.authority.certificate).digest()


def _read(file: Path) -> Enrolments:
    hint = "Make it with `playhead premises export-enrolments` on the other server."
    try:
        with file.open("rb") as stream:
            data = stream.read(FILE_BYTES_MAX + 1)
        if len(data) > FILE_BYTES_MAX:
            raise InvalidInputError("enrolments.file", f"{file} is longer than {FILE_BYTES_MAX} bytes.", hint=hint)
        return msgspec.json.decode(data, type=Enrolments)
    except (OSError, msgspec.MsgspecError) as error:
        raise InvalidInputError("enrolments.file", f"{file} cannot be used: {error}.", hint=hint) from error
