"""Product types, products, price lists and tax rates."""

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.catalogue.models import (
    Price,
    PriceList,
    Product,
)
from purveyor.kernel.journal.models import Entry
from tests.factories.catalogue import a_product, a_product_type, a_tax_rate
from tests.support.staff import value_of, words


@pytest.fixture
def administrator(staff) -> Client:
    return staff("Administrator")


# ------------------------------------------------------------------ products


def test_a_product_takes_from_its_type_what_is_left_empty(
    administrator: Client,
) -> None:
    product_type = a_product_type()
    product_type.characteristics.create(
        external_id="expire_days", name="Expire(days)", default="730"
    )

    administrator.post(
        reverse("bss:catalogue_product_add"),
        {"product_type": product_type.pk, "code": "MBX", "is_published": "on"},
    )

    product = Product.objects.get()
    assert product.name == "BitTitan Mailbox License"
    assert product.external_id == product_type.external_id
    assert (product.expire_days, product.validity_days) == (730, 365)


def test_the_form_of_a_product_begins_with_what_its_type_says(
    administrator: Client,
) -> None:
    product_type = a_product_type()
    product_type.characteristics.create(
        external_id="validity_days", name="Validity(days)", default="90"
    )

    page = administrator.get(
        reverse("bss:catalogue_product_add"), {"product_type": product_type.pk}
    )

    assert value_of(page, "validity_days") == "90"
    assert value_of(page, "external_id") == product_type.external_id


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "99999"])
def test_a_product_with_impossible_days_is_refused(
    days: str, administrator: Client
) -> None:
    sent = {"product_type": a_product_type().pk, "code": "MBX", "expire_days": days}

    answer = administrator.post(reverse("bss:catalogue_product_add"), sent)

    assert answer.status_code == 200
    assert value_of(answer, "expire_days") == days
    assert not Product.objects.exists()


def test_what_the_vendor_says_of_a_product_type_is_read_only(
    administrator: Client,
) -> None:
    product_type = a_product_type()
    page = reverse("bss:catalogue_producttype_change", args=[product_type.pk])

    assert "BitTitan Mailbox License" in words(administrator.get(page))
    administrator.post(page, {"name": "Mine"})
    product_type.refresh_from_db()
    assert product_type.name == "BitTitan Mailbox License"


# ------------------------------------------------------------------ prices


def test_prices_are_set_through_the_journal(staff) -> None:
    billing = staff("Billing")
    a_product()
    price = Price.objects.get()
    sent = {
        "name": "Standard EUR",
        "is_active": "on",
        "is_default": "on",
        "assignments-TOTAL_FORMS": 0,
        "assignments-INITIAL_FORMS": 0,
        "prices-TOTAL_FORMS": 1,
        "prices-INITIAL_FORMS": 1,
        "prices-0-id": price.pk,
        "prices-0-unit_price": "12.50",
        "prices-0-unit_cost": "7.00",
    }
    page = reverse("bss:catalogue_pricelist_change", args=[price.price_list_id])

    answer = billing.post(page, sent)

    price.refresh_from_db()
    assert answer.status_code == 302
    assert str(price.unit_price) == "12.50"
    entry = Entry.objects.get(verb="set_price")
    assert (entry.before, entry.after) == (
        "9.90 EUR (cost 7.00)",
        "12.50 EUR (cost 7.00)",
    )


def test_a_second_default_list_of_a_currency_is_refused(staff) -> None:
    a_product()
    sent = {
        "name": "Other EUR",
        "currency": "EUR",
        "is_active": "on",
        "is_default": "on",
        "assignments-TOTAL_FORMS": 0,
        "assignments-INITIAL_FORMS": 0,
        "prices-TOTAL_FORMS": 0,
        "prices-INITIAL_FORMS": 0,
    }

    answer = staff("Billing").post(reverse("bss:catalogue_pricelist_add"), sent)

    assert "Another default list of this currency begins on the same day." in words(
        answer
    )
    assert PriceList.objects.count() == 1


def test_a_tax_rate_is_found_by_its_country(staff) -> None:
    a_tax_rate(country="DE")
    a_tax_rate(country="FR", percent="20.00")
    billing = staff("Billing")

    page = billing.get(reverse("bss:catalogue_taxrate_changelist"), {"q": "fr"})

    assert "France" in words(page)
    assert "Germany" not in words(page)
