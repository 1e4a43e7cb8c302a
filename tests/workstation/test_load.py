import os
import subprocess
import sys
import time
from pathlib import Path

from playhead.workstation.governor import Load
from playhead.workstation.load import NICENESS, SystemLoadMeter

SECOND = 1_000_000


def pressure_file(folder: Path, total_us: int) -> Path:
    path = folder / "cpu"
    path.write_text(
        f"some avg10=1.00 avg60=2.00 avg300=3.00 total={total_us}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
    )
    return path


def test_the_first_sample_knows_nothing(tmp_path: Path):
    meter = SystemLoadMeter(pressure_file(tmp_path, 5 * SECOND))
    assert meter.sample(SECOND, 70) == Load(SECOND, 0.0, 0.0, 0)


def test_pressure_is_the_share_of_time_stalled_since_the_sample_before(tmp_path: Path):
    meter = SystemLoadMeter(pressure_file(tmp_path, 5 * SECOND))
    meter.sample(0, 0)
    pressure_file(tmp_path, 5 * SECOND + 500_000)
    load = meter.sample(2 * SECOND, 1234)
    assert (load.at_us, load.pressure, load.late_us) == (2 * SECOND, 0.25, 1234)
    pressure_file(tmp_path, 50 * SECOND)
    assert meter.sample(3 * SECOND, 0).pressure == 1.0


def test_own_time_is_a_share_of_a_core(tmp_path: Path):
    meter = SystemLoadMeter(pressure_file(tmp_path, 0))
    begun_us = time.monotonic_ns() // 1000
    meter.sample(begun_us, 0)
    until = time.process_time() + 0.05
    while time.process_time() < until:
        pass
    now_us = time.monotonic_ns() // 1000
    load = meter.sample(now_us, 0)
    assert load.own * (now_us - begun_us) >= 50_000


def test_a_kernel_without_pressure_information_is_judged_by_its_load_average(tmp_path: Path):
    for path in (tmp_path / "missing", tmp_path):
        meter = SystemLoadMeter(path)
        meter.sample(0, 0)
        assert 0.0 <= meter.sample(SECOND, 0).pressure <= 1.0
    garbage = tmp_path / "garbage"
    garbage.write_text("none of this\n")
    meter = SystemLoadMeter(garbage)
    meter.sample(0, 0)
    assert 0.0 <= meter.sample(SECOND, 0).pressure <= 1.0


def test_a_clock_that_stands_still_divides_nothing(tmp_path: Path):
    meter = SystemLoadMeter(pressure_file(tmp_path, 0))
    meter.sample(SECOND, 0)
    assert meter.sample(SECOND, 0).own == 0.0


def test_the_priority_is_lowered_and_never_raised():
    program = (
        "import os; from concurrent.futures import ThreadPoolExecutor; "
        "from playhead.workstation.load import lower_priority; os.nice({nice}); pool = ThreadPoolExecutor(1);"
        "print(pool.submit(os.getpid).result() > 0); lower_priority();"
        "tell = lambda: print(os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0) == os.SCHED_BATCH);"
        "tell(); pool.submit(tell).result(); ThreadPoolExecutor(1).submit(tell).result()"
    )
    here = os.getpriority(os.PRIO_PROCESS, 0)
    for nice, expected in ((0, max(NICENESS, here)), (15, min(here + 15, 19))):
        done = subprocess.run(
            [sys.executable, "-c", program.format(nice=nice)], capture_output=True, text=True, check=True
        )
        assert done.stdout.split() == ["True"] + [str(expected), "True"] * 3, "of threads before it and after it, too"
