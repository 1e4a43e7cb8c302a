"""Workstations, users, login sessions, enrolment codes and the audit log in the catalogue."""

from dataclasses import replace

import pytest

from playhead.base.errors import ConflictError, InvalidInputError, LimitError, NotFoundError, RefusedError
from playhead.base.ids import UserId, WorkstationId
from playhead.domain.signers import Signer
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue import audit as a
from playhead.store.catalogue import enrolment_codes as c
from playhead.store.catalogue import login_sessions as s
from playhead.store.catalogue import users as u
from playhead.store.catalogue import workstations as w

DESK = WorkstationId("desk-1")
ALEX = u.User(UserId("alex"), "Alex", "$argon2id$secret", 1)
SAM = u.User(UserId("sam"), "Sam O.", "", 1)


@pytest.fixture
async def connection(location):
    catalogue = await Catalogue.open(location)
    async with catalogue.writing() as found:
        yield found
    await catalogue.close()


class TestWorkstations:
    async def _enrol(self, connection, name=DESK, key=b"k" * 32):
        await w.enrol_workstation(connection, workstation=name, signer=key, certificate_hash=b"c" * 32, now_us=5)

    async def test_enrols_and_is_seen(self, connection):
        await self._enrol(connection)
        await w.note_seen(connection, DESK, software="playhead 1", agent="alex", now_us=9)
        assert await w.get_workstation(connection, DESK) == w.Workstation(
            DESK, b"k" * 32, b"c" * 32, 5, None, 9, "playhead 1", "alex"
        )

    async def test_is_revoked_until_it_enrols_again(self, connection):
        await self._enrol(connection)
        await w.revoke_workstation(connection, DESK, 7)
        assert (await w.get_workstation(connection, DESK)).revoked_at_us == 7
        await self._enrol(connection, key=b"n" * 32)
        found = await w.get_workstation(connection, DESK)
        assert (found.signer, found.revoked_at_us) == (b"n" * 32, None)

    async def test_keeps_the_keys_it_had(self, connection):
        for key in (b"k", b"k", b"n", b"k"):
            await self._enrol(connection, key=key * 32)
        assert await w.list_signers(connection, DESK) == [
            Signer(b"k" * 32, 5),
            Signer(b"n" * 32, 6),
            Signer(b"k" * 32, 7),
        ]
        assert await w.list_signers(connection, WorkstationId("other")) == []

    async def test_a_missing_one(self, connection):
        assert await w.find_workstation(connection, DESK) is None
        for call in (w.get_workstation(connection, DESK), w.revoke_workstation(connection, DESK, 1)):
            with pytest.raises(NotFoundError) as raised:
                await call
            assert raised.value.code == "workstation.not_found"

    async def test_are_listed_by_name(self, connection):
        names = [WorkstationId(name) for name in ("a", "b", "c")]
        for name in reversed(names):
            await self._enrol(connection, name)
        assert [found.id for found in await w.list_workstations(connection)] == names
        assert [found.id for found in await w.list_workstations(connection, after=names[0], limit=1)] == names[1:2]


