"""Letting in who signed in elsewhere: as the user they were linked with, or are by name, or become."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.clock import Clock
from playhead.base.errors import ConflictError, PlayheadError, RefusedError
from playhead.domain.roles import Assignment
from playhead.portal.metrics import SIGN_INS
from playhead.portal.oidc_rules import Outsider
from playhead.portal.sessions import SignedIn
from playhead.portal.sign_in import SignIn
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue, outside_identities, users
from playhead.store.catalogue.access import assignments_of, set_assignments
from playhead.store.catalogue.users import User

_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Admission:
    """Opens sessions for people whom the provider vouches for."""

    catalogue: Catalogue
    sign_in: SignIn
    audit: AuditTrail
    clock: Clock
    creates_users: bool

    async def admit(self, outsider: Outsider, address: str, browser: str) -> SignedIn:
        """Open a session.

        Raises:
            RefusedError: ``oidc.unknown``, ``oidc.no_role``, ``session.refused``.
            ConflictError: ``oidc.other_identity``.
            NotFoundError: ``role.not_found`` where the configuration names a role that there is not.
        """
        try:
            async with self.catalogue.writing() as connection:
                user = await self._user(connection, outsider)
            # In a transaction of its own: who has lost all groups must lose the roles, too, though they are refused.
            await self._set_roles(user, outsider, address)
            if user.disabled_at_us is not None:
                raise RefusedError("session.refused", "This user may not sign in.", hint="Ask an administrator.")
            if outsider.roles == ():
                hint = "None of your groups there has a role here. Ask an administrator."
                raise RefusedError("oidc.no_role", "You have no role here.", hint=hint)
        except PlayheadError as error:
            SIGN_INS.labels("refused").inc()
            actor = _UNKNOWN if outsider.user is None else str(outsider.user)
            await self.audit.refuse(actor, "sign_in.refused", "", address, {"how": "oidc", "code": error.code})
            raise
        return await self.sign_in.open(user, address, browser, "oidc")

    async def _user(self, connection: AsyncConnection, outsider: Outsider) -> User:
        known = await outside_identities.find_user_of(connection, outsider.issuer, outsider.subject)
        if known is not None:
            return await users.get_user(connection, known)
        found = None if outsider.user is None else await users.find_user(connection, outsider.user)
        if found is None:
            found = await self._created(connection, outsider)
        now_us = self.clock.wall_us()
        await outside_identities.link_identity(connection, outsider.issuer, outsider.subject, found.id, now_us)
        return found

    async def _created(self, connection: AsyncConnection, outsider: Outsider) -> User:
        if outsider.user is None or not self.creates_users:
            hint = "Ask an administrator to add you."
            raise RefusedError("oidc.unknown", "You are signed in there, and are no user here.", hint=hint)
        if outsider.roles == ():
            raise RefusedError("oidc.no_role", "You have no role here.", hint="Ask an administrator.")
        user = User(outsider.user, outsider.name, "", self.clock.wall_us())
        await users.add_user(connection, user)
        return user

    async def _set_roles(self, user: User, outsider: Outsider, address: str) -> None:
        """Roles follow the groups, where the operator said so."""
        if outsider.roles is None:
            return
        try:
            async with self.catalogue.writing() as connection:
                before = (await assignments_of(connection, [user.id]))[user.id]
                if {one.role for one in before} == set(outsider.roles):
                    return
                # A first day that was set here stays with its role.
                kept = {one.role: one for one in before}
                wanted = [kept.get(role, Assignment(role)) for role in outsider.roles]
                await set_assignments(connection, user.id, wanted)
        except ConflictError as error:  # the last administrator would be none any more
            await self.audit.note(str(user.id), "oidc.roles_kept", str(user.id), address, {"code": error.code})
            return
        told = " ".join(str(role) for role in outsider.roles)
        await self.audit.note(str(user.id), "user.roles_set", str(user.id), address, {"roles": told, "how": "oidc"})
