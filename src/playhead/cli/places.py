"""Where each role keeps its things below a data folder, and how commands find a server that runs on this machine."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

import msgspec

from playhead.base.errors import UnavailableError


@dataclass(frozen=True, slots=True)
class PremisesPlaces:
    """The premises server's part of a data folder."""

    root: Path

    @property
    def config(self) -> Path:
        """Optional settings; every key is in docs/configuration.md."""
        return self.root / "premises.toml"

    @property
    def catalogue(self) -> Path:
        """The SQLite catalogue."""
        return self.root / "premises" / "catalogue.db"

    @property
    def recordings(self) -> Path:
        """The ``.vid`` files."""
        return self.root / "premises" / "recordings"

    @property
    def exports(self) -> Path:
        """Files that somebody asked for in the portal, for an hour; emptied at every start."""
        return self.root / "premises" / "exports"

    @property
    def audit_head(self) -> Path:
        """The newest entry of the audit log, signed."""
        return self.root / "premises" / "audit-head.json"

    @property
    def erasures(self) -> Path:
        """Certificates of everything that was erased, so that no backup of the catalogue brings it back."""
        return self.root / "premises" / "erasures"

    @property
    def cloud(self) -> Path:
        """Who this site is to the cloud that it has joined."""
        return self.root / "premises" / "cloud"

    @property
    def logs(self) -> Path:
        """The lines of every machine."""
        return self.root / "premises" / "logs"

    @property
    def analytics(self) -> Path:
        """What workstations told of their desktops."""
        return self.root / "premises" / "analytics"

    @property
    def server_id(self) -> Path:
        """Which of the site's servers this is: not to be copied to another."""
        return self.root / "premises" / "server-id"

    @property
    def ballast(self) -> Path:
        """Room for the catalogue when something else has filled the disk."""
        return self.root / "premises" / "ballast"

    @property
    def keys(self) -> Path:
        """The site's keys: without them nothing can be played."""
        return self.root / "premises" / "keys"

    @property
    def lock_folder(self) -> Path:
        """Locked by the one server that may run here."""
        return self.root / "premises"

    @property
    def running(self) -> Path:
        """Written while the server runs."""
        return self.root / "premises" / "running.json"

    def make(self) -> None:
        """Make the folders, readable by their owner alone."""
        self.recordings.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.keys.mkdir(mode=0o700, parents=True, exist_ok=True)

    def require(self) -> None:
        """Refuse to work on a folder in which no premises server ever ran.

        Raises:
            UnavailableError: ``data.no_premises``.
        """
        if not self.catalogue.exists() and not self.server_id.exists():  # the catalogue may be in a database
            hint = "Start one with `playhead up` or `playhead demo`, or name its folder with --data."
            raise UnavailableError("data.no_premises", f"There is no premises server's data in {self.root}.", hint=hint)


@dataclass(frozen=True, slots=True)
class Running:
    """What a running premises server tells the other commands on its machine."""

    process: int
    portal: str
    """Base address of the portal and its API."""
    screen_port: int
    https: str = ""
    """The same over HTTPS; empty where it is not spoken."""
    listeners: Mapping[str, str] = field(default_factory=dict[str, str])
    """Address that each service listens on, by the service's name in the port registry."""

    def write(self, path: Path) -> None:
        """Leave it for other commands, all or nothing."""
        beside = path.with_suffix(".new")
        beside.write_bytes(msgspec.json.encode(asdict(self)))
        beside.replace(path)

    @classmethod
    def read(cls, places: PremisesPlaces) -> Self:
        """The server that runs on this machine with this data folder.

        Raises:
            UnavailableError: ``server.not_running``.
        """
        hint = "Start it with `playhead up`, or name another data folder with --data."
        message = f"No premises server is running with {places.root}."
        try:
            running = msgspec.json.decode(places.running.read_bytes(), type=cls)
        except (FileNotFoundError, msgspec.MsgspecError):
            raise UnavailableError("server.not_running", message, hint=hint) from None
        try:
            os.kill(running.process, 0)
        except ProcessLookupError:
            raise UnavailableError("server.not_running", message, hint=hint) from None
        except PermissionError:
            pass  # it runs, as somebody else
        return running
