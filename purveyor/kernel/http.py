"""
The only HTTP client: one deadline per call, and truth about what was sent.

A call that fails says which of two things is so: the request never left (`NotSent`),
or it may have arrived (`NoAnswer`). Where a request can spend money, that is the
difference between sending it again and looking first.

All calls of a process share one event loop, on a thread of its own, and one pool of
connections; the methods are plain, for any number of threads. Redirects are not
followed, there are no cookies and no proxies, and nothing that may hold a secret (path
values, queries, headers, bodies) is logged.
"""

import asyncio
import ipaddress
import json
import logging
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import SplitResult, quote, urlencode, urlsplit

import httpx
import structlog

from purveyor.kernel.errors import PurveyorError, Refused

BODY_BYTES_MAX = 8 * 1024 * 1024
CONNECTIONS_MAX = 256
IDLE_CONNECTIONS_MAX = 64
IDLE_SECONDS_MAX = 2.0  # short: a connection that the server just closed costs a doubt
DEADLINE_SECONDS = 20.0
CONNECT_SHARE = 0.9  # of the deadline, for the connection
GRACE_SECONDS = 1.0  # how much longer a caller waits if the loop itself hangs
PAUSES_SECONDS = (0.1, 0.4)  # before the repeats of a read, so at most two repeats
SUCCESSES = range(200, 300)
SCHEMES = ("https", "http")
PASSING = (429, *range(500, 600))  # a read may be answered otherwise in a moment
REASONS = (
    (socket.gaierror, "its name is not known"),
    (ssl.SSLError, "no safe connection could be made"),
    (httpx.ConnectError, "no connection could be made"),
    (httpx.RemoteProtocolError, "the connection ended early, or it was no HTTP"),
)

_log = structlog.get_logger("purveyor.http")

for _name in ("httpx", "httpcore"):  # they log whole addresses and headers
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


class BadAddress(Refused):
    """An address that is not called: not https, or with parts it must not have."""

    code = "http.bad_address"


class Unsendable(Refused):
    """A header or a part of a path that cannot be written into a request."""

    code = "http.unsendable"


class TransportFailure(PurveyorError):
    """There is no answer. `reason` says why, in words for people."""

    code = "http.failed"
    summary: ClassVar[str]

    def __init__(self, message: object, *, reason: str) -> None:
        super().__init__(message, reason=reason)
        self.reason = reason


class NotSent(TransportFailure):
    """The request never left: not connected, or out of time before it was sent."""

    code = "http.not_sent"
    summary = "The server was not reached"


class NoAnswer(TransportFailure):
    """The request was sent, at least in part, and no whole answer came back."""

    code = "http.no_answer"
    summary = "No whole answer came"


@dataclass(frozen=True, slots=True)
class Call:
    """
    One request. Only its method and its path template are ever shown.

    Shape: `path` is a template such as `/v1/coupons/{code}`; `path_values` fill it and
           are quoted whole; `body` is what JSON can hold, None for no body.
    """

    method: str
    path: str
    path_values: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str | int] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: object = field(default=None, repr=False)

    def target(self) -> str:
        """
        Return the path and query to ask for.

        :raises Unsendable: a value would change the path instead of filling it.
        """
        if any(value in {"", ".", ".."} for value in self.path_values.values()):
            raise Unsendable("A part of the address is empty or a dot. Fill it in.")
        values = {name: quote(v, safe="") for name, v in self.path_values.items()}
        path = self.path.format_map(values)
        return f"{path}?{urlencode(self.query)}" if self.query else path


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What a server answered.

    Shape: header names are in lower case; `body` is the parsed JSON, and None with
           `is_readable` false if the body is no JSON, too long, or empty.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: object = field(default=None, repr=False)
    is_readable: bool = False

    @property
    def is_success(self) -> bool:
        return self.status in SUCCESSES

    @property
    def retry_after_seconds(self) -> int | None:
        """Return how many seconds we are asked to wait, if it is a sensible number."""
        wish = self.headers.get("retry-after", "").strip()
        return int(wish) if re.fullmatch(r"[0-9]{1,5}", wish) else None


