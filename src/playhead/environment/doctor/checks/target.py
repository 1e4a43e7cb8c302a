"""A port of a peer, as findings about it speak of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from playhead.base.addresses import Address
from playhead.environment.doctor.checks.reaching import Outcome, Reached
from playhead.environment.doctor.codes import finding
from playhead.environment.doctor.findings import Finding, Severity, Value
from playhead.environment.firewall.rules import rule_name
from playhead.environment.ports import Service, port_of


@dataclass(frozen=True, slots=True)
class Target:
    """A service on a machine."""

    service: Service
    host: str
    """As it is configured, or a person types it."""
    address: str
    """Numeric."""
    port: int

    @property
    def subject(self) -> str:
        """How findings call it."""
        return f"{self.port} {self.service} → {self.host}"

    @property
    def numeric(self) -> Address:
        """Where to connect to."""
        return Address(self.address, self.port)

    def find(self, code: str, message: str, /, *, severity: Severity | None = None, **evidence: Value) -> Finding:
        """A finding about it, with what every mend of a port may name."""
        row = port_of(self.service)
        facts: dict[str, Value] = {
            "service": self.service.value,
            "port": self.port,
            "address": self.address,
            "rule": rule_name(self.service),
            "open_at": ", ".join(row.open_at),
            "purpose": row.purpose,
        }
        return finding(code, self.subject, message, severity=severity, **facts, **evidence)

    def unreached(self, reached: Reached) -> Sequence[Finding]:
        """What an attempt that did not end in a connection means."""
        code = {Outcome.REFUSED: "port.refused", Outcome.DROPPED: "port.dropped"}.get(
            reached.outcome, "port.unroutable"
        )
        message = {
            "port.refused": f"{self.numeric} refuses the connection.",
            "port.dropped": f"{self.numeric} does not answer at all ({reached.reason}).",
            "port.unroutable": f"{self.numeric} cannot be reached: {reached.reason}.",
        }[code]
        return [self.find(code, message, took_ms=reached.took_ms)]
