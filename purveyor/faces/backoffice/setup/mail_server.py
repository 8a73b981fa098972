"""Setup > Mail server: who takes our mails, and whether it does."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from purveyor.domain.notifications.models import MailServer
from purveyor.domain.notifications.server import (
    place_of_mails,
    save_server,
    the_server,
)
from purveyor.domain.notifications.wordings import try_server
from purveyor.faces.backoffice.frame.drafts import RESTORED, take_draft
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.setup.notification_texts import tell_receipt
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused

PAGE = "notifications_mailserver_changelist"  # as the menu and the path look for it
MAY_SEE = "notifications.view_mailserver"
MAY_SAVE = "notifications.change_mailserver"
WORD = "secret-word"  # no draft keeps a field of this name


class ServerForm(forms.ModelForm[MailServer]):
    """Where mails are handed over. The password is never shown."""

    class Meta:
        model = MailServer
        fields = ("host", "port", "security", "user", "sender")
        widgets = {
            "host": UnfoldAdminTextInputWidget,
            "port": UnfoldAdminIntegerFieldWidget,
            "security": UnfoldAdminSelectWidget,
            "user": UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
            "sender": UnfoldAdminEmailInputWidget,
        }
        help_texts = {
            "host": gettext_lazy(
                "For instance smtp.example.com. Empty: the server that the environment "
                "names (PURVEYOR_SMTP_HOST) is used."
            ),
            "user": gettext_lazy("Empty: the server asks for no sign-in."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_set = bool(self.instance.password_sealed)
        self.fields[WORD] = forms.CharField(
            label=_("Password"),
            required=False,
            strip=False,
            max_length=200,
            widget=UnfoldAdminPasswordWidget(
                attrs={"autocomplete": "new-password"}, render_value=True
            ),
            help_text=_("Leave it empty to keep what is set.") if is_set else "",
        )
        order = ("host", "port", "security", "user", WORD, "sender")
        self.order_fields(order)

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal at its field, else above the form."""
        at = str(refusal.facts.get("field", ""))
        self.add_error(at if at in self.fields else None, refusal.message)


@bss.page("mail-server/", name=PAGE, permission=MAY_SEE)
@require_http_methods(["GET", "POST"])
def mail_server(request: HttpRequest) -> HttpResponse:
    """Show where mails are handed over; a POST saves it."""
    draft = take_draft(request)
    typed = request.POST if request.method == "POST" else draft
    form = ServerForm(typed, instance=the_server())
    if request.method == "POST" and _is_saved(request, form):
        return HttpResponseRedirect(reverse(f"bss:{PAGE}"))
    if draft is not None and request.method != "POST":
        form.add_error(None, str(RESTORED))
    context = {
        "title": _("Mail server"),
        "opts": MailServer._meta,
        "form": form,
        "place": place_of_mails(),
        "may_save": request.user.has_perm(MAY_SAVE),
        "recipient": actor_of(request),
    }
    return bss.render(request, "backoffice/notifications/mail_server.html", context)


@bss.page("mail-server/test/", name="mail_server_test", permission=MAY_SAVE)
@require_POST
def send_test(request: HttpRequest) -> HttpResponse:
    """Hand a test mail over now, and say what the mail server answered."""
    recipient = request.POST.get("recipient", "").strip() or actor_of(request)
    try:
        tell_receipt(request, try_server(recipient=recipient), recipient)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return HttpResponseRedirect(reverse(f"bss:{PAGE}"))


def _is_saved(request: HttpRequest, form: ServerForm) -> bool:
    if not request.user.has_perm(MAY_SAVE):
        raise PermissionDenied
    if not form.is_valid():
        return False
    try:
        save_server(
            server=form.instance,
            password=form.cleaned_data[WORD] or None,
            changed=[name.removeprefix("secret-") for name in form.changed_data],
            actor=actor_of(request),
            now=clock.now(),
        )
    except Refused as refusal:
        form.refuse(refusal)
        return False
    messages.success(request, _("Mails are handed over there from now on."))
    return True
