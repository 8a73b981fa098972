"""Two-step sign-in in a real Chromium: set up, asked for, and lost."""

import re
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD, PATIENCE_MS
from tests.factories.moments import DAN
from tests.support.authenticator import code_of


def test_dan_sets_it_up_and_is_asked_for_a_code_from_then_on(
    desk: Page, browser: Browser, live_server: Any
) -> None:
    desk.goto("/bss/security/")
    desk.get_by_role("link", name="Set it up").click()
    key = desk.locator(".bss-key").inner_text().strip()
    expect(desk.locator("img[src^='data:image/svg']")).to_be_visible()
    desk.get_by_label("Code").fill("000000")
    desk.get_by_role("button", name="Switch on").click()
    expect(desk.get_by_text("This code does not fit.")).to_be_visible()
    desk.get_by_label("Code").fill(code_of(key))
    desk.get_by_role("button", name="Switch on").click()
    codes = desk.locator(".bss-codes li").all_inner_texts()
    assert len(codes) == 10

    telephone = at_the_door(browser, live_server)
    telephone.get_by_label("Code").fill(code_of(key, later=1))  # not used yet
    telephone.get_by_role("button", name="Sign in").click()
    telephone.wait_for_url(re.compile(r"/bss/$"))

    without = at_the_door(browser, live_server)
    without.get_by_label("Code").fill(codes[0])
    without.get_by_role("button", name="Sign in").click()
    without.wait_for_url(re.compile(r"/bss/$"))
    for page in (telephone, without):
        page.context.close()


def at_the_door(browser: Browser, live_server: Any) -> Page:
    """Type e-mail and password in another browser; return the page that asks on."""
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 844}
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/bss/login/")
    page.get_by_label("E-mail").fill(DAN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    return page
