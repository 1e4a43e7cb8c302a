"""docs/wire/screen.md §9 over real TLS: who is believed, and what is said to whom."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from net.site import SITE, Site

from playhead.base.errors import ProtocolError, RefusedError
from playhead.base.ids import WorkstationId
from playhead.net.enrolment import enrol
from playhead.net.screen import connect
from playhead.wire.pki import create_request, workstation_of
from playhead.wire.screen import Authority, Enrol, Enrolled, Goodbye, Inquire, Status

WORKSTATION = WorkstationId("ws-1")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
REQUEST = create_request(KEY, WORKSTATION)


async def attempt(listener, site, code):
    return await enrol(listener.address, code, WORKSTATION, REQUEST, clock=site.clock)


async def test_a_workstation_gets_its_certificate(tmp_path):
    site = Site(tmp_path)
    code = site.keyring.create_code()
    async with site.listening() as listener:
        enrolled = await attempt(listener, site, code)
    assert workstation_of(enrolled.certificate) == WORKSTATION
    assert enrolled.authority == site.keyring.authority.certificate
    assert enrolled.site == str(SITE)
    assert enrolled.site_key == site.keyring.site_key
    assert [type(message) for message in site.seen] == [Inquire, Goodbye, Enrol, Goodbye]
    assert site.seen[2].code == code.text


async def test_the_secret_is_not_said_to_a_server_of_another_authority(tmp_path):
    site, impostor = Site(tmp_path / "one"), Site(tmp_path / "two")
    async with impostor.listening() as listener:
        with pytest.raises(RefusedError) as caught:
            await attempt(listener, site, site.keyring.create_code())
    assert caught.value.code == "enrolment.authority"
    assert {type(message) for message in impostor.seen} == {Inquire, Goodbye}


async def test_nor_to_one_that_shows_the_right_authority_and_cannot_be_it(tmp_path):
    """The authority's certificate is public: an impostor may repeat it, but has no server certificate under it."""

    class Impostor(Site):
        async def serve(self, peer):
            async for message in peer:
                self.seen.append(message)
                if isinstance(message, Inquire):
                    await peer.send(Authority(site.keyring.authority.certificate))

    site, impostor = Site(tmp_path / "one"), Impostor(tmp_path / "two")
    async with impostor.listening() as listener:
        with pytest.raises(RefusedError) as caught:
            await attempt(listener, site, site.keyring.create_code())
    assert caught.value.code == "net.untrusted_server"
    assert {type(message) for message in impostor.seen} == {Inquire, Goodbye}


async def test_a_refusal_comes_with_the_servers_words(tmp_path):
    class Refusing(Site):
        async def enrol(self, *_):
            raise RefusedError("enrolment.code", "The code was used before.")

    site = Refusing(tmp_path)
    async with site.listening() as listener:
        with pytest.raises(RefusedError) as caught:
            await attempt(listener, site, site.keyring.create_code())
    assert (caught.value.code, caught.value.message) == ("enrolment.code", "The code was used before.")


def other_key(site):
    request = create_request(Ed25519PrivateKey.generate(), WORKSTATION)
    return site.keyring.issue_workstation(request, WORKSTATION)


@pytest.mark.parametrize(
    "answer",
    [
        lambda site: Enrolled(other_key(site), site.keyring.authority.certificate, "site-1", bytes(32)),
        lambda site: Enrolled(
            site.keyring.issue_workstation(REQUEST, WorkstationId("ws-2")),
            site.keyring.authority.certificate,
            "site-1",
            bytes(32),
        ),
        lambda site: Enrolled(
            site.keyring.issue_workstation(REQUEST, WORKSTATION), b"another authority", "site-1", bytes(32)
        ),
        lambda site: Enrolled(
            site.keyring.issue_workstation(REQUEST, WORKSTATION),
            site.keyring.authority.certificate,
            "site-2",
            bytes(32),
        ),
    ],
    ids=["another key", "another name", "another authority", "another site"],
)
async def test_an_answer_that_is_not_what_was_asked_for(tmp_path, answer):
    class Wrong(Site):
        async def enrol(self, peer, _message):
            await peer.send(answer(self))

    site = Wrong(tmp_path)
    async with site.listening() as listener:
        with pytest.raises(ProtocolError) as caught:
            await attempt(listener, site, site.keyring.create_code())
    assert caught.value.code == "enrolment.answer"


async def test_a_certificate_opens_the_door_at_once_and_is_renewed_without_a_code(tmp_path):
    site = Site(tmp_path)
    async with site.listening() as listener:
        peer = await site.connect(listener)
        await peer.send(Status("idle"))
        await peer.close()
        context = site.client_tls()
        peer = await connect(listener.address, tls=context, clock=site.clock, site=SITE)
        await peer.send(Enrol("", "ws-1", REQUEST))
        assert workstation_of((await anext(peer)).certificate) == WORKSTATION
        await peer.close()
