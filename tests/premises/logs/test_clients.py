"""Senders that others wrote: what they send arrives whole."""

import asyncio
import contextlib
import getpass
import logging
import logging.handlers
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from premises.logs.rig import Logs

from playhead.domain.logs import LogLine, LogQuery

MESSAGES = 300


async def call(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, errors = await process.communicate()
    assert process.returncode == 0, errors


@pytest.mark.parametrize("form", [["--rfc5424"], ["--rfc5424", "--octet-count"], ["--rfc3164"]])
async def test_logger_of_util_linux(tmp_path: Path, form: list[str]) -> None:
    async with Logs(tmp_path).running() as logs:
        port = str(logs.service.port)
        await call(
            "logger", "-n", "127.0.0.1", "-P", port, "-T", *form, "-t", "backup", "-p", "daemon.err", "it failed"
        )
        (line,) = await logs.until(1)
    assert (line.level, line.service, line.text, line.proven) == ("error", "backup", "it failed", False)
    assert line.workstation == socket.gethostname().split(".")[0] or line.workstation == socket.gethostname()
    assert line.address == "127.0.0.1"


async def test_pythons_own_handler(tmp_path: Path) -> None:
    def say(port: int) -> None:
        handler = logging.handlers.SysLogHandler(("127.0.0.1", port), socktype=socket.SOCK_STREAM)
        handler.ident = "crm[7]: "
        logger = logging.Logger("crm")  # noqa: LOG001 - one that the others do not have
        logger.addHandler(handler)
        logger.error("disk %d", 1)
        logger.warning("disk %d", 2)
        handler.close()

    async with Logs(tmp_path).running() as logs:
        await asyncio.to_thread(say, logs.service.port)
        lines = await logs.until(2)
    assert [(line.level, line.service, line.process, line.text) for line in lines] == [
        ("error", "crm", "7", "disk 1"),
        ("warning", "crm", "7", "disk 2"),
    ]


RSYSLOG = """
global(workDirectory="{work}" DefaultNetstreamDriverCAFile="{authority}" DefaultNetstreamDriverCertFile="{certificate}"
       DefaultNetstreamDriverKeyFile="{key}")
module(load="imfile" PollingInterval="1")
module(load="omrelp" tls.tlslib="openssl")
input(type="imfile" File="{input}" Tag="crm:")
action({action} queue.type="linkedList" action.resumeRetryCount="-1" action.resumeInterval="1")
"""

FORWARD = 'type="omfwd" Target="127.0.0.1" Port="{port}" Protocol="tcp" '
RELP = 'type="omrelp" Target="127.0.0.1" Port="{port}" '
RSYSLOG_ACTIONS = {
    "lines": FORWARD,
    "octet counting": FORWARD + 'TCP_Framing="octet-counted" Template="RSYSLOG_SyslogProtocol23Format"',
    "TLS": FORWARD + 'StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/certvalid"',
    "RELP": RELP + 'Template="RSYSLOG_SyslogProtocol23Format"',
    "RELP over TLS": RELP
    + 'tls="on" tls.authMode="certvalid" tls.caCert="{authority}" tls.myCert="{certificate}" tls.myPrivKey="{key}"',
}


@contextlib.asynccontextmanager
async def rsyslog(logs: Logs, action: str) -> AsyncIterator[None]:
    """The real one, with ``MESSAGES`` lines to send."""
    values = {
        "work": logs.folder,
        "port": logs.service.port,
        "authority": logs.authority,
        "certificate": logs.certificate,
        "key": logs.key,
        "input": logs.folder / "input.txt",
    }
    (logs.folder / "input.txt").write_text("".join(f"entry {number} of crm\n" for number in range(MESSAGES)))
    configuration = logs.folder / "rsyslog.conf"
    configuration.write_text(RSYSLOG.format(action=action.format(**values), **values))
    process = await asyncio.create_subprocess_exec(
        *("rsyslogd", "-n", "-f", str(configuration), "-i", str(logs.folder / "rsyslog.pid")),
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "USER": getpass.getuser()},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=(logs.folder / "rsyslog.err").open("wb"),
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


def texts(lines: list[LogLine]) -> list[str]:
    return [line.text.strip() for line in sorted(lines, key=lambda line: line.n)]


@pytest.mark.parametrize("how", RSYSLOG_ACTIONS)
async def test_rsyslog(tmp_path: Path, how: str) -> None:
    async with Logs(tmp_path).running() as logs, rsyslog(logs, RSYSLOG_ACTIONS[how]):
        lines = await logs.until(MESSAGES, LogQuery(text="of crm"))
    assert texts(lines) == [f"entry {number} of crm" for number in range(MESSAGES)]
    if "TLS" in how:
        assert {(line.workstation, line.proven) for line in lines} == {("desk-1", True)}


SYSLOG_NG = """@version: 3.38
options {{ stats-freq(0); }};
source input {{ file("{input}" flags(no-parse) read-old-records(yes)); }};
destination site {{ {destination} }};
log {{ source(input); destination(site); }};
"""
SYSLOG_NG_DESTINATIONS = {
    "RFC 3164 in lines": 'network("127.0.0.1" port({port}) transport("tcp"));',
    "RFC 5424 with octet counting": 'syslog("127.0.0.1" port({port}) transport("tcp"));',
    "RFC 5425": 'syslog("127.0.0.1" port({port}) transport("tls") '
    'tls(ca-file("{authority}") cert-file("{certificate}") key-file("{key}") peer-verify(optional-untrusted)));',
}


@pytest.mark.skipif(shutil.which("syslog-ng") is None, reason="Debian has it instead of rsyslog, never beside it")
@pytest.mark.parametrize("how", SYSLOG_NG_DESTINATIONS)
async def test_syslog_ng(tmp_path: Path, how: str) -> None:
    async with Logs(tmp_path).running() as logs:
        values = {"port": logs.service.port, "authority": logs.authority, "certificate": logs.certificate}
        destination = SYSLOG_NG_DESTINATIONS[how].format(key=logs.key, **values)
        source = tmp_path / "input.txt"
        source.write_text("".join(f"entry {number} of crm\n" for number in range(MESSAGES)))
        configuration = tmp_path / "syslog-ng.conf"
        configuration.write_text(SYSLOG_NG.format(input=source, destination=destination))
        process = await asyncio.create_subprocess_exec(
            *("syslog-ng", "-F", "--no-caps", "-f", str(configuration), "-R", str(tmp_path / "state")),
            *("-p", str(tmp_path / "pid"), "-c", str(tmp_path / "control")),
        )
        try:
            lines = await logs.until(MESSAGES, LogQuery(text="of crm"))
        finally:
            process.terminate()
            await process.wait()
    assert [text.removeprefix("entry ") for text in texts(lines)] == [f"{number} of crm" for number in range(MESSAGES)]
