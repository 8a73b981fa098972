"""The addresses of the BSS."""

from purveyor.faces.backoffice.site import bss

urlpatterns = bss.urls[0]
app_name = "bss"
