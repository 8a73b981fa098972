"""
The cards of the dashboard: one figure each, what it means, and the way to its list.

A page adds its own card where it stands, in a few lines:

    @card(OPERATIONS, permission="orders.view_order", place=20)
    def orders_for_a_person() -> Card | None:
        # nothing is shown if nothing is returned
        return Card(_("Orders by hand"), counted(3), _("wait"), address, "front_hand")

`place` says where it stands among the others of its section, small ones first.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from purveyor.faces.backoffice.frame.menu import may_see
from purveyor.kernel.money import Money

Text = str | Promise

#: Where there is no room for all amounts, a line begins with the dot and its amount.
DOT = " ·\N{NO-BREAK SPACE}"
COUNT_MAX = 1_000  # more than so many are not counted: nobody works through them today


@dataclass(frozen=True, slots=True)
class Section:
    """One side of the dashboard: whose it is, and by which permission one is that."""

    key: str
    title: Text
    at_home: str  # who may do one of these opens the dashboard with it


SALES = Section("sales", _("Sales"), "orders.submit_order")
BILLING = Section("billing", _("Billing"), "invoices.issue_invoice")
OPERATIONS = Section("operations", _("Operations"), "assets.retry_asset")
SECTIONS = (SALES, BILLING, OPERATIONS)


@dataclass(frozen=True, slots=True)
class Card:
    """One figure with what it means, and the way to what stands behind it."""

    title: Text
    figure: str
    text: Text
    href: str
    icon: str
    tone: str = ""  # danger, warning, success, or none


Maker = Callable[[], Card | None]


class _Entry(NamedTuple):
    place: int
    section: Section
    permission: str
    make: Maker


_CARDS: list[_Entry] = []


def card(section: Section, *, permission: str, place: int) -> Callable[[Maker], Maker]:
    """
    Add a card to a section, for those who have the permission.

    Several permissions are written with commas; one of them is enough.
    """

    def add(
        make: Maker,
    ) -> Maker:
        _CARDS.append(_Entry(place, section, permission, make))
        return make

    return add


def cards_of(request: HttpRequest, section: Section) -> list[Card]:
    """Return the cards of a section that a person may see and that say something."""
    entries = sorted(
        (each for each in _CARDS if each.section is section),
        key=lambda each: each.place,
    )
    shown = (each for each in entries if may_see(request, each.permission))
    return [made for each in shown if (made := each.make()) is not None]


def sections_of(request: HttpRequest) -> list[Section]:
    """Return the sections in which a person may see at least one card."""
    open_to = {each.section.key for each in _CARDS if may_see(request, each.permission)}
    return [section for section in SECTIONS if section.key in open_to]


def counted(count: int) -> str:
    """Return a count as a card shows it; at the limit more than that is not counted."""
    return f"{COUNT_MAX:,}+" if count >= COUNT_MAX else f"{count:,}"


def amounts(sums: Iterable[Money], *, between: str = DOT) -> str:
    """Return what sums of several currencies are, nought left out."""
    return between.join(str(each) for each in sums if each.amount) or "0"


def amounts_as_figure(sums: Iterable[Money]) -> str:
    """Return the sums as the figure of a card: a line for each currency."""
    return amounts(sums, between="\n")
