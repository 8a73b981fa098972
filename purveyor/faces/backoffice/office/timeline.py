"""An account's timeline: everything that happened, one readable list, newest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from purveyor.domain.accounts.models import Account
from purveyor.faces.backoffice.frame import history
from purveyor.faces.backoffice.frame.display import at_beginning
from purveyor.faces.backoffice.frame.fact_words import facts
from purveyor.faces.backoffice.frame.menu import may_see
from purveyor.faces.backoffice.frame.report_pages import Choice, Query
from purveyor.faces.backoffice.frame.sections import ROWS_MAX, Section
from purveyor.faces.backoffice.frame.site import bss
from purveyor.flows.timeline.queries import Event, EventKind, events_of
from purveyor.kernel.journal.models import Entry

EVENTS_A_PAGE = 50
MAY_LOOK = "accounts.view_account"
#: Whose lines a person may read: of records they may see.
PERMISSIONS: Mapping[EventKind, str] = {
    EventKind.ACCOUNT: MAY_LOOK,
    EventKind.ORDER: "orders.view_order",
    EventKind.ASSET: "assets.view_asset",
    EventKind.INVOICE: "invoices.view_invoice",
    EventKind.MAIL: "notifications.view_message",
    EventKind.SYNCHRONIZATION: "provisioning.view_accountlink",
}
ICONS: Mapping[EventKind, str] = {
    EventKind.ACCOUNT: "apartment",
    EventKind.ORDER: "receipt_long",
    EventKind.ASSET: "confirmation_number",
    EventKind.INVOICE: "request_quote",
    EventKind.MAIL: "outgoing_mail",
    EventKind.SYNCHRONIZATION: "sync",
}


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of the timeline as a page shows it."""

    at: datetime
    kind: str
    icon: str
    record: str
    href: str
    who: str
    deed: str
    change: str
    facts: str


@bss.page(
    "accounts/account/<int:account_id>/timeline/",
    name="account_timeline",
    permission=MAY_LOOK,
)
@require_GET
def timeline(request: HttpRequest, account_id: int) -> HttpResponse:
    """Show what happened with an account, of all kinds or of one."""
    account, query = get_object_or_404(Account, pk=account_id), Query(request.GET)
    kinds = _seen_by(request)
    chosen = query.one_of("kind", kinds, "")
    before = query.number("before")
    events = events_of(
        account=account,
        kinds=[EventKind(chosen)] if chosen else kinds,
        before=before,
        limit=EVENTS_A_PAGE + 1,
    )
    shown = events[:EVENTS_A_PAGE]
    has_more = len(events) > EVENTS_A_PAGE
    context = {
        "title": _("Timeline"),
        "crumb": _("Timeline"),
        "opts": Account._meta,
        "original": account,
        "account": account,
        "rows": [row_of(event) for event in shown],
        "tabs": _tabs(query, kinds, chosen),
        "newest": query.but(before="") if before else "",
        "older": query.but(before=str(shown[-1].entry_id)) if has_more else "",
    }
    return bss.render(request, "backoffice/accounts/timeline.html", context)


class Timeline(Section):
    """A tab with the newest of what happened with the page's account."""

    model = Entry
    title = gettext_lazy("Timeline")
    permission = MAY_LOOK
    icon = "history"

    def found(self, record_id: int) -> QuerySet[Any]:
        """Return nothing: the tab asks for its rows itself."""
        return Entry.objects.none()

    @property
    def contents(self) -> str:
        """Return the tab's body."""
        account = Account(pk=self.record_id)
        kinds = _seen_by(self.request)
        events = events_of(account=account, kinds=kinds, limit=ROWS_MAX)
        context = {
            "section": self,
            "rows": [row_of(event) for event in events],
            "whole_list": reverse("bss:account_timeline", args=[self.record_id]),
        }
        template = "backoffice/accounts/timeline_tab.html"
        return render_to_string(template, context, self.request)


def row_of(event: Event) -> EventRow:
    """Return an event in words."""
    words = history.words_of(event.record_type)
    label = event.record_label
    return EventRow(
        at=event.at,
        kind=str(event.kind.label),
        icon=ICONS[event.kind],
        record=at_beginning(label),
        href=_address_of(event),
        who=history.who(event.actor),
        deed=history.deed(event.verb),
        change=history.change(event.before, event.after, words),
        facts=facts(event.facts, event.record_type),
    )


def _address_of(event: Event) -> str:
    app, model = event.record_type.split(".")
    try:
        return reverse(f"bss:{app}_{model}_change", args=[event.record_id])
    except NoReverseMatch:
        return ""


def _seen_by(request: HttpRequest) -> list[EventKind]:
    return [kind for kind in EventKind if may_see(request, PERMISSIONS[kind])]


def _tabs(query: Query, kinds: Iterable[EventKind], chosen: str) -> list[Choice]:
    everything = Choice("", _("Everything"), query.but(kind="", before=""), not chosen)
    return [
        everything,
        *(
            Choice(
                kind,
                str(kind.label),
                query.but(kind=kind, before=""),
                is_chosen=kind == chosen,
            )
            for kind in kinds
        ),
    ]
