"""Setup > Notifications (templates), and Operations > Notifications sent (mails)."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget

from purveyor.domain.assets.queries import get_asset
from purveyor.domain.notifications.ladder import (
    edit_ladder,
    ladder,
    read_ladder,
    told_ladder,
)
from purveyor.domain.notifications.models import Message, Template
from purveyor.domain.notifications.operations import edit_template, send_again
from purveyor.domain.notifications.queries import get_message, preview_template
from purveyor.domain.notifications.reminder import REMINDER
from purveyor.domain.notifications.rendering import PLACEHOLDERS, Texts
from purveyor.faces.backoffice.display import (
    badge,
    link_to,
    moment,
    page_of,
    status_badge,
)
from purveyor.faces.backoffice.frame import BssModelAdmin, actor_of
from purveyor.faces.backoffice.invoices import ShownOnly
from purveyor.faces.backoffice.questions import ReasonForm
from purveyor.faces.backoffice.site import bss
from purveyor.faces.backoffice.verbs import done, verb
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused

TEXTS = ("subject", "text", "html")
LADDER = "ladder"


class TemplateForm(forms.ModelForm[Template]):
    """The texts of a notification; a reminder's also says when it goes out."""

    ladder = forms.CharField(
        label=gettext_lazy("Days before the expiry"),
        required=False,
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy(
            "One mail for each number, in the morning of that day: 30, 14, 3. If "
            "several have passed at once, only the last one is sent. A change holds "
            "from the next morning on; empty reminds nobody."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.name == REMINDER:
            self.initial[LADDER] = told_ladder(ladder())
        else:
            self.fields.pop(LADDER, None)


@admin.register(Template, site=bss)
class TemplateAdmin(BssModelAdmin):
    """What mails say. Their texts are checked before they are kept."""

    list_display = ("name", "subject", "switch", "copy_to")
    form = TemplateForm
    change_form_outer_after_template: Any = (
        "backoffice/notifications/preview_panel.html"
    )
    refusal_fields: ClassVar[dict[str, str]] = {
        "notifications.bad_address": "copy_to",
        "notifications.bad_ladder": LADDER,
    }

    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {"all": ("backoffice/records.css",)}
        js = ("backoffice/template_preview.js",)

    @display(description=gettext_lazy("Status"))
    def switch(self, template: Template) -> Any:
        """Return whether it is sent at all."""
        if template.is_enabled:
            return badge(_("Switched on"), "success")
        return badge(_("Switched off"))

    @display(description=gettext_lazy("Days before the expiry"))
    def ladder(self, _template: Template) -> str:
        """Return when reminders go out, for those who may only look."""
        return told_ladder(ladder())

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return no: notifications come with the product."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return what can be edited; a reminder also has its ladder."""
        is_reminder = obj is not None and obj.name == REMINDER
        when = (LADDER,) if is_reminder else ()
        return ((None, {"fields": ("is_enabled", *when, "copy_to", *TEXTS)}),)

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
        """Keep the texts, if they can be sent, and the ladder of a reminder."""
        typed = form.cleaned_data
        if LADDER in form.fields:
            edit_ladder(
                rungs=read_ladder(typed[LADDER]),
                actor=actor_of(request),
                now=clock.now(),
            )
        edit_template(
            template=Template.objects.get(pk=obj.pk),
            texts=Texts(*(typed[name] for name in TEXTS)),
            copy_to=typed["copy_to"],
            is_enabled=typed["is_enabled"],
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
        return {**context, "title": _("Notification"), "placeholders": PLACEHOLDERS}

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
        number = request.POST.get("preview_asset", "").strip().upper()
        context: dict[str, Any] = {"with_asset": number}
        try:
            asset = get_asset(number=number, seen_by=None) if number else None
            context["mail"] = preview_template(
                template=template, texts=texts, asset=asset, now=clock.now()
            )
        except Refused as refusal:
            context["refusal"] = refusal.message
        return render(request, "backoffice/notifications/preview.html", context)


class AgainForm(ReasonForm):
    """Asks why a mail is sent again, and to whom."""

    recipient = forms.CharField(
        label=gettext_lazy("To"),
        required=False,
        widget=UnfoldAdminEmailInputWidget,
        help_text=gettext_lazy("Empty: the same address as before."),
    )


@admin.register(Message, site=bss)
class MessageAdmin(ShownOnly):
    """Mails with their state. What is stored holds the masked coupon code only."""

    list_display = (
        "written",
        "subject",
        "recipient",
        "asset_number",
        "account_name",
        "state_badge",
        "sent",
    )
    list_display_links = ("written", "subject")
    list_filter = (("state", ChoicesDropdownFilter),)
    list_select_related = ("template", "asset__account")
    ordering = ("-created_at", "-id")
    search_fields = ("recipient__iexact", "asset__number__iexact")
    search_help_text = gettext_lazy("Whole address, or asset number")
    actions_detail: Any = ("again",)
    change_form_outer_before_template: Any = "backoffice/notifications/message.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return mails without their long texts, which only one page shows."""
        return super().get_queryset(request).defer("masked_text", "masked_html")

    @display(description=gettext_lazy("Written"), ordering="created_at")
    def written(self, message: Message) -> str:
        """Return when it was written."""
        return moment(message.created_at)

    @display(description=gettext_lazy("Asset"))
    def asset_number(self, message: Message) -> Any:
        """Return the asset it is about."""
        return link_to(message.asset, message.asset.number)

    @display(description=gettext_lazy("Account"))
    def account_name(self, message: Message) -> str:
        """Return whose asset it is."""
        return message.asset.account.name

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
            "state_badge": status_badge(message, "state"),
            "asset_url": page_of(message.asset),
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
                "The mail with the coupon code is written anew and sent by a worker."
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
