import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.quantities import Duration, Size


@pytest.mark.parametrize(
    ("text", "us"),
    [("0 s", 0), ("10s", 10_000_000), ("1.5 ms", 1_500), ("2 min", 120_000_000), (" 1 h ", 3_600_000_000), ("7us", 7)],
)
def test_durations(text: str, us: int) -> None:
    assert Duration.parse(text) == Duration(us)


@pytest.mark.parametrize(("text", "size"), [("0 B", 0), ("1 kB", 1000), ("1 KiB", 1024), ("1.5 GiB", 3 << 29)])
def test_sizes(text: str, size: int) -> None:
    assert Size.parse(text) == Size(size)


@pytest.mark.parametrize("text", ["", "10", "s", "-1 s", "1 m", "1 sec", "1e3 s", "0.1 us", 10, None, True, "1 s 2 s"])
def test_not_a_duration(text: object) -> None:
    with pytest.raises(ValueError, match=r"Expected a (duration as text|whole number)"):
        Duration.parse(text)


@given(st.integers(0, 10**15))
def test_what_is_written_is_read_back(value: int) -> None:
    if value < 10**12:
        assert Duration.parse(str(Duration(value))) == Duration(value)
        assert Size.parse(str(Size(value))) == Size(value)


def test_seconds() -> None:
    assert Duration(1_500_000).seconds == 1.5
