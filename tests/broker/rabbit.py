"""A real RabbitMQ with a node name, ports and a folder of its own."""

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

HOME = next(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*"), None)
START_S = 90.0
"""It takes 5 s, and much longer beside eight others."""
ADMIN = "admin"
MEMORY = "1GB"


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@dataclass
class Rabbit:
    """A node. `start` and `kill` as often as wanted; `close` at the end."""

    folder: Path
    certificate: Path
    key: Path

    def __post_init__(self):
        self.port, self.tls_port, self.api_port, dist, epmd = free_ports(5)
        self.node = f"playhead{os.getpid()}@localhost"
        self.environment = {
            **os.environ,
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_DIST_PORT": str(dist),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "logs"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self.folder / "generated"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none",
        }
        (self.folder / "plugins").write_text("[rabbitmq_management].\n")
        (self.folder / "rabbitmq.conf").write_text(
            f"""
listeners.tcp.1 = 127.0.0.1:{self.port}
listeners.ssl.1 = 127.0.0.1:{self.tls_port}
ssl_options.cacertfile = {self.certificate}
ssl_options.certfile = {self.certificate}
ssl_options.keyfile = {self.key}
ssl_options.versions.1 = tlsv1.2
management.tcp.ip = 127.0.0.1
management.tcp.port = {self.api_port}
default_user = {ADMIN}
default_pass = {ADMIN}
vm_memory_high_watermark.absolute = {MEMORY}
disk_free_limit.absolute = 1MB
log.file.level = warning
"""
        )
        epmd_command = ["epmd", "-port", str(epmd), "-address", "127.0.0.1"]
        self._epmd = subprocess.Popen(epmd_command, env=self.environment)
        self._server = None

    def start(self):
        command = [HOME / "sbin" / "rabbitmq-server"]
        with (self.folder / "console").open("ab") as console:
            self._server = subprocess.Popen(
                command, env=self.environment, stdout=console, stderr=console, start_new_session=True
            )
        end = time.monotonic() + START_S
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > end:
                raise RuntimeError((self.folder / "console").read_text())
            time.sleep(0.1)

    def settle(self):
        """Have it write which queues there are: it does so lazily, and one that is new would not outlive a kill."""
        self.control("eval", "[dets:sync(Table) || Table <- dets:all()].")

    def kill(self):
        """As a power cut would."""
        os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait()

    def close(self):
        if self._server is not None and self._server.poll() is None:
            self.kill()
        self._epmd.terminate()
        self._epmd.wait()

    def ask(self, method, path, body=None):
        """The management API."""
        connection = http.client.HTTPConnection("127.0.0.1", self.api_port, timeout=60)
        login = base64.b64encode(f"{ADMIN}:{ADMIN}".encode()).decode()
        headers = {"authorization": f"Basic {login}", "content-type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        with connection.getresponse() as answer:
            said = answer.read()
        connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {said[:400]}")
        return json.loads(said) if said else None

    def control(self, *arguments):
        """``rabbitmqctl``: an Erlang of its own, so some seconds."""
        command = [HOME / "sbin" / "rabbitmqctl", "-q", *arguments]
        subprocess.run(command, env=self.environment, check=True, capture_output=True, timeout=120)

    def set_memory(self, watermark):
        """Above it, the broker takes nothing from publishers."""
        self.control("set_vm_memory_high_watermark", "absolute", watermark)

    def _answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
            self.ask("GET", "/api/overview")
        except (OSError, RuntimeError, http.client.HTTPException):
            return False
        return True
