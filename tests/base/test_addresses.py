import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.addresses import Address
from playhead.base.errors import InvalidInputError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("premises.example:5633", Address("premises.example", 5633)),
        ("10.0.0.1:0", Address("10.0.0.1", 0)),
        ("[2001:db8::1]:65535", Address("2001:db8::1", 65535)),
        ("premises", Address("premises", 5633)),
        ("[::1]", Address("::1", 5633)),
    ],
)
def test_addresses(text: str, address: Address) -> None:
    assert Address.parse(text, default_port=5633) == address


@pytest.mark.parametrize("text", ["", "a:", ":1", "a:65536", "::1", "a b:1", "a/b:1", "http://a:1", "[a]:1"])
def test_not_an_address(text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Address.parse(text, default_port=1)
    assert caught.value.code == "address.malformed"


def test_a_port_is_needed_where_there_is_no_default() -> None:
    with pytest.raises(InvalidInputError):
        Address.parse("premises")


@given(st.sampled_from(["a", "a.b-c", "::1", "10.0.0.1"]), st.integers(0, 65535))
def test_what_is_written_is_read_back(host: str, port: int) -> None:
    assert Address.parse(str(Address(host, port))) == Address(host, port)
