"""My account > Sign-in security: what a member signs in with, and where they are."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_POST,
    require_safe,
)

from purveyor.domain.accounts.signing_in import (
    end_session,
    find_session,
    last_sign_ins,
    list_sessions,
    second_steps_of,
)
from purveyor.faces.storefront.frame.access import ShopRequest, member
from purveyor.faces.storefront.people.pages import show
from purveyor.faces.ui.browsers import browser_words
from purveyor.kernel import clock


@require_safe
@member
def security(request: ShopRequest) -> HttpResponse:
    """Show a member what belongs to their own sign-in."""
    user = request.member.user
    told = {
        "steps": second_steps_of(user=user),
        "sessions": [
            {
                "pk": row.pk,
                "browser": browser_words(row.browser),
                "address": row.address,
                "began_at": row.began_at,
                "seen_at": row.seen_at,
                "is_current": row.key == request.session.session_key,
            }
            for row in list_sessions(user=user)
        ],
        "sign_ins": [
            {
                "at": line.at,
                "outcome": line.get_outcome_display(),
                "is_well": line.outcome == "SIGNED_IN",
                "address": line.address,
                "browser": browser_words(line.browser),
            }
            for line in last_sign_ins(user=user)
        ],
    }
    return show(request, "storefront/people/security.html", told)


@require_POST
@member
def end_there(request: ShopRequest, session: int) -> HttpResponse:
    """Sign a member out of one of their browsers."""
    user, found = request.member.user, find_session(pk=session)
    if found is None or found.user.pk != user.pk:
        raise Http404
    end_session(session=found, actor=user.email, now=clock.now())
    messages.success(request, _("That browser is signed out."))
    return redirect("storefront:security")
