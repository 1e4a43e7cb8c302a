"""ClamAV as it is installed and running on this machine."""

import asyncio
import contextlib
import shutil
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from playhead.base.errors import InvalidInputError
from playhead.environment.antivirus.clamd_conf import ClamdConf
from playhead.environment.antivirus.watching.processes import PROC

CONFIGS: Final = ("/etc/clamav/clamd.conf", "/etc/clamd.d/scan.conf", "/etc/clamd.conf", "/usr/local/etc/clamd.conf")
"""Where Debian, Fedora and others keep it, in the order in which they are tried."""
DEMAND_S: Final = 120.0
"""clamscan reads all signatures first, which takes a slow disk a minute."""
OPEN_S: Final = 5.0
"""An answer of clamd to one small file takes milliseconds; one that never comes is a scanner waiting for itself."""
END_S: Final = 2.0
"""How long a process that was killed is waited for."""
DAEMON_S: Final = 20.0
"""clamd has its signatures in memory, and is asked about three small files."""
STOPPED_S: Final = 5.0
FOUND_STATUS: Final = 1
"""clamscan(1), clamdscan(1): something was found."""


class Seen(StrEnum):
    """What a scanner did with a file."""

    CAUGHT = "caught"
    PASSED = "passed"
    UNREADABLE = "unreadable"
    """The scanner, or the account that opened it, had no right to read it."""
    FAILED = "failed"
    """The scanner could do nothing at all."""
    STUCK = "stuck"
    """Nobody answered."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """What is installed, and how it is set up."""

    config: Path | None
    conf: ClamdConf
    has_daemon: bool
    """clamd answers."""
    runs: bool
    """A clamd runs on this machine, whether or not it answers."""
    access: tuple[str, ...] | None
    """The command line of the running clamonacc; None where none runs."""

    @property
    def paths_unknown(self) -> bool:
        """On access, clamd is given contents instead of paths: its ``ExcludePath`` counts for nothing there."""
        return any(one in {"--fdpass", "--stream"} for one in self.access or ())


def find_scanner(config: Path | None = None, proc: Path = PROC) -> Scanner | None:
    """ClamAV on this machine; None where it is not installed. Whether clamd answers is not asked yet.

    Args:
        config: its clamd.conf; where the running programs or the distribution have it by default.
        proc: the process file system.

    Raises:
        InvalidInputError: ``antivirus.config``: the file that was named cannot be read.
    """
    if not any(map(shutil.which, ("clamscan", "clamdscan"))):
        return None
    running = _running(proc)
    if config is None:
        told = [one for _, one in running if one is not None]
        config = next((one for one in (*told, *map(Path, CONFIGS)) if one.is_file()), None)
    elif not config.is_file():
        raise InvalidInputError("antivirus.config", f"{config} is no file.", hint="Name the clamd.conf in use.")
    conf = ClamdConf.parse(config.read_text(errors="replace")) if config is not None else ClamdConf(())
    access = (line for line, told in running if Path(line[0]).name == "clamonacc" and told in {None, config})
    runs = any(Path(line[0]).name == "clamd" and told in {None, config} for line, told in running)
    return Scanner(config, conf, has_daemon=False, runs=runs, access=next(access, None))


async def ask_daemon(scanner: Scanner) -> Scanner:
    """The same, with whether its clamd answers."""
    if scanner.config is None or shutil.which("clamdscan") is None:
        return scanner
    status, _ = await _run(["clamdscan", f"--config-file={scanner.config}", "--ping=1"], STOPPED_S)
    return replace(scanner, has_daemon=status == 0)


async def scan_on_demand(scanner: Scanner, options: Sequence[str], paths: Sequence[Path]) -> dict[Path, Seen]:
    """What a scan on demand makes of files: clamd's where it runs, otherwise clamscan's with ``options``.

    What clamd's own account may not read is opened for it by ours.
    """
    if not scanner.has_daemon:
        database = scanner.conf.first("DatabaseDirectory")
        command = ["clamscan", *options, *([f"--database={database}"] if database else [])]
        return await _scan(command, paths, DEMAND_S)
    command = ["clamdscan", f"--config-file={scanner.config}"]
    seen = await _scan(command, paths, DAEMON_S)
    unread = [path for path, one in seen.items() if one is Seen.UNREADABLE]
    return seen | (await _scan([*command, "--fdpass"], unread, DAEMON_S) if unread else {})


async def _scan(command: list[str], paths: Sequence[Path], within_s: float) -> dict[Path, Seen]:
    status, text = await _run([*command, "--no-summary", *map(str, paths)], within_s)
    if status is None:
        return dict.fromkeys(paths, Seen.STUCK)
    lines = text.splitlines()
    caught = {line.partition(": ")[0] for line in lines if line.endswith(" FOUND")}
    failed = {line.partition(": ")[0] for line in lines if line.endswith(" ERROR")}
    otherwise = Seen.FAILED if status > FOUND_STATUS and not (caught or failed) else Seen.PASSED
    return {
        path: Seen.CAUGHT if str(path) in caught else Seen.UNREADABLE if str(path) in failed else otherwise
        for path in paths
    }


async def open_as(path: Path, account: str | None) -> Seen:
    """What happens to an account that opens a file: a scanner on access answers before it may.

    Args:
        path: the file.
        account: who opens it; None for us.
    """
    process = await asyncio.create_subprocess_exec(
        "cat", str(path), stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, env={"LC_ALL": "C"}, user=account
    )
    try:
        async with asyncio.timeout(OPEN_S):
            _, errors = await process.communicate()
    except TimeoutError:
        await _end(process)
        return Seen.STUCK
    if process.returncode == 0:
        return Seen.PASSED
    # clamonacc answers with EPERM, ordinary rights with EACCES; one that moves or removes what it finds leaves nothing.
    is_caught = b"Operation not permitted" in errors or b"No such file" in errors
    return Seen.CAUGHT if is_caught else Seen.UNREADABLE


async def answers_on_access(path: Path) -> bool:
    """Whether a new file can be opened at all, harmless as it is: a scanner that waits for itself never lets anybody.

    Other processes write and open it, as those can be ended: whoever waits for a scanner cannot end itself.
    """
    status, _ = await _run(["cp", "/proc/self/cmdline", str(path)], OPEN_S)
    return status is not None and await open_as(path, None) is not Seen.STUCK


async def _run(command: list[str], within_s: float) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL)
    try:
        async with asyncio.timeout(within_s):
            output, _ = await process.communicate()
    except TimeoutError:
        await _end(process)
        return None, ""
    return process.returncode, output.decode(errors="replace")


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill a process, and wait a moment: one that a scanner keeps may not even hear of it."""
    process.kill()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(END_S):
            await process.wait()


def _running(proc: Path) -> list[tuple[tuple[str, ...], Path | None]]:
    """The command lines of the running clamd and clamonacc, and the configuration that each names."""
    found: list[tuple[tuple[str, ...], Path | None]] = []
    for folder in proc.iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            line = tuple((folder / "cmdline").read_text(errors="replace").rstrip("\0").split("\0"))
        except OSError:
            continue  # it ended, or is not ours to see
        if Path(line[0]).name in {"clamd", "clamonacc"}:
            found.append((line, _configured(line, folder)))
    return found


def _configured(line: tuple[str, ...], process: Path) -> Path | None:
    """The configuration that a command line names, as that process sees it."""
    for at, one in enumerate(line):
        value = one.partition("=")[2] if one.startswith("--config-file=") else ""
        if one in {"-c", "--config-file"} and at + 1 < len(line):
            value = line[at + 1]
        if value:
            try:
                return (process / "cwd").readlink() / value
            except OSError:
                return Path(value)
    return None
