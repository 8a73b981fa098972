"""My account > Profile: how a member is called, and in which language they read."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from purveyor.domain.accounts.profiles import change_profile
from purveyor.faces.storefront.frame.access import ShopRequest, member
from purveyor.faces.storefront.frame.forms import ShopForm
from purveyor.faces.storefront.people.pages import show
from purveyor.faces.ui.languages import remember_language
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused


class ProfileForm(ShopForm):
    """Name and language."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        choices=(("", gettext_lazy("As my browser asks for")), *settings.LANGUAGES),
        help_text=gettext_lazy("Of these pages, and of mails about your sign-in."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member
def profile(request: ShopRequest) -> HttpResponse:
    """Show a member how they are known, and let them change it."""
    user = request.member.user
    kept = {"name": user.name, "language": user.language}
    form = ProfileForm(request.POST or None, initial=kept)
    if form.is_valid():
        try:
            change_profile(user=user, now=clock.now(), **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            with override(user.language or get_language()):
                messages.success(request, _("Your profile is changed."))
            answer = redirect("storefront:profile")
            remember_language(request, answer, user.language)
            return answer
    told = {"form": form, "person": user}
    status = 422 if form.is_bound else 200
    return show(request, "storefront/people/profile.html", told, status=status)
