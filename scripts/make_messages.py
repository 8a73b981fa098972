"""
Collect the sentences of the product for its translators, and compile what they wrote.

`make messages` adds new sentences to each language's `django.po` without a translation,
takes out those that are gone, and writes the `django.mo` beside it, which the product
reads. A test fails while a sentence has no translation, or the files are not in step.
"""

from datetime import UTC, datetime
from io import BytesIO
from itertools import chain
from pathlib import Path

import unfold
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from purveyor.connectors.bittitan.settings import FIELDS, SYNC_OPTIONS

PRODUCT = Path(__file__).resolve().parent.parent / "purveyor"
LOCALE = PRODUCT / "locale"
LANGUAGES = ("de",)
CONNECTOR = "connectors/bittitan/settings.py"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
#: Unfold translates itself with Django's words and brings none for its own.
UNFOLD = Path(unfold.__file__).parent / "templates"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def main() -> None:
    """Bring the files of every language up to date, and say what is left to do."""
    for language in LANGUAGES:
        catalog = in_step(language)
        po_file(language).parent.mkdir(parents=True, exist_ok=True)
        po_file(language).write_bytes(as_po(catalog))
        mo_file(language).write_bytes(as_mo(catalog))
        print(f"{language}: {len(catalog)} sentences, {len(left(catalog))} to do.")


def left(catalog: Catalog) -> list[str]:
    """Return the sentences that have no translation."""
    return [
        str(message.id)
        for message in catalog
        if message.id and not all(_forms(message.string))
    ]


def _forms(words: object) -> tuple[object, ...]:
    return (words or ("",)) if isinstance(words, tuple) else (words,)


def po_file(language: str) -> Path:
    """Return the file that a translator edits."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def mo_file(language: str) -> Path:
    """Return the file that the product reads."""
    return po_file(language).with_suffix(".mo")


def in_step(language: str) -> Catalog:
    """Return the catalogue of a language with exactly the sentences of the product."""
    catalog = written(language)
    catalog.update(sentences(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.fuzzy = False
    return catalog


def written(language: str) -> Catalog:
    """Return the catalogue of a language as it stands in its file."""
    if not po_file(language).exists():
        return Catalog(locale=language, project="Purveyor", header_comment=HEADER)
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language)


HEADER = """\
# The sentences of Purveyor in another language. Written by `make messages`; edit the
# translations (msgstr) only, and run it again."""


def sentences() -> Catalog:
    """Return every sentence that the product may show, and in which files."""
    found = Catalog(project="Purveyor", header_comment=HEADER)
    for path in sorted(PRODUCT.rglob("*.py")):
        if "migrations" not in path.parts:
            _add(found, path.relative_to(PRODUCT).as_posix(), path.read_bytes())
    for root in (PRODUCT, UNFOLD):
        for path in sorted([*root.rglob("*.html"), *root.rglob("*.txt")]):
            _add(found, path.relative_to(root).as_posix(), _as_code(path))
    options = chain.from_iterable(SYNC_OPTIONS.values())
    fields = chain.from_iterable((each.label, each.help_text) for each in FIELDS)
    for text in (*fields, *(each.label for each in options)):
        found.add(text, locations=[(CONNECTOR, 0)])  # connectors know no Django
    return found


def _as_code(path: Path) -> bytes:
    """Return a template as the calls that it makes for its translations."""
    calls = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    return "\n".join(line.strip() for line in calls.splitlines()).encode()


def _add(catalog: Catalog, name: str, source: bytes) -> None:
    for line, message, _comments, context in extract(
        "python", BytesIO(source), keywords=KEYWORDS
    ):
        catalog.add(message, locations=[(name, line)], context=context)


def as_po(catalog: Catalog) -> bytes:
    """Return a catalogue as its file for translators, the same for the same words."""
    file = BytesIO()
    write_po(file, _undated(catalog), width=100, include_lineno=False)
    return file.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """Return a catalogue as the product reads it."""
    file = BytesIO()
    write_mo(file, _undated(catalog))
    return file.getvalue()


def _undated(catalog: Catalog) -> Catalog:
    """Return a catalogue that does not say when; its history does."""
    catalog.creation_date = catalog.revision_date = BEGINNING
    return catalog


if __name__ == "__main__":
    main()
