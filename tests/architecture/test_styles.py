"""Style sheets of the back office: what a class looks like stands in one of them."""

import re
from collections import defaultdict
from pathlib import Path

SHEETS = Path("purveyor/faces/backoffice/static/backoffice")
#: Shown by itself, without the others.
ALONE = {"plain.css"}
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
SELECTORS = re.compile(r"([^{}]+)\{")
BETWEEN = re.compile(r",\s*(?![^(]*\))")


def selectors_of(sheet: Path) -> set[str]:
    """Return the selectors of a style sheet that begin with a class."""
    asked = SELECTORS.findall(COMMENT.sub("", sheet.read_text()))
    each = (one.strip() for selectors in asked for one in BETWEEN.split(selectors))
    return {one for one in each if one.startswith(".")}


def test_two_sheets_do_not_mean_different_things_by_one_class() -> None:
    """A page that loads both would look like neither."""
    found = defaultdict(list)
    for sheet in sorted(SHEETS.glob("*.css")):
        if sheet.name not in ALONE:
            for selector in selectors_of(sheet):
                found[selector].append(sheet.name)

    assert {each: names for each, names in found.items() if len(names) > 1} == {}
    assert found
