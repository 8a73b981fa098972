"""Setup > Notifications: who is told of what, and under which conditions."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from purveyor.domain.accounts.models import MailLanguage
from purveyor.domain.notifications.events import (
    EVENTS,
    Audience,
    Condition,
    EventName,
)
from purveyor.domain.notifications.ladder import (
    edit_ladder,
    ladder,
    read_ladder,
    told_ladder,
)
from purveyor.domain.notifications.models import Notification
from purveyor.domain.notifications.recipients import (
    STAFF,
    is_address,
    roles_for,
    told_recipients,
)
from purveyor.domain.notifications.rules import save_notification
from purveyor.domain.notifications.wordings import add_language
from purveyor.faces.backoffice.frame.choices import currency_choices
from purveyor.faces.backoffice.frame.display import NOTHING, badge, link_to, page_of
from purveyor.faces.backoffice.frame.record_admin import BssModelAdmin, actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.verbs import DialogForm, done, verb
from purveyor.kernel import clock

LADDER = "ladder"
CURRENCY = "total_currency"
WHOM = ("to", "cc", "bcc")
TWO = ("bss-two",)  # in two columns where there is room


def _roles(name: str) -> str:
    return f"{name}_roles"


def _addresses(name: str) -> str:
    return f"{name}_addresses"


def roles_field(label: Any) -> forms.MultipleChoiceField:
    """Return a field that asks for roles; which there are, its event says."""
    boxes = UnfoldAdminCheckboxSelectMultipleWidget
    return forms.MultipleChoiceField(label=label, required=False, widget=boxes)


def addresses_field(label: Any) -> forms.CharField:
    """Return a field that asks for addresses."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=1_000,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Fixed addresses, with commas between them."),
    )


