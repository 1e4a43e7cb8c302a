import pytest

from playhead.cli.console import human_bytes, human_length, table


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (61_500_000, "61.5 MB"), (5 * 10**15, "5000.0 TB")]
)
def test_sizes_as_people_read_them(size, text):
    assert human_bytes(size) == text


@pytest.mark.parametrize(("us", "text"), [(0, "0:00:00"), (59_999_999, "0:00:59"), (3_661_000_000, "1:01:01")])
def test_lengths_as_people_read_them(us, text):
    assert human_length(us) == text


def test_a_table_is_as_wide_as_its_widest_cells_and_has_no_trailing_blanks():
    assert table(["id", "state"], [["a", "recording"], ["long-one", "x"]]) == (
        "id        state\na         recording\nlong-one  x"
    )
