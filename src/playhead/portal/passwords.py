"""Passwords, hashed by Argon2id (RFC 9106) in threads of their own, few enough that a flood cannot take the memory."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from playhead.base.errors import InvalidInputError, UnavailableError

PASSWORD_CHARS_MIN: Final = 12
"""Unless an operator sets another. NIST SP 800-63B asks for 8 with a second factor and 15 without; every character more
costs a guesser most."""

PASSWORD_CHARS_MAX: Final = 1_024
"""Long enough for any sentence, and an end to what a stranger can have us hash."""

GUESSES_MIN: Final = 10**8
"""Guesses that a password has to stand, as zxcvbn estimates them from lists of what people choose. Behind Argon2id that
is a month of a core's time."""

_SHORT_WORD: Final = 2
"""Names so short are in many words."""

_LOOKED_AT_CHARS: Final = 72
"""How much of a password zxcvbn looks at; its time grows faster than that length."""

HASHING_MAX: Final = 2
"""Passwords hashed at a time; each takes `MEMORY_KIB` and 60 to 150 ms of a core."""

WAITING_MAX: Final = 16
"""Sign-ins that may wait for their turn, about a second; more are asked to come back."""

MEMORY_KIB: Final = 64 * 1024
_PASSES: Final = 3
_LANES: Final = 1

P = ParamSpec("P")
T = TypeVar("T")


class Passwords:
    """Hashes and checks passwords off the event loop.

    The parameters are those that RFC 9106 §4 recommends for machines short of memory (64 MiB, three passes), with one
    lane, because the threads of one hash would only compete with the recorder for the cores.

    Args:
        memory_kib: smaller in tests that are not about strength.
        chars_min: how long a new password has to be.
    """

    def __init__(self, *, memory_kib: int = MEMORY_KIB, chars_min: int = PASSWORD_CHARS_MIN) -> None:
        self.chars_min = chars_min
        self._hasher = PasswordHasher(time_cost=_PASSES, memory_cost=memory_kib, parallelism=_LANES)
        self._threads = ThreadPoolExecutor(HASHING_MAX, thread_name_prefix="password")
        self._under_way = 0
        # Of no password: to hash one would take as long as a sign-in, at every start.
        self._nobody = f"$argon2id$v=19$m={memory_kib},t={_PASSES},p={_LANES}${'A' * 22}${'A' * 43}"

    def close(self) -> None:
        """End the threads; those at work finish first, in a moment."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def hash(self, password: str, about: Sequence[str] = ()) -> str:
        """The encoded hash of a new password.

        Args:
            password: to be hashed.
            about: what a guesser would try with this person, such as their name.

        Raises:
            InvalidInputError: as `check_new`.
            UnavailableError: ``session.busy``.
        """
        check_new(password, about, chars_min=self.chars_min)
        return await self.hash_again(password)

    async def hash_again(self, password: str) -> str:
        """The encoded hash of a password that is in use, whatever is asked of new ones today.

        Raises:
            UnavailableError: ``session.busy``.
        """
        return await self._in_turn(self._hasher.hash, password)

    async def check(self, encoded: str | None, password: str) -> bool:
        """Whether ``password`` is the one that was hashed.

        Args:
            encoded: the stored hash; None for a user who does not exist, and empty for one without a password, which
                takes as long as any other.
            password: what was typed.

        Raises:
            UnavailableError: ``session.busy``.
        """
        if len(password) > PASSWORD_CHARS_MAX:
            password = ""  # wrong, and not hashed at length
        matches = await self._in_turn(self._matches, encoded or self._nobody, password)
        return matches and bool(encoded)

    def outdated(self, encoded: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(encoded)

    def _matches(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_turn(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        if self._under_way >= HASHING_MAX + WAITING_MAX:
            hint = "Try again in a few seconds."
            raise UnavailableError("session.busy", "Too many people are signing in.", hint=hint)
        self._under_way += 1
        future = self._threads.submit(work, *arguments, **named)
        loop = asyncio.get_running_loop()
        # A peer that hangs up does not stop the thread, so the turn is over when the thread is done and not before.
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._turn_over))
        return await asyncio.shield(asyncio.wrap_future(future))

    def _turn_over(self) -> None:
        self._under_way -= 1


def check_new(password: str, about: Sequence[str] = (), *, chars_min: int = PASSWORD_CHARS_MIN) -> None:
    """Refuse a password that nobody should have (NIST SP 800-63B §3.1.1.2): by length and by what guessers try first.

    There are no rules about kinds of characters, and passwords do not grow old.

    Args:
        password: a new one.
        about: what a guesser would try with this person, such as their name.
        chars_min: how long it has to be.

    Raises:
        InvalidInputError: ``password.length``, ``password.common``.
    """
    if not chars_min <= len(password) <= PASSWORD_CHARS_MAX:
        message = f"A password takes {chars_min} to {PASSWORD_CHARS_MAX} characters."
        raise InvalidInputError("password.length", message, hint="A sentence of a few words is good.")
    lower = password.lower()
    if any(len(word) > _SHORT_WORD and word.lower() in lower for word in about):
        raise InvalidInputError("password.common", "It holds your name.", hint="Leave your name out of it.")
    found = zxcvbn(password[:_LOOKED_AT_CHARS], user_inputs=["playhead", *about])
    if found["guesses"] < GUESSES_MIN:
        warning = found["feedback"]["warning"] or "This is easy to guess."
        hint = "A few words that do not belong together are good, and easy to remember."
        raise InvalidInputError("password.common", warning, hint=hint)
