"""Where everything is: for people as a panel, for scripts as `demo.json`."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from rich.console import Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from purveyor.faces.console.demo.children import Children
from purveyor.faces.console.demo.company import ORGANIZATION, SIGN_IN, STAFF
from purveyor.faces.console.demo.office import email_of_role
from purveyor.faces.console.demo.place import Place
from purveyor.faces.console.demo.shop import SHOPPERS

WIDTH = 84


def addresses_of(
    place: Place, vendor: Mapping[str, Any], children: Children
) -> dict[str, Any]:
    """Return all addresses and sign-ins of a running demo, as JSON can hold them."""
    return {
        "bss_url": f"{place.web_url}/bss/",
        "sign_in_url": f"{place.web_url}/bss/login/",
        "shop_url": f"{place.web_url}/",
        "sign_ins": [
            {
                "role": role,
                "name": STAFF.get(role, role),
                "email": email_of_role(role),
                "password": SIGN_IN,
            }
            for role in settings.PURVEYOR_ROLES
        ],
        "shoppers": [
            {"role": each.does, "email": each.email, "password": SIGN_IN}
            for each in SHOPPERS
        ],
        "vendor": {
            name: vendor[name]
            for name in (
                "api_url",
                "api_key",
                "workgroup",
                "control_url",
                "portal_url",
                "inbox_url",
                "smtp_host",
                "smtp_port",
            )
        },
        "data_dir": str(place.folder),
        "logs": str(place.logs),
        "processes": children.pids(),
    }


def panel_of(found: Mapping[str, Any]) -> Panel:
    """Return what a person is shown once everything runs."""
    vendor = found["vendor"]
    where = Table.grid(padding=(0, 3))
    for name, url in (
        ("Back office (BSS)", found["bss_url"]),
        ("Storefront", found["shop_url"]),
        ("BitTitan's portal, played", vendor["portal_url"]),
        ("Mails that were sent", vendor["inbox_url"]),
        ("What can go wrong", vendor["control_url"]),
    ):
        where.add_row(name, f"[link={url}][cyan]{url}[/cyan][/link]")
    who = Table(box=None, padding=(0, 3, 0, 0), header_style="bold")
    for head in ("Sign in as", "E-mail", "Password"):
        who.add_column(head)
    for person in found["sign_ins"]:
        who.add_row(person["role"], person["email"], person["password"])
    who.add_section()
    for person in found["shoppers"]:
        who.add_row(person["role"], person["email"], person["password"])
    ends = (
        f"Everything lies in {escape(found['data_dir'])};\n"
        "demo.json there holds the same as this page.\n"
        "Ctrl-C stops all of it; the next start goes on from here."
    )
    title = f"[bold]{ORGANIZATION['name']}[/] is open"
    return Panel(
        Group(where, "", who, "", ends), title=title, width=WIDTH, padding=(1, 2)
    )
