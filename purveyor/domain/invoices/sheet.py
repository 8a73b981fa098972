"""
The sheets an invoice is drawn on: typeface, colors, and what stands on every page.

The typeface is Inter, the one of the BSS, which comes with the package of its pages;
it has the letters of all European languages.
"""

import atexit
import shutil
import tempfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from django.utils.translation import gettext as _
from django.utils.translation import to_locale
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, YPos

from purveyor.domain.invoices.paper import InvoiceDocument

type Color = tuple[int, int, int]

# Sizes in millimetres, type in points.
MARGIN = 18.0
WIDTH = 210.0 - 2 * MARGIN
RIGHT = MARGIN + WIDTH
FOOTER_HEIGHT = 22.0
LINE = 4.6
CELL_GAP = 1.0
TEXT, SMALL, HUGE = 9.0, 7.5, 110.0

INK: Color = (15, 23, 42)
MUTED: Color = (100, 116, 139)
RULE: Color = (203, 213, 225)
SHADE: Color = (241, 245, 249)
WATER: Color = (236, 238, 242)


class Sheet(FPDF):
    """Pages of A4 that say on each of them who sells, and what this is."""

    def __init__(self, document: InvoiceDocument) -> None:
        super().__init__(orientation="portrait", unit="mm", format="A4")
        self.document = document
        self.locale = to_locale(document.language)
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.c_margin = 0
        self.set_auto_page_break(auto=True, margin=FOOTER_HEIGHT + 5)
        self.set_creation_date(document.made_at)
        self.set_title(self.name)
        self.set_author(document.seller.name)
        self.set_lang(document.language)
        folder = _typefaces()
        self.add_font("Inter", "", folder / "Inter-Regular.ttf")
        self.add_font("Inter", "B", folder / "Inter-SemiBold.ttf")
        self.write_as(TEXT)

    @property
    def name(self) -> str:
        """What this is, in one line."""
        if self.document.number:
            return _("Invoice %(number)s") % {"number": self.document.number}
        return f"{_('Invoice')} ({_(self.document.watermark)})"

    def header(self) -> None:
        """Put the watermark under everything, and from page 2 on say what this is."""
        if self.document.watermark:
            self._watermark(_(self.document.watermark).upper())
        if self.page_no() == 1:
            return
        self.write_as(SMALL, color=MUTED)
        words = f"{self.name} · {self.document.seller.name}"
        self.paragraph(words, line_height=3.6)
        self.ln(4)

    def footer(self) -> None:
        """Say how to reach the seller and which page this is."""
        self.set_y(-FOOTER_HEIGHT)
        self.rule(RULE, 0.2)
        self.ln(2)
        top = self.get_y()
        self.write_as(SMALL, color=MUTED)
        self.paragraph("\n".join(self._reach()), width=WIDTH - 30, line_height=3.6)
        page = _("Page %(page)s of %(pages)s")
        one_digit = page % {"page": self.page_no(), "pages": 0}
        self.set_xy(RIGHT - self.get_string_width(one_digit), top)
        self.cell(h=3.6, text=page % {"page": self.page_no(), "pages": "{nb}"})

    def write_as(self, size: float, *, color: Color = INK, bold: bool = False) -> None:
        """Choose how the next words look."""
        self.set_font("Inter", "B" if bold else "", size)
        self.set_text_color(*color)

    def rule(self, color: Color, thickness: float, *, left: float = MARGIN) -> None:
        """Draw a line from here to the right margin."""
        self.set_draw_color(*color)
        self.set_line_width(thickness)
        self.line(left, self.get_y(), RIGHT, self.get_y())

    def paragraph(
        self,
        text: str,
        *,
        width: float = WIDTH,
        left: float = MARGIN,
        line_height: float = LINE,
    ) -> None:
        """Write words that may take several lines, and go on below them."""
        if text:
            self.set_x(left)
            self.multi_cell(width, line_height, text, align=Align.L, new_y=YPos.NEXT)

    def wrapped(self, text: str, width: float) -> list[str]:
        """Return the lines into which words break at this width."""
        if self.get_string_width(text) <= width and "\n" not in text:
            return [text]
        lines = self.multi_cell(width, text=text, dry_run=True, output=_LINES)
        return list(lines) if isinstance(lines, list) else [text]

    def row(
        self,
        widths: Sequence[float],
        cells: Sequence[str],
        *,
        left: float = MARGIN,
        words: int = 1,
    ) -> None:
        """Write cells beside each other: the first ones words, then numbers."""
        self.set_x(left)
        size = self.font_size_pt
        for index, (width, text) in enumerate(zip(widths, cells, strict=True)):
            # A number that is too wide gets smaller; it must not run into another.
            needed = self.get_string_width(text) + CELL_GAP
            self.set_font_size(size * min(1.0, width / needed))
            self.cell(width, LINE, text, align=Align.L if index < words else Align.R)
            self.set_font_size(size)
        self.ln(LINE)

    def day(self, moment: date | None) -> str:
        """Return a day as this language writes it, nothing for none."""
        # English day-first, as everywhere else in the product.
        locale = "en_GB" if self.locale == "en" else self.locale
        return format_date(moment, "long", locale) if moment else ""

    def count(self, number: int) -> str:
        """Return a number with its separators."""
        return format_decimal(number, locale=self.locale)

    def percent(self, percent: Decimal) -> str:
        """Return a percentage, with decimals only where there are any."""
        share = (percent / 100).normalize()
        return format_percent(share, locale=self.locale, decimal_quantization=False)

    def country(self, code: str) -> str:
        """Return the name of a country; a code nobody knows as it is."""
        return str(Locale.parse(self.locale).territories.get(code, code))

    def _reach(self) -> list[str]:
        seller = self.document.seller
        ways = filter(None, (seller.name, seller.email, seller.phone, seller.website))
        return [line for line in (" · ".join(ways), seller.footer) if line]

    def _watermark(self, word: str) -> None:
        self.write_as(HUGE, color=WATER, bold=True)
        x, y = self.w / 2, self.h / 2
        with self.rotation(50, x, y):
            self.text(x - self.get_string_width(word) / 2, y + 14, word)
        self.write_as(TEXT)
        self.set_xy(MARGIN, MARGIN)


_LINES = MethodReturnValue.LINES

# Tables for scripts that join or stack letters; this product sets none of them.
_LAYOUT_TABLES = ("GDEF", "GPOS", "GSUB")


@cache
def _typefaces() -> Path:
    """
    Unpack the typeface once for this process and return the folder it lies in.

    It is packed for browsers; unpacking it for every invoice would take most of the
    time of drawing one.
    """
    folder = Path(tempfile.mkdtemp(prefix="purveyor-typeface-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    packed = files("unfold") / "static" / "unfold" / "fonts" / "inter"
    for name in ("Inter-Regular", "Inter-SemiBold"):
        with as_file(packed / f"{name}.woff2") as path, TTFont(path) as typeface:
            typeface.flavor = None
            for table in _LAYOUT_TABLES:
                if table in typeface:
                    del typeface[table]
            typeface.save(folder / f"{name}.ttf")
    return folder
