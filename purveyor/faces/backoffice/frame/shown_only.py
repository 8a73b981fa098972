"""Records that only operations write: a page shows them better than a form."""

from typing import Any, ClassVar

from django.http import HttpRequest

from purveyor.faces.backoffice.frame.record_admin import BssModelAdmin


class ShownOnly(BssModelAdmin):
    """Records that only operations write; no form, no adding."""

    warn_unsaved_form = False

    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {"all": ("backoffice/records.css",)}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return nothing: the page says it better than a form."""
        return ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return no."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return no."""
        return False
