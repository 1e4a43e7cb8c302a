"""What holds a port: of real sockets, and of systems that tell less."""

import getpass
import os
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from playhead.environment.occupied import OCCUPANTS_MAX, Occupant, occupants, who

HEADS = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def row(address: str, port: int, inode: int, *, state: str = "0A", user: int = 0) -> str:
    return (
        f"   0: {address}:{port:04X} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000 {user} 0 {inode} 1\n"
    )


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """A machine on which nothing listens and one process runs."""
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "tcp").write_text(HEADS)
    process = tmp_path / "812"
    (process / "fd").mkdir(parents=True)
    (process / "fd" / "0").symlink_to("/dev/null")
    (process / "fd" / "6").symlink_to("socket:[4711]")
    (process / "comm").write_text("nginx\n")
    (process / "cmdline").write_bytes(b"nginx: master process\0")
    (process / "cgroup").write_text("0::/system.slice/nginx.service\n")
    return tmp_path


def tell(proc: Path, *rows: str) -> None:
    (proc / "net" / "tcp").write_text(HEADS + "".join(rows))


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_real_listener_is_named(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with closing(socket.create_server((address, 0), family=family)) as listener:
        port = listener.getsockname()[1]
        (found,) = occupants(port)
        assert (found.address, found.process, found.user) == (address, os.getpid(), getpass.getuser())
        assert found.text in who(port)
    assert occupants(port) == ()
    assert who(port) == ""


def test_what_is_connected_does_not_hold_the_port():
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as listener,
        closing(socket.create_connection(listener.getsockname())) as peer,
    ):
        assert occupants(peer.getsockname()[1]) == ()


def test_another_server_of_ours_is_called_so(tmp_path):
    program = tmp_path / "playhead"
    program.write_text(
        "import socket, sys\n"
        "listener = socket.create_server(('127.0.0.1', 0))\n"
        "print(listener.getsockname()[1], flush=True)\nsys.stdin.read()\n"
    )
    command = [sys.executable, program, "premises", "run"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        port = int(process.stdout.readline())
        (found,) = occupants(port)
        assert found.is_ours
        assert who(port) == f"another Playhead (process {process.pid} of {getpass.getuser()})"
        assert found.remedy == f"kill {process.pid}"


def test_a_service_of_the_system_is_stopped_as_one(proc):
    tell(proc, row("00000000", 443, 4711))
    (found,) = occupants(443, proc=proc)
    assert found == Occupant("0.0.0.0", "root", 812, "nginx", "nginx.service")  # noqa: S104 - what is seen
    assert (found.text, found.remedy) == ("nginx (process 812 of root)", "systemctl stop nginx.service")


def test_without_being_told_the_process_the_user_is_named(proc):
    tell(proc, row("0100007F", 443, 99, user=4_000_000))
    (found,) = occupants(443, proc=proc)
    assert (found.address, found.process, found.remedy) == ("127.0.0.1", None, "")
    assert found.text == "a program of user 4000000 (as root you are told which)"


def test_a_process_that_ends_meanwhile_is_none(proc):
    tell(proc, row("0100007F", 443, 4711))
    (proc / "812" / "comm").unlink()
    (found,) = occupants(443, proc=proc)
    assert found.process is None


def test_other_ports_and_other_states_do_not_count(proc):
    tell(proc, row("00000000", 444, 4711), row("00000000", 443, 4711, state="01"))
    assert occupants(443, proc=proc) == ()


def test_a_system_without_these_tables_tells_nothing(tmp_path):
    assert occupants(443, proc=tmp_path) == ()


@pytest.mark.parametrize("more", [0, 1])
def test_many_share_a_port(proc, more):
    tell(proc, *(row(f"{number:02X}00007F", 443, number) for number in range(1, OCCUPANTS_MAX + 1 + more)))
    assert len(occupants(443, proc=proc)) == OCCUPANTS_MAX
