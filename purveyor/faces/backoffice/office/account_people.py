"""Office > Accounts > People: who signs in to the Storefront for an account."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget

from purveyor.domain.accounts.looking import LASTS, MAY_LOOK, begin_look
from purveyor.domain.accounts.models import Account, MemberRole
from purveyor.domain.accounts.team import (
    Person,
    get_person,
    invite_again,
    invite_member,
    list_team,
    remove_member,
    reset_member_second_step,
)
from purveyor.faces.backoffice.frame.display import badge
from purveyor.faces.backoffice.frame.questions import Done, Question, Text, answer
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.verbs import DialogForm
from purveyor.kernel import clock

ALL = "accounts/account/<int:account_id>/people/"
ONE = f"{ALL}<int:person_id>/"
MAY_SEE = "accounts.view_member"
MAY_INVITE = "accounts.invite_member"
MAY_RESET = "accounts.change_user"


@dataclass(frozen=True, slots=True)
class Row:
    """One member, as the page shows them."""

    person: Person
    standing: SafeString
    look_url: str
    again_url: str
    remove_url: str
    reset_url: str


@dataclass(frozen=True, slots=True)
class Words:
    """What a dialog about one member says; its facts are filled in."""

    title: Text
    text: Text
    submit: Text
    told: Text


AGAIN = Words(
    title=gettext_lazy("Send the invitation again"),
    text=gettext_lazy("A new mail has a new link; the older one is worthless then."),
    submit=gettext_lazy("Send"),
    told=gettext_lazy("A mail is on its way to %(email)s."),
)
REMOVE = Words(
    title=gettext_lazy("Remove from the account"),
    text=gettext_lazy(
        "They do not act for %(account)s any more. What they ordered stays."
    ),
    submit=gettext_lazy("Remove"),
    told=gettext_lazy("%(person)s does not act for %(account)s any more."),
)
RESET = Words(
    title=gettext_lazy("Reset two-step sign-in"),
    text=gettext_lazy(
        "For somebody who lost telephone and recovery codes. Make sure that it is "
        "them. App and passkeys are forgotten, and they are signed out everywhere."
    ),
    submit=gettext_lazy("Reset"),
    told=gettext_lazy("From now on the password alone lets them in."),
)
LOOK = Words(
    title=gettext_lazy("See the Storefront as a member"),
    text=gettext_lazy(
        "You see what %(person)s sees, and can change nothing. It is written down, "
        "and ends by itself after %(minutes)d minutes."
    ),
    submit=gettext_lazy("See it"),
    told=gettext_lazy("You see what %(person)s sees for %(account)s."),
)


class InviteForm(DialogForm):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=MemberRole.choices,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy(
            "The first one should be an Admin: they can invite the others."
        ),
    )


@bss.page(ALL, name="account_people", permission=MAY_SEE)
@require_GET
def account_people(request: HttpRequest, account_id: int) -> HttpResponse:
    """Show who signs in to the Storefront for an account."""
    account = get_object_or_404(Account, pk=account_id)
    context = {
        "title": account.name,
        "crumb": _("People in the Storefront"),
        "account": account,
        "rows": [_row(account, each) for each in list_team(account=account)],
        "invite_url": reverse("bss:invite_member", args=[account_id]),
        "may_invite": request.user.has_perm(MAY_INVITE),
        "may_reset": request.user.has_perm(MAY_RESET),
        "may_look": request.user.has_perm(MAY_LOOK),
    }
    return bss.render(request, "backoffice/accounts/people.html", context)


@bss.page(f"{ALL}invite/", name="invite_member", permission=MAY_INVITE)
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, account_id: int) -> HttpResponse:
    """Ask whom to invite, and have the mail sent."""
    account = get_object_or_404(Account, pk=account_id)

    def do(given: dict[str, Any]) -> str:
        user = invite_member(
            account=account,
            email=given["email"],
            role=given["role"],
            actor=actor_of(request),
            now=clock.now(),
        )
        return _("A mail is on its way to %(email)s.") % {"email": user.email}

    question = Question(
        title=_("Invite to the Storefront"),
        about=account.name,
        text=_(
            "They get a mail with a link by which they set a password; it works for 72 "
            "hours. Who signs in there already is added at once, and told so."
        ),
        submit=_("Invite"),
        form=InviteForm(request=request, data=request.POST or None),
        back=_back(account),
    )
    return answer(request, question, do)


@bss.page(f"{ONE}invite/", name="invite_member_again", permission=MAY_INVITE)
@require_http_methods(["GET", "POST"])
def again(request: HttpRequest, account_id: int, person_id: int) -> HttpResponse:
    """Ask, then mail the invitation once more."""
    return _asks(request, (account_id, person_id), AGAIN, invite_again)


@bss.page(f"{ONE}remove/", name="remove_member", permission=MAY_INVITE)
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, account_id: int, person_id: int) -> HttpResponse:
    """Ask, then let a person act for the account no more."""
    return _asks(request, (account_id, person_id), REMOVE, remove_member)


@bss.page(f"{ONE}second-step/", name="reset_member_second_step", permission=MAY_RESET)
@require_http_methods(["GET", "POST"])
def reset_step(request: HttpRequest, account_id: int, person_id: int) -> HttpResponse:
    """Ask, then take the second step from a member who has lost it."""
    return _asks(request, (account_id, person_id), RESET, reset_member_second_step)


@bss.page(f"{ONE}look/", name="look_as_member", permission=MAY_LOOK)
@require_http_methods(["GET", "POST"])
def look(request: HttpRequest, account_id: int, person_id: int) -> HttpResponse:
    """Ask, then show the Storefront as a member sees it."""

    staff: Any = request.user

    def begin(*, pk: int, account: Account, now: datetime, **_actor: str) -> None:
        begin_look(request.session, pk=pk, account=account, staff=staff, now=now)

    goes_to = reverse("storefront:home")
    return _asks(request, (account_id, person_id), LOOK, begin, goes_to=goes_to)


def _asks(
    request: HttpRequest,
    whom: tuple[int, int],
    words: Words,
    do: Callable[..., Any],
    goes_to: str = "",
) -> HttpResponse:
    """Ask about one member; once it is answered, do it and say so."""
    account_id, person_id = whom
    account = get_object_or_404(Account, pk=account_id)
    person = get_person(pk=person_id, account=account)
    name = person.name or person.email
    facts = {
        "person": name,
        "email": person.email,
        "account": account.name,
        "minutes": int(LASTS.total_seconds()) // 60,
    }

    def answered(_given: dict[str, Any]) -> Done:
        do(pk=person_id, account=account, actor=actor_of(request), now=clock.now())
        return Done(words.told % facts, goes_to or _back(account))

    question = Question(
        title=words.title,
        about=name,
        text=words.text % facts,
        submit=words.submit,
        form=DialogForm(request=request, data=request.POST or None),
        back=_back(account),
    )
    return answer(request, question, answered)


def _back(account: Account) -> str:
    return reverse("bss:account_people", args=[account.pk])


def _row(account: Account, person: Person) -> Row:
    def at(name: str) -> str:
        return reverse(f"bss:{name}", args=[account.pk, person.pk])

    return Row(
        person=person,
        standing=_standing(person),
        look_url=at("look_as_member"),
        again_url=at("invite_member_again"),
        remove_url=at("remove_member"),
        reset_url=at("reset_member_second_step"),
    )


def _standing(person: Person) -> SafeString:
    if person.is_active:
        return badge(_("Active"), "success")
    if person.invitation is None:
        return badge(_("Not invited"), "")
    return badge(person.invitation.label, "info")
