"""A field for one account: its number, found while one types a part of the name."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from unfold.widgets import UnfoldAdminTextInputWidget

from purveyor.domain.accounts.models import Account
from purveyor.domain.accounts.queries import known_as, open_accounts
from purveyor.faces.backoffice.frame.site import bss

FOUND_MAX = 12
SOUGHT_MIN = 2
UNKNOWN = _("There is no account with this number. Choose one from those found.")


class AccountInput(UnfoldAdminTextInputWidget):
    """An input that proposes accounts; without scripts the number is typed."""

    def render(self, name: str, value: Any, *args: Any, **kwargs: Any) -> SafeString:
        """Return the input, and the list that its proposals come into."""
        proposals = f"{name}-found"
        self.attrs |= {
            "list": proposals,
            "autocomplete": "off",
            "hx-get": reverse_lazy("bss:find_accounts"),
            "hx-vals": f'{{"of": "{name}"}}',
            "hx-trigger": "input changed delay:250ms",
            "hx-target": f"#{proposals}",
            "hx-swap": "innerHTML",
            "hx-select": "unset",
            "hx-disabled-elt": "unset",
        }
        whole = super().render(name, value, *args, **kwargs)
        return format_html('{}<datalist id="{}"></datalist>', whole, proposals)


class AccountField(forms.CharField):
    """Asks for an account by its number; empty is None."""

    widget = AccountInput

    def clean(self, value: Any) -> Any:
        """Return the account."""
        number = super().clean(value).strip().upper()
        if not number:
            return None
        account = open_accounts().filter(number=number).first()
        if account is None:
            raise ValidationError(UNKNOWN)
        return account


@bss.page("accounts/find/", name="find_accounts", permission="accounts.view_account")
@require_GET
def find_accounts(request: HttpRequest) -> HttpResponse:
    """Answer an input that looks for accounts: the few that fit best."""
    sought = request.GET.get(request.GET.get("of", ""), "").strip()
    found = Account.objects.none()
    if len(sought) >= SOUGHT_MIN:
        fitting = known_as(term=sought) | Q(number__istartswith=sought)
        found = open_accounts().filter(fitting).order_by("name", "pk")[:FOUND_MAX]
    return render(request, "backoffice/parts/accounts.html", {"accounts": found})
