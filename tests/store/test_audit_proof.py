"""Verifying the log: one at a time, against all heads that are known."""

import asyncio

import pytest

from playhead.base.errors import UnavailableError
from playhead.domain.audit_chain import Head
from playhead.store.audit_proof import AuditProof
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.audit import audit_head
from playhead.store.catalogue.audit_verify import Problem
from playhead.testing.clock import SimClock


@pytest.fixture
async def catalogue(location):
    opened = await Catalogue.open(location)
    for _ in range(3):
        await AuditTrail(opened, SimClock()).note("sue", "a.b", "s", "a")
    yield opened
    await opened.close()


async def head_of(catalogue):
    async with catalogue.reading() as connection:
        return await audit_head(connection)


async def test_only_one_at_a_time(catalogue):
    proof = AuditProof(catalogue)
    first = asyncio.create_task(proof.verify())
    await asyncio.sleep(0)
    with pytest.raises(UnavailableError) as raised:
        await proof.verify()
    assert raised.value.code == "audit.busy"
    assert (await first).whole
    assert (await proof.verify()).whole


async def test_every_head_that_is_known_is_held_against_it(catalogue):
    head = await head_of(catalogue)
    proof = AuditProof(catalogue)
    assert (await proof.verify(head, head)).whole
    found = await proof.verify(head, Head(2, bytes(32)))
    assert (found.problem, found.first_bad) == (Problem.OTHER, 2)


async def test_heads_that_contradict_each_other_prove_nothing(catalogue):
    head = await head_of(catalogue)
    for heads in ((head, Head(head.id, bytes(32))), (Head(head.id, bytes(32)), head)):
        assert (await AuditProof(catalogue).verify(*heads)).problem is Problem.OTHER
