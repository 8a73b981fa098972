"""Who may see and do what: every address of the BSS, as every role."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from purveyor.domain.accounts.models import Account, SignInOutcome
from purveyor.domain.accounts.signing_in import Visitor, note_sign_in
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.operations.groups import retry_group
from purveyor.faces.backoffice.frame.site import bss
from tests.factories.accounts import an_account, an_organization
from tests.factories.assets import a_failed_asset, a_synchronized_asset
from tests.factories.members import a_member
from tests.factories.moments import DAN, NOON
from tests.factories.orders import a_bulk, a_draft_order, a_label
from tests.factories.reconciliation import STRANGE, a_plan, a_stranger
from tests.factories.troubles import (
    FOUND,
    TWICE,
    a_candidate,
    a_doubtful_asset,
    a_duplicate,
    a_silent_vendor,
    an_account_candidate,
    failures,
)
from tests.support.role_matrix import LETTERS, MATRIX

OPEN = {"bss:login"}  # the door
OF_EVERYBODY = {  # for whoever is signed in, about nobody but themselves
    "bss:index",
    "bss:jsi18n",
    "bss:logout",
    "bss:password_change",
    "bss:password_change_done",
    "bss:search",
    "bss:app_list",
    "bss:view_on_site",
    "bss:autocomplete",
    "bss:security",
    "bss:set_up_second_step",
    "bss:take_down_second_step",
    "bss:recovery_codes",
    "bss:new_recovery_codes",
    "bss:recovery_codes_file",
    "bss:end_session",
}
CODE = "BT-TEST-0000-0000-CASH"
CODES = (CODE, FOUND, TWICE, STRANGE)
ROLES = [  # who opens every page does so on both databases
    pytest.param(role, marks=[pytest.mark.both] if role == "Administrator" else [])
    for role in settings.PURVEYOR_ROLES
]
NAMELESS = "bss:None"  # redirections of the admin to its own pages
SECRETS = ("reveal_coupon", "enter_coupon", "overrule_vendor", "settle_doubt")

STEP = re.compile(r"<(?:\w+:)?(\w+)>")
OWNERS = {
    "account_id": "accounts.account",
    "attachment_id": "attachments.attachment",
    "application_id": "catalogue.application",
    "approval_id": "orders.approval",
    "bulk_id": "execution.bulkexecution",
    "candidate_id": "provisioning.candidate",
    "export_id": "lists.export",
    "found_id": "provisioning.accountcandidate",
    "account_import_id": "account_import.accountimport",
    "import_id": "catalogue.priceimport",
    "order_id": "orders.order",
    "person_id": "accounts.member",
    "line_id": "reconciliation.finding",
    "price_list_id": "catalogue.pricelist",
    "reconciliation_id": "reconciliation.reconciliationrun",
    "run_id": "provisioning.retryrun",
    "session_id": "usersessions.usersession",
}


def routes(
    patterns: Any = None, prefix: str = "", space: str = ""
) -> Iterator[tuple[str, str]]:
    """Yield the name and the route of every address of the BSS."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from routes(pattern.url_patterns, route, space + inner)
        elif isinstance(pattern, URLPattern) and route.startswith("bss/"):
            yield f"{space}{pattern.name}", route


ROUTES = sorted({(name, route) for name, route in routes() if "(?P" not in route})


def walk() -> list[tuple[str, str]]:
    """Return every address, of records that are there where there are some."""
    return [(name, filled(name, route)) for name, route in ROUTES]


def filled(name: str, route: str) -> str:
    """Return a route with the first record in the place of each step in brackets."""
    return "/" + STEP.sub(lambda step: _first(name, step[1]), route)


def _first(name: str, step: str) -> str:
    label = OWNERS.get(step, ".".join(name.removeprefix("bss:").split("_")[:2]))
    try:
        record = apps.get_model(label)._default_manager.order_by("pk").first()
    except (LookupError, ValueError):
        record = None
    return str(record.pk) if record else "1"


def test_the_walk_sees_the_whole_bss() -> None:
    names = {name for name, _route in ROUTES}

    assert len(names) > 100
    assert {"bss:accounts_account_changelist", "bss:synchronization"} <= names


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_sent_to_the_door(method: str) -> None:
    stranger = Client()
    let_in = {}
    for name, address in walk():
        answer = getattr(stranger, method)(address)
        is_sent_away = answer.status_code == 302 and "/bss/" in answer["Location"]
        if name not in OPEN and not is_sent_away and answer.status_code != 404:
            let_in[name] = answer.status_code

    assert let_in == {}


