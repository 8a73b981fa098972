"""What can be done with an asset: each verb appears when it fits, and asks first."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.enums import ActionVariant

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import reveal_coupon
from purveyor.domain.provisioning.causes import Cause, cause_of
from purveyor.domain.provisioning.contract import Capability
from purveyor.domain.provisioning.models import ServiceManagerSetup
from purveyor.domain.provisioning.operations.asks import (
    extend_asset,
    is_retryable,
    retry_asset,
)
from purveyor.domain.provisioning.operations.by_hand import (
    enter_coupon,
    settle_by_hand,
    settle_cancel_by_hand,
)
from purveyor.domain.provisioning.operations.cancel import ask_to_cancel
from purveyor.domain.provisioning.registry import manager_for
from purveyor.faces.backoffice.billing.asset_form import (
    CODE,
    CancelForm,
    EntryForm,
    NeverMadeForm,
)
from purveyor.faces.backoffice.frame.display import page_of
from purveyor.faces.backoffice.frame.questions import (
    Question,
    ReasonForm,
    answer,
    opens_dialog,
    show_dialog,
)
from purveyor.faces.backoffice.frame.record_admin import BssModelAdmin, actor_of
from purveyor.faces.backoffice.frame.verbs import DialogForm, done, shortcuts, verb
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused

TRIED_BY_ITSELF = (SyncStatus.PENDING, SyncStatus.UNCLEAR)
WAITING = (AssetState.ACTIVE, AssetState.CANCELLING)


def find_asset(object_id: Any) -> Asset | None:
    """Return an asset with all that its page shows of related records, if there."""
    if not str(object_id or "").isdecimal():
        return None
    related = ("account", "linked_account", "product", "execution")
    assets = Asset.objects.select_related(
        *related, "application__breaker", "application__setup", "order_item__order"
    )
    return assets.filter(pk=object_id).first()


def fitting_verbs(asset: Asset) -> set[str]:
    """Return which verbs make sense for an asset as it is now."""
    is_without = not asset.has_coupon and asset.state in WAITING
    has_begun = asset.start_date <= clock.today()
    is_fate_unknown = (
        asset.state == AssetState.CANCELLING
        and asset.parked_at is not None
        and cause_of(asset.cause) == Cause.CANCEL_UNKNOWN
    )
    fits = {
        "reveal": asset.has_coupon,
        "retry": is_retryable(asset) and has_begun,
        "extend": is_retryable(asset) and asset.sync_status in TRIED_BY_ITSELF,
        "enter_coupon": is_without,
        "never_made": is_without and asset.in_doubt_since is not None,
        "was_cancelled": is_fate_unknown,
        "was_redeemed": is_fate_unknown,
        "cancel": asset.state == AssetState.ACTIVE and _can_be_cancelled(asset),
    }
    return {name for name, fit in fits.items() if fit}


def _can_be_cancelled(asset: Asset) -> bool:
    """Return whether the vendor takes back what it made; else nothing was made yet."""
    if not asset.has_coupon:
        return True
    setup: ServiceManagerSetup | None = getattr(asset.application, "setup", None)
    return setup is not None and Capability.CANCEL in manager_for(setup).capabilities


class AssetVerbs(BssModelAdmin):
    """The verbs of the page of an asset."""

    actions_detail: Any = (
        shortcuts(
            "reveal",
            "retry",
            "extend",
            "enter_coupon",
            "never_made",
            "was_cancelled",
            "was_redeemed",
            "cancel",
        ),
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Return the shortcuts that fit the asset."""
        asset = find_asset(object_id)
        if asset is None:
            return []
        fits = fitting_verbs(asset)
        offered = super().get_actions_detail(request, object_id)
        return [action for action in offered if action.path in fits]

    # ---------------------------------------------------------------- its coupon

    @opens_dialog(
        description=gettext_lazy("Reveal"),
        permission="assets.reveal_coupon",
        icon="visibility",
    )
    def reveal(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the coupon code once, and write who saw it."""
        asset = find_asset(object_id)
        if asset is None:
            return HttpResponse(status=404)
        form = ReasonForm(request=request, data=request.POST or None)
        code = ""
        if request.method == "POST" and form.is_valid():
            code = self._revealed(request, asset, form)
        context = {
            "title": _("BitTitan's Coupon Code"),
            "asset": asset,
            "back": page_of(asset),
            "form": form,
            "code": code,
        }
        page = show_dialog(request, "backoffice/assets/reveal_dialog.html", context)
        page["Cache-Control"] = "no-store"
        return page

    def _revealed(self, request: HttpRequest, asset: Asset, form: ReasonForm) -> str:
        try:
            return reveal_coupon(
                asset=asset,
                because=form.cleaned_data["because"],
                actor=actor_of(request),
                now=clock.now(),
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
            return ""

    @verb(
        permission="assets.enter_coupon",
        icon="keyboard",
        dialog={
            "title": gettext_lazy("Enter coupon code"),
            "description": gettext_lazy(
                "For a coupon that you know the vendor made for this asset. The vendor "
                "is asked whether it fits; then it is connected, and mailed."
            ),
            "form_class": EntryForm,
            "form_submit_text": gettext_lazy("Enter"),
        },
    )
    def enter_coupon(
        self, request: HttpRequest, form: Any, object_id: str
    ) -> HttpResponse:
        """Have a coupon code connected that a person knows."""
        asset = Asset.objects.get(pk=object_id)
        enter_coupon(
            asset=asset,
            code=form.cleaned_data[CODE],
            because=form.cleaned_data["because"],
            is_certain=bool(form.cleaned_data.get("is_certain")),
            actor=actor_of(request),
            now=clock.now(),
        )
        messages.success(request, _("The vendor is asked about the code now."))
        return done(request, page_of(asset))

    # ---------------------------------------------------------------- trying it

    @verb(
        permission="assets.retry_asset",
        icon="refresh",
        dialog={
            "title": gettext_lazy("Retry"),
            "description": gettext_lazy(
                "What has failed is tried now. What is in doubt is looked for first, "
                "and never bought twice."
            ),
            "form_class": DialogForm,
            "form_submit_text": gettext_lazy("Retry"),
        },
    )
    def retry(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Have a worker look at the asset now."""
        asset = Asset.objects.get(pk=object_id)
        retry_asset(asset=asset, actor=actor_of(request), now=clock.now())
        told = _("Asset %(number)s is tried now.") % {"number": asset.number}
        messages.success(request, told)
        return done(request, page_of(asset))

    @verb(
        permission="assets.retry_asset",
        icon="more_time",
        dialog={
            "title": gettext_lazy("Extend"),
            "description": gettext_lazy(
                "It is tried by itself for longer: as long again as at first. One that "
                "was set aside in doubt is looked for again."
            ),
            "form_class": DialogForm,
            "form_submit_text": gettext_lazy("Extend"),
        },
    )
    def extend(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Have the asset tried for longer by itself."""
        asset = Asset.objects.get(pk=object_id)
        extend_asset(asset=asset, actor=actor_of(request), now=clock.now())
        messages.success(request, _("It is tried for longer."))
        return done(request, page_of(asset))

    @verb(
        permission="assets.settle_doubt",
        icon="block",
        variant=ActionVariant.DANGER,
        dialog={
            "title": gettext_lazy("It was never made"),
            "description": gettext_lazy(
                "Ends the doubt: the vendor has said that it made nothing for this "
                "asset."
            ),
            "form_class": NeverMadeForm,
            "form_submit_text": gettext_lazy("It was never made"),
        },
    )
    def never_made(
        self, request: HttpRequest, form: Any, object_id: str
    ) -> HttpResponse:
        """End a doubt: a person knows that nothing was made."""
        asset = Asset.objects.get(pk=object_id)
        settle_by_hand(
            asset=asset,
            because=form.cleaned_data["because"],
            actor=actor_of(request),
            now=clock.now(),
        )
        is_wanted = asset.state == AssetState.ACTIVE
        told = _("The doubt is ended. It is made now.")
        messages.success(request, told if is_wanted else _("The doubt is ended."))
        return done(request, page_of(asset))

    # ---------------------------------------------------------------- cancelling it

    @opens_dialog(
        description=gettext_lazy("Cancel"),
        permission="assets.cancel_asset",
        icon="cancel",
    )
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Have the asset cancelled."""
        related = Asset.objects.select_related("account", "application__setup")
        asset = related.get(pk=object_id)
        question = Question(
            title=_("Cancel the asset"),
            about=f"{asset.number} · {asset.account.name}",
            text=_(
                "What was not made yet is never made. What is in doubt is looked for "
                "first. What was made is taken back by the vendor, unless it was "
                "redeemed."
            ),
            submit=_("Cancel the asset"),
            form=CancelForm(request=request, data=request.POST or None),
            back=page_of(asset),
        )

        def do(typed: dict[str, Any]) -> str:
            ask_to_cancel(
                asset=asset,
                because=typed["because"],
                actor=actor_of(request),
                now=clock.now(),
            )
            told = _("Asset %(number)s is being cancelled. Nothing is credited by it.")
            return told % {"number": asset.number}

        return answer(request, question, do)

    @verb(
        permission="assets.cancel_asset",
        icon="event_busy",
        dialog={
            "title": gettext_lazy("It was cancelled"),
            "description": gettext_lazy(
                "The vendor has said that the coupon is cancelled, and was not "
                "redeemed. Nothing is credited by this."
            ),
            "form_class": ReasonForm,
            "form_submit_text": gettext_lazy("It was cancelled"),
        },
    )
    def was_cancelled(
        self, request: HttpRequest, form: Any, object_id: str
    ) -> HttpResponse:
        """Say that the vendor cancelled the coupon."""
        return self._settle_cancel(request, form, object_id, is_cancelled=True)

    @verb(
        permission="assets.cancel_asset",
        icon="redeem",
        dialog={
            "title": gettext_lazy("It was redeemed"),
            "description": gettext_lazy(
                "The vendor has said that the coupon was redeemed. The asset stays "
                "its account's, and stays billed."
            ),
            "form_class": ReasonForm,
            "form_submit_text": gettext_lazy("It was redeemed"),
        },
    )
    def was_redeemed(
        self, request: HttpRequest, form: Any, object_id: str
    ) -> HttpResponse:
        """Say that the coupon was redeemed."""
        return self._settle_cancel(request, form, object_id, is_cancelled=False)

    def _settle_cancel(
        self, request: HttpRequest, form: Any, object_id: str, *, is_cancelled: bool
    ) -> HttpResponse:
        asset = Asset.objects.get(pk=object_id)
        settle_cancel_by_hand(
            asset=asset,
            is_cancelled=is_cancelled,
            because=form.cleaned_data["because"],
            actor=actor_of(request),
            now=clock.now(),
        )
        told = _("The asset is cancelled.") if is_cancelled else _("The asset stays.")
        messages.success(request, told)
        return done(request, page_of(asset))
