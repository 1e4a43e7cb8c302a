"""Whoever asks for something that is not there hears where to look for what is."""

import errno
import os
import re
import shlex
from pathlib import Path

import click
import pytest
from cli.conftest import Run

from playhead.cli.app import playhead
from playhead.cli.hints import HINTS
from playhead.cli.places import PremisesPlaces


@pytest.mark.parametrize("code", HINTS)
def test_the_commands_named_exist(code: str) -> None:
    for text in re.findall(r"`playhead ([^`]+)`", HINTS[code]):
        found: click.Command = playhead
        for word in shlex.split(text):
            if isinstance(found, click.Group):
                found = found.get_command(click.Context(found), word) or pytest.fail(f"{text}: there is no {word}")
            else:
                assert any(word in each.opts for each in found.params), f"{text}: there is no {word}"


def test_a_user_that_is_not_there(run: Run, library: PremisesPlaces) -> None:
    said = run("users", "disable", "nobody", "--data", library.root)
    assert said.code == 1
    assert said.err.splitlines()[-1] == "  `playhead users list` names them."


def test_a_certificate_is_not_taken_for_a_statement(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "certificate.json"
    path.write_text('{"certificate": {}}')
    said = run("verify", path, "--data", tmp_path)
    assert said.code == 1
    assert "`playhead erasure verify`" in said.err


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.EACCES, "Run it as the user"),
        (errno.EROFS, "mount it for writing"),
        (errno.ENOSPC, "make room on it"),
        (errno.EIO, "The disk fails"),
    ],
)
@pytest.mark.parametrize("path", [Path("/data/premises"), None])
def test_what_the_system_refuses_says_what_to_do(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, number: int, hint: str, path: Path | None
) -> None:
    def fail(_self: PremisesPlaces) -> None:
        raise OSError(number, os.strerror(number), *([] if path is None else [str(path)]))

    monkeypatch.setattr(PremisesPlaces, "make", fail)
    said = run("premises", "enrolment-code", "desk-1", "--data", tmp_path)
    assert said.code == 1
    first, second = said.err.splitlines()
    assert first == f"playhead: {'' if path is None else f'{path}: '}{os.strerror(number)}."
    assert hint in second
