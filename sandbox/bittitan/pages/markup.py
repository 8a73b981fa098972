"""HTML in which every value is escaped unless it is HTML already."""

from collections.abc import Iterable
from html import escape


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def html(template: str, **values: object) -> Markup:
    """Return a template with its `{names}` replaced by escaped values."""
    safe = {
        name: value if isinstance(value, Markup) else escape(str(value))
        for name, value in values.items()
    }
    return Markup(template.format_map(safe))


def joined(parts: Iterable[Markup]) -> Markup:
    """Return pieces of HTML one after the other."""
    return Markup("".join(parts))


def moment(written: str | None) -> Markup:
    """Return a written moment as people read it, in UTC; a dash if there is none."""
    if not written:
        return Markup("—")
    shown = f"{written[:10]} {written[11:16]}"
    return html('<time datetime="{at}">{shown}</time>', at=written, shown=shown)
