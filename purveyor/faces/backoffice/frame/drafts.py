"""
What was typed into a form whose sign-in had expired.

The fields of the refused POST wait in the session, never the secret ones; after the
sign-in the same form is shown with them filled in, and nothing saved.
"""

import re

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

SLOT = "draft"
CHARACTERS_MAX = 200_000
SECRET = re.compile(r"csrf|password|secret|token|coupon|key", re.IGNORECASE)
DIALOG = "_form_submitted"  # a dialog's own mark: what it asks for is quickly typed

RESTORED = _(
    "Your sign-in had expired, so nothing was saved. "
    "What you typed is below: check it, then save."
)


def keep_draft(request: HttpRequest) -> None:
    """Keep what was posted, so that it can be shown again after the sign-in."""
    fields = {
        name: values for name, values in request.POST.lists() if not SECRET.search(name)
    }
    length = sum(len(value) for values in fields.values() for value in values)
    if fields and length <= CHARACTERS_MAX and DIALOG not in fields:
        request.session[SLOT] = {"path": request.path, "fields": fields}


def take_draft(request: HttpRequest) -> QueryDict | None:
    """Return what was typed into this page before the sign-in, once."""
    draft = request.session.get(SLOT)
    if request.method != "GET" or not draft or draft["path"] != request.path:
        return None
    del request.session[SLOT]
    fields = QueryDict(mutable=True)
    for name, values in draft["fields"].items():
        fields.setlist(name, values)
    return fields


def restore(request: HttpRequest, draft: QueryDict) -> None:
    """Make a request as it was before the sign-in; who reads it must save nothing."""
    request.FILES.clear()  # read now: reading it later would empty what was posted
    request.method = "POST"
    setattr(request, "POST", draft)  # noqa: B010  # Django's stubs call it fixed
