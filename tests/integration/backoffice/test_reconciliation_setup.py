"""The policy of an application, what is known of it, the card on the dashboard."""

from http import HTTPStatus

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from purveyor.flows.reconciliation.models import Known, Policy
from purveyor.kernel.journal.models import Entry
from tests.factories.catalogue import an_application
from tests.factories.moments import DAN, NOON
from tests.factories.provisioning import a_setup
from tests.factories.reconciliation import a_plan, a_policy, a_stranger
from tests.support.staff import signed_in, words

KNOWN = "bss:reconciliation_known_changelist"
SENT = {"_form_submitted": "True"}
TYPED = {
    "is_nightly": "on",
    "at_hour": "4",
    "mail_to": "ops@distributor.example",
}


@pytest.fixture
def administrator() -> Client:
    return signed_in(
        "reconciliation.view_policy",
        "reconciliation.change_policy",
        "catalogue.view_application",
    )


def policy_page() -> str:
    return reverse("bss:reconciliation_policy", args=[an_application().pk])


def a_known_one() -> Known:
    return Known.objects.create(
        application=an_application(),
        identity="1",
        drift="STRANGER",
        label="coupon •••• CASH",
        because="Bought for the fair",
        known_by=DAN,
        known_at=NOON,
    )


# ------------------------------------------------------------------ the policy


def test_the_policy_is_saved_and_the_next_night_is_told(
    administrator: Client,
) -> None:
    a_setup()

    answer = administrator.post(policy_page(), TYPED, follow=True)

    page = words(answer)
    assert "It is reconciled like this from now on." in page
    assert "Next by itself: 16 Jan 2030, 04:00" in page
    policy = Policy.objects.get()
    assert (policy.at_hour, policy.needs_second_person) == (4, False)
    assert Entry.objects.filter(verb="edit", record_id=policy.pk).exists()


def test_a_policy_that_never_runs_by_itself_has_no_next_night(
    administrator: Client,
) -> None:
    a_policy(due_at=NOON)

    administrator.post(policy_page(), {"at_hour": "2"})

    assert Policy.objects.get().due_at is None


@pytest.mark.parametrize(
    "wrong", [{"at_hour": "24"}, {"mail_to": "nobody"}], ids=["hour", "address"]
)
def test_nonsense_is_refused_at_its_field(
    administrator: Client, wrong: dict[str, str]
) -> None:
    page = words(administrator.post(policy_page(), {**TYPED, **wrong}))

    assert "Nothing was saved. See the fields below." in page
    assert not Policy.objects.exists()


def test_the_policy_is_only_looked_at_without_the_permission() -> None:
    operator = signed_in("reconciliation.view_policy")

    assert "disabled" in operator.get(policy_page()).content.decode()
    assert operator.post(policy_page(), TYPED).status_code == HTTPStatus.FORBIDDEN
    assert not Policy.objects.exists()


def test_the_settings_lead_to_the_policy(administrator: Client) -> None:
    a_setup()
    settings_page = reverse("bss:application_settings", args=[an_application().pk])

    assert policy_page() in administrator.get(settings_page).content.decode()


# ------------------------------------------------------------------ what is known


def test_a_known_difference_says_who_why_and_until_when() -> None:
    operator = signed_in("reconciliation.view_known")
    a_known_one()

    page = words(operator.get(reverse(KNOWN)))

    told = "coupon •••• CASH Unknown to us BitTitan Bought for the fair"
    assert f"{told} {DAN} 15 Jan 2030, 13:00 When it changes" in page


def test_a_known_difference_is_forgotten() -> None:
    operator = signed_in(
        "reconciliation.view_known", "reconciliation.prepare_reconciliation"
    )
    known = a_known_one()
    forget = reverse("bss:reconciliation_known_forget", args=[known.pk])

    assert forget in operator.get(reverse(KNOWN)).content.decode()
    answer = operator.post(forget, SENT, follow=True)

    assert "is found again, if it is still there" in words(answer)
    assert not Known.objects.exists()
    line = Entry.objects.get(verb="forget")
    assert line.facts == {"reason": "Bought for the fair"}


def test_a_known_difference_is_only_looked_at_without_the_permission() -> None:
    onlooker = signed_in("reconciliation.view_known")
    known = a_known_one()
    forget = reverse("bss:reconciliation_known_forget", args=[known.pk])

    assert forget not in onlooker.get(reverse(KNOWN)).content.decode()
    assert onlooker.post(forget, SENT).status_code == HTTPStatus.FORBIDDEN
    assert Known.objects.exists()


# ------------------------------------------------------------------ the dashboard


def test_the_dashboard_shows_plans_that_wait_and_nothing_without() -> None:
    operator = signed_in("reconciliation.view_reconciliationrun")

    before = words(operator.get(reverse("bss:index")))
    a_plan([a_stranger()])
    after = words(operator.get(reverse("bss:index")))

    assert "Plans that wait" not in before
    assert "Plans that wait difference 1 new findings in 1 plan" in after
    assert "at risk: €99.00" in after


# ------------------------------------------------------------------ roles


@pytest.mark.parametrize(
    ("role", "sees", "prepares", "sets_up"),
    [
        ("Administrator", True, True, True),
        ("Operations", True, True, False),
        ("Auditor", True, False, False),
        ("Sales", False, False, False),
        ("Billing", False, False, False),
    ],
)
def test_who_may_reconcile(
    role: str, sees: bool, prepares: bool, sets_up: bool
) -> None:
    may = {name for name in settings.PURVEYOR_ROLES[role] if "reconciliation." in name}

    assert ("reconciliation.view_reconciliationrun" in may) is sees
    assert ("reconciliation.prepare_reconciliation" in may) is prepares
    assert ("reconciliation.approve_reconciliation" in may) is prepares
    assert ("reconciliation.change_policy" in may) is sets_up
