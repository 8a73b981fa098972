"""
The Storefront's typeface: Inter as the BSS brings it, without the letters nobody needs.

The whole of it would be more than a page may weigh. What is left covers the languages
of Europe, in Latin and Greek letters; other letters are the system's.
"""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FOLDER = "storefront"
WEIGHTS = {
    "inter-400.woff2": "Inter-Regular.woff2",
    "inter-600.woff2": "Inter-SemiBold.woff2",
}
SPANS = (
    (0x20, 0x7E),  # Latin
    (0xA0, 0x17F),  # with accents, and of the middle and the east of Europe
    (0x218, 0x21B),
    (0x370, 0x3FF),  # Greek
    (0x2010, 0x2027),  # dashes, quotes, dots
    (0x2030, 0x203A),
    (0x20A0, 0x20C0),  # currencies
    (0x2122, 0x2122),
    (0x2190, 0x2193),  # arrows
    (0x2212, 0x2215),
    (0x2713, 0x2713),
)
LEFT_OUT = ["GSUB", "STAT"]  # other forms of letters; reading them takes long


class TypefaceFinder(BaseFinder):
    """Finds the small typeface among the static files; makes it when first asked."""

    def __init__(self, app_names: Iterable[str] | None = None, **_facts: Any) -> None:
        del app_names
        folder = Path(settings.DATA_DIR) / "typeface"
        self.storage = FileSystemStorage(location=folder)
        vars(self.storage)["prefix"] = FOLDER  # under which finders list it

    def find(self, path: str, find_all: Any = None) -> Any:
        """Return where a file lies."""
        folder, _slash, name = path.rpartition("/")
        if folder != FOLDER or name not in WEIGHTS:
            return []
        found = str(self._made(name))
        return [found] if find_all else found

    def list(
        self, ignore_patterns: Iterable[str] | None
    ) -> Iterator[tuple[str, Storage]]:
        """Yield every file, made."""
        del ignore_patterns
        for name in WEIGHTS:
            self._made(name)
            yield name, self.storage

    def _made(self, name: str) -> Path:
        path = Path(self.storage.path(name))
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.write_bytes(b"")
            subset(source_of(WEIGHTS[name]), part)
            part.replace(path)
        return path


def source_of(name: str) -> Path:
    """Return where a weight of the whole typeface lies."""
    spec = find_spec("unfold")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "static/unfold/fonts/inter" / name


def subset(source: Path, target: Path) -> None:
    """Write a typeface with only the letters that are needed."""
    options = Options(flavor="woff2", layout_features=["kern"], notdef_outline=True)
    options.drop_tables += LEFT_OUT
    font = TTFont(source, recalcTimestamp=False)
    cutter = Subsetter(options)
    letters = [code for first, last in SPANS for code in range(first, last + 1)]
    cutter.populate(unicodes=letters)
    cutter.subset(font)
    font.flavor = "woff2"
    font.save(target)
