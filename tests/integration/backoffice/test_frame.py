"""What all pages of the BSS share: refusals, drafts, history, menus, the door."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from purveyor.domain.accounts.models import Account, PaymentMethod
from purveyor.domain.invoices.models import Invoice
from purveyor.faces.backoffice.frame import menu
from purveyor.faces.backoffice.frame.fact_words import facts
from purveyor.faces.backoffice.frame.history import DEEDS, change, words_of
from purveyor.faces.backoffice.frame.record_admin import BssModelAdmin
from purveyor.faces.backoffice.frame.site import bss
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.work.operations import beat
from tests.factories.accounts import an_account, an_organization
from tests.factories.orders import a_submitted_order, an_execution
from tests.support.staff import queries_of, value_of, words

METHOD = {"name": "Direct debit", "payment_days": "14"}


# ------------------------------------------------------------------ saving


def test_master_data_is_kept_with_a_line_in_the_journal(staff) -> None:
    billing = staff("Billing")

    answer = billing.post(reverse("bss:accounts_paymentmethod_add"), METHOD)

    method = PaymentMethod.objects.get()
    page = reverse("bss:accounts_paymentmethod_change", args=[method.pk])
    assert answer["Location"] == page
    assert (method.name, method.payment_days) == ("Direct debit", 14)
    entry = Entry.objects.get(record_type="accounts.paymentmethod")
    assert (entry.verb, entry.actor) == ("create", "billing@aurora.example")


def test_what_was_done_reads_as_sentences(staff) -> None:
    billing = staff("Billing")
    billing.post(reverse("bss:accounts_paymentmethod_add"), METHOD)
    method = PaymentMethod.objects.get()

    page = billing.get(reverse("bss:accounts_paymentmethod_history", args=[method.pk]))

    assert "billing@aurora.example created it" in words(page)
    assert "Setup chevron_right Payment methods" in words(page)


def test_a_record_in_use_is_not_deleted_and_says_why(staff) -> None:
    method = PaymentMethod.objects.create(name="Invoice", payment_days=30)
    an_account(payment_method=method)
    administrator = staff("Administrator")
    address = reverse("bss:accounts_paymentmethod_delete", args=[method.pk])

    administrator.post(address, {"post": "yes"})

    assert PaymentMethod.objects.filter(pk=method.pk).exists()


def test_a_record_nobody_needs_is_deleted_and_leaves_a_line(staff) -> None:
    method = PaymentMethod.objects.create(name="Invoice", payment_days=30)
    administrator = staff("Administrator")
    address = reverse("bss:accounts_paymentmethod_delete", args=[method.pk])

    answer = administrator.post(address, {"post": "yes"}, follow=True)

    assert "Invoice is deleted." in words(answer)
    assert not PaymentMethod.objects.exists()
    assert Entry.objects.filter(verb="delete").count() == 1


@pytest.mark.parametrize(
    "page",
    [
        "accounts_account",
        "orders_order",
        "assets_asset",
        "invoices_invoice",
        "journal_entry",
    ],
)
def test_business_records_cannot_be_deleted_by_anybody(
    page: str, admin_user, client: Client
) -> None:
    client.force_login(admin_user)
    record = an_execution()
    pk = {
        "accounts_account": record.order.account_id,
        "orders_order": record.order_id,
        "assets_asset": record.assets.get().pk,
        "invoices_invoice": Invoice.objects.get().pk,
        "journal_entry": Entry.objects.order_by("pk")[0].pk,
    }[page]

    answer = client.post(reverse(f"bss:{page}_delete", args=[pk]), {"post": "yes"})

    assert answer.status_code == 403


# ------------------------------------------------------------------ expired sign-ins


def test_what_was_typed_survives_an_expired_sign_in(staff) -> None:
    sales = staff("Sales")
    address = reverse("bss:accounts_account_add")
    typed: dict[str, Any] = {
        "name": "Typed For Ten Minutes Ltd",
        "kind": "DIRECT_CUSTOMER",
        "currency": "EUR",
        "notes": "Call Mia.",
        "addresses-TOTAL_FORMS": 1,
        "addresses-INITIAL_FORMS": 0,
        "addresses-0-line1": "Long Road 1",
        "contacts-TOTAL_FORMS": 0,
        "contacts-INITIAL_FORMS": 0,
        "csrfmiddlewaretoken": "secret-of-the-form",
    }
    sales.cookies.pop(settings.SESSION_COOKIE_NAME)

    away = sales.post(address, typed)
    kept = json.dumps(dict(sales.session))
    back = sales.post(
        away["Location"],
        {"username": "sales@aurora.example", "password": "correct horse"},
    )
    page = sales.get(back["Location"])

    assert back["Location"] == address
    assert "secret-of-the-form" not in kept
    assert value_of(page, "name") == "Typed For Ten Minutes Ltd"
    assert value_of(page, "addresses-0-line1") == "Long Road 1"
    assert "Call Mia." in words(page)
    assert "Your sign-in had expired, so nothing was saved." in words(page)
    assert not Account.objects.exists()


def test_a_draft_is_shown_once(staff) -> None:
    sales = staff("Sales")
    address = reverse("bss:accounts_account_add")
    sales.cookies.pop(settings.SESSION_COOKIE_NAME)
    sales.post(address, {"name": "Once Ltd"})
    user = {"username": "sales@aurora.example", "password": "correct horse"}
    sales.post(reverse("bss:login"), user)

    first, second = sales.get(address), sales.get(address)

    assert value_of(first, "name") == "Once Ltd"
    assert value_of(second, "name") == ""


def test_a_secret_is_in_no_draft(staff) -> None:
    client = Client()

    client.post(
        reverse("bss:accounts_user_add"),
        {"name": "Ann", "password_new": "correct horse", "secret-api_key": "4711"},
    )

    assert client.session["draft"]["fields"] == {"name": ["Ann"]}


def test_a_dialog_whose_sign_in_expired_brings_the_whole_page_to_the_door() -> None:
    answer = Client().get(
        reverse("bss:index"),
        headers={
            "HX-Request": "true",
            "HX-Current-URL": "http://testserver/bss/orders/order/7/change/",
        },
    )

    assert answer["HX-Redirect"] == (
        f"{reverse('bss:login')}?next=%2Fbss%2Forders%2Forder%2F7%2Fchange%2F"
    )


# ------------------------------------------------------------------ the door


def test_too_many_wrong_passwords_get_a_kind_page() -> None:
    an_organization()
    client = Client()
    wrong = {"username": "eve@aurora.example", "password": "guess"}

    answers = [
        client.post(reverse("bss:login"), wrong)
        for _ in range(settings.AXES_FAILURE_LIMIT)
    ]

    assert [a.status_code for a in answers[:-1]] == [200] * (len(answers) - 1)
    assert answers[-1].status_code == 429
    assert "Too many tries" in words(answers[-1])


def test_who_signs_in_arrives_at_the_dashboard(staff) -> None:
    staff("Sales")
    user = {"username": "sales@aurora.example", "password": "correct horse"}

    answer = Client().post(reverse("bss:login"), user, follow=True)

    assert answer.redirect_chain == [(reverse("bss:index"), 302)]


# ------------------------------------------------------------------ lists


def test_a_list_is_never_counted_and_ends_kindly(
    staff, django_assert_max_num_queries
) -> None:
    sales = staff("Sales")
    an_account()
    address = reverse("bss:accounts_account_changelist")

    with django_assert_max_num_queries(20) as seen:
        sales.get(address)
    answer = sales.get(address, {"p": "40000"})

    assert not [q for q in seen.captured_queries if "COUNT(*)" in q["sql"]]
    assert answer["Location"] == "?p=1000"


def test_more_accounts_take_no_more_queries(staff) -> None:
    sales = staff("Sales")
    address = reverse("bss:accounts_account_changelist")
    an_account()
    before = queries_of(sales, address)

    for _ in range(5):
        an_account()

    assert queries_of(sales, address) == before


# ------------------------------------------------------------------ menu and finder


def test_the_menu_shows_what_a_role_may_see(staff) -> None:
    auditor = words(staff("Auditor").get(reverse("bss:index")))
    sales = words(staff("Sales").get(reverse("bss:index")))

    assert "Journal" in auditor
    assert "Journal" not in sales
    assert "Accounts" in sales


def test_every_line_of_the_menu_leads_somewhere() -> None:
    lines = [item for group in menu.MENU for item in group.items]

    assert [item.page for item in lines if not menu.address_of(item.page)] == []


def test_every_permission_of_a_button_exists() -> None:
    known = {
        f"{app}.{codename}"
        for app, codename in Permission.objects.values_list(
            "content_type__app_label", "codename"
        )
    }
    admins: list[Any] = list(bss._registry.values())
    asked = {
        (type(admin).__name__, permission)
        for admin in admins
        for action in (
            *admin._get_base_actions_detail(),
            *admin._get_base_actions_row(),
            *admin._get_base_actions_list(),
        )
        for permission in getattr(action.method, "allowed_permissions", ())
        if "." in permission
    }

    assert asked
    assert {each for each in asked if each[1] not in known} == set()


def test_all_pages_stand_on_the_same_frame() -> None:
    bare = [a for a in bss._registry.values() if not isinstance(a, BssModelAdmin)]

    assert bare == []


def test_the_finder_finds_accounts_by_name_and_orders_by_number(staff) -> None:
    order = a_submitted_order(account=an_account(name="Northwind Traders"))
    sales = staff("Sales")

    by_name = words(sales.post(reverse("bss:search"), {"s": "northw"}))
    by_number = words(sales.post(reverse("bss:search"), {"s": order.number.lower()}))

    assert "Northwind Traders" in by_name
    assert order.number in by_number


# ------------------------------------------------------------------ dashboard


def test_the_dashboard_says_what_needs_a_look(staff, now) -> None:
    a_submitted_order()
    sales = staff("Sales")

    page = words(sales.get(reverse("bss:index")))

    assert "Open orders receipt_long 1" in page
    assert "No worker is running." in page


def test_a_living_worker_calms_the_dashboard(staff, now) -> None:
    beat(name="w1", started_at=now, now=now)
    sales = staff("Sales")

    assert "No worker" not in words(sales.get(reverse("bss:index")))


def test_a_worker_not_seen_for_half_a_minute_is_missed(staff, now) -> None:
    beat(name="w1", started_at=now, now=now)
    sales = staff("Sales")

    with time_machine.travel(now + timedelta(seconds=31), tick=False):
        page = words(sales.get(reverse("bss:index")))

    assert "No worker is running." in page


def test_a_new_installation_is_shown_the_way(staff) -> None:
    page = staff("Administrator").get(reverse("bss:index"))

    assert "The way to the first order" in words(page)
    assert reverse("bss:accounts_organization_changelist") in page.content.decode()


def test_once_there_is_an_order_the_way_is_not_shown(staff) -> None:
    a_submitted_order()

    page = words(staff("Administrator").get(reverse("bss:index")))

    assert "The way to the first order" not in page
    assert "Latest orders" in page


# ------------------------------------------------------------------ words


def test_states_are_told_in_the_words_of_pages() -> None:
    words_used = words_of("provisioning.accountlink")

    assert change("UNSYNCHRONIZED", "SYNCHRONIZED", words_used) == (
        "UnSynchronized → Synchronized"
    )
    assert change("", "FAILED", words_used) == "Failed"


def test_facts_are_told_without_what_is_empty() -> None:
    told = facts({"fields": ["name", "tax_number"], "reason": "", "order": "O-1"})

    assert told == "Fields: name, tax number · Order: O-1"


def test_every_verb_that_operations_write_has_words() -> None:
    an_execution()

    assert set(Entry.objects.values_list("verb", flat=True)) <= set(DEEDS)


# ------------------------------------------------------------------ pages that say no


def test_a_shut_page_says_so_kindly(staff) -> None:
    answer = staff("Sales").get(reverse("bss:journal_entry_changelist"))

    assert answer.status_code == 403
    assert "Your role does not allow this" in words(answer)


def test_a_form_opened_before_another_sign_in_is_told_to_be_reloaded(staff) -> None:
    staff("Sales")
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post(reverse("bss:accounts_account_add"), {"name": "Alpine"})

    assert answer.status_code == 403
    assert "This form has grown old" in words(answer)


def test_an_unknown_address_says_so_kindly() -> None:
    answer = Client().get("/sign-in/nowhere/")

    assert answer.status_code == 404
    assert "There is no such page" in words(answer)
