"""Firewall rules and exclusions as files to take away, from what somebody asks for in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import Final

from playhead.base.errors import InvalidInputError
from playhead.environment.antivirus import written as antivirus
from playhead.environment.antivirus.exclusions import EVERYWHERE, of_premises, of_workstation
from playhead.environment.firewall import request, written
from playhead.environment.firewall.rules import Role, rules_of
from playhead.environment.installation import Installation, Listener, parse_networks

REQUEST: Final = "request"
"""The change request for a network team, beside the forms for programs."""

PATH_CHARS_MAX: Final = 1024
WORKSTATION: Final = "workstation"
"""Where a workstation keeps its things below its data folder, unless its file says otherwise."""

_ENDINGS: Final = {
    "nftables": "nft", "powershell": "ps1", "netsh": "cmd", "aws": "tf", "azure": "tf", "request": "md",
    "ufw": "sh", "firewalld": "sh", "iptables-hook": "sh", "iptables": "rules", "ip6tables": "rules",
    "markdown": "md", "csv": "csv", "json": "json", "defender": "ps1", "registry": "reg", "intune": "json",
    "clamav": "conf", "clamscan": "txt",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """Something to take away."""

    name: str
    text: str


def rules_file(
    listeners: Sequence[Listener],
    *,
    form: str,
    role: Role,
    clients: Sequence[str] = (),
    servers: Sequence[str] = (),
    clouds: Sequence[str] = (),
    remove: bool = False,
) -> File:
    """Firewall rules in one form, or what takes them away.

    Args:
        listeners: what the server listens on.
        form: one of `playhead.environment.firewall.written.FORMS`, or `REQUEST`.
        role: whose firewall.
        clients: address ranges of client PCs, or before the cloud those of the sites; without any from anywhere.
        servers: addresses of the premises server; without any to anywhere.
        clouds: addresses of the cloud that it dials; without any there is none.
        remove: what takes them away again.

    Raises:
        InvalidInputError: ``environment.network``, ``environment.form``, ``environment.role``,
            ``environment.removal``.
    """
    installation = Installation(
        tuple(listeners),
        parse_networks(tuple(clients)),
        parse_networks(tuple(servers)),
        parse_networks(tuple(clouds)) if clouds else None,
    )
    rules = rules_of(role, installation)
    name = f"playhead-{role}{'-remove' if remove else ''}.{_ENDINGS.get(form, 'txt')}"
    if form == REQUEST and not remove:
        return File(name, request.render(rules, role))
    known = written.FORMS.get(form)
    if form != REQUEST and known is None:
        hint = f"There are: {', '.join((REQUEST, *written.FORMS))}."
        raise InvalidInputError("environment.form", f"There is no form {form[:64]!r} of firewall rules.", hint=hint)
    if known is not None and role not in known.roles:
        hint = f"It is for: {', '.join(sorted(known.roles))}."
        raise InvalidInputError("environment.role", f"{known.title} is not written for {role}.", hint=hint)
    if known is None or (remove and known.remove is None):
        hint = "Take it away where it was applied."
        raise InvalidInputError("environment.removal", f"The form {form} needs no removal of its own.", hint=hint)
    return File(name, (known.remove if remove and known.remove is not None else known.render)(rules))


def exclusions_file(
    *, form: str, role: str, data: PurePath, program: PurePath, folder: str = "", executable: str = ""
) -> File:
    """What virus scanners should leave alone, in one form.

    Args:
        form: one of `playhead.environment.antivirus.written.FORMS`.
        role: ``premises`` for this server; else a workstation.
        data: the data folder of this server.
        program: the Python that it runs in.
        folder: the data folder of a workstation, as its system writes it.
        executable: the Python that a workstation runs in; empty to name no process.

    Raises:
        InvalidInputError: ``environment.form``, ``environment.folder``.
    """
    if form not in antivirus.FORMS:
        hint = f"There are: {', '.join(antivirus.FORMS)}."
        raise InvalidInputError("environment.form", f"There is no form {form[:64]!r} of exclusions.", hint=hint)
    _, write = antivirus.FORMS[form]
    if role == "premises":
        rows = of_premises(data, program)
    else:
        named = parse_path(executable) if executable.strip() else EVERYWHERE
        rows = of_workstation(parse_path(folder) / WORKSTATION, named)
        rows = tuple(row for row in rows if row.path != EVERYWHERE)
    return File(f"playhead-exclusions-{role}.{_ENDINGS[form]}", write(rows))


def parse_path(text: str) -> PurePath:
    """An absolute path on another machine, as Windows or anything else writes it.

    Raises:
        InvalidInputError: ``environment.folder``.
    """
    cleaned = text.strip()
    for kind in (PurePosixPath, PureWindowsPath):
        path = kind(cleaned)
        if path.is_absolute() and ".." not in path.parts and cleaned.isprintable() and len(cleaned) <= PATH_CHARS_MAX:
            return path
    hint = r"Write it from the root on: /var/lib/playhead or C:\ProgramData\Playhead."
    raise InvalidInputError("environment.folder", f"{cleaned[:64]!r} is no whole path.", hint=hint)