class Transport:
    """Calls one server, with one set of headers and one deadline."""

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
        allow_plain_http: bool = False,
    ) -> None:
        self._base_url = _checked_address(base_url, allow_plain_http=allow_plain_http)
        self._headers = _checked_headers(headers or {})
        self.deadline_seconds = deadline_seconds

    def send(self, call: Call, *, deadline_seconds: float | None = None) -> Answer:
        """
        Send a request once and return the answer, whatever its status.

        The deadline is one for all: connecting, sending, and reading to the last byte.

        :raises NotSent: the server cannot have seen the request.
        :raises NoAnswer: the server may have seen it, and may have done as asked.
        """
        request = self._request(call)
        started_at = time.monotonic()
        outcome = _network().exchange(request, seconds=self._left(deadline_seconds))
        elapsed = round((time.monotonic() - started_at) * 1000)
        line = _log.bind(method=call.method, path=call.path, milliseconds=elapsed)
        if isinstance(outcome, _Failure):
            line.info("http.failed", was_sent=outcome.was_sent, reason=outcome.reason)
            raise outcome.error()
        line.info("http.answered", status=outcome.status)
        return outcome.answer()

    def read(self, call: Call, *, deadline_seconds: float | None = None) -> Answer:
        """
        Send a request that changes nothing; repeat it up to twice within the deadline.

        Repeated are calls without an answer, 5xx, and 429 if the wait fits.

        :raises TransportFailure: no answer came, the last time.
        """
        ends_at = time.monotonic() + self._left(deadline_seconds)
        for pause in PAUSES_SECONDS:
            wait = pause
            try:
                answer = self.send(call, deadline_seconds=ends_at - time.monotonic())
            except TransportFailure:
                if time.monotonic() + wait >= ends_at:
                    raise
            else:
                wait = max(pause, answer.retry_after_seconds or 0)
                is_final = answer.status not in PASSING
                if is_final or time.monotonic() + wait >= ends_at:
                    return answer
            time.sleep(wait)
        return self.send(call, deadline_seconds=ends_at - time.monotonic())

    def _left(self, own: float | None) -> float:
        return self.deadline_seconds if own is None else max(own, 0.0)

    def _request(self, call: Call) -> httpx.Request:
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "purveyor",
            **self._headers,
            **_checked_headers(call.headers),
        }
        url = self._base_url + call.target()
        if call.body is None:
            return httpx.Request(call.method, url, headers=headers)
        headers["Content-Type"] = "application/json"
        content = json.dumps(call.body, allow_nan=False)
        return httpx.Request(call.method, url, headers=headers, content=content)


def _checked_address(base_url: str, *, allow_plain_http: bool) -> str:
    """
    Return an address without its last slash.

    :raises BadAddress: it may not be called. It is not repeated: it may hold a secret.
    """
    address = base_url.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna")
        is_whole = host and parts.port != 0 and str(httpx.URL(address))
    except (ValueError, httpx.InvalidURL):
        is_whole = False
    if not is_whole or re.search(r"\s", address) or parts.scheme not in SCHEMES:
        raise BadAddress("The address must begin with https:// and name a host.")
    if parts.scheme == "http" and not (allow_plain_http or _is_loopback(parts)):
        raise BadAddress("Plain http:// is for this machine only. Write https://host.")
    if re.search(r"[@?#]", address):
        raise BadAddress("The address must hold no password, no ? and no #.")
    return address


def _is_loopback(parts: SplitResult) -> bool:
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname == "localhost"


def _checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """
    Return headers that fit into a request.

    :raises Unsendable: one holds a line break or a letter beyond ASCII.
    """
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable()):
            raise Unsendable(
                f"{name} holds letters that cannot be sent. Type it again."
            )
    return dict(headers)


