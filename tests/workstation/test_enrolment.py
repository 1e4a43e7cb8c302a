"""Enrolment over real TLS, against a small site."""

import asyncio
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.errors import (
    ConflictError,
    CorruptError,
    InvalidInputError,
    NotFoundError,
    ProtocolError,
    RefusedError,
)
from playhead.base.ids import SiteId, WorkstationId
from playhead.net.screen import ScreenPeer, listen
from playhead.net.tls import server_context
from playhead.store.disk import SystemDisk
from playhead.store.keyring import Keyring
from playhead.wire.pki.authority import DAY_US
from playhead.wire.screen import Authority, Enrol, Enrolled, Goodbye, Hello, Inquire, Welcome
from playhead.workstation.enrolment import IDENTITY_FOLDER, enrol, renew
from playhead.workstation.identity import IdentityFolder

NAME = WorkstationId("desk-7")
CLOCK = SystemClock()
ANYWHERE = Address("127.0.0.1", 0)


@dataclass
class Site:
    """Signs whom it knows the code of."""

    keyring: Keyring
    codes: set[str] = field(default_factory=set)
    address: Address = ANYWHERE
    answer: Callable[[Enrolled], object] = lambda enrolled: enrolled

    def new_code(self) -> str:
        code = self.keyring.create_code().text
        self.codes.add(code)
        return code

    async def serve(self, peer: ScreenPeer) -> None:
        async for message in peer:
            match message:
                case Inquire():
                    await peer.send(Authority(self.keyring.authority.certificate))
                case Enrol():
                    if message.code and message.code not in self.codes:
                        raise RefusedError("enrolment.code", "The code is not good.")
                    self.codes.discard(message.code)
                    certificate = self.keyring.issue_workstation(message.request, WorkstationId(message.workstation))
                    authority = self.keyring.authority.certificate
                    site, key = str(self.keyring.site), self.keyring.site_key
                    await peer.send(self.answer(Enrolled(certificate, authority, site, key)))
                case Hello():
                    await peer.send(Welcome(1, str(self.keyring.site), self.keyring.site_key, CLOCK.wall_us()))


@asynccontextmanager
async def site_at(folder: Path) -> AsyncIterator[Site]:
    keyring = Keyring.open(folder, SiteId("site"), CLOCK)
    site = Site(keyring)
    tls = server_context(keyring.server_file, keyring.server_file, keyring.authority.certificate)
    listener = await listen(site.serve, ANYWHERE, tls=tls, clock=CLOCK)
    site.address = listener.address
    try:
        yield site
    finally:
        await listener.close()


def folder_of(data: Path) -> IdentityFolder:
    return IdentityFolder(SystemDisk(), data / IDENTITY_FOLDER)


async def test_enrolment_makes_an_identity_that_nobody_else_may_read(tmp_path: Path) -> None:
    async with site_at(tmp_path / "keys") as site:
        data = tmp_path / "data"
        assert await enrol(site.address, site.new_code(), NAME, data, clock=CLOCK) == SiteId("site")
        identity = folder_of(data).load(NAME)
    assert (identity.workstation, identity.site, identity.site_key) == (NAME, SiteId("site"), site.keyring.site_key)
    assert identity.authority == site.keyring.authority.certificate
    for path in (data / IDENTITY_FOLDER).iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((data / IDENTITY_FOLDER).stat().st_mode) == 0o700


async def test_a_code_works_once_and_the_key_is_kept(tmp_path: Path) -> None:
    async with site_at(tmp_path / "keys") as site:
        data = tmp_path / "data"
        code = site.new_code()
        await enrol(site.address, code, NAME, data, clock=CLOCK)
        key = (data / IDENTITY_FOLDER / "key.pem").read_bytes()
        with pytest.raises(RefusedError) as caught:
            await enrol(site.address, code, NAME, data, clock=CLOCK)
        assert caught.value.code == "enrolment.code"
        await enrol(site.address, site.new_code(), NAME, data, clock=CLOCK)
        assert (data / IDENTITY_FOLDER / "key.pem").read_bytes() == key


