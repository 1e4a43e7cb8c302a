"""Every form in which exclusions can be had, by name."""

import json
from collections.abc import Callable
from typing import Final

from playhead.environment.antivirus import clamav, defender, neutral
from playhead.environment.antivirus.exclusions import Exclusion

Writer = Callable[[tuple[Exclusion, ...]], str]

FORMS: Final[dict[str, tuple[str, Writer]]] = {
    "markdown": ("a table to read", neutral.as_markdown),
    "csv": ("a spreadsheet", neutral.as_csv),
    "json": ("a program", lambda rows: json.dumps(neutral.as_plain(rows), indent=2, ensure_ascii=False) + "\n"),
    "defender": ("Microsoft Defender, PowerShell", defender.render_powershell),
    "registry": ("Microsoft Defender, group policy", defender.render_registry),
    "intune": ("Microsoft Defender, Intune", defender.render_intune),
    "clamav": ("ClamAV, clamd.conf", lambda rows: clamav.render(rows, account="")),
    "clamscan": ("ClamAV, options of clamscan", lambda rows: "\n".join([*clamav.options(rows), ""])),
}
"""What it is for, and its writer."""
