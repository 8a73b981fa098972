"""A small threaded HTTP/1.1 server on which both ports stand."""

import json
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.bittitan.database import Json

BODY_BYTES_MAX = 1_000_000
IDLE_SECONDS = 120.0
POLL_SECONDS = 0.02


class NotAnObject(ValueError):
    """A body is JSON, but no object."""


class Headers(dict[str, str]):
    """Headers by name; capitals do not matter."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        super().__init__((name.lower(), value) for name, value in pairs)

    def find(self, name: str) -> str | None:
        """Return a header, or None."""
        return self.get(name.lower())


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent."""

    method: str
    path: str = field(repr=False)
    query: Mapping[str, str]
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        """
        Return the body, which must be a JSON object; an empty one is an empty object.

        :raises ValueError: if it is none.
        """
        found = json.loads(self.body or b"{}")
        if not isinstance(found, dict):
            raise NotAnObject("The body must be a JSON object.")
        return found

    def form(self) -> dict[str, str]:
        """Return the fields of a posted form."""
        text = self.body.decode("utf-8", "replace")
        return dict(parse_qsl(text, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What the client gets.

    Shape: `hangs_up` sends nothing and cuts the connection; `drip_seconds` sends the
           head at once and then the body byte by byte over that time.
    """

    status: int
    body: bytes = field(default=b"", repr=False)
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    hangs_up: bool = False
    drip_seconds: float = 0.0


HANGING_UP = Answer(0, hangs_up=True)


def json_answer(status: int, body: Json) -> Answer:
    """Return an answer in JSON."""
    return Answer(status, json.dumps(body).encode())


def error_answer(
    status: int, code: str, message: str, *, field: str | None = None
) -> Answer:
    """Return the documented error body."""
    error: Json = {"code": code, "message": message, "field": field}
    return json_answer(status, {"error": error})


type App = Callable[[Request], Answer]


class Handler(BaseHTTPRequestHandler):
    """Reads one request after the other from a connection and asks the app."""

    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 65_536
    timeout = IDLE_SECONDS
    server: "Server"

    def finish(self) -> None:
        """Send what is left of an answer."""
        try:
            super().finish()
        except ConnectionError:
            return  # the client went first

    def handle(self) -> None:
        """Answer until one side has enough; a client that goes away is no news."""
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def respond(self) -> None:
        """Answer one request."""
        self.server.connections.begin(self.connection)
        request = self._read()
        if request is not None:
            self._write(self.server.app(request))
        if not self.server.connections.end(self.connection):
            self.close_connection = True

    def log_message(self, *args: object, **kwargs: object) -> None:
        """Say nothing: paths may hold codes."""

    def _read(self) -> Request | None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            self._refuse(HTTPStatus.LENGTH_REQUIRED)
            return None
        if int(length) > BODY_BYTES_MAX:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return None
        parts = urlsplit(self.path)
        return Request(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers=Headers(self.headers.items()),
            body=self.rfile.read(int(length)),
        )

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True
        self._write(error_answer(status, "bad_request", status.phrase))

    def _write(self, answer: Answer) -> None:
        if answer.hangs_up:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection or self.server.connections.are_closing:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self._write_body(answer)
        self.wfile.flush()

    def _write_body(self, answer: Answer) -> None:
        if not answer.drip_seconds:
            self.wfile.write(answer.body)
            return
        for byte in answer.body:
            self.wfile.write(bytes((byte,)))
            self.wfile.flush()
            time.sleep(answer.drip_seconds / len(answer.body))


for _method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
    setattr(Handler, f"do_{_method}", Handler.respond)


class Connections:
    """The open connections, and which of them wait for a request."""

    def __init__(self) -> None:
        self._is_busy: dict[socket.socket, bool] = {}
        self._lock = threading.Lock()
        self._left = threading.Condition(self._lock)
        self.are_closing = False

    def enter(self, connection: socket.socket) -> None:
        """Note a new connection."""
        with self._lock:
            self._is_busy[connection] = False

    def leave(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._is_busy.pop(connection, None)
            self._left.notify_all()

    def wait_until_gone(self, *, seconds: float) -> None:
        """Wait until no connection is left, at most so long."""
        with self._lock:
            self._left.wait_for(lambda: not self._is_busy, seconds)

    def begin(self, connection: socket.socket) -> None:
        """Note that a request has arrived."""
        with self._lock:
            self._is_busy[connection] = True

    def end(self, connection: socket.socket) -> bool:
        """Note that a request was answered; say whether another may come."""
        with self._lock:
            self._is_busy[connection] = False
            return not self.are_closing

    def close_idle(self) -> None:
        """Close what waits for a request; the others close after their answer."""
        with self._lock:
            self.are_closing = True
            idle = [each for each, is_busy in self._is_busy.items() if not is_busy]
            for connection in idle:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # it is gone already


class Server(ThreadingHTTPServer):
    """A server on a socket that is bound already."""

    daemon_threads = True

    def __init__(self, bound: socket.socket, app: App) -> None:
        super().__init__(bound.getsockname()[:2], Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = bound
        self.app = app
        self.connections = Connections()

    def get_request(self) -> tuple[socket.socket, Any]:
        """Take a connection, and note it before another thread serves it."""
        connection, address = super().get_request()
        self.connections.enter(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """End a connection; by now nothing more is done for its client."""
        super().shutdown_request(request)
        self.connections.leave(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say where the stand-in itself failed; a message could hold a code."""
        del request, client_address
        kind, _, trace = sys.exc_info()
        name = kind.__name__ if kind else "error"
        sys.stderr.write(f"{name}\n{''.join(traceback.format_tb(trace))}")


class Listener:
    """
    A port that can really be closed and opened again.

    While it is closed, a socket that does not listen holds the port, so that a caller
    is refused at once and nobody else can take the port.
    """

    def __init__(self, host: str, port: int, app: App) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._held: socket.socket | None = _bound(host, port)
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self.host, self.port = self._held.getsockname()[:2]

    @property
    def url(self) -> str:
        """Where the port is found."""
        return f"http://{self.host}:{self.port}"

    def open(self) -> None:
        """Open the port, if it is closed."""
        with self._lock:
            if self._held is not None:
                self._serve(self._held)

    def close(self, *, patience_seconds: float = 0) -> None:
        """
        Close the port, if it is open; callers are refused until it opens again.

        With patience it is waited until nothing is done any more for who called before.
        """
        with self._lock:
            server = self._server
            if server is None:
                return
            self._close(server)
            self._held = _bound(self.host, self.port)
        server.connections.wait_until_gone(seconds=patience_seconds)

    def stop(self) -> None:
        """Close the port for good."""
        with self._lock:
            if self._server is not None:
                self._close(self._server)
            if self._held is not None:
                self._held.close()
                self._held = None

    def _serve(self, held: socket.socket) -> None:
        held.listen(128)
        self._held, self._server = None, Server(held, self._app)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True
        )
        self._thread.start()

    def _close(self, server: Server) -> None:
        server.shutdown()
        if self._thread is not None:
            self._thread.join()
        server.socket.close()
        server.connections.close_idle()
        self._server = self._thread = None


def _bound(host: str, port: int) -> socket.socket:
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind((host, port))
    return held
