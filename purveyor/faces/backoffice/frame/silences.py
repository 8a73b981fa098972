"""What every page of the BSS says while a vendor is not asked for anything."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from purveyor.domain.provisioning.explanation import explain_breaker
from purveyor.domain.provisioning.models import Breaker
from purveyor.domain.provisioning.registry import vendor_of
from purveyor.domain.provisioning.troubles import silent_vendors
from purveyor.faces.backoffice.frame.display import clock_time
from purveyor.kernel import clock

MAY_LOOK = "assets.view_asset"
MAY_CORRECT = "provisioning.change_servicemanagersetup"


@dataclass(frozen=True, slots=True)
class Silence:
    """One vendor that is not asked now: why, what follows, and where to look."""

    why: str
    then: str
    href: str
    link: str


def silences(request: HttpRequest) -> list[Silence]:
    """Return the vendors that do not answer; nothing to who may not see assets."""
    if not request.user.has_perm(MAY_LOOK):
        return []
    return [_silence(request, breaker) for breaker in silent_vendors()]


def _silence(request: HttpRequest, breaker: Breaker) -> Silence:
    application = breaker.application
    told = explain_breaker(breaker=breaker, vendor=vendor_of(application))
    next_try = _("The next try is due.")
    if told.at is not None and told.at > clock.now():
        next_try = _("Next try %(at)s.") % {"at": clock_time(told.at)}
    then = f"{next_try} {_('What waits for it is not lost.')}"
    if breaker.is_blocked and request.user.has_perm(MAY_CORRECT):
        href = reverse("bss:application_settings", args=[application.pk])
        return Silence(told.why, then, href, _("Correct the API key"))
    return Silence(told.why, then, reverse("bss:provisioning"), _("Look at what waits"))
