"""`purveyor demo`: a whole shop, started and stopped like a program of one part."""

import os
import re
import signal
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.console.shell import Console, Demo, a_demo

#: What was there before the newest version: the accounts without their last migration.
AN_OLDER_VERSION = """
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

graph = MigrationLoader(connection).graph
(newest,) = graph.leaf_nodes("accounts")
parents = (parent.key for parent in graph.node_map[newest].parents)
(before,) = [key for key in parents if key[0] == "accounts"]
call_command("migrate", *before, verbosity=0)
"""
ROLES = ["Administrator", "Sales", "Billing", "Operations", "Auditor"]


def visit() -> httpx.Client:
    return httpx.Client(trust_env=False, timeout=30)


def sign_in(client: httpx.Client, demo: Demo, person: dict[str, Any]) -> httpx.Response:
    url = demo.found["sign_in_url"]
    page = client.get(url)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token is not None
    form = {"username": person["email"], "password": person["password"]}
    return client.post(url, data={"csrfmiddlewaretoken": token[1], **form})


def ledger(demo: Demo) -> dict[str, Any]:
    url = demo.found["vendor"]["control_url"]
    with visit() as client:
        return dict(client.get(f"{url}/sandbox/ledger").json())


def inbox(demo: Demo) -> list[dict[str, Any]]:
    url = demo.found["vendor"]["control_url"]
    with visit() as client:
        return list(client.get(f"{url}/sandbox/inbox").json()["mails"])


def test_every_address_answers(demo: Demo) -> None:
    vendor = demo.found["vendor"]
    pages = [demo.found["sign_in_url"]]
    pages += [vendor[name] for name in ("control_url", "portal_url", "inbox_url")]

    with visit() as client:
        statuses = {page: client.get(page).status_code for page in pages}

    assert statuses == dict.fromkeys(pages, 200)


def test_scripts_find_all_they_need(demo: Demo) -> None:
    found = demo.found
    mode = stat.S_IMODE((demo.folder / "demo.json").stat().st_mode)

    assert [person["role"] for person in found["sign_ins"]] == ROLES
    assert set(found["processes"]) == {"vendor", "web", "worker"}
    assert found["vendor"]["api_key"]
    assert mode == 0o600


def test_secrets_are_for_the_owner_only(demo: Demo) -> None:
    modes = [
        stat.S_IMODE((demo.folder / name).stat().st_mode)
        for name in ("secret_key", "seal_keys")
    ]

    assert modes == [0o600, 0o600]


@pytest.mark.parametrize("role", ROLES)
def test_everybody_can_sign_in(demo: Demo, role: str) -> None:
    person = next(p for p in demo.found["sign_ins"] if p["role"] == role)

    with visit() as client:
        answer = sign_in(client, demo, person)
        front = client.get(demo.found["bss_url"])

    assert answer.status_code == 302
    assert front.status_code == 200


def test_a_wrong_password_opens_nothing(demo: Demo) -> None:
    person = demo.found["sign_ins"][0] | {"password": "not-this-one"}

    with visit() as client:
        answer = sign_in(client, demo, person)

    assert answer.status_code == 200


def test_coupons_were_made_by_the_vendor_once_each(demo: Demo) -> None:
    counts = ledger(demo)["counts"]

    assert counts["coupons"] >= 20
    assert counts["made_twice"] == 0
    assert counts["redeemed"] >= 3
    assert counts["expired"] >= 1


def test_customers_have_got_their_mails(demo: Demo) -> None:
    mails = inbox(demo)

    assert len(mails) >= 15
    assert all(to.endswith(".example") for mail in mails for to in mail["to"])


def test_logs_hold_no_coupon_code(demo: Demo) -> None:
    codes = [coupon["code"] for coupon in ledger(demo)["coupons"]]
    logs = "".join(log.read_text() for log in (demo.folder / "logs").iterdir())

    assert logs
    assert [code for code in codes if code in logs] == []


def test_the_doctor_finds_nothing(demo: Demo, console: Console) -> None:
    vendor = demo.found["vendor"]
    keys = {
        "SECRET_KEY_FILE": str(demo.folder / "secret_key"),
        "SEAL_KEYS_FILE": str(demo.folder / "seal_keys"),
    }

    code, said = console.runs("doctor", SMTP_PORT=str(vendor["smtp_port"]), **keys)

    assert code == 0, said
    assert "✗" not in said


def test_a_second_demo_in_the_same_folder_is_refused(
    demo: Demo, console: Console
) -> None:
    code, said = console.runs("demo")

    assert code == 2
    assert "already" in said
    assert "Traceback" not in said


def test_a_port_in_use_is_told(demo: Demo, console: Console) -> None:
    port = console.environment["PURVEYOR_PORT"]
    other = console.folder / "other"

    code, said = console.runs("demo", DATA_DIR=str(other))

    assert code == 2
    assert f"Port {port} is in use" in said


def test_ctrl_c_leaves_nothing_behind_and_the_next_start_goes_on(
    demo: Demo, console: Console
) -> None:
    before, coupons, pids = demo.found, ledger(demo)["counts"], demo.pids()

    code = demo.run.stopped_by(signal.SIGINT)

    assert len(pids) >= 5
    assert code == 0, demo.run.said
    assert before["bss_url"] in demo.run.said
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []

    console.does(AN_OLDER_VERSION)
    with a_demo(console) as again:
        assert again.found["vendor"] == before["vendor"]
        assert again.found["bss_url"] == before["bss_url"]
        assert ledger(again)["counts"]["coupons"] == coupons["coupons"]
        worker = again.found["processes"]["worker"]

        os.kill(worker, signal.SIGKILL)

        assert again.run.ended() == 1
        assert "worker ended unexpectedly" in again.run.said
        assert again.pids() == []
