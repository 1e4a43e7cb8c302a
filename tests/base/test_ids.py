import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import InvalidInputError
from playhead.base.ids import RecordingId, SegmentId, TenantId, WorkstationId


class FixedClock:
    def __init__(self, wall_us: int) -> None:
        self.wall = wall_us

    def wall_us(self) -> int:
        return self.wall

    def monotonic_us(self) -> int:
        return 0


@given(st.integers(min_value=0, max_value=(1 << 48) * 1000 - 1))
def test_a_new_id_is_a_uuid_version_7_of_its_millisecond(wall_us):
    made = RecordingId.new(FixedClock(wall_us))
    assert made.value.version == 7
    assert made.value.variant == "specified in RFC 4122"
    assert made.value.int >> 80 == wall_us // 1000


@given(st.integers(min_value=0, max_value=(1 << 48) * 1000 - 1001))
def test_ids_of_later_milliseconds_sort_later(wall_us):
    assert RecordingId.new(FixedClock(wall_us)) < RecordingId.new(FixedClock(wall_us + 1000))


@given(st.uuids())
def test_text_round_trip_with_and_without_hyphens(value):
    assert RecordingId.parse(str(value)) == RecordingId(value) == RecordingId.parse(value.hex)
    assert len(RecordingId(value).bytes) == 16


@pytest.mark.parametrize("text", ["", "x", "0" * 31, "0" * 33, "../../etc/passwd", "é" * 32, "0" * 10_000])
def test_malformed_ids_are_refused_with_a_short_message(text):
    with pytest.raises(InvalidInputError) as caught:
        RecordingId.parse(text)
    assert caught.value.code == "id.malformed"
    assert len(str(caught.value)) < 200


def test_ids_of_different_things_are_never_equal():
    one = RecordingId.new(FixedClock(1))
    assert one != SegmentId(one.value)


@pytest.mark.parametrize("name", ["a", "desk-7", "desk_7.floor2", "0" * 63])
def test_names_that_may_be_used(name):
    assert str(WorkstationId(name)) == name


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a b", "a/b", "..", "0" * 64, "a\n", "ä"])
def test_names_that_may_not_be_used(name):
    with pytest.raises(InvalidInputError) as caught:
        WorkstationId(name)
    assert "1 to 63" in str(caught.value)


@pytest.mark.parametrize("name", ["a", "acme", "acme-2", "0" * 40])
def test_tenants_that_may_be(name):
    assert str(TenantId(name)) == name


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a b", "a/b", "..", "a.b", "a_b", "0" * 41, "a\n", "ä", 'a"b'])
def test_tenants_that_may_not_be(name):
    with pytest.raises(InvalidInputError) as caught:
        TenantId(name)
    assert caught.value.code == "id.malformed"
    assert "1 to 40" in str(caught.value)
