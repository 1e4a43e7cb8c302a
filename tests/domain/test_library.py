"""Cursors of the library."""

import pytest

from playhead.base.errors import InvalidInputError
from playhead.domain.library import Order, Place


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("value", [0, 1, (1 << 63) - 1])
def test_a_cursor_survives_a_url(order, value):
    place = Place(value, 7)
    text = place.encode(order)
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert Place.decode(text, order) == place


@pytest.mark.parametrize("text", ["", "x", "é", "A" * 22, "A" * 24, "_" * 23, "A" * 64, "A A"])
def test_what_is_no_cursor(text):
    with pytest.raises(InvalidInputError) as raised:
        Place.decode(text, Order.NEWEST)
    assert raised.value.code == "list.cursor"


def test_a_cursor_is_of_one_order():
    text = Place(1, 2).encode(Order.NEWEST)
    for order in set(Order) - {Order.NEWEST}:
        with pytest.raises(InvalidInputError):
            Place.decode(text, order)
