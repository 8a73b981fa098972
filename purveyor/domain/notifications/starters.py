"""
The texts with which notifications begin, by event and language.

Each is put together from its first words and rows of facts; staff change the result as
they like.
"""

from purveyor.domain.notifications.events import (
    ASSET,
    EVENTS,
    INVOICE,
    LINK,
    ORDER,
    RUN,
    EventName,
)
from purveyor.domain.notifications.first_words import STARTERS, Starter
from purveyor.domain.notifications.frames import framed, read
from purveyor.domain.notifications.placeholders import RECORD_URL
from purveyor.domain.notifications.rendering import Texts

MAY_BE_EMPTY = frozenset({"po_code", "order_name", "reason", "redeem_before"})
ROW = """\
{before}<tr>
  <th class="row soft"
      scope="row"
      align="left"
      valign="top"
      width="38%"
      style="padding:8px 12px 8px 0;border-bottom:1px solid #e4eaf1;
             color:#4a5a6c;font-weight:400">{label}</th>
  <td class="row"
      style="padding:8px 0;border-bottom:1px solid #e4eaf1;
             word-break:break-word">{value}</td>
</tr>{after}"""
BUTTON = """\
<tr>
  <td class="edge" style="padding:24px 40px 0 40px">
    <a class="link" href="{{{{ {url} }}}}" style="color:#1f5fbf">{label}</a>
  </td>
</tr>"""

E = EventName
Row = tuple[str, dict[str, str]]


def _row(placeholder: str, en: str, de: str) -> Row:
    return (placeholder, {"en": en, "de": de})


ROWS: dict[str, tuple[Row, ...]] = {
    ORDER: (
        _row("account_name", "Account", "Konto"),
        _row("cancelled_items", "Cancelled", "Storniert"),
        _row("order_items", "Items", "Positionen"),
        _row("order_total", "Total", "Gesamt"),
        _row("po_code", "PO code", "Ihre Bestellnummer"),
        _row("reason", "Reason", "Grund"),
    ),
    ASSET: (
        _row("asset_number", "Asset", "Asset"),
        _row("account_name", "Account", "Konto"),
        _row("product_name", "Product", "Produkt"),
        _row("licenses", "Licenses", "Lizenzen"),
        _row("order_number", "Order", "Bestellung"),
        _row("redeem_before", "Redeem before", "Einzulösen vor"),
        _row("reason", "Reason", "Grund"),
    ),
    LINK: (
        _row("account_name", "Account", "Konto"),
        _row("account_number", "Number", "Nummer"),
        _row("vendor_name", "Service manager", "Service Manager"),
        _row("reason", "Reason", "Grund"),
    ),
    INVOICE: (
        _row("invoice_number", "Invoice", "Rechnung"),
        _row("invoice_date", "Date", "Datum"),
        _row("due_date", "Due", "Fällig"),
        _row("invoice_net", "Net", "Netto"),
        _row("invoice_total", "Total", "Gesamt"),
        _row("po_code", "PO code", "Ihre Bestellnummer"),
    ),
    RUN: (
        _row("vendor_name", "Service manager", "Service Manager"),
        _row("run_number", "Reconciliation", "Abgleich"),
        _row("findings", "Findings (cost / price)", "Befunde (Kosten / Preis)"),
    ),
}
#: The rows that say something of a few events only.
ROWS_OF_SOME: dict[str, frozenset[EventName]] = {
    "reason": frozenset(
        {
            *(E.ORDER_WAITING, E.ORDER_CANCELLED, E.ORDER_REST_CANCELLED),
            E.ORDER_REJECTED,
            *(E.ASSET_FAILED, E.ACCOUNT_FAILED),
        }
    ),
    "cancelled_items": frozenset({E.ORDER_REST_CANCELLED, E.ORDER_REJECTED}),
    # Of a rejected rest they would be those that were executed before.
    "order_items": frozenset(E) - {E.ORDER_REJECTED},
    "order_total": frozenset(E) - {E.ORDER_REJECTED},
}
OPEN = {"en": "Open it in the BSS", "de": "Im BSS öffnen"}
HELLO = {"en": "Hello", "de": "Guten Tag"}


def starters_of(event: EventName, *, is_internal: bool) -> dict[str, Texts]:
    """Return the texts with which a notification of an event begins, by language."""
    found = STARTERS.get(event, {})
    return {
        language: Texts(
            subject=starter.subject,
            text=_text(event, starter, language, is_internal=is_internal),
            html=_html(event, starter, language, is_internal=is_internal),
        )
        for language, starter in found.items()
    }


def _rows_of(event: EventName, language: str) -> list[tuple[str, str]]:
    rows = ROWS[EVENTS[event].record]
    return [
        (placeholder, labels[language])
        for placeholder, labels in rows
        if event in ROWS_OF_SOME.get(placeholder, {event})
    ]


def _shown(placeholder: str) -> str:
    return f"{{{{ {placeholder} }}}}"


def _if_there(placeholder: str) -> tuple[str, str]:
    if placeholder not in MAY_BE_EMPTY:
        return "", ""
    return f"{{% if {placeholder} %}}", "{% endif %}"


def _text(
    event: EventName, starter: Starter, language: str, *, is_internal: bool
) -> str:
    greeting = f"{HELLO[language]}{{% if recipient_name %}} {{{{ recipient_name }}}}"
    parts = [] if is_internal else [f"{greeting}{{% endif %}},", ""]
    parts += [starter.lead, ""]
    rows = _rows_of(event, language)
    width = max(len(label) for _placeholder, label in rows) + 2
    lines = ""
    for placeholder, label in rows:
        before, after = _if_there(placeholder)
        said = f"{label + ':':<{width}}{_shown(placeholder)}"
        lines += f"{before}{said}\n{after}"
    parts += [lines]
    if is_internal:
        parts += [f"{OPEN[language]}: {_shown(RECORD_URL)}", ""]
    parts += [
        "{{ organization_name }}",
        "{{ organization_email }}{% if organization_phone %}",
        "{{ organization_phone }}{% endif %}",
        "",
    ]
    return "\n".join(parts)


def _html(
    event: EventName, starter: Starter, language: str, *, is_internal: bool
) -> str:
    rows = []
    for placeholder, label in _rows_of(event, language):
        before, after = _if_there(placeholder)
        value = _shown(placeholder)
        rows.append(ROW.format(before=before, label=label, value=value, after=after))
    button = BUTTON.format(url=RECORD_URL, label=OPEN[language]) if is_internal else ""
    body = read("notice.html")
    body = body.replace("@rows@", _moved(rows, spaces=6))
    return framed(
        {
            "title": starter.title,
            "preview": starter.lead,
            "lead": starter.lead,
            "body": body.replace("@button@", button).rstrip("\n"),
        },
        language=language,
    )


def _moved(blocks: list[str], *, spaces: int) -> str:
    lines = "\n".join(blocks).splitlines()
    return "\n".join(f"{' ' * spaces}{line}" for line in lines)
