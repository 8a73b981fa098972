"""An account's page 'Provisioning Sync Status': its Sync Options at each vendor."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from purveyor.domain.accounts.models import Account
from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.contract import SyncOption
from purveyor.domain.provisioning.explanation import (
    Explanation,
    breaker_of,
    explain_link,
)
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import AccountCandidate, AccountLink
from purveyor.domain.provisioning.operations.link import (
    acknowledge_link,
    ask_to_synchronize,
)
from purveyor.domain.provisioning.queries import get_link, links_of
from purveyor.domain.provisioning.registry import manager_for, setup_of, vendor_of
from purveyor.faces.backoffice.frame.display import status_badge
from purveyor.faces.backoffice.frame.drafts import RESTORED, take_draft
from purveyor.faces.backoffice.frame.forms import field_for, field_name
from purveyor.faces.backoffice.frame.looks import SOON
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.operations.reconciliation_run import MAY_PREPARE
from purveyor.kernel import clock
from purveyor.kernel.errors import NotFound, Refused
from purveyor.kernel.work.queries import workers_alive

ALL = "accounts/account/<int:account_id>/synchronization/"
ONE = f"{ALL}<int:application_id>/"
MAY_ACT = "provisioning.synchronize_account"
PATIENCE_TICKS = 15  # so often the page asks, once a second; then it says why it waits
TICKS_MAX = 195  # then every five seconds, for a quarter of an hour in all
UNDER_WAY = {LinkStatus.SYNCHRONIZING, LinkStatus.UNCLEAR}
ASKABLE = {LinkStatus.UNSYNCHRONIZED, LinkStatus.FAILED, LinkStatus.UNCLEAR}


@dataclass(frozen=True, slots=True)
class Panel:
    """What the page shows of an account's link with one service manager."""

    link: AccountLink
    vendor: str
    badge: SafeString
    form: forms.Form | None
    may_act: bool
    explanation: Explanation | None = None
    candidates: tuple[AccountCandidate, ...] = ()
    is_held_up: bool = False  # nobody asks the vendor now
    tick: int = 0
    problem: str = ""
    reconcile_url: str = ""  # compare this account with the vendor

    @property
    def is_under_way(self) -> bool:
        """Whether the vendor is being asked, and nobody has to decide first."""
        return self.link.status in UNDER_WAY and self.link.due_at is not None

    @property
    def goes_on(self) -> bool:
        """Whether the page looks again by itself."""
        return self.is_under_way and self.tick < TICKS_MAX

    @property
    def has_news(self) -> bool:
        """Whether there is a result that nobody has acknowledged."""
        ended = {LinkStatus.SYNCHRONIZED, LinkStatus.FAILED}
        return self.link.status in ended and self.link.acknowledged_at is None

    @property
    def says_why(self) -> bool:
        """Whether the page says why it waits, who must act, and what follows."""
        is_shown = self.is_patient or not self.is_under_way
        return self.explanation is not None and is_shown

    @property
    def tone(self) -> str:
        """How the explanation looks: red needs a person, orange needs time."""
        is_failed = self.link.status == LinkStatus.FAILED
        return "danger" if is_failed else "warning"

    @property
    def is_patient(self) -> bool:
        """Whether the answer takes longer than a person likes to look at."""
        at = self.explanation.at if self.explanation is not None else None
        is_later = at is not None and at > clock.now() + SOON
        return self.is_held_up or is_later or self.tick >= PATIENCE_TICKS

    @property
    def next_tick(self) -> int:
        """The number of the next question."""
        return self.tick + 1


@bss.page(
    ALL,
    name="synchronization",
    permission="accounts.view_account",
)
@require_http_methods(["GET", "POST"])
def synchronization(request: HttpRequest, account_id: int) -> HttpResponse:
    """Show the sync status at every service manager; a POST has one synchronize."""
    account = get_object_or_404(Account, pk=account_id)
    asked, problem, typed = 0, "", take_draft(request)
    if request.method == "POST":
        link = _link(account, request.POST.get("application", ""))
        try:
            return _synchronize(request, link)
        except Refused as refusal:
            asked, problem, typed = link.application.pk, refusal.message, request.POST
    elif typed is not None:
        asked, problem = int(typed.get("application", 0)), str(RESTORED)
    panels = [
        _panel(request, link, typed=typed, problem=problem)
        if link.application.pk == asked
        else _panel(request, link)
        for link in links_of(account)
    ]
    context = {
        "title": _("Provisioning Sync Status"),
        "crumb": _("Provisioning Sync Status"),
        "opts": Account._meta,
        "original": account,
        "account": account,
        "panels": panels,
    }
    return bss.render(request, "backoffice/synchronization/page.html", context)


