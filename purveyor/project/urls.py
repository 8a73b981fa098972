"""The addresses of all faces."""

from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("language/", set_language, name="set_language"),
    path("sign-in/", include("purveyor.project.door")),
    path("bss/", include("purveyor.faces.backoffice.urls")),
    path("", include("purveyor.faces.storefront.urls")),
]

handler403 = "purveyor.project.errors.forbidden"
handler404 = "purveyor.project.errors.not_found"
handler429 = "purveyor.project.errors.locked_out"
handler500 = "purveyor.project.errors.broken"
