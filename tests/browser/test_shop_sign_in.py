"""How members sign in, in a real Chromium: second step and passkeys."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.factories.accounts import an_account, an_organization
from tests.factories.members import PASSWORD, a_member
from tests.support.authenticator import code_of

MIA = "mia@north.example"
Visits = Callable[..., Page]


@pytest.fixture
def visits(
    browser: Browser, live_server: Any, transactional_db: None
) -> Iterator[Visits]:
    """Return how somebody opens the shop; nothing may complain in its console."""
    an_organization()
    a_member(account=an_account(name="Contoso"), email=MIA)
    contexts, complaints = [], []

    def visit(**settings: Any) -> Page:
        address = live_server.url.replace("127.0.0.1", "localhost")  # for passkeys
        context = browser.new_context(base_url=address, **settings)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
        page.goto("/account/sign-in/")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert [told for told in complaints if "422" not in told] == []


def test_mia_sets_up_an_app_and_is_asked_for_its_code(visits: Visits) -> None:
    page = visits(viewport={"width": 360, "height": 780})
    shows_her_password(page)
    page.goto("/account/security/")
    page.get_by_role("link", name="Set up an app").click()
    expect(page.get_by_role("img", name="The picture to scan")).to_be_visible()
    key = page.locator(".key").inner_text()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("This code does not fit.")).to_be_visible()
    page.get_by_label("Code").fill(code_of(key))
    page.get_by_role("button", name="Switch on").click()
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10

    phone = visits(java_script_enabled=False)
    shows_her_password(phone)
    phone.get_by_label("Code").fill(code_of(key, later=1))  # not used yet
    phone.get_by_role("button", name="Sign in").click()
    is_in(phone)


def test_mia_signs_in_with_a_passkey_alone(visits: Visits) -> None:
    page = visits()
    has_a_device(page)
    shows_her_password(page)
    page.goto("/account/security/passkeys/new/")
    page.get_by_label("What do you call this device?").fill("Laptop")
    page.get_by_role("button", name="Go on with this device").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    signs_out(page)

    page.get_by_role("button", name="Sign in with a passkey").click()
    is_in(page)
    page.goto("/account/security/")
    expect(page.get_by_text("Laptop", exact=True)).to_be_visible()
    signs_out(page)

    shows_her_password(page)
    page.get_by_role("button", name="Use a passkey").click()
    is_in(page)


def test_without_scripts_no_passkey_is_offered(visits: Visits) -> None:
    page = visits(java_script_enabled=False)

    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    shows_her_password(page)
    page.goto("/account/security/passkeys/new/")
    expect(page.get_by_text("This browser cannot make passkeys")).to_be_visible()


def shows_her_password(page: Page) -> None:
    """Take the first step of the sign-in."""
    page.get_by_label("E-mail").fill(MIA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda address: "sign-in" not in address)


def is_in(page: Page) -> None:
    """Expect the frame of a page that only members see."""
    expect(page.get_by_text("Account and settings")).to_be_attached()


def signs_out(page: Page) -> None:
    """Leave by the menu."""
    page.locator("summary").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/account/sign-in/")


def has_a_device(page: Page) -> None:
    """Give a browser a device that keeps passkeys, and whose owner always agrees."""
    told = page.context.new_cdp_session(page)
    told.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    told.send("WebAuthn.addVirtualAuthenticator", {"options": device})
