"""
The words with which notifications begin, by event and language.

Each is put together from a title, a sentence, and rows of facts; staff change the
result as they like.
"""

from dataclasses import dataclass

from purveyor.domain.notifications.events import (
    ASSET,
    EVENTS,
    INVOICE,
    LINK,
    ORDER,
    RUN,
    EventName,
)
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


@dataclass(frozen=True, slots=True)
class Starter:
    """What a notification says at first: its subject, its title, and one sentence."""

    subject: str
    title: str
    lead: str


E = EventName
STARTERS: dict[EventName, dict[str, Starter]] = {
    E.ASSET_EXPIRING: {
        "en": Starter(
            "{{ asset_number }}: coupon code of {{ account_name }} expires soon",
            "A coupon code expires soon",
            "The coupon code with {{ licenses }} × {{ product_name }} for "
            "{{ account_name }} has not been redeemed, as far as we know.",
        ),
        "de": Starter(
            "{{ asset_number }}: Coupon-Code von {{ account_name }} läuft bald ab",
            "Ein Coupon-Code läuft bald ab",
            "Der Coupon-Code mit {{ licenses }} × {{ product_name }} für "
            "{{ account_name }} wurde, soweit wir wissen, noch nicht eingelöst.",
        ),
    },
    E.ASSET_SYNCHRONIZED: {
        "en": Starter(
            "{{ licenses }} × {{ product_name }} are ready",
            "Licenses are ready",
            "{{ vendor_name }} has made {{ licenses }} × {{ product_name }} for "
            "{{ account_name }}. The coupon code comes in a mail of its own.",
        ),
        "de": Starter(
            "{{ licenses }} × {{ product_name }} stehen bereit",
            "Lizenzen stehen bereit",
            "{{ vendor_name }} hat {{ licenses }} × {{ product_name }} für "
            "{{ account_name }} erstellt. Der Coupon-Code kommt in einer eigenen Mail.",
        ),
    },
    E.ASSET_FAILED: {
        "en": Starter(
            "{{ asset_number }} of {{ account_name }} failed",
            "An asset failed",
            "{{ licenses }} × {{ product_name }} for {{ account_name }} could not be "
            "made. Correct the cause, then edit and save the asset: that tries again.",
        ),
        "de": Starter(
            "{{ asset_number }} von {{ account_name }} ist fehlgeschlagen",
            "Ein Asset ist fehlgeschlagen",
            "{{ licenses }} × {{ product_name }} für {{ account_name }} konnten nicht "
            "erstellt werden. Beheben Sie die Ursache und speichern Sie das Asset: "
            "dann wird es erneut versucht.",
        ),
    },
    E.ORDER_SUBMITTED: {
        "en": Starter(
            "Order {{ order_number }} received",
            "We have your order",
            "Order {{ order_number }} of {{ account_name }} was submitted.",
        ),
        "de": Starter(
            "Bestellung {{ order_number }} eingegangen",
            "Wir haben Ihre Bestellung",
            "Die Bestellung {{ order_number }} von {{ account_name }} ist eingegangen.",
        ),
    },
    E.ORDER_WAITING: {
        "en": Starter(
            "Order {{ order_number }} of {{ account_name }} waits for approval",
            "An order waits for approval",
            "Order {{ order_number }} of {{ account_name }} over {{ order_total }} is "
            "not executed before it is approved.",
        ),
        "de": Starter(
            "Bestellung {{ order_number }} von {{ account_name }} wartet auf Freigabe",
            "Eine Bestellung wartet auf Freigabe",
            "Die Bestellung {{ order_number }} von {{ account_name }} über "
            "{{ order_total }} wird erst ausgeführt, wenn sie freigegeben ist.",
        ),
    },
    E.ORDER_EXECUTED: {
        "en": Starter(
            "Order {{ order_number }} is executed",
            "Your order is executed",
            "Order {{ order_number }} of {{ account_name }} is executed. What you "
            "bought is on its way; each coupon code comes in a mail of its own.",
        ),
        "de": Starter(
            "Bestellung {{ order_number }} ist ausgeführt",
            "Ihre Bestellung ist ausgeführt",
            "Die Bestellung {{ order_number }} von {{ account_name }} ist ausgeführt. "
            "Ihre Lizenzen sind unterwegs; jeder Coupon-Code kommt in einer eigenen "
            "Mail.",
        ),
    },
    E.ORDER_CANCELLED: {
        "en": Starter(
            "Order {{ order_number }} is cancelled",
            "Your order is cancelled",
            "Order {{ order_number }} of {{ account_name }} was cancelled. Nothing of "
            "it is delivered or billed.",
        ),
        "de": Starter(
            "Bestellung {{ order_number }} ist storniert",
            "Ihre Bestellung ist storniert",
            "Die Bestellung {{ order_number }} von {{ account_name }} wurde storniert. "
            "Nichts davon wird geliefert oder berechnet.",
        ),
    },
    E.ORDER_REST_CANCELLED: {
        "en": Starter(
            "The rest of order {{ order_number }} is cancelled",
            "The rest of your order is cancelled",
            "Of order {{ order_number }} of {{ account_name }} some items will not "
            "come and are not billed. What was executed before stays yours.",
        ),
        "de": Starter(
            "Der Rest der Bestellung {{ order_number }} ist storniert",
            "Der Rest Ihrer Bestellung ist storniert",
            "Von der Bestellung {{ order_number }} von {{ account_name }} kommen "
            "einige Positionen nicht und werden nicht berechnet. Was vorher "
            "ausgeführt wurde, behalten Sie.",
        ),
    },
    E.ACCOUNT_SYNCHRONIZED: {
        "en": Starter(
            "{{ account_name }} is known to {{ vendor_name }}",
            "An account is synchronized",
            "{{ vendor_name }} knows {{ account_name }} now: its orders can be "
            "executed.",
        ),
        "de": Starter(
            "{{ account_name }} ist bei {{ vendor_name }} bekannt",
            "Ein Konto ist synchronisiert",
            "{{ vendor_name }} kennt {{ account_name }} jetzt: Bestellungen können "
            "ausgeführt werden.",
        ),
    },
    E.ACCOUNT_FAILED: {
        "en": Starter(
            "{{ account_name }} could not be synchronized with {{ vendor_name }}",
            "An account could not be synchronized",
            "{{ vendor_name }} does not know {{ account_name }}. Correct the cause on "
            "the account's page, then synchronize it again.",
        ),
        "de": Starter(
            "{{ account_name }} konnte nicht mit {{ vendor_name }} synchronisiert "
            "werden",
            "Ein Konto konnte nicht synchronisiert werden",
            "{{ vendor_name }} kennt {{ account_name }} nicht. Beheben Sie die Ursache "
            "auf der Seite des Kontos und synchronisieren Sie es erneut.",
        ),
    },
    E.INVOICE_ISSUED: {
        "en": Starter(
            "Invoice {{ invoice_number }} of {{ organization_name }}",
            "Your invoice",
            "Invoice {{ invoice_number }} over {{ invoice_total }} was issued. It is "
            "due on {{ due_date }}.",
        ),
        "de": Starter(
            "Rechnung {{ invoice_number }} von {{ organization_name }}",
            "Ihre Rechnung",
            "Die Rechnung {{ invoice_number }} über {{ invoice_total }} wurde "
            "ausgestellt. Sie ist fällig am {{ due_date }}.",
        ),
    },
    E.FINDINGS_NEW: {
        "en": Starter(
            "New findings at {{ vendor_name }}: {{ findings_count }}",
            "New findings",
            "Our records and those of {{ vendor_name }} differ. Nothing was changed: "
            "look at the plan and decide.",
        ),
        "de": Starter(
            "Neue Befunde bei {{ vendor_name }}: {{ findings_count }}",
            "Neue Befunde",
            "Unsere Bücher und die von {{ vendor_name }} weichen voneinander ab. "
            "Nichts wurde geändert: prüfen Sie den Plan und entscheiden Sie.",
        ),
    },
}

WELCOME_SUBJECT = {
    "en": "Welcome BitTitan Integration customer",
    "de": "Ihre BitTitan-Lizenzen stehen bereit",
}
REMINDER_SUBJECT = {
    "en": "{{ licenses }} × {{ product_name }}: redeem your coupon code before "
    "{{ redeem_before }}",
    "de": "{{ licenses }} × {{ product_name }}: lösen Sie Ihren Coupon-Code vor dem "
    "{{ redeem_before }} ein",
}

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
            *(E.ASSET_FAILED, E.ACCOUNT_FAILED),
        }
    ),
    "cancelled_items": frozenset({E.ORDER_REST_CANCELLED}),
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
