"""Operations > Provisioning: the vendors' weather, failures by cause, what waits."""

from collections.abc import Iterator
from copy import copy
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.explanation import Explanation, explain
from purveyor.domain.provisioning.registry import vendor_of
from purveyor.domain.provisioning.troubles import (
    newest_duplicates,
    waits_for_a_person,
)
from purveyor.faces.backoffice.billing.assets import AssetAdmin
from purveyor.faces.backoffice.frame.badges import sync_badge
from purveyor.faces.backoffice.frame.cause_words import cause_words
from purveyor.faces.backoffice.frame.display import NOTHING, link_to, status_badge
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.operations.provisioning_panels import (
    causes_page,
    chart_options,
    group_value,
    weather_panels,
)

MAY_LOOK = "assets.view_asset"
UNFINISHED = Q(
    state=AssetState.ACTIVE,
    sync_status__in=(SyncStatus.FAILED, SyncStatus.UNCLEAR, SyncStatus.PENDING),
) | Q(state=AssetState.CANCELLING)

FAILED = Q(sync_status=SyncStatus.FAILED, state=AssetState.ACTIVE)
SITUATIONS = {
    "failed": FAILED,
    "doubt": Q(sync_status=SyncStatus.UNCLEAR),
    "waiting": Q(sync_status=SyncStatus.PENDING, state=AssetState.ACTIVE),
    "person": FAILED | waits_for_a_person(),
    "cancelling": Q(state=AssetState.CANCELLING),
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
            ("cancelling", _("Being cancelled")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the assets in the chosen situation."""
        chosen = SITUATIONS.get(str(self.value()))
        return queryset if chosen is None else queryset.filter(chosen)


class GroupFilter(DropdownFilter):
    """Which of the failures to show: those of one application and one cause."""

    title = gettext_lazy("Cause")
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        """Return the groups of failures there are, and the chosen one in any case."""
        found = dict(model_admin.group_choices)
        chosen = request.GET.get(self.parameter_name, "")
        if chosen and chosen not in found:
            found[chosen] = cause_words(chosen.partition(":")[2])
        return list(found.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the failures of the chosen group."""
        if not self.value():
            return queryset
        application, _colon, cause = str(self.value()).partition(":")
        number = int(application) if application.isdecimal() else 0
        return queryset.filter(FAILED, application=number, cause=cause)


class UnfinishedAssets(AssetAdmin):
    """The list of assets that failed, wait, or are in doubt, with the explanation."""

    keeps_lists = False
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
    list_filter: ClassVar[Any] = (SituationFilter, GroupFilter)
    list_select_related: ClassVar[Any] = (
        "account",
        "application__breaker",
        "application__setup",
    )
    list_before_template: Any = "backoffice/provisioning/head.html"
    ordering = ("-purchase_date", "-id")
    actions_list: Any = ()
    empty_title = gettext_lazy("Nothing waits")
    empty_text = gettext_lazy(
        "Every asset has its coupon. What fails, waits or is in doubt stands here."
    )

    def __init__(self, *args: Any, group_choices: Any = ()) -> None:
        super().__init__(*args)
        self.group_choices = group_choices

    def get_queryset(self, request: HttpRequest) -> QuerySet[Asset]:
        """Return what is not finished with the vendor."""
        return super().get_queryset(request).filter(UNFINISHED)

    @display(description=gettext_lazy("Asset"))
    def asset_link(self, asset: Asset) -> Any:
        """Return the asset, as a link to its page."""
        return link_to(asset, asset.number)

    @display(description=gettext_lazy("Provisioning Sync Status"))
    def sync(self, asset: Asset) -> Any:
        """Return how it stands with the vendor, or that it is being cancelled."""
        if asset.state == AssetState.CANCELLING:
            return status_badge(asset, "state")
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
        return _explained(asset).when


def _explained(asset: Asset) -> Explanation:
    found = explain(asset=asset, vendor=vendor_of(asset.application))
    return found or Explanation(NOTHING, NOTHING, NOTHING)


@bss.page("operations/provisioning/", name="provisioning", permission=MAY_LOOK)
def unfinished_assets(request: HttpRequest) -> HttpResponse:
    """Show the weather, the failures by cause, and all on which something is to do."""
    causes = causes_page(request, {})
    assets = UnfinishedAssets(Asset, bss, group_choices=list(_choices(causes)))
    context = {
        "title": _("Provisioning"),
        "opts": _words_of_the_page(),
        "weather": weather_panels(),
        "chart_options": chart_options(),
        "causes": causes,
        "duplicates": newest_duplicates(),
    }
    page: HttpResponse = assets.changelist_view(request, context)
    return page


@bss.page(
    "operations/provisioning/causes/", name="provisioning_causes", permission=MAY_LOOK
)
@require_GET
def causes(request: HttpRequest) -> HttpResponse:
    """Answer the page that asks how a retry goes."""
    context = {"causes": causes_page(request, request.GET)}
    return render(request, "backoffice/provisioning/causes.html", context)


def _choices(page: Any) -> Iterator[tuple[str, str]]:
    for panel in page.groups:
        group = panel.group
        value = group_value(group.application_id, group.cause)
        yield value, f"{group.application}: {cause_words(group.cause)} ({group.count})"


def _words_of_the_page() -> Any:
    """Return what the page's path is made from: Operations, then Provisioning."""
    words = copy(Asset._meta)
    words.app_label, words.model_name = "provisioning", "unfinished"
    words.verbose_name_plural = gettext_lazy("Provisioning")
    return words
