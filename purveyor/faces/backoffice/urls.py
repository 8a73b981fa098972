"""The addresses of the BSS. Its namespace is `bss`, for Django an `admin`."""

from django.urls import path

from purveyor.faces.backoffice.frame.site import bss

urlpatterns = [path("", bss.urls)]
