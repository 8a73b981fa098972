"""Setup > Applications > Reconciliation: when it is, who approves, who is told."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldBooleanWidget,
)

from purveyor.domain.catalogue.models import Application
from purveyor.faces.backoffice.frame.drafts import RESTORED, take_draft
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.flows.reconciliation.approval import policy_of
from purveyor.flows.reconciliation.models import Policy
from purveyor.flows.reconciliation.starting import edit_policy
from purveyor.kernel import clock

MAY_SEE = "reconciliation.view_policy"
MAY_SAVE = "reconciliation.change_policy"


class PolicyForm(forms.ModelForm[Policy]):
    """How one application is reconciled."""

    class Meta:
        model = Policy
        fields = ("is_nightly", "at_hour", "needs_second_person", "mail_to")
        widgets = {
            "is_nightly": UnfoldBooleanWidget,
            "at_hour": UnfoldAdminIntegerFieldWidget,
            "needs_second_person": UnfoldBooleanWidget,
            "mail_to": UnfoldAdminEmailInputWidget,
        }


@bss.page(
    "catalogue/application/<int:application_id>/reconciliation/",
    name="reconciliation_policy",
    permission=MAY_SEE,
)
@require_http_methods(["GET", "POST"])
def reconciliation_policy(request: HttpRequest, application_id: int) -> HttpResponse:
    """Show how an application is reconciled; a POST saves it."""
    application = get_object_or_404(Application, pk=application_id)
    policy, draft = policy_of(application.pk), take_draft(request)
    policy.application = application
    typed = request.POST if request.method == "POST" else draft
    form = PolicyForm(typed, instance=policy)
    if request.method == "POST" and _is_saved(request, form):
        address = reverse("bss:reconciliation_policy", args=[application.pk])
        return HttpResponseRedirect(address)
    if draft is not None and request.method != "POST":
        form.add_error(None, str(RESTORED))
    context = {
        "title": application.name,
        "crumb": _("Reconciliation"),
        "opts": Application._meta,
        "original": application,
        "application": application,
        "form": form,
        "may_save": request.user.has_perm(MAY_SAVE),
    }
    return bss.render(request, "backoffice/applications/reconciliation.html", context)


def _is_saved(request: HttpRequest, form: Any) -> bool:
    if not request.user.has_perm(MAY_SAVE):
        raise PermissionDenied
    if not form.is_valid():
        return False
    edit_policy(
        policy=form.instance,
        changed=form.changed_data,
        actor=actor_of(request),
        now=clock.now(),
    )
    messages.success(request, _("It is reconciled like this from now on."))
    return True
