"""An error has a message for people and facts for logs."""

from django.utils.translation import gettext_lazy

from purveyor.kernel.errors import NotFound, PurveyorError, Refused


def test_a_refusal_keeps_its_message_apart_from_its_facts() -> None:
    refusal = Refused("There are 3 items, 2 are allowed. Split it.", count=3, limit=2)

    assert (
        refusal.message
        == str(refusal)
        == "There are 3 items, 2 are allowed. " + ("Split it.")
    )
    assert refusal.facts == {"count": 3, "limit": 2}


def test_a_message_that_is_translated_late_is_a_text_at_once() -> None:
    assert type(Refused(gettext_lazy("Draft")).message) is str


def test_what_is_not_found_is_a_refusal_and_no_fault() -> None:
    assert issubclass(NotFound, Refused)
    assert issubclass(Refused, PurveyorError)
