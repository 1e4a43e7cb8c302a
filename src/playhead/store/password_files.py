"""Passwords that an operator keeps in files, so that they stand in no configuration."""

from pathlib import Path
from typing import Final

from playhead.base.errors import InvalidInputError, UnavailableError

PASSWORD_BYTES_MAX: Final = 1_024


def read_password(path: Path, code: str, *, hint: str = "") -> str:
    """The password in a file; blanks and line ends around it are not of it. Blocks shortly.

    Args:
        path: the file.
        code: of the errors.
        hint: likewise.

    Raises:
        UnavailableError: it cannot be read.
        InvalidInputError: there is no password in it.
    """
    try:
        with path.open("rb") as file:
            password = file.read(PASSWORD_BYTES_MAX + 1).strip().decode()
    except OSError as error:
        raise UnavailableError(code, f"Cannot read {path}: {error.strerror}.", hint=hint) from error
    except UnicodeDecodeError:
        password = ""
    if not 1 <= len(password) <= PASSWORD_BYTES_MAX:
        raise InvalidInputError(code, f"There is no password in {path}.", hint=hint)
    return password
