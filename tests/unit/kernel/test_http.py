"""The HTTP client against a server of a few lines that misbehaves in every way."""

import gzip
import json
import logging
import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from purveyor.kernel import http
from purveyor.kernel.http import (
    BadAddress,
    Call,
    NoAnswer,
    NotSent,
    Transport,
    TransportFailure,
    Unsendable,
)
from tests.support.raw_server import (
    Behaviour,
    a_server,
    answers,
    drips,
    keeps_silent,
    says,
)

DEADLINE_SECONDS = 0.5
SLACK_SECONDS = 1.0  # a busy machine; still far below what a drip would take
SECRET = "COUPON-4711"
READ = Call("GET", "/things")
BUY = Call("POST", "/things", body={"quantity": 1})


def a_transport(address: str, *, seconds: float = DEADLINE_SECONDS) -> Transport:
    headers = {"Authorization": f"Bearer {SECRET}"}
    return Transport(address, headers=headers, deadline_seconds=seconds)


def a_closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


def test_an_answer_comes_back_parsed_and_the_request_arrives_whole() -> None:
    call = Call("POST", "/things", body={"name": "Ä"}, headers={"X-Key": "k1"})
    with a_server(answers(b'{"id": 7}', status=201, headers="X-Id: 7\r\n")) as server:
        answer = a_transport(f"{server.address}/api/").send(call)

    assert (answer.status, answer.is_success) == (201, True)
    assert (answer.body, answer.is_readable) == ({"id": 7}, True)
    assert answer.headers["x-id"] == "7"
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/things HTTP/1.1\r\n")
    assert b"\r\nX-Key: k1" in head
    assert b"\r\nAuthorization: Bearer COUPON-4711" in head
    assert json.loads(body) == {"name": "Ä"}


def test_path_and_query_values_are_quoted_whole() -> None:
    call = Call(
        "GET", "/t/{code}", path_values={"code": "a/b?c#d%41 é"}, query={"q": "x&y=1"}
    )
    with a_server(answers()) as server:
        a_transport(server.address).send(call)

    line = server.requests[0].partition(b"\r\n")[0]
    assert line == b"GET /t/a%2Fb%3Fc%23d%2541%20%C3%A9?q=x%26y%3D1 HTTP/1.1"


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_value_that_would_change_the_path_is_refused(value: str) -> None:
    call = Call("DELETE", "/things/{code}", path_values={"code": value})

    with pytest.raises(Unsendable):
        a_transport("http://127.0.0.1:9").send(call)


@pytest.mark.parametrize("value", ["two\r\nlines", "schlüssel", "bell\a"])
def test_a_header_that_cannot_be_sent_is_refused_without_being_shown(
    value: str,
) -> None:
    with pytest.raises(Unsendable) as refusal:
        Transport("https://vendor.example", headers={"Authorization": value})

    assert value not in refusal.value.message


@pytest.mark.parametrize(
    "address",
    [
        "",
        "vendor.example",
        "ftp://vendor.example",
        "https://",
        "https://a..example",
        "https://vendor.example:99999",
        "https://vendor.example/?key=1",
        "https://vendor.example/#top",
        "https://vendor.example/a b\n",
        "http://vendor.example",
        "http://127.0.0.1.vendor.example",
        f"https://mia:{SECRET}@vendor.example",
    ],
)
def test_an_address_that_must_not_be_called_is_refused(address: str) -> None:
    with pytest.raises(BadAddress) as refusal:
        Transport(address)

    assert SECRET not in refusal.value.message


@pytest.mark.parametrize(
    "address",
    [
        "https://vendor.example/api/",
        "http://localhost:8000",
        "http://127.0.0.1",
        "http://[::1]:8000",
    ],
)
def test_https_and_this_machine_may_be_called(address: str) -> None:
    assert Transport(address).deadline_seconds == http.DEADLINE_SECONDS


def test_plain_http_elsewhere_needs_a_word() -> None:
    assert Transport("http://vendor.example", allow_plain_http=True) is not None


def test_a_closed_port_means_not_sent() -> None:
    with pytest.raises(NotSent) as failure:
        a_transport(f"http://{a_closed_port()}").send(BUY)

    assert failure.value.reason == "no connection could be made"


def test_a_name_that_nobody_knows_means_not_sent() -> None:
    with pytest.raises(NotSent):
        a_transport("https://vendor.invalid").send(BUY)


def test_a_safe_connection_that_fails_means_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def speak_plainly() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 400 no\r\n\r\n")

        threading.Thread(target=speak_plainly, daemon=True).start()
        with pytest.raises(NotSent) as failure:
            a_transport(f"https://127.0.0.1:{port}", seconds=5).send(BUY)

    assert failure.value.reason == "no safe connection could be made"


