"""Every cause has an actor and a next step in words."""

import pytest

from purveyor.domain.provisioning.causes import Cause, Why, cause_of
from purveyor.domain.provisioning.explanation import ACTORS, MEANINGS
from purveyor.kernel.work.models import CAUSE_MAX


@pytest.mark.parametrize("cause", list(Cause), ids=lambda cause: cause or "new")
def test_every_cause_says_who_acts_and_what_happens_then(cause: Cause) -> None:
    meaning = MEANINGS[cause]

    words = str(meaning.then) % {"vendor": "BitTitan"}
    assert str(meaning.means).endswith(".")
    assert str(ACTORS[meaning.actor])
    assert words.endswith(".")
    assert "%(" not in words


def test_there_is_no_word_for_a_cause_that_does_not_exist() -> None:
    assert set(MEANINGS) == set(Cause)


def test_no_two_actors_have_the_same_name() -> None:
    assert len({str(name) for name in ACTORS.values()}) == len(ACTORS)


@pytest.mark.parametrize("cause", list(Cause), ids=lambda cause: cause or "new")
def test_a_cause_is_read_back_from_its_column_whatever_its_detail(cause: Cause) -> None:
    assert cause_of(Why(cause, "words").code) == cause
    assert cause_of(Why(cause, "words", "invalid:product").code) == cause
    assert len(Why(cause, "words", "x" * 500).code) <= CAUSE_MAX


def test_an_unknown_cause_is_a_fault_of_ours() -> None:
    assert cause_of("of_a_newer_version:x") == Cause.OUR_FAULT


def test_a_reason_fits_its_column() -> None:
    assert len(Why(Cause.UNCLEAR, "x" * 2_000).columns["waits_because"]) == 500
