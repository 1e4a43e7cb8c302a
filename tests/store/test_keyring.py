import ssl
import stat
from itertools import count
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from playhead.base.errors import ConflictError, CorruptError, InvalidInputError, NotFoundError, RefusedError
from playhead.base.ids import SiteId, WorkstationId
from playhead.net.tls import server_context
from playhead.store.keyring import Keyring
from playhead.testing.clock import SimClock
from playhead.testing.disk import PowerCutError, SimulatedDisk
from playhead.wire.pki import create_request, holder_of, validity_of, workstation_of

SITE = SiteId("site-1")
DAY_US = 86_400_000_000
FILES = {"authority.pem", "recording.pem", "server.pem", "tokens.pem"}


@pytest.fixture
def clock():
    return SimClock()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "keys"


def contents(keyring):
    return (
        keyring.site,
        keyring.authority.certificate,
        keyring.site_key,
        keyring.recording_key.private_bytes_raw(),
        keyring.tokens.current.kid,
    )


def test_made_at_the_first_start_and_the_same_from_then_on(folder, clock):
    first = Keyring.open(folder, SITE, clock)
    assert contents(Keyring.open(folder, SITE, clock)) == contents(first)
    assert contents(Keyring.open_existing(folder, clock)) == contents(first)
    assert {path.name for path in folder.iterdir()} == FILES


def test_nobody_else_may_read(folder, clock):
    Keyring.open(folder, SITE, clock)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o602, 0o610])
@pytest.mark.parametrize("name", [".", *sorted(FILES)])
def test_what_others_may_read_or_change_is_refused_with_the_way_out(folder, clock, name, mode):
    Keyring.open(folder, SITE, clock)
    (folder / name).chmod(mode | 0o100)
    for use in (lambda: Keyring.open(folder, SITE, clock), lambda: Keyring.open_existing(folder, clock)):
        with pytest.raises(RefusedError) as caught:
            use()
        assert caught.value.code == "keyring.permissions"
        assert "chmod" in caught.value.hint


def test_the_keys_of_another_site_are_not_taken(folder, clock):
    Keyring.open(folder, SITE, clock)
    with pytest.raises(ConflictError) as caught:
        Keyring.open(folder, SiteId("site-2"), clock)
    assert caught.value.code == "keyring.other_site"


def test_there_may_be_none(folder, clock):
    with pytest.raises(NotFoundError) as caught:
        Keyring.open_existing(folder, clock)
    assert caught.value.code == "keyring.missing"
    assert not folder.exists()


@pytest.mark.parametrize("name", sorted(FILES - {"server.pem"}))
@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_damage_is_said_and_nothing_is_replaced(folder, clock, name, content):
    Keyring.open(folder, SITE, clock)
    (folder / name).write_bytes(content)
    with pytest.raises(CorruptError) as caught:
        Keyring.open(folder, SITE, clock)
    assert caught.value.code == "keyring.unreadable"
    assert (folder / name).read_bytes() == content


def test_a_key_of_the_wrong_kind_is_damage(folder, clock):
    Keyring.open(folder, SITE, clock)
    for name, other in (("recording.pem", "tokens.pem"), ("tokens.pem", "recording.pem")):
        before = (folder / name).read_bytes()
        (folder / name).write_bytes((folder / other).read_bytes())
        with pytest.raises(CorruptError):
            Keyring.open(folder, SITE, clock)
        (folder / name).write_bytes(before)
    (folder / "authority.pem").write_bytes((folder / "server.pem").read_bytes())
    with pytest.raises(CorruptError):  # the server's certificate names the site, too, but signs nothing
        Keyring.open(folder, SITE, clock)


def test_a_lost_recording_key_is_not_replaced_in_silence(folder, clock):
    Keyring.open(folder, SITE, clock)
    (folder / "recording.pem").unlink()
    with pytest.raises(CorruptError) as caught:
        Keyring.open(folder, SITE, clock)
    assert caught.value.code == "keyring.unreadable"


def test_the_key_of_second_factors_is_made_once_and_for_its_owner_alone(folder, clock):
    key = Keyring.open(folder, SITE, clock).factor_key()
    assert len(key) == 32
    assert Keyring.open_existing(folder, clock).factor_key() == key
    path = folder / "factors.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for damaged in (b"", b"nonsense", b"00" * 31):
        path.write_bytes(damaged)
        with pytest.raises(CorruptError) as caught:
            Keyring.open(folder, SITE, clock).factor_key()
        assert "totp-off" in caught.value.hint
    path.chmod(0o640)
    with pytest.raises(RefusedError):
        Keyring.open(folder, SITE, clock)


