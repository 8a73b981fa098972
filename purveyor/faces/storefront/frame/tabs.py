"""The tabs above the pages that are found under one way of the navigation."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from purveyor.faces.storefront.frame.access import ShopRequest


@dataclass(frozen=True, slots=True)
class Place:
    """
    One page that a tab leads to.

    Without a permission it is for every member; the pages beside it have no tab of
    their own and stand under this one.
    """

    title: str
    name: str
    permission: str = ""
    beside: tuple[str, ...] = ()
    waiting: int = 0  # what waits there for the member


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab as a page shows it."""

    title: str
    address: str
    is_here: bool
    waiting: int


@dataclass(frozen=True, slots=True)
class Tabs:
    """A row of tabs, and what it is called for who cannot see it."""

    label: str
    row: tuple[Tab, ...]


def tabs_of(request: ShopRequest, label: str, places: Sequence[Place]) -> Tabs | None:
    """Return the tabs that a member may open; none if they lead nowhere else."""
    here = request.resolver_match.url_name if request.resolver_match else ""
    row = tuple(
        Tab(
            each.title,
            reverse(f"storefront:{each.name}"),
            here in {each.name, *each.beside},
            each.waiting,
        )
        for each in places
        if not each.permission or request.member.may(each.permission)
    )
    return Tabs(label, row) if row[1:] else None
