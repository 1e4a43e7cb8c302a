import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "bench"))

from recording.compare import Legibility
from screen import Phase, Reading, Result, between, figures_of, targets_of

GOOD = {
    "bytes_ratio": 0.33,
    "cpu_ratio": 1.0,
    "text_ssim_mean": 0.99,
    "text_ssim_settled_min": 0.97,
    "idle_cpu_percent": 0.5,
    "idle_mb_per_hour": 1.0,
}


def test_a_phase_is_what_was_used_between_two_readings():
    phase = between(Reading(10.0, 1.0, 500), Reading(20.0, 1.5, 2500), from_bytes=500)
    assert phase == Phase(10.0, 0.5, 2000)
    assert phase.cpu_percent == 5.0
    assert phase.mb_per_hour == pytest.approx(0.72)


def test_figures_are_ratios_to_the_peer_and_worst_cases_of_ours():
    results = {
        "ffmpeg": Result(busy=Phase(10, 2.0, 4000), idle=Phase(10, 1.0, 1000)),
        "playhead": Result(busy=Phase(10, 1.0, 1000), idle=Phase(10, 0.01, 100)),
    }
    legible = {
        "ffmpeg": Legibility(settled=[0.99, 1.0], moving=[1.0]),
        "playhead": Legibility(settled=[0.98, 0.97, 0.99], moving=[0.99, 0.98], unseen=2),
    }
    figures = figures_of(results, legible)
    assert figures["bytes_ratio"] == 0.25
    assert figures["cpu_ratio"] == 0.5
    assert figures["text_ssim_mean"] == 0.985
    assert figures["text_ssim_settled_min"] == 0.97
    assert figures["idle_cpu_percent"] == 0.1
    assert figures["samples_unseen"] == 2
    assert figures["ffmpeg_cpu_percent"] == 20.0


def test_targets_are_met_at_their_bounds():
    assert all(met for _, met in targets_of(GOOD))


@pytest.mark.parametrize("key", GOOD)
def test_each_target_is_missed_one_step_past_its_bound(key):
    step = -0.001 if "ssim" in key else 0.001
    assert [met for _, met in targets_of(GOOD | {key: GOOD[key] + step})].count(False) == 1