class NotificationForm(forms.ModelForm[Notification]):
    """A rule; whom it tells is chosen by role, or written as addresses."""

    to_roles = roles_field(gettext_lazy("To"))
    to_addresses = addresses_field(gettext_lazy("To: addresses"))
    cc_roles = roles_field(gettext_lazy("Copy"))
    cc_addresses = addresses_field(gettext_lazy("Copy: addresses"))
    bcc_roles = roles_field(gettext_lazy("Hidden copy"))
    bcc_addresses = addresses_field(gettext_lazy("Hidden copy: addresses"))

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
    total_currency = forms.ChoiceField(
        label=gettext_lazy("Currency of the total"),
        required=False,
        choices=lambda: [("", "—"), *currency_choices()],
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("Orders and invoices in another currency do not count."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self._offer_own_events()
            return
        if "sender" in self.fields:
            self.fields["sender"].help_text = _(
                "Empty: the one set with the mail server, else our own e-mail."
            )
        if self.instance.is_reminder:
            self.initial[LADDER] = told_ladder(ladder())
        for name in WHOM:
            self._offer(name)

    def validate_constraints(self) -> None:
        """Leave it to the operation, which has better words."""

    def _offer_own_events(self) -> None:
        """Offer the events that one's own notifications can tell of."""
        event: Any = self.fields.get("event")
        if event is not None:
            event.choices = [
                (value, label)
                for value, label in EventName.choices
                if value != EventName.COUPON_DELIVERED
            ]

    def _offer(self, name: str) -> None:
        kept = getattr(self.instance, name)
        roles: Any = self.fields.get(_roles(name))
        if roles is not None:
            roles.choices = role_choices(self.instance, kept)
            self.initial[_roles(name)] = [w for w in kept if not is_address(w)]
        if _addresses(name) in self.fields:
            self.initial[_addresses(name)] = ", ".join(w for w in kept if is_address(w))

    def recipients(self, name: str) -> list[str]:
        """Return whom a person has chosen and written."""
        typed = self.cleaned_data[_addresses(name)].replace(";", ",").split(",")
        return [*self.cleaned_data[_roles(name)], *typed]


def role_choices(notification: Notification, kept: list[str]) -> list[tuple[str, str]]:
    """Return the roles that can be chosen; those that are chosen stay to be seen."""
    event = EVENTS[EventName(notification.event)]
    roles = roles_for(event.record, is_internal=notification.is_internal)
    names = Group.objects.order_by("name").values_list("name", flat=True)
    offered = [(str(role), str(role.label)) for role in roles]
    offered += [
        (f"{STAFF}{name}", told_recipients([f"{STAFF}{name}"])) for name in names
    ]
    known = {word for word, _label in offered}
    lost = [word for word in kept if not is_address(word) and word not in known]
    return [*offered, *((word, told_recipients([word])) for word in lost)]


class LanguageForm(DialogForm):
    """Asks for a language."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=MailLanguage.choices,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy(
            "It begins with the words that come with the product, or with ours to be "
            "translated. An account's language is chosen on its page."
        ),
    )


@admin.register(Notification, site=bss)
class NotificationAdmin(BssModelAdmin):
    """Who is told of what. What they read stands in their texts, one a language."""

    form = NotificationForm
    list_display = (
        "name",
        "event_told",
        "audience_badge",
        "whom",
        "written_in",
        "switch",
    )
    list_filter = (
        ("event", ChoicesDropdownFilter),
        ("audience", ChoicesDropdownFilter),
        "is_enabled",
    )
    ordering = ("event", "name")
    search_fields = ("name__icontains",)
    search_help_text = gettext_lazy("Part of the name")
    autocomplete_fields = ("account", "product")
    actions_detail: Any = ("add_texts",)
    change_form_outer_before_template: Any = "backoffice/notifications/texts.html"
    refusal_fields: ClassVar[dict[str, str]] = {"notifications.bad_ladder": LADDER}

    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {"all": ("backoffice/records.css",)}

    # ---------------------------------------------------------------- list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notification]:
        """Return the notifications with their languages."""
        return super().get_queryset(request).prefetch_related("templates")

    @display(description=gettext_lazy("Event"), ordering="event")
    def event_told(self, notification: Notification) -> str:
        """Return what must happen."""
        return str(EventName(notification.event).label)

    @display(description=gettext_lazy("Audience"))
    def audience_badge(self, notification: Notification) -> Any:
        """Return for whom it is."""
        tone = "" if notification.is_internal else "info"
        return badge(Audience(notification.audience).label, tone)

    @display(description=gettext_lazy("To"))
    def whom(self, notification: Notification) -> str:
        """Return who gets it."""
        if notification.follows_the_order:
            return _("The address that the order named")
        return told_recipients(notification.to) or NOTHING

    @display(description=gettext_lazy("Languages"))
    def written_in(self, notification: Notification) -> str:
        """Return in which languages it is written."""
        return ", ".join(
            str(each.get_language_display()) for each in notification.templates.all()
        )

    @display(description=gettext_lazy("Status"))
    def switch(self, notification: Notification) -> Any:
        """Return whether it is sent at all."""
        if notification.is_enabled:
            return badge(_("Switched on"), "success")
        return badge(_("Switched off"))

    # ---------------------------------------------------------------- page

    @display(description=gettext_lazy("Days before the expiry"))
    def ladder(self, _notification: Notification) -> str:
        """Return when reminders go out, for those who may only look."""
        return told_ladder(ladder())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return what stays as it is once the notification is there."""
        return ("name", "event_told", "audience_badge", "whom") if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields that its event knows."""
        if obj is None:
            return ((None, {"fields": ("name", "event", "audience")}),)
        return _fieldsets_of(obj, may_edit=self.has_change_permission(request, obj))

    def form_context(
        self,
        request: HttpRequest,
        object_id: str | None,
        extra_context: dict[str, Any] | None,
    ) -> dict[str, Any]:
        """Return its texts, which have pages of their own."""
        context = super().form_context(request, object_id, extra_context)
        found = self.get_object(request, object_id or "")
        texts = found.templates.order_by("pk") if found else ()
        rows = [(each, link_to(each, each.get_language_display())) for each in texts]
        return {**context, "texts": rows}

    # ---------------------------------------------------------------- saving

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: Any
    ) -> None:
        """Keep the rule, and the ladder of a reminder."""
        actor, now = actor_of(request), clock.now()
        if not change:
            obj.is_enabled = False  # until somebody is chosen who gets it
        elif not obj.follows_the_order:
            obj.to = form.recipients("to")
        if change:
            obj.cc, obj.bcc = form.recipients("cc"), form.recipients("bcc")
        if obj.is_reminder and LADDER in form.cleaned_data:
            rungs = read_ladder(form.cleaned_data[LADDER])
            edit_ladder(rungs=rungs, actor=actor, now=now)
        save_notification(notification=obj, actor=actor, now=now)

    @verb(
        permission="notifications.change_notification",
        icon="translate",
        dialog={
            "title": gettext_lazy("Add a language"),
            "form_class": LanguageForm,
            "form_submit_text": gettext_lazy("Add"),
        },
    )
    def add_texts(
        self, request: HttpRequest, form: Any, object_id: str
    ) -> HttpResponse:
        """Begin the texts in another language."""
        template = add_language(
            notification=Notification.objects.get(pk=int(object_id)),
            language=form.cleaned_data["language"],
            actor=actor_of(request),
            now=clock.now(),
        )
        messages.success(request, _("The texts are begun. Change them as you like."))
        return done(request, page_of(template))


def _fieldsets_of(notification: Notification, *, may_edit: bool) -> Any:
    """Return the fields of a notification in groups."""
    event = EVENTS[EventName(notification.event)]
    what = ["name", "event_told", "audience_badge", "is_enabled"]
    what += [LADDER] if notification.is_reminder else []
    names = WHOM[1:] if notification.follows_the_order else WHOM
    whom = [field for name in names for field in (_roles(name), _addresses(name))]
    if notification.follows_the_order:
        whom.insert(0, "whom")
    only_if: list[str] = list(event.conditions)
    if Condition.TOTAL_ABOVE in event.conditions:
        only_if.append(CURRENCY)
    if not may_edit:
        return ((None, {"fields": (*what, "whom", "sender", *only_if)}),)
    groups: list[Any] = [
        (_("What happens"), {"fields": tuple(what), "classes": TWO}),
        (
            _("Who gets it"),
            {"fields": ("sender", *whom)},
        ),
    ]
    if not notification.follows_the_order:
        told = _("All that are filled in must hold. Empty: always.")
        only = {"fields": tuple(only_if), "description": told, "classes": TWO}
        groups.append((_("Only if"), only))
    return tuple(groups)
