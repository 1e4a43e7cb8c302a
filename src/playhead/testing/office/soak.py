"""Plays one seed after another for as long as it is told to: ``script/soak --help``. The last line is a JSON object."""

import argparse
import gc
import json
import random
import sys
import time
import traceback
from typing import Final

from playhead.testing.office.office import SIZES
from playhead.testing.office.play import play

TELL_S: Final = 10.0
"""How often it is told how far it is."""


def main() -> int:
    """Play, tell, and return 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="for how long (10)")
    parser.add_argument("--seed", type=int, help="of the first run; a random one if left out")
    parser.add_argument("--size", choices=sorted(SIZES), default="desk", help="of the office (desk)")
    parser.add_argument("--replay", type=int, metavar="SEED", help="play this seed alone and tell its history")
    given = parser.parse_args()
    if given.replay is not None:
        return _replay(given.replay, given.size)
    first: int = random.SystemRandom().randrange(1 << 31) if given.seed is None else given.seed
    return _soak(first, given.size, given.minutes * 60)


def _replay(seed: int, size: str) -> int:
    try:
        outcome = play(seed, SIZES[size])
    except Exception:  # noqa: BLE001 - whatever it was is what somebody wants to see
        traceback.print_exc()
        _last(seeds=1, failed=seed, size=size)
        return 1
    sys.stdout.write(f"{outcome.history}\n")
    _last(seeds=1, failed=None, size=size, segments=outcome.segments, bytes=outcome.bytes, deaths=outcome.deaths)
    return 0


def _soak(first: int, size: str, seconds: float) -> int:
    began_s = told_s = time.monotonic()
    seed, deaths, failed = first, 0, None
    while failed is None and (now_s := time.monotonic()) - began_s < seconds:
        if now_s - told_s >= TELL_S:
            told_s = now_s
            rate = (seed - first) / (now_s - began_s)
            sys.stdout.write(f"seed {seed}: {rate:.1f} seeds a second, {deaths} deaths, all promises kept\n")
            sys.stdout.flush()
        try:
            deaths += play(seed, SIZES[size]).deaths
        except Exception:  # noqa: BLE001 - whatever it was is what somebody wants to see
            traceback.print_exc()
            failed = seed
        if seed == first:
            gc.collect()
            gc.freeze()  # what is there by now stays
        seed += 1
    elapsed_s = time.monotonic() - began_s
    rate = round((seed - first) / elapsed_s, 2)
    _last(seeds=seed - first, failed=failed, size=size, first=first, deaths=deaths, seedsPerSecond=rate)
    return 0 if failed is None else 1


def _last(*, failed: int | None, **figures: object) -> None:
    sys.stdout.write(json.dumps({"ok": failed is None, "failedSeed": failed, **figures}) + "\n")


if __name__ == "__main__":
    sys.exit(main())