@bss.page(
    ONE,
    name="synchronization_panel",
    permission="accounts.view_account",
)
@require_GET
def synchronization_panel(
    request: HttpRequest, account_id: int, application_id: int
) -> HttpResponse:
    """Answer the page that asks how it goes: one panel, as it is now."""
    account = get_object_or_404(Account, pk=account_id)
    tick = request.GET.get("tick", "0")
    link = _link(account, str(application_id))
    panel = _panel(request, link, tick=int(tick) if tick.isdecimal() else 0)
    context = {"panel": panel, "account": account, "workers": _workers()}
    return render(request, "backoffice/synchronization/panel.html", context)


@bss.page(
    f"{ONE}acknowledge/",
    name="acknowledge_synchronization",
    permission=MAY_ACT,
)
@require_http_methods(["POST"])
def acknowledge(
    request: HttpRequest, account_id: int, application_id: int
) -> HttpResponse:
    """Write that a person has seen how it went."""
    link = get_object_or_404(
        AccountLink, account_id=account_id, application_id=application_id
    )
    acknowledge_link(link=link, actor=actor_of(request), now=clock.now())
    messages.success(request, _("The result is acknowledged."))
    return HttpResponseRedirect(reverse("bss:synchronization", args=[account_id]))


def _synchronize(request: HttpRequest, link: AccountLink) -> HttpResponse:
    if not request.user.has_perm(MAY_ACT):
        raise PermissionDenied
    form = _form(_options(link.application), request.POST)
    if not form.is_valid():
        raise Refused(_complaints(form))
    ask_to_synchronize(
        account=link.account,
        application=link.application,
        options=_answers(link.application, form),
        actor=actor_of(request),
        now=clock.now(),
    )
    page = reverse("bss:synchronization", args=[link.account.pk])
    return HttpResponseRedirect(f"{page}#application-{link.application.pk}")


def _complaints(form: forms.Form) -> str:
    told = (f"{form[name].label}: {words[0]}" for name, words in form.errors.items())
    return " ".join(told)


def _link(account: Account, application_id: str) -> AccountLink:
    try:
        return get_link(account=account, application_id=int(application_id))
    except (NotFound, ValueError) as error:
        raise Http404 from error


def _panel(
    request: HttpRequest,
    link: AccountLink,
    *,
    typed: Any = None,
    problem: str = "",
    tick: int = 0,
) -> Panel:
    may_act = request.user.has_perm(MAY_ACT)
    form, vendor = None, vendor_of(link.application)
    if may_act and link.status in ASKABLE:
        try:
            form = _form(_options(link.application), typed)
        except Refused as refusal:
            problem, may_act = refusal.message, False
    return Panel(
        link=link,
        vendor=vendor,
        badge=status_badge(link, "status"),
        form=form,
        may_act=may_act,
        explanation=explain_link(link=link, vendor=vendor),
        candidates=_candidates(link),
        is_held_up=_is_held_up(link),
        tick=tick,
        problem=problem,
        reconcile_url=_reconcile_url(request, link),
    )


def _reconcile_url(request: HttpRequest, link: AccountLink) -> str:
    if not (link.external_id and request.user.has_perm(MAY_PREPARE)):
        return ""
    named = {
        "application": str(link.application.pk),
        "account": link.account.number,
    }
    return f"{reverse('bss:start_reconciliation')}?{urlencode(named)}"


def _is_held_up(link: AccountLink) -> bool:
    breaker = breaker_of(link.application)
    return breaker is not None and not breaker.is_asking(clock.now())


def _candidates(link: AccountLink) -> tuple[AccountCandidate, ...]:
    """Return the vendor's accounts that may be this one, while a person must say."""
    if link.parked_at is None or link.status not in ASKABLE:
        return ()
    return tuple(link.candidates.order_by("name", "external_id"))


def _options(application: Application) -> tuple[SyncOption, ...]:
    return manager_for(setup_of(application)).account_sync_options()


def _form(options: tuple[SyncOption, ...], typed: Any) -> forms.Form:
    form = forms.Form(typed)
    for option in options:
        form.fields[field_name(option)] = field_for(option)
    return form


def _answers(application: Application, form: forms.Form) -> dict[str, str]:
    return {
        option.name: form.cleaned_data[field_name(option)]
        for option in _options(application)
    }


def _workers() -> int:
    return workers_alive(now=clock.now())
