"""Dan, who also does billing, imports a price list with two wrong rows, by clicks."""

from pathlib import Path

from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from purveyor.domain.accounts.models import User
from purveyor.domain.catalogue.models import Price, PriceList
from tests.browser.test_sell_a_licence import goes_to
from tests.factories.catalogue import a_product
from tests.factories.moments import DAN

FILE = """Code,Product,From quantity,Price,Cost
A,Mailbox,1,10.50,7.00
A,Mailbox,50,9.50,7.00
B,Bundle,1,19.90,15.00
XYZ,A typing error,1,5.00,4.00
B,Bundle,100,cheap,15.00
"""


def test_dan_imports_prices_and_leaves_two_wrong_rows_out(
    desk: Page, tmp_path: Path
) -> None:
    may_set_prices()
    a_product(code="A", price="9.90")
    a_product(code="B", price="18.00")
    file = tmp_path / "prices 2030.csv"
    file.write_text(FILE)

    goes_to(desk, "catalogue/pricelist")
    desk.get_by_role("link", name="Standard EUR").click()
    desk.get_by_role("link", name="Import prices").click()
    desk.get_by_label("File (.xlsx or .csv)").set_input_files(file)
    desk.get_by_role("button", name="Show what changes").click()

    expect(desk.get_by_text("3 prices would be set.")).to_be_visible()
    expect(desk.get_by_text("no product with the code “XYZ”")).to_be_visible()
    expect(desk.get_by_text("“cheap” is not a number")).to_be_visible()
    assert prices() == ["9.90", "18.00"]

    desk.get_by_role("button", name="Import 3 prices").click()
    expect(desk.get_by_text("2 rows are wrong.")).to_be_visible()
    desk.get_by_label("Leave the 2 wrong rows out").check()
    desk.get_by_role("button", name="Import 3 prices").click()

    expect(desk.get_by_text("Prices are imported: 1 added, 2 changed.")).to_be_visible()
    assert prices() == ["10.50", "9.50", "19.90"]
    desk.get_by_role("link", name="To the price list").click()
    expect(desk.get_by_role("link", name="prices 2030.csv")).to_be_visible()


def may_set_prices() -> None:
    """Give Dan the role of billing besides his own."""
    User.objects.get(email=DAN).groups.add(Group.objects.get(name="Billing"))


def prices() -> list[str]:
    """Return the prices of products A and B, by product and step."""
    found = Price.objects.filter(
        price_list=PriceList.objects.get(name="Standard EUR"),
        product__code__in=("A", "B"),
    )
    by_step = found.order_by("product__code", "from_quantity")
    return [str(each.unit_price) for each in by_step]