async def test_a_mistyped_code_is_found_before_anyone_is_asked(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as caught:
        await enrol(Address("192.0.2.1", 1), "1000-ABCD", NAME, tmp_path / "data", clock=CLOCK)
    assert caught.value.code.startswith("enrolment.")
    assert not (tmp_path / "data").exists()


async def test_another_server_than_the_code_speaks_of_is_refused(tmp_path: Path) -> None:
    async with site_at(tmp_path / "keys") as site, site_at(tmp_path / "others") as other:
        with pytest.raises(RefusedError) as caught:
            await enrol(other.address, site.new_code(), NAME, tmp_path / "data", clock=CLOCK)
        assert caught.value.code == "enrolment.authority"
        with pytest.raises(NotFoundError):
            folder_of(tmp_path / "data").load(NAME)


async def test_renewal_gives_a_later_certificate_for_the_same_key(tmp_path: Path) -> None:
    async with site_at(tmp_path / "keys") as site:
        data = tmp_path / "data"
        await enrol(site.address, site.new_code(), NAME, data, clock=CLOCK)
        folder = folder_of(data)
        before = folder.load(NAME)
        await asyncio.sleep(0)
        await renew(site.address, before, folder, clock=CLOCK)
        after = folder.load(NAME)
    assert after.certificate != before.certificate
    assert after.signer.public_key() == before.signer.public_key()
    assert after.validity is not None
    assert not after.validity.due(CLOCK.wall_us())
    assert after.validity.due(CLOCK.wall_us() + 500 * DAY_US)


async def test_renewal_that_is_refused_or_answered_with_nonsense_keeps_the_old_one(tmp_path: Path) -> None:
    async with site_at(tmp_path / "keys") as site:
        data = tmp_path / "data"
        await enrol(site.address, site.new_code(), NAME, data, clock=CLOCK)
        folder = folder_of(data)
        identity = folder.load(NAME)
        site.answer = lambda _: Goodbye("enrolment.blocked", "Not this one.")
        with pytest.raises(RefusedError, match="Not this one"):
            await renew(site.address, identity, folder, clock=CLOCK)
        site.answer = lambda enrolled: Enrolled(
            enrolled.authority, enrolled.authority, enrolled.site, enrolled.site_key
        )
        with pytest.raises((ProtocolError, RefusedError)):
            await renew(site.address, identity, folder, clock=CLOCK)
        assert folder.load(NAME).certificate == identity.certificate


async def test_another_name_in_the_configuration_is_said(tmp_path: Path) -> None:
    async with site_at(tmp_path / "keys") as site:
        await enrol(site.address, site.new_code(), NAME, tmp_path / "data", clock=CLOCK)
    with pytest.raises(ConflictError) as caught:
        folder_of(tmp_path / "data").load(WorkstationId("desk-8"))
    assert caught.value.code == "workstation.other_name"


def test_not_enrolled_says_how_to(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as caught:
        folder_of(tmp_path).load(NAME)
    assert caught.value.code == "workstation.not_enrolled"
    assert "playhead workstation enrol" in caught.value.hint


def test_plain_keeps_what_a_welcome_said(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "data")
    key = folder.load_or_make_key()
    folder.save_plain(NAME, SiteId("site"), b"k" * 32)
    identity = folder.load(NAME)
    assert (identity.site, identity.site_key, identity.certificate) == (SiteId("site"), b"k" * 32, b"")
    assert identity.signer.public_key() == key.public_key()
    folder.save_site_key(identity, b"n" * 32)
    assert folder.load(NAME).site_key == b"n" * 32


@pytest.mark.parametrize("name", ["key.pem", "site.json"])
@pytest.mark.parametrize("content", [b"", b"garbage", b"{}", b'{"workstation":"A B","site":"s","site_key":"AA=="}'])
def test_a_damaged_file_is_said(tmp_path: Path, name: str, content: bytes) -> None:
    folder = folder_of(tmp_path)
    folder.load_or_make_key()
    folder.save_plain(NAME, SiteId("site"), b"k" * 32)
    (tmp_path / IDENTITY_FOLDER / name).write_bytes(content)
    with pytest.raises(CorruptError) as caught:
        folder.load(NAME)
    assert caught.value.code == "workstation.identity_damaged"


def test_a_damaged_key_is_never_replaced(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    folder.load_or_make_key()
    (tmp_path / IDENTITY_FOLDER / "key.pem").write_bytes(b"x")
    with pytest.raises(CorruptError):
        folder.load_or_make_key()
