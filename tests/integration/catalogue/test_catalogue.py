"""What is sold: product types, products, prices, tax, and what may be sold now."""

from datetime import datetime
from decimal import Decimal

import pytest

from purveyor.domain.catalogue.models import (
    Application,
    Characteristic,
    Product,
    ProductType,
    TaxRate,
)
from purveyor.domain.catalogue.operations import (
    TypeFacts,
    create_application,
    create_product,
    create_tax_rate,
    put_product_type,
    switch_application,
)
from purveyor.domain.catalogue.queries import (
    NoTaxRate,
    NotPublished,
    NotYetActive,
    check_is_sellable,
    product_types_of,
    sellable_products,
    tax_of,
)
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.models import Entry
from tests.factories.catalogue import (
    BUNDLE,
    a_product,
    a_product_type,
    a_tax_rate,
    an_application,
)
from tests.factories.moments import DAN

DAYS = ("expire_days", "Expire(days)", "365")
MAILBOX_FACTS = TypeFacts(
    external_id="BT-MAILBOX",
    name="BitTitan Mailbox License",
    description="Moves one mailbox.",
    characteristics=[DAYS],
)


def last_line() -> Entry:
    return Entry.objects.latest("pk")


# ------------------------------------------------------------------ applications


def test_an_application_is_registered_switched_off(now: datetime) -> None:
    create_application(name="BitTitan", connector="bittitan", actor=DAN, now=now)

    assert not Application.objects.get().is_active
    assert last_line().facts == {"connector": "bittitan"}


def test_two_applications_do_not_share_a_name(now: datetime) -> None:
    an_application()

    with pytest.raises(Refused, match="already exists"):
        create_application(name="BitTitan", connector="manual", actor=DAN, now=now)


@pytest.mark.parametrize(
    ("is_active", "verb"), [(True, "switch_on"), (False, "switch_off")]
)
def test_switching_an_application_leaves_a_line(is_active, verb, now: datetime) -> None:
    application = an_application()

    switch_application(application=application, is_active=is_active, actor=DAN, now=now)

    assert Application.objects.get().is_active is is_active
    assert last_line().verb == verb


# ------------------------------------------------------------------ product types


def test_a_product_type_is_put_with_its_characteristics(now: datetime) -> None:
    bittitan = an_application()

    put_product_type(application=bittitan, facts=MAILBOX_FACTS, actor=DAN, now=now)

    product_type = product_types_of(bittitan)["BT-MAILBOX"]
    assert product_type.name == "BitTitan Mailbox License"
    assert Characteristic.objects.values_list(
        "external_id", "name", "default"
    ).get() == (DAYS)
    assert last_line().verb == "create"


def test_a_product_type_that_is_put_again_is_brought_up_to_date(now: datetime) -> None:
    bittitan = an_application()
    put_product_type(application=bittitan, facts=MAILBOX_FACTS, actor=DAN, now=now)
    renamed = TypeFacts("BT-MAILBOX", "Mailbox", "", [("expire_days", "Expire", "30")])

    put_product_type(application=bittitan, facts=renamed, actor=DAN, now=now)

    assert ProductType.objects.get().name == "Mailbox"
    assert Characteristic.objects.get().default == "30"
    assert last_line().verb == "refresh"


# ------------------------------------------------------------------ products


def test_a_product_has_the_sku_of_its_type_unless_it_is_told(now: datetime) -> None:
    product_type = a_product_type()

    like_its_type, own = (
        create_product(product_type=product_type, facts=facts, actor=DAN, now=now)
        for facts in (
            {"code": "P-1", "name": "Mailbox"},
            {"code": "P-2", "name": "Other", "external_id": "SKU-2"},
        )
    )

    assert (like_its_type.external_id, own.external_id) == ("BT-MAILBOX", "SKU-2")
    assert (like_its_type.expire_days, like_its_type.is_published) == (365, False)
    assert last_line().facts == {"changes": {}}


@pytest.mark.parametrize(
    "wrong",
    [
        {"expire_days": 0},
        {"validity_days": 3_651},
        {"expire_days": -1},
        {"name": ""},
        {"code": "P-TAKEN"},
    ],
    ids=str,
)
def test_a_product_that_breaks_a_rule_is_not_created(wrong, now: datetime) -> None:
    a_product(code="P-TAKEN")
    facts = {"code": "P-1", "name": "Mailbox", **wrong}

    with pytest.raises(Refused):
        create_product(product_type=a_product_type(), facts=facts, actor=DAN, now=now)

    assert Product.objects.count() == 1


# ------------------------------------------------------------------ tax


def test_the_tax_is_the_countrys_unless_the_product_has_its_own() -> None:
    product, bundle = a_product(), a_product(external_id=BUNDLE)
    a_tax_rate(country="AT", percent="20.00")
    TaxRate.objects.create(
        country="DE", product=bundle, name="Reduced", percent=Decimal("7.00")
    )

    def tax(product: Product, country: str) -> tuple[str, str]:
        found = tax_of(product=product, country=country)
        return found.name, str(found.percent)

    assert tax(product, "DE") == ("VAT", "19.00")
    assert tax(bundle, "DE") == ("Reduced", "7.00")
    assert tax(bundle, "AT") == ("VAT", "20.00")


def test_a_country_without_a_rate_is_not_billed_and_nought_is_a_rate() -> None:
    product = a_product()

    with pytest.raises(NoTaxRate, match=r"no tax rate for CH.*0 % if none") as refusal:
        tax_of(product=product, country="CH")

    assert refusal.value.facts == {"country": "CH"}
    a_tax_rate(country="CH", percent="0")
    assert tax_of(product=product, country="CH").percent == 0


@pytest.mark.parametrize("percent", ["-1", "100.01"])
def test_a_tax_is_a_share(percent, now: datetime) -> None:
    with pytest.raises(Refused):
        create_tax_rate(
            country="DE", name="VAT", percent=Decimal(percent), actor=DAN, now=now
        )


def test_a_country_has_one_rate_for_all_products(now: datetime) -> None:
    a_tax_rate(country="DE")

    with pytest.raises(Refused):
        create_tax_rate(
            country="DE", name="VAT", percent=Decimal(7), actor=DAN, now=now
        )


# ------------------------------------------------------------------ what may be sold


def test_a_published_product_of_an_active_application_is_sold() -> None:
    product = a_product()

    check_is_sellable(product)

    assert list(sellable_products()) == [product]


def test_a_product_that_is_not_published_is_not_sold() -> None:
    product = a_product(is_published=False)

    with pytest.raises(NotPublished, match="Publish it first") as refusal:
        check_is_sellable(product)

    assert refusal.value.facts == {"product": product.code}
    assert not sellable_products().exists()


def test_a_product_of_a_switched_off_application_is_not_sold(now: datetime) -> None:
    product = a_product()
    application = product.product_type.application
    switch_application(application=application, is_active=False, actor=DAN, now=now)

    with pytest.raises(NotYetActive, match="BitTitan is not active"):
        check_is_sellable(product)

    assert not sellable_products().exists()


def test_products_are_offered_by_name() -> None:
    mailbox, bundle = a_product(), a_product(external_id=BUNDLE)

    assert list(sellable_products()) == [mailbox, bundle]
    assert [p.name for p in sellable_products()] == sorted((mailbox.name, bundle.name))