@dataclass(frozen=True, slots=True)
class _Raw:
    """An answer whose body is still bytes: the caller's thread parses it."""

    status: int
    headers: Mapping[str, str]
    content: bytes | None

    def answer(self) -> Answer:
        if self.content is None:
            return Answer(self.status, self.headers)
        try:
            # NaN and Infinity are not JSON, and `int` refuses them.
            body = json.loads(self.content, parse_constant=int)
        except (ValueError, RecursionError):
            return Answer(self.status, self.headers)
        return Answer(self.status, self.headers, body, is_readable=True)


@dataclass(frozen=True, slots=True)
class _Failure:
    was_sent: bool
    reason: str

    def error(self) -> TransportFailure:
        kind = NoAnswer if self.was_sent else NotSent
        return kind(f"{kind.summary}: {self.reason}.", reason=self.reason)


class _Network:
    """One event loop on a thread of its own, and the connections it keeps."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._connections = httpx.AsyncHTTPTransport(
            trust_env=False,
            limits=httpx.Limits(
                max_connections=CONNECTIONS_MAX,
                max_keepalive_connections=IDLE_CONNECTIONS_MAX,
                keepalive_expiry=IDLE_SECONDS_MAX,
            ),
        )

    def start(self) -> None:
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def exchange(self, request: httpx.Request, *, seconds: float) -> _Raw | _Failure:
        work = self._exchange(request, seconds=seconds)
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        try:
            return future.result(timeout=seconds + GRACE_SECONDS)
        except TimeoutError:  # the loop hangs; what it did nobody knows
            return _Failure(was_sent=True, reason="our own network thread hangs")
        finally:
            future.cancel()  # does nothing to one that is done

    async def _exchange(
        self, request: httpx.Request, *, seconds: float
    ) -> _Raw | _Failure:
        was_sent = False

        async def trace(event: str, _facts: object) -> None:
            # Before sending there are only events of the connection. Any other counts:
            # a renamed event would make us doubt too often and never too seldom.
            nonlocal was_sent
            was_sent = was_sent or not event.startswith("connection.")

        # The library closes a socket in a handshake only if it gives up itself.
        timeout = {"connect": CONNECT_SHARE * seconds}
        request.extensions = {"trace": trace, "timeout": timeout}
        try:
            async with asyncio.timeout(seconds):
                return await self._ask(request)
        except (TimeoutError, httpx.TimeoutException):
            missed = "answer" if was_sent else "connection"
            reason = f"no {missed} within {seconds:.3g} seconds"
        except (httpx.HTTPError, OSError) as error:
            reason = _reason(error)
        return _Failure(was_sent=was_sent, reason=reason)

    async def _ask(self, request: httpx.Request) -> _Raw:
        response = await self._connections.handle_async_request(request)
        try:
            content = await _content(response)
        finally:
            await response.aclose()
        return _Raw(response.status_code, dict(response.headers), content)


async def _content(response: httpx.Response) -> bytes | None:
    """Return the whole body, or None if it is longer than anybody should send."""
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > BODY_BYTES_MAX:
            return None
    return bytes(content)


def _reason(error: BaseException) -> str:
    """
    Return why a call failed, in our own words: the deepest cause that has some.

    The library's words are not used: they can repeat parts of the answer.
    """
    found = "the connection broke"
    cause: BaseException | None = error
    while cause is not None:
        found = next((why for kind, why in REASONS if isinstance(cause, kind)), found)
        cause = cause.__cause__ or cause.__context__
    return found


_networks: dict[int, _Network] = {}


def _network() -> _Network:
    """
    Return this process's network, started at its first call.

    A forked process makes its own. No lock, since a fork can copy a held one: of two
    threads that race, one's network is kept. A parent's stays referenced and so open.
    """
    pid = os.getpid()
    if pid not in _networks:
        fresh = _Network()
        if _networks.setdefault(pid, fresh) is fresh:
            fresh.start()
        else:
            fresh.loop.close()
    return _networks[pid]