class TestUsers:
    async def test_adds_finds_and_changes(self, connection):
        await u.add_user(connection, ALEX)
        assert await u.find_user(connection, ALEX.id) == ALEX
        await u.set_password_hash(connection, ALEX.id, "new")
        await u.set_disabled(connection, ALEX.id, 3)
        found = await u.find_user(connection, ALEX.id)
        assert (found.password_hash, found.disabled_at_us) == ("new", 3)

    async def test_one_of_a_name(self, connection):
        await u.add_user(connection, ALEX)
        with pytest.raises(ConflictError) as raised:
            await u.add_user(connection, ALEX)
        assert raised.value.code == "user.exists"

    @pytest.mark.parametrize("name", sorted(u.RESERVED))
    async def test_nobody_is_called_what_the_audit_log_calls_no_person(self, connection, name):
        with pytest.raises(InvalidInputError) as raised:
            await u.add_user(connection, u.User(UserId(name), "", "", 1))
        assert raised.value.code == "user.reserved"

    async def test_a_missing_one(self, connection):
        assert await u.find_user(connection, ALEX.id) is None
        with pytest.raises(NotFoundError) as raised:
            await u.set_disabled(connection, ALEX.id, None)
        assert raised.value.code == "user.not_found"

    async def test_are_listed_by_id(self, connection):
        await u.add_user(connection, ALEX)
        assert await u.list_users(connection) == [ALEX]
        assert await u.list_users(connection, after=ALEX.id) == []

    @pytest.mark.parametrize(
        ("text", "expected"),
        [("", ["alex", "sam"]), ("LE", ["alex"]), ("m o", ["sam"]), ("a", ["alex", "sam"]), ("%", []), ("_", [])],
    )
    async def test_are_found_by_part_of_id_or_name(self, connection, text, expected):
        for user in (ALEX, SAM):
            await u.add_user(connection, user)
        assert [str(one.id) for one in await u.list_users(connection, text=text)] == expected

    async def test_gets_another_name(self, connection):
        await u.add_user(connection, ALEX)
        await u.set_name(connection, ALEX.id, "Al")
        assert (await u.get_user(connection, ALEX.id)).name == "Al"
        with pytest.raises(NotFoundError):
            await u.get_user(connection, SAM.id)

    def test_the_hash_is_not_shown(self):
        assert "argon2" not in repr(ALEX)


class TestLoginSessions:
    @pytest.fixture
    async def entry(self, connection):
        await u.add_user(connection, ALEX)
        found = s.LoginSession(b"h" * 32, "abc", ALEX.id, 10, 10, 20, "192.0.2.1")
        await s.add_login_session(connection, found)
        return found

    async def test_lasts_until_it_expires(self, connection, entry):
        assert await s.find_login_session(connection, entry.key_hash, 19) == entry
        assert await s.find_login_session(connection, entry.key_hash, 20) is None
        assert await s.find_login_session(connection, b"x" * 32, 19) is None

    async def test_lasts_longer_where_it_is_used(self, connection, entry):
        await s.extend_login_session(connection, entry.key_hash, seen_at_us=15, expires_at_us=30)
        assert (await s.find_login_session(connection, entry.key_hash, 29)).expires_at_us == 30

    async def test_ends_by_signing_out(self, connection, entry):
        await s.delete_login_session(connection, entry.key_hash)
        await s.delete_login_session(connection, entry.key_hash)
        assert await s.find_login_session(connection, entry.key_hash, 11) is None

    async def test_ends_everywhere(self, connection, entry):
        await s.delete_login_sessions_of(connection, entry.user)
        assert await s.find_login_session(connection, entry.key_hash, 11) is None

    async def test_ends_everywhere_but_here(self, connection, entry):
        other = replace(entry, key_hash=b"o" * 32, public_id="other")
        await s.add_login_session(connection, other)
        assert await s.delete_login_sessions_of(connection, entry.user, except_key_hash=entry.key_hash) == 1
        assert await s.list_login_sessions(connection, 11) == [entry]

    async def test_is_found_by_the_name_it_is_listed_under(self, connection, entry):
        assert await s.find_by_public_id(connection, entry.public_id, 19) == entry
        assert await s.find_by_public_id(connection, entry.public_id, 20) is None
        assert await s.find_by_public_id(connection, "other", 19) is None

    async def test_are_listed_in_pages_the_last_used_first(self, connection, entry):
        await u.add_user(connection, SAM)
        others = [
            replace(entry, key_hash=bytes([number]) * 32, public_id=f"s{number}", user=user, seen_at_us=seen_at_us)
            for number, user, seen_at_us in ((1, ALEX.id, 12), (2, SAM.id, 11), (3, SAM.id, 12))
        ]
        for one in others:
            await s.add_login_session(connection, one)
        expected = [others[2], others[0], others[1], entry]
        assert await s.list_login_sessions(connection, 15) == expected
        assert await s.list_login_sessions(connection, 15, before=(12, "s1"), limit=1) == expected[2:3]
        assert await s.list_login_sessions(connection, 15, user=SAM.id) == [others[2], others[1]]
        assert await s.list_login_sessions(connection, 20) == []

    async def test_a_further_one_ends_the_one_used_longest_ago(self, connection, entry):
        for number in range(s.PER_USER_MAX):
            one = replace(entry, key_hash=number.to_bytes(32), public_id=f"s{number}", seen_at_us=100 + number)
            await s.add_login_session(connection, one)
            assert (await s.find_login_session(connection, entry.key_hash, 11) is None) is (
                number == s.PER_USER_MAX - 1
            )
        assert len(await s.list_login_sessions(connection, 11)) == s.PER_USER_MAX

    async def test_expired_ones_are_forgotten(self, connection, entry):
        await s.delete_expired(connection, 19)
        assert await s.find_login_session(connection, entry.key_hash, 11) == entry
        await s.delete_expired(connection, 20)
        assert await s.find_login_session(connection, entry.key_hash, 11) is None