def test_a_deadline_before_the_request_left_means_not_sent() -> None:
    says_nothing = socket.create_server(("127.0.0.1", 0))
    with says_nothing as listener, pytest.raises(NotSent) as failure:
        a_transport(f"https://127.0.0.1:{listener.getsockname()[1]}").send(BUY)

    assert failure.value.reason == "no connection within 0.5 seconds"


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(says(b""), id="hangs up"),
        pytest.param(says(b"HTTP/1.1 200 OK\r\nContent-Le"), id="half a head"),
        pytest.param(
            says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"), id="half a body"
        ),
        pytest.param(says(b"Who is there?\r\n\r\n"), id="no HTTP"),
        pytest.param(keeps_silent, id="silence"),
        pytest.param(drips(b"HTTP/1.1 200 OK\r\n" * 9), id="head drips"),
        pytest.param(
            drips(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n" + b" " * 90),
            id="body drips",
        ),
    ],
)
def test_after_sending_every_failure_means_no_answer(behaviour: Behaviour) -> None:
    started_at = time.monotonic()

    with a_server(behaviour) as server, pytest.raises(NoAnswer):
        a_transport(server.address).send(BUY)

    assert time.monotonic() - started_at < DEADLINE_SECONDS + SLACK_SECONDS
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "behaviour",
    [
        answers(b""),
        answers(b"<html>"),
        answers(b"NaN"),
        answers(b"\xff\xfe\xfd"),
        answers(b"[" * 200_000),
        answers(gzip.compress(b"{}"), headers="Content-Encoding: gzip\r\n"),
        answers(b" " * (http.BODY_BYTES_MAX + 1)),
    ],
    ids=["empty", "html", "not a number", "bytes", "deep", "packed", "too long"],
)
def test_a_body_that_is_no_json_keeps_the_status(behaviour: Behaviour) -> None:
    with a_server(behaviour) as server:
        answer = a_transport(server.address, seconds=5).send(BUY)

    assert (answer.status, answer.body, answer.is_readable) == (200, None, False)


def test_redirects_are_not_followed() -> None:
    elsewhere = answers(status=302, headers="Location: /elsewhere\r\n")
    with a_server(elsewhere) as server:
        answer = a_transport(server.address).read(READ)

    assert answer.status == 302
    assert len(server.requests) == 1


def test_no_cookie_is_kept_and_no_proxy_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://{a_closed_port()}")
    monkeypatch.setenv("ALL_PROXY", f"http://{a_closed_port()}")
    with a_server(answers(headers="Set-Cookie: a=b\r\n")) as server:
        a_transport(server.address).send(READ)
        a_transport(server.address).send(READ)

    assert len(server.requests) == 2
    assert b"cookie" not in server.requests[1].lower()


def test_a_connection_is_used_again() -> None:
    with a_server(answers()) as server:
        for _ in range(3):
            a_transport(server.address).send(READ)

    assert (server.connections_count, len(server.requests)) == (1, 3)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_write_is_never_repeated(status: int) -> None:
    with a_server(answers(status=status)) as server:
        answer = a_transport(server.address).send(BUY)

    assert answer.status == status
    assert len(server.requests) == 1


def test_a_read_is_repeated_twice() -> None:
    with a_server(says(b""), answers(status=503), answers(b"[]")) as server:
        answer = a_transport(server.address, seconds=5).read(READ)

    assert (answer.status, answer.body) == (200, [])
    assert len(server.requests) == 3


def test_a_read_gives_up_after_two_repeats() -> None:
    with a_server(answers(status=500)) as server:
        answer = a_transport(server.address, seconds=5).read(READ)

    assert answer.status == 500
    assert len(server.requests) == 3


def test_a_read_does_not_wait_longer_than_its_deadline() -> None:
    with a_server(answers(status=429, headers="Retry-After: 30\r\n")) as server:
        answer = a_transport(server.address).read(READ)

    assert (answer.status, answer.retry_after_seconds) == (429, 30)
    assert len(server.requests) == 1


def test_repeats_share_one_deadline() -> None:
    started_at = time.monotonic()

    with a_server(says(b""), keeps_silent) as server, pytest.raises(TransportFailure):
        a_transport(server.address).read(READ)

    assert time.monotonic() - started_at < DEADLINE_SECONDS + SLACK_SECONDS


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [("7", 7), ("0", 0), ("999999", None), ("-1", None), ("soon", None)],
)
def test_the_wish_to_wait_is_read_in_seconds(wish: str, seconds: int | None) -> None:
    answer = http.Answer(429, {"retry-after": wish})

    assert answer.retry_after_seconds == seconds


def test_logs_hold_the_template_and_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    call = Call(
        "POST", "/c/{code}", {"code": SECRET}, {"q": SECRET}, {"X-K": SECRET}, SECRET
    )
    echo = answers(f'"{SECRET}"'.encode(), headers=f"X-Echo: {SECRET}\r\n")
    behaviours = echo, says(SECRET.encode())
    with a_server(*behaviours) as server, capture_logs() as lines:
        answer = a_transport(server.address).send(call)
        with pytest.raises(NoAnswer) as failure:
            a_transport(server.address).send(call)

    assert [line["event"] for line in lines] == ["http.answered", "http.failed"]
    assert {(line["method"], line["path"]) for line in lines} == {("POST", "/c/{code}")}
    assert lines[0]["status"] == 200
    shown = f"{lines}{caplog.text}{call!r}{answer!r}{failure.value.facts}"
    assert SECRET not in shown + str(failure.value)
    assert failure.value.__context__ is None  # the library's error repeats the answer


def test_many_threads_call_at_once() -> None:
    def slowly(connection: socket.socket) -> None:
        time.sleep(0.2)
        answers()(connection)

    with a_server(slowly) as server, ThreadPoolExecutor(64) as threads:
        transport = a_transport(server.address, seconds=10)
        started_at = time.monotonic()
        found = list(threads.map(lambda _: transport.send(READ).status, range(64)))

    assert found == [200] * 64
    assert time.monotonic() - started_at < 64 * 0.2 / 4


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_calls_on_its_own() -> None:
    with a_server(answers()) as server:
        transport = a_transport(server.address, seconds=5)
        transport.send(READ)
        child = os.fork()
        if child == 0:
            with suppress(BaseException):
                os._exit(0 if transport.send(READ).status == 200 else 1)
            os._exit(2)
        _, status = os.waitpid(child, 0)

        assert os.waitstatus_to_exitcode(status) == 0
        assert transport.send(READ).status == 200
