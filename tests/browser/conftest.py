"""Dan at his desk: a real Chromium, a web server, a worker, a vendor, an inbox."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect, sync_playwright

from purveyor.domain.accounts.operations import create_staff, establish_roles
from purveyor.domain.notifications.rules import establish_notifications
from tests.factories.accounts import an_organization
from tests.factories.catalogue import a_product
from tests.factories.moments import DAN
from tests.factories.provisioning import a_setup
from tests.support.stand_in import API_KEY, WORKGROUP, StandIn, a_stand_in
from tests.support.workers import Crew, a_crew

PASSWORD = "correct horse battery staple"
PICTURES = Path("build/pictures")
PATIENCE_MS = 30_000
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with a_stand_in(tmp_path_factory.mktemp("bittitan")) as running:
        yield running


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """Start Chromium; Playwright's event loop must be gone before other tests run."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright keeps a loop in this thread; the tests themselves are synchronous.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def vendor(stand_in: StandIn, transactional_db: None) -> StandIn:
    """Return the vendor, new, and a shop that is set up to sell what it makes."""
    stand_in.reset()
    an_organization()
    establish_notifications()
    establish_roles(roles=settings.PURVEYOR_ROLES)
    a_product()
    a_setup(
        address=stand_in.api_url,
        api_key=API_KEY,
        workgroup=WORKGROUP,
        deadline_seconds=1,
        settle_seconds=3,
        second_look_seconds=1,
    )
    return stand_in


@pytest.fixture
def crew(vendor: StandIn, tmp_path: Path) -> Iterator[Crew]:
    with a_crew(tmp_path, vendor.smtp_port) as workers:
        yield workers


@pytest.fixture
def dan(vendor: StandIn) -> Any:
    """Return Dan of sales, who also looks after failed assets."""
    return create_staff(
        email=DAN,
        name="Dan",
        password=PASSWORD,
        roles=("Sales", "Operations"),
        actor=DAN,
    )


@pytest.fixture
def desk(
    request: pytest.FixtureRequest, browser: Browser, live_server: Any, dan: Any
) -> Iterator[Page]:
    """
    Return a page on which Dan has signed in; no error may show in its console.

    When the test fails, a picture of the page lies in build/pictures.
    """
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 1440, "height": 900}
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type == "error" else None,
    )
    page.goto("/bss/login/")
    page.get_by_label("E-mail").fill(DAN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/bss/")
    failures = request.session.testsfailed
    yield page
    if request.session.testsfailed > failures:
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{request.node.name}.png", full_page=True)
    context.close()
    assert complaints == []
