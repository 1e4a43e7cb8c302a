"""By the examples of "Authenticating Requests: Using the Authorization Header" in the reference of Amazon S3."""

from datetime import UTC, datetime

import pytest

from playhead.store.objects.signing import Credentials, signed_headers

CREDENTIALS = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
PUT_BODY = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"


@pytest.mark.parametrize(
    ("request_line", "query", "headers", "payload", "signature"),
    [
        (
            ("GET", "/test.txt"),
            {},
            {"range": "bytes=0-9"},
            EMPTY,
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            ("PUT", "/test$file.text"),
            {},
            {"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
            PUT_BODY,
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        (
            ("GET", "/"),
            {"lifecycle": ""},
            {},
            EMPTY,
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            ("GET", "/"),
            {"prefix": "J", "max-keys": "2"},
            {},
            EMPTY,
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
)
def test_examples(request_line, query, headers, payload, signature):
    signed = signed_headers(
        CREDENTIALS,
        "us-east-1",
        method=request_line[0],
        host="examplebucket.s3.amazonaws.com",
        path=request_line[1],
        query=query,
        headers=headers,
        payload_hash=payload,
        at=datetime(2013, 5, 24, tzinfo=UTC),
    )
    assert signed["authorization"].endswith(f"Signature={signature}")


def test_a_session_token_is_signed():
    credentials = Credentials("id", "secret", "session")
    signed = signed_headers(
        credentials, "r", method="GET", host="h", path="/", query={}, headers={}, payload_hash=EMPTY,
        at=datetime(2013, 5, 24, tzinfo=UTC),
    )  # fmt: skip
    assert signed["x-amz-security-token"] == "session"
    assert "x-amz-security-token" in signed["authorization"]


def test_the_secret_is_not_shown():
    assert "EXAMPLEKEY" not in repr(CREDENTIALS)
