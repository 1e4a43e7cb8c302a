"""Whether the ports of the configuration can be had, and what to do where not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import click

from playhead.base.addresses import Address
from playhead.base.config import line_of
from playhead.base.errors import UnavailableError
from playhead.cli.console import done, emit_json, notice, table
from playhead.cli.places import PremisesPlaces, Running
from playhead.cli.ports import why_not
from playhead.cli.settings import PremisesSettings
from playhead.environment.collisions import borrowed
from playhead.environment.installation import Listener
from playhead.environment.occupied import Occupant, occupants
from playhead.environment.ports import port_of

_TAKEN: Final = "taken"
_CODES: Final = {_TAKEN: "net.port_taken", "cannot be used": "net.address_unusable", "": "net.port_forbidden"}
"""By what `why_not` says."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One configured port of this machine."""

    key: str
    listener: Listener
    state: str
    """``listening``: our server has it. ``free``. Otherwise why it cannot be had."""
    remedy: str
    """What frees it; empty where nothing is wrong, or that is not known."""

    @property
    def is_well(self) -> bool:
        """Whether the server has the port, or can have it."""
        return self.state in {"listening", "free"}


def look(settings: PremisesSettings, server: Running | None) -> list[Looked]:
    """Every port that the settings name, as it is now; those that the system chooses are none.

    Args:
        settings: of the server.
        server: what it says of itself; None where it does not run.
    """
    return [_look(key, one, server) for key, one in settings.listening().items() if one.port]


def _look(key: str, listener: Listener, server: Running | None) -> Looked:
    reason = why_not(listener.host, listener.port)
    if not reason:
        return Looked(key, listener, "free", "")
    if _TAKEN not in reason:
        remedy = "start as root, grant CAP_NET_BIND_SERVICE, or set a port from 1024 on" if "root" in reason else ""
        return Looked(key, listener, reason, remedy)
    found = occupants(listener.port)
    if server is not None and _is_of(server, listener, found):
        return Looked(key, listener, "listening", "")
    return Looked(key, listener, reason, next((one.remedy for one in found if one.remedy), ""))


def _is_of(server: Running, listener: Listener, found: Sequence[Occupant]) -> bool:
    """Whether the server has a port: by the process, or where we are not told that, by what the server says."""
    if any(one.process is not None for one in found):
        return any(one.process == server.process for one in found)
    return str(Address(listener.host, listener.port)) in server.listeners.values()


def require_free_ports(places: PremisesPlaces, settings: PremisesSettings) -> None:
    """Refuse to start where a port cannot be had: better all of them at once than one after the other.

    Raises:
        UnavailableError: ``net.port_taken``, ``net.port_forbidden`` or ``net.address_unusable``, of the first.
    """
    wrong = [one for one in look(settings, running_here(places)) if not one.is_well]
    if not wrong:
        return  # also where this very server runs already, which its lock says better
    code = next(code for word, code in _CODES.items() if word in wrong[0].state)
    message = " ".join(f"Port {one.listener.port} ({_purpose(one.listener)}) {one.state}." for one in wrong)
    remedies = dict.fromkeys(one.remedy for one in wrong if one.remedy)
    mend = f"Try: {'; '.join(remedies)}. " if remedies else ""
    keys = ", ".join(f"{one.key} ({place_of(places, one.key)})" for one in wrong)
    raise UnavailableError(code, message, hint=f"{mend}Or set another port: {keys}.")


def notice_borrowed(places: PremisesPlaces, settings: PremisesSettings) -> None:
    """Say which service stands at the port of another one."""
    listening = settings.listening()
    keys = {listener: key for key, listener in listening.items()}
    for listener, row in borrowed([*listening.values()]):
        key = keys[listener]
        own = port_of(listener.service).number
        notice(
            f"{place_of(places, key)}: {key}: port {listener.port} is the one of {row.purpose} ({row.module}). "
            f"Whoever opens firewalls by the requirements page opens the wrong one; {own} is its own."
        )


def show_occupancy(places: PremisesPlaces, *, as_json: bool) -> int:
    """Print who has each configured port; the exit code."""
    settings = PremisesSettings.load(places)
    found = look(settings, running_here(places))
    if as_json:
        emit_json(
            [
                {
                    "service": one.listener.service.value,
                    "host": one.listener.host,
                    "port": one.listener.port,
                    "key": one.key,
                    "state": one.state,
                    "mend": one.remedy or None,
                }
                for one in found
            ]
        )
    else:
        rows = [[str(one.listener.port), one.listener.host, one.key, one.state, one.remedy] for one in found]
        click.echo(table(["PORT", "AT", "KEY", "STATE", "TO FREE IT"], rows))
    notice_borrowed(places, settings)
    wrong = [one for one in found if not one.is_well]
    if wrong:
        notice("Not every port can be had.")
        return 1
    done("Every port is the server's, or free for it.")
    return 0


def running_here(places: PremisesPlaces) -> Running | None:
    """The server that runs on this machine with this data folder."""
    try:
        return Running.read(places)
    except UnavailableError:
        return None


def place_of(places: PremisesPlaces, key: str) -> str:
    """The file and line of a key of the configuration, or the file alone."""
    line = line_of(places.config.read_text(), key) if places.config.exists() else None
    return str(places.config) if line is None else f"{places.config}, line {line}"


def _purpose(listener: Listener) -> str:
    return port_of(listener.service).purpose
