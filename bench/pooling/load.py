"""What goes through a tunnel: `load.py serve` answers, `load.py ask` asks and prints what it saw as JSON.

The first byte of a connection says what is wanted: ``B`` for bytes without end, ``E`` for an echo, ``H`` for silence.
"""

import argparse
import json
import mmap
import selectors
import socket
import threading
import time

CHUNK_BYTES = 1 << 20
QUESTION = b"E" + bytes(63)


def serve(port: int) -> None:
    """Answer until killed."""
    listener = socket.create_server(("", port), backlog=8192)
    silent = []
    chunk = memoryview(mmap.mmap(-1, CHUNK_BYTES))

    def answer(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            wanted = connection.recv(64)
            while wanted[:1] == b"B":
                connection.sendall(chunk)
            while wanted[:1] == b"E":
                connection.sendall(wanted)
                wanted = connection.recv(64)
            if wanted[:1] == b"H":
                connection.sendall(b"H")
                silent.append(connection)
            else:
                connection.close()
        except OSError:
            connection.close()

    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


class Bulk(threading.Thread):
    """Takes bytes from one connection until it is stopped."""

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(daemon=True)
        self.taken = 0
        self._address = address
        self.stopping = False

    def run(self) -> None:
        buffer = memoryview(mmap.mmap(-1, CHUNK_BYTES))
        with socket.create_connection(self._address) as connection:
            connection.sendall(b"B")
            while not self.stopping:
                self.taken += connection.recv_into(buffer)


def bulk(address: tuple[str, int], streams: int, warm_s: float, seconds: float, *, echoes: bool) -> dict[str, object]:
    """Bytes a second of some streams, and how long echoes take meanwhile."""
    takers = [Bulk(address) for _ in range(streams)]
    for taker in takers:
        taker.start()
    time.sleep(warm_s)
    before, began = sum(taker.taken for taker in takers), time.monotonic()
    times = echo(address, seconds) if echoes else []
    time.sleep(max(began + seconds - time.monotonic(), 0))
    elapsed = time.monotonic() - began
    taken = sum(taker.taken for taker in takers) - before
    for taker in takers:
        taker.stopping = True
    return {"bytes_s": taken / elapsed, "bytes": taken, "echoes_ms": times}


def echo(address: tuple[str, int], seconds: float) -> list[float]:
    """Milliseconds of one small question after another, on one connection."""
    times = []
    with socket.create_connection(address) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(20)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            began = time.monotonic()
            connection.sendall(QUESTION)
            left = len(QUESTION)
            while left:
                left -= len(connection.recv(left))
            times.append((time.monotonic() - began) * 1e3)
            time.sleep(0.01)
    return times


def opens(address: tuple[str, int], seconds: float, side_by_side: int) -> dict[str, object]:
    """Connections a second, each asked one question, some at a time; and how long one takes."""
    times: list[float] = []
    until = time.monotonic() + seconds

    def one_after_another() -> None:
        while time.monotonic() < until:
            began = time.monotonic()
            with socket.create_connection(address) as connection:
                connection.settimeout(20)
                connection.sendall(QUESTION)
                left = len(QUESTION)
                while left:
                    left -= len(connection.recv(left))
            times.append((time.monotonic() - began) * 1e3)

    threads = [threading.Thread(target=one_after_another) for _ in range(side_by_side)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"opens_s": len(times) / seconds, "opens_ms": times}


def idle(address: tuple[str, int], count: int) -> dict[str, object]:
    """Open so many connections, wait until each is through, say so, and hold them until killed."""
    selector, kept = selectors.DefaultSelector(), []
    for _ in range(count):
        connection = socket.create_connection(address)
        connection.sendall(b"H")
        selector.register(connection, selectors.EVENT_READ)
        kept.append(connection)
    through = 0
    until = time.monotonic() + 60
    while through < count and time.monotonic() < until:
        for key, _ in selector.select(1):
            selector.unregister(key.fileobj)
            through += 1
    print(json.dumps({"through": through}), flush=True)
    time.sleep(3600)
    return {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["serve", "bulk", "echo", "opens", "idle"])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--streams", type=int, default=1)
    parser.add_argument("--warm", type=float, default=1.0)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--echoes", action="store_true")
    options = parser.parse_args()
    address = (options.host, options.port)
    match options.what:
        case "serve":
            serve(options.port)
        case "bulk":
            told = bulk(address, options.streams, options.warm, options.seconds, echoes=options.echoes)
        case "echo":
            told = {"echoes_ms": echo(address, options.seconds)}
        case "opens":
            told = opens(address, options.seconds, options.streams)
        case _:
            told = idle(address, options.streams)
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
