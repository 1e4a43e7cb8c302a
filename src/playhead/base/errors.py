"""A small closed set of errors, each with a stable code that outlives its wording.

Foreign errors are turned into one of these at the border where they enter. The *kind* (the class) says who has to
act; the *code* (``area.what``) is what programs and support pages match on; the *hint* is the sentence that tells a
person what to do next.
"""


class PlayheadError(Exception):
    """Base of every error that Playhead raises on purpose.

    Args:
        code: stable identifier, ``area.what`` in lower case.
        message: one sentence for a person; holds no secret and no stack trace.
        hint: what to do about it, or empty.
    """

    def __init__(self, code: str, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class InvalidInputError(PlayheadError):
    """What was given is malformed; trying again unchanged cannot help."""


class NotFoundError(PlayheadError):
    """The thing named does not exist, or is not visible to the one who asks."""


class RefusedError(PlayheadError):
    """Not permitted: missing, wrong or expired credentials, or a policy against it."""


class ConflictError(PlayheadError):
    """It contradicts the present state (already running, already enrolled, already sealed)."""


class LimitError(PlayheadError):
    """A named limit was reached."""


class UnavailableError(PlayheadError):
    """Something outside is missing for now (network, display, disk space); trying again later may help."""


class CorruptError(PlayheadError):
    """Stored or received bytes are not what was written."""


class ProtocolError(PlayheadError):
    """The peer broke a wire protocol. Our own mistakes are assertions, not this."""