def test_the_table_tells_of_every_page() -> None:
    pages = {name for name, _route in ROUTES} - OPEN - OF_EVERYBODY - {NAMELESS}

    told = "New pages need a line in tests/support/role_matrix.py: who opens them?"
    assert sorted(pages - set(MATRIX)) == [], told
    assert sorted(set(MATRIX) - pages) == [], "These pages are gone."


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_the_table_says_and_nothing_breaks(
    role: str, staff
) -> None:
    an_organization()
    asset = a_synchronized_asset(code=CODE)
    client = staff(role)  # the first of all users, whom the walk looks at
    a_member(account=Account.objects.order_by("pk")[0], email="mia@x.example")
    _trouble(asset)

    opened, broken = set(), {}
    for name, address in walk():
        if name == "bss:logout":
            continue
        answer = client.get(address)
        if answer.status_code != 403:
            opened.add(name)
        if answer.status_code >= 500:
            broken[name] = answer.status_code
        shown = b"".join(answer) if answer.streaming else answer.content
        assert not [code for code in CODES if code.encode() in shown]

    assert broken == {}
    assert asset.coupon_mask
    mine = {name for name, roles in MATRIX.items() if LETTERS[role] in roles}
    assert sorted(opened & set(MATRIX) ^ mine) == []


def _trouble(asset: Asset) -> None:
    """Let there be something of all that goes wrong at a vendor."""
    a_duplicate(asset=asset)
    a_candidate(asset=a_doubtful_asset())
    an_account_candidate(account=an_account(), external_id="bt-77")
    (failed,) = failures(count=1)
    group, application = failed.cause, failed.application
    retry_group(application=application, group=group, actor=DAN, now=NOON)
    a_silent_vendor()
    a_plan([a_stranger()])
    a_bulk([a_draft_order()])
    a_label("Waits for payment")
    outcome, eve = SignInOutcome.WRONG_PASSWORD, Visitor("eve@elsewhere.example")
    note_sign_in(visitor=eve, outcome=outcome, user=None, now=NOON)


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_not_there_is_not_found(
    method: str, admin_user, client: Client
) -> None:
    client.force_login(admin_user)

    broken = {}
    for name, route in ROUTES:
        if STEP.search(route):
            address = "/" + STEP.sub("4711", route)
            answer = getattr(client, method)(address, {"_form_submitted": "True"})
            if answer.status_code >= 500:
                broken[name] = answer.status_code

    assert broken == {}


def test_without_a_role_every_page_but_ones_own_is_shut(staff) -> None:
    a_synchronized_asset()
    client = staff("Nobody")

    seen = {
        name: answer.status_code
        for name, address in walk()
        if name not in OPEN | OF_EVERYBODY
        and (answer := client.get(address)).status_code == 200
    }

    assert seen == {}


def test_the_auditor_changes_nothing(staff) -> None:
    a_failed_asset(account=an_account())
    a_plan([a_stranger()])
    auditor, administrator = staff("Auditor"), staff("Administrator")
    before = _state()

    pressed = list(_presses_every_button(auditor))
    assert pressed
    assert _state() == before

    # The buttons do something, for those who may press them.
    assert any(_state() != before for _name in _presses_every_button(administrator))


def _presses_every_button(client: Client) -> Iterator[str]:
    """Send the form of each page, and yield the name of the page."""
    for name, address in walk():
        if name not in OPEN | OF_EVERYBODY:
            client.post(address, {"_form_submitted": "True", "post": "yes"})
            yield name


def _state() -> dict[str, list[dict[str, Any]]]:
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for app in apps.get_app_configs()
        if app.name.startswith("purveyor.")
        for model in app.get_models()
    }


@pytest.mark.parametrize("role", ["Sales", "Billing", "Auditor"])
@pytest.mark.parametrize("secret", SECRETS)
def test_only_operations_and_administrators_come_near_a_coupon(
    role: str, secret: str
) -> None:
    assert f"assets.{secret}" not in settings.PURVEYOR_ROLES[role]


def test_the_auditor_may_look_at_everything_that_has_a_page() -> None:
    looks = set(settings.PURVEYOR_ROLES["Auditor"])
    pages = {
        f"{model._meta.app_label}.view_{model._meta.model_name}"
        for model in bss._registry
    }

    assert pages - looks == set()
