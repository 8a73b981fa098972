"""What can be done with failures of one cause together: retry, correct, stop."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from purveyor.domain.catalogue.models import DAYS_MAX, Application
from purveyor.domain.provisioning.models import RetryRun
from purveyor.domain.provisioning.operations.groups import (
    mend_group,
    retry_group,
    stop_run,
)
from purveyor.domain.provisioning.queries import failed_of
from purveyor.faces.backoffice.billing.asset_form import WRONG_DAYS
from purveyor.faces.backoffice.frame.cause_words import cause_words
from purveyor.faces.backoffice.frame.questions import Question, answer
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.verbs import DialogForm
from purveyor.faces.backoffice.operations.provisioning_panels import MAY_RETRY
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused

HERE = "operations/provisioning/"
MENDED = ("external_product_id", "expire_days", "validity_days")


def _days(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        max_value=DAYS_MAX,
        widget=UnfoldAdminIntegerFieldWidget,
        error_messages={
            "invalid": WRONG_DAYS,
            "min_value": WRONG_DAYS,
            "max_value": WRONG_DAYS,
        },
    )


class MendForm(DialogForm):
    """What is sent to the vendor instead; what is left empty stays as it is."""

    external_product_id = forms.CharField(
        label=gettext_lazy("Vendor SKU"),
        required=False,
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
    )
    expire_days = _days(gettext_lazy("Expire(days)"))
    validity_days = _days(gettext_lazy("Validity(days)"))


@bss.page(f"{HERE}retry/", name="retry_group", permission=MAY_RETRY)
def retry(request: HttpRequest) -> HttpResponse:
    """Try all failures of one cause again, wave by wave."""
    application, group = _group(request)
    question = Question(
        title=_("Retry"),
        about=_about(application, group),
        text=_(
            "One is tried first, then ten, then the rest. The next wave begins only "
            "when all of the last one are made; the first that fails again stops it, "
            "and what was not tried by then stays as it is. Nothing is bought twice."
        ),
        submit=_("Retry"),
        form=DialogForm(request=request, data=request.POST or None),
        back=reverse("bss:provisioning"),
    )

    def do(_typed: Any) -> str:
        retry_group(
            application=application,
            group=group,
            actor=actor_of(request),
            now=clock.now(),
        )
        return _("The first one is tried now. The rest follows when it is made.")

    return answer(request, question, do)


@bss.page(f"{HERE}correct/", name="mend_group", permission=MAY_RETRY)
def mend(request: HttpRequest) -> HttpResponse:
    """Correct what is sent to the vendor, for all failures of one cause."""
    application, group = _group(request)
    question = Question(
        title=_("Correct"),
        about=_about(application, group),
        text=_(
            "Write what is sent to the vendor instead. What is left empty stays as it "
            "is. Quantity and price never change. Then press Retry."
        ),
        submit=_("Correct"),
        form=MendForm(request=request, data=request.POST or None),
        back=reverse("bss:provisioning"),
    )

    def do(typed: dict[str, Any]) -> str:
        changes = {
            name: typed[name] for name in MENDED if typed.get(name) not in {None, ""}
        }
        if not changes:
            raise Refused(_("Fill in what is to be corrected."))
        count = mend_group(
            application=application,
            group=group,
            changes=changes,
            actor=actor_of(request),
            now=clock.now(),
        )
        told = ngettext(
            "%(count)s asset is corrected. Press Retry to have it tried.",
            "%(count)s assets are corrected. Press Retry to have them tried.",
            count,
        )
        return told % {"count": count}

    return answer(request, question, do)


@bss.page(f"{HERE}runs/<int:run_id>/stop/", name="stop_run", permission=MAY_RETRY)
def stop(request: HttpRequest, run_id: int) -> HttpResponse:
    """Stop the retry of a group."""
    run = get_object_or_404(RetryRun.objects.select_related("application"), pk=run_id)
    question = Question(
        title=_("Stop"),
        about=f"{run.application.name} · {cause_words(run.group)}",
        text=_(
            "What is being asked of the vendor right now is finished. What was not "
            "tried by then stays failed, and can be tried again later."
        ),
        submit=_("Stop"),
        form=DialogForm(request=request, data=request.POST or None),
        back=reverse("bss:provisioning"),
    )

    def do(_typed: Any) -> str:
        stop_run(run=run, actor=actor_of(request), now=clock.now())
        return _("The retry is stopped.")

    return answer(request, question, do)


def _group(request: HttpRequest) -> tuple[Application, str]:
    """Return which failures an address names."""
    number = request.GET.get("application", "")
    known = Application.objects.filter(pk=int(number) if number.isdecimal() else 0)
    return get_object_or_404(known), request.GET.get("cause", "")


def _about(application: Application, group: str) -> str:
    count = failed_of(application=application, group=group).count()
    told = ngettext("%(count)s asset", "%(count)s assets", count) % {"count": count}
    return f"{application.name} · {cause_words(group)} · {told}"
