"""What can be done with many ticked assets at once."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.operations.asks import retry_asset
from purveyor.faces.backoffice.frame.badges import sync_badge
from purveyor.faces.backoffice.frame.bulk import Bulk, answer_bulk
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.ticked import TickedList
from purveyor.kernel import clock


class TickedAssets(TickedList):
    """A list of assets of which several can be tried again."""

    actions: Any = ("try_again",)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Return whether a person may have assets tried again."""
        return request.user.has_perm("assets.retry_asset")

    @admin.action(description=gettext_lazy("Retry"), permissions=("retry",))
    def try_again(
        self, request: HttpRequest, queryset: QuerySet[Asset]
    ) -> HttpResponse:
        """Have workers look at the ticked assets, once it was shown which."""

        def do(asset: Asset, _typed: dict[str, Any]) -> None:
            retry_asset(asset=asset, actor=actor_of(request), now=clock.now())

        bulk = Bulk(
            title=gettext_lazy("Retry"),
            text=gettext_lazy(
                "What has failed is tried now. What is in doubt is looked for first, "
                "and never bought twice."
            ),
            submit=gettext_lazy("Retry"),
            do=do,
            told=_told,
        )
        return answer_bulk(self, request, queryset, bulk)


def _told(asset: Asset) -> Any:
    return format_html("{} {}", asset.account.name, sync_badge(asset))
