"""Every verb that operations write into the journal is told in words."""

import re

import pytest

from purveyor.domain.provisioning.lifecycle import RUN
from purveyor.faces.backoffice.frame.cause_words import cause_words
from purveyor.faces.backoffice.frame.fact_words import facts
from purveyor.faces.backoffice.frame.history import DEEDS
from tests.support.source import modules

WRITTEN = re.compile(r'\b(?:log|line)\(\s*[\w.]+,\s*"(\w+)"')
BY_NAME = {f"{verb}_run" for verb in RUN.moves} | {
    "enter",
    "find_duplicate",
    "find_other_facts",
    "redeem",
    "expire",
    "vanish",
}


def test_every_verb_has_words() -> None:
    written = {
        verb for module in modules("purveyor") for verb in WRITTEN.findall(module.text)
    }

    assert "open_breaker" in written
    assert (written | BY_NAME) - set(DEEDS) == set()


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("rejected:invalid:product", "Refused by the vendor (invalid, product)"),
        ("due_time:unavailable", "Not made until the due time (The vendor was not rea"),
        ("not_linked", "The account is not synchronized"),
        ("", "Another cause"),
    ],
    ids=["field", "last cause", "bare", "none"],
)
def test_a_cause_is_told_in_words(code: str, told: str) -> None:
    assert cause_words(code).startswith(told)


def test_a_cause_in_the_journal_is_told_in_words() -> None:
    told = facts({"cause": "rejected:invalid:product", "count": 2})

    assert told == "Cause: Refused by the vendor (invalid, product) · How many: 2"
