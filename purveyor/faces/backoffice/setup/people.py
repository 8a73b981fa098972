"""Setup > Users and roles."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminPasswordWidget,
)

from purveyor.domain.accounts.invitations import invite_staff, mail_link
from purveyor.domain.accounts.lifecycle import InvitationState
from purveyor.domain.accounts.models import User
from purveyor.domain.accounts.operations import create_staff, edit_staff
from purveyor.domain.accounts.signing_in import (
    end_sessions,
    has_second_step,
    reset_second_step,
    with_second_step,
)
from purveyor.faces.backoffice.frame.display import NOTHING, badge, moment, page_of
from purveyor.faces.backoffice.frame.record_admin import BssModelAdmin, actor_of
from purveyor.faces.backoffice.frame.sections import shown_sections
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.verbs import DialogForm, done, verb
from purveyor.faces.backoffice.setup.people_sections import Sessions, SignIns
from purveyor.kernel import clock

MAY_EDIT = "accounts.change_user"


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
        help_text=_(
            "Empty: the person gets a mail with a link, and sets it. Else tell it to "
            "them in a safe way."
        ),
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
    list_display = (
        "email",
        "name",
        "roles_told",
        "active_badge",
        "second_step_badge",
        "last_seen",
    )
    actions_detail: Any = ("mail_link", "reset_second_step", "sign_out")
    list_filter = ("groups",)
    ordering = ("email",)
    search_fields = ("email__icontains", "name__icontains")
    search_help_text = _("Part of the e-mail or of the name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Return the staff; members of the Storefront stand at their accounts."""
        staff = super().get_queryset(request).filter(is_staff=True)
        return staff.select_related("invitation").prefetch_related("groups")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Return the list, which knows who has a second step."""
        listed = super().get_changelist_instance(request)
        have = with_second_step(users=listed.result_list)
        for user in listed.result_list:
            user.has_second_step = user.pk in have
        return listed

    def get_changeform_datasets(self, request: HttpRequest) -> Any:
        """Return where the person is signed in, and how that went."""
        return shown_sections(request, (Sessions, SignIns))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields; who may only look sees no password field."""
        person = ("email", "name", "is_active") if obj else ("email", "name")
        if obj and not self.has_change_permission(request, obj):
            seen = (*person, "roles_told", "second_step_told", "invited")
            return ((_("General Information"), {"fields": seen}),)
        door = ("password_new", "second_step_told", "invited") if obj else ()
        return (
            (_("General Information"), {"fields": person}),
            (_("What they may do"), {"fields": ("roles",)}),
            (_("Sign-in"), {"fields": door or ("password_new",)}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields that stay: the sign-in name, once it is given."""
        told = ("roles_told", "second_step_told", "invited")
        return ("email", *told) if obj else told

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
        hired: dict[str, Any] = {
            "email": given["email"],
            "name": given["name"],
            "roles": roles,
            "actor": actor,
        }
        if password:
            user = create_staff(password=password, **hired)
        else:
            user = invite_staff(now=clock.now(), **hired)
            messages.info(request, _("A mail with the link is on its way."))
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

    @admin.display(description=_("Two-step sign-in"))
    def second_step_badge(self, user: Any) -> SafeString:
        """Return whether the person signs in with a second step; for the list."""
        return _second_step(is_on=user.has_second_step)

    @admin.display(description=_("Two-step sign-in"))
    def second_step_told(self, user: User) -> SafeString:
        """Return whether the person signs in with a second step."""
        return _second_step(is_on=has_second_step(user=user))

    @admin.display(description=_("Link for the password"))
    def invited(self, user: User) -> str:
        """Return what became of the link that was mailed last."""
        invitation = getattr(user, "invitation", None)
        if invitation is None:
            return NOTHING
        match invitation.state:
            case InvitationState.SENT if invitation.expires_at <= clock.now():
                return str(_("It has run out. Mail a new one."))
            case InvitationState.SENT:
                until = moment(invitation.expires_at)
                return str(_("Mailed; it works until %(until)s") % {"until": until})
            case InvitationState.USED:
                return str(_("Used"))
        why = invitation.waits_because
        told = invitation.get_state_display()
        return f"{told}: {why}" if why else told

    # ---------------------------------------------------------------- verbs

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Return what can be done with a person, by who may edit them."""
        user = User.objects.filter(pk=object_id, is_staff=True).first()
        if user is None or not self.has_change_permission(request, user):
            return []
        hidden = set() if has_second_step(user=user) else {"reset_second_step"}
        shown = super().get_actions_detail(request, object_id)
        return [each for each in shown if each.path not in hidden]

    @verb(
        permission=MAY_EDIT,
        icon="forward_to_inbox",
        dialog={
            "title": _("Mail a link for the password"),
            "description": _(
                "The person sets a new password by it: once, within 72 hours. An older "
                "link stops working. The password they have stays until then."
            ),
            "form_class": DialogForm,
            "form_submit_text": _("Mail the link"),
        },
    )
    def mail_link(self, request: HttpRequest, form: Any, object_id: str) -> Any:
        """Mail a person a link by which they set a password."""
        user = self._edited(request, object_id)
        mail_link(user=user, actor=actor_of(request), now=clock.now())
        return self._said(request, user, _("A mail with the link is on its way."))

    @verb(
        permission=MAY_EDIT,
        icon="phonelink_erase",
        dialog={
            "title": _("Reset two-step sign-in"),
            "description": _(
                "For somebody who lost telephone and recovery codes. Make sure that it "
                "is them: from then on the password alone lets them in, until they set "
                "it up again. They are signed out everywhere."
            ),
            "form_class": DialogForm,
            "form_submit_text": _("Reset"),
        },
    )
    def reset_second_step(self, request: HttpRequest, form: Any, object_id: str) -> Any:
        """Take away a person's second step."""
        user = self._edited(request, object_id)
        reset_second_step(user=user, actor=actor_of(request), now=clock.now())
        return self._said(request, user, _("The two-step sign-in is reset."))

    @verb(
        permission=MAY_EDIT,
        icon="logout",
        dialog={
            "title": _("Sign out everywhere"),
            "description": _(
                "What the person has not saved is lost. They can sign in again."
            ),
            "form_class": DialogForm,
            "form_submit_text": _("Sign out"),
        },
    )
    def sign_out(self, request: HttpRequest, form: Any, object_id: str) -> Any:
        """Sign a person out of every browser."""
        user = self._edited(request, object_id)
        end_sessions(user=user, actor=actor_of(request), now=clock.now())
        return self._said(request, user, _("The person is signed out everywhere."))

    def _edited(self, request: HttpRequest, object_id: str) -> User:
        user = User.objects.get(pk=object_id, is_staff=True)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        return user

    def _said(self, request: HttpRequest, user: User, told: Any) -> HttpResponse:
        messages.success(request, told)
        return done(request, page_of(user))


def _second_step(*, is_on: bool) -> SafeString:
    return badge(_("On"), "success") if is_on else badge(_("Off"))
