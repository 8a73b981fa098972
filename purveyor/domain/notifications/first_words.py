"""What notifications say at first: subject, title and sentence, by event, language."""

from dataclasses import dataclass

from purveyor.domain.notifications.events import EventName


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
    E.ORDER_ASKS_RESELLER: {
        "en": Starter(
            "Order {{ order_number }} of {{ account_name }} waits for your yes",
            "An order waits for your yes",
            "{{ account_name }} has placed order {{ order_number }} over "
            "{{ order_total }}. It runs once you agree. Sign in at {{ shop_url }} and "
            "answer under My customers > Orders to approve.",
        ),
        "de": Starter(
            "Bestellung {{ order_number }} von {{ account_name }} wartet auf Ihr Ja",
            "Eine Bestellung wartet auf Ihr Ja",
            "{{ account_name }} hat die Bestellung {{ order_number }} über "
            "{{ order_total }} aufgegeben. Sie läuft, sobald Sie zustimmen. Melden Sie "
            "sich unter {{ shop_url }} an und antworten Sie unter Meine Kunden > "
            "Freizugebende Bestellungen.",
        ),
    },
    E.ORDER_REJECTED: {
        "en": Starter(
            "Order {{ order_number }} was rejected",
            "Your order was rejected",
            "Order {{ order_number }} of {{ account_name }} was rejected. Nothing more "
            "of it is delivered or billed.",
        ),
        "de": Starter(
            "Bestellung {{ order_number }} wurde abgelehnt",
            "Ihre Bestellung wurde abgelehnt",
            "Die Bestellung {{ order_number }} von {{ account_name }} wurde abgelehnt. "
            "Nichts mehr davon wird geliefert oder berechnet.",
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
