"""A real ClamAV of our own: one signature, that of the EICAR test file, as signatures cannot be fetched everywhere.

It runs beside one that is installed for good, with a configuration and a socket of its own.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from playhead.environment.antivirus.eicar import eicar

SCANNER: Final = "clamav"
"""The account that clamd runs as, of Debian's package. What it opens itself is not scanned on access, or it would wait
for itself."""
_READY: Final = {"clamd": "Self checking", "clamonacc": "watching"}
"""What each says when it has begun."""
_NAME: Final = slice(28, 63)
"""Of the test file: what it calls itself."""
_STOP_S: Final = 20


def signatures(folder: Path) -> Path:
    """Make a folder with the signature."""
    folder.mkdir(parents=True)
    (folder / "local.ndb").write_text(f"Test.Playhead:0:*:{eicar()[_NAME].hex()}\n")
    return folder


def readable_folder(parent: Path | None = None) -> Path:
    """A new folder that the scanner's account may enter, and write its socket to."""
    folder = Path(tempfile.mkdtemp(prefix="playhead-clamav-", dir=parent))
    folder.chmod(0o755)
    return folder


def write_config(folder: Path, lines: str) -> Path:
    """A clamd.conf with socket and signatures in ``folder``, and ``lines`` besides."""
    config = folder / "clamd.conf"
    config.write_text(
        f"LocalSocket {folder}/clamd.ctl\nDatabaseDirectory {folder}/signatures\nUser {SCANNER}\nForeground yes\n"
        f"LogTime no\n{lines}\n"
    )
    return config


def access_lines(folder: Path) -> str:
    """Lines that scan on access below ``folder``, and keep what is found from being opened."""
    return f"OnAccessIncludePath {folder}\nOnAccessPrevention yes\nOnAccessExcludeUname {SCANNER}\n"


@contextmanager
def running(config: Path, *, access: bool = True, options: Sequence[str] = ()) -> Generator[None]:
    """The scanner's programs, from when they are ready.

    Args:
        config: what `write_config` wrote.
        access: also clamonacc, which takes root.
        options: of clamonacc.

    Raises:
        RuntimeError: one of them ended, with what it said.
    """
    shutil.chown(config.parent, SCANNER)
    commands = [["clamd", f"--config-file={config}"]]
    if access:
        commands.append(["clamonacc", f"--config-file={config}", "--foreground", *options])
    with ExitStack() as stack:
        for command in commands:
            stack.enter_context(_program(command))
        yield


@contextmanager
def _program(command: list[str]) -> Generator[None]:
    line_by_line = ["stdbuf", "-oL", "-eL", *command]
    process = subprocess.Popen(line_by_line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if process.stdout is None:
        raise RuntimeError("a pipe was asked for")
    said: list[str] = []
    try:
        for line in process.stdout:
            said.append(line)
            if _READY[command[0]] in line:
                break
        else:
            raise RuntimeError(f"{command[0]} ended: {''.join(said)}")
        yield
    finally:
        process.terminate()
        process.wait(_STOP_S)
        process.stdout.close()
