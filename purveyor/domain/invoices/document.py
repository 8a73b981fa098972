"""
How an invoice looks on paper: A4, as PDF, with text that can be selected.

Pure: it knows the values of `paper.py` and no table. Equal documents make equal files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from django.utils import translation
from django.utils.translation import gettext as _
from fpdf.enums import XPos, YPos
from PIL import Image, UnidentifiedImageError

from purveyor.domain.invoices.paper import DocumentLine, InvoiceDocument, Party
from purveyor.domain.invoices.sheet import (
    INK,
    LINE,
    MARGIN,
    MUTED,
    RIGHT,
    RULE,
    SHADE,
    SMALL,
    TEXT,
    WIDTH,
    Sheet,
)

LOGO_WIDTH, LOGO_HEIGHT = 60.0, 18.0
TITLE, NUMBER, NAME, TOTAL = 22.0, 11.0, 15.0, 12.0
PARTY_WIDTH, GAP = 54.0, 4.0
FACTS_LEFT = MARGIN + 2 * PARTY_WIDTH + 8
FACT_CAPTION = 25.0
ROW_PADDING = 1.7
CELL_PADDING = 1.5
TAX_COLUMNS = (24.0, 14.0, 28.0, 26.0)
SUM_COLUMNS = (30.0, 36.0)
SUM_LINE = 6.0


def render_invoice(document: InvoiceDocument) -> bytes:
    """
    Return an invoice as a PDF file.

    Shape:   any number of lines; what does not fit goes on to the next page.
    Units:   amounts and dates are written as the document's language writes them.
    Errors:  none; a logo that cannot be read gives way to the seller's name.
    Source:  docs/explanation/invoices.md
    """
    with translation.override(document.language):
        sheet = Sheet(document)
        sheet.add_page()
        _head(sheet)
        _parties(sheet)
        _lines(sheet)
        _sums(sheet)
        _payment(sheet)
        return bytes(sheet.output())


def _head(sheet: Sheet) -> None:
    """Draw the logo or the seller's name on the left, what this is on the right."""
    if not _draw_logo(sheet):
        sheet.write_as(NAME, bold=True)
        width = FACTS_LEFT - MARGIN - GAP
        sheet.paragraph(sheet.document.seller.name, width=width, line_height=6.5)
    sheet.set_xy(FACTS_LEFT, MARGIN - 1)
    sheet.write_as(TITLE, bold=True)
    sheet.cell(text=_("Invoice"), new_x=XPos.LEFT, new_y=YPos.NEXT)
    sheet.write_as(NUMBER, color=MUTED)
    sheet.cell(h=6, text=sheet.document.number or _(sheet.document.watermark))
    sheet.set_y(MARGIN + LOGO_HEIGHT + 14)


