"""What the mail with the link says by which a person sets a password."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.conf import settings
from django.utils.html import linebreaks, urlize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from purveyor.domain.accounts.invitations import VALID_FOR
from purveyor.domain.accounts.membership import memberships_of
from purveyor.domain.accounts.models import LinkPurpose, User
from purveyor.domain.notifications.rendering import Texts

#: Where each face takes links; see project/door.py and the Storefront's addresses.
STAFF_PATH, MEMBER_PATH = "/sign-in/welcome/", "/account/welcome/"
SECONDS_AN_HOUR = 3600


def invitation_texts(
    *, user: User, purpose: str, organization: str, token: str
) -> Texts:
    """Return the mail, in the person's own language if they have chosen one."""
    path = STAFF_PATH if user.is_staff else MEMBER_PATH
    site = settings.PUBLIC_URL.rstrip("/")
    facts = {
        "name": user.get_full_name(),
        "email": user.email,
        "organization": organization,
        "accounts": ", ".join(each.account.name for each in memberships_of(user)),
        "link": f"{site}{path}{token}/",
        "site": f"{site}/",
    }
    with override(user.language or settings.LANGUAGE_CODE):
        subject, *parts = _words(user, LinkPurpose(purpose))
        return written(subject, (_greeting(user), *parts), facts)


def written(subject: str, parts: Iterable[str], facts: Mapping[str, str]) -> Texts:
    """Return a mail of a few paragraphs, with its facts put in."""
    text = "\n\n".join((*parts, "")) % facts
    return Texts(subject % facts, text, urlize(linebreaks(text, autoescape=True)))


def _greeting(user: User) -> str:
    """Return how a mail begins; who was just invited has told no name yet."""
    return _("Hello %(name)s,") if user.name else _("Hello,")


def _words(user: User, purpose: LinkPurpose) -> tuple[str, ...]:
    """Return the subject, then what the mail says, part by part."""
    match purpose:
        case LinkPurpose.RESET:
            return _reset()
        case LinkPurpose.JOINED:
            return _joined()
        case LinkPurpose.WELCOME if user.is_staff:
            return _staff()
    return _member()


def _reset() -> tuple[str, ...]:
    return (
        _("Set a new password for %(organization)s"),
        _("you have asked for a new password. Set it here:"),
        "%(link)s",
        _valid(LinkPurpose.RESET),
        _("Wherever you are signed in, you have to sign in again then."),
        _("If it was not you who asked, do nothing: your password stays as it is."),
    )


def _joined() -> tuple[str, ...]:
    return (
        _("Your access to %(organization)s"),
        _(
            "you can act for %(accounts)s in the shop of %(organization)s now. Sign in "
            "as %(email)s, as before:"
        ),
        "%(site)s",
        _("If you did not expect this mail, tell the people of that account."),
    )


def _staff() -> tuple[str, ...]:
    why = _(
        "set your password for the business support system of %(organization)s here:"
    )
    return (_("Set your password for %(organization)s"), why, *_first())


def _member() -> tuple[str, ...]:
    why = _(
        "you can act for %(accounts)s in the shop of %(organization)s now. Set your "
        "password here:"
    )
    return (_("Your access to %(organization)s"), why, *_first())


def _first() -> tuple[str, ...]:
    return (
        "%(link)s",
        _valid(LinkPurpose.WELCOME),
        _("Then sign in as %(email)s."),
        _(
            "If you did not expect this mail, do nothing: without the link nothing "
            "happens."
        ),
    )


def _valid(purpose: LinkPurpose) -> str:
    return works_once(VALID_FOR[purpose])


def works_once(valid_for: timedelta) -> str:
    """Return for how long a link works, in words."""
    hours = int(valid_for.total_seconds()) // SECONDS_AN_HOUR
    words = ngettext(
        "The link works once, within %(hours)d hour.",
        "The link works once, within %(hours)d hours.",
        hours,
    )
    return words % {"hours": hours}
