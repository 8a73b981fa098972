"""A day at a list: find by keyboard, keep a list, take it along as a file."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from purveyor.kernel.lists.models import Export, SavedList
from tests.factories.accounts import a_reseller, an_account
from tests.support.workers import Crew


def test_found_by_keyboard_kept_under_a_name_and_taken_as_a_file(
    desk: Page, crew: Crew, settings: Any, tmp_path: Path
) -> None:
    settings.PURVEYOR_EXPORTS_DIR = tmp_path / "exports"  # where the worker's lie
    a_reseller(name="Alpine Cloud Partners")
    an_account(name="Contoso")
    crew.starts()

    finds_by_name(desk, "clo alp", "Alpine Cloud Partners")
    goes_by_letters(desk)
    keeps_the_resellers(desk)
    takes_it_as_a_file(desk)


def finds_by_name(desk: Page, typed: str, name: str) -> None:
    """Ctrl K, a few letters, Enter."""
    desk.keyboard.press("Control+k")
    expect(desk.get_by_role("link", name="New order")).to_be_visible()
    desk.keyboard.type(typed)
    expect(desk.locator("#command-results").get_by_text(name)).to_be_visible()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/change/")
    assert typed.split(maxsplit=1)[0] not in desk.url
    expect(desk.locator("#id_name")).to_have_value(name)


def goes_by_letters(desk: Page) -> None:
    """Show the shortcuts; go to the accounts; walk to a row and open it."""
    desk.keyboard.press("Shift+?")
    expect(desk.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("heading", name="Keyboard shortcuts")).to_be_hidden()

    desk.locator("#id_notes").focus()
    desk.keyboard.type("g o")  # letters, as long as one is typing
    expect(desk.locator("#id_notes")).to_have_value("g o")
    desk.locator("#id_notes").fill("")
    desk.locator("#id_notes").blur()

    desk.keyboard.press("g")
    desk.keyboard.press("a")
    desk.wait_for_url("**/accounts/account/")
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    expect(desk.locator("tr.bss-chosen")).to_contain_text("Alpine Cloud Partners")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/change/")
    desk.keyboard.press("g")
    desk.keyboard.press("a")
    desk.wait_for_url("**/accounts/account/")


def keeps_the_resellers(desk: Page) -> None:
    """Save the list of resellers, and find it again above the list."""
    desk.goto(f"{desk.url}?kind__exact=RESELLER")
    desk.get_by_role("link", name="Save list").click()
    dialog = desk.locator("#dialog")
    dialog.get_by_label("Name").fill("Our resellers")
    dialog.get_by_role("button", name="Save list").click()
    expect(desk.get_by_text("The list is saved as “Our resellers”.")).to_be_visible()
    assert SavedList.objects.get().query == "kind__exact=RESELLER"

    desk.get_by_role("link", name="All", exact=True).click()
    expect(desk.get_by_role("link", name="Contoso")).to_be_visible()
    desk.get_by_role("link", name="Our resellers").click()
    expect(desk.get_by_role("link", name="Contoso")).to_be_hidden()


def takes_it_as_a_file(desk: Page) -> None:
    """Export the list, wait for the worker, download the file."""
    desk.get_by_role("link", name="Export", exact=True).click()
    dialog = desk.locator("#dialog")
    dialog.get_by_label("CSV").check()
    dialog.get_by_role("button", name="Export").click()
    desk.wait_for_url("**/exports/")
    expect(desk.get_by_text("Ready", exact=True)).to_be_visible()
    with desk.expect_download() as downloading:
        desk.get_by_role("link", name="Download", exact=True).click()
    file = Path(downloading.value.path())
    assert downloading.value.suggested_filename.startswith("accounts-")
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == Export.objects.get().rows_count + 1
    assert "Alpine Cloud Partners" in lines[1]
