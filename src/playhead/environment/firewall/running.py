"""What a Linux firewall has loaded, held against what it should have.

Both sides are written by the same program: what should be there is loaded into a network namespace of its own, or into
a folder of its own, where it does nothing, and listed from there. So no difference is one of spelling. ufw alone has no
such place: its rules are written as it prints them.
"""

import difflib
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.environment.firewall import firewalld, iptables, nftables, ufw
from playhead.environment.firewall.rules import Rule

TIMEOUT_S: Final = 20.0
CHECKABLE: Final = ("nftables", "iptables", "ip6tables", "ufw", "firewalld")


def difference(rules: tuple[Rule, ...], form: str) -> str:
    """A unified diff from what is loaded to what should be; empty where they are equal.

    Raises:
        InvalidInputError: ``environment.check_form``: this kind cannot be looked at from here.
        UnavailableError: ``environment.not_root``, ``environment.firewall_missing``, ``environment.firewall_failed``.
    """
    match form:
        case "nftables":
            loaded, wanted = _elsewhere("nft -f -", nftables.render(rules), _NFT_LISTING)
        case "iptables" | "ip6tables":
            loaded, wanted = _iptables(rules, 6 if form == "ip6tables" else 4)
        case "ufw":
            loaded, wanted = _ufw(rules)
        case "firewalld":
            loaded, wanted = _firewalld(rules)
        case _:
            hint = f"Compared can be: {', '.join(CHECKABLE)}."
            raise InvalidInputError("environment.check_form", f"What {form} has loaded cannot be read here.", hint=hint)
    return "".join(
        difflib.unified_diff(loaded.splitlines(keepends=True), wanted.splitlines(keepends=True), "loaded", "wanted")
    )


_NFT_LISTING: Final = f"nft -s list table inet {nftables.TABLE} 2>/dev/null || true"


def _elsewhere(loading: str, script: str, listing: str) -> tuple[str, str]:
    """What is loaded here, and what the script loads in a network namespace of its own."""
    wanted = _run(["unshare", "--net", "sh", "-c", f"{loading} && {listing}"], script)
    return _run(["sh", "-c", listing]), wanted


def _iptables(rules: tuple[Rule, ...], version: int) -> tuple[str, str]:
    program = iptables.program(version)
    hook = iptables.render_hook(rules, version=version)
    listing = f"{program} -S | grep -w {iptables.CHAIN} || true"  # every chain of ours, with what leads to it
    loading = f"{program}-restore --noflush && {{ {hook}}}"
    return _elsewhere(loading, iptables.render(rules, version=version), listing)


def _ufw(rules: tuple[Rule, ...]) -> tuple[str, str]:
    status = _run(["ufw", "status"]).partition("\n")[0]
    ours = [line for line in _run(["ufw", "show", "added"]).splitlines() if " comment 'playhead-" in line]
    return (  # ufw prints those for IPv4 first, and otherwise as they were added
        "\n".join([status, *sorted(ours), ""]),
        "\n".join(["Status: active", *sorted(ufw.lines(rules)), ""]),
    )


def _firewalld(rules: tuple[Rule, ...]) -> tuple[str, str]:
    there = _run(["firewall-cmd", "--get-policies"]).split()
    loaded = [_run(["firewall-cmd", f"--info-policy={name}"]) for name in sorted(there) if _is_ours(name)]
    with tempfile.TemporaryDirectory() as folder:
        made = firewalld.policies(rules)
        (Path(folder) / "policies").mkdir()
        for name, text in made.items():
            (Path(folder) / "policies" / f"{name}.xml").write_text(text)
        asking = ["firewall-offline-cmd", f"--system-config={folder}"]
        return "".join(loaded), "".join(_run([*asking, f"--info-policy={name}"]) for name in sorted(made))


def _is_ours(policy: str) -> bool:
    return policy == firewalld.POLICY or policy.startswith(f"{firewalld.POLICY}-")


def _run(command: Sequence[str], given: str = "") -> str:
    english = {**os.environ, "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, timeout=TIMEOUT_S, check=False, env=english
        )
    except FileNotFoundError as error:
        message = f"{error.filename} is not installed."
        raise UnavailableError("environment.firewall_missing", message) from error
    except subprocess.TimeoutExpired as error:
        message = f"{command[0]} did not answer within {TIMEOUT_S:.0f} s."
        raise UnavailableError("environment.firewall_failed", message) from error
    if done.returncode:
        said = done.stderr.strip().splitlines()
        message = f"The firewall could not be read: {said[0] if said else f'exit code {done.returncode}'}."
        if any(word in done.stderr for word in ("ermission", "permitted", "need to be root", "uthorized")):
            raise UnavailableError("environment.not_root", message, hint="Run it as root.")
        raise UnavailableError("environment.firewall_failed", message)
    return done.stdout
