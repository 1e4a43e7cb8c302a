"""``workstation.toml``: read by every workstation command, written by enrolment."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from playhead.base import config
from playhead.base.addresses import Address
from playhead.base.errors import NotFoundError, UnavailableError
from playhead.base.ids import WorkstationId
from playhead.workstation.config import WorkstationConfig

CONFIG_NAME: Final = "workstation.toml"
_TABLE: Final = "[workstation]"


class WorkstationSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    workstation: WorkstationConfig


def data_of(folder: Path) -> Path:
    """Where a workstation keeps its things below a data folder, unless its file says otherwise."""
    return load_settings(folder).data if (folder / CONFIG_NAME).exists() else folder.absolute() / "workstation"


def load_settings(folder: Path) -> WorkstationConfig:
    """The settings in a data folder.

    Raises:
        NotFoundError: ``workstation.not_enrolled`` where it has none.
        InvalidInputError: as `playhead.base.config.load`.
    """
    path = folder / CONFIG_NAME
    if not path.exists():
        hint = "Run `playhead workstation enrol` first, or name its folder with --data."
        raise NotFoundError("workstation.not_enrolled", f"No workstation is enrolled in {folder}.", hint=hint)
    settings = config.load(path, WorkstationSettings).workstation
    return msgspec.structs.replace(settings, data=folder.absolute() / settings.data)


def settings_to_be(folder: Path, workstation: WorkstationId, server: Address) -> WorkstationConfig:
    """What `write_settings` would make of the file, which need not name a workstation yet.

    Raises:
        InvalidInputError: as `playhead.base.config.parse`: what else is in the file is wrong.
        UnavailableError: ``config.unreadable``.
    """
    text = _written(folder, {"id": str(workstation), "premises": [str(server)]})
    source = str(folder / CONFIG_NAME)
    settings = config.parse(text, WorkstationSettings, source=source, folder=folder.absolute()).workstation
    return msgspec.structs.replace(settings, data=folder.absolute() / settings.data)


def write_settings(folder: Path, workstation: WorkstationId, server: Address, **more: int | bool | str) -> None:
    """Write who the workstation is and where its premises are; every other line of the file stays as it was."""
    text = _written(folder, {"id": str(workstation), "premises": [str(server)], **more})
    beside = (folder / CONFIG_NAME).with_suffix(".new")
    beside.write_text(text)
    beside.replace(folder / CONFIG_NAME)


def _written(folder: Path, keys: Mapping[str, str | float | list[str]]) -> str:
    path = folder / CONFIG_NAME
    try:
        text = path.read_text()
    except FileNotFoundError:
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        hint = "Make it readable for this user, or move it away."
        raise UnavailableError("config.unreadable", f"Cannot read {path}: {reason}.", hint=hint) from error
    if _TABLE not in text:
        text = f"{_TABLE}\n{text}"
    for key, value in keys.items():
        text = with_key(text, key, value)
    return text


def with_key(text: str, key: str, value: str | float | list[str]) -> str:
    """The file with one key of its only table set, in its old place or right below the table's head."""
    line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
    replaced, found = re.subn(rf"(?m)^{key}\s*=.*$", lambda _: line, text, count=1)
    return replaced if found else text.replace(_TABLE, f"{_TABLE}\n{line}", 1)
