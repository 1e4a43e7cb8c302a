"""Files that a scanner takes for a virus, put for a moment where an exclusion is and where it is not."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playhead.environment.antivirus.eicar import eicar
from playhead.environment.antivirus.exclusions import Exclusion, Kind

PREFIX: Final = "antivirus-verify-"
"""Of every name that is made, so that what a crash leaves behind is known for what it is."""


@dataclass(frozen=True, slots=True)
class Probe:
    """The files for one row."""

    row: Exclusion
    sample: Path
    """The row names it: to be left alone."""
    near: Path
    """In the same folder, not named by the row: to be caught."""
    far: Path
    """In a folder beside that of the row: to be caught."""


def can_probe(row: Exclusion) -> bool:
    """Whether a file can be made that a row names: not of programs, nor where its name is that of a real file."""
    return row.kind is Kind.FILES and "*" in row.pattern and Path(row.path).is_dir()


def new_name() -> str:
    """A name that nothing has."""
    return f"{PREFIX}{secrets.token_hex(4)}"


@contextlib.contextmanager
def placed(row: Exclusion, account: str | None) -> Generator[Probe]:
    """The files of one row, gone again at the end.

    Args:
        row: one that `can_probe`.
        account: whom they belong to; None for us.

    Raises:
        OSError: they cannot be made.
    """
    name = new_name()
    base = Path(row.path)
    inner = base.joinpath(*[name] * row.depth)
    beside = base.parent / f"{name}-beside"
    probe = Probe(row, inner / row.pattern.replace("*", name), inner / f"{name}.probe", beside / f"{name}.probe")
    try:
        for folder in (inner, beside):
            folder.mkdir(parents=True, exist_ok=True)
        for path in (probe.sample, probe.near, probe.far):
            path.write_bytes(eicar())
        if account is not None:
            for path in _made(probe, base):
                shutil.chown(path, account)
        yield probe
    finally:
        for path in (probe.sample, probe.near):
            path.unlink(missing_ok=True)
        shutil.rmtree(beside, ignore_errors=True)
        if row.depth:
            shutil.rmtree(base / name, ignore_errors=True)


def _made(probe: Probe, base: Path) -> list[Path]:
    folders = [folder for folder in probe.sample.parents if folder.is_relative_to(base) and folder != base]
    return [*folders, probe.far.parent, probe.sample, probe.near, probe.far]


def may_act_as(account: str | None) -> bool:
    """Whether files can be given to, and opened as, an account: root may, and everybody may act as themselves."""
    return account is None or os.geteuid() == 0
