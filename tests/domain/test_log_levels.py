"""What may be asked of a log, and until when it holds."""

import pytest

from playhead.base.errors import InvalidInputError, LimitError, NotFoundError
from playhead.domain.log_levels import RAISED_US_MAX, RAISED_US_MIN, RAISES_MAX, SERVICES, raised, with_raise

NOW_US = 1_800_000_000_000_000


def wanted(**more):
    values = {"kind": "workstation", "name": "desk-1", "level": "debug", "by": "jane", "reason": " why ", **more}
    return raised(**{"length_us": RAISED_US_MIN, "now_us": NOW_US, **values})


@pytest.mark.parametrize(
    ("more", "error", "code"),
    [
        ({"kind": "service", "name": "kitchen"}, NotFoundError, "logs.service"),
        ({"length_us": RAISED_US_MIN - 1}, InvalidInputError, "logs.length"),
        ({"length_us": RAISED_US_MAX + 1}, InvalidInputError, "logs.length"),
    ],
)
def test_what_is_refused(more, error, code):
    with pytest.raises(error) as caught:
        wanted(**more)
    assert caught.value.code == code


def test_it_is_over_at_its_end_and_where_the_clock_was_set_back_by_days():
    one = wanted(length_us=RAISED_US_MAX)
    assert (one.reason, one.state) == ("why", "waiting")
    assert one.left_us(NOW_US) == RAISED_US_MAX
    assert one.left_us(NOW_US + RAISED_US_MAX - 1) == 1
    assert one.left_us(NOW_US + RAISED_US_MAX) == 0
    assert one.left_us(NOW_US - 1) == 0
    assert wanted(kind="service", name="screen").state == "in_force"


def test_one_of_each_and_so_many_of_all():
    raises = ()
    for number in range(RAISES_MAX):
        raises = with_raise(raises, wanted(name=f"desk-{number}"))
    with pytest.raises(LimitError) as caught:
        with_raise(raises, wanted(name="one-more"))
    assert caught.value.code == "logs.levels"
    again = with_raise(raises, wanted(name="desk-7", level="info"))
    assert (len(again), again[-1].level) == (RAISES_MAX, "info")


def test_the_services_are_those_that_lines_name():
    assert {"premises", "screen", "portal", "store", "net", "logs"} <= SERVICES
