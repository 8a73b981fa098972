"""Who of the staff looks at the Storefront as a member: the way back to the BSS."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from purveyor.domain.accounts.looking import end_look
from purveyor.faces.storefront.frame.access import ShopRequest, anyone
from purveyor.kernel import clock


@require_POST
@anyone
def leave(request: ShopRequest) -> HttpResponse:
    """Stop looking, and return to the account's people in the BSS."""
    staff: Any = request.user
    if request.look is None:
        return redirect("storefront:home")
    account = end_look(request.session, staff=staff, now=clock.now())
    messages.success(request, _("You see the BSS as yourself again."))
    return redirect("bss:account_people", account_id=account)
