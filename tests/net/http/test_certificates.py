"""The certificate that vouches for itself."""

from cryptography import x509

from playhead.net.http import own_certificate
from playhead.net.http.certificates import RENEW_BEFORE, VALID

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
    assert [path.name for path in tmp_path.iterdir()] == ["web.pem"]


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
