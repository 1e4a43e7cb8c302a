"""``playhead messaging provision``: writes files that only their owner may read."""

import json
import os
import secrets
from pathlib import Path
from typing import Final

from playhead.base.errors import UnavailableError
from playhead.cli.console import done
from playhead.premises.messaging.provision import SERVER, Account, Login, definitions

_PASSWORD_BYTES: Final = 24
_SALT_BYTES: Final = 4


def write_definitions(
    folder: Path, integrators: tuple[str, ...], subscribers: tuple[str, ...], *, vhost: str, renew: bool
) -> None:
    """Write them, and the passwords.

    Raises:
        InvalidInputError: ``messaging.account``.
        UnavailableError: ``messaging.provision``: the folder cannot be written.
    """
    wanted = [(SERVER, Account.SERVER)]
    wanted += [(name, Account.INTEGRATOR) for name in dict.fromkeys(integrators)]
    wanted += [(name, Account.SUBSCRIBER) for name in dict.fromkeys(subscribers) if name not in integrators]
    for name, kind in wanted:
        Login(name, kind, "", bytes(_SALT_BYTES))  # refused before anything is written
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        logins = [
            Login(name, kind, _password(folder / f"{name}.password", renew=renew), secrets.token_bytes(_SALT_BYTES))
            for name, kind in wanted
        ]
        _write(folder / "definitions.json", json.dumps(definitions(vhost, logins), indent=2) + "\n")
    except OSError as error:
        text = f"Cannot write to {folder}: {error.strerror}."
        raise UnavailableError("messaging.provision", text, hint="Name another folder.") from error
    done(f"Give it to the broker: rabbitmqctl import_definitions < {folder / 'definitions.json'}")
    done(f"Name {folder / f'{SERVER}.password'} in [messaging] password_file of premises.toml.")
    for name, kind in wanted[1:]:
        done(f"{name} ({kind}) signs in with the password in {folder / f'{name}.password'}")


def _password(path: Path, *, renew: bool) -> str:
    if path.exists() and not renew:
        return path.read_text(encoding="utf-8").strip()
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    _write(path, f"{password}\n")
    return password


def _write(path: Path, text: str) -> None:
    """All or nothing, readable by the owner alone from the first byte on."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    beside.replace(path)
