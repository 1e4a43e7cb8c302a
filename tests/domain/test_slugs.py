"""Ids that are made of names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.ids import GroupId
from playhead.domain.slugs import SLUG_CHARS_MAX, slug


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Berlin", "berlin"),
        ("  Second Level / Nights ", "second-level-nights"),
        ("Équipe Été", "equipe-ete"),
        ("日本", "group"),
        ("!", "group"),
        ("x" * 99, "x" * SLUG_CHARS_MAX),
        ("x" * (SLUG_CHARS_MAX - 1) + "-y", "x" * (SLUG_CHARS_MAX - 1)),
    ],
)
def test_names(name, expected):
    assert slug(name, (), otherwise="group") == expected


def test_one_that_is_taken_gets_a_number():
    assert slug("Berlin", {"berlin", "berlin-2"}, otherwise="group") == "berlin-3"


@given(st.text(max_size=80), st.sets(st.sampled_from(["group", "a", "group-2"])))
def test_any_name_gives_an_id_that_is_free(name, taken):
    found = slug(name, taken, otherwise="group")
    assert str(GroupId(found)) not in taken
