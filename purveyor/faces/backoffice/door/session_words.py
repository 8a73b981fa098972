"""Sessions and browsers in words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from purveyor.domain.accounts.signing_in import SessionRow

#: The first that fits names the browser: each also claims to be those below it.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Chromium", "Chromium"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


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


def browser_words(agent: str) -> str:
    """Return what a browser says of itself, as a person would say it."""
    browser = next((name for sign, name in BROWSERS if f"{sign}/" in agent), "")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    first = re.split(r"[\s/]", agent.strip(), maxsplit=1)[0]
    return browser or system or first or _("Unknown")
