"""Exclusion lists of other products, for sites that come from them, with what is wrong and what to use instead."""

from pathlib import PureWindowsPath
from typing import Final

from playhead.environment.antivirus.exclusions import EVERYWHERE, Criterion, Exclusion, Kind

_TEMP = PureWindowsPath(r"C:\temp")
_LOGS = PureWindowsPath(r"C:\Program Files\CallCopy\Logs")
_BY_NAME = "By name alone, any program that calls itself so is excluded. Use the full path of the installed one."

WFO_17: Final[tuple[Exclusion, ...]] = (
    Exclusion(
        Kind.PROCESS,
        PureWindowsPath("cc_screencapserver.exe"),
        "",
        "screen recording",
        (Criterion.LOCKED, Criterion.LARGE),
        "The screen recording server.",
        warning=_BY_NAME,
    ),
    Exclusion(
        Kind.FILES,
        EVERYWHERE,
        "*.vid",
        "screen recording",
        (Criterion.LARGE,),
        "Recordings that are being written.",
        warning=f"An extension in every folder hides whatever is given that name. Use {_TEMP}\\*.vid.",
    ),
    Exclusion(
        Kind.FOLDER,
        _TEMP,
        "",
        "screen recording",
        (Criterion.LARGE, Criterion.TEMPORARY),
        "Where recordings are collected before they are moved (its default).",
        warning=(
            "Every user may write there, so anything can hide there. Move the recordings to a folder that only the "
            "service may write to, and exclude *.vid in that one."
        ),
    ),
    Exclusion(
        Kind.PROCESS,
        PureWindowsPath("cc_loggerservice.exe"),
        "",
        "logging",
        (Criterion.LOCKED,),
        "The logging server.",
        warning=_BY_NAME,
    ),
    Exclusion(
        Kind.FILES,
        EVERYWHERE,
        "*.log",
        "logging",
        (Criterion.LOCKED,),
        "Logs that are being written.",
        warning=f"An extension in every folder hides whatever is given that name. Use {_LOGS}\\*.log.",
    ),
    Exclusion(
        Kind.FOLDER,
        _LOGS,
        "",
        "logging",
        (Criterion.LOCKED, Criterion.LARGE),
        "Where the logs lie (its default).",
    ),
)
"""inContact WFO 17.1, on the premises server."""

PROFILES: Final = {"wfo-17": WFO_17}
