"""Billing > Price lists: for whom they hold, since when, and the prices on them."""

from collections.abc import Collection
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from purveyor.domain.accounts.models import Account
from purveyor.domain.catalogue.importing import imports_of
from purveyor.domain.catalogue.models import Assignment, Price, PriceList
from purveyor.domain.catalogue.price_lists import (
    Put,
    assign_to_accounts,
    assign_to_kinds,
    keep_price_list,
    put_price,
    remove_price,
)
from purveyor.faces.backoffice.billing.price_form import (
    AssignmentInline,
    PriceInline,
    PriceListForm,
)
from purveyor.faces.backoffice.frame.display import NOTHING, badge, day
from purveyor.faces.backoffice.frame.filters import CurrencyFilter
from purveyor.faces.backoffice.frame.record_admin import BssModelAdmin, Rows, actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.kernel import clock

MAY_IMPORT = "catalogue.change_price"
TWO = ("bss-two",)


@admin.register(PriceList, site=bss)
class PriceListAdmin(BssModelAdmin):
    """Prices in one currency, for some accounts or for everyone."""

    form = PriceListForm
    inlines = (AssignmentInline, PriceInline)
    list_display = (
        "name",
        "currency",
        "state_badge",
        "valid",
        "holds_for",
        "prices_count",
        "owner_told",
    )
    empty_text = gettext_lazy("Add one for each currency you sell in.")
    list_filter = ("is_active", "is_default", CurrencyFilter)
    list_select_related = ("owner",)
    ordering = ("name",)
    search_fields = ("name__icontains",)
    search_help_text = gettext_lazy("Part of the name")
    change_form_outer_before_template: Any = "backoffice/prices/head.html"
    change_form_outer_after_template: Any = "backoffice/prices/tail.html"
    fieldsets = (
        (
            gettext_lazy("General Information"),
            {"classes": TWO, "fields": ("name", "currency", "owner", "is_active")},
        ),
        (
            gettext_lazy("When and for whom it holds"),
            {
                "classes": TWO,
                "fields": ("first_date", "last_date", "kinds", "is_default"),
            },
        ),
    )

    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {"all": ("backoffice/prices.css",)}

    # ---------------------------------------------------------------- the list

    def get_queryset(self, request: HttpRequest) -> QuerySet[PriceList]:
        """Return the lists with all that a row shows of them."""
        kinds = Prefetch("assignments", Assignment.objects.exclude(kind=""), "by_kind")
        lists = super().get_queryset(request).prefetch_related(kinds)
        mine = {"price_list": OuterRef("pk")}
        accounts = Assignment.objects.filter(account__isnull=False, **mine)
        counted: QuerySet[PriceList] = lists.annotate(
            count=_counted(Price.objects.filter(**mine)),
            accounts_count=_counted(accounts),
        )
        return counted

    @admin.display(description=gettext_lazy("Status"))
    def state_badge(self, price_list: PriceList) -> SafeString:
        """Return whether anything is sold at its prices today."""
        return state_badge(price_list)

    @admin.display(description=gettext_lazy("Valid"), ordering="first_date")
    def valid(self, price_list: PriceList) -> str:
        """Return from when until when it holds."""
        return span_of(price_list)

    @admin.display(description=gettext_lazy("For"))
    def holds_for(self, price_list: Any) -> SafeString:
        """Return for whom the list holds."""
        told = [str(each.get_kind_display()) for each in price_list.by_kind]
        count = price_list.accounts_count
        if count:
            told.append(
                ngettext("%(count)d account", "%(count)d accounts", count)
                % {"count": count}
            )
        badges = [badge(each, "info") for each in told]
        if price_list.is_default:
            badges.append(badge(_("Everyone else"), "success"))
        rows = ((each,) for each in badges or [badge(_("Nobody yet"), "warning")])
        return format_html_join(" ", "{}", rows)

    @admin.display(description=gettext_lazy("Prices"))
    def prices_count(self, price_list: Any) -> int:
        """Return how many prices the list holds."""
        return int(price_list.count)

    @admin.display(description=gettext_lazy("Owner"))
    def owner_told(self, price_list: PriceList) -> str:
        """Return who looks after it."""
        return price_list.owner.get_full_name() if price_list.owner else NOTHING

    # ---------------------------------------------------------------- the page

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields that stay: prices are in the currency they were set in."""
        return ("currency",) if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return what a new list begins with: whoever makes it looks after it."""
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"owner": request.user.pk, **given}

    def form_context(
        self,
        request: HttpRequest,
        object_id: str | None,
        extra_context: dict[str, Any] | None,
    ) -> dict[str, Any]:
        """Return what stands around the form: spreadsheets, and earlier imports."""
        found = self.get_object(request, object_id) if object_id else None
        about: dict[str, Any] = {}
        if found is not None:
            about = {
                "price_list": found,
                "state": state_badge(found),
                "imports": imports_of(found),
                "may_import": request.user.has_perm(MAY_IMPORT),
            }
        given = {**about, **(extra_context or {})}
        return super().form_context(request, object_id, given)

    # ---------------------------------------------------------------- saving

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: Any
    ) -> None:
        """Save the head of the list, and for which kinds it holds."""
        actor, now = actor_of(request), clock.now()
        changed = [name for name in form.changed_data if name != "kinds"]
        if changed or not change:
            keep_price_list(price_list=obj, changed=changed, actor=actor, now=now)
        if "kinds" in form.changed_data:
            kinds = form.cleaned_data["kinds"]
            assign_to_kinds(price_list=obj, kinds=kinds, actor=actor, now=now)

    def save_rows(self, request: HttpRequest, record: Any, rows: Rows) -> None:
        """Save the rows of one inline: accounts, or prices."""
        row = next(iter((*rows.kept, *rows.dropped)))
        if isinstance(row, Assignment):
            self._assign(request, record, rows)
        else:
            self._set_prices(request, record, rows)

    def _assign(self, request: HttpRequest, record: PriceList, rows: Rows) -> None:
        assign_to_accounts(
            price_list=record,
            added=_accounts(rows.kept),
            removed=_accounts(rows.dropped),
            actor=actor_of(request),
            now=clock.now(),
        )

    def _set_prices(self, request: HttpRequest, record: PriceList, rows: Rows) -> None:
        actor, now = actor_of(request), clock.now()
        for price in rows.dropped:
            remove_price(price=price, actor=actor, now=now)
        for price in rows.kept:
            put = Put(
                price.product, price.unit_price, price.unit_cost, price.from_quantity
            )
            put_price(price_list=record, put=put, actor=actor, now=now)


def state_badge(price_list: PriceList) -> SafeString:
    """Return whether anything is sold at the prices of a list today."""
    today = clock.today()
    if not price_list.is_active:
        return badge(_("Not active"))
    if price_list.first_date and price_list.first_date > today:
        return badge(_("Not yet valid"), "info")
    if price_list.last_date and price_list.last_date < today:
        return badge(_("Ended"))
    return badge(_("Valid"), "success")


def span_of(price_list: PriceList) -> str:
    """Return from when until when a list holds, both days included."""
    first, last = day(price_list.first_date), day(price_list.last_date)
    facts = {"first": first, "last": last}
    if price_list.first_date and price_list.last_date:
        return _("%(first)s to %(last)s") % facts
    if price_list.first_date:
        return _("from %(first)s") % facts
    return _("until %(last)s") % facts if price_list.last_date else _("Always")


def _accounts(rows: Collection[Any]) -> list[Account]:
    return [row.account for row in rows if row.account is not None]


def _counted(found: QuerySet[Any]) -> Coalesce:
    counts = found.order_by().values("price_list").annotate(count=Count("pk"))
    return Coalesce(Subquery(counts.values("count")), 0)
