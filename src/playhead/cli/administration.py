"""What an administrator does on the premises server itself: people, enrolment codes."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.clock import SystemClock
from playhead.base.errors import NotFoundError
from playhead.base.ids import RoleId, UserId, WorkstationId
from playhead.cli.catalogues import opened_catalogue
from playhead.cli.console import done
from playhead.cli.operator import OPERATOR
from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.domain.roles import Assignment
from playhead.portal.lockout import user_key
from playhead.portal.passwords import Passwords
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.access import assignments_of
from playhead.store.catalogue.audit import AuditEntry, add_audit_entry
from playhead.store.catalogue.enrolment_codes import add_code
from playhead.store.catalogue.login_sessions import delete_login_sessions_of
from playhead.store.catalogue.second_factors import delete_totp
from playhead.store.catalogue.sign_in_failures import clear_failures_of
from playhead.store.catalogue.sign_ins import set_password as set_user_password
from playhead.store.catalogue.users import User, add_user, find_user, get_user, list_users, set_disabled
from playhead.store.catalogue.workstations import revoke_workstation
from playhead.store.keyring import Keyring

HOUR_US = 3_600_000_000


async def new_enrolment_code(places: PremisesPlaces, workstation: str | None, *, hours: int = 24) -> str:
    """A fresh one-time code, noted in the catalogue by its hash alone."""
    clock = SystemClock()
    wanted = WorkstationId(workstation) if workstation else None
    async with opened_catalogue(places) as catalogue, catalogue.writing() as connection:
        code = Keyring.open(places.keys, PremisesSettings.load(places).site.id, clock).create_code()
        now_us = clock.wall_us()
        await add_code(
            connection,
            code_hash=code.secret_hash,
            workstation=wanted,
            created_at_us=now_us,
            expires_at_us=now_us + hours * HOUR_US,
        )
        await note(connection, "enrolment.code_made", workstation or "", {"hours": hours})
    return code.text


async def add_person(places: PremisesPlaces, user: str, *, name: str, roles: Sequence[str], password: str) -> None:
    """Add a person who may sign in.

    Raises:
        InvalidInputError: ``id.malformed``, and what `check_new` says about the password.
        ConflictError: ``user.exists``.
        NotFoundError: ``role.not_found``.
    """
    length = PremisesSettings.load(places).portal.password_length
    async with opened_catalogue(places) as catalogue:
        await add_person_to(catalogue, user, name=name, roles=roles, password=password, length=length)


async def add_person_to(
    catalogue: Catalogue, user: str, *, name: str, roles: Sequence[str], password: str, length: int
) -> None:
    """Add a person to a catalogue; ``length`` is how long passwords are at least.

    Raises:
        InvalidInputError, ConflictError, NotFoundError: as `add_person`.
    """
    person = User(UserId(user), name, await _hashed(length, password, user, name), SystemClock().wall_us())
    assignments = [Assignment(RoleId(role)) for role in dict.fromkeys(roles)]
    async with catalogue.writing() as connection:
        await add_user(connection, person, assignments)
        told = {"name": name, "roles": " ".join(str(one.role) for one in assignments)}
        await note(connection, "user.added", user, told)
    done(f"{user} may sign in as {' and '.join(str(one.role) for one in assignments)}.")


async def change_password(places: PremisesPlaces, user: str, password: str) -> None:
    """Give a person another password and end their login sessions.

    Raises:
        InvalidInputError: as `add_person`.
        NotFoundError: ``user.not_found``.
    """
    hashed = await _hashed(PremisesSettings.load(places).portal.password_length, password, user)
    identifier = UserId(user)
    async with _acting(places, "user.password_set", identifier) as connection:
        await set_user_password(connection, identifier, hashed)
        await delete_login_sessions_of(connection, identifier)
    done(f"{user} has a new password and is signed out everywhere.")


async def disable_person(places: PremisesPlaces, user: str, *, disabled: bool) -> None:
    """Keep a person out, login sessions included, or let them in again.

    Raises:
        NotFoundError: ``user.not_found``.
        ConflictError: ``user.last_administrator``.
    """
    identifier = UserId(user)
    async with _acting(places, "user.disabled" if disabled else "user.enabled", identifier) as connection:
        await set_disabled(connection, identifier, SystemClock().wall_us() if disabled else None)
        await delete_login_sessions_of(connection, identifier)
    done(f"{user} may {'no longer' if disabled else 'again'} sign in.")


async def turn_totp_off(places: PremisesPlaces, user: str) -> None:
    """Take away a person's second factor and end their login sessions.

    Raises:
        NotFoundError: ``user.not_found``, ``totp.off``.
    """
    identifier = UserId(user)
    async with _acting(places, "totp.off", identifier) as connection:
        if not await delete_totp(connection, identifier):
            raise NotFoundError("totp.off", f"{user} has no second factor.")
        await delete_login_sessions_of(connection, identifier)
    done(f"{user} signs in by password alone and is signed out everywhere.")


async def unlock(places: PremisesPlaces, user: str) -> None:
    """Forget a person's failed sign-ins.

    Raises:
        NotFoundError: ``user.not_found``.
    """
    identifier = UserId(user)
    async with _acting(places, "user.unlocked", identifier) as connection:
        await clear_failures_of(connection, user_key(identifier))
    done(f"{user} may sign in at once.")


@asynccontextmanager
async def _acting(places: PremisesPlaces, action: str, user: UserId) -> AsyncGenerator[AsyncConnection]:
    """A change to a person who exists, with its entry in the audit log."""
    async with opened_catalogue(places) as catalogue, catalogue.writing() as connection:
        await get_user(connection, user)
        yield connection
        await note(connection, action, str(user))


async def note(
    connection: AsyncConnection, action: str, subject: str, details: Mapping[str, str | int] | None = None
) -> None:
    """Add what is done on the server itself to the audit log, in the transaction that does it."""
    entry = AuditEntry(SystemClock().wall_us(), str(OPERATOR), action, subject, "", details or {})
    await add_audit_entry(connection, entry)


async def people(places: PremisesPlaces) -> list[tuple[User, tuple[Assignment, ...]]]:
    """Everybody who was ever added, by id, with their roles."""
    found: list[User] = []
    async with opened_catalogue(places) as catalogue, catalogue.reading() as connection:
        while page := await list_users(connection, after=found[-1].id if found else None):
            found += page
        roles = await assignments_of(connection, [one.id for one in found])
    return [(one, roles[one.id]) for one in found]


async def revoke(places: PremisesPlaces, workstation: str) -> None:
    """Shut a workstation out; a running server notices within seconds.

    Raises:
        NotFoundError: ``workstation.not_found``.
    """
    async with opened_catalogue(places) as catalogue, catalogue.writing() as connection:
        await revoke_workstation(connection, WorkstationId(workstation), SystemClock().wall_us())
        await note(connection, "workstation.revoked", workstation)
    done(f"{workstation} may no longer connect. Its recordings stay. A new enrolment lets it in again.")


async def _hashed(length: int, password: str, *about: str) -> str:
    passwords = Passwords(chars_min=length)
    try:
        return await passwords.hash(password, about)
    finally:
        passwords.close()


async def knows_person(places: PremisesPlaces, user: str) -> bool:
    """Whether a person of this id may sign in already."""
    async with opened_catalogue(places) as catalogue, catalogue.reading() as connection:
        return await find_user(connection, UserId(user)) is not None
