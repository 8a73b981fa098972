"""What the mails say to a person whose company asks for an account."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from purveyor.domain.accounts.models import Registration
from purveyor.domain.accounts.registrations import VALID_FOR
from purveyor.domain.notifications.invitation_words import works_once, written
from purveyor.domain.notifications.rendering import Texts

#: Where the Storefront takes links; see its addresses.
LINK_PATH = "/account/register/"


def confirmation_texts(
    *, registration: Registration, organization: str, token: str
) -> Texts:
    """
    Return the mail with the link by which an e-mail is confirmed.

    It repeats nothing that was typed: it may go to somebody who never asked.
    """
    site = settings.PUBLIC_URL.rstrip("/")
    facts = {"organization": organization, "link": f"{site}{LINK_PATH}{token}/"}
    with override(registration.language or settings.LANGUAGE_CODE):
        parts = (
            _("Hello,"),
            _(
                "somebody asked for an account of %(organization)s with your e-mail. "
                "If it was you, confirm it here:"
            ),
            "%(link)s",
            works_once(VALID_FOR),
            _("Then we look at what you filled in, and write to you."),
            _("If it was not you, do nothing: what was filled in is deleted."),
        )
        return written(_("Confirm your e-mail for %(organization)s"), parts, facts)


def rejection_texts(*, registration: Registration, organization: str) -> Texts:
    """Return the mail that says no, and why."""
    facts = {
        "name": registration.full_name,
        "company": registration.name,
        "organization": organization,
        "reason": registration.because,
    }
    with override(registration.language or settings.LANGUAGE_CODE):
        parts = (
            _("Hello %(name)s,"),
            _(
                "you asked for an account of %(organization)s for %(company)s. We "
                "cannot open one:"
            ),
            "%(reason)s",
            _("If that can be put right, answer this mail."),
        )
        return written(_("Your account of %(organization)s"), parts, facts)
