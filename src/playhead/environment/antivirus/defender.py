r"""Microsoft Defender Antivirus: PowerShell, the registry form of the group policy, and an Intune profile.

Defender knows no exclusion for one kind of scan alone: its paths hold for both. A path may hold wildcards in its last
parts: ``C:\Data\*.vid`` is of that folder, ``C:\Data\*\*.vid`` of those right below.
"""

import json
from dataclasses import dataclass
from typing import Final

from playhead.environment.antivirus.exclusions import EVERYWHERE, Exclusion, Kind

_POLICY: Final = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Exclusions"
_INTUNE: Final = "./Device/Vendor/MSFT/Policy/Config/Defender"
_HERE: Final = '"0"'
"""What the policy's values hold; their names are what counts."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of Defender's three lists."""

    policy: str
    """As group policy, registry and Intune call it."""
    preference: str
    """As PowerShell does."""


_PATHS: Final = _Kind("Paths", "ExclusionPath")
_EXTENSIONS: Final = _Kind("Extensions", "ExclusionExtension")
_PROCESSES: Final = _Kind("Processes", "ExclusionProcess")
_KINDS: Final = (_PATHS, _EXTENSIONS, _PROCESSES)


def render_powershell(rows: tuple[Exclusion, ...], *, remove: bool = False) -> str:
    """A script that adds the exclusions, or takes them away. What is there already is passed over."""
    command = "Remove-MpPreference" if remove else "Add-MpPreference"
    lines = ["#Requires -RunAsAdministrator", "$ErrorActionPreference = 'Stop'"]
    for row in rows:
        lines += ["", f"# {row.service}: {row.why}"]
        if row.warning:
            lines.append(f"# WARNING: {row.warning}")
        lines.append(f"{command} -{_kind_of(row).preference} {_quoted(_value(row))}")
    return "\r\n".join([*lines, ""])


def render_registry(rows: tuple[Exclusion, ...], *, remove: bool = False) -> str:
    """A ``.reg`` file with what the group policies "Path", "Extension" and "Process Exclusions" set, or that unsets it.

    The switches of the policies stay when values are removed: other programs' exclusions hang on them, too.
    """
    lines = ["Windows Registry Editor Version 5.00"]
    named = [(kind, chosen) for kind in _KINDS if (chosen := [row for row in rows if _kind_of(row) is kind])]
    if not remove:
        lines += ["", f"[{_POLICY}]", *(f'"Exclusions_{kind.policy}"=dword:00000001' for kind, _ in named)]
    for kind, chosen in named:
        lines += ["", rf"[{_POLICY}\{kind.policy}]"]
        lines += [f'"{_escaped(_value(row))}"={"-" if remove else _HERE}' for row in chosen]
    return "\r\n".join([*lines, ""])


def render_intune(rows: tuple[Exclusion, ...]) -> str:
    """A custom configuration profile (OMA-URI) as Microsoft Graph takes it."""
    settings = [
        {
            "@odata.type": "#microsoft.graph.omaSettingString",
            "displayName": f"Playhead: {kind.policy.lower()}",
            "omaUri": f"{_INTUNE}/Excluded{kind.policy}",
            "value": "|".join(map(_value, chosen)),
        }
        for kind in _KINDS
        if (chosen := [row for row in rows if _kind_of(row) is kind])
    ]
    profile = {
        "@odata.type": "#microsoft.graph.windows10CustomConfiguration",
        "displayName": "Playhead antivirus exclusions",
        "omaSettings": settings,
    }
    return json.dumps(profile, indent=2, ensure_ascii=False) + "\n"


def _kind_of(row: Exclusion) -> "_Kind":
    if row.kind is Kind.PROCESS:
        return _PROCESSES
    return _EXTENSIONS if row.path == EVERYWHERE else _PATHS


def _value(row: Exclusion) -> str:
    return row.pattern.removeprefix("*.") if _kind_of(row) is _EXTENSIONS else row.text


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
