"""How a place for objects is named in a configuration, and how it is opened."""

import configparser
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from msgspec import Meta

from playhead.base.clock import Clock
from playhead.base.config import KeyFaultError, Section
from playhead.base.errors import InvalidInputError, RefusedError, UnavailableError
from playhead.store.disk import Disk
from playhead.store.objects.folder import FolderStore
from playhead.store.objects.interface import ObjectStore
from playhead.store.objects.s3 import S3Store
from playhead.store.objects.signing import Credentials

_S3: Final = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[A-Za-z0-9._-]+)*")
_FOLDER: Final = re.compile(r"file://(?:/[A-Za-z0-9._-]+)+")

_HOW: Final = "Give a file with aws_access_key_id and aws_secret_access_key, or set the variables of the environment."


class StoreConfig(Section, frozen=True):
    """Where objects are kept."""

    url: Annotated[
        str,
        Meta(
            description=(
                "`s3://bucket/prefix`, or `file:///folder` for another disk or a share. Each object's location begins "
                "with it. Empty: nowhere."
            )
        ),
    ] = ""
    endpoint: Annotated[
        str,
        Meta(description="Of a server that is not Amazon's: scheme, host, port. `http` on one machine only."),
    ] = ""
    region: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,63}$", description="Of the bucket.")] = "us-east-1"
    credentials: Annotated[
        Path | None,
        Meta(
            description=(
                "File with `aws_access_key_id`, `aws_secret_access_key` and maybe `aws_session_token`, readable by the "
                "server alone. Left out: `AWS_ACCESS_KEY_ID` and the like in the environment."
            )
        ),
    ] = None
    storage_class: Annotated[
        str,
        Meta(
            pattern=r"^[A-Z_]{0,32}$",
            description=(
                "For new objects, such as `STANDARD_IA` or `GLACIER_IR`. Not one that takes hours to read from."
            ),
        ),
    ] = ""

    def __post_init__(self) -> None:
        """What is said fits together."""
        if self.url and not (_S3.fullmatch(self.url) or _FOLDER.fullmatch(self.url)):
            message = "Write s3://bucket, s3://bucket/prefix or file:///folder, of letters, digits, dots and dashes."
            raise KeyFaultError(["url"], message)
        if self.endpoint and urlsplit(self.endpoint).scheme not in {"http", "https"}:
            raise KeyFaultError(["endpoint"], "Write it with its scheme, such as https://s3.example:9000.")


def open_store(
    config: StoreConfig, *, disk: Disk, clock: Clock, environment: Mapping[str, str] = os.environ
) -> ObjectStore:
    """The store that a configuration names. Credentials are read when they are needed, as `read_credentials`."""
    parts = urlsplit(config.url)
    if parts.scheme == "file":
        return FolderStore(Path(parts.path), disk)
    return S3Store(
        parts.netloc,
        parts.path.strip("/"),
        endpoint=config.endpoint,
        region=config.region,
        credentials=lambda: read_credentials(config.credentials, environment),
        storage_class=config.storage_class,
        clock=clock,
    )


def read_credentials(path: Path | None, environment: Mapping[str, str]) -> Credentials:
    """From a file as Amazon's tools keep it (its first profile), or the environment.

    Raises:
        RefusedError: ``objects.credentials_open``: others may read the file with them.
        InvalidInputError: ``objects.credentials``: there are none.
        UnavailableError: ``objects.credentials_unreadable``.
    """
    found = environment if path is None else _profile(path)
    key_id = found.get("AWS_ACCESS_KEY_ID", "")
    secret = found.get("AWS_SECRET_ACCESS_KEY", "")
    if not key_id or not secret:
        where = "the environment" if path is None else str(path)
        raise InvalidInputError("objects.credentials", f"There are no credentials of S3 in {where}.", hint=_HOW)
    return Credentials(key_id, secret, found.get("AWS_SESSION_TOKEN", ""))


def _profile(path: Path) -> dict[str, str]:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise UnavailableError("objects.credentials_unreadable", f"Cannot read {path}: {reason}.", hint=_HOW) from None
    if mode & 0o077:
        text = f"{path} may be read by other users (mode {mode:04o})."
        raise RefusedError("objects.credentials_open", text, hint=f"Run: chmod 600 {path}")
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text if text.lstrip().startswith("[") else f"[default]\n{text}")
    except configparser.Error:
        raise InvalidInputError("objects.credentials", f"{path} is no file of credentials.", hint=_HOW) from None
    first = next(iter(parser.sections()), None)
    return {} if first is None else {name.upper(): value for name, value in parser[first].items()}
