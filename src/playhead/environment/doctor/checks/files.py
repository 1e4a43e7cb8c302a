"""Whether something gets between us and our files: a scanner that delays them, or a program that holds them."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from playhead.environment.doctor.codes import finding
from playhead.environment.doctor.findings import Finding

ROUNDS: Final = 7
"""In each place, in turns, so that other load on the disk is in both."""
FILE_BYTES: Final = 64 * 1024
TIMES: Final = 3
"""A file here takes more than so many times as long as beside it…"""
MORE_S: Final = 0.01
"""…and so much longer: that is no chance, and below it nobody would mind."""
ROUNDS_S: Final = 4.0
"""Fewer rounds are enough on a disk where they take longer than this together."""
SLOW_S: Final = 0.5
"""A disk that takes longer for one is not fit to take recordings in, whatever the reason."""
HOLDERS_MAX: Final = 8
PROCESSES: Final = Path("/proc")


def look_at_delays(folder: Path, *, depth: int = 0, clock: Callable[[], float] = time.monotonic) -> Sequence[Finding]:
    """Write and rename files in ``folder`` and in a fresh one beside it, and compare. Blocks for up to some seconds.

    Args:
        folder: of ours.
        depth: how many folders further down files of ours lie, so that exclusions of a scanner count.
        clock: in seconds; for tests.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".doctor-", dir=folder) as ours:
            try:
                with tempfile.TemporaryDirectory(prefix=".doctor-", dir=folder.parent) as beside:
                    here, there = _measure(_deep(ours, depth), _deep(beside, depth), clock)
            except OSError:  # nothing beside it is ours to write to: nothing to compare with
                here, there = _measure(_deep(ours, depth), None, clock)
    except OSError as error:
        text = f"A file cannot be written there: {error.strerror}."
        return [finding("files.unwritable", str(folder), text, folder=str(folder))]
    told = f"A file of {FILE_BYTES // 1024} KiB takes {here * 1000:.1f} ms here"
    here_ms = round(here * 1000, 2)
    if here > SLOW_S:
        return [finding("files.slow", str(folder), f"{told}.", here_ms=here_ms)]
    if there is None:
        return [finding("files.quick", str(folder), f"{told}.", here_ms=here_ms)]
    code = "files.delayed" if here > TIMES * there and here - there > MORE_S else "files.quick"
    text = f"{told}, and {there * 1000:.1f} ms beside it."
    return [finding(code, str(folder), text, here_ms=here_ms, beside_ms=round(there * 1000, 2))]


def _deep(folder: str, depth: int) -> Path:
    path = Path(folder, *["a"] * depth)
    path.mkdir(parents=True, exist_ok=True)
    return path


def _measure(ours: Path, beside: Path | None, clock: Callable[[], float]) -> tuple[float, float | None]:
    """The median time of a file in both places, seconds."""
    here: list[float] = []
    there: list[float] = []
    began = clock()
    for _ in range(ROUNDS):
        here.append(_write(ours, clock))
        if beside is not None:
            there.append(_write(beside, clock))
        if clock() - began > ROUNDS_S:
            break
    return statistics.median(here), statistics.median(there) if there else None


def _write(folder: Path, clock: Callable[[], float]) -> float:
    """As recordings are written: made, synced, renamed; and read again, where a scanner on access looks."""
    began = clock()
    new, final = folder / "doctor.new", folder / "doctor.vid"
    with new.open("wb") as file:
        file.write(bytes(FILE_BYTES))
        file.flush()
        os.fsync(file.fileno())
    new.replace(final)
    final.read_bytes()
    return clock() - began


def look_at_holders(folder: Path, processes: Path = PROCESSES) -> Sequence[Finding]:
    """Which other programs hold files below ``folder`` open (Linux; of other users only as root).

    Args:
        folder: of ours.
        processes: the process file system (proc(5)); for tests.
    """
    root = f"{folder.resolve()}/"
    found: dict[str, str] = {}
    for process in processes.glob("[0-9]*"):
        held = _held(process, root)
        if held and not _is_ours(process):
            found[f"{_name(process)} ({process.name})"] = held
    return [
        finding("files.held", str(folder), f"{name} holds {path} open.", program=name, file=path)
        for name, path in list(found.items())[:HOLDERS_MAX]
    ]


def _held(process: Path, root: str) -> str:
    """One file below ``root`` that it has open; empty for none."""
    try:
        for descriptor in (process / "fd").iterdir():
            target = str(descriptor.readlink())
            if target.startswith(root):
                return target
    except OSError:  # it has ended, or is another user's
        return ""
    return ""


def _is_ours(process: Path) -> bool:
    try:
        command = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return True
    return process.name == str(os.getpid()) or any(b"playhead" in part.rpartition(b"/")[2] for part in command[:4])


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text(errors="replace").strip()
    except OSError:
        return "a program that has ended"