class TestEnrolmentCodes:
    async def _add(self, connection, workstation=None):
        await c.add_code(connection, code_hash=b"h" * 32, workstation=workstation, created_at_us=10, expires_at_us=20)

    async def test_lets_in_once(self, connection):
        await self._add(connection)
        await c.redeem_code(connection, b"h" * 32, DESK, 19)
        with pytest.raises(RefusedError) as raised:
            await c.redeem_code(connection, b"h" * 32, DESK, 19)
        assert raised.value.code == "enrolment.code"

    async def test_expires(self, connection):
        await self._add(connection)
        with pytest.raises(RefusedError):
            await c.redeem_code(connection, b"h" * 32, DESK, 20)

    async def test_may_be_for_one_workstation_alone(self, connection):
        await self._add(connection, DESK)
        with pytest.raises(RefusedError):
            await c.redeem_code(connection, b"h" * 32, WorkstationId("other"), 19)
        await c.redeem_code(connection, b"h" * 32, DESK, 19)

    async def test_another_code_is_refused(self, connection):
        await self._add(connection)
        with pytest.raises(RefusedError):
            await c.redeem_code(connection, b"x" * 32, DESK, 19)

    async def test_expired_ones_are_forgotten(self, connection):
        await self._add(connection)
        await c.delete_expired_codes(connection, 20)
        await self._add(connection)


class TestAudit:
    async def _fill(self, connection):
        for number, (actor, action, subject) in enumerate(
            [("alex", "recording.played", "r1"), ("kim", "recording.played", "r2"), ("alex", "user.signed_in", "")]
        ):
            await a.add_audit_entry(
                connection, a.AuditEntry(number, actor, action, subject, "192.0.2.1", {"n": number})
            )

    async def test_is_listed_newest_first(self, connection):
        await self._fill(connection)
        found = await a.list_audit(connection)
        assert [entry.at_us for entry in found] == [2, 1, 0]
        assert found[0].details == {"n": 2}
        assert [entry.at_us for entry in await a.list_audit(connection, before=found[0].id, limit=1)] == [1]

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({"actor": "alex"}, [2, 0]),
            ({"action": "recording.played"}, [1, 0]),
            ({"subject": "r2"}, [1]),
            ({"actor": "alex", "action": "recording.played"}, [0]),
        ],
    )
    async def test_filters(self, connection, filters, expected):
        await self._fill(connection)
        assert [entry.at_us for entry in await a.list_audit(connection, **filters)] == expected

    @pytest.mark.parametrize("limit", [0, a.PAGE_ITEMS_MAX + 1])
    async def test_limits(self, connection, limit):
        with pytest.raises(LimitError):
            await a.list_audit(connection, limit=limit)
