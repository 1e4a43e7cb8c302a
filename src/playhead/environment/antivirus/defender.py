r"""Microsoft Defender Antivirus: PowerShell, the registry form of the group policy, and an Intune profile.

Defender knows no exclusion for one kind of scan alone: its paths hold for both. A path may hold wildcards in its last
parts: ``C:\Data\*.vid`` is of that folder, ``C:\Data\*\*.vid`` of those right below.
"""

import json
from typing import Final

from playhead.environment.antivirus.exclusions import EVERYWHERE, Exclusion, Kind

_POLICY: Final = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Exclusions"
_INTUNE: Final = "./Device/Vendor/MSFT/Policy/Config/Defender"


def render_powershell(rows: tuple[Exclusion, ...], *, remove: bool = False) -> str:
    """A script that adds the exclusions, or takes them away. What is there already is passed over."""
    command = "Remove-MpPreference" if remove else "Add-MpPreference"
    lines = ["#Requires -RunAsAdministrator", "$ErrorActionPreference = 'Stop'"]
    for row in rows:
        lines += ["", f"# {row.service}: {row.why}"]
        if row.warning:
            lines.append(f"# WARNING: {row.warning}")
        lines.append(f"{command} -{_preference(row)}")
    return "\r\n".join([*lines, ""])


def render_registry(rows: tuple[Exclusion, ...]) -> str:
    """A ``.reg`` file with what the group policy "Path Exclusions" and "Process Exclusions" set."""
    lines = ["Windows Registry Editor Version 5.00", "", f"[{_POLICY}]"]
    lines += ['"Exclusions_Paths"=dword:00000001', '"Exclusions_Processes"=dword:00000001']
    for key, kinds in (("Paths", {Kind.FOLDER, Kind.FILES}), ("Processes", {Kind.PROCESS})):
        lines += ["", rf"[{_POLICY}\{key}]"]
        lines += [f'"{_escaped(row.text)}"="0"' for row in rows if row.kind in kinds]
    return "\r\n".join([*lines, ""])


def render_intune(rows: tuple[Exclusion, ...]) -> str:
    """A custom configuration profile (OMA-URI) as Microsoft Graph takes it."""
    settings = [
        {
            "@odata.type": "#microsoft.graph.omaSettingString",
            "displayName": f"Playhead: {title}",
            "omaUri": f"{_INTUNE}/{name}",
            "value": "|".join(row.text for row in rows if row.kind in kinds),
        }
        for title, name, kinds in (
            ("paths", "ExcludedPaths", {Kind.FOLDER, Kind.FILES}),
            ("processes", "ExcludedProcesses", {Kind.PROCESS}),
        )
        if any(row.kind in kinds for row in rows)
    ]
    profile = {
        "@odata.type": "#microsoft.graph.windows10CustomConfiguration",
        "displayName": "Playhead antivirus exclusions",
        "omaSettings": settings,
    }
    return json.dumps(profile, indent=2, ensure_ascii=False) + "\n"


def _preference(row: Exclusion) -> str:
    if row.kind is Kind.PROCESS:
        return f"ExclusionProcess {_quoted(row.text)}"
    if row.path == EVERYWHERE:
        return f"ExclusionExtension {_quoted(row.pattern.removeprefix('*.'))}"
    return f"ExclusionPath {_quoted(row.text)}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
