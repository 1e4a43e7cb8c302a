"""From where media is played."""

import pytest

from playhead.cloud.rules import Route, routes_of

FILE, OBJECT = "2026/01/01/a.vid", "s3://bucket/a.vid"


@pytest.mark.parametrize(
    ("locations", "readable", "site_up", "routes"),
    [
        ((OBJECT, OBJECT), True, True, (Route.OBJECT, Route.SITE)),
        ((OBJECT, OBJECT), True, False, (Route.OBJECT,)),
        ((OBJECT, FILE), True, True, (Route.SITE, Route.OBJECT)),
        ((OBJECT, FILE), True, False, (Route.OBJECT,)),
        ((FILE,), True, True, (Route.SITE,)),
        ((FILE,), True, False, ()),
        ((OBJECT,), False, True, (Route.SITE,)),
        ((OBJECT,), False, False, ()),
        ((), True, True, (Route.SITE,)),
        ((), True, False, ()),
    ],
)
def test_objects_come_first_where_all_of_it_is_there(locations, readable, site_up, routes):
    assert routes_of(locations, readable=readable, site_up=site_up) == routes
