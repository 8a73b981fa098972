"""Setup > Notifications > a language: what a mail says, seen while it is written."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget

from purveyor.domain.notifications.events import (
    EVENTS,
    RECORDS,
    RUN,
    EventName,
)
from purveyor.domain.notifications.mail import Answer, Receipt
from purveyor.domain.notifications.models import Template
from purveyor.domain.notifications.news import News
from purveyor.domain.notifications.placeholders import placeholders_of
from purveyor.domain.notifications.rendering import Texts
from purveyor.domain.notifications.wordings import (
    drop_language,
    edit_texts,
    preview,
    send_test_mail,
)
from purveyor.faces.backoffice.frame.display import link_to, page_of
from purveyor.faces.backoffice.frame.record_admin import BssModelAdmin, actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.verbs import DialogForm, done, verb
from purveyor.flows.execution.news import NothingSuch, news_about
from purveyor.flows.reconciliation.telling import find_news_of_run
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused

TEXTS = ("subject", "text", "html")


class TestForm(DialogForm):
    """Asks to whom a test mail goes, and with whose values."""

    __test__ = False  # no test of ours, whatever its name begins with

    recipient = forms.CharField(
        label=gettext_lazy("To"),
        required=False,
        widget=UnfoldAdminEmailInputWidget,
        help_text=gettext_lazy("Empty: you."),
    )
    number = forms.CharField(
        label=gettext_lazy("With the values of"),
        required=False,
        max_length=40,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("The number of a record. Empty: example values."),
    )


@admin.register(Template, site=bss)
class TemplateAdmin(BssModelAdmin):
    """What a notification says in one language. It is checked before it is kept."""

    fields = TEXTS
    actions_detail: Any = ("test_mail", "drop_texts")
    change_form_outer_after_template: Any = (
        "backoffice/notifications/preview_panel.html"
    )

    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {"all": ("backoffice/records.css",)}
        js = ("backoffice/template_preview.js",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return no: languages are added on the page of their notification."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Go to the notifications, which lead to their texts."""
        address = reverse("bss:notifications_notification_changelist")
        return HttpResponseRedirect(address)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the texts with their notification."""
        return super().get_queryset(request).select_related("notification")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Return the form; long texts get room."""
        form = super().get_form(request, obj, change=change, **kwargs)
        for name, rows in (("text", 14), ("html", 18)):
            if name in form.base_fields:
                attrs = form.base_fields[name].widget.attrs
                styles = f"{attrs.get('class', '')} bss-source".strip()
                attrs |= {"rows": rows, "spellcheck": "false", "class": styles}
        return form

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: Any
    ) -> None:
        """Keep the texts, if they can be sent."""
        typed = form.cleaned_data
        edit_texts(
            template=Template.objects.select_related("notification").get(pk=obj.pk),
            texts=Texts(*(typed[name] for name in TEXTS)),
            actor=actor_of(request),
            now=clock.now(),
        )

    def form_context(
        self,
        request: HttpRequest,
        object_id: str | None,
        extra_context: dict[str, Any] | None,
    ) -> dict[str, Any]:
        """Return the placeholders that stand beside the texts."""
        context = super().form_context(request, object_id, extra_context)
        template = self.get_object(request, object_id or "")
        if template is None:
            return context
        rule = template.notification
        called, looks = RECORDS[EVENTS[EventName(rule.event)].record]
        return {
            **context,
            "title": rule.name,
            "rule_link": link_to(rule, rule.name),
            "language": template.get_language_display(),
            "placeholders": placeholders_of(rule.event, is_internal=rule.is_internal),
            "record_called": called,
            "record_looks": looks,
        }

    # ---------------------------------------------------------------- preview

    def get_urls(self) -> list[URLPattern]:
        """Return also the address of the preview."""
        view = self.admin_site.admin_view(self.preview_view)
        name = "notifications_template_preview"
        return [path("<int:object_id>/preview/", view, name=name), *super().get_urls()]

    def preview_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Return a mail as the typed texts would make it; nothing is saved or sent."""
        template = self.get_object(request, str(object_id))
        if template is None or not self.has_view_permission(request, template):
            return HttpResponse(status=404)
        texts = Texts(*(request.POST.get(n, getattr(template, n)) for n in TEXTS))
        number = request.POST.get("preview_number", "").strip()
        context: dict[str, Any] = {"number": number.upper()}
        try:
            context["mail"] = preview(
                template=template, texts=texts, news=news_of(template, number)
            )
        except (Refused, NothingSuch) as refusal:
            context["refusal"] = refusal.message
        return render(request, "backoffice/notifications/preview.html", context)

    # ---------------------------------------------------------------- verbs

    @verb(
        permission="notifications.test_notification",
        icon="outgoing_mail",
        dialog={
            "title": gettext_lazy("Send test mail"),
            "description": gettext_lazy(
                "The texts are sent as they were last saved; a coupon code in them is "
                "masked."
            ),
            "form_class": TestForm,
            "form_submit_text": gettext_lazy("Send"),
        },
    )
    def test_mail(
        self, request: HttpRequest, form: Any, object_id: str
    ) -> HttpResponse:
        """Hand the mail over now, and say what the mail server answered."""
        template = self._template(object_id)
        recipient = form.cleaned_data["recipient"] or actor_of(request)
        try:
            news = news_of(template, form.cleaned_data["number"])
        except NothingSuch as refusal:
            raise Refused(refusal.message) from refusal
        receipt = send_test_mail(
            template=template,
            recipient=recipient,
            news=news,
            actor=actor_of(request),
            now=clock.now(),
        )
        tell_receipt(request, receipt, recipient)
        return done(request, page_of(template))

    @verb(
        permission="notifications.change_template",
        icon="delete",
        dialog={
            "title": gettext_lazy("Delete this language"),
            "description": gettext_lazy(
                "Who reads it gets the mails in our own language from now on."
            ),
            "form_submit_text": gettext_lazy("Delete"),
        },
    )
    def drop_texts(
        self, request: HttpRequest, form: Any, object_id: str
    ) -> HttpResponse:
        """Delete the texts in this language."""
        template = self._template(object_id)
        rule = template.notification
        drop_language(template=template, actor=actor_of(request), now=clock.now())
        messages.success(request, _("The language is deleted."))
        return done(request, page_of(rule))

    @staticmethod
    def _template(object_id: str) -> Template:
        return Template.objects.select_related("notification").get(pk=int(object_id))


def news_of(template: Template, number: str) -> News | None:
    """
    Return what would be told of a record; None if none is named.

    :raises NothingSuch: if there is no such record.
    """
    number = number.strip()
    if not number:
        return None
    event = EventName(template.notification.event)
    if EVENTS[event].record != RUN:
        return news_about(event=event, number=number, now=clock.now())
    news = find_news_of_run(number=number)
    if news is None:
        told = _("There is no reconciliation %(number)s.")
        raise NothingSuch(told % {"number": number[:40]})
    return news


def tell_receipt(request: HttpRequest, receipt: Receipt, recipient: str) -> None:
    """Say on the page what the mail server answered."""
    if receipt.answer == Answer.TAKEN:
        told = _("The mail server has taken the test mail to %(to)s.")
        messages.success(request, told % {"to": recipient})
        return
    told = _("The test mail to %(to)s was not sent. %(reason)s")
    messages.error(request, told % {"to": recipient, "reason": receipt.reason})
