"""The broker as the settings have it."""

import ssl

from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.net.messaging import Broker
from playhead.premises.messaging.config import MessagingConfig
from playhead.store.password_files import read_password


def read_broker(config: MessagingConfig) -> Broker:
    """Where it is, and as whom, with the password from its file.

    Raises:
        InvalidInputError: ``messaging.password_file``: none is named, or it holds something else.
        UnavailableError: ``messaging.password_file``, ``messaging.authority``: it cannot be read.
    """
    return Broker(
        config.broker.host, config.broker.port, config.vhost, config.user, _password(config), _context(config)
    )


def _password(config: MessagingConfig) -> str:
    hint = "`playhead messaging provision` makes it; name it in [messaging] password_file."
    path = config.password_file
    if path is None:
        raise InvalidInputError("messaging.password_file", "No password file is named.", hint=hint)
    return read_password(path, "messaging.password_file", hint=hint)


def _context(config: MessagingConfig) -> ssl.SSLContext | None:
    if config.security == "plain":
        return None
    try:
        context = ssl.create_default_context(cafile=config.authority)
    except OSError as error:
        reason = error.strerror or str(error)
        text = f"The certificates in {config.authority} cannot be used: {reason}."
        raise UnavailableError("messaging.authority", text, hint="Name a PEM file in [messaging] authority.") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
