"""Take the version from the first heading of the change log; see pyproject.toml."""

import re
from pathlib import Path

from setuptools import setup

CHANGELOG = Path(__file__).parent / "CHANGELOG.md"


def version() -> str:
    """Return the newest version, or 0 while none has been published."""
    text = CHANGELOG.read_text() if CHANGELOG.exists() else ""
    found = re.search(r"^## (\d[\d.]*)", text, re.MULTILINE)
    return found[1] if found else "0"


setup(version=version())
