"""What a Linux firewall has loaded, held against what it should have.

Both sides are written by the same program: what should be there is loaded into a network namespace of its own, where it
does nothing, and listed from there. So no difference is one of spelling.
"""

import difflib
import subprocess
from collections.abc import Sequence
from typing import Final

from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.environment.firewall import iptables, nftables
from playhead.environment.firewall.rules import Rule

TIMEOUT_S: Final = 20.0
CHECKABLE: Final = ("nftables", "iptables")


def difference(rules: tuple[Rule, ...], form: str) -> str:
    """A unified diff from what is loaded to what should be; empty where they are equal.

    Raises:
        InvalidInputError: ``environment.check_form``: this kind cannot be looked at from here.
        UnavailableError: ``environment.not_root``, ``environment.firewall_missing``, ``environment.firewall_failed``.
    """
    match form:
        case "nftables":
            listing = f"nft -s list table inet {nftables.TABLE} 2>/dev/null || true"
            wanted = _run(["unshare", "--net", "sh", "-c", f"nft -f - && {listing}"], nftables.render(rules))
        case "iptables":
            listing = f"iptables -S {iptables.CHAIN} 2>/dev/null || true"
            loading = "iptables-restore --noflush"
            wanted = _run(["unshare", "--net", "sh", "-c", f"{loading} && {listing}"], iptables.render(rules))
        case _:
            hint = f"Compared can be: {', '.join(CHECKABLE)}."
            raise InvalidInputError("environment.check_form", f"What {form} has loaded cannot be read here.", hint=hint)
    loaded = _run(["sh", "-c", listing])
    return "".join(
        difflib.unified_diff(loaded.splitlines(keepends=True), wanted.splitlines(keepends=True), "loaded", "wanted")
    )


def _run(command: Sequence[str], given: str = "") -> str:
    try:
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except FileNotFoundError as error:
        message = f"{error.filename} is not installed."
        raise UnavailableError("environment.firewall_missing", message) from error
    except subprocess.TimeoutExpired as error:
        message = f"{command[0]} did not answer within {TIMEOUT_S:.0f} s."
        raise UnavailableError("environment.firewall_failed", message) from error
    if done.returncode:
        said = done.stderr.strip().splitlines()
        message = f"The firewall could not be read: {said[0] if said else f'exit code {done.returncode}'}."
        if "ermission" in done.stderr or "permitted" in done.stderr:
            raise UnavailableError("environment.not_root", message, hint="Run it as root.")
        raise UnavailableError("environment.firewall_failed", message)
    return done.stdout
