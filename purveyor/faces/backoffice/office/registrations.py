"""Office > Registrations: companies that ask for an account, and the answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from purveyor.domain.accounts.lifecycle import RegistrationState
from purveyor.domain.accounts.models import Registration
from purveyor.domain.accounts.registrations import (
    approve_registration,
    get_registration,
    prospect_of,
    registrations_to_decide_first,
    reject_registration,
)
from purveyor.faces.backoffice.frame.choices import country_name
from purveyor.faces.backoffice.frame.display import badge, page_of
from purveyor.faces.backoffice.frame.paging import ROWS_A_PAGE
from purveyor.faces.backoffice.frame.questions import (
    Done,
    Question,
    ReasonForm,
    answer,
)
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.report_pages import Query
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.verbs import DialogForm
from purveyor.flows.merging.doubles import Known, known_already
from purveyor.kernel import clock

NAME = "registrations"
MAY_DECIDE = "accounts.decide_registration"
HERE = "registrations/"
TONES = {
    RegistrationState.VERIFIED: "warning",
    RegistrationState.APPROVED: "success",
    RegistrationState.REJECTED: "danger",
}


class ApproveForm(DialogForm):
    """Asks nothing; it warns of an account that is likely the same company."""

    form_before_template = "backoffice/registrations/doubles.html"

    def __init__(self, *args: Any, doubles: Sequence["Double"], **kwargs: Any) -> None:
        self.doubles = doubles
        super().__init__(*args, **kwargs)

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        """Return the accounts that are likely the same company."""
        return {"doubles": self.doubles}


class RejectForm(ReasonForm):
    """Asks why; who asked for the account reads it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"].help_text = _("It stands in the mail to who asked.")


@dataclass(frozen=True, slots=True)
class Double:
    """An account that is likely the same company, as pages show it."""

    name: str
    number: str
    address: str
    shared: str


@dataclass(frozen=True, slots=True)
class Row:
    """One registration, as the page shows it."""

    registration: Registration
    badge: SafeString
    country: str
    doubles: tuple[Double, ...]
    account_url: str
    is_to_decide: bool


@bss.page(HERE, name=NAME, permission=MAY_DECIDE)
@require_GET
def registrations(request: HttpRequest) -> HttpResponse:
    """Show who asks for an account: what is to decide first, then the newest."""
    query = Query(request.GET)
    end = query.offset + ROWS_A_PAGE + 1
    found = list(registrations_to_decide_first()[query.offset : end])
    context = {
        "title": _("Registrations"),
        "page": query.page_of(_rows(found)),
    }
    return bss.render(request, "backoffice/registrations/page.html", context)


@bss.page(
    f"{HERE}<int:registration_id>/approve/",
    name="approve_registration",
    permission=MAY_DECIDE,
)
@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, registration_id: int) -> HttpResponse:
    """Ask, then open the account and invite who asked for it."""
    registration = get_registration(pk=registration_id)
    (row,) = _rows([registration])

    def do(_given: dict[str, Any]) -> Done:
        account = approve_registration(
            registration=registration, actor=actor_of(request), now=clock.now()
        )
        told = _("Account %(number)s is opened. A mail is on its way to %(email)s.")
        names = {"number": account.number, "email": registration.person_email}
        return Done(told % names, page_of(account))

    question = Question(
        title=_("Approve"),
        about=registration.name,
        text=_(
            "It becomes a direct customer, in the currency and with the prices of "
            "every new account. %(person)s is invited as its first Admin."
        )
        % {"person": registration.full_name},
        submit=_("Approve"),
        form=ApproveForm(
            request=request, data=request.POST or None, doubles=row.doubles
        ),
        back=reverse(f"bss:{NAME}"),
    )
    return answer(request, question, do)


@bss.page(
    f"{HERE}<int:registration_id>/reject/",
    name="reject_registration",
    permission=MAY_DECIDE,
)
@require_http_methods(["GET", "POST"])
def reject(request: HttpRequest, registration_id: int) -> HttpResponse:
    """Ask why, then turn the company away."""
    registration = get_registration(pk=registration_id)

    def do(given: dict[str, Any]) -> str:
        reject_registration(
            registration=registration,
            because=given["because"],
            actor=actor_of(request),
            now=clock.now(),
        )
        told = _("%(company)s is rejected. A mail is on its way to %(email)s.")
        names = {"company": registration.name, "email": registration.person_email}
        return told % names

    question = Question(
        title=_("Reject"),
        about=registration.name,
        text=_("No account is opened. %(person)s is told by mail.")
        % {"person": registration.full_name},
        submit=_("Reject"),
        form=RejectForm(request=request, data=request.POST or None),
        back=reverse(f"bss:{NAME}"),
    )
    return answer(request, question, do)


def _rows(found: Sequence[Registration]) -> list[Row]:
    to_decide = [each for each in found if _is_to_decide(each)]
    known = known_already([prospect_of(each) for each in to_decide])
    doubles = dict(zip((each.pk for each in to_decide), known, strict=True))
    return [
        Row(
            registration=each,
            badge=badge(
                each.get_state_display(), TONES.get(RegistrationState(each.state), "")
            ),
            country=country_name(each.country),
            doubles=tuple(_double(known) for known in doubles.get(each.pk, ())),
            account_url=page_of(each.account) if each.account else "",
            is_to_decide=_is_to_decide(each),
        )
        for each in found
    ]


def _is_to_decide(registration: Registration) -> bool:
    return registration.state == RegistrationState.VERIFIED


def _double(known: Known) -> Double:
    account = known.account
    return Double(
        name=account.name,
        number=account.number,
        address=page_of(account),
        shared=", ".join(str(each.label) for each in known.likenesses),
    )
