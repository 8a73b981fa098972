"""Operations > Provisioning: assets that have no coupon yet, and why each of them."""

from copy import copy
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.explanation import Explanation, explain
from purveyor.domain.provisioning.operations.asks import retry_asset
from purveyor.domain.provisioning.registry import vendor_of
from purveyor.faces.backoffice.assets import AssetAdmin
from purveyor.faces.backoffice.display import NOTHING, link_to, moment
from purveyor.faces.backoffice.frame import actor_of
from purveyor.faces.backoffice.site import bss
from purveyor.faces.backoffice.sync_words import sync_badge
from purveyor.faces.backoffice.ticked import TickedList
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused

UNFINISHED = (SyncStatus.FAILED, SyncStatus.UNCLEAR, SyncStatus.PENDING)

SITUATIONS = {
    "failed": Q(sync_status=SyncStatus.FAILED),
    "doubt": Q(sync_status=SyncStatus.UNCLEAR),
    "waiting": Q(sync_status=SyncStatus.PENDING),
    "person": Q(parked_at__isnull=False) | Q(sync_status=SyncStatus.FAILED),
}


class SituationFilter(DropdownFilter):
    """Which of the unfinished assets to show."""

    title = gettext_lazy("Situation")
    parameter_name = "situation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        """Return the situations an unfinished asset can be in."""
        return [
            ("failed", _("Failed")),
            ("doubt", _("Being checked with the vendor")),
            ("waiting", _("Waiting")),
            ("person", _("A person must act")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the assets in the chosen situation."""
        chosen = SITUATIONS.get(str(self.value()))
        return queryset if chosen is None else queryset.filter(chosen)


class UnfinishedAssets(TickedList, AssetAdmin):
    """The list of assets that failed, wait, or are in doubt, with the explanation."""

    list_display: Any = (
        "asset_link",
        "account_name",
        "sync",
        "why",
        "who",
        "then",
        "when",
    )
    list_display_links: Any = None
    list_filter: ClassVar[Any] = (SituationFilter,)
    ordering = ("-purchase_date", "-id")
    actions = ("try_again",)
    actions_list: Any = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Asset]:
        """Return what is not finished with the vendor."""
        return (
            super()
            .get_queryset(request)
            .filter(sync_status__in=UNFINISHED, state=AssetState.ACTIVE)
        )

    @display(description=gettext_lazy("Asset"))
    def asset_link(self, asset: Asset) -> Any:
        """Return the asset, as a link to its page."""
        return link_to(asset, asset.number)

    @display(description=gettext_lazy("Provisioning Sync Status"))
    def sync(self, asset: Asset) -> Any:
        """Return how it stands with the vendor."""
        return sync_badge(asset)

    @display(description=gettext_lazy("Why it waits"))
    def why(self, asset: Asset) -> str:
        """Return the reason."""
        return _explained(asset).why

    @display(description=gettext_lazy("Who must act"))
    def who(self, asset: Asset) -> str:
        """Return who must act."""
        return _explained(asset).who

    @display(description=gettext_lazy("What happens next"))
    def then(self, asset: Asset) -> str:
        """Return the next step."""
        return _explained(asset).then

    @display(description=gettext_lazy("When"))
    def when(self, asset: Asset) -> str:
        """Return when it happens."""
        return moment(_explained(asset).at)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Return whether a person may have assets tried again."""
        return request.user.has_perm("assets.retry_asset")

    @admin.action(description=gettext_lazy("Retry"), permissions=("retry",))
    def try_again(self, request: HttpRequest, queryset: QuerySet[Asset]) -> None:
        """Have workers look at the ticked assets; one refusal stops none of them."""
        tried_count = 0
        for asset in queryset:
            try:
                retry_asset(asset=asset, actor=actor_of(request), now=clock.now())
            except Refused as refusal:
                messages.error(request, refusal.message)
            else:
                tried_count += 1
        if tried_count:
            told = ngettext(
                "%(count)s asset is tried now.",
                "%(count)s assets are tried now.",
                tried_count,
            )
            messages.success(request, told % {"count": tried_count})


def _explained(asset: Asset) -> Explanation:
    found = explain(asset=asset, vendor=vendor_of(asset.application))
    return found or Explanation(NOTHING, NOTHING, NOTHING)


@bss.page(
    "operations/provisioning/", name="provisioning", permission="assets.view_asset"
)
def unfinished_assets(request: HttpRequest) -> HttpResponse:
    """Show the assets on which something is still to do."""
    assets = UnfinishedAssets(Asset, bss)
    context = {"title": _("Provisioning"), "opts": _words_of_the_page()}
    answer: HttpResponse = assets.changelist_view(request, context)
    return answer


def _words_of_the_page() -> Any:
    """Return what the page's path is made from: Operations, then Provisioning."""
    words = copy(Asset._meta)
    words.app_label, words.model_name = "provisioning", "unfinished"
    words.verbose_name_plural = gettext_lazy("Provisioning")
    return words
