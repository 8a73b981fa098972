"""Whom the demo is about: plain data, all of it invented, at example domains only."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

ORGANIZATION = {
    "name": "Meridian Cloud Distribution B.V.",
    "line1": "Wijnhaven 61",
    "postcode": "3011 WJ",
    "city": "Rotterdam",
    "country": "NL",
    "tax_number": "NL628194821B01",
    "email": "hello@meridian.example",
    "phone": "+31 10 555 01 40",
    "website": "https://meridian.example",
    "bank_account": "NL04 MRDN 0640 8217 90",
    "invoice_footer": "Thank you for buying from Meridian. All prices exclude VAT.",
}

#: Who works there, by role; a role without a name here gets one of its own.
STAFF = {
    "Administrator": "Ada Janssen",
    "Sales": "Sanne Willems",
    "Billing": "Bram de Vries",
    "Operations": "Olivia Haddad",
    "Auditor": "August Lindqvist",
}
MAIL_DOMAIN = "meridian.example"
SIGN_IN = "purveyor-demo"  # the same for all; the demo listens on this machine only

PAYMENT_METHODS = (
    ("Bank transfer, 30 days", 30),
    ("Bank transfer, 14 days", 14),
    ("Direct debit", 7),
)

TAX_RATES = (
    ("AT", "USt.", "20"),
    ("BE", "BTW", "21"),
    ("DE", "USt.", "19"),
    ("ES", "IVA", "21"),
    ("FR", "TVA", "20"),
    ("GB", "VAT", "20"),
    ("IE", "VAT", "23"),
    ("IT", "IVA", "22"),
    ("NL", "BTW", "21"),
    ("PL", "VAT", "23"),
    ("SE", "moms", "25"),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """
    A product with what one license costs.

    Shape: `prices` are price list, from quantity, price and cost.
    """

    code: str
    facts: dict[str, Any]
    prices: tuple[tuple[str, int, Decimal, Decimal], ...]


MAILBOX, BUNDLE = "BT-MAILBOX", "BT-UMB"
RESELLER, END_CUSTOMER, DIRECT = "RESELLER", "END_CUSTOMER", "DIRECT_CUSTOMER"
EUR, GBP, RESELLERS = "Standard EUR", "Standard GBP", "Resellers EUR"
#: Name and currency of each price list, and the account kinds it holds for; a list for
#: no kind is the default of its currency.
PRICE_LISTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (EUR, "EUR", ()),
    (GBP, "GBP", ()),
    (RESELLERS, "EUR", (RESELLER,)),
)
OFFERS = (
    Offer(
        MAILBOX,
        {
            "name": "BitTitan Mailbox License",
            "description": "Moves one mailbox: mail, calendar, contacts and tasks.",
            "expire_days": 365,
            "validity_days": 365,
        },
        (
            (EUR, 1, Decimal("11.90"), Decimal("9.20")),
            (GBP, 1, Decimal("10.40"), Decimal("8.05")),
            (RESELLERS, 1, Decimal("11.20"), Decimal("9.20")),
            (RESELLERS, 50, Decimal("10.70"), Decimal("9.20")),
            (RESELLERS, 250, Decimal("10.20"), Decimal("9.20")),
        ),
    ),
    Offer(
        BUNDLE,
        {
            "name": "BitTitan User Migration Bundle",
            "description": "Moves one user: mailbox, documents, archives, devices.",
            "expire_days": 90,
            "validity_days": 365,
        },
        (
            (EUR, 1, Decimal("14.90"), Decimal("11.60")),
            (GBP, 1, Decimal("13.10"), Decimal("10.15")),
            (RESELLERS, 1, Decimal("13.95"), Decimal("11.60")),
            (RESELLERS, 50, Decimal("13.40"), Decimal("11.60")),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Company:
    """
    An account of the demo.

    Shape: `address` is street, postcode, city, country; `people` are names, the first
           one gets orders and invoices. Mails go to the people at `domain`.
    """

    key: str
    name: str
    kind: str
    domain: str
    tax_number: str
    address: tuple[str, str, str, str]
    people: tuple[str, ...]
    reseller: str = ""
    payment: str = PAYMENT_METHODS[0][0]
    currency: str = "EUR"
    credit_limit: str = ""


COMPANIES = (
    Company(
        "northgate",
        "Northgate IT Services GmbH",
        RESELLER,
        "northgate.example",
        "DE342366712",
        ("Speersort 14", "20095", "Hamburg", "DE"),
        ("Lea Winkler", "Jonas Petersen"),
        credit_limit="25000",
    ),
    Company(
        "cobalt",
        "Cobalt Systèmes SARL",
        RESELLER,
        "cobalt.example",
        "FR12500905187",
        ("22 rue de la Barre", "69002", "Lyon", "FR"),
        ("Camille Roche", "Théo Garnier"),
    ),
    Company(
        "harbour",
        "Harbour & Finch Ltd",
        RESELLER,
        "harbourfinch.example",
        "GB858530891",
        ("8 Welsh Back", "BS1 4SP", "Bristol", "GB"),
        ("Imogen Finch", "Rhys Morgan"),
        currency="GBP",
    ),
    Company(
        "brandt",
        "Tischlerei Brandt GmbH",
        END_CUSTOMER,
        "brandt.example",
        "DE676122202",
        ("Deichstraße 3", "21423", "Winsen", "DE"),
        ("Karin Brandt",),
        reseller="northgate",
    ),
    Company(
        "elbklinik",
        "Elbklinik Verwaltung gGmbH",
        END_CUSTOMER,
        "elbklinik.example",
        "DE532650201",
        ("Klinikweg 1", "21680", "Stade", "DE"),
        ("Dr. Nuria Kaya", "Peter Lohse"),
        reseller="northgate",
    ),
    Company(
        "morel",
        "Ateliers Morel SAS",
        END_CUSTOMER,
        "morel.example",
        "FR73886844604",
        ("5 quai Perrache", "69002", "Lyon", "FR"),
        ("Hugo Morel",),
        reseller="cobalt",
    ),
    Company(
        "aubin",
        "Clinique Saint-Aubin",
        END_CUSTOMER,
        "saint-aubin.example",
        "FR34712944834",
        ("40 avenue Foch", "42000", "Saint-Étienne", "FR"),
        ("Inès Fabre",),
        reseller="cobalt",
    ),
    Company(
        "kestrel",
        "Kestrel Brewing Ltd",
        END_CUSTOMER,
        "kestrelbrewing.example",
        "GB138358101",
        ("Unit 4, Albert Road", "BS2 0XA", "Bristol", "GB"),
        ("Owen Pryce",),
        reseller="harbour",
        currency="GBP",
    ),
    Company(
        "ashdown",
        "Ashdown Primary Academy Trust",
        END_CUSTOMER,
        "ashdown.example",
        "GB213710801",
        ("Mill Lane", "TN22 3PR", "Uckfield", "GB"),
        ("Priya Nair", "Tom Ellery"),
        reseller="harbour",
        currency="GBP",
    ),
    Company(
        "vandermeer",
        "Vandermeer Logistics B.V.",
        DIRECT,
        "vandermeer.example",
        "NL180325085B01",
        ("Havenweg 210", "4389 PB", "Vlissingen", "NL"),
        ("Mieke Vandermeer", "Joris Bakker"),
        payment=PAYMENT_METHODS[2][0],
    ),
    Company(
        "alpenblick",
        "Alpenblick Hotels GmbH",
        DIRECT,
        "alpenblick.example",
        "ATU00830146",
        ("Seestraße 18", "6370", "Kitzbühel", "AT"),
        ("Stefan Moser",),
    ),
    Company(
        "olivares",
        "Olivares y Hijos S.L.",
        DIRECT,
        "olivares.example",
        "ESB01421221",
        ("Plaza Nueva 7", "41001", "Sevilla", "ES"),
        ("Lucía Olivares",),
        payment=PAYMENT_METHODS[1][0],
    ),
    Company(
        "bellucci",
        "Studio Bellucci S.r.l.",
        DIRECT,
        "bellucci.example",
        "IT60919020895",
        ("Via Larga 9", "20122", "Milano", "IT"),
        ("Paolo Bellucci", "Giada Ferri"),
        payment=PAYMENT_METHODS[1][0],
    ),
    Company(
        "nordlys",
        "Nordlys Media AB",
        DIRECT,
        "nordlys.example",
        "SE352543236901",
        ("Östra Hamngatan 2", "411 09", "Göteborg", "SE"),
        ("Freja Sund",),
        credit_limit="500",
    ),
    Company(
        "lumen",
        "Lumen Verlichting BV",
        DIRECT,
        "lumen.example",
        "BE0973144679",
        ("Meir 48", "2000", "Antwerpen", "BE"),
        ("Wout Claes",),
    ),
)

NOT_SYNCHRONIZED = {"nordlys"}  # nobody has asked BitTitan yet
REFUSED_BY_VENDOR = "lumen"  # BitTitan said no
