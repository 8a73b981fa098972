"""Setup > Order statuses, and how orders show what their status is called."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from purveyor.domain.orders.labels import (
    drop_label,
    keep_label,
)
from purveyor.domain.orders.models import Order, StatusLabel
from purveyor.domain.orders.queries import (
    labelled,
    labels_for,
    name_of_status,
    with_a_cancelled_rest,
)
from purveyor.faces.backoffice.frame.display import TONES, badge
from purveyor.faces.backoffice.frame.record_admin import BssModelAdmin, actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.verbs import DialogForm
from purveyor.kernel import clock


class LabelFilter(DropdownFilter):
    """Orders that are called by one label."""

    title = gettext_lazy("Status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        """Return the labels, those of one type together."""
        order = list(Order._meta.get_field("state").flatchoices)
        place = {value: n for n, (value, _label) in enumerate(order)}
        labels = StatusLabel.objects.order_by("position", "name")
        in_order = sorted(labels, key=lambda each: place[each.system_type])
        return [(str(each.pk), each.name) for each in in_order]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the orders with the chosen label."""
        chosen = self.value() or ""
        label = (
            StatusLabel.objects.filter(pk=int(chosen)).first()
            if chosen.isdecimal()
            else None
        )
        return queryset.filter(labelled(label)) if label else queryset


class RestFilter(SimpleListFilter):
    """Orders of which a part was executed, and the rest cancelled."""

    title = gettext_lazy("items")
    parameter_name = "rest"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        """Return the one answer: a rest that is open is a status."""
        return [("cancelled", _("Rest cancelled"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the orders whose rest was cancelled, if they are asked for."""
        is_asked = self.value() == "cancelled"
        return queryset.filter(with_a_cancelled_rest()) if is_asked else queryset


class LabelForm(DialogForm):
    """Asks by which label an order is to be called."""

    label = forms.ModelChoiceField(
        label=gettext_lazy("Status"),
        queryset=StatusLabel.objects.none(),
        widget=UnfoldAdminSelectWidget,
        error_messages={
            "invalid_choice": gettext_lazy(
                "The order is in another status by now. Reload the page."
            )
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        order = Order.objects.filter(pk=self.object_id or 0).first()
        field = self.fields["label"]
        assert isinstance(field, forms.ModelChoiceField)
        if order is not None:
            names = [label.pk for label in labels_for(order)]
            field.queryset = StatusLabel.objects.filter(pk__in=names)
            field.queryset = field.queryset.order_by("position", "name", "id")
            named = StatusLabel.objects.filter(
                system_type=order.state, name=name_of_status(order)
            )
            self.initial["label"] = named.first()


class StatusLabelForm(forms.ModelForm[StatusLabel]):
    """The fields of a label."""

    class Meta:
        model = StatusLabel
        fields = (
            "name",
            "system_type",
            "position",
            "is_default",
            "is_storefront_visible",
            "is_active",
        )

    def validate_constraints(self) -> None:
        """Leave them to the operation: a new default first takes the old's place."""


@admin.register(StatusLabel, site=bss)
class StatusLabelAdmin(BssModelAdmin):
    """What the distributor calls the statuses of its orders."""

    form = StatusLabelForm
    can_delete = True
    can_add_another = True
    list_display = (
        "name",
        "type_badge",
        "default_badge",
        "storefront_badge",
        "active_badge",
        "position",
    )
    list_filter = ("system_type", "is_active")
    ordering = ("system_type", "position", "name", "id")
    search_fields = ("name__icontains",)
    empty_text = gettext_lazy("Run purveyor prepare: it makes one for each type.")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the system type of what exists: it never changes."""
        return ("system_type",) if obj is not None else ()

    @display(description=gettext_lazy("System type"), ordering="system_type")
    def type_badge(self, label: StatusLabel) -> SafeString:
        """Return what an order with this label can do."""
        return badge(label.get_system_type_display(), TONES.get(label.system_type, ""))

    @display(description=gettext_lazy("Default"))
    def default_badge(self, label: StatusLabel) -> SafeString:
        """Return whether orders of its type are called so by themselves."""
        return badge(_("Default"), "info") if label.is_default else SafeString("")

    @display(description=gettext_lazy("Storefront"))
    def storefront_badge(self, label: StatusLabel) -> SafeString:
        """Return whether buyers read it."""
        return badge(_("Visible") if label.is_storefront_visible else _("Hidden"))

    @display(description=gettext_lazy("Active"))
    def active_badge(self, label: StatusLabel) -> SafeString:
        """Return whether orders can be given it."""
        if label.is_active:
            return badge(_("Active"), "success")
        return badge(_("Not active"))

    def save_model(
        self, request: HttpRequest, obj: Model, form: Any, change: Any
    ) -> None:
        """Keep the label; a new default takes the old one's place."""
        assert isinstance(obj, StatusLabel)
        actor, changed = actor_of(request), form.changed_data
        keep_label(label=obj, changed=changed, actor=actor, now=clock.now())

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Delete a label that no order has."""
        assert isinstance(obj, StatusLabel)
        drop_label(label=obj, actor=actor_of(request), now=clock.now())
