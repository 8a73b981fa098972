"""TEMPORARY, will be deleted: no module may be called base. Import from the real ones."""

from purveyor.faces.backoffice.display import (
    amount,
    badge,
    day,
    link_to,
    moment,
    page_of,
    status_badge,
)
from purveyor.faces.backoffice.frame import BssModelAdmin, Rows, actor_of, rows_of
from purveyor.faces.backoffice.site import bss

__all__ = [
    "BssModelAdmin", "Rows", "actor_of", "amount", "badge", "bss", "day", "link_to",
    "moment", "page_of", "rows_of", "status_badge",
]
