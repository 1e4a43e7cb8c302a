"""What the doctor says: findings, and the report of one machine at one time."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, cast

import msgspec
from msgspec import Meta

from playhead.base.errors import CorruptError

FINDINGS_MAX: Final = 256
"""In one report: every port of the registry for each of a dozen addresses, and everything else besides."""
EVIDENCE_MAX: Final = 32
"""Named figures of one finding."""
REPORT_BYTES_MAX: Final = 96 * 1024
"""Of a report's JSON: it travels in one control frame of the screen protocol."""
CODE_CHARS_MAX: Final = 64
TEXT_CHARS_MAX: Final = 2048
"""Of each text for a person."""

_Code = Annotated[str, Meta(pattern=r"^[a-z_]+\.[a-z0-9_]+$", max_length=CODE_CHARS_MAX)]
_Text = Annotated[str, Meta(max_length=TEXT_CHARS_MAX)]
_Name = Annotated[str, Meta(max_length=128)]

Value = str | int | float | bool
"""Of evidence."""


class Severity(StrEnum):
    """How bad a finding is for recordings."""

    OK = "ok"
    INFO = "info"
    """Worth knowing; nothing is wrong."""
    WARNING = "warning"
    """Recordings are made, and will not be for ever, or not as they should be."""
    ERROR = "error"
    """Recordings are missing, or will be."""

    @property
    def rank(self) -> int:
        """Larger is worse."""
        return list(Severity).index(self)


class Role(StrEnum):
    """What the examined machine is."""

    WORKSTATION = "workstation"
    PREMISES = "premises"
    CLOUD = "cloud"


class Finding(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One thing that was looked at. Made by `playhead.environment.doctor.codes.finding`."""

    code: _Code
    """``area.what``, stable."""
    severity: Severity
    subject: _Text
    """What was looked at, such as ``5633 screen → 10.9.0.5``."""
    message: _Text
    """What was seen."""
    meaning: _Text
    """What that means for recordings."""
    mend: _Text | None = None
    """The command or act that mends it; None where there is nothing to mend."""
    evidence: Annotated[
        Mapping[_Name, Annotated[str, Meta(max_length=TEXT_CHARS_MAX)] | int | float | bool],
        Meta(max_length=EVIDENCE_MAX),
    ] = {}
    """What was measured, by name; units stand in the names (``_ms``, ``_bytes``, ``_us``)."""

    @property
    def is_problem(self) -> bool:
        """Whether somebody should see to it: a warning or an error."""
        return self.severity.rank >= Severity.WARNING.rank

    def at_most(self, severity: Severity) -> "Finding":
        """The same, and no worse than that: for what recordings do not depend on."""
        return self if self.severity.rank <= severity.rank else msgspec.structs.replace(self, severity=severity)


class Report(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What was found on one machine."""

    machine: _Name
    role: Role
    version: _Name
    """Of the program that looked."""
    at: Annotated[datetime, Meta(tz=True)]
    elapsed_ms: Annotated[int, Meta(ge=0)]
    findings: Annotated[tuple[Finding, ...], Meta(max_length=FINDINGS_MAX)]
    """Worst first."""

    @property
    def worst(self) -> Severity:
        """The worst of the findings; `Severity.OK` where there are none."""
        return max((one.severity for one in self.findings), key=lambda severity: severity.rank, default=Severity.OK)

    @property
    def exit_code(self) -> int:
        """For scripts: 0 where nothing is wrong, 1 with warnings, 2 with errors."""
        return {Severity.WARNING: 1, Severity.ERROR: 2}.get(self.worst, 0)

    def as_json(self) -> bytes:
        """In camelCase, without spaces; the same report gives the same bytes."""
        return msgspec.json.encode(self)

    def as_plain(self) -> dict[str, Any]:
        """The same as values of JSON."""
        return cast("dict[str, Any]", msgspec.to_builtins(self))

    @classmethod
    def from_json(cls, data: bytes | str) -> "Report":
        """What `as_json` gave, perhaps on another machine.

        Raises:
            CorruptError: ``doctor.report``: it is too long, or no report.
        """
        if len(data) > REPORT_BYTES_MAX:
            raise CorruptError("doctor.report", f"A report takes at most {REPORT_BYTES_MAX} bytes.")
        try:
            return msgspec.json.decode(data, type=cls)
        except msgspec.MsgspecError as error:
            raise CorruptError("doctor.report", f"This is no report of the doctor: {error}.") from error
