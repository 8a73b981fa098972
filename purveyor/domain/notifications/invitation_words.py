"""What the mail with the link says by which a person sets a password."""

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
    hours = int(VALID_FOR[LinkPurpose(purpose)].total_seconds()) // SECONDS_AN_HOUR
    facts = {
        "name": user.get_full_name(),
        "email": user.email,
        "organization": organization,
        "accounts": ", ".join(each.account.name for each in memberships_of(user)),
        "link": f"{settings.PUBLIC_URL.rstrip('/')}{path}{token}/",
        "hours": hours,
    }
    with override(user.language or settings.LANGUAGE_CODE):
        subject, reason, ending = _words(user, purpose)
        valid = ngettext(
            "The link works once, within %(hours)d hour.",
            "The link works once, within %(hours)d hours.",
            hours,
        )
        parts = (_("Hello %(name)s,"), reason, "%(link)s", valid, ending, "")
        text = "\n\n".join(parts) % facts
    return Texts(subject % facts, text, urlize(linebreaks(text, autoescape=True)))


def _words(user: User, purpose: str) -> tuple[str, str, str]:
    """Return the subject, why the mail is sent, and what to do then, or otherwise."""
    if purpose == LinkPurpose.RESET:
        return (
            _("Set a new password for %(organization)s"),
            _("you have asked for a new password. Set it here:"),
            _(
                "Wherever you are signed in, you have to sign in again then.\n\nIf it "
                "was not you who asked, do nothing: your password stays as it is."
            ),
        )
    ending = _(
        "Then sign in as %(email)s.\n\nIf you did not expect this mail, do nothing: "
        "without the link nothing happens."
    )
    if user.is_staff:
        return (
            _("Set your password for %(organization)s"),
            _(
                "set your password for the business support system of "
                "%(organization)s here:"
            ),
            ending,
        )
    return (
        _("Your access to %(organization)s"),
        _(
            "you can act for %(accounts)s in the shop of %(organization)s. Set your "
            "password here:"
        ),
        ending,
    )
