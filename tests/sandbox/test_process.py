"""The stand-in as a process of its own: starting, ending, restarting, load."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Process:
    """One run of `python -m sandbox.bittitan`."""

    def __init__(self, data_dir: Path, *arguments: str) -> None:
        command = [
            sys.executable,
            "-m",
            "sandbox.bittitan",
            "--data-dir",
            str(data_dir),
        ]
        self.process = subprocess.Popen(
            [*command, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.addresses = json.loads(self.process.stdout.readline())

    def end(self) -> int:
        self.process.terminate()
        self.process.communicate(timeout=10)
        return self.process.returncode


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., Process]]:
    started = []

    def one(*arguments: str) -> Process:
        started.append(Process(tmp_path / "data", *arguments))
        return started[-1]

    yield one
    for process in started:
        process.end()


def test_it_says_where_it_is_and_ends_cleanly(start, tmp_path, vendor_at) -> None:
    process = start("--api-key", "k-1", "--workgroup", "w-1")

    written = json.loads((tmp_path / "data" / "sandbox.json").read_text())
    assert written == process.addresses
    assert process.addresses["pid"] == process.process.pid
    assert vendor_at(process.addresses).call("GET", "/v1/coupons").status == 200
    assert process.end() == 0


def test_a_restart_keeps_everything(start, owner_at, vendor_at) -> None:
    first = start()
    vendor, owner = vendor_at(first.addresses), owner_at(first.addresses)
    code = vendor.coupon("S-1").json["code"]
    late = vendor.wish("S-late")
    owner.turn(lists_spent=True)
    owner.arm("made_later", seconds=0.8)
    with pytest.raises(RemoteDisconnected):
        vendor.call("POST", "/v1/coupons", late)
    owner.arm("timeout_408", next=2)
    owner.arm("refuse_connection")
    first.end()

    second = start()
    vendor, owner = vendor_at(second.addresses), owner_at(second.addresses)

    armed = [(fault["fault"], fault["left"]) for fault in owner.armed()]
    assert armed == [("timeout_408", 2), ("refuse_connection", None)]
    with pytest.raises(ConnectionRefusedError):
        vendor.call("GET", "/v1/coupons")
    owner.clear()
    assert vendor.call("GET", f"/v1/coupons/{code}").status == 200
    assert owner.call("GET", "/sandbox/features").json["lists_spent"] is True
    until = time.monotonic() + 5
    while not vendor.find("S-late"):
        assert time.monotonic() < until


def test_a_taken_port_is_explained(start, tmp_path) -> None:
    port = start().addresses["api_url"].rpartition(":")[2]
    command = [
        sys.executable,
        "-m",
        "sandbox.bittitan",
        "--data-dir",
        str(tmp_path / "b"),
    ]

    second = subprocess.run(
        [*command, "--api-port", port],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert second.returncode == 1
    assert "Choose other ports" in second.stderr


def test_sixteen_callers_share_a_slow_vendor(start, owner_at, vendor_at) -> None:
    process = start()
    vendor, owner = vendor_at(process.addresses), owner_at(process.addresses)
    account = vendor.any_account()
    owner.arm("latency", always=True, seconds=0.1)
    netloc = process.addresses["api_url"].removeprefix("http://")

    def buy(caller: int) -> None:
        line = HTTPConnection(netloc, timeout=10)
        for number in range(5):
            wish = vendor.wish(f"S-{caller}-{number}", account=account)
            line.request("POST", "/v1/coupons", json.dumps(wish), vendor.headers)
            answer = line.getresponse()
            assert (answer.status, bool(answer.read())) == (201, True)
        line.close()

    began = time.monotonic()
    with ThreadPoolExecutor(16) as callers:
        list(callers.map(buy, range(16)))
    took = time.monotonic() - began

    assert owner.made() == 80
    assert took >= 0.5  # five calls of 0.1 s each, one after the other
    assert took < 3.0  # one caller after the other would need 8 s
