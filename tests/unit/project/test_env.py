"""A setting that is wrong stops the start, and says which and why."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from purveyor.project import env

RANDOM = "q8Zt0v1LxW5mN7cRb2Ks9dFg3hJp4aEyUiOoTrQe"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return how the operator sets one variable."""

    def put(value: str, name: str = "THING") -> None:
        monkeypatch.setenv(f"PURVEYOR_{name}", value)

    return put


def test_a_text_is_taken_as_it_is_written(given) -> None:
    given(" as it is ")

    assert env.text("THING") == " as it is "


def test_what_is_not_set_has_its_default_or_stops_the_start() -> None:
    assert env.text("THING", "default") == "default"
    with pytest.raises(ImproperlyConfigured, match="PURVEYOR_THING is not set"):
        env.text("THING")


@pytest.mark.parametrize(("value", "expected"), [("on", True), ("off", False)])
def test_a_flag_is_on_or_off(value, expected, given) -> None:
    given(value)

    assert env.flag("THING", default=not expected) is expected


@pytest.mark.parametrize("value", ["true", "1", "ON", "", "yes"])
def test_a_flag_is_nothing_else(value, given) -> None:
    given(value)

    with pytest.raises(ImproperlyConfigured, match="write `on` or `off`"):
        env.flag("THING", default=False)


@pytest.mark.parametrize("default", [True, False])
def test_a_flag_that_is_not_set_has_its_default(default) -> None:
    assert env.flag("THING", default=default) is default


@pytest.mark.parametrize(("value", "expected"), [("1", 1), ("2.5", 2.5), ("10", 10)])
def test_a_number_may_stand_on_its_bounds(value, expected, given) -> None:
    given(value)

    assert env.number("THING", default=5, least=1, most=10) == expected


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("0.9", "from 1 to 10"),
        ("11", "from 1 to 10"),
        ("nan", "from 1 to 10"),
        ("inf", "from 1 to 10"),
        ("ten", "write a number"),
        ("", "write a number"),
    ],
)
def test_a_number_out_of_bounds_stops_the_start(value, says, given) -> None:
    given(value)

    with pytest.raises(ImproperlyConfigured, match=says):
        env.number("THING", default=5, least=1, most=10)


def test_numbers_are_separated_by_commas(given) -> None:
    given("5, 30,0.5")

    assert env.numbers("THING", default="1") == (5.0, 30.0, 0.5)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("5,0", "above nought"),
        ("-1", "above nought"),
        ("5,nan", "above nought"),
        ("5,inf", "above nought"),
        ("5,,30", "separated by commas"),
        ("", "separated by commas"),
        ("soon", "separated by commas"),
    ],
)
def test_numbers_that_are_none_stop_the_start(value, says, given) -> None:
    given(value)

    with pytest.raises(ImproperlyConfigured, match=says):
        env.numbers("THING", default="1")


def test_words_are_separated_by_commas_and_blanks_are_left_out(given) -> None:
    given(" a.example, b.example ,,")

    assert env.words("THING") == ["a.example", "b.example"]
    assert env.words("OTHER") == []


def test_a_secret_comes_from_its_file_before_the_variable(
    given, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.write_text("from the file\n")
    given("from the variable")
    assert env.secret("THING") == "from the variable"

    given(str(file), "THING_FILE")

    assert env.secret("THING") == "from the file"


def test_a_file_that_cannot_be_read_stops_the_start(given, tmp_path: Path) -> None:
    given(str(tmp_path / "missing"), "THING_FILE")

    with pytest.raises(ImproperlyConfigured, match="PURVEYOR_THING_FILE cannot be"):
        env.secret("THING")


def test_a_strong_secret_is_returned() -> None:
    assert env.strong("THING", RANDOM) == RANDOM


@pytest.mark.parametrize("weak", ["", RANDOM[:39], "a" * 60, "abcabcabc" * 8], ids=len)
def test_a_weak_secret_stops_the_start_and_is_not_told(weak) -> None:
    with pytest.raises(ImproperlyConfigured, match="PURVEYOR_THING is weak") as refusal:
        env.strong("THING", weak)

    assert not weak or weak not in str(refusal.value)
