"""A real ClamAV of our own: one signature, that of the EICAR test file, as signatures cannot be fetched everywhere."""

import pwd
import shutil
import subprocess
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playhead.environment.antivirus.eicar import eicar

SCANNER = "clamav"
"""The account that clamd runs as, of Debian's package."""
READY = {"clamd": "Self checking", "clamonacc": "watching"}
"""What each says when it has begun."""


def signatures(folder: Path) -> Path:
    """A folder with the signature."""
    folder.mkdir(parents=True)
    marker = eicar()[28:63]
    (folder / "local.ndb").write_text(f"Test.Playhead:0:*:{marker.hex()}\n")
    return folder


def readable_folder() -> Path:
    """One that the scanner's account may enter, unlike those of pytest."""
    folder = Path(tempfile.mkdtemp(prefix="playhead-clamav-"))
    folder.chmod(0o755)
    return folder


def write_config(folder: Path, lines: str, *, user: str = SCANNER) -> Path:
    """A clamd.conf with everything beside ``folder``, and ``lines`` of exclusions."""
    config = folder / "clamd.conf"
    config.write_text(
        f"LocalSocket {folder}/clamd.ctl\nDatabaseDirectory {folder}/signatures\nUser {user}\nForeground yes\n"
        f"LogTime no\n{lines}\n"
    )
    return config


def access_lines(folder: Path) -> str:
    """Scan on access below ``folder``, and keep what is found from being opened."""
    return f"OnAccessIncludePath {folder}\nOnAccessPrevention yes\nOnAccessExcludeUname {SCANNER}\n"


@contextmanager
def running(config: Path, *, access: bool = True, options: tuple[str, ...] = ()):
    """The scanner's programs while they are ready."""
    if pwd.getpwuid(config.parent.stat().st_uid).pw_name != SCANNER:
        shutil.chown(config.parent, SCANNER)
    commands = [["clamd", f"--config-file={config}"]]
    if access:
        commands.append(["clamonacc", f"--config-file={config}", "--foreground", *options])
    with ExitStack() as stack:
        for command in commands:
            stack.enter_context(_program(command))
        yield


@contextmanager
def _program(command: list[str]):
    process = subprocess.Popen(
        ["stdbuf", "-oL", "-eL", *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        said = []
        while not any(READY[command[0]] in line for line in said[-1:]):
            line = process.stdout.readline()
            assert line, (command, said)
            said.append(line)
        yield
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()
