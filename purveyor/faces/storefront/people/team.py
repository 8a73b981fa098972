"""My account > People: who acts for the account, in which role, and who is invited."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from purveyor.domain.accounts import team
from purveyor.domain.accounts.door import may_invite
from purveyor.domain.accounts.lifecycle import InvitationState
from purveyor.domain.accounts.team import Person
from purveyor.faces.storefront.frame.access import ShopRequest, member_may
from purveyor.faces.storefront.frame.errors import locked_out
from purveyor.faces.storefront.frame.forms import ShopForm
from purveyor.faces.storefront.people.pages import MANAGE, show
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused

#: What each role is for, in the words of who has to choose one.
MEANINGS = {
    "ADMIN": gettext_lazy("buys, and looks after the people of the account"),
    "BUYER": gettext_lazy("buys, reveals and hands over coupon codes"),
    "BILLING_AGENT": gettext_lazy("sees orders, assets and invoices, writes PO codes"),
    "READ_ONLY": gettext_lazy("looks, and changes nothing"),
}
ROLES = [(role.value, role.label) for role in team.ROLES]


class InviteForm(ShopForm):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLES, initial="BUYER")


class RoleForm(ShopForm):
    """What somebody may do."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLES)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether somebody has come in yet, in words."""

    tone: str
    words: str


@require_http_methods(["GET", "HEAD", "POST"])
@member_may(MANAGE)
def people(request: ShopRequest) -> HttpResponse:
    """Show who acts for the account, and invite others."""
    form, account = InviteForm(request.POST or None), request.member.account
    if form.is_valid():
        if not may_invite(request):
            return locked_out(request)
        try:
            invited = team.invite_member(
                account=account,
                actor=str(request.user),
                now=clock.now(),
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            words = _("A mail is on its way to %(email)s.")
            messages.success(request, words % {"email": invited.email})
            return redirect("storefront:people")
    now = clock.now()
    rows = [
        {"person": each, "standing": standing_of(each, now=now)}
        for each in team.list_team(account=account)
    ]
    told = {"form": form, "rows": rows, "meanings": meanings()}
    status = 422 if form.is_bound else 200
    return show(request, "storefront/people/people.html", told, status=status)


@require_safe
@member_may(MANAGE)
def person(request: ShopRequest, person: int) -> HttpResponse:
    """Show one of the people, and what can be done about them."""
    return _page(request, person)


@require_POST
@member_may(MANAGE)
def set_role(request: ShopRequest, person: int) -> HttpResponse:
    """Let somebody do more, or less."""
    account, form = request.member.account, RoleForm(request.POST)
    found = team.get_person(pk=person, account=account)
    if not form.is_valid():
        return _page(request, person, refusal=_("Choose one of the roles."))
    try:
        team.change_role(
            pk=person,
            account=account,
            role=form.cleaned_data["role"],
            actor=str(request.user),
            now=clock.now(),
        )
    except Refused as refusal:
        return _page(request, person, refusal=refusal.message)
    messages.success(request, _("The role is changed. It holds from now on."))
    return redirect(after(request, found))


@require_POST
@member_may(MANAGE)
def invite_again(request: ShopRequest, person: int) -> HttpResponse:
    """Mail somebody their invitation once more."""
    if not may_invite(request):
        return locked_out(request)
    account, actor = request.member.account, str(request.user)
    try:
        team.invite_again(pk=person, account=account, actor=actor, now=clock.now())
    except Refused as refusal:
        return _page(request, person, refusal=refusal.message)
    words = _("Another mail is on its way. The link of the older one is worthless now.")
    messages.success(request, words)
    return redirect("storefront:people")


@require_POST
@member_may(MANAGE)
def remove(request: ShopRequest, person: int) -> HttpResponse:
    """Let somebody act for the account no more."""
    account = request.member.account
    found = team.get_person(pk=person, account=account)
    try:
        team.remove_member(
            pk=person, account=account, actor=str(request.user), now=clock.now()
        )
    except Refused as refusal:
        return _page(request, person, refusal=refusal.message)
    words = _("%(person)s does not act for %(account)s any more.")
    names = {"person": found.name or found.email, "account": account.name}
    messages.success(request, words % names)
    return redirect(after(request, found))


def meanings() -> list[tuple[Any, Any]]:
    """Return the roles, each with what it is for."""
    return [(role, MEANINGS[role]) for role in team.ROLES]


def standing_of(person: Person, *, now: datetime) -> Standing:
    """Return whether somebody has come in yet, and what is known about their mail."""
    if person.is_active:
        return Standing("done", _("Active"))
    match person.invitation:
        case InvitationState.SENT if person.valid_until and person.valid_until > now:
            until = date_format(localtime(person.valid_until), "SHORT_DATE_FORMAT")
            return Standing("moving", _("Invited until %(day)s") % {"day": until})
        case InvitationState.SENT:
            return Standing("waiting", _("The invitation has run out"))
        case InvitationState.WAITING:
            return Standing("moving", _("The invitation is being sent"))
        case InvitationState.FAILED:
            return Standing("waiting", _("The mail could not be delivered"))
    return Standing("stopped", _("Not invited"))


def _page(request: ShopRequest, pk: int, *, refusal: str = "") -> HttpResponse:
    found = team.get_person(pk=pk, account=request.member.account)
    told = {
        "person": found,
        "standing": standing_of(found, now=clock.now()),
        "form": RoleForm(initial={"role": found.role}),
        "meanings": meanings(),
        "refusal": refusal,
        "is_self": found.email == request.member.user.email,
    }
    status = 409 if refusal else 200
    return show(request, "storefront/people/person.html", told, status=status)


def after(request: ShopRequest, changed: Person) -> str:
    """Return the page that follows: who has changed themselves may not see the list."""
    is_self = changed.email == request.member.user.email
    return "storefront:home" if is_self else "storefront:people"
