"""Options that several commands share."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def default_data_folder() -> Path:
    """``PLAYHEAD_DATA``, else ``$XDG_DATA_HOME/playhead`` (XDG Base Directory Specification)."""
    named = os.environ.get("PLAYHEAD_DATA")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "playhead"


def data_option(command: Command) -> Command:
    """``--data FOLDER``: where a role keeps everything that must survive a restart."""
    return click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        default=default_data_folder,
        show_default="$PLAYHEAD_DATA or ~/.local/share/playhead",
        help="Folder for everything that must survive a restart.",
    )(command)


def json_option(command: Command) -> Command:
    """``--json``: the same answer for a program."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for a program.")(command)
