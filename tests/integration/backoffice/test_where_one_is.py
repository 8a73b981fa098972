"""Paths above the pages, names of windows, and how much of a list is meant."""

import html
from typing import Any

import pytest
from django.urls import reverse

from purveyor.domain.accounts.operations import create_staff
from purveyor.faces.backoffice.frame.paging import ROWS_A_PAGE
from tests.factories.accounts import an_account
from tests.factories.moments import DAN
from tests.factories.orders import a_submitted_order, copies_of
from tests.support.staff import words

pytestmark = pytest.mark.both


@pytest.mark.parametrize(
    ("page", "path"),
    [
        ("orders_to_approve", "Sales chevron_right Orders to approve"),
        ("bulk_executions", "Sales chevron_right Bulk executions"),
        ("expiry_radar", "Reports chevron_right Expiry radar"),
        ("orders_order_changelist", "Sales chevron_right Orders"),
        ("signed_in", "Setup chevron_right Users and roles chevron_right Signed in"),
    ],
)
def test_the_path_of_a_page_begins_with_its_group_in_the_menu(
    staff, page: str, path: str
) -> None:
    assert path in words(staff("Administrator").get(reverse(f"bss:{page}")))


def test_what_can_be_no_number_of_a_record_is_not_found(staff) -> None:
    administrator = staff("Administrator")

    for page in ("accounts/account/import/change/", "orders/order/x/execute/"):
        assert administrator.get(f"/bss/{page}").status_code == 404


def test_a_window_is_called_as_what_it_shows(staff) -> None:
    account = an_account(name="Contoso")
    administrator = staff("Administrator")

    listed = administrator.get(reverse("bss:accounts_account_changelist"))
    shown = administrator.get(reverse("bss:accounts_account_change", args=[account.pk]))

    assert title_of(listed) == "Accounts | Purveyor"
    assert title_of(shown) == f"Account {account.number} Contoso | Purveyor"


def test_an_e_mail_in_a_path_stays_as_it_is_written(staff) -> None:
    person = create_staff(
        email="bo@aurora.example", name="Bo", password=None, roles=(), actor=DAN
    )

    page = staff("Administrator").get(
        reverse("bss:accounts_user_change", args=[person.pk])
    )

    assert "Bo@aurora" not in words(page)
    assert "bo@aurora.example" in title_of(page)


def test_an_empty_choice_is_a_dash_and_no_order(staff) -> None:
    page = staff("Administrator").get(reverse("bss:accounts_account_add"))

    assert '<option value="" selected>–</option>' in page.content.decode()
    assert "Select value" not in words(page)


def test_all_of_a_list_is_offered_without_a_count_and_only_if_it_has_more(
    staff,
) -> None:
    order = a_submitted_order()
    administrator = staff("Administrator")
    orders = reverse("bss:orders_order_changelist")

    assert "Select all" not in words(administrator.get(orders))
    copies_of(order, count=ROWS_A_PAGE)
    assert "Select all that the list finds" in words(administrator.get(orders))


def title_of(page: Any) -> str:
    """Return what a browser calls the window."""
    told = page.content.decode().partition("<title>")[2].partition("</title>")[0]
    return " ".join(html.unescape(told).split())
