"""Open the demo's shop: profile, staff, catalogue, vendor and accounts."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unicodedata import normalize

from django.conf import settings

from purveyor.domain.accounts.operations import (
    create_payment_method,
    create_staff,
    fill_in_organization,
    open_account,
)
from purveyor.domain.accounts.queries import get_account
from purveyor.domain.catalogue.operations import (
    create_application,
    create_product,
    create_tax_rate,
)
from purveyor.domain.catalogue.price_lists import (
    Put,
    assign_to_kinds,
    create_price_list,
    put_price,
)
from purveyor.domain.catalogue.queries import product_types_of
from purveyor.domain.orders.labels import (
    create_label,
)
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.provisioning.operations.link import (
    acknowledge_link,
    ask_to_synchronize,
)
from purveyor.domain.provisioning.operations.setup import ask_for_definition, set_up
from purveyor.domain.provisioning.queries import active_setups, get_link
from purveyor.faces.console.demo.company import (
    MAIL_DOMAIN,
    NOT_SYNCHRONIZED,
    OFFERS,
    ORGANIZATION,
    PAYMENT_METHODS,
    PRICE_LISTS,
    REFUSED_BY_VENDOR,
    SIGN_IN,
    STAFF,
    TAX_RATES,
    Company,
)
from purveyor.faces.console.demo.shop import LOOKS, fill_shelves
from purveyor.faces.console.demo.stand_in import StandIn
from purveyor.faces.console.demo.stories import TO_BE_PAID
from purveyor.flows.execution.street import STREET
from purveyor.kernel.work.engine import drain

LOGO = Path(__file__).with_name("meridian.png")
SETTLE_SECONDS = 1_800  # so that there is time to look at an asset in doubt
MOMENT = timedelta(seconds=30)
HOUR = timedelta(hours=1)
ADDRESS = ("line1", "postcode", "city", "country")
ADMINISTRATOR, SALES, OPERATIONS = (
    f"{role}@{MAIL_DOMAIN}" for role in ("administrator", "sales", "operations")
)


class Office:
    """The distributor's office in the demo: what is set up before the first order."""

    def __init__(self, stand_in: StandIn, *, opened_at: datetime) -> None:
        self.stand_in = stand_in
        self.opened_at = opened_at
        self.numbers: dict[str, str] = {}  # of accounts, by key
        self._payment_methods: dict[str, int] = {}

    def open(self, vendor: Mapping[str, Any]) -> None:
        """Fill in the profile, hire people, set up the vendor and the catalogue."""
        actor, now = ADMINISTRATOR, self.opened_at
        facts = {**ORGANIZATION, **LOOKS, "logo": LOGO.read_bytes()}
        fill_in_organization(facts=facts, actor=actor, now=now)
        hire()
        for name, days in PAYMENT_METHODS:
            method = create_payment_method(
                name=name, payment_days=days, actor=actor, now=now
            )
            self._payment_methods[name] = method.pk
        for country, name, percent in TAX_RATES:
            rate = Decimal(percent)
            create_tax_rate(
                country=country, name=name, percent=rate, actor=actor, now=now
            )
        set_up_vendor(vendor, actor=actor, now=now)
        fill_catalogue(actor=actor, now=now)
        fill_shelves(actor=actor, now=now)
        create_label(state=OrderState.SUBMITTED, name=TO_BE_PAID, actor=actor, now=now)

    def take_in(self, company: Company) -> None:
        """Open a company's account and make it known at the vendor."""
        now = self.opened_at + timedelta(days=len(self.numbers), hours=1)
        facts = {
            "name": company.name,
            "kind": company.kind,
            "currency": company.currency,
            "email": f"office@{company.domain}",
            "website": f"https://www.{company.domain}",
            "tax_number": company.tax_number,
            "payment_method_id": self._payment_methods[company.payment],
            "credit_limit": Decimal(company.credit_limit or 0) or None,
            "parent": self._account(company.reseller) if company.reseller else None,
        }
        address = dict(zip(ADDRESS, company.address, strict=True))
        people = [
            person_of(company, name, is_first=n == 0)
            for n, name in enumerate(company.people)
        ]
        account = open_account(
            facts=facts, address=address, people=people, actor=SALES, now=now
        )
        self.numbers[company.key] = account.number
        if company.key not in NOT_SYNCHRONIZED:
            self._synchronize(company.key, now=now + MOMENT)

    def _synchronize(self, key: str, *, now: datetime) -> None:
        if key == REFUSED_BY_VENDOR:
            self.stand_in.fails_next("invalid_422", call="make_account")
        account, application = self._account(key), active_setups()[0].application
        ask_to_synchronize(
            account=account, application=application, options={}, actor=SALES, now=now
        )
        drain(STREET, now=now + MOMENT)
        link = get_link(account=account, application_id=application.pk)
        if key != REFUSED_BY_VENDOR:
            acknowledge_link(link=link, actor=SALES, now=now + 2 * MOMENT)

    def _account(self, key: str) -> Any:
        return get_account(number=self.numbers[key])


