"""Billing > Assets: what accounts own, how it stands with the vendor, and why."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from purveyor.domain.accounts.queries import accounts_numbered
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import rename_asset
from purveyor.domain.assets.queries import with_coupon
from purveyor.domain.provisioning.operations.asks import edit_asset
from purveyor.faces.backoffice.billing.asset_bulk import TickedAssets
from purveyor.faces.backoffice.billing.asset_form import MENDABLE, AssetForm
from purveyor.faces.backoffice.billing.asset_page import asset_page, status_page
from purveyor.faces.backoffice.billing.asset_verbs import AssetVerbs, find_asset
from purveyor.faces.backoffice.frame.badges import sync_badge
from purveyor.faces.backoffice.frame.display import day, link_to, status_badge
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.record_lists import NUMBER
from purveyor.faces.backoffice.frame.site import bss
from purveyor.kernel import clock

HITS_MAX = 50


@admin.register(Asset, site=bss)
class AssetAdmin(TickedAssets, AssetVerbs):
    """Assets: renamed always, corrected only while nothing can be at the vendor."""

    form = AssetForm
    list_display: Any = (
        "number",
        "name_and_type",
        "account_name",
        "quantity",
        "sync",
        "coupon",
        "purchased",
        "redeem_before",
    )
    list_display_links: Any = ("number", "name_and_type")
    list_filter: ClassVar[Any] = (
        ("sync_status", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
    )
    list_select_related: ClassVar[Any] = (
        "account",
        "application__breaker",
        "product",
        "order_item__order",
    )
    ordering = ("-purchase_date", "-id")
    sortable_by = ("number", "purchased")  # what an index keeps in order
    columns_more = ("state_told", "product_link", "external_product_id", "order_link")
    sheet_values: ClassVar[dict[str, Any]] = {
        "name_and_type": lambda asset: asset.name,
        "sync": lambda asset: asset.get_sync_status_display(),
        "purchased": lambda asset: asset.purchase_date,
        "redeem_before": lambda asset: asset.expires_at,
    }
    search_is_posted = True  # it may be a coupon code
    search_fields = ("number__exact",)  # and more: see `get_search_results`
    search_help_text = gettext_lazy("Asset or account number, or a whole coupon code")
    autocomplete_fields = ("linked_account",)
    change_form_outer_before_template: Any = "backoffice/assets/head.html"
    change_form_outer_after_template: Any = "backoffice/assets/tail.html"

    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {"all": ("backoffice/records.css",)}

    # ---------------------------------------------------------------- list

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Asset], search_term: str
    ) -> tuple[QuerySet[Asset], bool]:
        """Return what fits exactly; each way of searching uses an index of its own."""
        term = search_term.strip()
        if not term:
            return queryset, False
        holders = with_coupon(term).values_list("pk")
        found = Q(number=term.upper())
        found |= Q(account__in=accounts_numbered(term))
        found |= Q(pk__in=[pk for (pk,) in holders[:HITS_MAX]])
        return queryset.filter(found), False

    def public_term(self, term: str) -> str:
        """Return a number as it is, and for a coupon code its asset's number."""
        if NUMBER.fullmatch(term.upper()):
            return term.upper()
        return with_coupon(term).values_list("number", flat=True).first() or ""

    @display(description=gettext_lazy("Name"))
    def name_and_type(self, asset: Asset) -> Any:
        """Return what the buyer calls it, above its product type if that differs."""
        if asset.name == asset.product_type_name:
            return asset.name
        template = '{}<br><span class="bss-subtle">{}</span>'
        return format_html(template, asset.name, asset.product_type_name)

    @display(description=gettext_lazy("Account"))
    def account_name(self, asset: Asset) -> Any:
        """Return who owns it."""
        return link_to(asset.account, asset.account.name)

    @display(description=gettext_lazy("Provisioning Sync Status"))
    def sync(self, asset: Asset) -> Any:
        """Return how it stands with the vendor."""
        return sync_badge(asset)

    @display(description=gettext_lazy("BitTitan's Coupon Code"))
    def coupon(self, asset: Asset) -> str:
        """Return the end of the code, never the code."""
        return asset.coupon_mask or "–"

    @display(description=gettext_lazy("Purchase Date"), ordering="purchase_date")
    def purchased(self, asset: Asset) -> str:
        """Return the day of the execution."""
        return day(asset.purchase_date)

    @display(description=gettext_lazy("Redeem before"))
    def redeem_before(self, asset: Asset) -> str:
        """Return the last day on which the coupon can be redeemed."""
        return day(clock.day_of(asset.expires_at) if asset.expires_at else None)

    @display(description=gettext_lazy("Status"))
    def state_told(self, asset: Asset) -> Any:
        """Return what became of it."""
        return status_badge(asset, "state")

    @display(description=gettext_lazy("Product"))
    def product_link(self, asset: Asset) -> Any:
        """Return which product it is."""
        return link_to(asset.product, asset.product.name)

    @display(description=gettext_lazy("Order"))
    def order_link(self, asset: Asset) -> Any:
        """Return the order it comes from."""
        order = asset.order_item.order
        return link_to(order, order.number)

    # ---------------------------------------------------------------- form

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return no: assets come from executing orders."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the asset can be renamed, or mended and tried again."""
        may_mend = request.user.has_perm("assets.retry_asset")
        return may_mend or super().has_change_permission(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return what can be edited now; all the rest stands on the page."""
        may_mend = request.user.has_perm("assets.retry_asset")
        is_mended = obj is not None and obj.is_mendable and may_mend
        fields = ("name", *MENDABLE) if is_mended else ("name",)
        return ((_("Edit"), {"fields": fields}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the name too, if the person may only mend."""
        may_rename = request.user.has_perm("assets.change_asset")
        return () if may_rename else ("name",)

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: Any
    ) -> None:
        """Rename and correct the asset; what has failed is tried again by this."""
        asset = Asset.objects.select_related("account", "application").get(pk=obj.pk)
        name = form.cleaned_data.get("name", asset.name)
        actor, now = actor_of(request), clock.now()
        if not request.user.has_perm("assets.retry_asset"):
            rename_asset(asset=asset, name=name, actor=actor, now=now)
            return
        changes = {
            field: form.cleaned_data[field]
            for field in MENDABLE
            if field in form.changed_data
        }
        edit_asset(asset=asset, name=name, changes=changes, actor=actor, now=now)

    def form_context(
        self,
        request: HttpRequest,
        object_id: str | None,
        extra_context: dict[str, Any] | None,
    ) -> dict[str, Any]:
        """Return what the page shows besides the form."""
        context = super().form_context(request, object_id, extra_context)
        asset = find_asset(object_id)
        if asset is None:
            return context
        page = asset_page(asset, request)
        return {**context, "page": page, "title": _("Asset")}

    # ---------------------------------------------------------------- parts of pages

    def get_urls(self) -> list[URLPattern]:
        """Return also the address of the part that the page fetches by itself."""
        view = self.admin_site.admin_view(self.status_view)
        name = "assets_asset_status"
        return [path("<int:object_id>/status/", view, name=name), *super().get_urls()]

    def status_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Return how the asset stands with the vendor by now."""
        asset = find_asset(object_id)
        if asset is None or not self.has_view_permission(request, asset):
            return HttpResponse(status=404)
        page = status_page(asset, request.GET)
        return render(request, "backoffice/assets/status.html", {"status": page})
