"""Who may see what: every address of the Storefront, by roles of three accounts."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

from purveyor.domain.accounts.membership import ALLOWED, Membership
from purveyor.domain.accounts.models import Member, MemberRole, Organization
from purveyor.domain.assets.operations import Coupon, connect_coupon
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.orders.models import Order
from purveyor.flows.checkout.models import Basket
from purveyor.flows.checkout.operations import add_to_basket
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.catalogue import a_product
from tests.factories.members import a_member, a_visit
from tests.factories.moments import NOON
from tests.factories.orders import a_submitted_order, an_execution
from tests.factories.provisioning import a_setup

OPEN = {
    *("sign_in", "sign_out", "second_step", "sign_in_by_passkey"),
    *("leave", "forgotten", "welcome", "open_link", "terms", "look", "colors", "logo"),
    *("register", "open_registration", "confirm_registration"),
}
OF_MEMBERS = {
    *("switch", "profile", "security", "change_password", "end_there"),
    *("again", "again_by_code", "set_up", "take_down", "recovery_codes"),
    *("new_codes", "codes_file", "add_passkey", "remove_passkey"),
}
POSTS = {
    *("add", "change", "place", "switch", "sign_out", "look"),
    *("reveal", "rename", "send_again", "end_there"),
    *("cancel_order", "cancel_rest", "po_code"),
    *("remove_contact", "set_role", "invite_again", "remove"),
    *("approve", "reject", "ask_first", "leave"),
}


def patterns() -> Iterator[Any]:
    """Yield every address of the Storefront."""
    for resolver in get_resolver().url_patterns:
        if (
            isinstance(resolver, URLResolver)
            and getattr(resolver, "namespace", "") == "storefront"
        ):
            yield from resolver.url_patterns


class Village:
    """A reseller, its end customer and a stranger, each with a basket and an order."""

    def __init__(self) -> None:
        a_setup()
        self.product = a_product()
        northwind = a_reseller()
        self.accounts = {
            "reseller": northwind,
            "customer": an_end_customer(reseller=northwind, name="Lea"),
            "stranger": an_account(name="Eve"),
        }
        self.people = {
            (who, role): a_member(
                account=account, email=f"{who}-{role}@x.example".lower(), role=role
            )
            for who, account in self.accounts.items()
            for role in MemberRole
        }
        self.orders = {
            who: a_submitted_order(account=account)
            for who, account in self.accounts.items()
        }
        self.assets = {
            who: an_execution(order=order).assets.get()
            for who, order in self.orders.items()
        }
        self.invoices = {
            who: Invoice.objects.get(lines__charge__order_item__order=order)
            for who, order in self.orders.items()
        }
        for who, asset in self.assets.items():
            coupon = Coupon(f"BT-{who}-0000-CASH".upper())
            connect_coupon(
                asset=asset, coupon=coupon, how="make", actor="worker", now=NOON
            )
        self.baskets = {
            who: self.basket(self.people[who, MemberRole.BUYER])
            for who in self.accounts
        }

    def basket(self, member: Membership) -> Basket:
        """Return a basket of a member with something in it."""
        return add_to_basket(member=member, product=self.product, quantity=10, now=NOON)

    def member_of(self, who: str) -> Member:
        """Return one of the people of an account, whose page its Admin opens."""
        user = self.people[who, MemberRole.READ_ONLY].user
        return Member.objects.get(user=user, account=self.accounts[who])

    def addresses_of(self, who: str) -> dict[str, str]:
        """Return every address about records of one of the three."""
        values = {
            "key": str(self.baskets[who].key),
            "number": self.orders[who].number,
            "asset": self.assets[who].number,
            "invoice": str(self.invoices[who].number),
            "code": self.product.code,
            "slug": "nothing",
            "version": "0",
            "customer": self.accounts["customer"].number,
            "contact": str(self.accounts["customer"].contacts.get().pk),
            "approval": "0",
            "session": "0",
            "person": str(self.member_of(who).pk),
            "token": "0",
            "pk": "0",
        }
        step = re.compile(r"<(?:\w+:)?(\w+)>")
        return {
            each.name: "/" + step.sub(lambda s: values[s[1]], str(each.pattern))
            for each in patterns()
        }


@pytest.fixture
def village() -> Village:
    return Village()


def asks(client: Client, name: str, address: str) -> int:
    """Return how an address answers."""
    answer = client.post(address) if name in POSTS else client.get(address)
    return answer.status_code


def test_every_view_has_a_permission() -> None:
    names = {each.name: vars(each.callback).get("permission") for each in patterns()}
    known = {permission for allowed in ALLOWED.values() for permission in allowed}

    assert len(names) > 15
    assert {n for n, permission in names.items() if permission == "anyone"} == OPEN
    assert {
        n for n, permission in names.items() if permission == "member"
    } == OF_MEMBERS
    assert set(names.values()) - known == {"anyone", "member"}


def test_who_is_not_signed_in_is_asked_to(village: Village) -> None:
    for name, address in village.addresses_of("reseller").items():
        if name not in OPEN:
            answer = Client().get(address)
            assert answer.status_code in (302, 405), name
            if answer.status_code == 302:
                assert answer["Location"].startswith("/account/sign-in/?next="), name


@pytest.mark.both
@pytest.mark.parametrize("role", MemberRole)
def test_a_role_sees_what_its_permissions_say(
    village: Village, role: MemberRole
) -> None:
    client = a_visit(village.people["reseller", role])
    permissions = {each.name: vars(each.callback)["permission"] for each in patterns()}

    for name, address in village.addresses_of("reseller").items():
        if name in {"sign_out", *OPEN}:
            continue
        is_allowed = permissions[name] == "member" or permissions[name] in ALLOWED[role]
        assert (asks(client, name, address) == 403) is not is_allowed, name


#: Whose records each of the three is shown; a basket is its own member's alone.
SEES_ORDERS = {
    "reseller": {"reseller", "customer"},
    "customer": {"customer"},
    "stranger": {"stranger"},
}

#: The addresses about an order, and what came of it.
OF_ORDERS = (
    *("order", "cancel_order", "cancel_rest", "po_code"),
    *("asset", "reveal", "rename", "send_again"),
)


@pytest.mark.parametrize("viewer", SEES_ORDERS)
@pytest.mark.parametrize("role", [MemberRole.ADMIN, MemberRole.BUYER])
def test_nobody_sees_what_belongs_to_others(
    village: Village, viewer: str, role: MemberRole
) -> None:
    client = a_visit(village.people[viewer, role])

    for owner in SEES_ORDERS:
        addresses = village.addresses_of(owner)
        for name in OF_ORDERS:
            found = asks(client, name, addresses[name]) != 404
            assert found is (owner in SEES_ORDERS[viewer]), (name, owner)
        is_own = owner == viewer and role == MemberRole.BUYER
        for name in ("details", "review", "place"):
            found = asks(client, name, addresses[name]) != 404
            assert found is is_own, (name, owner)


#: The addresses about one end customer: its reseller's alone.
OF_CUSTOMERS = (
    *("customer", "edit_customer", "new_contact", "edit_contact"),
    *("remove_contact", "ask_first"),
)


@pytest.mark.parametrize("role", MemberRole)
@pytest.mark.parametrize("viewer", ["customer", "stranger", "rival"])
def test_nobody_sees_the_customers_of_a_reseller(
    village: Village, viewer: str, role: MemberRole
) -> None:
    """Who is no reseller has no such pages; another reseller finds nobody there."""
    rival = a_reseller(name="Southwind")
    people = {**village.people, ("rival", role): a_member(account=rival, role=role)}
    client = a_visit(people[viewer, role])
    permissions = {each.name: vars(each.callback)["permission"] for each in patterns()}

    for name, address in village.addresses_of("customer").items():
        if name in OF_CUSTOMERS:
            is_allowed = viewer == "rival" and permissions[name] in ALLOWED[role]
            assert asks(client, name, address) == (404 if is_allowed else 403), name
        if name in {"customers", "customers_export", "new_customer", "approvals"}:
            is_allowed = viewer == "rival" and permissions[name] in ALLOWED[role]
            assert asks(client, name, address) == (200 if is_allowed else 403), name
    assert village.accounts["customer"].contacts.count() == 1


#: Whose invoices each of the three is shown: who pays, and an end customer pays none.
PAYS = {
    "reseller": {"reseller", "customer"},
    "stranger": {"stranger"},
}


@pytest.mark.parametrize("viewer", PAYS)
@pytest.mark.parametrize("role", MemberRole)
def test_an_invoice_is_shown_to_who_pays_it(
    village: Village, viewer: str, role: MemberRole
) -> None:
    client = a_visit(village.people[viewer, role])

    for owner in village.accounts:
        addresses = village.addresses_of(owner)
        for name in ("invoice", "invoice_pdf"):
            expected = 200 if owner in PAYS[viewer] else 404
            assert asks(client, name, addresses[name]) == expected, (name, owner)


def test_an_end_customer_whose_reseller_pays_has_no_invoices(village: Village) -> None:
    client = a_visit(village.people["customer", MemberRole.ADMIN])

    for owner in village.accounts:
        addresses = village.addresses_of(owner)
        for name in ("invoices", "invoices_export", "invoice", "invoice_pdf"):
            assert asks(client, name, addresses[name]) == 403, (name, owner)
    shown = client.get(village.addresses_of("customer")["order"]).content.decode()
    assert "/invoices/" not in shown


def test_nobody_buys_for_the_customers_of_others(village: Village) -> None:
    stranger = a_visit(village.people["stranger", MemberRole.BUYER])
    others = village.accounts["customer"]
    code = village.product.code

    given = {f"quantity-{code}": 10, "receiver": others.number}
    answer = stranger.post("/basket/change/", given)
    village.baskets["stranger"].refresh_from_db()

    assert answer.status_code in (302, 422)
    assert village.baskets["stranger"].receiver_id != others.pk
    assert stranger.get("/customers/new/").status_code == 403


def test_nobody_names_a_stranger_as_recipient(village: Village) -> None:
    client = a_visit(village.people["stranger", MemberRole.BUYER])
    other = village.accounts["customer"].contacts.get()
    address = f"/checkout/{village.baskets['stranger'].key}/"

    client.post(address, {"recipient": other.pk})
    village.baskets["stranger"].refresh_from_db()

    assert village.baskets["stranger"].recipient_id is None


def test_what_is_not_there_and_what_is_others_answer_alike(village: Village) -> None:
    client = a_visit(village.people["stranger", MemberRole.BUYER])

    others = client.get(village.addresses_of("reseller")["order"])
    nothing = client.get("/orders/O-999999/")

    def told(answer: Any) -> str:
        return re.sub(r'nonce="[^"]+"|value="[^"]+"', "", answer.content.decode())

    assert others.status_code == nothing.status_code == 404
    assert told(others) == told(nothing)


def test_the_chosen_account_is_checked_at_each_request(village: Village) -> None:
    member = village.people["stranger", MemberRole.BUYER]
    reseller = village.accounts["reseller"]
    a_member(account=reseller, email=member.user.email, role=MemberRole.READ_ONLY)
    client = a_visit(member)
    order = village.addresses_of("reseller")["order"]

    assert asks(client, "order", order) == 404
    client.post("/account/switch/", {"account": reseller.number})
    assert asks(client, "order", order) == 200
    assert client.get("/basket/").status_code == 403
    member.user.memberships.filter(account=reseller).delete()
    assert asks(client, "order", order) == 404


def test_nobody_switches_to_an_account_of_others(village: Village) -> None:
    client = a_visit(village.people["stranger", MemberRole.BUYER])

    client.post("/account/switch/", {"account": village.accounts["reseller"].number})

    assert asks(client, "order", village.addresses_of("reseller")["order"]) == 404


def test_an_end_customer_does_not_see_what_its_reseller_pays(village: Village) -> None:
    client = a_visit(village.people["customer", MemberRole.ADMIN])

    shown = client.get(village.addresses_of("customer")["order"]).content.decode()

    assert "Lea" in shown
    assert "€" not in shown
    assert Order.objects.filter(account=village.accounts["customer"]).exists()


# ------------------------------------------------------------------ headers


def test_every_page_forbids_what_it_does_not_need(village: Village) -> None:
    client = a_visit(village.people["reseller", MemberRole.BUYER])

    for name, address in village.addresses_of("reseller").items():
        answer = (
            client.post(address)
            if name in POSTS - {"sign_out"}
            else client.get(address)
        )
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, name
        assert "unsafe" not in policy, name
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "geolocation=()" in answer.headers["Permissions-Policy"], name
        text = b"".join(answer).decode(errors="replace")
        nonces = re.findall(r'<script[^>]*nonce="([^"]+)"', text)
        assert all(f"'nonce-{nonce}'" in policy for nonce in nonces)
        assert len(nonces) == text.count("<script")
        assert not re.search(r' (style|on\w+)="', text), name


def test_no_page_names_another_site(village: Village) -> None:
    client = a_visit(village.people["reseller", MemberRole.BUYER])

    for name, address in village.addresses_of("reseller").items():
        if name not in POSTS:
            text = b"".join(client.get(address)).decode(errors="replace")
            text = re.sub(r'<a href="https://[^"]+" target="_blank"', "", text)
            assert "://" not in text.replace("http://www.w3.org/2000/svg", ""), name


def test_a_closed_shop_says_so(village: Village) -> None:
    Organization.objects.update(is_shop_open=False)
    client = a_visit(village.people["reseller", MemberRole.BUYER])

    for visitor in (client, Client()):
        answer = visitor.get("/" if visitor is client else "/account/sign-in/")
        assert answer.status_code == 503
        assert "closed at the moment" in answer.content.decode()


def test_without_a_profile_the_way_leads_to_the_bss() -> None:
    assert Client().get("/")["Location"] == "/bss/"
    assert Client().get("/account/sign-in/")["Location"] == "/bss/"
