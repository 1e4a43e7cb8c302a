"""Somebody at a page of premises with people in them."""

from contextlib import asynccontextmanager

from web.conftest import seated
from web.people_premises import PeoplePremises, ago, person


@asynccontextmanager
async def staged(chromium, path, *recordings, signed_in=True, context=None, **settings):
    """A seat at ``path`` of premises with a few users, a group and a role of their own; ``settings`` change them."""
    premises = PeoplePremises(recordings)
    for one in (
        person("alice", "Alice Martin", "agent", totp=True, lastSignInAt=ago(300)),
        person("bruno", "Bruno Okafor", "agent", lockedUntil=ago(-600)),
        person("kim", "Kim Lee", "manager", ("trainer", "2026-11-02T00:00:00Z")),
    ):
        premises.users[one["id"]] = one
    premises.groups["sales"] = {"id": "sales", "name": "Sales", "members": ["alice"], "supervisors": ["kim"]}
    grants = [{"action": "view", "scope": "team"}]
    premises.roles["trainer"] = {"id": "trainer", "name": "Trainer", "builtIn": False, "grants": grants}
    for name, value in settings.items():
        setattr(premises, name, value)
    await premises.start()
    try:
        async with seated(chromium, premises, **(context or {})) as seat:
            if signed_in:
                await seat.sign_in(path)
            else:
                await seat.page.goto(premises.origin + path)
            yield seat
    finally:
        await premises.stop()
