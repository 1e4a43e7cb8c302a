"""The certificate of the server's own authority for browsers."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from playhead.base.errors import NotFoundError
from playhead.base.instants import utc
from playhead.net.http.certificates import (
    AUTHORITY_FILE,
    AUTHORITY_RENEW_BEFORE,
    AUTHORITY_VALID,
    RENEW_BEFORE,
    VALID,
    authority_certificate,
    own_certificate,
)

DAY_US = 86_400_000_000


class FixedClock:
    def __init__(self, days=0):
        self.days = days

    def wall_us(self):
        return 1_700_000_000_000_000 + int(self.days * DAY_US)

    def monotonic_us(self):
        return self.wall_us()


def names_in(path):
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in found}


def test_is_made_once_and_kept(tmp_path):
    first = own_certificate(tmp_path, ["a.example"], FixedClock()).certificate.read_bytes()
    assert own_certificate(tmp_path, ["a.example"], FixedClock()).certificate.read_bytes() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["web-authority.pem", "web.pem"]
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_names_what_the_server_is_known_by(tmp_path):
    found = names_in(own_certificate(tmp_path, ["A.example", "192.0.2.7", "[2001:db8::7]", "*"], FixedClock()).key)
    assert {"localhost", "127.0.0.1", "::1", "a.example", "192.0.2.7", "2001:db8::7"} <= found
    assert "*" not in found


def test_is_made_again_for_a_new_name_when_it_is_old_and_when_it_is_damaged(tmp_path):
    path = own_certificate(tmp_path, [], FixedClock()).key
    kept = path.read_bytes()
    just_before = (VALID - RENEW_BEFORE).days
    assert own_certificate(tmp_path, [], FixedClock(just_before - 1)).key.read_bytes() == kept
    assert own_certificate(tmp_path, [], FixedClock(just_before + 1)).key.read_bytes() != kept
    assert "new.example" in names_in(own_certificate(tmp_path, ["new.example"], FixedClock()).key)
    path.write_text("nonsense")
    assert "localhost" in names_in(own_certificate(tmp_path, [], FixedClock()).key)


def verified(folder, name):
    """The chain, judged by somebody else's rules for the web (RFC 5280, name constraints included)."""
    leaf, *others = x509.load_pem_x509_certificates((folder / "web.pem").read_bytes())
    store = Store([x509.load_pem_x509_certificate(authority_certificate(folder))])
    verifier = PolicyBuilder().store(store).time(utc(FixedClock().wall_us())).build_server_verifier(x509.DNSName(name))
    return verifier.verify(leaf, others)


def test_who_trusts_the_authority_trusts_the_server(tmp_path):
    own_certificate(tmp_path, ["recorder.example"], FixedClock())
    assert len(verified(tmp_path, "recorder.example")) == 2
    with pytest.raises(VerificationError):
        verified(tmp_path, "bank.example")


def test_the_authority_may_vouch_for_nothing_but_this_server(tmp_path):
    own_certificate(tmp_path, ["recorder.example", "198.51.100.7"], FixedClock())
    authority = x509.load_pem_x509_certificate(authority_certificate(tmp_path))
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints)
    permitted = {str(name.value) for name in constraints.value.permitted_subtrees}
    assert constraints.critical
    assert {"recorder.example", "localhost", "198.51.100.7/32", "10.0.0.0/8"} <= permitted
    assert "0.0.0.0/0" not in permitted
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


def test_the_authority_outlives_its_certificates_and_is_made_anew_for_a_name_it_may_not_vouch_for(tmp_path):
    own_certificate(tmp_path, [], FixedClock())
    kept = authority_certificate(tmp_path)
    assert b"PRIVATE" not in kept
    last_day = (AUTHORITY_VALID - AUTHORITY_RENEW_BEFORE).days
    own_certificate(tmp_path, ["10.1.2.3"], FixedClock(last_day - 1))
    assert authority_certificate(tmp_path) == kept
    own_certificate(tmp_path, ["new.example"], FixedClock())
    assert authority_certificate(tmp_path) != kept
    assert verified(tmp_path, "new.example")
    kept = authority_certificate(tmp_path)
    own_certificate(tmp_path, [], FixedClock(last_day + 2))
    assert authority_certificate(tmp_path) != kept


def test_a_certificate_of_another_authority_is_replaced(tmp_path):
    own_certificate(tmp_path, [], FixedClock())
    before = x509.load_pem_x509_certificate((tmp_path / "web.pem").read_bytes()).public_bytes(Encoding.DER)
    (tmp_path / AUTHORITY_FILE).write_text("nonsense")
    own_certificate(tmp_path, [], FixedClock())
    assert x509.load_pem_x509_certificate((tmp_path / "web.pem").read_bytes()).public_bytes(Encoding.DER) != before
    assert verified(tmp_path, "localhost")


def test_without_an_authority_it_is_said_where_it_comes_from(tmp_path):
    with pytest.raises(NotFoundError) as caught:
        authority_certificate(tmp_path)
    assert caught.value.code == "certificate.no_authority"
