"""What the pages of the reference are made of."""

from collections.abc import Iterable


def table(head: str, rows: Iterable[str]) -> str:
    """Return a table from its head and its rows."""
    return "\n".join([head, "|---" * (head.count("|") - 1) + "|", *rows])


def yes(is_so: object) -> str:
    """Return a yes, or a dash."""
    return "yes" if is_so else "–"


def spoken(verb: str) -> str:
    """Return a verb as people say it."""
    return verb.replace("_", " ")
