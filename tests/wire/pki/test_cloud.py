"""Certificates between a cloud and its sites."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID

from playhead.base.errors import InvalidInputError
from playhead.base.ids import CloudId, SiteId, TenantSite
from playhead.wire.pki import (
    create_authority,
    create_cloud_authority,
    create_request,
    holder_of,
    issue_cloud,
    issue_site,
    read_authority,
    read_cloud_authority,
    validity_of,
)

NOW_US = 1_800_000_000_000_000
SITE = TenantSite.parse("acme/berlin")


def key(number):
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


AUTHORITY = create_cloud_authority(CloudId("cloud-1"), key(1), serial=1, now_us=NOW_US)


def uses(certificate):
    parsed = x509.load_der_x509_certificate(certificate)
    parsed.verify_directly_issued_by(x509.load_der_x509_certificate(AUTHORITY.certificate))
    return list(parsed.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


def test_a_site_may_connect_and_the_cloud_may_do_both():
    site = issue_site(AUTHORITY, create_request(key(2), SiteId("any")), SITE, serial=2, now_us=NOW_US)
    cloud = issue_cloud(AUTHORITY, key(3).public_key(), serial=3, now_us=NOW_US)
    assert (holder_of(site), uses(site)) == (SITE, [ExtendedKeyUsageOID.CLIENT_AUTH])
    assert holder_of(cloud) == holder_of(AUTHORITY.certificate) == CloudId("cloud-1")
    assert uses(cloud) == [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    assert validity_of(site).not_before_us < NOW_US < validity_of(site).not_after_us


def test_an_authority_is_read_as_what_it_is():
    of_site = create_authority(SiteId("berlin"), key(4), serial=4, now_us=NOW_US)
    assert read_cloud_authority(AUTHORITY.certificate, AUTHORITY.key) == AUTHORITY
    assert read_cloud_authority(AUTHORITY.certificate, key(2)) is None
    assert read_cloud_authority(of_site.certificate, key(4)) is None
    assert read_authority(AUTHORITY.certificate, key(1)) is None


def test_a_request_that_is_none():
    with pytest.raises(InvalidInputError) as caught:
        issue_site(AUTHORITY, b"nonsense", SITE, serial=2, now_us=NOW_US)
    assert caught.value.code == "pki.request"


@pytest.mark.parametrize("text", ["acme", "acme/", "/berlin", "a.b/berlin", "acme/ber/lin"])
def test_what_names_no_site_of_a_tenant(text):
    with pytest.raises(InvalidInputError):
        TenantSite.parse(text)
