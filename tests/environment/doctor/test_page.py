"""The page: whole in itself, and signed by the machine."""

import re

import pytest
from environment.doctor.test_findings import AT, BAD, WELL, report

from playhead.base.clock import SystemClock
from playhead.base.errors import CorruptError, InvalidInputError, RefusedError, UnavailableError
from playhead.base.ids import SiteId
from playhead.base.instants import utc
from playhead.environment.doctor.codes import finding
from playhead.environment.doctor.page import as_page
from playhead.environment.doctor.signing import PAGE_BYTES_MAX, Signer, signed_page, verify_page
from playhead.store.keyring import Keyring

HOSTILE = finding(
    "port.foreign",
    "5633 screen → <b>",
    "Another program answers: '</script><script>alert(1)</script>'.",
    purpose="`</code>`",
    said="</script><!--",
)


@pytest.fixture
def keyring(tmp_path):
    return Keyring.open(tmp_path / "keys", SiteId("site-1"), SystemClock())


@pytest.fixture
def signer(keyring):
    return Signer.load(keyring.server_file, keyring.server_file)


def now():
    return utc(SystemClock().wall_us())


def test_the_page_has_all_of_it_and_loads_nothing():
    page = as_page(report(BAD, WELL))
    for text in (BAD.subject, BAD.message, BAD.meaning, BAD.mend, BAD.code, WELL.message, "1000000", "desk-1"):
        assert text in page
    assert "default-src 'none'" in page
    assert not re.search(r"(?:src|href)=|url\(|@import|https?:", page)
    assert page == as_page(report(BAD, WELL))


def test_what_another_program_said_stays_text():
    page = as_page(report(HOSTILE))
    assert page.count("<script") == page.count("</script>") == 1
    assert "<b>" not in page
    assert "<!--" not in page


def test_signed_and_verified(keyring, signer):
    page = signed_page(report(BAD, at=now()), signer)
    verified = verify_page(page, authority=keyring.authority.certificate)
    assert verified.holder == SiteId("site-1")
    assert verified.report.findings == (BAD,)
    assert len(verified.fingerprint) == 32


def test_no_byte_of_it_may_change(keyring, signer):
    page = signed_page(report(BAD, at=now()), signer)
    for place in range(0, len(page) - 2, 97):
        changed = bytearray(page)
        changed[place] ^= 1
        with pytest.raises((CorruptError, InvalidInputError, RefusedError)):
            verify_page(bytes(changed), authority=keyring.authority.certificate)
    with pytest.raises(InvalidInputError):
        verify_page(page + b"<p>All is well.</p>\n", authority=keyring.authority.certificate)


def test_a_page_without_signature_or_too_long(keyring):
    for data in (as_page(report()).encode(), b"", b"\n" * (PAGE_BYTES_MAX + 1)):
        with pytest.raises(InvalidInputError) as caught:
            verify_page(data, authority=keyring.authority.certificate)
        assert caught.value.code == "doctor.unsigned"


def test_of_another_site_or_another_time(keyring, signer, tmp_path):
    other = Keyring.open(tmp_path / "other", SiteId("site-1"), SystemClock())
    with pytest.raises(RefusedError) as caught:
        verify_page(signed_page(report(at=now()), signer), authority=other.authority.certificate)
    assert caught.value.code == "doctor.signer"
    old = AT.replace(year=2001)
    with pytest.raises(RefusedError, match="did not hold"):
        verify_page(signed_page(report(at=old), signer), authority=keyring.authority.certificate)


def test_keys_that_cannot_be_used(tmp_path):
    with pytest.raises(UnavailableError) as caught:
        Signer.load(tmp_path / "none.pem", tmp_path / "none.pem")
    assert caught.value.code == "doctor.key"
