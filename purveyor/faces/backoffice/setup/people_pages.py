"""Setup > Users and roles, beside its lists: who may do what, and who is signed in."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from purveyor.domain.accounts.models import User
from purveyor.domain.accounts.signing_in import list_sessions
from purveyor.faces.backoffice.door.security import MAY_END
from purveyor.faces.backoffice.door.session_words import shown_sessions
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.setup.permission_words import DescribedGroup, grouped


@dataclass(frozen=True, slots=True)
class RoleColumn:
    """One role, and who has it."""

    name: str
    people: tuple[str, ...]
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One permission, and which roles have it."""

    words: str
    name: str
    has: tuple[bool, ...]


@bss.page("people/permissions/", name="permissions", permission="auth.view_group")
@require_GET
def permissions(request: HttpRequest) -> HttpResponse:
    """Show who may do what: a row for each permission, a column for each role."""
    columns = _columns()
    context = {
        "title": _("Who may do what"),
        "columns": columns,
        "groups": [
            {"title": group.title, "rows": _rows(group, columns)}
            for group in grouped(grantable())
        ],
        "above": list(
            User.objects.filter(is_superuser=True, is_active=True).order_by("email")
        ),
    }
    return bss.render(request, "backoffice/people/permissions.html", context)


@bss.page("people/signed-in/", name="signed_in", permission="accounts.view_user")
@require_GET
def signed_in(request: HttpRequest) -> HttpResponse:
    """Show who is signed in, and where."""
    context = {
        "title": _("Signed in now"),
        "sessions": shown_sessions(request, list_sessions()),
        "may_end": request.user.has_perm(MAY_END),
    }
    return bss.render(request, "backoffice/people/signed_in.html", context)


def grantable() -> set[str]:
    """Return the permissions that a role can have: those of the product's roles."""
    return {name for names in settings.PURVEYOR_ROLES.values() for name in names}


def _columns() -> list[RoleColumn]:
    """Return the roles: those of the product first, as they are told."""
    order = list(settings.PURVEYOR_ROLES)
    roles = Group.objects.prefetch_related("permissions__content_type", "user_set")
    columns = [
        RoleColumn(
            role.name,
            tuple(
                sorted(u.get_full_name() for u in role.user_set.all() if u.is_active)
            ),
            frozenset(
                f"{p.content_type.app_label}.{p.codename}"
                for p in role.permissions.all()
            ),
        )
        for role in roles
    ]
    return sorted(
        columns,
        key=lambda c: (order.index(c.name) if c.name in order else len(order), c.name),
    )


def _rows(group: DescribedGroup, columns: list[RoleColumn]) -> list[MatrixRow]:
    return [
        MatrixRow(
            each.words,
            each.name,
            tuple(each.name in column.permissions for column in columns),
        )
        for each in group.permissions
    ]
