"""
Every page of the Storefront: readable for everybody, valid HTML, light, on its own.

Whoever adds a page gives an example of what its address names in `Village`; it is then
opened here by itself, in a real Chromium, light and dark, at a desk and on a phone.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from purveyor.domain.accounts.invitations import mail_link
from purveyor.domain.accounts.lifecycle import InvitationState
from purveyor.domain.accounts.models import (
    Account,
    MemberRole,
    Organization,
    Registration,
    User,
)
from purveyor.domain.accounts.sign_in_models import Invitation
from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.operations import put_on_shelf
from purveyor.faces.storefront.shop import catalogue
from purveyor.flows.checkout.models import Basket
from purveyor.kernel.sealed import fingerprint
from tests.factories.accounts import an_account
from tests.factories.assets import a_failed_asset, a_pending_asset, a_synchronized_asset
from tests.factories.catalogue import a_price
from tests.factories.members import PASSWORD, a_member
from tests.factories.moments import DAN, NOON
from tests.factories.orders import a_submitted_order
from tests.integration.storefront.test_access import Village
from tests.support.inspection import HTML, Inspector
from tests.support.markup import faults_of

LONG = "Donaudampfschifffahrtsgesellschaft für Elektrizitätsversorgung mbH & Co. KG"
SHELF = "migrations"
SIGN_IN = "/account/sign-in/"
FORGOTTEN = "/account/forgotten/"
WELCOME = "/account/welcome/"
REGISTER = "/account/register/"
#: Who is signed in is led away from the door; a link leads on; there is no logo.
NEVER_SHOWN = {
    *("sign_in", "second_step", "sign_in_by_passkey", "logo"),
    *("open_link", "open_registration"),
}

LED_AWAY = {"302", "403", "404"}

Visits = Callable[..., Inspector]


@pytest.fixture
def village(transactional_db: None) -> Village:
    """Return the village with all on its pages that they can show."""
    made = Village()
    Organization.objects.update(
        terms="Pay in time.", support_phone="+49 40 123456", takes_registrations=True
    )
    code = made.product.code
    put_on_shelf(slug=SHELF, facts={"name": LONG}, codes=[code], actor=DAN, now=NOON)
    a_price(product=made.product, price="8.50", from_quantity=100)
    for basket in made.baskets.values():
        person = basket.account.contacts.first()
        Basket.objects.filter(pk=basket.pk).update(recipient=person, po_code="PO-7")
    fills_the_list(made.accounts["reseller"])
    asks_its_reseller(made.accounts["customer"])
    return made


def asks_its_reseller(account: Account) -> None:
    """Have an order of an end customer wait for its reseller."""
    Account.objects.filter(pk=account.pk).update(needs_reseller_approval=True)
    a_submitted_order(account=Account.objects.get(pk=account.pk))


def fills_the_list(account: Account) -> None:
    """Give an account assets of every standing, one with the longest of names."""
    a_pending_asset(account=account)
    a_failed_asset(account=account)
    for state in (AssetState.REDEEMED, AssetState.EXPIRED, AssetState.CANCELLED):
        asset = a_synchronized_asset(account=account, code=f"BT-{state}-0000-CASH")
        Asset.objects.filter(pk=asset.pk).update(state=state)
    soon = a_synchronized_asset(account=account, code="BT-SOON-0000-0000-CASH")
    in_three_days = datetime.now(UTC) + timedelta(days=3)
    Asset.objects.filter(pk=soon.pk).update(name=LONG, expires_at=in_three_days)


@pytest.fixture
def visits(browser: Browser, live_server: Any, tmp_path: Path) -> Iterator[Visits]:
    """Return how somebody visits; no page may give cause to complain."""
    inspectors: list[Inspector] = []

    def visit(user: User | None = None) -> Inspector:
        context = browser.new_context(base_url=live_server.url)
        if user is not None:
            context.add_cookies([a_session(user.email, live_server.url)])
        kept = tmp_path / str(len(inspectors))
        inspectors.append(Inspector(context, site=live_server.url, kept=kept))
        return inspectors[-1]

    yield visit
    for inspector in inspectors:
        inspector.context.close()
    complaints = [line for inspector in inspectors for line in inspector.complaints]
    complaints += faults_of(tmp_path)
    assert not complaints, "\n".join(complaints)


def a_session(email: str, site: str) -> Any:
    """Return the cookie of a browser in which a person has just signed in."""
    client = Client()
    client.post(SIGN_IN, {"username": email, "password": PASSWORD})
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": site}


def addresses(village: Village, who: str) -> dict[str, str]:
    """Return every address that answers visits, about records of one of the village."""
    return {**village.addresses_of(who), "shelf": f"/categories/{SHELF}/"}


def opens_all(
    inspector: Inspector, to_see: dict[str, str], *, tries_forms: bool = False
) -> dict[str, str]:
    """Open every address; return those that this visitor was not shown."""
    unseen = {}
    for name, address in to_see.items():
        kind = inspector.opens(name, address)
        if kind == HTML and tries_forms:
            inspector.sends_nothing(name, address)
        if kind in LED_AWAY:
            unseen[name] = address
    return unseen


def test_every_page_of_a_reseller(village: Village, visits: Visits) -> None:
    buyer, admin, agent = (
        village.people["reseller", role].user
        for role in (MemberRole.BUYER, MemberRole.ADMIN, MemberRole.BILLING_AGENT)
    )
    inspectors = [visits(person) for person in (buyer, admin, agent)]
    has_an_app(admin)
    passkey = Authenticator.objects.create(
        user=agent, type=Authenticator.Type.WEBAUTHN, data={"name": LONG}
    )
    to_see = addresses(village, "reseller")
    to_see["remove_passkey"] = f"/account/security/passkeys/{passkey.pk}/remove/"

    for inspector in inspectors:
        to_see = opens_all(inspector, to_see, tries_forms=True)

    assert set(to_see) == NEVER_SHOWN


def has_an_app(user: User) -> None:
    """Give a person an authenticator app and recovery codes."""
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)


def test_every_page_of_an_end_customer(village: Village, visits: Visits) -> None:
    inspector = visits(village.people["customer", MemberRole.BUYER].user)

    unseen = opens_all(inspector, addresses(village, "customer"))

    assert {"home", "order", "asset", "assets"}.isdisjoint(unseen)


def test_pages_with_nothing_on_them(village: Village, visits: Visits) -> None:
    inspector = visits(a_member(account=an_account(name="Newcomer")).user)
    of_a_stranger = addresses(village, "stranger")
    of_nobody = addresses(village, "customer")
    about_nothing = {n: a for n, a in of_nobody.items() if of_a_stranger[n] == a}

    opens_all(inspector, about_nothing)
    inspector.opens("nothing_found", "/assets/?q=zebra")


def test_pages_that_turn_visitors_away(village: Village, visits: Visits) -> None:
    inspector = visits(village.people["customer", MemberRole.BUYER].user)
    lone = visits(User.objects.create_user("lone@x.example", PASSWORD, name="Lone"))

    inspector.looks_at("not found", "/nothing/")
    inspector.looks_at("not theirs", village.addresses_of("stranger")["order"])
    inspector.looks_at("not allowed", "/customers/new/")
    lone.looks_at("no account", "/")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "offers_for", breaks)
        inspector.looks_at("broken", "/")


def test_pages_before_signing_in(
    village: Village, visits: Visits, settings: Any
) -> None:
    inspector = visits()
    page = inspector.page
    settings.AXES_FAILURE_LIMIT = 2
    admin = village.people["reseller", MemberRole.ADMIN].user
    has_an_app(admin)
    lone = User.objects.create_user("lone@x.example", name="Lone")

    inspector.opens("sign in", SIGN_IN)
    inspector.sends_nothing("sign in", SIGN_IN)
    for name in ("wrong", "locked out"):
        page.goto(SIGN_IN)
        inspector.looks_at(name, lambda: signs_in(page))
    page.goto(SIGN_IN)
    inspector.context.clear_cookies()
    inspector.looks_at("stale", lambda: signs_in(page))
    page.goto(SIGN_IN)
    inspector.looks_at("second step", lambda: signs_in(page, admin.email, PASSWORD))
    assert page.url.endswith("/account/code/")
    inspector.opens("forgotten", FORGOTTEN)
    inspector.sends_nothing("forgotten", FORGOTTEN)
    page.goto(FORGOTTEN)
    page.get_by_label("E-mail").fill(admin.email)
    inspector.looks_at("mailed", lambda: page.get_by_label("E-mail").press("Enter"))
    inspector.looks_at("worthless link", f"{WELCOME}nonsense/")
    inspector.looks_at("welcome", f"{WELCOME}{a_link_for(lone)}/")
    inspector.sends_nothing("welcome", WELCOME)
    Organization.objects.update(is_shop_open=False)
    inspector.looks_at("closed", SIGN_IN)


def test_pages_of_who_asks_for_an_account(village: Village, visits: Visits) -> None:
    inspector = visits()
    page = inspector.page

    inspector.opens("register", REGISTER)
    inspector.sends_nothing("register", REGISTER)
    page.goto(REGISTER)
    for label, typed in TYPED.items():
        page.get_by_label(label, exact=True).fill(typed)
    page.get_by_label("Country").select_option("DE")
    page.get_by_label("I accept").check()
    ask = page.get_by_role("button", name="Ask for the account")
    inspector.looks_at("asked", ask.click)
    inspector.looks_at("worthless link", f"{REGISTER}nonsense/")
    inspector.looks_at("confirm", f"{REGISTER}{a_link_to_confirm()}/")
    confirm = page.get_by_role("button", name="Confirm")
    inspector.looks_at("confirmed", confirm.click)


#: What somebody fills in who asks for an account.
TYPED = {
    "Name of the company": LONG,
    "E-mail of the company": "office@donau.example",
    "Street and number": "Kai 1",
    "Postcode": "20457",
    "City": "Hamburg",
    "First name": "Ole",
    "Last name": "Dahl",
    "Your e-mail": "ole@donau.example",
}


def a_link_to_confirm() -> str:
    """Return the secret of the link that was mailed to who just asked."""
    Registration.objects.update(fingerprint=fingerprint("mine"), due_at=None)
    return "mine"


def a_link_for(user: User) -> str:
    """Return the secret of a link that was mailed to a person a moment ago."""
    now = datetime.now(UTC)
    mail_link(user=user, actor=DAN, now=now)
    Invitation.objects.filter(user=user).update(
        state=InvitationState.SENT,
        fingerprint=fingerprint("secret"),
        sent_at=now,
        expires_at=now + timedelta(hours=1),
        due_at=None,
    )
    return "secret"


BAD_PAGE = """<!doctype html><html lang="en"><title>x</title>
<main><h1>x</h1><img src="/x">
<p style="width:2000px;color:#bbb">Pale, wide</p><ul><p>stray</p></ul>"""


def test_what_is_wrong_with_a_page_is_seen(browser: Browser, tmp_path: Path) -> None:
    site = "http://shop.example"
    context = browser.new_context(base_url=site)
    context.route("**/x", lambda route: route.fulfill(body="x" * 204_801))
    context.route(
        "**/bad/", lambda route: route.fulfill(body=BAD_PAGE, content_type=HTML)
    )
    inspector = Inspector(context, site="http://other.example", kept=tmp_path / "0")

    inspector.looks_at("bad", "/bad/")
    context.close()

    told = "\n".join([*inspector.complaints, *faults_of(tmp_path)])
    for cause in (
        "content-security-policy is None",
        "desk, light: image-alt",
        "phone, dark: color-contrast",
        "phone: sticks out",
        f"asks {site}/x",
        "loads 2",
        "Element “p” not allowed as child of element “ul”",
    ):
        assert cause in told


def signs_in(page: Page, email: str = "eve@x.example", password: str = "?") -> None:
    """Try to sign in."""
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def breaks(**_facts: Any) -> None:
    """Break."""
    message = "This is not meant to work."
    raise RuntimeError(message)
