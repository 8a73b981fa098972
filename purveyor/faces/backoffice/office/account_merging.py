"""Office > Accounts > Doubles: find accounts that are one, compare and merge them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from purveyor.domain.accounts.models import Account
from purveyor.faces.backoffice.frame.account_field import AccountField
from purveyor.faces.backoffice.frame.display import NOTHING, page_of
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.flows.merging.belongings import counts_of
from purveyor.flows.merging.doubles import Pair, doubles_of, likely_doubles
from purveyor.flows.merging.operations import (
    ADDRESS,
    choosable,
    merge_accounts,
    objections,
    tell_apart,
)
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused

MAY_MERGE = "accounts.merge_account"
TAKEN = "taken"  # from which the name of a choice in the form begins
KEPT, OTHER = "kept", "other"


class OtherForm(forms.Form):
    """Asks for the account that is the same one."""

    other = AccountField(
        label=gettext_lazy("The account that is the same"),
        help_text=gettext_lazy("Its number, or a part of its name."),
    )


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two accounts that are likely one, as a page shows them."""

    first: Account
    second: Account
    first_url: str
    second_url: str
    why: str
    compare_url: str


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One value of both accounts, to choose from if they differ."""

    name: str
    label: str
    kept: str
    other: str
    takes_other: bool

    @property
    def differs(self) -> bool:
        """Whether there is something to choose."""
        return self.kept != self.other


@bss.page("accounts/doubles/", name="account_doubles", permission=MAY_MERGE)
@require_GET
def doubles(request: HttpRequest) -> HttpResponse:
    """Show which accounts are likely one and the same."""
    context = {
        "title": _("Doubles"),
        "crumb": _("Doubles"),
        "opts": Account._meta,
        "rows": [_row(pair) for pair in likely_doubles()],
    }
    return bss.render(request, "backoffice/accounts/doubles.html", context)


@bss.page("accounts/doubles/apart/", name="tell_accounts_apart", permission=MAY_MERGE)
@require_POST
def apart(request: HttpRequest) -> HttpResponse:
    """Say that two accounts are not the same."""
    one = get_object_or_404(Account, number=request.POST.get("one", ""))
    other = get_object_or_404(Account, number=request.POST.get("other", ""))
    try:
        tell_apart(one=one, other=other, actor=actor_of(request), now=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        told = _("%(one)s and %(other)s are not proposed any more.")
        messages.success(request, told % {"one": one.name, "other": other.name})
    return HttpResponseRedirect(reverse("bss:account_doubles"))


@bss.page(
    "accounts/account/<int:account_id>/merge/",
    name="merge_account",
    permission=MAY_MERGE,
)
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, account_id: int) -> HttpResponse:
    """Ask for the other account, compare both; a POST merges it into this one."""
    kept = get_object_or_404(Account, pk=account_id)
    typed = request.POST if request.method == "POST" else request.GET
    form = OtherForm(typed if "other" in typed else None)
    other = form.cleaned_data["other"] if form.is_valid() else None
    problem, taken = "", _taken(typed)
    if request.method == "POST" and other is not None:
        try:
            return _merge(request, kept, other, taken)
        except Refused as refusal:
            problem = refusal.message
            kept.refresh_from_db()
            other.refresh_from_db()
    return _compare(request, kept, other, form=form, problem=problem)


def _merge(
    request: HttpRequest, kept: Account, other: Account, taken: Collection[str]
) -> HttpResponse:
    merge_accounts(
        kept=kept, merged=other, taken=taken, actor=actor_of(request), now=clock.now()
    )
    told = _("%(other)s is merged into %(kept)s and closed.")
    names = {"other": other.number, "kept": kept.number}
    messages.success(request, told % names)
    return HttpResponseRedirect(page_of(kept))


def _compare(
    request: HttpRequest,
    kept: Account,
    other: Account | None,
    *,
    form: OtherForm,
    problem: str,
) -> HttpResponse:
    context: dict[str, Any] = {
        "title": _("Merge accounts"),
        "crumb": _("Merge"),
        "opts": Account._meta,
        "original": kept,
        "kept": kept,
        "kept_url": page_of(kept),
        "form": form,
        "problem": problem,
        "proposed": [_row(pair, kept) for pair in doubles_of(kept)],
    }
    if other is not None:
        swapped = urlencode({"other": kept.number})
        context |= {
            "other": other,
            "other_url": page_of(other),
            "values": _values(kept, other, typed=request.POST),
            "moves": sorted(_told(counts_of(other))),
            "objections": () if problem else objections(kept=kept, merged=other),
            "swap_url": f"{reverse('bss:merge_account', args=[other.pk])}?{swapped}",
        }
    return bss.render(request, "backoffice/accounts/merge.html", context)


def _taken(typed: Any) -> list[str]:
    names = [field.name for field in choosable()] + [ADDRESS]
    return [name for name in names if typed.get(f"{TAKEN}-{name}") == OTHER]


def _told(counts: dict[str, int]) -> list[tuple[str, int]]:
    return [(capfirst(label), count) for label, count in counts.items()]


def _values(kept: Account, other: Account, *, typed: Any) -> list[ValueRow]:
    """Return the values of both; a value that only the other has is proposed."""
    rows = [
        (
            field.name,
            capfirst(field.verbose_name),
            _shown(kept, field),
            _shown(other, field),
        )
        for field in choosable()
    ]
    rows.append((ADDRESS, _("Billing address"), _address(kept), _address(other)))
    taken = set(_taken(typed)) if typed else None
    return [
        ValueRow(
            name=name,
            label=str(label),
            kept=mine,
            other=theirs,
            takes_other=(mine == NOTHING) if taken is None else name in taken,
        )
        for name, label, mine, theirs in rows
    ]


def _shown(account: Account, field: Any) -> str:
    value = getattr(account, field.name)
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    display = getattr(account, f"get_{field.name}_display", None)
    return str(display() if display else value)


def _address(account: Account) -> str:
    address = account.addresses.filter(is_billing=True).first()
    return NOTHING if address is None else str(address)


def _row(pair: Pair, kept: Account | None = None) -> PairRow:
    """Return a pair; the account whose page it is, or the older one, is kept."""
    first, second = pair.first, pair.second
    if kept is not None and kept.pk == second.pk:
        first, second = second, first
    query = urlencode({"other": second.number})
    return PairRow(
        first=first,
        second=second,
        first_url=page_of(first),
        second_url=page_of(second),
        why=capfirst(", ".join(str(each.label) for each in pair.likenesses)),
        compare_url=f"{reverse('bss:merge_account', args=[first.pk])}?{query}",
    )
