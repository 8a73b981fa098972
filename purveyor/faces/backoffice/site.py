"""The BSS's own admin site."""

from unfold.sites import UnfoldAdminSite


class Bss(UnfoldAdminSite):
    """The distributor's back office."""

    site_title = "Purveyor"
    site_header = "Purveyor"


bss = Bss(name="bss")