def test_openssl_takes_the_server_file(folder, clock):
    keyring = Keyring.open(folder, SITE, clock)
    context = server_context(keyring.server_file, keyring.server_file, keyring.authority.certificate)
    assert context.verify_mode is ssl.CERT_OPTIONAL


def server_certificate(keyring):
    return ssl.PEM_cert_to_DER_cert(
        keyring.server_file.read_text().partition("KEY-----\n")[2].partition("KEY-----\n")[2]
    )


def test_the_server_certificate_is_renewed_in_time_with_a_new_key(folder, clock):
    keyring = Keyring.open(folder, SITE, clock)
    before = keyring.server_file.read_bytes()
    certificate = server_certificate(keyring)
    assert holder_of(certificate) == SITE
    validity = validity_of(certificate)
    third = (validity.not_after_us - validity.not_before_us) // 3
    clock.advance(validity.not_after_us - third - clock.wall_us())
    assert not keyring.refresh()
    assert keyring.server_file.read_bytes() == before
    clock.advance(1)
    assert keyring.refresh()
    assert keyring.server_file.read_bytes() != before
    assert validity_of(server_certificate(keyring)).not_after_us > validity.not_after_us
    assert not keyring.refresh()


def test_a_missing_server_file_is_made_again(folder, clock):
    keyring = Keyring.open(folder, SITE, clock)
    keyring.server_file.unlink()
    assert keyring.refresh()
    keyring.server_file.unlink()
    Keyring.open(folder, SITE, clock)
    assert keyring.server_file.exists()


def test_token_keys_rotate_and_the_one_before_still_verifies(folder, clock):
    keyring = Keyring.open(folder, SITE, clock)
    first = keyring.tokens.current
    assert keyring.tokens.previous is None
    keyring.rotate_tokens()
    second = keyring.tokens.current
    assert second.kid != first.kid
    keyring.rotate_tokens()
    for ring in (keyring, Keyring.open(folder, SITE, clock)):
        assert ring.tokens.previous.kid == second.kid
        assert ring.tokens.current.kid not in {first.kid, second.kid}
        assert ring.tokens.current.key.public_key() != ring.tokens.previous.key.public_key()


def test_kid_is_the_thumbprint_of_the_key():
    """RFC 8037 appendix A.3."""
    from playhead.store.keyring import _token_key  # noqa: PLC0415 - the one inside that has a published vector

    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    key = Ed25519PrivateKey.from_private_bytes(seed)
    assert _token_key(key).kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_it_signs_workstations_and_hands_out_codes(folder, clock):
    keyring = Keyring.open(folder, SITE, clock)
    key = Ed25519PrivateKey.generate()
    one, two = (keyring.issue_workstation(create_request(key, WorkstationId("x")), WorkstationId("ws-1")) for _ in "12")
    assert one != two  # serial numbers differ
    assert workstation_of(one) == WorkstationId("ws-1")
    with pytest.raises(InvalidInputError):
        keyring.issue_workstation(b"nonsense", WorkstationId("ws-1"))
    codes = {keyring.create_code().text for _ in range(20)}
    assert len(codes) == 20


def test_the_power_may_go_at_any_step(clock):
    steps = 0
    for cut_at in count(1):
        disk = SimulatedDisk(seed=cut_at, cut_at=cut_at)
        promised = []
        try:
            keyring = Keyring.open(Path("/keys"), SITE, SimClock(), disk)
            promised.append(contents(keyring)[:4])
            keyring.rotate_tokens()
            promised.append(keyring.tokens.current.kid)
            later = SimClock()
            later.advance(390 * DAY_US)
            Keyring.open(Path("/keys"), SITE, later, disk).refresh()
        except PowerCutError:
            steps += 1
            disk.restart()
        else:
            break
        again = Keyring.open(Path("/keys"), SITE, clock, disk)
        if promised:
            assert contents(again)[:4] == promised[0]
        if len(promised) > 1:
            assert again.tokens.current.kid == promised[1]
        assert contents(Keyring.open(Path("/keys"), SITE, clock, disk)) == contents(again)
    assert steps > 25
