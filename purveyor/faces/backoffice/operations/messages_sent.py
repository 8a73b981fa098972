"""Operations > Notifications sent: every mail, and what became of it."""

from typing import Any

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminEmailInputWidget

from purveyor.domain.notifications.events import LINK
from purveyor.domain.notifications.models import Message
from purveyor.domain.notifications.operations import send_again
from purveyor.domain.notifications.queries import get_message
from purveyor.faces.backoffice.frame.display import (
    NOTHING,
    link_to,
    moment,
    page_of,
    status_badge,
)
from purveyor.faces.backoffice.frame.questions import ReasonForm
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.shown_only import ShownOnly
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.verbs import done, verb
from purveyor.flows.execution.papers import names_of_papers
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused


class AgainForm(ReasonForm):
    """Asks why a mail is sent again, and to whom."""

    recipient = forms.CharField(
        label=gettext_lazy("To"),
        required=False,
        widget=UnfoldAdminEmailInputWidget,
        help_text=gettext_lazy("Empty: the same address as before."),
    )


def record_link(message: Message) -> Any:
    """Return a link to the record that a mail is about."""
    if message.about_type == LINK:  # it has no page; its account has
        return link_to(message.account, message.about_label)
    model = apps.get_model(message.about_type)
    return link_to(model(pk=message.about_id), message.about_label)


@admin.register(Message, site=bss)
class MessageAdmin(ShownOnly):
    """Mails with their state. What is stored holds the masked coupon code only."""

    list_display = (
        "written",
        "subject",
        "recipient",
        "about",
        "account_name",
        "state_badge",
        "sent",
    )
    list_display_links = ("written", "subject")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("notification", admin.RelatedFieldListFilter),
    )
    list_select_related = ("notification", "account")
    ordering = ("-created_at", "-id")
    search_fields = ("recipient__iexact", "about_label__iexact")
    search_help_text = gettext_lazy("Whole address, or the number of a record")
    actions_detail: Any = ("again",)
    change_form_outer_before_template: Any = "backoffice/notifications/message.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return mails without their long texts, which only one page shows."""
        return super().get_queryset(request).defer("masked_text", "masked_html")

    @display(description=gettext_lazy("Written"), ordering="created_at")
    def written(self, message: Message) -> str:
        """Return when it was written."""
        return moment(message.created_at)

    @display(description=gettext_lazy("About"))
    def about(self, message: Message) -> Any:
        """Return the record it is about."""
        return record_link(message)

    @display(description=gettext_lazy("Account"))
    def account_name(self, message: Message) -> str:
        """Return whose record it is."""
        return message.account.name if message.account else NOTHING

    @display(description=gettext_lazy("Status"))
    def state_badge(self, message: Message) -> Any:
        """Return where the mail stands."""
        return status_badge(message, "state")

    @display(description=gettext_lazy("Sent"))
    def sent(self, message: Message) -> str:
        """Return when it was sent."""
        return moment(message.sent_at)

    def form_context(
        self,
        request: HttpRequest,
        object_id: str | None,
        extra_context: dict[str, Any] | None,
    ) -> dict[str, Any]:
        """Return the mail with its masked copy."""
        context = super().form_context(request, object_id, extra_context)
        message = self._message(object_id)
        if message is None:
            return context
        return {
            **context,
            "title": _("Message"),
            "mail": message,
            "papers": names_of_papers(message),
            "state_badge": status_badge(message, "state"),
            "about_link": record_link(message),
            "account_link": (
                link_to(message.account, message.account.name)
                if message.account
                else NOTHING
            ),
            "rule_link": link_to(message.notification, message.notification.name),
        }

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Return Send again once the mail is not on its way any more."""
        message = self._message(object_id)
        if message is None or message.state in {"QUEUED", "SENDING"}:
            return []
        return super().get_actions_detail(request, object_id)

    @verb(
        permission="notifications.send_again",
        icon="forward_to_inbox",
        dialog={
            "title": gettext_lazy("Send again"),
            "description": gettext_lazy(
                "A mail with a coupon code is written anew; any other says again what "
                "it said then. A worker sends it."
            ),
            "form_class": AgainForm,
            "form_submit_text": gettext_lazy("Send again"),
        },
    )
    def again(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Write the mail once more, because of a reason."""
        message = get_message(pk=int(object_id))
        written = send_again(
            message=message,
            because=form.cleaned_data["because"],
            recipient=form.cleaned_data["recipient"],
            actor=actor_of(request),
            now=clock.now(),
        )
        told = _("The mail to %(to)s is on its way.") % {"to": written.recipient}
        messages.success(request, told)
        return done(request, page_of(written))

    def _message(self, object_id: Any) -> Message | None:
        if not str(object_id or "").isdecimal():
            return None
        try:
            return get_message(pk=int(object_id))
        except Refused:
            return None
