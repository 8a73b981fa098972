"""What leads from an account's page to the pages around it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from purveyor.domain.accounts.models import Account
from purveyor.faces.backoffice.frame.verbs import shortcuts


class AccountVerbs:
    """The buttons of an account's page. A merged account leads only to what it was."""

    actions_detail: Any = (
        shortcuts("show_hierarchy", "show_timeline", "show_people", "merge_another"),
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Return the buttons; nothing is merged into an account that is closed."""
        parent: Any = super()
        offered: list[Any] = parent.get_actions_detail(request, object_id)
        account = Account.objects.filter(pk=object_id).only("merged_into").first()
        if account is not None and account.is_merged:
            return [each for each in offered if each.path != "to-merge"]
        return offered

    @action(
        description=_("Hierarchy"),
        permissions=("accounts.view_account",),
        icon="account_tree",
        url_path="to-hierarchy",
    )
    def show_hierarchy(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to the account's place among resellers and end customers."""
        return _to("account_in_hierarchy", object_id)

    @action(
        description=_("Timeline"),
        permissions=("accounts.view_account",),
        icon="timeline",
        url_path="to-timeline",
    )
    def show_timeline(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to everything that happened with the account."""
        return _to("account_timeline", object_id)

    @action(
        description=_("People"),
        permissions=("accounts.view_member",),
        icon="group",
        url_path="to-people",
    )
    def show_people(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to who signs in to the Storefront for the account."""
        return _to("account_people", object_id)

    @action(
        description=_("Merge"),
        permissions=("accounts.merge_account",),
        icon="join_inner",
        url_path="to-merge",
    )
    def merge_another(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to the choice of an account that is the same one."""
        return _to("merge_account", object_id)


def _to(page: str, object_id: str) -> HttpResponse:
    return HttpResponseRedirect(reverse(f"bss:{page}", args=[object_id]))
