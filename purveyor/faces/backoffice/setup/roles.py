"""Setup > Users and roles > Roles: what people may do."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from purveyor.domain.accounts.operations import drop_role, put_role
from purveyor.faces.backoffice.frame.display import NOTHING, badge
from purveyor.faces.backoffice.frame.record_admin import BssModelAdmin, actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.setup.people_pages import grantable
from purveyor.faces.backoffice.setup.permission_words import grouped
from purveyor.kernel import clock


def _named(names: set[str]) -> QuerySet[Permission]:
    wanted = Q()
    for app, _dot, codename in (name.partition(".") for name in sorted(names)):
        wanted |= Q(content_type__app_label=app, codename=codename)
    return Permission.objects.filter(wanted).select_related("content_type")


def _name_of(permission: Permission) -> str:
    return f"{permission.content_type.app_label}.{permission.codename}"


def _choices() -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """Yield the permissions to tick, by what they are about."""
    pks = {_name_of(each): each.pk for each in _named(grantable())}
    for group in grouped(pks):
        yield group.title, [(pks[each.name], each.words) for each in group.permissions]


class RoleForm(forms.ModelForm[Group]):
    """A role: its name, and what those who have it may do."""

    permissions = forms.TypedMultipleChoiceField(
        label=_("Permissions"),
        coerce=int,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = Group
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        permissions = self.fields.get("permissions")
        if isinstance(permissions, forms.TypedMultipleChoiceField):
            permissions.choices = list(_choices())
        if self.instance.pk:
            mine = self.instance.permissions.values_list("pk", flat=True)
            self.initial["permissions"] = list(mine)

    def clean_permissions(self) -> list[Permission]:
        """Return the permissions that were ticked."""
        return list(Permission.objects.filter(pk__in=self.cleaned_data["permissions"]))


@admin.register(Group, site=bss)
class RoleAdmin(BssModelAdmin):
    """What people may do. Those that come with the product stay as they are."""

    form = RoleForm
    list_display = ("name", "origin", "people_count")
    ordering = ("name",)
    search_fields = ("name__icontains",)
    can_delete = True
    readonly_fields = ("permissions_told",)
    fields_open: ClassVar = ("name", "permissions")
    fields_fixed: ClassVar = ("name", "permissions_told")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the roles with how many people have them."""
        return super().get_queryset(request).annotate(people=Count("user"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields: boxes to tick, or the permissions as they are."""
        is_open = obj is None or self.has_change_permission(request, obj)
        fields = self.fields_open if is_open else self.fields_fixed
        return ((None, {"fields": fields, "classes": ("bss-role",)}),)

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: Any
    ) -> None:
        """Save a role of the distributor's own."""
        put_role(
            role=obj,
            permissions=form.cleaned_data["permissions"],
            actor=actor_of(request),
            now=clock.now(),
        )

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete a role of the distributor's own that nobody has."""
        drop_role(role=obj, actor=actor_of(request), now=clock.now())

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether a person may edit a role; those of the product stay."""
        mine: bool = super().has_change_permission(request, obj)
        return mine and not _is_fixed(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether a person may delete a role; those of the product stay."""
        return super().has_delete_permission(request, obj) and not _is_fixed(obj)

    @admin.display(description=_("Origin"))
    def origin(self, role: Group) -> SafeString:
        """Return whether the role came with the product."""
        return badge(_("Comes with Purveyor") if _is_fixed(role) else _("Your own"))

    @admin.display(description=_("People"))
    def people_count(self, role: Any) -> int:
        """Return how many people have the role."""
        return int(role.people)

    @admin.display(description=_("Permissions"))
    def permissions_told(self, role: Group) -> str:
        """Return what the role allows, by what it is about."""
        names = [_name_of(p) for p in role.permissions.select_related("content_type")]
        told = format_html_join(
            "",
            "<dt>{}</dt><dd>{}</dd>",
            (
                (group.title, ", ".join(each.words for each in group.permissions))
                for group in grouped(names)
            ),
        )
        return format_html('<dl class="bss-facts">{}</dl>', told) if names else NOTHING


def _is_fixed(role: object) -> bool:
    return isinstance(role, Group) and role.name in settings.PURVEYOR_ROLES
