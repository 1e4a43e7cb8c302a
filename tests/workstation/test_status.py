from dataclasses import replace

import pytest

from playhead.workstation.status import DURABLE_US, PATIENCE_US, STALLED_US, Facts, judge

NOW_US = 1_000_000_000
RECORDING = Facts(NOW_US, wanted_us=NOW_US - 60_000_000, is_writing=True, alive_us=NOW_US - 100_000)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(NOW_US), ("idle", "")),
        (RECORDING, ("recording", "")),
        (Facts(NOW_US, is_blackout=True, blackout_reason="card"), ("blackout", "card")),
        (replace(RECORDING, is_blackout=True, blackout_reason="card"), ("blackout", "card")),
        (replace(RECORDING, blocked="disk_full", trouble="full"), ("disk_full", "full")),
        (replace(RECORDING, blocked="lost", trouble="broken"), ("failed", "broken")),
        (replace(RECORDING, no_display=True), ("no_display", "The display is gone.")),
        (Facts(NOW_US, capture_code="capture.no_display", capture_problem="none"), ("no_display", "none")),
        (Facts(NOW_US, capture_code="capture.failed", capture_problem="broke"), ("failed", "broke")),
        (replace(RECORDING, alive_us=NOW_US - STALLED_US), ("recording", "")),
        (replace(RECORDING, alive_us=NOW_US - STALLED_US - 1), ("failed", "The capture gives no sign of life.")),
        (replace(RECORDING, is_writing=False, wanted_us=NOW_US - PATIENCE_US), ("recording", "")),
        (
            replace(RECORDING, is_writing=False, wanted_us=NOW_US - PATIENCE_US - 1),
            ("failed", "No picture has come yet."),
        ),
        (Facts(NOW_US, wanted_us=NOW_US), ("recording", "")),
    ],
)
def test_the_worst_there_is_comes_first(facts: Facts, expected: tuple[str, str]) -> None:
    assert judge(facts) == expected


def test_progress_is_news_for_as_long_as_promised() -> None:
    assert DURABLE_US == 5_000_000
