"""Changing people and what they may do: together with its entry in the audit log, and nothing beyond one's reach."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import ConflictError, InvalidInputError, RefusedError
from playhead.base.ids import RoleId, UserId
from playhead.domain.access import Grant, Scope
from playhead.domain.roles import Assignment, beyond, grants_of
from playhead.portal.callers import Caller
from playhead.portal.parts import Parts
from playhead.store.catalogue import roles
from playhead.store.catalogue.access import load_who
from playhead.store.catalogue.audit import add_audit_entry

_TOLD_MAX = 5
"""Grants that a refusal names."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change under way."""

    connection: AsyncConnection
    parts: Parts
    caller: Caller

    async def note(self, action: str, subject: str, details: Mapping[str, str | int]) -> None:
        """Add what is done to the audit log, in the transaction that does it."""
        who = str(self.caller.who.user)
        entry = self.parts.audit.entry(who, action, subject, self.caller.address, details)
        await add_audit_entry(self.connection, entry)

    def check_reach(self, grants: Iterable[Grant]) -> None:
        """Refuse to hand out, or to have a hold on, more than the caller may do to everybody's.

        Raises:
            RefusedError: ``access.beyond``.
        """
        over = beyond(self.caller.who, grants)
        if over:
            told = ", ".join(f"{one.action} for {one.scope}" for one in over[:_TOLD_MAX])
            hint = "Only who may do something to everybody's may give or take it. Ask an administrator."
            raise RefusedError("access.beyond", f"This is beyond what you may decide: {told}.", hint=hint)

    async def check_reach_over(self, users: Iterable[UserId], *, team_only: bool = False) -> None:
        """The same for everything that some users may do now; or for what they may do to their teams.

        Raises:
            RefusedError: ``access.beyond``.
        """
        for user in users:
            grants = (await load_who(self.connection, user)).grants
            self.check_reach(one for one in grants if not team_only or one.scope is Scope.TEAM)

    async def check_assignments(self, assignments: Iterable[Assignment]) -> None:
        """Refuse roles beyond the caller's reach, and such as hold from the future on.

        Raises:
            RefusedError: ``access.beyond``.
            InvalidInputError: ``role.since``, ``role.twice``.
            NotFoundError: ``role.not_found``.
        """
        seen: set[RoleId] = set()
        for one in assignments:
            if one.role in seen:
                raise InvalidInputError("role.twice", f"The role {one.role} is there twice.")
            seen.add(one.role)
            if one.since_us is not None and one.since_us > self.parts.clock.wall_us():
                hint = "Give the day of the first recording that they may see."
                raise InvalidInputError("role.since", "A role cannot begin in the future.", hint=hint)
            role = await roles.get_role(self.connection, one.role)
            self.check_reach(grants_of(one, role.permissions))


@asynccontextmanager
async def changing(parts: Parts, caller: Caller, subject: str) -> AsyncGenerator[Change]:
    """A transaction for a change to ``subject``. What is refused within is undone, and noted in the audit log."""
    try:
        async with parts.catalogue.writing() as connection:
            yield Change(connection, parts, caller)
    except (RefusedError, ConflictError) as error:
        # After the transaction: the entry takes one of its own, and only one writes at a time.
        await parts.audit.refuse(str(caller.who.user), error.code, subject, caller.address, {"detail": error.message})
        raise
