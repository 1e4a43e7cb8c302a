"""Where the cloud keeps its things below a data folder."""

from dataclasses import dataclass
from pathlib import Path

from playhead.base.errors import UnavailableError


@dataclass(frozen=True, slots=True)
class CloudPlaces:
    """The cloud's part of a data folder."""

    root: Path

    @property
    def config(self) -> Path:
        """Optional settings; every key is in docs/configuration.md."""
        return self.root / "cloud.toml"

    @property
    def control(self) -> Path:
        """The control catalogue: tenants, sites, who may connect."""
        return self.root / "cloud" / "control.sqlite"

    @property
    def tenants(self) -> Path:
        """A folder with a catalogue for each tenant."""
        return self.root / "cloud" / "tenants"

    @property
    def keys(self) -> Path:
        """The cloud's own keys: without them every site has to be enrolled anew."""
        return self.root / "cloud" / "keys"

    @property
    def tenant_keys(self) -> Path:
        """A folder with keys for each tenant."""
        return self.root / "cloud" / "tenant-keys"

    @property
    def web_keys(self) -> Path:
        """The certificate that browsers are shown where the operator names none."""
        return self.root / "cloud" / "web-keys"

    @property
    def exports(self) -> Path:
        """Files that are made to be taken away, for a while; a folder for each tenant. They are in the clear."""
        return self.root / "cloud" / "exports"

    @property
    def lock_folder(self) -> Path:
        """Locked by the one process that may run on files of SQLite."""
        return self.root / "cloud"

    @property
    def status(self) -> Path:
        """What a running process tells other commands."""
        return self.root / "cloud" / "status.json"

    def make(self) -> None:
        """Make the folders, readable by their owner alone."""
        for folder in (self.lock_folder, self.tenants, self.keys, self.tenant_keys, self.web_keys, self.exports):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def require(self) -> None:
        """Refuse to work on a folder in which no cloud ever ran.

        Raises:
            UnavailableError: ``data.no_cloud``.
        """
        if not self.control.exists() and not self.tenant_keys.is_dir():  # the catalogue may be in a database
            hint = "Begin with `playhead cloud tenant add`, or name the folder with --data."
            raise UnavailableError("data.no_cloud", f"There is no cloud's data in {self.root}.", hint=hint)
