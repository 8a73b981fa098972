"""The real web server, a browser that is signed in at it, and how long it answers."""

import os
import re
import secrets
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from django.conf import settings
from django.contrib.auth.hashers import ScryptPasswordHasher, make_password

from purveyor.domain.accounts.models import User
from purveyor.faces.console.serve import PROCESSES

WARM_UP, MEASURED = 10, 60
PASSWORD = secrets.token_urlsafe(16)
BSS, STOREFRONT = "/bss/login/", "/account/sign-in/"
SERVE = """
from purveyor.faces.console import main, serve
serve.PROCESSES = {processes}
raise SystemExit(main.main(["serve"]))
"""

Ask = Callable[[httpx.Client], httpx.Response]


def can_sign_in(user: User) -> None:
    """Give a person the password, hashed as the server does; tests are quicker."""
    user.password = make_password(PASSWORD, hasher=ScryptPasswordHasher())
    user.save(update_fields=["password"])


@contextmanager
def web_server(folder: Path, *, processes: int = PROCESSES) -> Iterator[str]:
    """Start `purveyor serve` on the benchmark's database, and yield its address."""
    port = _free_port()
    own = {
        "DATA_DIR": str(folder),
        "SECRET_KEY": settings.SECRET_KEY,
        "SEAL_KEYS": ",".join(settings.PURVEYOR_SEAL_KEYS),
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    environment = {f"PURVEYOR_{name}": value for name, value in own.items()}
    kept = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    program = [sys.executable, "-c", SERVE.format(processes=processes)]
    with (folder / "server.log").open("ab") as log:
        server = subprocess.Popen(
            program, env={**kept, **environment}, stdout=log, stderr=log
        )
    try:
        yield own["PUBLIC_URL"]
    finally:
        server.terminate()
        server.wait(30)


@contextmanager
def visit(address: str, *, email: str, door: str) -> Iterator[httpx.Client]:
    """Yield a browser in which a person has come in by one of the doors."""
    with httpx.Client(base_url=address, timeout=60) as client:
        shown = _once_it_serves(client, door)
        sent = {"username": email, "password": PASSWORD, **token_on(shown)}
        answer = client.post(door, data=sent)
        assert answer.status_code == httpx.codes.FOUND, answer.text
        yield client


def get(address: str) -> Ask:
    """Return the question that reads a page."""
    return lambda client: client.get(address)


def token_on(page: httpx.Response) -> dict[str, str]:
    """Return what has to be sent along with a form of this page."""
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert found, page.text
    return {"csrfmiddlewaretoken": found[1]}


def p95(client: httpx.Client, ask: Ask) -> float:
    """Return the 95th of a hundred answers, in milliseconds."""
    spans = []
    for _request in range(WARM_UP + MEASURED):
        began = time.perf_counter()
        answer = ask(client)
        spans.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == httpx.codes.OK, answer
    return statistics.quantiles(spans[WARM_UP:], n=20)[-1]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _once_it_serves(client: httpx.Client, door: str) -> httpx.Response:
    for _try in range(120):
        try:
            return client.get(door)
        except httpx.TransportError:
            time.sleep(0.5)
    message = "The web server does not answer."
    raise RuntimeError(message)
