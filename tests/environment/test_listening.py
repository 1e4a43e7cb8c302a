"""What listens, as the kernel says."""

import socket
from pathlib import Path

from playhead.environment import listening
from playhead.environment.listening import listening_ports, parse_listening

TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1601 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:1612 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
   2: 00000000000000000000000000000000:07E4 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 3 1 0 100 0
"""


def test_a_table_of_sockets():
    assert parse_listening(TABLE) == {5633, 2020}
    assert parse_listening("") == frozenset()


def test_a_real_listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert port in listening_ports()


def test_a_system_without_these_tables(monkeypatch):
    monkeypatch.setattr(listening, "TABLES", (Path("/proc/net/none"),))
    assert listening_ports() is None
