import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import InvalidInputError, RefusedError
from playhead.base.ids import SiteId, WorkstationId
from playhead.wire.pki import (
    Validity,
    check_request,
    create_authority,
    create_request,
    fingerprint,
    holder_of,
    issue_server,
    issue_workstation,
    read_authority,
    require_site,
    validity_of,
    workstation_of,
)
from playhead.wire.pki.authority import AUTHORITY_DAYS, DAY_US, SERVER_DAYS, WORKSTATION_DAYS

NOW_US = 1_800_000_000_000_000
SITE, WORKSTATION = SiteId("site-1"), WorkstationId("ws-1")


def key(number):
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


AUTHORITY = create_authority(SITE, key(1), serial=1, now_us=NOW_US)
SERVER = issue_server(AUTHORITY, key(2).public_key(), serial=2, now_us=NOW_US)
CLIENT = issue_workstation(AUTHORITY, create_request(key(3), WORKSTATION), WORKSTATION, serial=3, now_us=NOW_US)


def parsed(der):
    return x509.load_der_x509_certificate(der)


def extension(der, kind):
    return parsed(der).extensions.get_extension_for_class(kind).value


def test_the_same_arguments_give_the_same_bytes():
    assert create_authority(SITE, key(1), serial=1, now_us=NOW_US).certificate == AUTHORITY.certificate
    assert issue_server(AUTHORITY, key(2).public_key(), serial=2, now_us=NOW_US) == SERVER


def test_the_authority_signs_holders_and_no_authorities():
    parsed(SERVER).verify_directly_issued_by(parsed(AUTHORITY.certificate))
    parsed(CLIENT).verify_directly_issued_by(parsed(AUTHORITY.certificate))
    constraints = extension(AUTHORITY.certificate, x509.BasicConstraints)
    assert (constraints.ca, constraints.path_length) == (True, 0)
    assert not extension(SERVER, x509.BasicConstraints).ca
    assert not extension(CLIENT, x509.BasicConstraints).ca


def test_a_server_is_for_serving_and_a_workstation_for_connecting():
    assert list(extension(SERVER, x509.ExtendedKeyUsage)) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert list(extension(CLIENT, x509.ExtendedKeyUsage)) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_whom_they_name():
    assert holder_of(AUTHORITY.certificate) == holder_of(SERVER) == SITE
    assert workstation_of(CLIENT) == WORKSTATION
    require_site(SERVER, SITE)
    for certificate, site, code in (
        (SERVER, SiteId("site-2"), "pki.other_site"),
        (CLIENT, SiteId("ws-1"), "pki.other_site"),
        (b"nonsense", SITE, "pki.foreign_certificate"),
    ):
        with pytest.raises(RefusedError) as caught:
            require_site(certificate, site)
        assert caught.value.code == code
    with pytest.raises(RefusedError):
        workstation_of(SERVER)


@pytest.mark.parametrize(
    "names",
    [
        [],
        [x509.DNSName("ws-1")],
        [x509.UniformResourceIdentifier("urn:x-playhead:agent:ws-1")],
        [x509.UniformResourceIdentifier("urn:x-playhead:workstation:")],
        [x509.UniformResourceIdentifier("urn:x-playhead:workstation:../etc")],
        [x509.UniformResourceIdentifier(f"urn:x-playhead:workstation:ws-{n}") for n in "12"],
        [x509.UniformResourceIdentifier("urn:other:workstation:ws-1")],
    ],
)
def test_a_certificate_that_names_no_one_holder(names):
    common = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ws-1")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(common)
        .issuer_name(common)
        .public_key(key(9).public_key())
        .serial_number(9)
        .not_valid_before(parsed(SERVER).not_valid_before_utc)
        .not_valid_after(parsed(SERVER).not_valid_after_utc)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    with pytest.raises(RefusedError) as caught:
        holder_of(builder.sign(key(9), None).public_bytes(Encoding.DER))
    assert caught.value.code == "pki.foreign_certificate"


@pytest.mark.parametrize(
    ("certificate", "days"),
    [(AUTHORITY.certificate, AUTHORITY_DAYS), (SERVER, SERVER_DAYS), (CLIENT, WORKSTATION_DAYS)],
)
def test_they_hold_from_a_day_ago(certificate, days):
    assert validity_of(certificate) == Validity(NOW_US - DAY_US, NOW_US + days * DAY_US)


def test_renewal_is_due_when_less_than_a_third_is_left():
    validity = Validity(0, 300)
    assert not validity.due(200)
    assert validity.due(201)


def test_a_request_proves_its_key_and_asks_for_nothing():
    request = create_request(key(3), WorkstationId("another-name"))
    assert check_request(request) == key(3).public_key()
    certificate = issue_workstation(AUTHORITY, request, WORKSTATION, serial=3, now_us=NOW_US)
    assert certificate == CLIENT


def other_requests():
    common = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ws-1")])
    builder = x509.CertificateSigningRequestBuilder().subject_name(common)
    elliptic = builder.sign(ec.generate_private_key(ec.SECP256R1()), SHA256()).public_bytes(Encoding.DER)
    good = create_request(key(3), WORKSTATION)
    public = key(3).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {
        "nothing": b"",
        "nonsense": b"nonsense",
        "truncated": good[:-1],
        "not Ed25519": elliptic,
        "signed by another key": good.replace(public, key(4).public_key().public_bytes_raw()),
        "signature changed": good[:-1] + bytes([good[-1] ^ 1]),
        "a certificate": CLIENT,
    }


@pytest.mark.parametrize("request_der", other_requests().values(), ids=other_requests())
def test_requests_that_are_refused(request_der):
    with pytest.raises(InvalidInputError) as caught:
        issue_workstation(AUTHORITY, request_der, WORKSTATION, serial=3, now_us=NOW_US)
    assert caught.value.code == "pki.request"


def test_an_authority_is_read_back_with_its_own_key_only():
    assert read_authority(AUTHORITY.certificate, AUTHORITY.key) == AUTHORITY
    assert read_authority(AUTHORITY.certificate, key(2)) is None
    assert read_authority(SERVER, key(2)) is None
    assert read_authority(b"nonsense", key(1)) is None


def test_fingerprint_is_of_the_der():
    assert fingerprint(SERVER).hex() == parsed(SERVER).fingerprint(SHA256()).hex()


def test_openssl_takes_the_authority():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=AUTHORITY.certificate)
    assert context.get_ca_certs()[0]["serialNumber"] == "01"


@given(st.binary(max_size=300))
def test_garbage_is_refused(data):
    with pytest.raises(RefusedError):
        holder_of(data)
    with pytest.raises(InvalidInputError):
        check_request(data)


@given(st.integers(0, 2000), st.integers(1, 255))
def test_damage_is_refused_or_harmless(position, bits):
    for der, use in ((CLIENT, holder_of), (create_request(key(3), WORKSTATION), check_request)):
        damaged = bytearray(der)
        damaged[position % len(der)] ^= bits
        try:
            use(bytes(damaged))
        except (RefusedError, InvalidInputError):
            continue
