"""A server of a few lines that answers, or misbehaves, exactly as a test says."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

type Behaviour = Callable[[socket.socket], None]


class Server:
    """Takes connections, reads their requests, and has the next behaviour answer."""

    def __init__(self, *behaviours: Behaviour) -> None:
        self.requests: list[bytes] = []
        self.connections_count = 0
        self._behaviours = list(behaviours)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections_count += 1
                threading.Thread(
                    target=self._serve, args=(connection,), daemon=True
                ).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while request := _request_on(connection):
                self.requests.append(request)
                last = len(self._behaviours) == 1
                behave = self._behaviours[0] if last else self._behaviours.pop(0)
                behave(connection)


def _request_on(connection: socket.socket) -> bytes:
    """Return the bytes of one request, or nothing if the client has gone."""
    request = b""
    while b"\r\n\r\n" not in request or len(request) < _whole_length(request):
        received = connection.recv(65536)
        if not received:
            return b""
        request += received
    return request


def _whole_length(request: bytes) -> int:
    head, _, _ = request.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    return len(head) + 4 + length


@contextmanager
def a_server(*behaviours: Behaviour) -> Iterator[Server]:
    server = Server(*behaviours)
    try:
        yield server
    finally:
        server.close()


def answers(body: bytes = b"{}", *, status: int = 200, headers: str = "") -> Behaviour:
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{headers}\r\n"

    def behave(connection: socket.socket) -> None:
        connection.sendall(head.encode() + body)

    return behave


def says(raw: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_RDWR)

    return behave


def drips(raw: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        for byte in raw:
            connection.sendall(bytes([byte]))
            time.sleep(0.04)

    return behave


def keeps_silent(connection: socket.socket) -> None:
    connection.recv(1)  # until the client has had enough
