"""The addresses of all faces."""

from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="bss:index"), name="home"),
    path("bss/", include("purveyor.faces.backoffice.urls")),
]
