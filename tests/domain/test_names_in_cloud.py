"""Names of workstations in the cloud."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import InvalidInputError
from playhead.base.ids import SiteId, WorkstationId
from playhead.domain.names_in_cloud import may_be_called_so, workstation_in_cloud

NAMES = st.from_regex(r"[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?", fullmatch=True)


def test_a_site_and_its_workstation():
    assert str(workstation_in_cloud(SiteId("vienna"), WorkstationId("desk-7"))) == "vienna.desk-7"


@given(
    *(st.from_regex(r"[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?", fullmatch=True) for _ in range(4)),
)
def test_two_are_never_one(site, workstation, other_site, other_workstation):
    one = workstation_in_cloud(SiteId(site), WorkstationId(workstation))
    other = workstation_in_cloud(SiteId(other_site), WorkstationId(other_workstation))
    assert (one == other) == ((site, workstation) == (other_site, other_workstation))


def test_not_where_a_dot_could_mean_two():
    names = {
        str(workstation_in_cloud(SiteId(site), WorkstationId(workstation)))
        for site, workstation in (("a", "b.c"), ("a.b", "c"))
    }
    assert len(names) == 2


def test_nor_can_a_site_take_the_name_of_anothers():
    long = str(workstation_in_cloud(SiteId("a.b"), WorkstationId("c")))
    assert long.startswith("a-b..c-")
    site, _, rest = long.partition(".")
    with pytest.raises(InvalidInputError):
        WorkstationId(rest)
    assert site == "a-b"


@given(NAMES, NAMES)
def test_a_site_knows_its_own_by_their_names(site, workstation):
    assert may_be_called_so(SiteId(site), workstation_in_cloud(SiteId(site), WorkstationId(workstation)))


@pytest.mark.parametrize(
    ("site", "name"),
    [
        ("vienna", "vienna-2.desk-7"),
        ("vienna", "graz.desk-7"),
        ("vienna", "vienna"),
        ("at", "at-vienna..desk-7-00"),
        ("a.b", "a.b.c"),
    ],
)
def test_and_no_others(site, name):
    assert not may_be_called_so(SiteId(site), WorkstationId(name))
