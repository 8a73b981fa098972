"""Setup > Users and roles."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.contrib.auth.password_validation import validate_password
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminPasswordWidget,
)

from purveyor.domain.accounts.models import User
from purveyor.domain.accounts.operations import (
    create_staff,
    drop_role,
    edit_staff,
    put_role,
)
from purveyor.faces.backoffice.display import NOTHING, badge, moment
from purveyor.faces.backoffice.frame import BssModelAdmin, actor_of
from purveyor.faces.backoffice.site import bss
from purveyor.kernel import clock


class StaffForm(forms.ModelForm[User]):
    """A person of the staff: who they are, what they may do, and a password."""

    roles = forms.ModelMultipleChoiceField(
        label=_("Roles"),
        queryset=Group.objects.order_by("name"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Several add up. Without a role a person sees nothing."),
    )
    password_new = forms.CharField(
        label=_("Password"),
        strip=False,
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("Tell it to the person in a safe way; they can change it."),
    )

    class Meta:
        model = User
        fields = ("email", "name", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["roles"] = self.instance.groups.all()
            if "password_new" in self.fields:
                self.fields["password_new"].label = _("New password")
                self.fields["password_new"].help_text = _("Empty: the old one stays.")
        elif "password_new" in self.fields:
            self.fields["password_new"].required = True

    def clean_email(self) -> str:
        """Return the e-mail as sign-in names are written."""
        return str(self.cleaned_data["email"]).strip().lower()

    def clean_password_new(self) -> str:
        """Return the password if it is hard to guess."""
        password = str(self.cleaned_data["password_new"])
        if password:
            named = ("email", "name")
            known = {name: self.cleaned_data.get(name, "") for name in named}
            validate_password(password, User(**known))
        return password


@admin.register(User, site=bss)
class StaffAdmin(BssModelAdmin):
    """The people who work in the BSS."""

    form = StaffForm
    list_display = ("email", "name", "roles_told", "active_badge", "last_seen")
    list_filter = ("groups",)
    ordering = ("email",)
    search_fields = ("email__icontains", "name__icontains")
    search_help_text = _("Part of the e-mail or of the name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Return the staff; members of the Storefront stand at their accounts."""
        staff = super().get_queryset(request).filter(is_staff=True)
        return staff.prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields; who may only look sees no password field."""
        person = ("email", "name", "is_active") if obj else ("email", "name")
        if obj and not self.has_change_permission(request, obj):
            return ((_("General Information"), {"fields": (*person, "roles_told")}),)
        return (
            (_("General Information"), {"fields": person}),
            (_("What they may do"), {"fields": ("roles",)}),
            (_("Sign-in"), {"fields": ("password_new",)}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields that stay: the sign-in name, once it is given."""
        return ("email", "roles_told") if obj else ("roles_told",)

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: Any
    ) -> None:
        """Create or edit a person of the staff."""
        given = form.cleaned_data
        roles = [role.name for role in given["roles"]]
        password, actor = given["password_new"], actor_of(request)
        if change:
            edit_staff(
                user=obj,
                is_active=given["is_active"],
                roles=roles,
                password=password,
                actor=actor,
                now=clock.now(),
            )
            return
        user = create_staff(
            email=given["email"],
            name=given["name"],
            password=password,
            roles=roles,
            actor=actor,
        )
        obj.pk = user.pk

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether a person may edit; only its like edits a superuser."""
        is_above = isinstance(obj, User) and obj.is_superuser
        mine: bool = super().has_change_permission(request, obj)
        return mine and (not is_above or bool(request.user.is_superuser))

    @admin.display(description=_("Roles"))
    def roles_told(self, user: User) -> str:
        """Return what the person may do."""
        if user.is_superuser:
            return str(_("Everything"))
        return ", ".join(sorted(g.name for g in user.groups.all())) or NOTHING

    @admin.display(description=_("Status"))
    def active_badge(self, user: User) -> SafeString:
        """Return whether the person can sign in."""
        return badge(_("Active"), "success") if user.is_active else badge(_("Off"))

    @admin.display(description=_("Last sign-in"))
    def last_seen(self, user: User) -> str:
        """Return when the person signed in last."""
        return moment(user.last_login)


def _grantable() -> QuerySet[Permission]:
    named = {name for names in settings.PURVEYOR_ROLES.values() for name in names}
    wanted = Q()
    for app, _dot, codename in (name.partition(".") for name in sorted(named)):
        wanted |= Q(content_type__app_label=app, codename=codename)
    return Permission.objects.filter(wanted).order_by("name")


class PermissionsField(forms.ModelMultipleChoiceField[Permission]):
    """Permissions to tick, in their own words."""

    def label_from_instance(self, obj: Any) -> str:
        """Return what the permission allows."""
        return str(obj.name)


class RoleForm(forms.ModelForm[Group]):
    """A role: its name, and what those who have it may do."""

    permissions = PermissionsField(
        label=_("Permissions"),
        queryset=Permission.objects.none(),  # read when the form is made
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = Group
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        permissions = self.fields.get("permissions")
        if isinstance(permissions, PermissionsField):
            permissions.queryset = _grantable()
        if self.instance.pk:
            self.initial["permissions"] = self.instance.permissions.all()


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
        """Return what the role allows."""
        names = role.permissions.order_by("name").values_list("name", flat=True)
        return "\n".join(names) or NOTHING


def _is_fixed(role: object) -> bool:
    return isinstance(role, Group) and role.name in settings.PURVEYOR_ROLES
