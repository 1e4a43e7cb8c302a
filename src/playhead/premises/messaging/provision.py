"""What a broker needs for Playhead, as RabbitMQ's definitions: queues, and accounts that may do no more than they must.

https://www.rabbitmq.com/docs/definitions and https://www.rabbitmq.com/docs/access-control. Pure: salts are arguments.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from playhead.base.errors import InvalidInputError
from playhead.domain.commands import AGE_US_MAX
from playhead.net.messaging.rabbitmq import COMMANDS, DEAD, EVENTS
from playhead.net.messaging.transport import DELIVERIES_MAX

SERVER: Final = "playhead"
"""The premises server's account."""

WAITING_MAX: Final = 10_000
"""Commands that wait; more are refused to who sends them. Dead letters that wait to be taken; the oldest goes."""

QUEUE_MAX: Final = 1_000_000
"""Events that wait in one queue of a program; the oldest goes, so that a program that is away stops nobody."""

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?")
_SALT_BYTES: Final = 4


class Account(StrEnum):
    """What an account is for."""

    SERVER = "server"
    INTEGRATOR = "integrator"
    """Subscribes to events, and gives commands: a user of the same name says which."""
    SUBSCRIBER = "subscriber"
    """Subscribes to events alone."""


@dataclass(frozen=True, slots=True)
class Login:
    """An account."""

    name: str
    kind: Account
    password: str = field(repr=False)
    salt: bytes = field(repr=False)
    """4 bytes, others for each."""

    def __post_init__(self) -> None:
        if _NAME.fullmatch(self.name) is None or len(self.salt) != _SALT_BYTES:
            hint = "Use 1 to 63 of a-z, 0-9, hyphen and underscore; a user of Playhead who gives commands is called so."
            raise InvalidInputError("messaging.account", f"No account can be called {self.name[:64]!r}.", hint=hint)
        if (self.name == SERVER) != (self.kind is Account.SERVER):
            raise InvalidInputError("messaging.account", f"{SERVER!r} is the server's own account.")


def definitions(vhost: str, logins: Sequence[Login]) -> dict[str, Any]:
    """All that a broker is told. Importing it twice is importing it once."""
    return {
        "vhosts": [{"name": vhost}],
        "users": [_user(login) for login in logins],
        "permissions": [{"user": one.name, "vhost": vhost, **_permission(one)} for one in logins],
        "topic_permissions": [
            {"user": one.name, "vhost": vhost, "exchange": exchange, "read": read, "write": write}
            for one in logins
            for exchange, read, write in _TOPICS[one.kind]
        ],
        "exchanges": [_exchange(vhost, name) for name in (EVENTS, COMMANDS, DEAD)],
        "queues": [_queue(vhost, name, arguments) for name, arguments in _QUEUES.items()],
        "bindings": [_binding(vhost, COMMANDS, "playhead.command.#"), _binding(vhost, DEAD, "#")],
        "policies": [
            {
                "vhost": vhost,
                "name": "programs",
                "pattern": "^(?!playhead\\.)",
                "apply-to": "queues",
                "priority": 0,
                "definition": {"max-length": QUEUE_MAX, "overflow": "drop-head"},
            }
        ],
    }


def hashed(password: str, salt: bytes) -> str:
    """A password as RabbitMQ keeps it: base64 of the salt and SHA-256 of salt and password."""
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


_TOPICS: Final = {
    Account.SERVER: ((EVENTS, "^$", "^playhead\\."), (COMMANDS, "^$", "^$")),
    Account.INTEGRATOR: ((EVENTS, ".*", "^$"), (COMMANDS, "^$", "^playhead\\.command\\.")),
    Account.SUBSCRIBER: ((EVENTS, ".*", "^$"), (COMMANDS, "^$", "^$")),
}
"""Exchange, and which routing keys may be read (bound) and written (sent)."""

_QUEUES: Final[Mapping[str, Mapping[str, str | int]]] = {
    COMMANDS: {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERIES_MAX,
        "x-dead-letter-exchange": DEAD,
        "x-message-ttl": AGE_US_MAX // 1000,
        "x-max-length": WAITING_MAX,
        "x-overflow": "reject-publish",
    },
    DEAD: {"x-queue-type": "quorum", "x-max-length": WAITING_MAX, "x-overflow": "drop-head"},
}


def _permission(login: Login) -> dict[str, str]:
    """Three regular expressions of names: what may be declared, written to and read from."""
    if login.kind is Account.SERVER:
        return {"configure": "^$", "write": _any(EVENTS, "amq.default"), "read": _any(COMMANDS, DEAD)}
    own = f"{re.escape(login.name)}\\..+|amq\\.gen-.+"
    writes = f"|{re.escape(COMMANDS)}" if login.kind is Account.INTEGRATOR else ""
    return {"configure": f"^({own})$", "write": f"^({own}{writes})$", "read": f"^({own}|{re.escape(EVENTS)})$"}


def _any(*names: str) -> str:
    return f"^({'|'.join(re.escape(name) for name in names)})$"


def _user(login: Login) -> dict[str, Any]:
    return {
        "name": login.name,
        "password_hash": hashed(login.password, login.salt),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": [],
        "limits": {},
    }


def _exchange(vhost: str, name: str) -> dict[str, Any]:
    return {
        "name": name, "vhost": vhost, "type": "topic", "durable": True, "auto_delete": False,
        "internal": name == DEAD, "arguments": {},
    }  # fmt: skip


def _queue(vhost: str, name: str, arguments: Mapping[str, str | int]) -> dict[str, Any]:
    return {"name": name, "vhost": vhost, "durable": True, "auto_delete": False, "arguments": dict(arguments)}


def _binding(vhost: str, name: str, key: str) -> dict[str, Any]:
    return {
        "source": name, "vhost": vhost, "destination": name, "destination_type": "queue", "routing_key": key,
        "arguments": {},
    }  # fmt: skip
