"""Both faces, and the sentences below them, write a day and a moment alike."""

from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.formats import date_format

from purveyor.faces.backoffice.frame.display import clock_time, day, moment

AT = datetime(2027, 11, 25, 22, 5, tzinfo=UTC)  # in Berlin: 23:05 of the same day
WRITTEN = [
    ("en", "25 Nov 2027", "23:05"),
    ("de", "25.11.2027", "23:05"),
]


@pytest.mark.parametrize(("language", "of_day", "of_time"), WRITTEN)
def test_a_day_is_written_one_way(language: str, of_day: str, of_time: str) -> None:
    shown = Template("{{ at.date }} | {{ at }} | {{ at|time }}")

    with translation.override(language):
        on_page = shown.render(Context({"at": AT})).split(" | ")
        in_bss = [day(AT.date()), moment(AT), clock_time(AT)]
        in_a_sentence = date_format(AT.date())

    assert on_page == in_bss == [of_day, f"{of_day}, {of_time}", of_time]
    assert in_a_sentence == of_day