def _draw_logo(sheet: Sheet) -> bool:
    """Draw the logo in its box and return whether there is one that can be read."""
    if not sheet.document.logo:
        return False
    try:
        with Image.open(BytesIO(sheet.document.logo)) as image:
            logo = image.convert("RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError):
        return False
    scale = min(LOGO_WIDTH / logo.width, LOGO_HEIGHT / logo.height)
    sheet.image(logo, MARGIN, MARGIN, logo.width * scale, logo.height * scale)
    return True


def _parties(sheet: Sheet) -> None:
    """Draw seller, buyer and the facts of the invoice beside each other."""
    document, top, ends = sheet.document, sheet.get_y(), []
    blocks = ((_("From"), document.seller), (_("Billing to"), document.buyer))
    for index, (caption, party) in enumerate(blocks):
        sheet.set_y(top)
        _party(sheet, caption, party, MARGIN + index * (PARTY_WIDTH + GAP))
        ends.append(sheet.get_y())
    sheet.set_y(top)
    _facts(sheet)
    sheet.set_y(max(*ends, sheet.get_y()) + 8)


def _party(sheet: Sheet, caption: str, party: Party, left: float) -> None:
    sheet.write_as(SMALL, color=MUTED)
    sheet.paragraph(caption, width=PARTY_WIDTH, left=left)
    sheet.write_as(TEXT, bold=True)
    sheet.paragraph(party.name, width=PARTY_WIDTH, left=left)
    sheet.write_as(TEXT)
    words = [*party.address, sheet.country(party.country)]
    if party.tax_number:
        words.append(_("Tax number: %(number)s") % {"number": party.tax_number})
    sheet.paragraph("\n".join(filter(None, words)), width=PARTY_WIDTH, left=left)


def _facts(sheet: Sheet) -> None:
    """Draw what is known of dates, numbers and references."""
    left = FACTS_LEFT + FACT_CAPTION
    sheet.ln(LINE)
    for caption, value in _named_facts(sheet):
        if value:
            sheet.write_as(SMALL, color=MUTED)
            sheet.set_x(FACTS_LEFT)
            sheet.cell(FACT_CAPTION, LINE, caption)
            sheet.write_as(TEXT)
            sheet.paragraph(value, width=RIGHT - left, left=left)


def _named_facts(sheet: Sheet) -> tuple[tuple[str, str], ...]:
    document = sheet.document
    return (
        (_("Invoice date"), sheet.day(document.issue_date)),
        (_("Due"), sheet.day(document.due_date)),
        (_("Customer number"), document.buyer.number),
        (_("PO code"), document.po_code),
        (_("Order"), _shared([line.order_number for line in document.lines])),
        (_("Delivered to"), _shared([line.delivered_to for line in document.lines])),
    )


def _shared(values: Sequence[str]) -> str:
    """Return the one value that all lines have, nothing if they differ."""
    return values[0] if len(set(values)) == 1 else ""


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which columns the table of lines has, and which notes stand under a line."""

    widths: tuple[float, ...]
    has_discount: bool
    notes_order: bool
    notes_delivery: bool
    notes_po_code: bool


def _columns_of(lines: Sequence[DocumentLine]) -> _Columns:
    has_discount = any(line.discount_percent for line in lines)
    wide = (10.0, 66.0, 22.0, 28.0, 20.0, 28.0)
    return _Columns(
        widths=wide if has_discount else (10.0, 76.0, 24.0, 32.0, 32.0),
        has_discount=has_discount,
        notes_order=not _shared([line.order_number for line in lines]),
        notes_delivery=not _shared([line.delivered_to for line in lines]),
        notes_po_code=not _shared([line.po_code for line in lines]),
    )


def _lines(sheet: Sheet) -> None:
    """Draw the table of lines; its heading stands on each page again."""
    columns = _columns_of(sheet.document.lines)
    _heading(sheet, columns)
    for position, line in enumerate(sheet.document.lines, start=1):
        _line(sheet, columns, position, line)
    sheet.ln(6)


def _heading(sheet: Sheet, columns: _Columns) -> None:
    titles = [_("#"), _("Description"), _("Quantity"), _("Price")]
    titles += [_("Discount")] if columns.has_discount else []
    sheet.set_fill_color(*SHADE)
    sheet.rect(MARGIN, sheet.get_y(), WIDTH, LINE + 2 * ROW_PADDING, style="F")
    sheet.ln(ROW_PADDING)
    sheet.write_as(TEXT, bold=True)
    _table_row(sheet, columns, [*titles, _("Net")])
    sheet.ln(ROW_PADDING)


def _table_row(sheet: Sheet, columns: _Columns, cells: Sequence[str]) -> None:
    """Write cells a little inside the table's edges."""
    first, *between, last = columns.widths
    widths = (first - CELL_PADDING, *between, last - CELL_PADDING)
    sheet.row(widths, cells, left=MARGIN + CELL_PADDING, words=2)


def _line(sheet: Sheet, columns: _Columns, position: int, line: DocumentLine) -> None:
    """Draw one line with its notes, whole or on the next page."""
    left, width = MARGIN + columns.widths[0], columns.widths[1] - GAP
    sheet.write_as(SMALL)
    notes = [
        part for note in _notes(columns, line) for part in sheet.wrapped(note, width)
    ]
    sheet.write_as(TEXT)
    first, *more = sheet.wrapped(line.description, width)
    if sheet.will_page_break(LINE * (1 + len(more) + len(notes)) + 2 * ROW_PADDING):
        sheet.add_page()
        _heading(sheet, columns)
    sheet.ln(ROW_PADDING)
    sheet.write_as(TEXT)
    _table_row(sheet, columns, _cells(sheet, columns, position, line, first))
    sheet.paragraph("\n".join(more), width=width, left=left)
    sheet.write_as(SMALL, color=MUTED)
    sheet.paragraph("\n".join(notes), width=width, left=left)
    sheet.ln(ROW_PADDING)
    sheet.rule(RULE, 0.2)


def _cells(
    sheet: Sheet, columns: _Columns, position: int, line: DocumentLine, words: str
) -> list[str]:
    discount = sheet.percent(line.discount_percent) if line.discount_percent else "–"
    return [
        str(position),
        words,
        sheet.count(line.quantity),
        str(line.unit_price),
        *([discount] if columns.has_discount else []),
        str(line.net),
    ]


def _notes(columns: _Columns, line: DocumentLine) -> list[str]:
    """Return what the lines of this invoice do not share, so the head cannot say it."""
    notes = []
    if columns.notes_order:
        notes.append(_("Order %(number)s") % {"number": line.order_number})
    if columns.notes_po_code and line.po_code:
        notes.append(_("PO code %(code)s") % {"code": line.po_code})
    if columns.notes_delivery and line.delivered_to:
        notes.append(_("Delivered to %(account)s") % {"account": line.delivered_to})
    return notes


def _sums(sheet: Sheet) -> None:
    """Draw tax table and totals beside each other, on one page with what follows."""
    height = SUM_LINE * max(len(sheet.document.tax_rows) + 1, 4) + LINE * 5
    if sheet.will_page_break(height):
        sheet.add_page()
    top = sheet.get_y()
    _tax_table(sheet)
    end = sheet.get_y()
    sheet.set_y(top)
    _totals(sheet)
    sheet.set_y(max(end, sheet.get_y()) + 8)


def _tax_table(sheet: Sheet) -> None:
    left = MARGIN + CELL_PADDING
    sheet.write_as(SMALL, color=MUTED)
    headings = (_("Tax"), _("Rate"), _("Net"), _("Tax amount"))
    sheet.row(TAX_COLUMNS, headings, left=left)
    sheet.write_as(SMALL + 0.5)
    for row in sheet.document.tax_rows:
        cells = (row.name, sheet.percent(row.percent), str(row.net), str(row.tax))
        sheet.row(TAX_COLUMNS, cells, left=left)


def _totals(sheet: Sheet) -> None:
    document = sheet.document
    left = RIGHT - CELL_PADDING - sum(SUM_COLUMNS)
    sheet.write_as(TEXT)
    for caption, amount in ((_("Net"), document.net), (_("Tax"), document.tax)):
        sheet.row(SUM_COLUMNS, (caption, str(amount)), left=left)
        sheet.ln(SUM_LINE - LINE)
    sheet.rule(INK, 0.4, left=left)
    sheet.ln(2)
    sheet.write_as(TOTAL, bold=True)
    sheet.row(SUM_COLUMNS, (_("Total"), str(document.total)), left=left)


def _payment(sheet: Sheet) -> None:
    """Say how much is to be paid, until when, and where to; nothing on a draft."""
    document = sheet.document
    if document.watermark:
        return
    terms = {
        "total": document.total,
        "day": sheet.day(document.due_date),
        "number": document.number,
    }
    words = [_("Please pay %(total)s by %(day)s, stating %(number)s.") % terms]
    if document.buyer.payment_method:
        method = {"method": document.buyer.payment_method}
        words.append(_("Payment method: %(method)s") % method)
    if document.seller.bank_account:
        account = {"account": document.seller.bank_account}
        words.append(_("Bank account: %(account)s") % account)
    sheet.write_as(TEXT)
    width = WIDTH - 2 * CELL_PADDING
    sheet.paragraph("\n".join(words), width=width, left=MARGIN + CELL_PADDING)
