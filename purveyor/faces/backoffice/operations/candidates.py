"""What was found at a vendor and may be ours: a person says which is the one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from purveyor.domain.provisioning.models import (
    AccountCandidate,
    AccountLink,
    Candidate,
)
from purveyor.domain.provisioning.operations.by_hand import confirm_candidate
from purveyor.domain.provisioning.operations.link import (
    confirm_account,
    want_new_account,
)
from purveyor.faces.backoffice.frame.display import page_of
from purveyor.faces.backoffice.frame.questions import Question, ReasonForm, answer
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.kernel import clock

MAY_ENTER = "assets.enter_coupon"
MAY_SYNCHRONIZE = "provisioning.synchronize_account"
ACCOUNT = "accounts/account/<int:account_id>/synchronization/<int:application_id>/"


@bss.page(
    "assets/candidates/<int:candidate_id>/confirm/",
    name="confirm_candidate",
    permission=MAY_ENTER,
)
def confirm(request: HttpRequest, candidate_id: int) -> HttpResponse:
    """Connect a coupon that was found at the vendor: it is the one."""
    candidates = Candidate.objects.select_related("asset", "observation")
    candidate = get_object_or_404(candidates, pk=candidate_id)
    asset = candidate.asset
    question = Question(
        title=_("This is it"),
        about=f"{asset.number} · {candidate.observation.coupon_mask}",
        text=_(
            "This coupon is connected with the asset and mailed to the customer. Other "
            "coupons with its reference are looked for afterwards."
        ),
        submit=_("This is it"),
        form=ReasonForm(request=request, data=request.POST or None),
        back=page_of(asset),
    )

    def do(typed: dict[str, Any]) -> str:
        confirm_candidate(
            candidate=candidate,
            because=typed["because"],
            actor=actor_of(request),
            now=clock.now(),
        )
        return _("The coupon is connected.")

    return answer(request, question, do)


@bss.page(
    f"{ACCOUNT}candidates/<int:found_id>/link/",
    name="link_account",
    permission=MAY_SYNCHRONIZE,
)
def link_account(
    request: HttpRequest, account_id: int, application_id: int, found_id: int
) -> HttpResponse:
    """Link a vendor's account that was found by its e-mail."""
    candidates = AccountCandidate.objects.select_related("link__account")
    candidate = get_object_or_404(
        candidates,
        pk=found_id,
        link__account=account_id,
        link__application=application_id,
    )
    question = Question(
        title=_("Link this account"),
        about=f"{candidate.external_id} · {candidate.link.account.name}",
        text=_(
            "What this account buys is made for that account of the vendor's from now "
            "on. Be sure that both are the same company."
        ),
        submit=_("Link this account"),
        form=ReasonForm(request=request, data=request.POST or None),
        back=reverse("bss:synchronization", args=[account_id]),
    )

    def do(typed: dict[str, Any]) -> str:
        confirm_account(
            candidate=candidate,
            because=typed["because"],
            actor=actor_of(request),
            now=clock.now(),
        )
        return _("The accounts are linked.")

    return answer(request, question, do)


@bss.page(f"{ACCOUNT}new/", name="make_new_account", permission=MAY_SYNCHRONIZE)
def make_new_account(
    request: HttpRequest, account_id: int, application_id: int
) -> HttpResponse:
    """Have a new account made: none of those found is ours."""
    links = AccountLink.objects.select_related("account", "application")
    link = get_object_or_404(links, account=account_id, application=application_id)
    question = Question(
        title=_("Make a new account"),
        about=f"{link.account.name} · {link.application.name}",
        text=_(
            "None of the accounts found is this company. The vendor is asked to make a "
            "new one with the same e-mail."
        ),
        submit=_("Make a new account"),
        form=ReasonForm(request=request, data=request.POST or None),
        back=reverse("bss:synchronization", args=[account_id]),
    )

    def do(typed: dict[str, Any]) -> str:
        want_new_account(
            link=link,
            because=typed["because"],
            actor=actor_of(request),
            now=clock.now(),
        )
        return _("A new account is made now.")

    return answer(request, question, do)
