"""What every command does when something is missing or wrong: it says so."""

import pytest

from purveyor.kernel.sealed import checked_keys
from tests.integration.console.shell import Console


def test_a_new_key_fits_into_the_ring_and_needs_no_settings(console: Console) -> None:
    code, said = console.runs("new-key", SECRET_KEY="")

    assert code == 0
    assert checked_keys([said]) == (said.strip(),)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"SEAL_KEYS": "none"}, "PURVEYOR_SEAL_KEYS must hold"),
        ({"SECRET_KEY_FILE": "nowhere"}, "PURVEYOR_SECRET_KEY_FILE cannot be read"),
    ],
)
def test_a_wrong_setting_is_told(
    console: Console, settings: dict[str, str], expected: str
) -> None:
    code, said = console.runs("doctor", **settings)

    assert code == 2
    assert expected in said
    assert "Traceback" not in said


def test_no_start_waits_for_what_draws_invoices(console: Console) -> None:
    loaded = console.does("import sys; print('fpdf' in sys.modules)")

    assert loaded.strip() == "False"


@pytest.mark.parametrize("command", ["work", "serve"])
def test_nothing_starts_on_an_empty_database(console: Console, command: str) -> None:
    code, said = console.runs(command)

    assert code == 2
    assert "run `purveyor prepare`" in said
    assert "Traceback" not in said


def test_the_doctor_says_what_to_do_first(console: Console) -> None:
    code, said = console.runs("doctor")

    assert code == 1
    assert "steps behind this version" in said


@pytest.mark.both
def test_preparing_twice_does_no_harm(prepared: Console) -> None:
    code, said = prepared.runs("prepare")

    assert code == 0, said
    assert "Ready" in said


def test_a_port_that_is_none_is_told(prepared: Console) -> None:
    code, said = prepared.runs("serve", PORT="80 80")

    assert code == 2
    assert "PURVEYOR_PORT is '80 80'" in said


def test_the_demo_keeps_away_from_records_of_somebody_else(
    prepared: Console,
) -> None:
    prepared.knows_an_account()

    code, said = prepared.runs("demo")

    assert code == 2
    assert "The database holds records, but no whole demo" in said
    assert "Traceback" not in said
