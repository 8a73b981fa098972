"""Setup: applications, product types and products, prices, the profile, people."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from purveyor.domain.accounts.models import Organization, User
from purveyor.domain.catalogue.models import (
    Application,
    Price,
    PriceList,
    Product,
    ProductType,
)
from purveyor.domain.provisioning.models import DefinitionReading, ServiceManagerSetup
from purveyor.flows.execution.street import STREET
from purveyor.kernel import clock
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.work.engine import drain
from tests.factories.accounts import an_organization
from tests.factories.catalogue import a_product, a_product_type, a_tax_rate
from tests.support.staff import value_of, words
from tests.support.stand_in import API_KEY, WORKGROUP, StandIn

SETTINGS = "bss:application_settings"


@pytest.fixture
def administrator(staff) -> Client:
    return staff("Administrator")


@pytest.fixture
def application() -> Application:
    """Return BitTitan, registered and without settings."""
    return Application.objects.create(name="BitTitan EU", connector="bittitan")


@pytest.fixture
def visit() -> Callable[[], None]:
    """Return how a worker does all that is due."""
    return lambda: drain(STREET, now=clock.now()) and None


def settings_of(vendor: StandIn, **fields: str) -> dict[str, Any]:
    """Return what a browser sends of the settings page."""
    return {
        "open-address": vendor.api_url,
        "secret-api_key": API_KEY,
        "open-workgroup": WORKGROUP,
        "open-portal_url": "",
        "require_prior_sync": "on",
        "allowed_buyers": "ALL",
        "link_of": "RECEIVER",
        "sync_fields": "NONE",
        "is_cancel_allowed": "on",
        "invoice_when": "EXECUTION",
        "finds_by_key": "on",
        "finds_spent": "on",
        "settle_seconds": "300",
        "second_look_seconds": "60",
        "deadline_seconds": "2",
        **fields,
    }


# ------------------------------------------------------------------ applications


def test_registering_an_application_leads_to_its_settings(
    administrator: Client,
) -> None:
    sent = {"name": "BitTitan", "connector": "bittitan"}

    answer = administrator.post(
        reverse("bss:catalogue_application_add"), sent, follow=True
    )

    application = Application.objects.get()
    page = reverse(SETTINGS, args=[application.pk])
    assert answer.redirect_chain[-1] == (page, 302)
    assert not application.is_active
    assert "Get Services Definition" not in words(answer)


def test_settings_that_the_vendor_accepts_activate_the_application(
    administrator: Client, application: Application, vendor: StandIn
) -> None:
    page = reverse(SETTINGS, args=[application.pk])

    answer = administrator.post(page, settings_of(vendor), follow=True)

    application.refresh_from_db()
    assert application.is_active
    assert "The vendor has accepted the settings." in words(answer)
    assert "Get Services Definition" in words(answer)
    assert API_KEY not in answer.content.decode()
    assert API_KEY not in str(list(Entry.objects.values()))


def test_a_wrong_key_is_told_by_the_vendor_and_everything_stays_typed(
    administrator: Client, application: Application, vendor: StandIn
) -> None:
    page = reverse(SETTINGS, args=[application.pk])
    sent = settings_of(vendor, **{"secret-api_key": "wrong-key", "settle_seconds": "77"})

    answer = administrator.post(page, sent)

    application.refresh_from_db()
    assert "Check the API key and the workgroup. Nothing was saved." in words(answer)
    assert value_of(answer, "open-address") == vendor.api_url
    assert value_of(answer, "secret-api_key") == "wrong-key"
    assert value_of(answer, "settle_seconds") == "77"
    assert not application.is_active
    assert not ServiceManagerSetup.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"open-address": "http://127.0.0.1:9"}, "Check the address. Nothing was saved."),
        ({"open-address": ""}, "This field is required."),
        ({"deadline_seconds": "9999"}, "less than or equal to 300"),
        ({"open-portal_url": "ftp://x"}, "The portal link must begin with https://"),
    ],
)
def test_wrong_settings_are_told_and_not_saved(
    wrong: dict[str, str],
    told: str,
    administrator: Client,
    application: Application,
    vendor: StandIn,
) -> None:
    page = reverse(SETTINGS, args=[application.pk])

    answer = administrator.post(page, settings_of(vendor, **wrong))

    assert told in words(answer)
    assert value_of(answer, "open-workgroup") == WORKGROUP
    assert not ServiceManagerSetup.objects.exists()


def test_an_empty_key_keeps_the_one_that_is_set(
    administrator: Client, application: Application, vendor: StandIn
) -> None:
    page = reverse(SETTINGS, args=[application.pk])
    administrator.post(page, settings_of(vendor))

    again = settings_of(vendor, **{"secret-api_key": "", "settle_seconds": "400"})
    answer = administrator.post(page, again, follow=True)

    assert "The vendor has accepted the settings." in words(answer)
    assert ServiceManagerSetup.objects.get().settle_seconds == 400


def test_a_key_is_in_no_draft_of_the_settings(
    administrator: Client, application: Application, vendor: StandIn
) -> None:
    page = reverse(SETTINGS, args=[application.pk])
    stranger = Client()

    stranger.post(page, settings_of(vendor))

    assert "open-workgroup" in stranger.session["draft"]["fields"]
    assert API_KEY not in str(dict(stranger.session))


def test_typed_settings_survive_an_expired_sign_in(
    administrator: Client, application: Application, vendor: StandIn
) -> None:
    page = reverse(SETTINGS, args=[application.pk])
    administrator.cookies.pop("sessionid")
    administrator.post(page, settings_of(vendor))
    user = {"username": "administrator@aurora.example", "password": "correct horse"}
    administrator.post(reverse("bss:login"), user)

    shown = administrator.get(page)

    assert value_of(shown, "open-workgroup") == WORKGROUP
    assert "Your sign-in had expired, so nothing was saved." in words(shown)
    assert not ServiceManagerSetup.objects.exists()


def test_the_services_definition_is_read_with_a_log(
    administrator: Client,
    application: Application,
    vendor: StandIn,
    visit: Callable[[], None],
) -> None:
    page = reverse(SETTINGS, args=[application.pk])
    administrator.post(page, settings_of(vendor))

    administrator.post(reverse("bss:read_definition", args=[application.pk]))
    waiting = administrator.get(page)
    visit()
    done = words(administrator.get(reverse("bss:definition", args=[application.pk])))

    assert f'hx-get="{reverse("bss:definition", args=[application.pk])}"' in (
        waiting.content.decode()
    )
    assert "No worker is running, so nothing is read." in words(waiting)
    assert "2 of 2 product types. Asked for by administrator@aurora.example" in done
    assert "BitTitan Mailbox License: Expire(days), Validity(days)" in done
    assert set(ProductType.objects.values_list("name", flat=True)) == {
        "BitTitan Mailbox License",
        "BitTitan User Migration Bundle",
    }


def test_asking_twice_reads_once(
    administrator: Client, application: Application, vendor: StandIn
) -> None:
    administrator.post(reverse(SETTINGS, args=[application.pk]), settings_of(vendor))
    button = reverse("bss:read_definition", args=[application.pk])

    administrator.post(button)
    answer = administrator.post(button, follow=True)

    assert "is being read already" in words(answer)
    assert DefinitionReading.objects.count() == 1


def test_an_application_is_switched_off_and_on(
    administrator: Client, application: Application, vendor: StandIn
) -> None:
    administrator.post(reverse(SETTINGS, args=[application.pk]), settings_of(vendor))
    button = reverse("bss:switch_application", args=[application.pk])

    off = words(administrator.post(button, follow=True))
    application.refresh_from_db()

    assert "It no longer sells." in off
    assert not application.is_active


def test_operations_see_the_settings_but_do_not_change_them(
    staff, application: Application, vendor: StandIn
) -> None:
    operations = staff("Operations")
    page = reverse(SETTINGS, args=[application.pk])

    assert operations.get(page).status_code == 200
    assert operations.post(page, settings_of(vendor)).status_code == 403


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


def test_product_types_are_read_only(administrator: Client) -> None:
    product_type = a_product_type()
    page = reverse("bss:catalogue_producttype_change", args=[product_type.pk])

    assert "BitTitan Mailbox License" in words(administrator.get(page))
    assert administrator.post(page, {"name": "Mine"}).status_code == 403


# ------------------------------------------------------------------ prices


def test_prices_are_set_through_the_journal(staff) -> None:
    billing = staff("Billing")
    product = a_product()
    price = Price.objects.get()
    sent = {
        "name": "Standard EUR",
        "is_default": "on",
        "prices-TOTAL_FORMS": 1,
        "prices-INITIAL_FORMS": 1,
        "prices-0-id": price.pk,
        "prices-0-product": product.pk,
        "prices-0-unit_price": "12.50",
        "prices-0-unit_cost": "7.00",
    }
    page = reverse("bss:catalogue_pricelist_change", args=[price.price_list_id])

    answer = billing.post(page, sent)

    price.refresh_from_db()
    assert answer.status_code == 302
    assert str(price.unit_price) == "12.50"
    entry = Entry.objects.get(verb="set_price")
    assert (entry.before, entry.after) == ("9.90 / 7.00", "12.50 / 7.00")


def test_a_second_default_list_of_a_currency_is_refused(staff) -> None:
    a_product()
    sent = {
        "name": "Other EUR",
        "currency": "EUR",
        "is_default": "on",
        "prices-TOTAL_FORMS": 0,
        "prices-INITIAL_FORMS": 0,
    }

    answer = staff("Billing").post(reverse("bss:catalogue_pricelist_add"), sent)

    assert "There is a default list of this currency already." in words(answer)
    assert PriceList.objects.count() == 1


def test_a_tax_rate_is_found_by_its_country(staff) -> None:
    a_tax_rate(country="DE")
    a_tax_rate(country="FR", percent="20.00")
    billing = staff("Billing")

    page = billing.get(reverse("bss:catalogue_taxrate_changelist"), {"q": "fr"})

    assert "France" in words(page)
    assert "Germany" not in words(page)


# ------------------------------------------------------------------ the profile


def profile(**fields: object) -> dict[str, Any]:
    """Return what a browser sends of the organization profile."""
    return {
        "name": "Aurora Distribution GmbH",
        "email": "hello@aurora.example",
        "line1": "Hafenstraße 7",
        "city": "Hamburg",
        "country": "DE",
        **fields,
    }


def a_picture(kind: str = "PNG", size: tuple[int, int] = (60, 30)) -> SimpleUploadedFile:
    """Return a file as it is uploaded."""
    body = io.BytesIO()
    Image.new("RGB", size, "teal").save(body, kind)
    return SimpleUploadedFile(f"logo.{kind.lower()}", body.getvalue())


def test_the_profile_is_one_page_with_a_logo(administrator: Client) -> None:
    page = reverse("bss:accounts_organization_changelist")

    first = administrator.get(page)
    administrator.post(first["Location"], profile(logo_file=a_picture()))
    then = administrator.get(page, follow=True)

    organization = Organization.objects.get()
    assert bytes(organization.logo)[:4] == b"\x89PNG"
    assert "data:image/png;base64," in then.content.decode()
    assert first["Location"] == reverse("bss:accounts_organization_add")
    assert administrator.get(first["Location"]).status_code == 403


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (a_picture("GIF"), "Use a PNG or JPEG file."),
        (SimpleUploadedFile("logo.png", b"no picture"), "Upload a valid image."),
        (
            SimpleUploadedFile("logo.png", a_picture().read() + b"0" * 600_000),
            "Use one of up to 512 KB.",
        ),
    ],
)
def test_a_wrong_logo_is_told_and_nothing_typed_is_lost(
    file: SimpleUploadedFile, told: str, administrator: Client
) -> None:
    file.seek(0)
    page = reverse("bss:accounts_organization_add")

    answer = administrator.post(page, profile(logo_file=file))

    assert told in words(answer)
    assert value_of(answer, "line1") == "Hafenstraße 7"
    assert not Organization.objects.exists()


def test_the_logo_can_be_removed(administrator: Client) -> None:
    organization = an_organization()
    organization.logo = a_picture().read()
    organization.save()
    page = reverse("bss:accounts_organization_change", args=[1])

    administrator.post(page, profile(is_logo_dropped="on"))

    assert Organization.objects.get().logo is None


def test_the_profiles_tax_number_is_checked(administrator: Client) -> None:
    page = reverse("bss:accounts_organization_add")

    answer = administrator.post(page, profile(tax_number="DE1"))

    assert "DE1 is not a valid tax number of DE" in words(answer)


# ------------------------------------------------------------------ people


def person(**fields: object) -> dict[str, Any]:
    """Return what a browser sends of the form of a person."""
    return {
        "email": "Ann@Aurora.example",
        "name": "Ann",
        "password_new": "a long enough phrase",
        "roles": [Group.objects.get(name="Sales").pk],
        **fields,
    }


def test_a_person_is_hired_in_a_role_and_can_sign_in(administrator: Client) -> None:
    administrator.post(reverse("bss:accounts_user_add"), person())

    ann = User.objects.get(email="ann@aurora.example")
    signed_in = Client().login(username=ann.email, password="a long enough phrase")
    assert ann.is_staff
    assert ann.has_perm("orders.add_order")
    assert not ann.is_superuser
    assert "a long enough phrase" not in str(list(Entry.objects.values()))
    assert signed_in is False or ann.is_active


def test_an_easy_password_is_refused(administrator: Client) -> None:
    answer = administrator.post(
        reverse("bss:accounts_user_add"), person(password_new="password1")
    )

    assert "This password is too common." in words(answer)
    assert value_of(answer, "name") == "Ann"
    assert not User.objects.filter(name="Ann").exists()


def test_a_persons_roles_change_and_the_password_stays(administrator: Client) -> None:
    administrator.post(reverse("bss:accounts_user_add"), person())
    ann = User.objects.get(name="Ann")
    auditor = Group.objects.get(name="Auditor")

    administrator.post(
        reverse("bss:accounts_user_change", args=[ann.pk]),
        person(name="Ann Lee", is_active="on", password_new="", roles=[auditor.pk]),
    )

    ann = User.objects.get(pk=ann.pk)
    assert (ann.name, ann.email) == ("Ann Lee", "ann@aurora.example")
    assert ann.check_password("a long enough phrase")
    assert list(ann.groups.all()) == [auditor]


def test_nobody_switches_off_their_own_sign_in(administrator: Client) -> None:
    me = User.objects.get(email="administrator@aurora.example")

    answer = administrator.post(
        reverse("bss:accounts_user_change", args=[me.pk]), person(password_new="")
    )

    assert "You cannot switch yourself off." in words(answer)
    assert User.objects.get(pk=me.pk).is_active


def test_an_administrator_does_not_edit_a_superuser(
    administrator: Client, admin_user
) -> None:
    page = reverse("bss:accounts_user_change", args=[admin_user.pk])

    answer = administrator.post(page, person(password_new="mine from now on"))

    assert answer.status_code == 403
    assert "password_new" not in administrator.get(page).content.decode()


def test_a_role_of_ones_own_is_made_and_one_of_the_product_stays(
    administrator: Client,
) -> None:
    auditor = Group.objects.get(name="Auditor")
    look = auditor.permissions.get(codename="view_order")
    sent = {"name": "Interns", "permissions": [look.pk]}

    administrator.post(reverse("bss:auth_group_add"), sent)
    fixed = administrator.post(
        reverse("bss:auth_group_change", args=[auditor.pk]), sent
    )

    interns = Group.objects.get(name="Interns")
    assert list(interns.permissions.all()) == [look]
    assert fixed.status_code == 403
    assert Entry.objects.filter(record_type="auth.group", verb="edit").exists()


def test_a_role_that_somebody_has_is_not_deleted(administrator: Client) -> None:
    interns = Group.objects.create(name="Interns")
    User.objects.get(email="administrator@aurora.example").groups.add(interns)
    page = reverse("bss:auth_group_delete", args=[interns.pk])

    kept = words(administrator.post(page, {"post": "yes"}, follow=True))

    assert "Somebody has the role Interns." in kept
    assert Group.objects.filter(name="Interns").exists()
