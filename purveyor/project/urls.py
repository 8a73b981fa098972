"""The addresses of all faces."""

from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="bss:index"), name="home"),
    path("language/", set_language, name="set_language"),
    path("bss/", include("purveyor.faces.backoffice.urls")),
]
