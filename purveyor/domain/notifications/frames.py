"""The frame that all mails share, filled in when the first texts are laid down."""

from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).with_name("texts")
MARKS = ("title", "preview", "lead", "body")
MARGINS = {"lead": 18, "body": 12}  # of lines after the first; of every line


def framed(parts: Mapping[str, str], *, language: str) -> str:
    """
    Return a whole mail: the frame around its parts, which it is from then on.

    Shape:  a part for each of `MARKS`; `preview` is what mail programs show in a list.
    Errors: `KeyError` if a part is missing; these texts are the product's own.
    """
    page = read("frame.html").replace("@language@", language)
    for mark in MARKS:
        page = page.replace(f"@{mark}@", _indented(parts[mark], mark))
    return page


def parts_in(file: str) -> dict[str, str]:
    """Return the parts of a mail that stand in a file, each below its mark."""
    parts: dict[str, str] = {}
    rest = read(file)
    for mark in reversed(MARKS):
        rest, _found, part = rest.partition(f"@{mark}@\n")
        parts[mark] = part.rstrip("\n")
    return parts


def read(file: str) -> str:
    """Return a text that comes with the product."""
    return (FOLDER / file).read_text(encoding="utf-8")


def _indented(part: str, mark: str) -> str:
    margin = " " * MARGINS.get(mark, 0)
    lines = [f"{margin}{line}" if line else line for line in part.splitlines()]
    moved = "\n".join(lines)
    return moved if mark == "body" else moved.removeprefix(margin)
