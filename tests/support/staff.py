"""Staff at the door of the BSS: signed in with some permissions, reading pages."""

import html
import re
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from purveyor.domain.accounts.models import User
from tests.factories.accounts import a_staff_user

FROM_SCRIPT = {"HX-Request": "true"}
SALES = (
    "orders.view_order",
    "orders.add_order",
    "orders.change_order",
    "orders.submit_order",
    "orders.execute_order",
    "orders.cancel_order",
)


def signed_in(*permissions: str, email: str = "ines@distributor.example") -> Client:
    """Return a browser in which a person with these permissions is signed in."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    user = User.objects.filter(email=email).first() or a_staff_user(email=email)
    for name in permissions:
        app, codename = name.split(".")
        found = Permission.objects.get(content_type__app_label=app, codename=codename)
        user.user_permissions.add(found)
    client = Client()
    client.force_login(user)
    return client


def words(response: Any) -> str:
    """Return what a person reads on a page, on one line."""
    body = re.sub(
        r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL
    )
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def value_of(response: Any, field: str) -> str:
    """Return what stands in an input of a page."""
    found = re.search(rf'<input[^>]*name="{field}"[^>]*>', response.content.decode())
    value = re.search(r'value="([^"]*)"', found[0]) if found else None
    return html.unescape(value[1]) if value else ""


def queries_of(client: Client, address: str) -> int:
    """Return how many statements a page takes; the second look counts."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == HTTPStatus.OK
    return len(captured)
