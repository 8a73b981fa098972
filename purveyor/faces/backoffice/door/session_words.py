"""Sessions in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse

from purveyor.domain.accounts.signing_in import SessionRow
from purveyor.faces.ui.browsers import browser_words


@dataclass(frozen=True, slots=True)
class ShownSession:
    """One browser in which somebody is signed in, as a page shows it."""

    person: str
    email: str
    browser: str
    address: str
    began_at: datetime
    seen_at: datetime
    is_current: bool
    end_url: str


def shown_sessions(
    request: HttpRequest, rows: Iterable[SessionRow]
) -> list[ShownSession]:
    """Return sessions for a page; the one that reads it is marked."""
    return [
        ShownSession(
            person=row.user.get_full_name(),
            email=row.user.email,
            browser=browser_words(row.browser),
            address=row.address,
            began_at=row.began_at,
            seen_at=row.seen_at,
            is_current=row.key == request.session.session_key,
            end_url=reverse("bss:end_session", args=[row.pk]),
        )
        for row in rows
    ]