def email_of_role(role: str) -> str:
    """Return with which e-mail the person in a role signs in."""
    return f"{role.lower()}@{MAIL_DOMAIN}"


def person_of(company: Company, name: str, *, is_first: bool) -> dict[str, Any]:
    """Return a contact of a company; the first one gets orders and invoices."""
    first, _space, last = name.rpartition(" ")
    local = normalize("NFKD", last.lower()).encode("ascii", "ignore").decode()
    return {
        "first_name": first,
        "last_name": last,
        "email": f"{local}@{company.domain}",
        "is_order_contact": is_first,
        "is_main_order_contact": is_first,
        "is_billing_contact": is_first,
        "is_main_billing_contact": is_first,
        "is_technical_contact": not is_first,
    }


def hire() -> None:
    """Hire one person for each role."""
    for role in settings.PURVEYOR_ROLES:
        create_staff(
            email=email_of_role(role),
            name=STAFF.get(role, role),
            password=SIGN_IN,
            roles=[role],
            actor=ADMINISTRATOR,
        )


def set_up_vendor(vendor: Mapping[str, Any], *, actor: str, now: datetime) -> None:
    """Register BitTitan against the stand-in, and read what it can sell."""
    application = create_application(
        name="BitTitan", connector="bittitan", actor=actor, now=now
    )
    values = {
        "address": vendor["api_url"],
        "api_key": vendor["api_key"],
        "workgroup": vendor["workgroup"],
        "portal_url": vendor["portal_url"],
    }
    # Whoever buys in the Storefront is made known to BitTitan on the way.
    policies = {"settle_seconds": SETTLE_SECONDS, "sync_on_checkout": True}
    set_up(
        application=application, values=values, policies=policies, actor=actor, now=now
    )
    ask_for_definition(application=application, actor=actor, now=now)
    drain(STREET, now=now + MOMENT)


def fill_catalogue(*, actor: str, now: datetime) -> None:
    """Make products and prices from what the vendor sells."""
    lists = {}
    for name, currency, kinds in PRICE_LISTS:
        made = create_price_list(
            name=name,
            currency=currency,
            facts={"is_default": not kinds},
            actor=actor,
            now=now,
        )
        if kinds:
            assign_to_kinds(price_list=made, kinds=kinds, actor=actor, now=now)
        lists[name] = made
    types = product_types_of(active_setups()[0].application)
    for offer in OFFERS:
        facts = {**offer.facts, "code": offer.code, "is_published": True}
        product = create_product(
            product_type=types[offer.code], facts=facts, actor=actor, now=now
        )
        for name, from_quantity, price, cost in offer.prices:
            put = Put(product, price, cost, from_quantity)
            put_price(price_list=lists[name], put=put, actor=actor, now=now)
