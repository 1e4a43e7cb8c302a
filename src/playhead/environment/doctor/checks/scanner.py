"""Whether the virus scanner that is installed leaves our files alone, as its settings say: nothing is scanned here."""

from collections.abc import Sequence
from pathlib import Path

from playhead.environment.antivirus.exclusions import Exclusion
from playhead.environment.antivirus.scanner import find_scanner
from playhead.environment.antivirus.settings import Subject, look_at_settings, owner_of
from playhead.environment.antivirus.verify import look_at_folders
from playhead.environment.doctor.findings import Finding


def look_at_exclusions(rows: tuple[Exclusion, ...], folder: Path) -> Sequence[Finding]:
    """Findings where a scanner is installed; none otherwise. `playhead environment antivirus verify` proves it.

    Args:
        rows: what is to be left alone.
        folder: of ours, whose owner is the service's account.
    """
    scanner = find_scanner()
    if scanner is None:
        return []
    subject = Subject(rows, owner_of(folder))
    return [*look_at_settings(scanner, subject), *look_at_folders(subject)]
