"""Requests for a policy, and the documents, held against what their publishers say of them."""

import itertools
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import InvalidInputError, ProtocolError
from playhead.wire.policy import ORIGINS_MAX, REQUEST, Origin, Policy, PolicyRequest, Wanted

ACCESS_SHAPE = {
    "access-policy": (set(), ["cross-domain-access"]),
    "cross-domain-access": (set(), ["policy"]),
    "policy": (set(), ["allow-from", "grant-to"]),
    "allow-from": (set(), ["domain"]),
    "domain": ({"uri"}, []),
    "grant-to": (set(), ["socket-resource"]),
    "socket-resource": ({"port", "protocol"}, []),
}
"""Of clientaccesspolicy.xml, what ours use: attributes that must be there, and elements in their order."""

CROSS_DOMAIN_SHAPE = {
    "cross-domain-policy": (set(), ["site-control", "allow-access-from"]),
    "site-control": ({"permitted-cross-domain-policies"}, []),
    "allow-access-from": ({"domain", "to-ports", "secure"}, []),
}
"""The same of crossdomain.xml (section 1.3, and the schema for policies of sockets)."""


def held_to(shape, document):
    """The root of a document that is of its shape."""
    root = ET.fromstring(document)  # noqa: S314 - our own
    for element in root.iter():
        attributes, children = shape[element.tag]
        assert set(element.attrib) == attributes
        found = list(dict.fromkeys(child.tag for child in element))
        assert found == [one for one in children if one in found]
    return root


def policy(*origins, port=4510):
    return Policy(tuple(Origin.parse(one) for one in origins), port)


def asked(*pieces):
    request = PolicyRequest()
    for piece in pieces:
        request.receive(piece)
    return request.wanted


def test_a_request_without_nul_is_silverlights_and_with_it_flashs():
    assert asked(REQUEST) is Wanted.ACCESS
    assert asked(REQUEST + b"\0") is Wanted.CROSS_DOMAIN
    assert asked(REQUEST[:-1]) is None
    assert asked() is None


@given(st.lists(st.integers(0, 23), max_size=8))
def test_however_it_is_split_it_is_the_same_request(cuts):
    whole = REQUEST + b"\0"
    edges = [0, *sorted(cuts), len(whole)]
    assert asked(*(whole[a:b] for a, b in itertools.pairwise(edges))) is Wanted.CROSS_DOMAIN


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n",
        b"<policy-file-request />",
        b"<Policy-File-Request/>",
        b"\xef\xbb\xbf<policy-file-request/>",
        REQUEST + b"\n",
        REQUEST + b"\0\0",
        REQUEST + b"\0" + REQUEST,
        b"\0",
        b"\x16\x03\x01",
    ],
)
def test_anything_else_is_none(data):
    with pytest.raises(ProtocolError) as caught:
        asked(data)
    assert caught.value.code == "policy.request"


@given(st.binary(min_size=1, max_size=64))
def test_what_is_no_beginning_of_a_request_is_refused_at_its_first_wrong_byte(data):
    request = PolicyRequest()
    taken = b""
    for byte in data:
        taken += bytes([byte])
        if (REQUEST + b"\0").startswith(taken):
            request.receive(bytes([byte]))
        else:
            with pytest.raises(ProtocolError):
                request.receive(bytes([byte]))
            return


def test_silverlight_is_granted_one_port_from_named_origins():
    document = policy("https://desk.example", "http://*.example:8080").document(Wanted.ACCESS)
    root = held_to(ACCESS_SHAPE, document)
    assert document.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    assert [one.get("uri") for one in root.iter("domain")] == ["https://desk.example", "http://*.example:8080"]
    assert [one.attrib for one in root.iter("socket-resource")] == [{"port": "4510", "protocol": "tcp"}]


def test_flash_is_granted_one_port_from_named_hosts_and_nothing_over_http():
    document = policy("https://desk.example", "https://both.example", "http://both.example:81").document(
        Wanted.CROSS_DOMAIN
    )
    assert document.endswith(b">\n\0")
    root = held_to(CROSS_DOMAIN_SHAPE, document[:-1])
    assert root[0].attrib == {"permitted-cross-domain-policies": "none"}
    assert [one.attrib for one in root.iter("allow-access-from")] == [
        {"domain": "desk.example", "to-ports": "4510", "secure": "true"},
        {"domain": "both.example", "to-ports": "4510", "secure": "false"},
    ]


@pytest.mark.parametrize("nobody", [policy(), policy("https://desk.example", port=None)])
def test_without_origins_or_without_a_port_nothing_is_granted(nobody):
    access = held_to(ACCESS_SHAPE, nobody.access_policy())
    assert not [*access.iter("domain"), *access.iter("socket-resource")]
    assert not [*held_to(CROSS_DOMAIN_SHAPE, nobody.cross_domain_policy()).iter("allow-access-from")]


def test_the_longest_documents_stay_small():
    longest = Origin.parse("https://" + "a" * 253 + ":65535")
    largest = Policy((longest,) * ORIGINS_MAX, 4510)
    assert len(largest.access_policy()) < 16_384
    assert (
        len(Policy(tuple(Origin("https", f"{n:0253}") for n in range(ORIGINS_MAX)), 1).cross_domain_policy()) < 16_384
    )


@pytest.mark.parametrize(
    "text",
    [
        "desk.example",
        "ftp://desk.example",
        "https://desk.example/",
        "https://Desk.example",
        "https://",
        "https://*.",
        "https://a..b",
        "https://a.*.b",
        "https://desk.example:0",
        "https://desk.example:65536",
        'https://a"/><domain uri="*',
        "https://" + "a" * 254,
        "*",
    ],
)
def test_what_is_no_origin_is_refused_with_what_to_write(text):
    with pytest.raises(InvalidInputError) as caught:
        Origin.parse(text)
    assert caught.value.code == "policy.origin"
    assert "https://host" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "is_wide"),
    [("https://desk.example", False), ("http://10.0.0.7:81", False), ("https://*.example", True), ("http://*", True)],
)
def test_an_origin_is_written_as_it_was_and_is_wide_where_it_names_many(text, is_wide):
    origin = Origin.parse(text)
    assert (str(origin), origin.is_wide) == (text, is_wide)
