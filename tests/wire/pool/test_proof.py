"""Who is there, without TLS: each end proves it to the other, for one connection, or is refused."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from playhead.base.errors import RefusedError
from playhead.base.ids import CloudId, SiteId, TenantSite
from playhead.wire.pki import create_cloud_authority, create_request, issue_cloud, issue_site
from playhead.wire.pool.proof import Challenger, Credentials, Prover

NOW_US = 1_800_000_000_000_000
DAY_US = 86_400_000_000
ACCEPTORS, DIALERS = bytes(range(32)), bytes(range(32, 64))


def key(number):
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


def authority(number=1):
    return create_cloud_authority(CloudId("cloud"), key(number), serial=number, now_us=NOW_US)


def cloud(by=None):
    by = by or authority()
    certificate = issue_cloud(by, key(2).public_key(), serial=2, now_us=NOW_US)
    return Credentials(key(2), certificate, by.certificate)


def site(by=None, own=3):
    by = by or authority()
    certificate = issue_site(
        by, create_request(key(3), SiteId("x")), TenantSite.parse("acme/berlin"), serial=3, now_us=NOW_US
    )
    return Credentials(key(own), certificate, by.certificate)


def ends(accepting=None, dialing=None, *, now_us=NOW_US):
    return Challenger(accepting or cloud(), ACCEPTORS, now_us), Prover(dialing or site(), DIALERS, now_us)


def refused(why):
    return pytest.raises(RefusedError, match=why)


def test_each_proves_itself_to_the_other():
    challenger, prover = ends()
    certificate, info = challenger.check(prover.answer(challenger.challenge))
    assert certificate == site().certificate
    prover.check(info)


def test_a_certificate_without_its_key_is_worth_nothing():
    challenger, prover = ends(dialing=site(own=9))
    with refused("not the key"):
        challenger.check(prover.answer(challenger.challenge))


@pytest.mark.parametrize("days", [-2, 400])
def test_a_certificate_holds_in_its_time(days):
    challenger, prover = ends(now_us=NOW_US + days * DAY_US)
    with refused("does not hold now"):
        prover.answer(challenger.challenge)
    _, early = ends()
    with refused("does not hold now"):
        challenger.check(early.answer(ends()[0].challenge))


def test_another_authority_is_believed_by_neither():
    challenger, prover = ends(accepting=cloud(authority(7)))
    with refused("another authority"):
        prover.answer(challenger.challenge)
    challenger, prover = ends(dialing=Credentials(key(3), site(authority(7)).certificate, authority().certificate))
    with refused("another authority"):
        challenger.check(prover.answer(challenger.challenge))


def test_a_site_cannot_stand_in_for_the_cloud():
    challenger, prover = ends(accepting=site())
    with refused("not the cloud's own"):
        prover.answer(challenger.challenge)


def test_what_was_said_on_another_connection_is_worth_nothing():
    challenger, prover = ends()
    words = prover.answer(challenger.challenge)
    with refused("not the key"):
        Challenger(cloud(), bytes(32), NOW_US).check(words)
    _, info = challenger.check(words)
    other = Prover(site(), bytes(32), NOW_US)
    other.answer(challenger.challenge)
    with refused("not the key"):
        other.check(info)


def test_nobody_is_believed_by_the_words_of_the_other_end():
    challenger, prover = ends()
    words = prover.answer(challenger.challenge)
    with refused("not the key"):
        prover.check(words)
    with refused("has not asked"):
        ends()[1].check(challenger.check(words)[1])


@pytest.mark.parametrize(
    "words", ["", "Basic dTpw", 'Playhead-Key challenge="AA=="', 'Playhead-Key challenge="A", certificate="A"']
)
def test_nonsense_is_refused(words):
    challenger, prover = ends()
    with refused("cannot be understood"):
        challenger.check(words)
    with refused("cannot be understood"):
        prover.answer(words)
